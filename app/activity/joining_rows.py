"""Executions as stored rows tell of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from app.joining import Key, Row, client_part, merge, row_fault, server_part
from app.storage.executions import Places
from app.storage.layout import Layout


def join_rows(
    connection: Connection,
    layout: Layout,
    places: Places,
    old: Mapping[Key, Row],
    clients: Sequence[Row],
    servers: Sequence[Row],
    *,
    keep: bool = False,
) -> tuple[dict[Key, Row], int]:
    """Return the executions that rows tell of, and how many rows can't be joined.

    :param keep: begin with what is there, where rows are not all that there are.
    """
    codenums = _codenums(connection, layout, {row["cell_id"] or "" for row in clients})
    new: dict[Key, Row] = {}
    faults = 0
    for row in (*clients, *servers):
        key = (row["session"], row["message"])
        if row_fault(row):
            faults += 1
            continue
        if not all(key):
            continue
        if key not in new:
            known = old.get(key) if keep else None
            new[key] = dict(known) if known else places.blank(key, old.get(key))
        if "status" in row:
            merge(new[key], server_part(row), "answered_us")
        else:
            cell = (row["cell_id"] or "", row["filename"] or "")
            part = client_part(row, codenums.get(cell, ""))
            merge(new[key], _as_it_was(part, old.get(key)), "asked_us")
    return new, faults


def _codenums(connection: Connection, layout: Layout, cells: Collection[str]) -> dict[Key, str]:
    c = layout.tags.c
    if not cells:
        return {}
    query = select(c.cell_id, c.filename, c.codenum).where(c.cell_id.in_(sorted(cells)))
    return {(row[0], row[1] or ""): row[2] or "" for row in connection.execute(query)}


def _as_it_was(part: Row, old: Row | None) -> Row:
    """Return what a client row tells with the code number that its run had, where that is known."""
    same = old is not None and all(part[name] == old[name] for name in ("asked_us", "cell_id", "filename"))
    return part | {"codenum": old["codenum"]} if same and old and old["codenum"] else part
