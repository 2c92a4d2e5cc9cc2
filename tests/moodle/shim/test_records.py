"""Records that proxies send to Moodle: they are in the service, at once or after an outage."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.clients import FORM, REST, XML_DONE, post, rest
from tests.support.faulty import Faulty
from tests.support.php_site import PhpSite
from tests.support.rawhttp import Response
from tests.support.site import cell_run, record, seen

SEND = r"--execute=\mod_lticontainer\task\send_queue"


@pytest.fixture(scope="session")
def proxy_token(whole: Beside) -> str:
    """A token of the teacher for the web service that the plugin brings along."""
    return str(whole.shim.moodle.call("make_record_token", "teacher"))


@pytest.fixture
def clean(beside: Beside) -> Iterator[Beside]:
    """Nothing waits, and nobody rests."""
    yield beside
    beside.shim.moodle.execute("DELETE FROM {lticontainer_queue}")
    beside.shim.moodle.call("purge_caches")


def waiting(beside: Beside) -> int:
    return int(beside.shim.moodle.execute("SELECT COUNT(*) FROM {lticontainer_queue}")[0][0])


def send(beside: Beside, records: list[dict[str, str]], token: str) -> Response:
    return rest(beside.shim.web.port, records, token)


def test_all_records_of_a_request_are_in_the_service(clean: Beside, proxy_token: str) -> None:
    records = [seen("all", clean.lesson.ltis[0], clean.lesson.instance), *cell_run("all", "m")]
    answer = send(clean, records, proxy_token)
    assert (answer.status, answer.body) == (200, b"[]")
    [run] = clean.site.rows("executions", session="all")
    assert (run["username"], run["status"], run["lti_id"]) == ("student1", "ok", clean.lesson.ltis[0])
    assert waiting(clean) == 0


def test_texts_arrive_as_they_were_sent(clean: Beside, proxy_token: str) -> None:
    tags = json.dumps(["filename:<b>R&D</b> 演習 😀.ipynb", "codenum:1"], ensure_ascii=False)
    one = record(
        host="client", session="text", message="m", cell_id="c", tags=tags, date="2026-11-23T10:00:00.000Z"
    )
    assert send(clean, [one], proxy_token).body == b"[]"
    [row] = clean.site.rows("client_data", session="text")
    assert row["filename"] == "<b>R&D</b> 演習 😀.ipynb"


def test_the_older_function_takes_one_record(clean: Beside, proxy_token: str) -> None:
    one = urlencode({f"nb_data[{name}]": value for name, value in seen("older", 1).items()}).encode()
    path = f"/{REST}?wsfunction=mod_lticontainer_write_nbdata&wstoken={proxy_token}"
    answer = post(clean.shim.web.port, path, one, f"Content-Type: {FORM}", version="1.0")
    assert answer.body == XML_DONE
    assert clean.site.rows("session", session="older")


def test_who_lacks_the_capability_is_refused(clean: Beside) -> None:
    token = clean.shim.moodle.call("make_record_token", "student1")
    answer = json.loads(send(clean, [seen("student", 1, clean.lesson.instance)], token).body)
    assert answer["errorcode"] in ("nopermissions", "nopermission")
    assert json.loads(send(clean, list(cell_run("student", "m")), token).body)["errorcode"] == "nopermissions"
    assert clean.site.rows("session", session="student") == []
    assert clean.site.rows("client_data", session="student") == []


def test_a_session_begins_only_where_the_capability_is_held(clean: Beside, proxy_token: str) -> None:
    moodle, lesson = clean.shim.moodle, clean.lesson
    foreign = moodle.call("create_lti", moodle.call("create_course", "Foreign"), lesson.tool, "Python 1")
    own, nobody = lesson.ltis[0], moodle.call("make_record_token", "student1")
    for number, (token, lti, instance) in enumerate(
        [(proxy_token, foreign, lesson.instance), (proxy_token, own, 0), (nobody, own, 0), (nobody, 0, 0)]
    ):
        session = f"elsewhere{number}"
        answer = json.loads(send(clean, [seen(session, lti, instance)], str(token)).body)
        assert answer["errorcode"] == "nopermissions", (lti, instance)
        assert clean.site.rows("session", session=session) == []


def test_a_rejected_record_is_told_and_not_kept_twice(clean: Beside, proxy_token: str) -> None:
    bad = record(host="client", session="bad", message="m", date="yesterday")
    answer = json.loads(send(clean, [bad, *cell_run("good", "m")], proxy_token).body)
    assert answer["errorcode"] == "recordrejected"
    assert waiting(clean) == 0
    assert clean.site.rows("executions", session="good")


def test_nothing_is_lost_in_an_outage(clean: Beside, proxy_token: str) -> None:
    clean.service.stop()
    try:
        for number in range(5):
            assert send(clean, list(cell_run("outage", f"m{number}")), proxy_token).body == b"[]"
        assert waiting(clean) == 5
        told = clean.shim.moodle.run_script("scheduled_task.php", SEND)
        assert "5 are left" in told
        assert "can't be reached" in told
    finally:
        clean.service.start()
    told = clean.shim.moodle.run_script("scheduled_task.php", SEND)
    assert "0 are left" in told
    runs = clean.site.rows("executions", session="outage")
    assert sorted(row["message"] for row in runs) == [f"m{number}" for number in range(5)]
    clean.shim.moodle.run_script("scheduled_task.php", SEND)
    assert len(clean.site.rows("executions", session="outage")) == 5


def test_one_request_waits_for_a_silent_service_and_no_other(clean: Beside, proxy_token: str) -> None:
    with Faulty() as silent:
        clean.shim.connect(silent.url, "token")
        times = []
        for number in range(3):
            started = time.monotonic()
            assert send(clean, list(cell_run("silent", f"m{number}")), proxy_token).body == b"[]"
            times.append(time.monotonic() - started)
        assert silent.asked == 1
        assert times[0] > 3 > max(times[1:])
        assert waiting(clean) == 3
    clean.shim.connect(clean.service.base_url, clean.site.token("admin"))
    clean.shim.moodle.run_script("scheduled_task.php", SEND)
    assert len(clean.site.rows("executions", session="silent")) == 3


def test_nobody_rests_where_the_service_refuses_one_request(clean: Beside, proxy_token: str) -> None:
    full = {"full": (507, "application/problem+json", {"errorcode": "rejectlimit", "title": "Too many rejects"})}
    with Faulty("full", full) as faulty:
        clean.shim.connect(faulty.url, "token")
        try:
            for number in range(2):
                assert send(clean, list(cell_run("full", f"m{number}")), proxy_token).body == b"[]"
            assert faulty.asked == 2
            assert waiting(clean) == 2
        finally:
            clean.shim.connect(clean.service.base_url, clean.site.token("admin"))
    clean.shim.moodle.run_script("scheduled_task.php", SEND)
    assert len(clean.site.rows("executions", session="full")) == 2


def test_records_are_sent_in_their_order(clean: Beside, proxy_token: str) -> None:
    clean.service.stop()
    try:
        for number in range(120):
            clean.shim.moodle.execute(
                "INSERT INTO {lticontainer_queue} (kind, functionname, arguments, timecreated) "
                "VALUES ('records', 'write_nblogs', %s, 0)",
                (json.dumps({"nb_logs": [seen(f"order{number}", 1)]}),),
            )
    finally:
        clean.service.start()
    clean.shim.moodle.run_script("scheduled_task.php", SEND)
    assert waiting(clean) == 0
    came = [row["session"] for row in clean.site.rows("session") if row["session"].startswith("order")]
    assert came == [f"order{number}" for number in range(120)]


def test_with_a_wrong_token_records_wait_until_it_is_mended(clean: Beside, proxy_token: str) -> None:
    clean.shim.moodle.call("set_config", "token", "wrong", "mod_lticontainer")
    assert send(clean, [seen("mended", 1)], proxy_token).body == b"[]"
    assert waiting(clean) == 1
    clean.shim.connect(clean.service.base_url, clean.site.token("admin"))
    clean.shim.moodle.run_script("scheduled_task.php", SEND)
    assert clean.site.rows("session", session="mended")


def test_a_rejected_record_in_the_queue_counts_as_delivered(clean: Beside) -> None:
    bad = json.dumps({"nb_logs": [record(host="client", session="late", message="m", date="yesterday")]})
    clean.shim.moodle.execute(
        "INSERT INTO {lticontainer_queue} (kind, functionname, arguments, timecreated) "
        "VALUES ('records', 'write_nblogs', %s, 0)",
        (bad,),
    )
    clean.shim.moodle.run_script("scheduled_task.php", SEND)
    assert waiting(clean) == 0


def test_a_request_that_php_may_have_cut_is_refused(clean: Beside, proxy_token: str) -> None:
    with PhpSite(input_vars=100, told_port=clean.shim.web.port) as small:
        small.start(clean.shim.moodle.code)
        whole = [seen(f"cut{number}", 1) for number in range(9)]
        assert rest(small.port, whole, proxy_token).body == b"[]"
        cut = json.loads(rest(small.port, [seen(f"more{number}", 1) for number in range(12)], proxy_token).body)
        assert cut["errorcode"] == "requestcut"
    sessions = {row["session"] for row in clean.site.rows("session")}
    assert "cut8" in sessions
    assert not any(re.match("more", session) for session in sessions)
