"""What the service has not acknowledged: it waits in order, holds up nothing for ever, is never lost silently."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.between import Between
from tests.support.clients import form, rest
from tests.support.moodle_shim import Visitor
from tests.support.rawhttp import Response
from tests.support.site import cell_run, record, seen

SEND = r"--execute=\mod_lticontainer\task\send_queue"
NIGHTLY = r"--execute=\mod_lticontainer\task\register_site"
PREFIX = "//mod/lticontainer/records.php"
REGISTER = r"--classname=\mod_lticontainer\task\register_course"
PAGE = "/mod/lticontainer/queue.php"
WAITING, REFUSED, STOPPED = 0, 1, 2


@pytest.fixture
def token(beside: Beside) -> Iterator[str]:
    """The token that the system lines of the first activity carry; nothing waits afterwards."""
    moodle = beside.shim.moodle
    yield new_token(beside, beside.lesson.ltis[0])
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))
    moodle.execute("DELETE FROM {lticontainer_queue}")
    moodle.execute("DELETE FROM {config_plugins} WHERE name IN ('queuelimit', 'stoppedtold')")
    moodle.call("purge_caches")


def new_token(beside: Beside, lti: int) -> str:
    """Have the system lines of an activity made; return its token."""
    moodle, instance = beside.shim.moodle, beside.lesson.instance
    moodle.call("save_lti", lti, f"lms_users=*\r\nlms_sessioninfo={instance},0\r\nlms_course=x")
    moodle.run_script("adhoc_task.php", REGISTER, "--execute")
    [[text]] = moodle.execute("SELECT instructorcustomparameters FROM {lti} WHERE id = %s", (lti,))
    return str(dict(line.split("=", 1) for line in text.splitlines())["lms_rpctoken"])


def queue(beside: Beside) -> list[dict[str, Any]]:
    return beside.shim.moodle.rows("lticontainer_queue")


def run(beside: Beside) -> str:
    """Let cron send what waits."""
    return beside.shim.moodle.run_script("scheduled_task.php", SEND)


def post(beside: Beside, token: str, *records: Mapping[str, str]) -> Response:
    return rest(beside.shim.web.port, records, token, prefix=PREFIX)


def put(beside: Beside, function: str, arguments: object, **more: object) -> int:
    """Put a call into the queue; return its id."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    own: dict[str, object] = {"kind": "records", "functionname": function, "arguments": text}
    own |= {"timecreated": int(time.time())} | more
    names, places = ", ".join(own), ", ".join(["%s"] * len(own))
    moodle = beside.shim.moodle
    moodle.execute(f"INSERT INTO {{lticontainer_queue}} ({names}) VALUES ({places})", tuple(own.values()))
    [[number]] = moodle.execute("SELECT MAX(id) FROM {lticontainer_queue}")
    return int(number)


def passed(token: str, *records: Mapping[str, str]) -> dict[str, object]:
    """Return a request of a proxy as the queue has it."""
    query = {"wstoken": token, "wsfunction": "mod_lticontainer_write_nblogs", "moodlewsrestformat": "json"}
    kind = "application/x-www-form-urlencoded"
    body = base64.b64encode(form(records)).decode()
    return {"script": "/webservice/rest/server.php", "query": query, "type": kind, "body": body}


def states(beside: Beside) -> list[int]:
    return [row["state"] for row in queue(beside)]


def sessions(beside: Beside, start: str) -> list[str]:
    return [row["session"] for row in beside.site.rows("session") if row["session"].startswith(start)]


@pytest.fixture
def between(beside: Beside, token: str) -> Iterator[Between]:
    """Something between Moodle and the service that refuses what holds the word poison."""
    with Between(beside.service.port, b"poison") as proxy:
        beside.shim.connect(proxy.url, beside.site.token("admin"))
        yield proxy


def test_a_call_that_is_refused_on_the_way_holds_up_no_other(beside: Beside, token: str, between: Between) -> None:
    put(beside, "write_nblogs", {"nb_logs": [seen("poison1", 1)]})
    put(beside, "passing", passed(token, seen("poison2", beside.lesson.ltis[0])), sender="lti1")
    put(beside, "write_nblogs", {"nb_logs": [seen("through1", 1)]})
    put(beside, "passing", passed(token, seen("through2", beside.lesson.ltis[0])), sender="lti1")
    assert "2 are left" in run(beside)
    assert sessions(beside, "through") == ["through1", "through2"]
    assert [(row["state"], row["tries"]) for row in queue(beside)] == [(REFUSED, 1), (REFUSED, 1)]
    assert {row["lasterror"] for row in queue(beside)} == {"servicenonsense HTTP 413, text/html"}


