"""The `date` of a record: ISO 8601 with `Z` or an offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# fromisoformat also takes week dates, commas and dates without a time, which no client writes.
_SHAPE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|z|[+-][0-9]{2}:?[0-9]{2})"
)


def parse_date(text: str) -> int:
    """Return a date as microseconds since 1970 UTC.

    :raises ValueError: it is no ISO 8601 date with `Z` or an offset.
    """
    if not _SHAPE.fullmatch(text):
        raise ValueError("is not an ISO 8601 time with Z or an offset, such as 2026-11-23T10:00:00.123Z")
    try:
        moment = datetime.fromisoformat(text.replace("z", "Z"))
    except ValueError as error:
        raise ValueError(f"is not a time: {error}") from None
    return (moment - EPOCH) // MICROSECOND
