"""The table of errors."""

from __future__ import annotations

import pytest

from app.errors import ERRORS, AccessDenied, CallError


def test_codes_and_fault_numbers_are_unique() -> None:
    assert len({error.code for error in ERRORS}) == len(ERRORS)
    assert len({error.fault for error in ERRORS}) == len(ERRORS)


def test_every_error_is_in_the_table() -> None:
    assert set(CallError.__subclasses__()) == set(ERRORS)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_error_can_be_told_on_each_wire(error: type[CallError]) -> None:
    assert error.code.replace("_", "").isalpha()
    assert error.code.islower()
    assert len(error.code) <= 32
    assert 400 <= error.status < 600
    assert -32768 <= error.fault <= -32000
    assert error.message
    assert str(error()) == error.message
    assert str(error("the case")) == error("the case").detail == "the case"


def test_texts_can_be_rewritten_and_numbers_stay() -> None:
    error = AccessDenied("a secret", [{"index": 1, "field": "secret", "message": "x"}])
    error.rewrite(lambda text: text.replace("secret", "-"))
    assert error.detail == "a -"
    assert error.problems == ({"index": 1, "field": "-", "message": "x"},)
