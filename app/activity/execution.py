"""One cell run as researchers get it: its columns, what they mean, and which runs are asked for; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Result = Literal["running", "ok", "error", "aborted"]
MICROSECOND = 1_000_000


class Execution(NamedTuple):
    """A row of executions; times are microseconds since 1970 UTC, None where a part has not come."""

    row_id: int
    session: str
    message: str
    course_id: int
    inst_id: int
    lti_id: int
    username: str
    filename: str
    codenum: str
    cell_id: str
    status: str
    asked_us: int | None
    answered_us: int | None
    duration_us: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which executions are asked for: those of one course whose time lies from `start_us` up to `end_us`.

    The time of an execution is that of its answer, or where there is none, that of its being asked. Empty,
    0 and None mean any.
    """

    course_id: int
    inst_id: int = 0
    lti_ids: Sequence[int] = ()
    usernames: Sequence[str] = ()
    filenames: Sequence[str] = ()
    start_us: int | None = None
    end_us: int | None = None


def result_of(execution: Execution) -> Result:
    """Return how a run ended. Kernels that are told to stop say `aborted` or `abort`."""
    if execution.answered_us is None:
        return "running"
    status = execution.status.removesuffix("/nc")
    if status in ("aborted", "abort"):
        return "aborted"
    return "ok" if status == "ok" else "error"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the exports: its name, its kind, and what it means, for the data dictionary."""

    name: str
    kind: Literal["text", "integer", "time", "seconds"]
    meaning: str


FIELDS: tuple[Field, ...] = (
    Field("id", "text", "the run's own id, a UUID that stays the same; that of its xAPI statement too"),
    Field("course_id", "integer", "Moodle's id of the course"),
    Field("inst_id", "integer", "Moodle's id of the mod_lticontainer instance; 0: not told"),
    Field("lti_id", "integer", "Moodle's id of the LTI activity"),
    Field("session", "text", "Jupyter's id of the session, one notebook opened once"),
    Field("message", "text", "Jupyter's id of the request to run the cell"),
    Field("username", "text", "the user that the kernel reported; empty where it reported none"),
    Field("filename", "text", "the notebook, from the cell's tags; may be empty"),
    Field("codenum", "text", "the number of the code cell, from its tags; may be empty"),
    Field("cell_id", "text", "Jupyter's id of the cell"),
    Field("status", "text", "what the kernel answered: ok, error, aborted; empty while it runs"),
    Field("result", "text", "running (no answer yet), ok, error or aborted"),
    Field("asked_at", "time", "when the cell was sent to the kernel, by the browser's clock"),
    Field("answered_at", "time", "when the kernel answered, by the kernel's clock"),
    Field("duration", "seconds", "from asked_at to answered_at; empty where unknown, negative or over a day"),
)
NAMES = tuple(field.name for field in FIELDS)
Value = str | int | None
Values = tuple[Any, ...]
"""The values of one execution in the order of FIELDS, as a format wants them."""
