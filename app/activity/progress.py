"""How far each student is, cell by cell, and which cells are the hardest; no I/O.

A try is a run that ended with OK or with an error. An aborted run, as Run All leaves them after an
error, is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.activity.labels import NO_CODE
from app.activity.tries import DAY_US, NEVER, Cell, Integers, Matrix, Tries, matrix_of

State = Literal["not_started", "working", "stuck", "finished"]
STATES: tuple[State, ...] = ("not_started", "working", "stuck", "finished")
NOT_STARTED, WORKING, STUCK, FINISHED = range(4)
NOT_RUN, CELL_OK, CELL_ERROR = 0, 1, 2
UNKNOWN = -1
SECOND_US = 1_000_000
INT_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a student counts as stuck: errors in a row on one cell, or seconds of silence after an error."""

    errors: int = 3
    silence: int = 600


@dataclass(frozen=True, slots=True)
class Student:
    """One row of the matrix. The lists have one number for each cell, in the order of the cells.

    `cells`: 0 not run, 1 has an OK, 2 errors only. `ages`: seconds since the last try, -1 where there is
    none. `seconds`: what all tries took.
    """

    username: str
    state: State
    last_age: int
    cells: Sequence[int]
    oks: Sequence[int]
    errors: Sequence[int]
    ages: Sequence[int]
    seconds: Sequence[int]


@dataclass(frozen=True, slots=True)
class CellReport:
    """How hard a cell is. Medians are over the students who have an OK, None where nobody has."""

    cell: Cell
    students: int
    solved: int
    tries: int
    errors: int
    median_tries: float | None
    median_seconds: float | None

    @property
    def error_percent(self) -> int:
        """Errors in a hundred tries."""
        return round(100 * self.errors / self.tries) if self.tries else 0


@dataclass(frozen=True, slots=True)
class Progress:
    """The class as a matrix. `hardest`: indexes of cells, the highest share of errors first."""

    cells: Sequence[CellReport]
    students: Sequence[Student]
    hardest: Sequence[int]


def progress(
    found: Tries, codes: Collection[int], roster: Collection[str], limits: Thresholds, now_us: int
) -> Progress:
    """Return the matrix.

    :param codes: the code numbers asked for; nothing stands for all that anyone has run.
    :param roster: students who are shown even if they have not run anything.
    """
    names = sorted({*found.students, *roster})
    whole = matrix_of(found, {name: row for row, name in enumerate(names)})
    columns = _columns(found.cells, codes)
    numbered = [number for cell, number in found.cells.items() if cell.code != NO_CODE]
    shown = list(columns.values())
    states = _states(whole, shown, numbered, limits, now_us)
    students = _students(names, states, whole, shown, now_us)
    reports = [_report(cell, whole, column) for cell, column in columns.items()]
    return Progress(reports, students, _hardest(reports))


def _columns(run: Mapping[Cell, int], codes: Collection[int]) -> dict[Cell, int]:
    """Return the cells that are shown, with their columns in the whole: the empty one where nobody has run it."""
    if not codes:
        return {cell: run[cell] for cell in sorted(run) if cell.code != NO_CODE}
    files = {cell.filename for cell in run if cell.code in codes} or {cell.filename for cell in run} or {""}
    asked = sorted(Cell(name, code) for name in files for code in set(codes))
    return {cell: run.get(cell, len(run)) for cell in asked}


def _states(
    whole: Matrix, shown: Sequence[int], numbered: Sequence[int], limits: Thresholds, now_us: int
) -> Sequence[State]:
    last = whole.last_us.argmax(axis=1)
    rows = np.arange(len(last))
    last_us = whole.last_us[rows, last]
    silent = (whole.in_a_row[rows, last] > 0) & (last_us <= now_us - limits.silence * SECOND_US)
    many = (whole.in_a_row[:, numbered] >= limits.errors).any(axis=1)
    finished = (whole.oks[:, shown] > 0).all(axis=1) & bool(shown)
    chosen = np.select([last_us == NEVER, finished, many | silent], [NOT_STARTED, FINISHED, STUCK], WORKING)
    return [STATES[number] for number in chosen.tolist()]


def _students(
    names: Sequence[str], states: Sequence[State], whole: Matrix, shown: Sequence[int], now_us: int
) -> list[Student]:
    tries, oks = whole.tries[:, shown], whole.oks[:, shown]
    cells = np.where(oks > 0, CELL_OK, np.where(tries > 0, CELL_ERROR, NOT_RUN))
    seconds = np.minimum(whole.spent_us[:, shown] // SECOND_US, INT_MAX)
    lists = (cells, oks, tries - oks, _ages(whole.last_us[:, shown], now_us), seconds)
    rows = zip(*(numbers.tolist() for numbers in lists), strict=True)
    last = _ages(whole.last_us.max(axis=1), now_us).tolist()
    return [Student(*head, *row) for head, row in zip(zip(names, states, last, strict=True), rows, strict=True)]


def _ages(last_us: Integers, now_us: int) -> Integers:
    """Return seconds, UNKNOWN where there is no time. The kernel's clock may be ahead of ours."""
    ages = (now_us - np.clip(last_us, now_us - INT_MAX * SECOND_US, now_us)) // SECOND_US
    return np.where(last_us == NEVER, UNKNOWN, ages)


def _report(cell: Cell, whole: Matrix, column: int) -> CellReport:
    tries, oks, needed = whole.tries[:, column], whole.oks[:, column], whole.tries_to_ok[:, column]
    solved = needed > 0
    times = whole.first_ok_us[solved, column] - whole.first_asked_us[solved, column]
    known = times[(times >= 0) & (times <= DAY_US)]  # clocks can't always be right
    return CellReport(
        cell=cell,
        students=int(np.count_nonzero(tries)),
        solved=int(np.count_nonzero(solved)),
        tries=int(tries.sum()),
        errors=int(tries.sum() - oks.sum()),
        median_tries=float(np.median(needed[solved])) if solved.any() else None,
        median_seconds=float(np.median(known)) / SECOND_US if len(known) else None,
    )


def _hardest(reports: Sequence[CellReport]) -> list[int]:
    tried = [index for index, report in enumerate(reports) if report.errors]

    def hardness(index: int) -> tuple[float, float, int]:
        report = reports[index]
        return (-report.errors / report.tries, -(report.median_tries or float("inf")), index)

    return sorted(tried, key=hardness)
