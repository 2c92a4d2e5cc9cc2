"""From the parameters of a call to a selection of executions, and the cursor between two pages; no I/O."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import tzinfo
from hashlib import blake2b
from typing import Any

from marshmallow import fields, validate

from app.activity.execution import Selection
from app.activity.period import PeriodError, find_zone, read_time
from app.errors import InvalidParameter
from app.fields import Identifier, Integer, StrictSchema, Text

LTIS_LIMIT = 1_000
_NO_USERS = (".anyone", ("", "username", ".anyone"))
_NO_FILES = (".none", ("", ".none"))


def _meaning(text: str) -> dict[str, str]:
    return {"description": text}


class SelectionSchema(StrictSchema):
    """Which executions are asked for."""

    course_id = Identifier(required=True, metadata=_meaning("id of the course"))
    inst_id = Integer(minimum=0, load_default=0, metadata=_meaning("id of the mod_lticontainer instance; 0: all"))
    lti_ids = fields.List(
        Identifier(),
        load_default=list,
        validate=validate.Length(max=LTIS_LIMIT, error="has more than {max} elements"),
        metadata=_meaning("ids of LTI activities; any where it is empty"),
    )
    username = Text(limit=255, load_default="", metadata=_meaning("one user; .anyone for runs without a user"))
    filename = Text(limit=255, load_default="", metadata=_meaning("one notebook; .none for runs without one"))
    start = Text(limit=64, load_default="", metadata=_meaning("ISO 8601; runs from this time on"))
    end = Text(limit=64, load_default="", metadata=_meaning("ISO 8601; runs before this time"))
    zone = Text(limit=64, load_default="", metadata=_meaning("zone of all times; empty: the service's own"))


SELECTING = ("course_id", "inst_id", "lti_ids", "username", "filename", "start", "end", "zone")


def read_zone(arguments: Mapping[str, Any], own: tzinfo) -> tzinfo:
    """Return the caller's zone, the service's own where none is named; raises InvalidParameter."""
    try:
        return find_zone(arguments["zone"]) if arguments["zone"] else own
    except PeriodError as error:
        raise InvalidParameter(str(error)) from None


def read_selection(arguments: Mapping[str, Any], zone: tzinfo) -> Selection:
    """Return what is asked for; times without an offset are in `zone`.

    :raises InvalidParameter: a time is none, or the start is not before the end.
    """
    try:
        start, end = _read_end("start", arguments, zone), _read_end("end", arguments, zone)
    except PeriodError as error:
        raise InvalidParameter(str(error)) from None
    if start is not None and end is not None and start >= end:
        raise InvalidParameter(f"start: {arguments['start']} is not before end {arguments['end']}")
    return Selection(
        course_id=arguments["course_id"],
        inst_id=arguments["inst_id"],
        lti_ids=tuple(arguments["lti_ids"]),
        usernames=_stored(arguments["username"], *_NO_USERS),
        filenames=_stored(arguments["filename"], *_NO_FILES),
        start_us=start,
        end_us=end,
    )


def _read_end(name: str, arguments: Mapping[str, Any], zone: tzinfo) -> int | None:
    return read_time(name, arguments[name], zone) if arguments[name] else None


def _stored(shown: str, missing: str, stored: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts in the table that are shown as one."""
    return stored if shown == missing else (shown,) if shown else ()


def write_cursor(selection: Selection, after: int) -> str:
    """Return a cursor: where the next page of this selection begins."""
    content = after.to_bytes(8) + _digest(selection)
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def read_cursor(selection: Selection, cursor: str) -> int:
    """Return the row after which a page begins; 0 without a cursor.

    :raises InvalidParameter: it is none, or one of another selection.
    """
    if not cursor:
        return 0
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if len(content) != 16:
        raise InvalidParameter("cursor: is none that the service gave")
    if content[8:] != _digest(selection):
        raise InvalidParameter("cursor: belongs to a call with other parameters")
    return int.from_bytes(content[:8])


def _digest(selection: Selection) -> bytes:
    return blake2b(json.dumps(asdict(selection)).encode(), digest_size=8).digest()