def test_moodles_own_web_service_goes_on_after_a_refusal_on_the_way(beside: Beside, between: Between) -> None:
    own = str(beside.shim.moodle.call("make_record_token", "teacher"))
    for session in ("poison3", "through3", "poison4", "through4"):
        assert rest(beside.shim.web.port, [seen(session, 1)], own).body == b"[]"
    assert sessions(beside, "through")[-2:] == ["through3", "through4"]
    assert states(beside) == [REFUSED, REFUSED]
    assert between.refused == 2


@pytest.mark.parametrize("status", [200, 502])
def test_what_breaks_one_call_each_time_holds_up_no_other(beside: Beside, token: str, status: int) -> None:
    with Between(beside.service.port, b"poison", status) as proxy:
        beside.shim.connect(proxy.url, beside.site.token("admin"))
        put(beside, "passing", passed(token, seen("poison5", beside.lesson.ltis[0])))
        put(beside, "write_nblogs", {"nb_logs": [seen(f"after{status}", 1)]})
        run(beside)
    assert sessions(beside, f"after{status}")
    assert states(beside) == [REFUSED]


def test_the_sites_own_token_holds_up_no_request_of_an_activity(beside: Beside, token: str) -> None:
    put(beside, "write_nblogs", {"nb_logs": [seen("own1", 1)]})
    put(beside, "passing", passed(token, seen("own2", beside.lesson.ltis[0])))
    beside.shim.connect(beside.service.base_url, "wrong")
    assert "does not know this site" in run(beside)
    assert sessions(beside, "own") == ["own2"]
    assert states(beside) == [WAITING]


def test_what_is_refused_for_a_week_is_stopped(beside: Beside, token: str, between: Between) -> None:
    put(beside, "write_nblogs", {"nb_logs": [seen("poison6", 1)]}, tries=22, state=REFUSED)
    run(beside)
    [row] = queue(beside)
    assert (row["state"], row["tries"]) == (REFUSED, 23)
    assert time.time() + 11 * 3600 < row["timenext"] < time.time() + 13 * 3600
    run(beside)
    assert queue(beside) == [row]
    beside.shim.moodle.execute("UPDATE {lticontainer_queue} SET timenext = 0")
    run(beside)
    assert states(beside) == [STOPPED]
    refused = between.refused
    assert "0 are left" not in run(beside)
    assert (states(beside), between.refused) == ([STOPPED], refused)


def test_what_nobody_can_read_is_stopped_at_once(beside: Beside, token: str) -> None:
    for arguments in ("no JSON", "7", '{"script": "/"}', '{"nb_logs": "\\ud83d"}'):
        put(beside, "passing", arguments)
    put(beside, "delete_user_data", {"name": "x"}, kind="erasures")
    put(beside, "write_nblogs", {"nb_logs": [seen("readable", 1)]})
    run(beside)
    assert sessions(beside, "readable")
    assert {(row["state"], row["lasterror"]) for row in queue(beside)} == {(STOPPED, "unreadable")}
    assert len(queue(beside)) == 5


def test_administrators_are_told_once_a_day_of_what_is_stopped(beside: Beside, token: str) -> None:
    where = "FROM {notifications} WHERE component = 'mod_lticontainer' AND eventtype = 'stopped'"
    beside.shim.moodle.execute(f"DELETE {where}")
    for _ in range(2):
        put(beside, "passing", "no JSON")
        run(beside)
    [[subject, text]] = beside.shim.moodle.execute(f"SELECT subject, fullmessage {where}")
    assert subject == "Notebook records could not be delivered"
    assert text.startswith("1 requests that waited")
    assert text.endswith(PAGE)
    day_ago = int(time.time()) - 86401
    beside.shim.moodle.call("set_config", "stoppedtold", day_ago, "mod_lticontainer")
    run(beside)
    assert len(beside.shim.moodle.execute(f"SELECT id {where}")) == 2


