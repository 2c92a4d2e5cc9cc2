"""How the parts of a cell run become one execution, whatever order they came in; no I/O.

What the question tells comes from a client record, what the answer tells from a server record. Of two of a
kind the later one by its date counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.dates import parse_date
from app.fields import text_fault

NOT_CONFIRMED = "/nc"
"""Suffix of a status whose client record was not there yet; the plugin's own mark."""

Key = tuple[str, str]
"""Session and message: they name a cell run."""
Row = dict[str, Any]

CLOCKS = ("asked_us", "answered_us")
PARTS: Mapping[str, tuple[str, ...]] = {
    "asked_us": ("cell_id", "filename", "codenum", "asked_us"),
    "answered_us": ("status", "username", "answered_us"),
}
"""What the question tells of a cell run, and what the answer does, each with its clock."""

BLANK: Mapping[str, str | int | None] = {
    **dict.fromkeys(("username", "filename", "codenum", "cell_id", "status"), ""),
    **dict.fromkeys(CLOCKS),
}


def merge(row: Row, part: Row, clock: str) -> None:
    """Put a part into a row, where it is new there or not earlier than the one that is."""
    if row.get(clock) is None or part[clock] >= row[clock]:
        row.update({name: part[name] for name in PARTS[clock] if name in part})


def client_part(row: Mapping[str, Any], codenum: str) -> Row:
    """Return what a stored client record tells.

    :param codenum: of its cell; the row itself does not hold it.
    """
    told = {"cell_id": row["cell_id"] or "", "filename": row["filename"] or "", "codenum": codenum}
    return told | {"asked_us": moment_of(row)}


def server_part(row: Mapping[str, Any]) -> Row:
    """Return what a stored server record tells."""
    status = (row["status"] or "").removesuffix(NOT_CONFIRMED)
    return {"status": status, "username": row["username"] or "", "answered_us": moment_of(row)}


def moment_of(row: Mapping[str, Any]) -> int:
    """Return when a stored record was made, in microseconds since 1970 UTC.

    That is its date; where it has none, or one that can't be read, the time of its arrival, in whole seconds.
    """
    try:
        return parse_date(row["date"] or "")
    except ValueError:
        return int(row["updatetm"] or 0) * 1_000_000


def row_fault(row: Mapping[str, Any]) -> str:
    """Return why no execution can be made of a stored record, or an empty text.

    The service itself stores no such row; the plugin may have.
    """
    for name in ("session", "message", "cell_id"):
        if (row.get(name) or "").endswith(" "):
            return f"{name} ends with a space"
    for name, value in row.items():
        fault = text_fault(value) if isinstance(value, str) else None
        if fault:
            return f"{name} {fault}"
    return ""
