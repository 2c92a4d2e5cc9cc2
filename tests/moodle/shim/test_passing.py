"""Records that proxies send with the token of an activity, as the system lines say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.clients import FORM, XML_DONE, form, post, proxy, rest
from tests.support.faulty import ANSWERS, Faulty
from tests.support.moodle_shim import Visitor
from tests.support.rawhttp import load_recorded, send
from tests.support.recordings import COURSE, LTI, RECORDED, expected_tables
from tests.support.site import cell_run, record, seen

SEND = r"--execute=\mod_lticontainer\task\send_queue"
PREFIX = "//mod/lticontainer/records.php"
REGISTER = r"--classname=\mod_lticontainer\task\register_course"
BAD_TOKEN = b"Invalid token - token not found"
REFUSALS = {
    "rejectlimit": (200, "application/json", {"exception": "x", "errorcode": "rejectlimit"}),
    "large": (413, "text/html", "<h1>Request Entity Too Large</h1>"),
}
"""Answers that concern one request alone."""
AWAY = {
    "busy": (200, "application/json", {"exception": "x", "errorcode": "busy"}),
    "html": ANSWERS["html"],
    "gateway": ANSWERS["gateway"],
}
"""Answers after which the others would fare no better."""


@pytest.fixture
def token(beside: Beside) -> Iterator[str]:
    """The token that the system lines of the first activity carry."""
    lti, instance = beside.lesson.ltis[0], beside.lesson.instance
    beside.shim.moodle.call("save_lti", lti, f"lms_users=*\r\nlms_sessioninfo={instance},0\r\nlms_course=x")
    beside.shim.moodle.run_script("adhoc_task.php", REGISTER, "--execute")
    lines = dict(line.split("=", 1) for line in text_of(beside, lti).splitlines())
    assert lines["lms_serverurl"] == beside.shim.web.url
    assert lines["lms_serverpath"] == "/mod/lticontainer/records.php"
    yield lines["lms_rpctoken"]
    beside.shim.moodle.execute("DELETE FROM {lticontainer_queue}")
    beside.shim.moodle.call("purge_caches")


def text_of(beside: Beside, lti: int) -> str:
    return str(
        beside.shim.moodle.execute("SELECT instructorcustomparameters FROM {lti} WHERE id = %s", (lti,))[0][0]
    )


def waiting(beside: Beside) -> int:
    return int(beside.shim.moodle.execute("SELECT COUNT(*) FROM {lticontainer_queue}")[0][0])


def test_records_go_on_over_rest(beside: Beside, token: str) -> None:
    records = [seen("pass", beside.lesson.ltis[0], beside.lesson.instance), *cell_run("pass", "m")]
    assert rest(beside.shim.web.port, records, token, prefix=PREFIX).body == b"[]"
    query = f"wsfunction=mod_lticontainer_write_nblogs&wstoken={token}"
    path = f"{PREFIX}/webservice/rest/server.php?{query}"
    kind = "Content-Type: application/x-www-form-urlencoded"
    answer = post(beside.shim.web.port, path, form(cell_run("pass", "m2")), kind, version="1.0")
    assert answer.body == XML_DONE
    assert {row["message"] for row in beside.site.rows("executions", session="pass")} == {"m", "m2"}


def test_records_go_on_over_xmlrpc(beside: Beside, token: str) -> None:
    path = f"{PREFIX}/webservice/xmlrpc/server.php"
    with proxy(beside.shim.web.port, token, path) as older:
        for one in (seen("xml", beside.lesson.ltis[0], beside.lesson.instance), *cell_run("xml", "m")):
            assert older.mod_lticontainer_write_nbdata(one) == {}
    assert beside.site.rows("executions", session="xml")


def test_the_service_decides_about_tokens_and_records(beside: Beside, token: str) -> None:
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert BAD_TOKEN in rest(beside.shim.web.port, [seen("no", 1)], wrong, prefix=PREFIX).body
    bad = record(host="client", session="pass", message="m", date="yesterday")
    answer = json.loads(rest(beside.shim.web.port, [bad], token, prefix=PREFIX).body)
    assert answer["errorcode"] == "recordrejected"
    assert waiting(beside) == 0


def test_nothing_is_lost_in_an_outage(beside: Beside, token: str) -> None:
    first = seen("outage2", beside.lesson.ltis[0], beside.lesson.instance)
    beside.service.stop()
    try:
        for one in (first, *cell_run("outage2", "m")):
            assert rest(beside.shim.web.port, [one], token, prefix=PREFIX).body == b"[]"
        with proxy(beside.shim.web.port, token, f"{PREFIX}/webservice/xmlrpc/server.php") as older:
            assert older.mod_lticontainer_write_nbdata(cell_run("outage2", "m2")[0]) == {}
        assert waiting(beside) == 4
        beside.shim.moodle.run_script("scheduled_task.php", SEND)
        assert waiting(beside) == 4
    finally:
        beside.service.start()
    beside.shim.moodle.run_script("scheduled_task.php", SEND)
    assert waiting(beside) == 0
    assert {row["message"] for row in beside.site.rows("executions", session="outage2")} == {"m", "m2"}


@pytest.mark.parametrize("kind", [*REFUSALS, *AWAY])
def test_what_the_service_has_not_taken_is_kept(beside: Beside, token: str, kind: str) -> None:
    tries = 2 if kind in REFUSALS else 1
    with Faulty(kind, REFUSALS | AWAY) as faulty:
        beside.shim.connect(faulty.url, "token")
        try:
            for message in ("m", "m2"):
                answer = rest(beside.shim.web.port, list(cell_run(f"kept-{kind}", message)), token, prefix=PREFIX)
                assert answer.body == b"[]"
            assert faulty.asked == tries
            beside.shim.moodle.run_script("scheduled_task.php", SEND)
            # After what may concern one request alone, it is asked whether the service is there.
            assert faulty.asked == 2 * tries + (kind in ("html", "gateway"))
            assert waiting(beside) == 2
        finally:
            beside.shim.connect(beside.service.base_url, beside.site.token("admin"))
    beside.shim.moodle.run_script("scheduled_task.php", SEND)
    assert waiting(beside) == 0
    assert {row["message"] for row in beside.site.rows("executions", session=f"kept-{kind}")} == {"m", "m2"}


def test_a_stranger_can_not_fill_the_queue(beside: Beside, token: str) -> None:
    beside.service.stop()
    try:
        for forged in ("", "x" * 64, "0" * 64, token[:32] + "0" * 32, token.upper()):
            assert rest(beside.shim.web.port, [seen("no", 1)], forged, prefix=PREFIX).status == 503
        other = f"{PREFIX}/webservice/rest/server.php?wsfunction=mod_lticontainer_get_hosts&wstoken={token}"
        assert post(beside.shim.web.port, other, b"", f"Content-Type: {FORM}").status == 503
    finally:
        beside.service.start()
    assert waiting(beside) == 0


@pytest.mark.parametrize("place", ["", "/", "/webservice/soap/server.php", "/webservice/rest/server.php/x"])
def test_nothing_else_goes_on(beside: Beside, token: str, place: str) -> None:
    path = f"/mod/lticontainer/records.php{place}?wstoken={token}"
    assert post(beside.shim.web.port, path, b"", "Content-Type: text/xml").status == 400


@pytest.mark.parametrize("name", ["Content-Type", "content-type"])
def test_what_the_service_could_not_read_is_refused(beside: Beside, token: str, name: str) -> None:
    path = f"{PREFIX}/webservice/rest/server.php?wsfunction=mod_lticontainer_write_nblogs&wstoken={token}"
    client, server = cell_run(f"header-{name}", "m")
    assert post(beside.shim.web.port, path, form([client, server]), f"{name}: {FORM}").body == XML_DONE
    assert beside.site.rows("executions", session=f"header-{name}")
    fields = [
        f'--x\r\nContent-Disposition: form-data; name="nb_logs[0][{key}]"\r\n\r\n{client[key]}\r\n'
        for key in client
    ]
    parts = "".join([*fields, "--x--\r\n"]).encode()
    answer = post(beside.shim.web.port, path, parts, f"{name}: multipart/form-data; boundary=x")
    assert answer.status == 400
    assert waiting(beside) == 0


def test_the_connection_page_tells_where_records_go(beside: Beside, token: str) -> None:
    page = Visitor(beside.shim.web.url, "admin").get("/mod/lticontainer/connection.php")
    place = urlsplit(beside.shim.web.url).netloc + "/mod/lticontainer/records.php"
    assert f"Proxies send records to http://{place}, where the service takes them." in page.text


def through(request: bytes, beside: Beside, door: bytes) -> bytes:
    """Lead a recorded request to this Moodle, and there to one of its doors."""
    host = urlsplit(beside.shim.web.url).netloc.encode()
    led = re.sub(rb"(?im)^Host: .*?\r$", b"Host: " + host + b"\r", request, count=1)
    led, count = re.subn(rb"^POST /\S*?/webservice/", b"POST /" + door + b"/webservice/", led)
    assert count == 1
    return led


def test_what_proxies_sent_in_an_outage_is_in_the_service(beside: Beside, token: str) -> None:
    lesson = beside.lesson
    assert (lesson.course, lesson.instance, lesson.ltis[0]) == (COURSE, 1, LTI)
    of_moodle = beside.shim.moodle.call("make_record_token", "teacher")
    doors = {"rest": (b"", of_moodle), "xmlrpc": (b"/mod/lticontainer/records.php", token)}
    rejected = beside.site.count("rejects")
    beside.service.stop()
    try:
        for path in RECORDED:
            door, own = doors[path.name.partition("-")[0]]
            answer = send(beside.shim.web.port, through(load_recorded(path, own), beside, door))
            assert answer.status == 200
            assert b"fault" not in answer.body.lower()
            assert b"EXCEPTION" not in answer.body
    finally:
        beside.service.start()
    assert waiting(beside) == len(RECORDED)
    beside.shim.moodle.run_script("scheduled_task.php", SEND)
    assert waiting(beside) == 0
    sessions = {row["session"] for row in expected_tables()["session"]}
    runs = [row for row in beside.site.rows("executions") if row["session"] in sessions]
    assert {row["message"] for row in runs} == {row["message"] for row in expected_tables()["server_data"]}
    assert {(row["course"], row["inst_id"], row["lti_id"]) for row in runs} == {(COURSE, 1, LTI)}
    assert beside.site.count("rejects") == rejected