def test_what_the_service_does_not_keep_is_stopped(beside: Beside, token: str) -> None:
    foreign = beside.shim.add_class(f"q{time.time_ns()}")
    beside.site.register(foreign.ltis[0], foreign.course, foreign.instance)
    put(beside, "passing", passed(token, seen("foreign", foreign.ltis[0], foreign.instance)))
    run(beside)
    assert sessions(beside, "foreign") == []
    assert [(row["state"], row["lasterror"]) for row in queue(beside)] == [(STOPPED, "accessexception")]


def test_records_keep_their_order_when_the_service_is_back(beside: Beside, token: str) -> None:
    lti, other = beside.lesson.ltis
    beside.service.stop()
    try:
        assert post(beside, token, seen("turn1", lti)).body == b"[]"
    finally:
        beside.service.start()
    beside.shim.moodle.call("purge_caches")
    assert post(beside, token, seen("turn2", lti)).body == b"[]"
    assert sessions(beside, "turn") == []
    assert [row["sender"] for row in queue(beside)] == [f"lti{lti}"] * 2
    assert post(beside, new_token(beside, other), seen("other turn", other)).body == b"[]"
    assert sessions(beside, "other turn")
    run(beside)
    assert sessions(beside, "turn") == ["turn1", "turn2"]
    assert post(beside, token, seen("turn3", lti)).body == b"[]"
    assert sessions(beside, "turn") == ["turn1", "turn2", "turn3"]
    assert queue(beside) == []


def test_one_activity_can_not_fill_the_table(beside: Beside, token: str) -> None:
    moodle, own = beside.shim.moodle, str(beside.shim.moodle.call("make_record_token", "teacher"))
    moodle.call("set_config", "queuelimit", 1, "mod_lticontainer")
    beside.service.stop()
    try:
        long = record(host="client", session="long", message="m", tags="x" * 60_000)
        answers = [post(beside, token, long).status for _ in range(5)]
        assert answers == [200, 200, 200, 503, 503]
        told = [rest(beside.shim.web.port, [long | {"tags": "x" * 200_000}], own) for _ in range(5)]
        assert [answer.status for answer in told] == [200, 200, 200, 200, 503]
        assert json.loads(told[-1].body)["errorcode"] == "queuefull"
    finally:
        beside.service.start()
    before = len(queue(beside))
    assert "0 are left" in run(beside)
    assert before == 7
    moodle.call("purge_caches")
    assert post(beside, token, seen("room", beside.lesson.ltis[0])).body == b"[]"
    assert sessions(beside, "room")


def test_with_a_full_table_records_go_to_the_service_at_once(beside: Beside, token: str) -> None:
    beside.shim.moodle.call("set_config", "queuelimit", 1, "mod_lticontainer")
    put(beside, "passing", passed(token, seen("full1", 1)), sender=f"lti{beside.lesson.ltis[0]}", bytes=2**20)
    assert post(beside, token, seen("full2", beside.lesson.ltis[0])).body == b"[]"
    assert sessions(beside, "full") == ["full2"]


def test_a_token_that_only_moodle_knows_is_kept(beside: Beside, token: str) -> None:
    lti, instance = beside.lesson.ltis[0], beside.lesson.instance
    beside.site.parts.tokens.raise_counter(instance, lti)
    assert post(beside, token, seen("rotated", lti)).body == b"[]"
    assert [(row["state"], row["lasterror"]) for row in queue(beside)] == [(REFUSED, "invalidtoken")]
    beside.shim.moodle.execute("DELETE FROM {task_adhoc}")
    run(beside)
    assert [(row["state"], row["tries"]) for row in queue(beside)] == [(REFUSED, 1)]
    [[task]] = beside.shim.moodle.execute(
        "SELECT customdata FROM {task_adhoc} WHERE classname LIKE '%%register_course'"
    )
    assert f'"courseid":{beside.lesson.course},' in task
    assert new_token(beside, lti) != token
    run(beside)
    assert [(row["state"], row["lasterror"]) for row in queue(beside)] == [(STOPPED, "formertoken")]
    assert sessions(beside, "rotated") == []
    admin = Visitor(beside.shim.web.url, "admin")
    admin.post(PAGE, {"action": "again", "sesskey": admin.get(PAGE).sesskey})
    run(beside)
    assert sessions(beside, "rotated") == ["rotated"]
    assert queue(beside) == []


