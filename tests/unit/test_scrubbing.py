"""Tokens are taken out of what is kept and of what is logged."""

from __future__ import annotations

import io
import logging

import pytest

from app.monitoring.logs import FORMAT, ScrubbingFormatter
from app.monitoring.logs import scrub as scrub_log
from app.nblogs.rejects import scrub

SECRET = "TOKEN-of_43-characters-0123456789-abcdefghij"


@pytest.mark.parametrize(
    "data",
    [
        f"wstoken={SECRET}",
        f"a=1&wstoken={SECRET}&b=2",
        f"WSTOKEN={SECRET}",
        f"wstoken%3D{SECRET}",
        f'{{"token": "{SECRET}"}}',
        f"{SECRET}{SECRET}",
        f"<string>{SECRET}</string>",
        f"\udcff{SECRET}",
    ],
)
def test_the_callers_token_is_taken_out(data: str) -> None:
    assert SECRET.encode() not in scrub(data.encode("utf-8", "surrogateescape"), SECRET)


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (b"a=1&wstoken=other&b=2", b"a=1&wstoken=[token removed]&b=2"),
        (b'<a href="?wstoken=other">x', b'<a href="?wstoken=[token removed]">x'),
        (b"wstoken=", b"wstoken="),
        (b"no tokens here \xff\x00", b"no tokens here \xff\x00"),
        (f"wstoken={SECRET}&x={SECRET}".encode(), b"wstoken=[token removed]&x=[token removed]"),
    ],
)
def test_what_stands_in_the_place_of_a_token_is_taken_out_and_the_rest_stays(data: bytes, left: bytes) -> None:
    assert scrub(data, SECRET) == left


def test_without_a_token_nothing_else_changes() -> None:
    assert scrub(b"abc", "") == b"abc"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"GET /x?wstoken={SECRET}&a=1", "GET /x?wstoken=[removed]&a=1"),
        (f"Authorization: Bearer {SECRET}", "Authorization: Bearer [removed]"),
        (f"'bearer  {SECRET}'", "'bearer  [removed]'"),
        (f"wstoken%3D{SECRET}", "wstoken%3D[removed]"),
        ("nothing", "nothing"),
    ],
)
def test_a_log_entry_holds_no_token(text: str, left: str) -> None:
    assert scrub_log(text) == left


def test_a_traceback_holds_no_token() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ScrubbingFormatter(FORMAT))
    log = logging.Logger("test")  # of its own, so that no other handler sees it
    log.addHandler(handler)
    try:
        raise RuntimeError(f"/x?wstoken={SECRET}")
    except RuntimeError:
        log.exception("failed for Bearer %s", SECRET)
    assert SECRET not in stream.getvalue()
    assert "RuntimeError: /x?wstoken=[removed]" in stream.getvalue()
