"""Every page opens, and says what happened in a sentence, whatever the service does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.moodle_shim import Visitor
from tests.support.process import free_port

TIMEOUT = 2
PAGES = ("view", "dashboard", "charts", "progress", "ltis", "volumes", "containers", "hub", "lti", "copy")
ASKING = tuple(page for page in PAGES if page not in ("ltis", "hub", "copy"))
"""The pages that can't be shown without asking the service."""
OLDER = {"errorcode": "invalidrecord", "title": "Can't find data record", "detail": "", "problems": []}
HTML, JSON, PROBLEM = "text/html", "application/json", "application/problem+json"
ANSWERS = {
    "html": (200, HTML, b"<html>Log in, please</html>", "something else"),
    "other": (200, JSON, b'{"volumes": 7, "charts": "x"}', "something else"),
    "list": (200, JSON, b"[[1, 2], null]", "something else"),
    "broken": (200, JSON, b'{"version": "1', "something else"),
    "failed": (500, HTML, b"oh", "an error of its own"),
    "older": (404, PROBLEM, json.dumps(OLDER).encode(), "older than this plugin"),
    "slow": (0, HTML, b"", "did not answer in time"),
}


@contextmanager
def answering(kind: str) -> Iterator[str]:
    """Run a server that is no service; yield its URL."""
    status, content_type, body, _ = ANSWERS[kind]
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if status == 0:
                ended.wait(30)
                return
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


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
    return page.text, took


def check(beside: Beside, url: str, token: str, sentence: str) -> None:
    """Open every page; those that ask the service say what happened."""
    teacher = Visitor(beside.shim.web.url, "teacher")
    without = min(seconds(teacher, path_of(beside, "hub"))[1] for _ in range(2))
    beside.shim.connect(url, token, TIMEOUT)
    for script in PAGES:
        text, took = seconds(teacher, path_of(beside, script))
        assert (sentence in text) is (script in ASKING), script
        assert took < TIMEOUT + 1 + without, script


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_answers_is_no_service(hosted: Beside, kind: str) -> None:
    with answering(kind) as url:
        check(hosted, url, "token", ANSWERS[kind][3])


def test_nobody_answers(hosted: Beside) -> None:
    check(hosted, f"http://127.0.0.1:{free_port()}", "token", "be reached at the moment")


def test_the_token_is_wrong(hosted: Beside) -> None:
    check(hosted, hosted.service.base_url, "wrong", "does not know this site&#039;s token")


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