def test_nothing_is_lost_before_a_service_is_set_up(beside: Beside, token: str) -> None:
    own = str(beside.shim.moodle.call("make_record_token", "teacher"))
    beside.shim.connect("", "")
    assert post(beside, token, seen("early1", beside.lesson.ltis[0])).body == b"[]"
    assert rest(beside.shim.web.port, [seen("early2", 1)], own).body == b"[]"
    assert post(beside, "0" * 64, seen("early3", 1)).status == 503
    assert "not set up yet" in run(beside)
    assert states(beside) == [WAITING, WAITING]
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))
    run(beside)
    assert sessions(beside, "early") == ["early1", "early2"]


def erase(beside: Beside, username: str) -> int:
    """Put an erasure into the queue; return its id."""
    return put(beside, "delete_user_data", {"username": username, "course_id": 0}, kind="erasures")


def test_an_erasure_waits_only_for_records_before_it(beside: Beside, token: str, between: Between) -> None:
    put(beside, "write_nblogs", {"nb_logs": [seen("poison7", 1)]}, state=REFUSED, tries=23)
    before = [seen("erased1", beside.lesson.ltis[0]), *cell_run("erased1", "m")]
    put(beside, "write_nblogs", {"nb_logs": before})
    erase(beside, "student1")
    put(beside, "write_nblogs", {"nb_logs": [seen("poison8", 1)]})
    beside.shim.moodle.execute("UPDATE {lticontainer_queue} SET timenext = 9999999999 WHERE state = 1")
    run(beside)
    assert beside.site.rows("executions", session="erased1")
    assert [row["kind"] for row in queue(beside)] == ["records", "erasures", "records"]
    beside.shim.moodle.execute("UPDATE {lticontainer_queue} SET timenext = 0")
    run(beside)
    assert beside.site.rows("executions", session="erased1") == []
    assert states(beside) == [STOPPED, REFUSED]


def test_an_erasure_that_is_refused_is_kept_for_an_administrator(beside: Beside, token: str) -> None:
    erase(beside, "username")  # what proxies write where they don't know the name is nobody's
    run(beside)
    [row] = queue(beside)
    assert (row["kind"], row["state"]) == ("erasures", STOPPED)
    assert row["lasterror"].startswith("invalidparameter")


def test_what_is_stopped_can_not_bring_an_erased_person_back(beside: Beside, token: str) -> None:
    lti = beside.lesson.ltis[0]
    known = [seen("kept1", lti), *cell_run("kept1", "m")]
    assert post(beside, token, *known).body == b"[]"
    own = dict(cell_run("kept2", "m")[1])
    other = own | {"username": "student2", "session": "kept3"}
    stopped = {"state": STOPPED, "timetried": int(time.time())}
    names = [
        put(beside, "passing", passed(token, own), courseid=beside.lesson.course, **stopped),
        put(beside, "write_nblogs", {"nb_logs": [own]}, **stopped),
        put(beside, "passing", passed(token, cell_run("kept1", "m2")[0]), **stopped),
        put(beside, "passing", passed(token, cell_run("kept2", "m2")[0]), **stopped),
    ]
    put(beside, "passing", passed(token, other), **stopped)
    put(beside, "passing", passed(token, cell_run("kept3", "m")[0]), **stopped)
    assert names
    erase(beside, "student1")
    put(beside, "write_nblogs", {"nb_logs": [own | {"session": "later"}]}, **stopped)
    run(beside)
    assert beside.site.rows("executions", session="kept1") == []
    left = beside.shim.moodle.execute("SELECT id FROM {lticontainer_queue} ORDER BY id")
    assert [number for (number,) in left] == [names[-1] + 1, names[-1] + 2, names[-1] + 4]


def test_who_is_named_by_stopped_records_alone_can_have_them_erased(beside: Beside, token: str) -> None:
    moodle = beside.shim.moodle
    course = moodle.call("create_course", f"a{time.time_ns()}")
    server = cell_run("alone", "m")[1] | {"username": "student5"}
    stopped = {"state": STOPPED, "timetried": int(time.time())}
    assert [50, course] not in moodle.call("privacy", "contexts", "student5")
    put(beside, "passing", passed(token, server), courseid=course, **stopped)
    put(beside, "write_nblogs", {"nb_logs": [server]}, **stopped)
    other = put(
        beside, "write_nblogs", {"nb_logs": [server | {"username": "student4"}]}, courseid=course, **stopped
    )
    places = moodle.call("privacy", "contexts", "student5")
    assert [50, course] in places
    assert 30 in [level for level, _ in places]
    assert sorted(moodle.call("privacy_users", course)) == ["student4", "student5"]
    moodle.call("privacy", "delete", "student5")
    run(beside)
    assert moodle.execute("SELECT id FROM {lticontainer_queue}") == [(other,)]
    moodle.call("privacy_delete_course", course)
    run(beside)
    assert queue(beside) == []


