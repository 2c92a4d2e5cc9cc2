"""What a caller covers, and that its token is never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.authenticator import new_token
from app.auth.caller import REMOVED, SCOPES, TELLING, Activity, Caller

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"


def caller(*scopes: str, courses: set[int] | None = None, activity: Activity | None = None) -> Caller:
    limited = None if courses is None else frozenset(courses)
    return Caller("x", frozenset(scopes), token_id=3, courses=limited, activity=activity, secret=SECRET)


def test_a_scope_opens_itself_only_and_admin_opens_all() -> None:
    for scope in SCOPES:
        assert [name for name in SCOPES if caller(scope).has_scope(name)] == (
            list(SCOPES) if scope == "admin" else [scope]
        )
    assert not caller().has_scope("nblogs:write")


def test_courses_limit_even_admin() -> None:
    assert caller("admin").covers_courses([1, 2])
    assert caller("admin", courses={1}).covers_courses([1])
    assert not caller("admin", courses={1}).covers_courses([1, 2])
    assert not caller("admin", courses=set()).covers_course(1)


def test_an_activity_token_covers_no_course() -> None:
    assert not caller("nblogs:write", activity=Activity(1, 7, 0)).covers_course(2)


@pytest.mark.parametrize(
    ("who", "key", "limited"),
    [
        (caller(), "token:3", False),
        (caller(courses={2}), "token:3", True),
        (caller(courses=set()), "token:3", True),
        (caller(activity=Activity(1, 7, 5)), "activity:1:7", True),
    ],
)
def test_a_caller_has_a_key_and_may_be_limited(who: Caller, key: str, limited: bool) -> None:
    assert (who.key, who.limited) == (key, limited)


def test_the_largest_key_fits_its_column() -> None:
    assert len(caller(activity=Activity(2**63 - 1, 2**63 - 1, 0)).key) <= 64


def test_a_caller_never_shows_its_token() -> None:
    assert SECRET not in repr(caller("admin"))
    assert SECRET not in str(caller("admin"))


@given(st.text(), st.text(), st.integers(TELLING, len(SECRET)))
def test_a_token_is_hidden_whole_and_cut(before: str, after: str, length: int) -> None:
    hidden = caller().hide(f"{before}{SECRET[:length]}{after}{SECRET}")
    assert SECRET[:TELLING] not in hidden
    assert hidden.startswith(before + REMOVED)
    assert hidden.endswith(REMOVED)


@given(st.text())
def test_text_without_the_token_stays(text: str) -> None:
    assert caller().hide(text) == text
    assert Caller("x", frozenset()).hide(text) == text


def test_a_new_token_is_long_plain_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(
        len(token) == 43 and token[0].isalnum() and token.replace("-", "").replace("_", "").isalnum()
        for token in tokens
    )
