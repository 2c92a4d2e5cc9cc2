"""The time that a chart shows, and its division into equal steps.

Times are microseconds since 1970 UTC. A period holds its start, and not its end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Kind = Literal["real", "any"]
KINDS: tuple[Kind, ...] = ("real", "any")
SECOND_US = 1_000_000
STEPS_MAX = 600
_DAY = 86_400
STEPS = (
    *(1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600, 7_200, 10_800, 21_600, 43_200),
    *(_DAY * n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000)),
)
"""Lengths of a step in seconds; those over 20 minutes are multiples of it (see app.storage.counts)."""
_SHAPE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PeriodError(ValueError):
    """A time, a zone or a period is none; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time from `start_us` up to, but without, `end_us`."""

    kind: Kind
    start_us: int
    end_us: int

    @property
    def step_us(self) -> int:
        """The length of a step: the shortest round one of which at most 600 cover the period."""
        for step in STEPS:
            if len(_steps(self, step * SECOND_US)) <= STEPS_MAX:
                return step * SECOND_US
        raise AssertionError("unreachable: years have four digits")

    def steps(self) -> range:
        """Return the start of every step; all but the first and the last lie in the period as a whole."""
        return _steps(self, self.step_us)


def _steps(period: Period, step_us: int) -> range:
    first = period.start_us - period.start_us % step_us
    return range(first, max(period.end_us, period.start_us + 1), step_us)


def find_zone(name: str) -> tzinfo:
    """Return a time zone by its name; raises PeriodError."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PeriodError(f"zone: {name[:60]!r} is not the name of a time zone, such as Asia/Tokyo") from None


def read_time(field: str, text: str, zone: tzinfo) -> int:
    """Return an ISO 8601 time as microseconds; one without an offset is in `zone`.

    A time that the clock shows twice when summer time ends is the first of the two.

    :raises PeriodError: it is no time, or not in the years 1970 to 9000.
    """
    try:
        if not _SHAPE.fullmatch(text):
            raise ValueError("wrong shape")
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise PeriodError(
            f"{field}: {text[:60]!r} is not an ISO 8601 time, such as 2026-11-23T10:00:00+09:00"
        ) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise PeriodError(f"{field}: the year of {text} is not in {_FIRST_YEAR} to {_LAST_YEAR}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def real_period(now_us: int, seconds: int) -> Period:
    """Return the last seconds up to now, with what is answered at this very moment."""
    return Period("real", now_us - seconds * SECOND_US, now_us + 1)


def any_period(now_us: int, seconds: int, start: str, end: str, zone: tzinfo) -> Period:
    """Return the period that a caller asks for.

    :param seconds: how long it is where `start` or `end` is empty; without both it ends now.
    :raises PeriodError: a time is none, or the start is not before the end.
    """
    length = seconds * SECOND_US
    first = read_time("start", start, zone) if start else None
    last = read_time("end", end, zone) if end else None
    if last is None:
        last = now_us + 1 if first is None or first <= now_us else first + length
    if first is None:
        first = last - length
    if first >= last:
        raise PeriodError(
            f"start {start or show_time(first, zone)} is not before end {end or show_time(last, zone)}"
        )
    return Period("any", first, last)


def show_time(moment_us: int, zone: tzinfo) -> str:
    """Return a time as ISO 8601 with offset, in a zone, to the second."""
    return _local(moment_us, zone).isoformat(timespec="seconds")


def step_labels(period: Period, zone: tzinfo) -> list[str]:
    """Return a short name of every step, in a zone: its start, the date only where days matter."""
    step, length = period.step_us, period.end_us - period.start_us
    clock = "%H:%M" if step >= 60 * SECOND_US else "%H:%M:%S"
    if step >= _DAY * SECOND_US:
        shape = "%Y-%m-%d %H:%M"
    elif length <= _DAY * SECOND_US:
        shape = clock
    else:
        shape = f"%m-%d {clock}"
    return [_label(_local(start, zone), shape) for start in period.steps()]


def _label(moment: datetime, shape: str) -> str:
    """Write a time; with its offset where the clock shows it twice, because summer time ends."""
    text = moment.strftime(shape)
    is_twice = moment.replace(fold=1 - moment.fold).utcoffset() != moment.utcoffset()
    return text + moment.isoformat()[-6:] if is_twice else text


def _local(moment_us: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=moment_us)).astimezone(zone)
