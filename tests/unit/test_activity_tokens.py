"""Activity tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.activity_tokens import ID_MAX, make_token, read_ids, verify_token
from app.auth.keys import ACTIVITY_TOKENS, derive_key, derive_keys

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
IDS = st.integers(0, ID_MAX)


@given(IDS, IDS, IDS)
def test_a_token_is_64_lower_hex_characters_and_holds_its_ids(inst_id: int, lti_id: int, counter: int) -> None:
    token = make_token(KEY, inst_id, lti_id, counter)
    assert (len(token), token.lower(), bytes.fromhex(token).hex()) == (64, token, token)
    assert read_ids(token) == (inst_id, lti_id)
    assert verify_token([KEY], token, counter)


def test_a_token_stays_what_it_was() -> None:
    # Tokens stand in the parameters of activities in Moodle: another rule would make all of them void.
    token = make_token(KEY, 1, 7, 0)
    assert token == "00000000000000010000000000000007fbf68d3c55f95e1824f76541d0f71a4e"


@given(st.integers(0, 63), st.sampled_from("0123456789abcdef"))
def test_a_token_with_another_digit_is_none(at: int, digit: str) -> None:
    token = make_token(KEY, 1, 7, 3)
    changed = token[:at] + digit + token[at + 1 :]
    assert verify_token([KEY], changed, 3) == (changed == token)


def test_key_and_counter_must_be_those_it_was_made_with() -> None:
    token = make_token(KEY, 1, 7, 3)
    assert not verify_token([OTHER_KEY], token, 3)
    assert not verify_token([KEY], token, 2)
    assert not verify_token([KEY], token, 4)
    assert not verify_token([], token, 3)
    assert verify_token([OTHER_KEY, KEY], token, 3)


@pytest.mark.parametrize("ids", [(-1, 7), (1, -7), (2**63, 7), (1, 2**63)])
def test_ids_that_no_database_holds_have_no_token(ids: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="must be 0 to"):
        make_token(KEY, *ids, 0)


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda t: t[1:],
        lambda t: t + "0",
        lambda t: f"{t}\n",
        lambda t: "f" + t[1:],
        lambda t: "０" + t[1:],
        lambda t: "",
    ],
)
def test_another_shape_is_no_activity_token(change: object) -> None:
    token = change(make_token(KEY, 1, 10, 0))  # type: ignore[operator]  # each is a function
    assert read_ids(token) is None
    assert not verify_token([KEY], token, 0)


def test_each_use_has_a_key_of_its_own() -> None:
    keys = {derive_key(KEY, use) for use in (ACTIVITY_TOKENS, "encryption", "")} | {KEY}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}
    assert derive_keys([KEY, OTHER_KEY], "x") == (derive_key(KEY, "x"), derive_key(OTHER_KEY, "x"))
