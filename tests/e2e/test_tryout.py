"""`make run` as a stranger sees it: a class is there, a link opens it, and it ends with Ctrl-C."""

from __future__ import annotations

import json
import re
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.support import process

pytestmark = pytest.mark.slow


def post(port: int, path: str, body: object, cookie: str = "") -> tuple[str, Any]:
    """POST as the page does; return the cookie that is set, and the answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    connection.request("POST", f"/page/{path}", json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status == 200, text
    return (answer.getheader("Set-Cookie") or "").split(";")[0], json.loads(text)


def asked(port: int, cookie: str, function: str, **arguments: object) -> Any:
    """Return the result of one question."""
    _, answer = post(port, "calls", {"calls": [{"function": function, "arguments": arguments}]}, cookie)
    return answer["results"][0]["result"]


def test_a_class_is_there_and_a_link_opens_it(tmp_path: Path) -> None:
    port, log = process.free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "app", "tryout", "--folder", str(tmp_path / "var"), "--students", "40"]
    started = process.spawn(
        [*command, "--bind", f"127.0.0.1:{port}"], log=log, env=process.environment({}), cwd=tmp_path
    )
    process.await_ready(started, lambda: "#login=" in process.tail(log), 120, log)
    code = re.findall(r"#login=([\w-]+)", log.read_text())[-1]
    cookie, _ = post(port, "login", {"code": code})
    [course] = asked(port, cookie, "get_courses")["courses"]
    assert [lti["lti_id"] for lti in course["ltis"]] == [1, 2]
    roster = asked(port, cookie, "get_roster", course_id=course["course_id"])["users"]
    students = asked(port, cookie, "get_progress", course_id=course["course_id"], roster=roster)["students"]
    states = [student["state"] for student in students]
    assert len(students) == 40
    assert states.count("not_started") == 5
    assert states.count("finished") == 7
    assert states.count("stuck") >= 6
    counts = asked(port, cookie, "get_record_counts")
    assert int(counts["rejected"]) == 0
    goes_on(port, cookie, int(counts["received"]))
    process.end_group(started, 30)
    assert "Stopping." in log.read_text()


def goes_on(port: int, cookie: str, before: int) -> None:
    deadline = time.monotonic() + 60
    while int(asked(port, cookie, "get_record_counts")["stored"]) <= before:
        assert time.monotonic() < deadline, "nothing more was sent"
        time.sleep(1)
