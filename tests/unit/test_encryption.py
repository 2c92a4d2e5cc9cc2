"""Stored secrets: readable with every kept key, renewed to the newest, and never without a key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.encryption import Cipher, Undecryptable
from app.auth.keys import ACTIVITY_TOKENS, ENCRYPTION, derive_key

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_secret_comes_back_as_it_was(text: str) -> None:
    cipher = Cipher([NEW])
    stored = cipher.encrypt(text)
    assert stored.isascii()
    assert len(text) < 4 or text not in stored
    assert cipher.decrypt(stored) == text


def test_the_same_secret_looks_different_each_time() -> None:
    assert Cipher([NEW]).encrypt("secret") != Cipher([NEW]).encrypt("secret")


def test_a_former_key_still_reads_and_the_newest_writes() -> None:
    stored = Cipher([OLD]).encrypt("secret")
    both = Cipher([NEW, OLD])
    assert both.decrypt(stored) == "secret"
    assert Cipher([NEW]).decrypt(both.encrypt("secret")) == "secret"


def test_renewing_brings_a_secret_to_the_newest_key_once() -> None:
    renewed = Cipher([NEW, OLD]).renew(Cipher([OLD]).encrypt("secret"))
    assert renewed is not None
    assert Cipher([NEW]).decrypt(renewed) == "secret"
    assert Cipher([NEW, OLD]).renew(renewed) is None


@pytest.mark.parametrize("change", [lambda text: text[:-4], lambda text: f"A{text}", lambda _: "", lambda _: "ü"])
def test_what_was_changed_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(Undecryptable):
        Cipher([NEW]).decrypt(change(Cipher([NEW]).encrypt("secret")))


def test_another_key_reads_nothing_and_the_error_holds_nothing() -> None:
    stored = Cipher([OLD]).encrypt("secret")
    for act in (Cipher([NEW, OTHER]).decrypt, Cipher([NEW, OTHER]).renew):
        with pytest.raises(Undecryptable, match="old_secret_keys") as caught:
            act(stored)
        assert "secret'" not in str(caught.value)
        assert stored not in str(caught.value)


def test_each_use_has_a_key_of_its_own() -> None:
    assert derive_key(NEW, ENCRYPTION) != derive_key(NEW, ACTIVITY_TOKENS)