def test_stopped_records_go_after_a_month_and_erasures_stay(beside: Beside, token: str) -> None:
    old = {"state": STOPPED, "timetried": int(time.time()) - 31 * 86400}
    put(beside, "passing", "no JSON", **old)
    put(beside, "passing", "no JSON", state=STOPPED, timetried=int(time.time()) - 29 * 86400)
    put(beside, "delete_user_data", "no JSON", kind="erasures", **old)
    assert "1 requests with records were deleted" in run(beside)
    assert len(queue(beside)) == 2


def test_two_that_send_at_once_lose_nothing(beside: Beside, token: str) -> None:
    lti = beside.lesson.ltis[0]
    for number in range(60):
        put(beside, "passing", passed(token, *cell_run("twice", f"m{number:02}")))
    put(beside, "passing", passed(token, seen("twice", lti)))
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: beside.shim.moodle.call("send_queue", "records"), range(2)))
    assert queue(beside) == []
    runs = beside.site.rows("executions", session="twice")
    assert sorted(row["message"] for row in runs) == [f"m{number:02}" for number in range(60)]


def test_a_task_that_is_killed_loses_nothing(beside: Beside, token: str) -> None:
    for number in range(200):
        put(beside, "passing", passed(token, *cell_run("killed", f"m{number:03}")))
    task = beside.shim.moodle.start_script("scheduled_task.php", SEND)
    deadline = time.monotonic() + 60
    while len(states(beside)) > 180 and time.monotonic() < deadline:
        time.sleep(0.01)
    task.kill()
    task.wait()
    left = len(states(beside))
    assert 0 < left <= 180
    run(beside)
    assert queue(beside) == []
    runs = beside.site.rows("executions", session="killed")
    assert sorted(row["message"] for row in runs) == [f"m{number:03}" for number in range(200)]


def test_what_was_stored_while_the_answer_was_lost_is_stored_once(beside: Beside, token: str) -> None:
    with Between(beside.service.port, b"unheard", 0) as proxy:
        beside.shim.connect(proxy.url, beside.site.token("admin"))
        put(beside, "passing", passed(token, *cell_run("unheard", "m")))
        put(beside, "write_nblogs", {"nb_logs": [*cell_run("unheard", "m2")]})
        for _ in range(2):
            run(beside)
            assert len(beside.site.rows("executions", session="unheard")) == 1
            assert states(beside) == [WAITING, WAITING]
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))
    run(beside)
    assert {row["message"] for row in beside.site.rows("executions", session="unheard")} == {"m", "m2"}
    assert len(beside.site.rows("client_data", session="unheard")) == 2
    assert queue(beside) == []


def test_what_was_sent_before_an_interruption_is_stored_once(beside: Beside, token: str) -> None:
    bad = record(host="client", session="again", message="m2", date="yesterday")
    request = passed(token, seen("again", beside.lesson.ltis[0]), *cell_run("again", "m"), bad)
    rejected = beside.site.count("rejects")
    for _ in range(2):
        put(beside, "passing", request)
        run(beside)
    assert queue(beside) == []
    assert len(beside.site.rows("executions", session="again")) == 1
    assert len(beside.site.rows("client_data", session="again")) == 1
    assert beside.site.count("rejects") == rejected + 1


