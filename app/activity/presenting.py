"""From executions to the values that exports show: ids, times in a zone, seconds, pseudonyms; no I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from app.activity.execution import MICROSECOND, Execution, Values, result_of
from app.activity.identity import Identities
from app.activity.pseudonyms import Pseudonyms

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int, zone: tzinfo) -> datetime:
    """Return a time in a zone."""
    found = _EPOCH + timedelta(microseconds=microseconds)
    return found if zone is UTC else found.astimezone(zone)


class Presenter:
    """Says what exports show of an execution. Without `pseudonyms` users are named."""

    def __init__(self, identities: Identities, zone: tzinfo, pseudonyms: Pseudonyms | None) -> None:
        self.identities = identities
        self.zone = zone
        self._pseudonyms = pseudonyms

    def hide(self, execution: Execution) -> Execution:
        """Return an execution with pseudonyms where they are wanted."""
        return self._pseudonyms.hide(execution) if self._pseudonyms else execution

    def values(self, execution: Execution) -> Values:
        """Return the values in the order of FIELDS; times as datetimes, seconds as a float, None for unknown."""
        e = self.hide(execution)
        return (
            self.identities.of(e.session, e.message),
            e.course_id,
            e.inst_id,
            e.lti_id,
            e.session,
            e.message,
            e.username,
            e.filename,
            e.codenum,
            e.cell_id,
            e.status,
            result_of(e),
            None if e.asked_us is None else moment(e.asked_us, self.zone),
            None if e.answered_us is None else moment(e.answered_us, self.zone),
            None if e.duration_us is None else e.duration_us / MICROSECOND,
        )

    def texts(self, execution: Execution) -> Values:
        """Return the same with times as ISO 8601 text with offset, to the microsecond."""
        *values, asked, answered, duration = self.values(execution)
        return (*values, _iso(asked), _iso(answered), duration)


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="microseconds")
