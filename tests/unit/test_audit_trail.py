"""An act is written down before it happens, and how it ended after it."""

from __future__ import annotations

import logging

import pytest

from app.audit.entry import Actor, State, Target, shown
from app.audit.trail import Trail
from app.errors import InvalidParameter, ServiceUnavailable

ACTOR = Actor("token:3", "Moodle", "hanako")
TARGET = Target("hub", 2, "lms_vol_x_2_moodle.example.org")


class Notes:
    """An audit that notes what it is told; it fails where it is told to."""

    def __init__(self, *, begins: bool = True, ends: bool = True) -> None:
        self.lines: list[tuple[object, ...]] = []
        self._begins, self._ends = begins, ends

    def begin(self, actor: Actor, action: str, target: Target) -> int:
        if not self._begins:
            raise ServiceUnavailable("The database does not answer")
        self.lines.append((actor, action, target))
        return len(self.lines)

    def end(self, entry: int, state: State, result: str) -> None:
        if not self._ends:
            raise ServiceUnavailable("The database does not answer")
        self.lines.append((entry, state, result))

    def under_way(self, action: str, host: str, course: int, seconds: int) -> frozenset[str]:
        return frozenset()


def test_the_intent_comes_first_and_the_result_after() -> None:
    notes = Notes()
    with Trail(notes).act(ACTOR, "create_volumes", TARGET) as act:
        assert notes.lines == [(ACTOR, "create_volumes", TARGET)]
        act.result = "created"
    assert notes.lines[1:] == [(1, State.DONE, "created")]


def test_an_error_of_a_call_is_told_and_goes_on() -> None:
    notes = Notes()
    with pytest.raises(InvalidParameter), Trail(notes).act(ACTOR, "x", TARGET):
        raise InvalidParameter("name is in use")
    assert notes.lines[1:] == [(1, State.FAILED, "invalidparameter: name is in use")]


def test_of_an_unforeseen_error_only_its_kind_is_written() -> None:
    notes = Notes()
    with pytest.raises(OSError, match="geheim"), Trail(notes).act(ACTOR, "x", TARGET):
        raise OSError("password geheim")
    assert notes.lines[1:] == [(1, State.FAILED, "OSError")]


def test_a_failure_without_an_exception_can_be_told() -> None:
    notes = Notes()
    with Trail(notes).act(ACTOR, "x", TARGET) as act:
        act.fail("in use by a container")
    assert notes.lines[1:] == [(1, State.FAILED, "in use by a container")]


def test_nothing_happens_when_the_intent_cannot_be_written() -> None:
    done: list[int] = []
    with pytest.raises(ServiceUnavailable), Trail(Notes(begins=False)).act(ACTOR, "x", TARGET):
        done.append(1)
    assert done == []


def test_what_has_happened_is_a_success_even_when_that_cannot_be_written(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notes = Notes(ends=False)
    with caplog.at_level(logging.ERROR), Trail(notes).act(ACTOR, "x", TARGET) as act:
        act.result = "created"
    assert len(notes.lines) == 1
    assert "stays an intent" in caplog.text


def test_long_and_odd_texts_are_cut_to_what_a_database_takes() -> None:
    assert shown("a\x00b\ud800c", 10) == "a\ufffdb\ufffdc"
    assert shown("x" * 20, 10) == "x" * 9 + "…"
