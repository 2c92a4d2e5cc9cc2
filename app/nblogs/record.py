"""A notebook record: ten strings, and what they mean.

Source: ltictr_proxy and feserver, which send them; mod_lticontainer 1.6.3, which stored them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from app.dates import parse_date
from app.fields import text_fault
from app.marks import make_mark
from app.nblogs.tags import parse_tags

FIELDS = (
    "host",
    "inst_id",
    "lti_id",
    "session",
    "message",
    "status",
    "username",
    "cell_id",
    "tags",
    "date",
)
ID_MAX = 2**63 - 1
SHOWN = 60
IDS = ("session", "message", "cell_id")
NO_USER = ("", "username")
"""What kernels report that know no user: `username` is the literal that Jupyter falls back to."""

Kind = Literal["session", "client", "server"]
_KINDS: Mapping[str, Kind] = MappingProxyType({"client": "client", "server": "server"})


class RecordFault(Exception):
    """A record can't be stored: `field` says where, the text says why, with value and limit."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}" if field else text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Record:
    """A record that can be stored. `moment_us` is its date, or None where it has none."""

    kind: Kind
    session: str
    message: str
    status: str
    username: str
    cell_id: str
    tags: str
    date: str
    inst_id: int
    lti_id: int
    moment_us: int | None
    filename: str
    codenum: str
    mark: bytes


def read_record(values: Mapping[str, str], widths: Mapping[str, int]) -> Record:
    """Return the record that ten strings mean.

    :param values: all ten fields, as text.
    :param widths: the longest text of each field that the tables hold, in characters; also of
        `filename` and `codenum`, which come from the tags.
    :raises RecordFault: a text is too long, an id is no number or ends with a space, the date is no
        date, or an activity comes without a session.
    """
    check_widths(values, widths)
    for name in IDS:
        # MariaDB's utf8mb4_bin takes "s " for "s": one token could write the session of another.
        if values[name].endswith(" "):
            raise RecordFault(name, f"ends with a space: {shorten(values[name])}")
    kind = _KINDS.get(values["host"], "session")
    cell = parse_tags(values["tags"])
    if values["tags"]:
        _check_width("filename", cell.filename, widths["filename"], " (in tags)")
        _check_width("codenum", cell.codenum, widths["codenum"], " (in tags)")
    lti_id = _read_id("lti_id", values["lti_id"])
    if kind == "session" and lti_id and not values["session"]:
        raise RecordFault("session", "is empty; a record that names an activity needs a session")
    return Record(
        kind=kind,
        session=values["session"],
        message=values["message"],
        status=values["status"],
        username=values["username"],
        cell_id=values["cell_id"],
        tags=values["tags"],
        date=values["date"],
        inst_id=_read_id("inst_id", values["inst_id"]),
        lti_id=lti_id,
        moment_us=_read_date(values["date"]),
        filename=cell.filename,
        codenum=cell.codenum,
        mark=make_mark(values["session"], values["message"], [values[name] for name in FIELDS]),
    )


def check_widths(values: Mapping[str, str], widths: Mapping[str, int]) -> None:
    """Refuse a text that is too long; raises RecordFault."""
    for name, width in widths.items():
        if len(values.get(name, "")) > width:
            _check_width(name, values[name], width)


def _check_width(name: str, value: str, width: int, where: str = "") -> None:
    fault = text_fault(value)
    if fault:  # JSON escapes in tags can hold what the text itself can't
        raise RecordFault(name + where, f"{fault}: {shorten(value)}")
    if len(value) > width:
        text = f"has {len(value)} characters, the limit is {width}: {shorten(value)}"
        raise RecordFault(name + where, text)


def _read_id(name: str, value: str) -> int:
    if not value:
        return 0
    if not re.fullmatch("[0-9]{1,19}", value) or int(value) > ID_MAX:
        raise RecordFault(name, f"is not an integer from 0 to {ID_MAX}: {shorten(value)}")
    return int(value)


def _read_date(value: str) -> int | None:
    if not value:
        return None
    try:
        return parse_date(value)
    except ValueError as error:
        raise RecordFault("date", f"{error}: {shorten(value)}") from None


def shorten(value: str) -> str:
    """Return a value as an error shows it: quoted, and cut after 60 characters."""
    return repr(value if len(value) <= SHOWN else value[:SHOWN] + "…")
