"""Executions put straight into the table, and the same charts computed from them in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import insert

from app.activity.mending import mend_counts
from app.storage import tables as t
from tests.support.site import Site

_messages = count(1)
SECOND = 1_000_000


@dataclass(frozen=True)
class Run:
    """One execution; times in microseconds."""

    username: str = "student1"
    filename: str = "Task1.ipynb"
    codenum: str = "1"
    status: str = "ok"
    asked_us: int | None = 0
    answered_us: int | None = 0
    lti_id: int = 1
    inst_id: int = 1


def add_runs(site: Site, course: int, runs: Sequence[Run], *, count: bool = True) -> None:
    """Insert executions, each with a message of its own, and count them."""
    rows: list[dict[str, Any]] = [
        vars(run) | {"session": f"s-{run.username}", "message": f"m{next(_messages)}", "course": course}
        for run in runs
    ]
    with site.parts.database.writing() as connection:
        if rows:
            connection.execute(insert(t.executions), rows)
    if count:
        mend_counts(site.parts.database, course)


def user_of(run: Run) -> str:
    return ".anyone" if run.username in ("", "username") else run.username


def file_of(run: Run) -> str:
    return ".none" if run.filename == "" else run.filename


def code_of(run: Run) -> int:
    return int(run.codenum) if run.codenum.isdigit() and len(run.codenum) < 10 else 999


def is_ok(run: Run) -> bool:
    return run.status in ("ok", "ok/nc")


def counted(site: Site) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Return what the table of counts holds, without what came to nothing."""
    rows = site.rows("counts")
    keys = ("course", "unit_us", "username", "codenum", "filename", "lti_id", "inst_id")
    return {tuple(row[k] for k in keys): (row["ok"], row["error"]) for row in rows if row["ok"] or row["error"]}


def counted_anew(site: Site) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Return the same, counted from the executions in plain Python."""
    found: dict[tuple[Any, ...], tuple[int, int]] = {}
    for row in site.rows("executions"):
        if row["course"] and row["asked_us"] is not None and row["answered_us"] is not None:
            unit = int(row["answered_us"] / 21_600e6) * 21_600_000_000  # towards zero, as SQL's remainder
            key = (
                *(row["course"], unit, row["username"], row["codenum"]),
                *(row["filename"], row["lti_id"], row["inst_id"]),
            )
            ok, error = found.get(key, (0, 0))
            good = row["status"] in ("ok", "ok/nc")
            found[key] = (ok + good, error + (not good))
    return found
