"""Marks of seen records."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.marks import make_mark, mark_prefix

# As in a record: without control characters.
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5), min_size=10, max_size=10)


def test_a_mark_has_28_bytes_and_stays_what_it_was() -> None:
    # Marks are stored: another hash would take every old record for a new one.
    mark = make_mark("s", "m", ["a", "b"])
    assert (len(mark), mark.hex()) == (28, "4f04e0dc27ba71406aab45d8065ab5741cdfad44687cf119c1eb4ec9")


def test_marks_of_one_cell_run_begin_alike() -> None:
    marks = [make_mark("s", "m", [host]) for host in ("client", "server")]
    assert {mark[:12] for mark in marks} == {mark_prefix("s", "m")}
    assert marks[0] != marks[1]


def test_marks_of_one_session_lie_side_by_side() -> None:
    assert mark_prefix("s", "m1")[:6] == mark_prefix("s", "m2")[:6]
    assert mark_prefix("s", "m1") != mark_prefix("s", "m2")


@given(TEXTS, TEXTS)
def test_marks_are_equal_only_where_all_ten_values_are(first: list[str], second: list[str]) -> None:
    assert (make_mark("s", "m", first) == make_mark("s", "m", second)) == (first == second)


@given(TEXTS, st.integers(1, 9))
def test_what_moves_from_one_field_to_the_next_makes_another_mark(values: list[str], at: int) -> None:
    moved = [*values[: at - 1], values[at - 1] + values[at], "", *values[at + 1 :]]
    assert (make_mark("s", "m", moved) == make_mark("s", "m", values)) == (values[at] == "")
