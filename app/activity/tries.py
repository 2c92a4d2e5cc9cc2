"""From the tries of a class to what each student has done in each cell; no I/O.

In arrays, because a class of three hundred runs tens of thousands of cells in a lesson.
"""

from __future__ import annotations

from collections.abc import Mapping
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

    `cells` and `students` have the number of each cell that anyone has run, and of each student; `student` and
    `cell` are such numbers. `taken_us` is how long the answer came after its question, negative where clocks
    can't be right.
    """

    cells: Mapping[Cell, int]
    students: Mapping[str, int]
    student: Integers
    cell: Integers
    is_ok: Booleans
    answered_us: Integers
    taken_us: Integers


@dataclass(frozen=True, slots=True)
class Pairs:
    """What each student has done in each cell that he or she has tried; arrays of shape (pairs,), by student.

    `student` and `cell` are numbers. `in_a_row`: errors since the last OK. `tries_to_ok`: tries up to the first
    OK, that one included; 0 where there is none, and then `first_ok_us` means nothing. `spent_us` adds up the
    durations that are known.
    """

    student: Integers
    cell: Integers
    tries: Integers
    oks: Integers
    in_a_row: Integers
    tries_to_ok: Integers
    last_us: Integers
    first_asked_us: Integers
    first_ok_us: Integers
    spent_us: Integers


def pairs_of(tries: Tries) -> Pairs:
    """Return the pairs of students and cells; those that have not met take no place."""
    # By student and cell, and each of these in the order of the answers.
    order = np.lexsort((tries.answered_us, tries.cell, tries.student))
    student, cell, is_ok = tries.student[order], tries.cell[order], tries.is_ok[order]
    answered, taken = tries.answered_us[order], tries.taken_us[order]
    number = np.arange(len(order))
    is_new = np.append(True, (student[1:] != student[:-1]) | (cell[1:] != cell[:-1]))[: len(order)]
    start = np.flatnonzero(is_new)
    end = np.append(start, len(order))[1:]
    last_ok = np.maximum.reduceat(np.where(is_ok, number, -1), start)
    first_ok = np.minimum.reduceat(np.where(is_ok, number, len(order)), start)
    solved = first_ok < end
    known = np.where((taken >= 0) & (taken <= DAY_US), taken, 0)
    return Pairs(
        student=student[start],
        cell=cell[start],
        tries=end - start,
        oks=np.add.reduceat(is_ok, start, dtype=np.int64),
        in_a_row=end - 1 - np.maximum(last_ok, start - 1),
        tries_to_ok=np.where(solved, first_ok - start + 1, 0),
        last_us=answered[end - 1],
        first_asked_us=np.minimum.reduceat(answered - taken, start),
        first_ok_us=answered[np.where(solved, first_ok, start)],
        spent_us=np.add.reduceat(known, start),
    )
