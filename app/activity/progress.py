"""How far each student is, cell by cell, and which cells are the hardest; no I/O.

A try is a run that ended with OK or with an error. An aborted run, as Run All leaves them after an
error, is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple

from app.activity.labels import NO_CODE, code_label

State = Literal["not_started", "working", "stuck", "finished"]
STATES: tuple[State, ...] = ("not_started", "working", "stuck", "finished")
OK, ERROR = "o", "e"
NOT_RUN, CELL_OK, CELL_ERROR = 0, 1, 2
UNKNOWN = -1
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
INT_MAX = 2**31 - 1


class Cell(NamedTuple):
    """A code cell: names as they are shown."""

    filename: str
    code: int

    @property
    def label(self) -> str:
        """The code number with three digits."""
        return code_label(self.code)


class Tries(NamedTuple):
    """All tries of one student on one cell.

    `results` has one letter a try, in the order of the answers: o for OK, e for an error. `spent_us` adds
    up the durations that are known.
    """

    username: str
    cell: Cell
    results: str
    last_us: int
    spent_us: int
    first_asked_us: int
    first_ok_us: int | None

    @property
    def errors_in_a_row(self) -> int:
        """How many errors came after the last OK."""
        return len(self.results) - len(self.results.rstrip(ERROR))

    @property
    def tries_to_ok(self) -> int | None:
        """How many tries it took to the first OK, that one included."""
        found = self.results.find(OK)
        return None if found < 0 else found + 1

    @property
    def us_to_ok(self) -> int | None:
        """How long it took from the first try to the first OK; unknown where the clocks can't be right."""
        if self.first_ok_us is None:
            return None
        taken = self.first_ok_us - self.first_asked_us
        return taken if 0 <= taken <= DAY_US else None

    def merged(self, other: Tries) -> Tries:
        """Return both as one, where two spellings, as 1 and 01, mean one cell: one after the other."""
        first, second = sorted((self, other), key=lambda tries: tries.last_us)
        oks = [tries.first_ok_us for tries in (first, second) if tries.first_ok_us is not None]
        return Tries(
            self.username,
            self.cell,
            first.results + second.results,
            second.last_us,
            first.spent_us + second.spent_us,
            min(first.first_asked_us, second.first_asked_us),
            min(oks, default=None),
        )


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
    found: Iterable[Tries], codes: Collection[int], roster: Collection[str], limits: Thresholds, now_us: int
) -> Progress:
    """Return the matrix.

    :param codes: the code numbers asked for; nothing stands for all that anyone has run.
    :param roster: students who are shown even if they have not run anything.
    """
    by_student: dict[str, dict[Cell, Tries]] = {name: {} for name in roster}
    for tries in found:
        row = by_student.setdefault(tries.username, {})
        there = row.get(tries.cell)
        row[tries.cell] = tries if there is None else there.merged(tries)
    cells = _cells(by_student.values(), codes)
    students = [
        _student(name, row, cells, limits, now_us) for name, row in sorted(by_student.items(), key=lambda r: r[0])
    ]
    reports = [_report(cell, by_student.values()) for cell in cells]
    return Progress(reports, students, _hardest(reports))


def _cells(rows: Iterable[Mapping[Cell, Tries]], codes: Collection[int]) -> list[Cell]:
    run = {cell for row in rows for cell in row}
    if not codes:
        return sorted(cell for cell in run if cell.code != NO_CODE)
    files = {cell.filename for cell in run if cell.code in codes} or {cell.filename for cell in run} or {""}
    return sorted(Cell(name, code) for name in files for code in set(codes))


def _student(
    name: str, row: Mapping[Cell, Tries], cells: Sequence[Cell], limits: Thresholds, now_us: int
) -> Student:
    found = [row.get(cell) for cell in cells]
    oks = [0 if tries is None else tries.results.count(OK) for tries in found]
    errors = [0 if tries is None else len(tries.results) - ok for tries, ok in zip(found, oks, strict=True)]
    last = max(row.values(), key=lambda tries: tries.last_us, default=None)
    return Student(
        name,
        _state(row, last, bool(cells) and all(oks), limits, now_us),
        UNKNOWN if last is None else _age(last, now_us),
        [CELL_OK if ok else CELL_ERROR if error else NOT_RUN for ok, error in zip(oks, errors, strict=True)],
        oks,
        errors,
        [UNKNOWN if tries is None else _age(tries, now_us) for tries in found],
        [0 if tries is None else min(tries.spent_us // SECOND_US, INT_MAX) for tries in found],
    )


def _age(tries: Tries, now_us: int) -> int:
    # The kernel's clock may be ahead of ours.
    return min(max(0, now_us - tries.last_us) // SECOND_US, INT_MAX)


def _state(
    row: Mapping[Cell, Tries], last: Tries | None, finished: bool, limits: Thresholds, now_us: int
) -> State:
    if last is None:
        return "not_started"
    if finished:
        return "finished"
    many = any(t.errors_in_a_row >= limits.errors for t in row.values() if t.cell.code != NO_CODE)
    silent = last.results.endswith(ERROR) and now_us - last.last_us >= limits.silence * SECOND_US
    return "stuck" if many or silent else "working"


def _report(cell: Cell, rows: Iterable[Mapping[Cell, Tries]]) -> CellReport:
    found = [row[cell] for row in rows if cell in row]
    tries = [t.tries_to_ok for t in found if t.tries_to_ok is not None]
    times = [t.us_to_ok for t in found if t.us_to_ok is not None]
    return CellReport(
        cell=cell,
        students=len(found),
        solved=len(tries),
        tries=sum(len(t.results) for t in found),
        errors=sum(t.results.count(ERROR) for t in found),
        median_tries=median(tries) if tries else None,
        median_seconds=median(times) / SECOND_US if times else None,
    )


def _hardest(reports: Sequence[CellReport]) -> list[int]:
    tried = [index for index, report in enumerate(reports) if report.errors]

    def hardness(index: int) -> tuple[float, float, int]:
        report = reports[index]
        return (-report.errors / report.tries, -(report.median_tries or float("inf")), index)

    return sorted(tried, key=hardness)
