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
from app.activity.tries import DAY_US, NEVER, Booleans, Cell, Integers, Pairs, Tries, pairs_of

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


class MatrixTooLarge(Exception):
    """The matrix would have more fields than are allowed."""

    def __init__(self, students: int, cells: int) -> None:
        super().__init__(f"{students} students and {cells} cells are {students * cells} fields")


def progress(
    found: Tries,
    codes: Collection[int],
    roster: Collection[str],
    limits: Thresholds,
    now_us: int,
    fields_max: int = INT_MAX,
) -> Progress:
    """Return the matrix.

    :param codes: the code numbers asked for; nothing stands for all that anyone has run.
    :param roster: students who are shown even if they have not run anything.
    :param fields_max: the most fields, students times cells.
    :raises MatrixTooLarge: it would have more.
    """
    names = sorted({*found.students, *roster})
    columns = _columns(found.cells, codes)
    if len(names) * len(columns) > fields_max:
        raise MatrixTooLarge(len(names), len(columns))
    pairs = pairs_of(found)
    rows = _rows(found.students, names)[pairs.student]
    matrix = _Matrix(pairs, rows, len(names), list(columns.values()), len(found.cells))
    last_us = np.full(len(names), NEVER, np.int64)
    np.maximum.at(last_us, rows, pairs.last_us)
    numbered = np.array([cell.code != NO_CODE for cell in found.cells], np.bool_)[pairs.cell]
    is_stuck = _stuck(pairs, rows, last_us, numbered, limits, now_us)
    reports = [_report(cell, matrix, column) for column, cell in enumerate(columns)]
    students = _students(names, _states(matrix, last_us, is_stuck), last_us, matrix, now_us)
    return Progress(reports, students, _hardest(reports))


def _rows(students: Mapping[str, int], names: Sequence[str]) -> Integers:
    """Return the row of each student by number."""
    row_of = {name: row for row, name in enumerate(names)}
    return np.array([row_of[name] for name in students], np.int64)


class _Matrix:
    """Pairs of students and cells as arrays of shape (students, cells that are shown)."""

    def __init__(self, pairs: Pairs, rows: Integers, height: int, shown: Sequence[int], cells: int) -> None:
        column_of = np.full(cells + 1, -1, np.int64)
        column_of[shown] = np.arange(len(shown))  # the last is that of all cells that nobody has run
        columns = column_of[pairs.cell]
        self._is_shown = columns >= 0
        self._shape = height, len(shown)
        self._place = rows[self._is_shown], columns[self._is_shown]
        self.tries, self.oks = self.spread(pairs.tries), self.spread(pairs.oks)
        self.tries_to_ok = self.spread(pairs.tries_to_ok)
        self.us_to_ok = self.spread(pairs.first_ok_us - pairs.first_asked_us)
        self.last_us = self.spread(pairs.last_us, NEVER)
        self.spent_us = self.spread(pairs.spent_us)

    def spread(self, values: Integers, empty: int = 0) -> Integers:
        """Return values of pairs at their places."""
        found = np.full(self._shape, empty, np.int64)
        found[self._place] = values[self._is_shown]
        return found


def _columns(run: Mapping[Cell, int], codes: Collection[int]) -> dict[Cell, int]:
    """Return the cells that are shown, with their numbers; the number after the last where nobody has run it."""
    if not codes:
        return {cell: run[cell] for cell in sorted(run) if cell.code != NO_CODE}
    files = {cell.filename for cell in run if cell.code in codes} or {cell.filename for cell in run} or {""}
    asked = sorted(Cell(name, code) for name in files for code in set(codes))
    return {cell: run.get(cell, len(run)) for cell in asked}


def _stuck(
    pairs: Pairs, rows: Integers, last_us: Integers, numbered: Booleans, limits: Thresholds, now_us: int
) -> Booleans:
    """Say of each student whether there were errors in a row, or an error and then silence."""
    many = numbered & (pairs.in_a_row >= limits.errors)
    is_last = pairs.last_us == last_us[rows]
    silent = is_last & (pairs.in_a_row > 0) & (pairs.last_us <= now_us - limits.silence * SECOND_US)
    found = np.zeros(len(last_us), np.bool_)
    found[rows[many | silent]] = True
    return found


def _states(matrix: _Matrix, last_us: Integers, is_stuck: Booleans) -> Sequence[State]:
    finished = (matrix.oks > 0).all(axis=1) & (matrix.oks.shape[1] > 0)
    chosen = np.select([last_us == NEVER, finished, is_stuck], [NOT_STARTED, FINISHED, STUCK], WORKING)
    return [STATES[number] for number in chosen.tolist()]


def _students(
    names: Sequence[str], states: Sequence[State], last_us: Integers, matrix: _Matrix, now_us: int
) -> list[Student]:
    tries, oks = matrix.tries, matrix.oks
    cells = np.where(oks > 0, CELL_OK, np.where(tries > 0, CELL_ERROR, NOT_RUN))
    seconds = np.minimum(matrix.spent_us // SECOND_US, INT_MAX)
    lists = (cells, oks, tries - oks, _ages(matrix.last_us, now_us), seconds)
    rows = zip(*(numbers.tolist() for numbers in lists), strict=True)
    heads = zip(names, states, _ages(last_us, now_us).tolist(), strict=True)
    return [Student(*head, *row) for head, row in zip(heads, rows, strict=True)]


def _ages(last_us: Integers, now_us: int) -> Integers:
    """Return seconds, UNKNOWN where there is no time. The kernel's clock may be ahead of ours."""
    ages = (now_us - np.clip(last_us, now_us - INT_MAX * SECOND_US, now_us)) // SECOND_US
    return np.where(last_us == NEVER, UNKNOWN, ages)


def _report(cell: Cell, matrix: _Matrix, column: int) -> CellReport:
    tries, oks, needed = matrix.tries[:, column], matrix.oks[:, column], matrix.tries_to_ok[:, column]
    solved = needed > 0
    times = matrix.us_to_ok[solved, column]
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
