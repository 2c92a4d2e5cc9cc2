"""What the rows of mod_lticontainer 1.6.3 were as records; no I/O.

A row holds nearly all that its record did, so the mark of the record can be made of it: one that a proxy sends
again after the import is then known. Only of a client record the tags are not in its row; those that its cell has
now stand for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.joining import NOT_CONFIRMED, row_fault
from app.marks import make_mark
from app.nblogs.record import FIELDS
from app.nblogs.store import WIDTHS
from app.storage import tables as t

Row = dict[str, Any]


def record_of(kind: str, row: Mapping[str, Any], tags: str = "") -> dict[str, str]:
    """Return the record that a row was made of.

    :param kind: `client`, `server` or `ltictr`.
    :param tags: of its cell, for `client`.
    """
    told = {name: str(row[name]) for name in FIELDS if row.get(name) not in (None, "")}
    values = dict.fromkeys(FIELDS, "") | told | {"host": kind}
    values["status"] = values["status"].removesuffix(NOT_CONFIRMED)
    return values | ({"tags": tags} if kind == "client" else {})


def mark_of(record: Mapping[str, str]) -> bytes:
    """Return the mark of a record."""
    return make_mark(record["session"], record["message"], [record[name] for name in FIELDS])


def fault_of(row: Mapping[str, Any]) -> str:
    """Return why the service's own tables can't take a row, or an empty text."""
    for name, width in _WIDTHS.items():
        length = len(row.get(name) or "")
        if length > width:
            return f"{name} has {length} characters, the limit is {width}"
    return row_fault(row)


_WIDTHS = WIDTHS | {"status": t.STATUS}


def plain(row: Mapping[str, Any]) -> Row:
    """Return a row as the service's own tables have it: without its id, and empty where Moodle has NULL."""
    return {name: "" if value is None else value for name, value in row.items() if name != "id"}
