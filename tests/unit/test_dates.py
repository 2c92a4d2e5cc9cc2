"""The date of a record."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dates import parse_date

NOON = 1_795_435_200_000_000  # 2026-11-23T12:00:00Z
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00z",
        "2026-11-23 12:00:00.000Z",
        "2026-11-23T12:00Z",
        "2026-11-23T21:00:00.000000+09:00",
        "2026-11-23T21:00:00+0900",
        "2026-11-23T06:30:00.0-05:30",
    ],
)
def test_every_spelling_of_one_moment_is_the_same(text: str) -> None:
    assert parse_date(text) == NOON


@pytest.mark.parametrize(
    ("digits", "more"), [("1", 100_000), ("123", 123_000), ("011400", 11_400), ("1234567", 123_456)]
)
def test_decimals_are_parts_of_a_second(digits: str, more: int) -> None:
    assert parse_date(f"2026-11-23T12:00:00.{digits}Z") == NOON + more


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-11-23",
        "2026-11-23T12:00:00",
        "2026-W48-1T12:00:00Z",
        "20261123T120000Z",
        "2026-11-23T12:00:00,5Z",
        "2026-11-23T12Z",
        " 2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00Z\n",
        "2026-11-23T12:00:00.Z",
        "２０２６-11-23T12:00:00Z",
    ],
)
def test_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 8601 time with Z or an offset"):
        parse_date(text)


@pytest.mark.parametrize(
    "text", ["2026-13-01T00:00Z", "2026-02-30T00:00Z", "2026-01-01T25:00Z", "2026-01-01T00:00+24:00"]
)
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_date(text)


@given(st.datetimes(timezones=OFFSETS))
def test_any_moment_comes_back(moment: datetime) -> None:
    microseconds = parse_date(moment.isoformat())
    assert (moment - datetime(1970, 1, 1, tzinfo=UTC)) == timedelta(microseconds=microseconds)


@given(st.text())
def test_text_is_a_date_or_a_value_error(text: str) -> None:
    for candidate in (text, f"2026-11-23T{text}Z", f"2026-11-23T12:00:00{text}"):
        with suppress(ValueError):
            assert abs(parse_date(candidate)) < 10**18
