"""Every page opens, and says what happened in a sentence, whatever the service does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from html import unescape

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.faulty import ANSWERS, SILENCE, Faulty
from tests.support.moodle_shim import Visitor
from tests.support.process import free_port

TIMEOUT = 2
PAGES = ("view", "dashboard", "charts", "progress", "ltis", "volumes", "containers", "hub", "lti", "copy")
ASKING = tuple(page for page in PAGES if page not in ("ltis", "hub", "copy"))
"""The pages that can't be shown without asking the service."""
ODD: dict[str, tuple[int, str, object]] = {
    "members": (200, "application/json", {"volumes": 7, "charts": "x", "params": [[]], "steps": None}),
    "list": (200, "application/json", [[1, 2], None]),
}
"""Answers in JSON that have nothing to do with the question."""
KINDS = ODD | ANSWERS
HARMFUL = '"><img src=x onerror=alert(1)><!--<script>'
_TEXTS = (
    "name full_name label_en created size user image state cpu filename label sentence_en severity username title"
    " value role link users field lti_id"
)
_THING = dict.fromkeys(_TEXTS.split(), HARMFUL)
_CHART = _THING | {
    "chart": "users_bar",
    "labels": [HARMFUL],
    "series": [{"name": HARMFUL, "values": [1]}],
    "pages": 1,
}
_LISTS = {
    name: [_THING]
    for name in ("volumes", "containers", "images", "steps", "findings", "cpulimit", "defurl", "cells")
}
HARM: tuple[int, str, object] = (
    200,
    "application/json",
    _CHART
    | _LISTS
    | {"version": HARMFUL, "engine": HARMFUL, "files": [HARMFUL], "charts": [_CHART], "hardest": [0]}
    | {"params": _THING | {"volumes": [_THING]}, "students": [_THING | {"cells": [1]}]},
)
"""What a service sends that somebody else has taken over."""
NONSENSE = "is something else"
SENTENCES = {
    SILENCE: "did not answer in time",
    "error": "reports an error of its own",
    "gateway": "reports an error of its own",
    "token": "does not know this site's token",
    "older": "is older than this plugin",
}


@pytest.fixture
def hosted(beside: Beside) -> Iterator[Beside]:
    """The Moodle with a host in its instance; the real service comes back afterwards."""
    beside.shim.moodle.execute("UPDATE {lticontainer} SET host = 'local'")
    yield beside
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))


def path_of(beside: Beside, script: str) -> str:
    lti = f"&lti={beside.lesson.ltis[0]}" if script in ("lti", "copy") else ""
    return f"/mod/lticontainer/{script}.php?id={beside.lesson.cmid}{lti}"


def seconds(teacher: Visitor, path: str) -> tuple[str, float]:
    started = time.monotonic()
    page = teacher.get(path)
    took = time.monotonic() - started
    assert page.status == 200
    assert page.url.endswith(path)
    return unescape(page.text), took


def check(beside: Beside, url: str, token: str, sentence: str) -> None:
    """Open every page; those that ask the service say what happened."""
    teacher = Visitor(beside.shim.web.url, "teacher")
    without = min(seconds(teacher, path_of(beside, "hub"))[1] for _ in range(2))
    beside.shim.connect(url, token, TIMEOUT)
    for script in PAGES:
        text, took = seconds(teacher, path_of(beside, script))
        assert (sentence in text) is (script in ASKING), script
        assert took < TIMEOUT + 1 + without, script


@pytest.mark.parametrize("kind", [SILENCE, *KINDS])
def test_what_answers_is_no_service(hosted: Beside, kind: str) -> None:
    with Faulty(kind, KINDS) as faulty:
        check(hosted, faulty.url, "token", SENTENCES.get(kind, NONSENSE))


@pytest.mark.parametrize(("script", "change"), [("volumes", "delete"), ("containers", "stop")])
def test_a_change_without_an_answer_is_told_as_unknown(hosted: Beside, script: str, change: str) -> None:
    teacher, path = Visitor(hosted.shim.web.url, "teacher"), path_of(hosted, script)
    form = {change: "lms_vol_x", "confirm": "1", "sesskey": teacher.get(path).sesskey}
    with Faulty(SILENCE, KINDS) as faulty:
        hosted.shim.connect(faulty.url, "token", TIMEOUT)
        began = time.monotonic()
        text = unescape(teacher.post(path, form).text)
    assert time.monotonic() - began < 2 * (TIMEOUT + 1)  # the page that changes, and the list to which it leads
    assert SENTENCES[SILENCE] in text
    assert "Whether it was done is not known" in text
    assert "alert-success" not in text


def test_harmful_answers_harm_nobody(hosted: Beside) -> None:
    teacher = Visitor(hosted.shim.web.url, "teacher")
    with Faulty("harm", {"harm": HARM}) as faulty:
        hosted.shim.connect(faulty.url, "token", TIMEOUT)
        for script in PAGES:
            page = teacher.get(path_of(hosted, script))
            assert ("img src=x" in page.text) is (script in ASKING), script
            assert "<img src=x" not in page.text, script
            assert "<!--<script>" not in page.text, script


def test_nobody_answers(hosted: Beside) -> None:
    check(hosted, f"http://127.0.0.1:{free_port()}", "token", "be reached at the moment")


def test_the_token_is_wrong(hosted: Beside) -> None:
    check(hosted, hosted.service.base_url, "wrong", "does not know this site's token")


def test_the_service_is_not_set_up(hosted: Beside) -> None:
    check(hosted, "", "", "is not set up yet")


def test_what_was_typed_outlives_a_service_that_goes_away(hosted: Beside) -> None:
    teacher = Visitor(hosted.shim.web.url, "teacher")
    path = path_of(hosted, "lti")
    typed = {"users": "student1, student4", "cpulimit": "0.3", "image": "", "volume[0][name]": "handout"}
    form = teacher.get(path).fields | typed | {"volume[0][link]": "Handout", "volume[0][role]": "submit"}
    hosted.shim.connect(f"http://127.0.0.1:{free_port()}", "token", TIMEOUT)
    shown = teacher.post(path, form | {"submitbutton": "1"})
    assert "be reached at the moment" in shown.text
    kept = {name: shown.fields[name] for name in typed}
    assert kept == typed
    assert shown.fields["volume[0][role]"] == "submit"
    hosted.shim.connect(hosted.service.base_url, hosted.site.token("admin"))
    again = teacher.post(path, shown.fields | {"submitbutton": "1"})
    assert "student4" in again.text
    assert "These changes will be saved" in again.text
