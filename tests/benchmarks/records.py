"""Records of a made-up class, always the same for the same seed, and their bytes on each wire."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

Record = dict[str, str]

FIELDS = ("host", "inst_id", "lti_id", "session", "message", "status", "username", "cell_id", "tags", "date")
STUDENTS = 40
CELLS = 25
STATUSES = ("ok", "ok", "ok", "ok", "ok", "ok", "ok", "error", "error", "aborted")


def classes(seed: int) -> Iterator[Record]:
    """Yield records without end: course after course, 40 students each, all working at once.

    A student's session comes first (host ltictr), then for each cell run what was asked (client) and
    what was answered (server). No two records are equal, so none of them is a repetition to skip.
    """
    rng = random.Random(seed)
    clock = datetime(2026, 4, 6, 9, tzinfo=UTC)
    course = 0
    while True:
        course += 1
        yield from _course(rng, course, clock + timedelta(hours=2 * course))


def _course(rng: random.Random, course: int, start: datetime) -> Iterator[Record]:
    sessions = [_uuid(rng) for _ in range(STUDENTS)]
    cells = [_uuid(rng) for _ in range(CELLS)]
    for session in sessions:
        yield _record(host="ltictr", inst_id=str(course), lti_id=str(course), session=session)
    for number, cell in enumerate(cells):
        tags = f'["filename:Task{number // 5 + 1}.ipynb", "codenum:{number + 1}"]'
        for student, session in enumerate(sessions):
            asked = start + timedelta(seconds=120 * number + rng.uniform(0, 100))
            yield from _run(rng, session, f"student{course:03d}{student:02d}", cell, tags, asked)


def _run(
    rng: random.Random, session: str, username: str, cell: str, tags: str, asked: datetime
) -> Iterator[Record]:
    message = _uuid(rng)
    answered = asked + timedelta(seconds=rng.expovariate(0.5))
    yield _record(
        host="client",
        session=session,
        message=message,
        cell_id=cell,
        tags=tags,
        date=_iso(asked, "milliseconds"),
    )
    yield _record(
        host="server",
        session=session,
        message=message,
        status=rng.choice(STATUSES),
        username=username,
        date=_iso(answered, "microseconds"),
    )


def _record(**known: str) -> Record:
    return {field: known.get(field, "") for field in FIELDS}


def _iso(moment: datetime, digits: str) -> str:
    return moment.isoformat(timespec=digits).replace("+00:00", "Z")


def _uuid(rng: random.Random) -> str:
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def to_rest(records: Sequence[Record]) -> bytes:
    """Return a Moodle REST form, brackets literal as ltictr_proxy sends them."""
    return "&".join(
        f"nb_logs[{i}][{field}]={quote_plus(value)}"
        for i, record in enumerate(records)
        for field, value in record.items()
    ).encode()


def to_xmlrpc(records: Sequence[Record]) -> bytes:
    """Return a call of mod_lticontainer_write_nbdata: a struct for one record, an array of them for more."""
    structs = [_struct(record) for record in records]
    value = structs[0] if len(structs) == 1 else f"<array><data>{''.join(structs)}</data></array>"
    if len(structs) > 1:
        value = f"<value>{value}</value>"
    return (
        '<?xml version="1.0" encoding="utf-8"?><methodCall>'
        "<methodName>mod_lticontainer_write_nbdata</methodName>"
        f"<params><param>{value}</param></params></methodCall>"
    ).encode()


def _struct(record: Record) -> str:
    members = "".join(
        f"<member><name>{field}</name><value><string>{escape(value)}</string></value></member>"
        for field, value in record.items()
    )
    return f"<value><struct>{members}</struct></value>"


def to_json(records: Sequence[Record]) -> bytes:
    """Return the object that `POST /api/v1/write_nblogs` takes."""
    return json.dumps({"nb_logs": list(records)}, separators=(",", ":")).encode()
