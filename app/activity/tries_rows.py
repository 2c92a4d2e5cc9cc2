"""Reads the tries of a class: one look through its part of the charts' index.

Of each group of rows, in the order of the index, each column is asked for as one text, and becomes an array:
drivers take longer to make rows of Python than databases to find them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, Select, String, bindparam, case, func, select, type_coerce

from app.activity.filter import Filter, matching
from app.activity.labels import code_number, shown_file, shown_user
from app.activity.tries import Cell, Integers, Tries
from app.counting import ABORTED_STATUSES, OK_STATUSES
from app.storage import tables as t
from app.storage.driver import SEPARATOR

Stored = TypeVar("Stored", bound=Hashable)
Shown = TypeVar("Shown", bound=Hashable)
_OK, _ERROR = "o", "e"


def select_tries(wanted: Filter) -> Select[Any]:
    """Select (user, columns: results, code numbers, files, answers, durations), some rows for each user."""
    e = t.executions.c
    result = case((e.status.in_(_constants(OK_STATUSES)), _constant(_OK)), else_=_constant(_ERROR))
    # Not duration_us: where MariaDB 10.11 sorts rows to group them, it adds up garbage for computed columns.
    times = (_as_integers(e.answered_us), _as_integers(e.answered_us - e.asked_us))
    columns = (func.aggregate_strings(result, ""), _as_texts(e.codenum), _as_texts(e.filename), *times)
    tried = (e.slot_us.is_not(None), e.status.not_in(_constants(ABORTED_STATUSES)))
    return (
        select(e.username, *columns).where(*matching(t.executions, wanted), *tried).group_by(e.slot_us, e.username)
    )


def tries_of(parts: Iterable[Sequence[Any]]) -> Tries:
    """Return what was selected, given some rows at a time: as arrays they take a tenth of the memory."""
    students, cells = _Numbering(shown_user), _Numbering(_cell)
    columns = list(zip(*(_columns(rows, students, cells) for rows in parts), strict=True)) or [()] * 5
    empty = np.empty(0, np.int64)
    student, cell, is_ok, answered, taken = (np.concatenate([empty, *column]) for column in columns)
    return Tries(cells.numbers, students.numbers, student, cell, is_ok > 0, answered, taken)


def _columns(
    rows: Sequence[Any], students: _Numbering[str, str], cells: _Numbering[tuple[str, str], Cell]
) -> Sequence[Integers]:
    names, results, codes, files, answered, taken = zip(*rows, strict=True)
    return (
        np.repeat(students.of(names), list(map(len, results))),
        cells.of(zip(_texts(files), _texts(codes), strict=True)),
        np.frombuffer("".join(results).encode(), np.uint8) == ord(_OK),
        _integers(answered),
        _integers(taken),
    )


def _cell(key: tuple[str, str]) -> Cell:
    filename, codenum = key
    return Cell(shown_file(filename), code_number(codenum))


class _Numbering(dict[Stored, int], Generic[Stored, Shown]):
    """Numbers for things by how they are stored, from 0 on; what is shown as one has one number.

    `numbers` has the number of each thing by how it is shown, in the order of the numbers.
    """

    def __init__(self, show: Callable[[Stored], Shown]) -> None:
        super().__init__()
        self.numbers: dict[Shown, int] = {}
        self._show = show

    def __missing__(self, key: Stored) -> int:
        number = self[key] = self.numbers.setdefault(self._show(key), len(self.numbers))
        return number

    def of(self, things: Iterable[Stored]) -> Integers:
        """Return the numbers of many."""
        return np.fromiter(map(self.__getitem__, things), np.int64)


def _as_texts(column: ColumnElement[str]) -> ColumnElement[str]:
    return func.aggregate_strings(column, SEPARATOR)


def _as_integers(column: ColumnElement[int]) -> ColumnElement[str]:
    return func.aggregate_strings(type_coerce(column, String), ",")


def _texts(groups: Sequence[str]) -> Sequence[str]:
    return SEPARATOR.join(groups).split(SEPARATOR)


def _integers(groups: Sequence[str]) -> Integers:
    return np.fromstring(",".join(groups), np.int64, sep=",")


def _constant(value: str) -> ColumnElement[str]:
    return bindparam(None, value, String, literal_execute=True)


def _constants(values: Sequence[str]) -> Any:
    """Return texts of ours as part of a statement: SQLite compares with bound ones half as fast."""
    return bindparam(None, values, expanding=True, literal_execute=True)
