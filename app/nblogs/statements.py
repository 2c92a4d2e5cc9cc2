"""The SQL of storing records, compiled once for each kind of database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from sqlalchemy import bindparam, case, false, func, insert, literal_column, update

from app.storage import tables as t
from app.storage.counts import CountStatements
from app.storage.driver import Lookup, Prepared
from app.storage.upsert import insert_missing, upsert

T = TypeVar("T", str, int)
SESSION, ASKED, TAGS, EPOCH, BINDING, COURSE = "session", "asked", "tags", "epoch", "binding", "course"
EXECUTION = "execution"
"""The kinds of lookups."""


def sessions(names: Collection[str]) -> Lookup:
    """Ask where sessions belong, and keep others from changing that till the end of the transaction."""
    columns = ("session", "course", "inst_id", "lti_id")
    return Lookup(SESSION, t.session, columns, ("session",), _each(names), locked=True)


def asked(keys: Collection[tuple[str, str]]) -> Lookup:
    """Ask which (session, message) have a client record."""
    columns = ("session", "message")
    return Lookup(ASKED, t.client_data, columns, columns, sorted(keys))


def tags(keys: Collection[tuple[str, str]]) -> Lookup:
    """Ask for the code number of (cell_id, filename).

    Nobody erases what is found before the transaction ends: it is not written again where it stays the same.
    """
    columns = ("cell_id", "filename")
    return Lookup(TAGS, t.tags, (*columns, "codenum"), columns, sorted(keys), locked=True)


def epochs() -> Lookup:
    """Ask how often any token was revoked or rotated, and how often any course changed its rules."""
    return Lookup(EPOCH, t.epochs, ("name", "value"), ("name",), _EPOCHS)


def bindings(names: Collection[str]) -> Lookup:
    """Ask what limited tokens have settled about sessions."""
    return Lookup(BINDING, t.bindings, ("session", "owner", "username"), ("session",), _each(names))


def courses(ids: Collection[int]) -> Lookup:
    """Ask which courses activities belong to."""
    return Lookup(COURSE, t.ltis, ("lti_id", "course"), ("lti_id",), _each(ids))


def _each(values: Collection[T]) -> list[tuple[T]]:
    return [(value,) for value in sorted(values)]


_EPOCHS = ((t.REVOCATIONS,), (t.CONSENTS,))
_EXECUTION = (
    "course",
    "inst_id",
    "lti_id",
    "username",
    "filename",
    "codenum",
    "status",
    "asked_us",
    "answered_us",
)


def executions(keys: Collection[tuple[str, str]]) -> Lookup:
    """Ask for executions, and keep others from changing them."""
    columns = ("session", "message", *(f"COALESCE({name}, '')" for name in _EXECUTION))
    return Lookup(EXECUTION, t.executions, columns, ("session", "message"), sorted(keys), exclusive=True)


def read_execution(row: Sequence[Any]) -> tuple[tuple[str, str], dict[str, Any]]:
    """Return key and columns of a row that :func:`executions` asked for."""
    found = dict(zip(_EXECUTION, row[2:], strict=True))
    numbers = {name: int(found[name]) for name in ("course", "inst_id", "lti_id")}
    clocks = {name: None if found[name] == "" else int(found[name]) for name in ("asked_us", "answered_us")}
    return (row[0], row[1]), found | numbers | clocks


def _put_execution(table: Any, new: Any) -> list[tuple[str, Any]]:
    """Take each part over where it is new or later than the one that is there; clocks last (see upsert)."""
    asked_later = func.coalesce(new.asked_us >= func.coalesce(table.c.asked_us, new.asked_us), false())
    answered_later = func.coalesce(new.answered_us >= func.coalesce(table.c.answered_us, new.answered_us), false())
    parts = (
        (asked_later, ("cell_id", "filename", "codenum", "asked_us")),
        (answered_later, ("status", "username", "answered_us")),
    )
    return [(name, case((test, new[name]), else_=table.c[name])) for test, names in parts for name in names]


class Statements:
    """Every writing statement, and how marks are looked for."""

    def __init__(self, *, is_sqlite: bool) -> None:
        dialect = "sqlite" if is_sqlite else "mysql"

        def prepare(statement: Any, names: str | None = None) -> Prepared:
            return Prepared(statement, is_sqlite=is_sqlite, names=names.split() if names else None)

        self.lock_bindings = prepare(insert_missing(dialect, t.bindings, ["session"]), "session")
        self.lock_ltis = prepare(insert_missing(dialect, t.ltis, ["lti_id"]), "lti_id inst_id")
        self.add_marks = prepare(insert(t.marks), "mark")
        records = "session message date updatetm"
        self.add_clients = prepare(insert(t.client_data), f"{records} cell_id filename")
        self.add_servers = prepare(insert(t.server_data), f"{records} status username")
        places = "course inst_id lti_id"
        self.add_sessions = prepare(insert_missing(dialect, t.session, ["session"]), f"session updatetm {places}")
        put_tags = upsert(
            dialect,
            t.tags,
            ["cell_id", "filename"],
            lambda _, new: [(name, new[name]) for name in ("tags", "codenum", "updatetm")],
        )
        self.put_tags = prepare(put_tags, "cell_id filename tags codenum updatetm")
        put_executions = upsert(dialect, t.executions, ["session", "message"], _put_execution)
        parts = "username filename codenum cell_id status asked_us answered_us"
        self.put_executions = prepare(put_executions, f"session message {places} {parts}")
        self.add_executions = prepare(insert(t.executions), f"session message {places} {parts}")
        self.counts = CountStatements(is_sqlite=is_sqlite)
        e, b = t.executions, t.bindings
        self.place_executions = prepare(
            update(e)
            .where(e.c.session == bindparam("of_session"), e.c.lti_id == literal_column("0"))
            .values({name: bindparam(f"new_{name}") for name in places.split()})
        )
        self.put_bindings = prepare(
            update(b)
            .where(b.c.session == bindparam("of_session"))
            .values(owner=bindparam("new_owner"), username=bindparam("new_username"))
        )
