"""The SQL of storing records, compiled once for each kind of database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, case, false, func, insert, literal_column, select, update

from app.storage import tables as t
from app.storage.counts import CountStatements
from app.storage.driver import Lookup, Prepared, Step
from app.storage.layout import Layout
from app.storage.upsert import insert_missing, upsert

T = TypeVar("T", str, int)
SESSION, ASKED, TAGS, EPOCH, BINDING, COURSE = "session", "asked", "tags", "epoch", "binding", "course"
EXECUTION = "execution"
"""The kinds of lookups."""


def sessions(layout: Layout, names: Collection[str]) -> Lookup:
    """Ask where sessions belong, and keep others from changing that till the end of the transaction."""
    columns = ("session", "course", "inst_id", "lti_id")
    return Lookup(SESSION, layout.session, columns, ("session",), _each(names), locked=True)


def asked(layout: Layout, keys: Collection[tuple[str, str]]) -> Lookup:
    """Ask which (session, message) have a client record."""
    columns = ("session", "message")
    return Lookup(ASKED, layout.client_data, columns, columns, sorted(keys))


def tags(layout: Layout, keys: Collection[tuple[str, str]]) -> list[Lookup]:
    """Ask for the code number of (cell_id, filename).

    Nobody erases what is found before the transaction ends: it is not written again where it stays the same.
    """
    key = ("cell_id", "filename")
    if layout.own:
        return [Lookup(TAGS, layout.tags, (*key, "codenum"), key, sorted(keys), locked=True)]
    columns = ("cell_id", "COALESCE(filename, '')", "COALESCE(codenum, '')")
    nameless = [(cell_id, "") for cell_id, filename in sorted(keys) if not filename]
    return [
        Lookup(TAGS, layout.tags, columns, key, sorted(keys), locked=True),
        Lookup(TAGS, layout.tags, columns, ("cell_id", "COALESCE(filename, '')"), nameless, locked=True),
    ]


def epochs() -> Lookup:
    """Ask how often any token was revoked or rotated, and how often any course changed its rules."""
    return Lookup(EPOCH, t.epochs, ("name", "value"), ("name",), _EPOCHS)


def bindings(names: Collection[str]) -> Lookup:
    """Ask what limited tokens have settled about sessions."""
    return Lookup(BINDING, t.bindings, ("session", "owner", "username"), ("session",), _each(names))


def courses(layout: Layout, ids: Collection[int]) -> Lookup:
    """Ask which courses activities belong to."""
    columns = (layout.lti_id.name, layout.lti_course.name)
    return Lookup(COURSE, layout.lti_id.table, columns, (layout.lti_id.name,), _each(ids))


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


def _insert_unknown(table: Table, names: Sequence[str]) -> Any:
    """Return an INSERT of a session that may have come meanwhile, into a table without a unique key of it."""
    known = select(table.c.id).where(table.c.session == bindparam("session"))
    values = [bindparam(name, type_=table.c[name].type) for name in names]
    return insert(table).from_select(list(names), select(*values).where(~known.exists()))


def _blank_as_null(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the plugin stores it, where the tags of a cell don't say what belongs there."""
    return {**row, **{name: row[name] or None for name in ("filename", "codenum") if name in row}}


class Statements:
    """Every writing statement."""

    def __init__(self, *, is_sqlite: bool, layout: Layout) -> None:
        dialect = "sqlite" if is_sqlite else "mysql"

        def prepare(statement: Any, names: str | None = None) -> Prepared:
            return Prepared(statement, is_sqlite=is_sqlite, names=names.split() if names else None)

        self.lock_bindings = prepare(insert_missing(dialect, t.bindings, ["session"]), "session")
        self.lock_ltis = prepare(insert_missing(dialect, t.ltis, ["lti_id"]), "lti_id inst_id")
        self.add_marks = prepare(insert(t.marks), "mark")
        records = "session message date updatetm"
        self.add_clients = prepare(insert(layout.client_data), f"{records} cell_id filename")
        self.add_servers = prepare(insert(layout.server_data), f"{records} status username")
        places = "course inst_id lti_id"
        add_sessions = (
            insert_missing(dialect, layout.session, ["session"])
            if layout.own
            else _insert_unknown(layout.session, ["session", "updatetm", *places.split()])
        )
        self.add_sessions = prepare(add_sessions, f"session updatetm {places}" if layout.own else None)
        # What Moodle's collation takes for the same cell is one row there, with the names that came last.
        names = ("tags", "codenum", "updatetm", *(() if layout.own else ("cell_id", "filename")))
        put_tags = upsert(
            dialect, layout.tags, ["cell_id", "filename"], lambda _, new: [(name, new[name]) for name in names]
        )
        self.put_tags = prepare(put_tags, "cell_id filename tags codenum updatetm")
        self.change_tags = prepare(
            update(layout.tags)
            .where(layout.cell(bindparam("of_cell_id"), bindparam("of_filename")))
            .values({name: bindparam(f"new_{name}") for name in ("tags", "codenum", "updatetm")})
        )
        self._own = layout.own
        put_executions = upsert(dialect, t.executions, ["session", "message"], _put_execution)
        parts = "username filename codenum cell_id status asked_us answered_us"
        self.put_executions = prepare(put_executions, f"session message {places} {parts}")
        self.add_executions = prepare(insert(t.executions), f"session message {places} {parts}")
        self.counts = CountStatements(is_sqlite=is_sqlite, layout=layout)
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

    def client_rows(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Return rows as the table of the layout wants them."""
        return rows if self._own else [_blank_as_null(row) for row in rows]

    def tag_steps(self, tags: Mapping[tuple[str, str], Mapping[str, Any]], stored: Collection[Any]) -> list[Step]:
        """Return the steps that put tags into their table; `stored` are the cells that have some there already."""
        rows = [(key, tags[key]) for key in sorted(tags)]
        if self._own:
            return [(self.put_tags, [row for _, row in rows])]
        # Moodle's unique key does not see a NULL, and its collation sees less than it should.
        new = [_blank_as_null(row) for key, row in rows if key not in stored]
        known = [_blank_as_null(row) for key, row in rows if key in stored]
        changed = [
            {"of_cell_id": row["cell_id"], "of_filename": row["filename"] or ""}
            | {f"new_{name}": row[name] for name in ("tags", "codenum", "updatetm")}
            for row in known
        ]
        return [(self.put_tags, new), (self.change_tags, changed)]
