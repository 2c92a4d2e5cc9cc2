"""Closing times: what was typed -> Unix time in decimal."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from app.custom_params.findings import Finding, found
from app.custom_params.words import narrow

LATEST = 253_402_300_799
"""The end of the year 9999."""
EXAMPLE = "2026-12-01 12:00"
_UNIX = re.compile("[0-9]{1,12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")


def clean_close(field: str, text: str, zone: tzinfo, now: int | None) -> tuple[str, list[Finding]]:
    """Return a closing time as Unix seconds in decimal.

    A date without an offset is one of `zone`. A time before `now` is a warning; None asks nothing.
    """
    value, _ = narrow(text)
    if not value:
        return "", [found(field, text, "", "spaces_removed")] if text else []
    findings: list[Finding] = []
    if _UNIX.fullmatch(value) and int(value) <= LATEST:
        stored = str(int(value))
    else:
        moment = _read(value)
        if moment is None:
            return text, [found(field, text, text, "close_not_a_time", EXAMPLE)]
        stored, findings = _place(field, text, moment, zone)
    if stored != text and not findings:
        findings.append(found(field, text, stored, "close_read", in_words(stored, zone)))
    if now is not None and int(stored) < now:
        findings.append(found(field, text, stored, "close_past", in_words(stored, zone)))
    return stored, findings


def in_words(stored: str, zone: tzinfo) -> str:
    """Return a Unix time as a date and time with the zone's offset; what is none, as it is."""
    if not _UNIX.fullmatch(stored) or int(stored) > LATEST - 86400:
        return stored
    moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(stored))).astimezone(zone)
    return moment.isoformat(" ", "seconds" if moment.second else "minutes")


def _read(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        return None
    return moment if moment and 1971 <= moment.year <= 9998 else None


def _place(field: str, text: str, moment: datetime, zone: tzinfo) -> tuple[str, list[Finding]]:
    if moment.tzinfo is not None:
        return str(int(moment.timestamp())), []
    early, late = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone, fold=1)
    stored = str(int(early.timestamp()))
    if early.utcoffset() == late.utcoffset():
        return stored, []
    return stored, [found(field, text, stored, "close_twice", in_words(stored, zone))]
