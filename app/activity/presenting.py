"""From executions to the values that exports show: ids, times in a zone, seconds, pseudonyms; no I/O."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from app.activity.execution import MICROSECOND, Execution, Values, result_of
from app.activity.identity import Identities
from app.activity.pseudonyms import Pseudonyms

_MINUTE_US = 60 * MICROSECOND
_MINUTES = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int, zone: tzinfo) -> datetime:
    """Return a time in a zone."""
    found = _EPOCH + timedelta(microseconds=microseconds)
    return found if zone is UTC else found.astimezone(zone)


class Clock:
    """Writes times of one zone as ISO 8601 with offset, to the microsecond."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        # Runs of one class lie close together: what their times have in common is made once a minute.
        self._minute = lru_cache(maxsize=_MINUTES)(self._make_minute)

    def text(self, microseconds: int) -> str:
        """Return a time as text."""
        minute, rest = divmod(microseconds, _MINUTE_US)
        head, offset = self._minute(minute)
        if not head:
            return moment(microseconds, self._zone).isoformat(timespec="microseconds")
        second, micro = divmod(rest, MICROSECOND)
        return f"{head}{second:02d}.{micro:06d}{offset}"

    def _make_minute(self, minute: int) -> tuple[str, str]:
        time = moment(minute * _MINUTE_US, self._zone)
        text = time.isoformat(timespec="seconds")
        # Before there were time zones, offsets had seconds.
        return ("", "") if time.second else (text[:17], text[19:])


class Presenter:
    """Says what exports show of an execution. Without `pseudonyms` users are named."""

    def __init__(self, identities: Identities, zone: tzinfo, pseudonyms: Pseudonyms | None) -> None:
        self.identities = identities
        self.zone = zone
        self._clock = Clock(zone)
        self._pseudonyms = pseudonyms

    def hide(self, execution: Execution) -> Execution:
        """Return an execution with pseudonyms where they are wanted."""
        return self._pseudonyms.hide(execution) if self._pseudonyms else execution

    def values(self, execution: Execution) -> Values:
        """Return the values in the order of FIELDS: times in microseconds, seconds a float, None: unknown."""
        return self._values(self.hide(execution), int)

    def texts(self, execution: Execution) -> Values:
        """Return the same with times as text."""
        return self._values(self.hide(execution), self._clock.text)

    def _values(self, execution: Execution, show: Callable[[int], int | str]) -> Values:
        _, session, message, course, inst, lti, user, file, code, cell, status, asked, answered, taken = execution
        return (
            self.identities.of(session, message),
            course,
            inst,
            lti,
            session,
            message,
            user,
            file,
            code,
            cell,
            status,
            result_of(execution),
            None if asked is None else show(asked),
            None if answered is None else show(answered),
            None if taken is None else taken / MICROSECOND,
        )