def test_an_administrator_sees_what_was_refused_and_has_it_tried_again(beside: Beside, token: str) -> None:
    admin = Visitor(beside.shim.web.url, "admin")
    assert "Nothing waits for the companion service." in admin.get(PAGE).text
    stopped = {"state": STOPPED, "tries": 24, "timetried": int(time.time()), "bytes": 100}
    lti, course = beside.lesson.ltis[0], beside.lesson.course
    again = put(
        beside,
        "passing",
        passed(token, seen("again1", lti)),
        sender=f"lti{lti}",
        courseid=course,
        lasterror="rejectlimit",
        **stopped,
    )
    gone = put(beside, "passing", "<b>", lasterror="<b>new code</b> &", **stopped)
    page = admin.get(PAGE)
    assert "python: Python 1" in page.text
    assert "no more room for rejected ones" in page.text
    assert "The companion service says: &lt;b&gt;new code&lt;/b&gt; &amp;" in page.text
    overview = f"/mod/lticontainer/view.php?id={beside.lesson.cmid}"
    teacher = Visitor(beside.shim.web.url, "teacher")
    assert "1 requests with records of this course could not be delivered" in teacher.get(overview).text
    for action in ({"action": "again"}, {"action": "discard", "confirm": 1}):
        admin.post(PAGE, action | {"sesskey": "forged"})
        teacher.post(PAGE, action | {"sesskey": teacher.get(overview).sesskey})
    assert states(beside) == [STOPPED, STOPPED]
    assert "Delete this?" in admin.post(PAGE, {"action": "discard", "id": gone}).text
    assert states(beside) == [STOPPED, STOPPED]
    key = {"sesskey": page.sesskey}
    assert "Deleted." in admin.post(PAGE, {"action": "discard", "id": gone, "confirm": 1} | key).text
    assert "next run of cron" in admin.post(PAGE, {"action": "again", "id": again} | key).text
    assert states(beside) == [REFUSED]
    run(beside)
    assert sessions(beside, "again1")
    assert queue(beside) == []


def test_the_overview_warns_of_what_waits_and_of_a_full_table(beside: Beside, token: str) -> None:
    overview = f"/mod/lticontainer/view.php?id={beside.lesson.cmid}"
    teacher = Visitor(beside.shim.web.url, "teacher")
    assert "wait for the companion service" not in teacher.get(overview).text
    sender, course = f"lti{beside.lesson.ltis[0]}", beside.lesson.course
    put(beside, "passing", passed(token), sender=sender, courseid=course, bytes=1000)
    page = teacher.get(overview).text
    assert "1 requests with records of this course wait for the companion service" in page
    assert "they are refused" not in page
    put(beside, "passing", passed(token), sender=sender, courseid=course, bytes=256 * 2**20)
    assert "they are refused" in teacher.get(overview).text
    put(beside, "passing", passed(token), bytes=1024 * 2**20)
    beside.shim.moodle.call("purge_caches")
    page = Visitor(beside.shim.web.url, "admin").get(PAGE).text
    assert "There is no room for more" in page
    assert "wait for the companion service: 3" in page


def registered(beside: Beside, course: int) -> set[str]:
    return {row["name"] for row in beside.site.rows("ltis", course=course)}


def test_one_activity_that_is_refused_keeps_no_other_from_being_registered(
    beside: Beside, between: Between
) -> None:
    made = beside.shim.add_class(f"r{time.time_ns()}")
    beside.shim.moodle.execute("UPDATE {lti} SET name = 'poison' WHERE id = %s", (made.ltis[1],))
    beside.shim.moodle.run_script("adhoc_task.php", REGISTER, "--execute")
    assert registered(beside, made.course) == {"Python 1", "Python 3"}
    page = Visitor(beside.shim.web.url, "admin").get("/mod/lticontainer/connection.php").text
    assert "did not register these" in page
    assert ": poison (Refused on the way: HTTP 413, text/html)" in page
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))
    assert "Not registered" not in beside.shim.moodle.run_script("scheduled_task.php", NIGHTLY)
    assert registered(beside, made.course) == {"Python 1", "poison", "Python 3"}
    page = Visitor(beside.shim.web.url, "admin").get("/mod/lticontainer/connection.php").text
    assert "did not register these" not in page


def test_a_token_of_some_courses_registers_those(beside: Beside, token: str) -> None:
    ours, other = (beside.shim.add_class(f"s{time.time_ns()}") for _ in range(2))
    beside.shim.connect(beside.service.base_url, beside.site.token("admin", courses=[ours.course]))
    told = beside.shim.moodle.run_script("scheduled_task.php", NIGHTLY)
    assert registered(beside, ours.course) == {"Python 1", "Python 2", "Python 3"}
    assert registered(beside, other.course) == set()
    assert told.count("Not registered: ") >= 3
