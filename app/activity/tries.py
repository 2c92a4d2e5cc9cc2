"""From the tries of a class to what each student has done in each cell; no I/O.

In arrays, because a class of three hundred runs tens of thousands of cells in a lesson.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.activity.labels import code_label

DAY_US = 86_400_000_000
NEVER = -(2**63)
"""Stands for a time that is none."""

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


class Cell(NamedTuple):
    """A code cell: names as they are shown."""

    filename: str
    code: int

    @property
    def label(self) -> str:
        """The code number with three digits."""
        return code_label(self.code)


@dataclass(frozen=True, slots=True)
class Tries:
    """All tries of a class; arrays of shape (tries,), in any order.

    `cells` has the number of each cell that anyone has run, `students` the names. `student` and `cell` are
    numbers of these; `taken_us` is how long the answer came after its question, negative where clocks can't be
    right.
    """

    cells: Mapping[Cell, int]
    students: Sequence[str]
    student: Integers
    cell: Integers
    is_ok: Booleans
    answered_us: Integers
    taken_us: Integers


@dataclass(frozen=True, slots=True)
class Matrix:
    """What each student has done in each cell; arrays of shape (students, cells + 1), the last column empty.

    `in_a_row`: errors since the last OK. `tries_to_ok`: tries up to the first OK, that one included; 0 where
    there is none. `spent_us` adds up the durations that are known. Times are NEVER where there is none.
    """

    tries: Integers
    oks: Integers
    in_a_row: Integers
    tries_to_ok: Integers
    last_us: Integers
    first_asked_us: Integers
    first_ok_us: Integers
    spent_us: Integers


def matrix_of(tries: Tries, rows: Mapping[str, int]) -> Matrix:
    """Return the matrix.

    :param rows: the row of each student, of those too who have not run anything.
    """
    shape = (len(rows), len(tries.cells) + 1)
    row_of = np.array([rows[name] for name in tries.students], np.int64)
    place = row_of[tries.student] * shape[1] + tries.cell
    # By student and cell, and each of these in the order of the answers.
    order = np.lexsort((tries.answered_us, place))
    return _matrix(shape, place[order], tries.is_ok[order], tries.answered_us[order], tries.taken_us[order])


def _matrix(
    shape: tuple[int, int], place: Integers, is_ok: Booleans, answered: Integers, taken: Integers
) -> Matrix:
    number = np.arange(len(place))
    start = np.flatnonzero(np.append(True, place[1:] != place[:-1])[: len(place)])
    end = np.append(start, len(place))[1:]
    last_ok = np.maximum.reduceat(np.where(is_ok, number, -1), start)
    first_ok = np.minimum.reduceat(np.where(is_ok, number, len(place)), start)
    solved = first_ok < end
    known = np.where((taken >= 0) & (taken <= DAY_US), taken, 0)

    def spread(values: Integers, empty: int = 0) -> Integers:
        found = np.full(shape, empty, np.int64)
        found.flat[place[start]] = values
        return found

    return Matrix(
        tries=spread(end - start),
        oks=spread(np.add.reduceat(is_ok, start, dtype=np.int64)),
        in_a_row=spread(end - 1 - np.maximum(last_ok, start - 1)),
        tries_to_ok=spread(np.where(solved, first_ok - start + 1, 0)),
        last_us=spread(answered[end - 1], NEVER),
        first_asked_us=spread(np.minimum.reduceat(answered - taken, start), NEVER),
        first_ok_us=spread(np.where(solved, answered[np.minimum(first_ok, len(place) - 1)], NEVER), NEVER),
        spent_us=spread(np.add.reduceat(known, start)),
    )
