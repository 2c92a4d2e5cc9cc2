"""Persons whom Moodle calls otherwise than the service does: deleted, renamed, or no user at all."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.moodle_shim import Class, Visitor
from tests.support.site import call, cell_run, record, seen

PROCESS = (r"--classname=\tool_dataprivacy\task\process_data_request_task", "--execute")
SEND = r"--execute=\mod_lticontainer\task\send_queue"
REVIEW = r"--execute=\mod_lticontainer\task\review_names"
CLEAN = r"--execute=\core\task\context_cleanup_task"
COURSE_LEVEL = 50
FRONT_PAGE = 1


@dataclass(frozen=True)
class Somebody:
    """A user of Moodle: id, and the user name that they were made with."""

    id: int
    name: str


@pytest.fixture
def lesson(beside: Beside) -> Class:
    """A course of its own."""
    made = beside.shim.add_class(f"n{time.time_ns()}")
    beside.site.register(made.ltis[0], made.course, made.instance)
    return made


@pytest.fixture
def somebody(beside: Beside, lesson: Class) -> Somebody:
    """A student who has run a cell there."""
    return student(beside, lesson, f"u{time.time_ns()}")


def student(beside: Beside, lesson: Class, name: str) -> Somebody:
    made = Somebody(beside.shim.moodle.call("create_user", name), name)
    beside.shim.moodle.call("enrol_by_name", name, lesson.course, "student")
    ran(beside, lesson, name)
    return made


def ran(beside: Beside, lesson: Class, name: str, session: str = "") -> None:
    """Have somebody run a cell."""
    session = session or f"s{time.time_ns()}"
    client, server = cell_run(session, "m")
    write(beside, seen(session, lesson.ltis[0], lesson.instance), client, {**server, "username": name})


def write(beside: Beside, *records: dict[str, str]) -> None:
    arguments, token = {"nb_logs": list(records)}, beside.site.token("nblogs:write")
    call(beside.site.parts, "mod_lticontainer_write_nblogs", arguments, token)


def runs(beside: Beside, name: str) -> int:
    return len(beside.site.rows("executions", username=name))


def waiting(beside: Beside) -> int:
    return int(beside.shim.moodle.execute("SELECT COUNT(*) FROM {lticontainer_queue}")[0][0])


def places(beside: Beside, userid: int) -> list[list[int]]:
    found: list[list[int]] = beside.shim.moodle.call("privacy", "contexts", userid)
    return found


def noted(beside: Beside, userid: int) -> list[str]:
    rows = beside.shim.moodle.execute("SELECT username FROM {lticontainer_names} WHERE userid = %s", (userid,))
    return sorted(str(row[0]) for row in rows)


def process(beside: Beside) -> None:
    """Let cron do what was requested."""
    beside.shim.moodle.execute("UPDATE {task_adhoc} SET nextruntime = 0, faildelay = 0")
    beside.shim.moodle.run_script("adhoc_task.php", *PROCESS)


def send(beside: Beside) -> None:
    beside.shim.moodle.run_script("scheduled_task.php", SEND)


def request(beside: Beside, userid: int, what: str) -> None:
    beside.shim.moodle.call("request_data", userid, what)
    process(beside)


def copy_of(beside: Beside, userid: int) -> str:
    request(beside, userid, "export")
    found: dict[str, Any] = beside.shim.moodle.call("requested_copy", userid)
    return json.dumps({name: text for name, text in found.items() if "LTI" in name})


def told(beside: Beside) -> int:
    """How often Moodle has told privacy officers that something went wrong."""
    found = beside.shim.moodle.execute("SELECT COUNT(*) FROM {notifications} WHERE eventtype = 'notifyexceptions'")
    return int(found[0][0])


def test_a_deleted_user_is_found_by_the_name_that_they_had(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    beside.shim.moodle.call("delete_user", somebody.id)
    assert [COURSE_LEVEL, lesson.course] in places(beside, somebody.id)
    exported = json.dumps(beside.shim.moodle.call("privacy", "export", somebody.id))
    assert "Task1.ipynb" in exported


def test_a_deletion_that_moodle_requests_by_itself_erases_everything(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    other = student(beside, lesson, f"{somebody.name}x")
    beside.shim.moodle.call("set_config", "automaticdeletionrequests", 1, "tool_dataprivacy")
    try:
        beside.shim.moodle.call("delete_user", somebody.id)
    finally:
        beside.shim.moodle.call("set_config", "automaticdeletionrequests", 0, "tool_dataprivacy")
    assert beside.shim.moodle.call("approve_requests", somebody.id) == 1
    process(beside)
    assert runs(beside, somebody.name) == 0
    assert runs(beside, other.name) == 1
    assert noted(beside, somebody.id) == [somebody.name]
    beside.shim.moodle.run_script("scheduled_task.php", REVIEW)
    assert noted(beside, somebody.id) == []


def test_a_deleted_user_whose_context_is_gone_is_found_at_the_front_page(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    beside.shim.moodle.call("delete_user", somebody.id)
    beside.shim.moodle.call("delete_course", lesson.course)
    beside.shim.moodle.run_script("scheduled_task.php", CLEAN)
    assert places(beside, somebody.id) == [[COURSE_LEVEL, FRONT_PAGE]]
    assert somebody.id in beside.shim.moodle.call("privacy_userids", FRONT_PAGE)
    request(beside, somebody.id, "delete")
    assert runs(beside, somebody.name) == 0


def test_a_name_is_kept_as_long_as_something_is_stored_under_it(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    beside.shim.moodle.call("delete_user", somebody.id)
    beside.shim.moodle.run_script("scheduled_task.php", REVIEW)
    assert noted(beside, somebody.id) == [somebody.name]


def test_a_user_who_has_another_name_now_is_both(beside: Beside, lesson: Class, somebody: Somebody) -> None:
    now = f"{somebody.name}b"
    beside.shim.moodle.call("view_lti", lesson.ltis[0], somebody.id)
    beside.shim.moodle.call("update_user", somebody.id, {"username": now})
    ran(beside, lesson, now)
    copy = copy_of(beside, somebody.id)
    assert f'"{somebody.name}"' in copy
    assert f'"{now}"' in copy
    assert beside.shim.moodle.call("privacy_userids", lesson.course) == [somebody.id]
    request(beside, somebody.id, "delete")
    assert runs(beside, somebody.name) == runs(beside, now) == 0


def test_a_name_that_another_user_has_now_is_left_to_them(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    beside.shim.moodle.call("delete_user", somebody.id)
    heir = beside.shim.moodle.call("create_user", somebody.name)
    assert [COURSE_LEVEL, lesson.course] not in places(beside, somebody.id)
    assert [COURSE_LEVEL, lesson.course] not in places(beside, heir)
    assert beside.shim.moodle.call("privacy_userids", lesson.course) == [heir]
    before = told(beside)
    request(beside, somebody.id, "delete")
    assert told(beside) > before
    assert runs(beside, somebody.name) == 1


@pytest.mark.parametrize("by", ["course", "task"])
def test_users_who_were_deleted_before_names_were_noted_are_found(
    beside: Beside, lesson: Class, somebody: Somebody, by: str
) -> None:
    beside.shim.moodle.call("delete_user", somebody.id)
    beside.shim.moodle.execute("DELETE FROM {lticontainer_names}")
    if by == "course":
        assert beside.shim.moodle.call("privacy_userids", lesson.course) == [somebody.id]
    else:
        beside.shim.moodle.run_script("scheduled_task.php", REVIEW)
    assert [COURSE_LEVEL, lesson.course] in places(beside, somebody.id)


def test_rows_under_a_name_that_is_nearly_theirs_are_anothers(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    near, session = somebody.name.replace("u", "ü"), f"near{lesson.course}"
    execute = beside.shim.moodle.execute
    elsewhere = beside.shim.moodle.call("create_course", session)
    execute(
        "INSERT INTO {lticontainer_session} (session, course, lti_id) VALUES (%s, %s, 1)", (session, elsewhere)
    )
    for name in (near, somebody.name.upper()):
        execute(
            "INSERT INTO {lticontainer_server_data} (session, message, username) VALUES (%s, 'm', %s)",
            (session, name),
        )
    assert [COURSE_LEVEL, elsewhere] not in places(beside, somebody.id)
    request(beside, somebody.id, "delete")
    rows = beside.shim.moodle.rows("lticontainer_server_data")
    assert [row["session"] for row in rows].count(session) == 2


def keep(beside: Beside, *records: dict[str, str]) -> None:
    """Have records wait in Moodle."""
    beside.shim.moodle.execute(
        "INSERT INTO {lticontainer_queue} (kind, functionname, arguments, timecreated) "
        "VALUES ('records', 'mod_lticontainer_write_nblogs', %s, 0)",
        (json.dumps({"nb_logs": records}),),
    )


def test_an_erasure_reaches_records_that_are_all_there_is_and_wait(beside: Beside, lesson: Class) -> None:
    name, session = f"w{lesson.course}", f"wait{lesson.course}"
    userid = beside.shim.moodle.call("create_user", name)
    beside.shim.moodle.call("enrol_by_name", name, lesson.course, "student")
    client, server = cell_run(session, "m")
    keep(beside, seen(session, lesson.ltis[0], lesson.instance), client, {**server, "username": name})
    request(beside, userid, "delete")
    send(beside)
    send(beside)
    assert waiting(beside) == 0
    assert beside.site.rows("session", session=session) == []


def test_records_that_wait_before_there_is_a_service_are_erased_once_there_is(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    moodle, token, session = beside.shim.moodle, beside.site.token("admin"), f"early{lesson.course}"
    client, server = cell_run(session, "m")
    moodle.calls(
        ("set_config", "token", "", "mod_lticontainer"), ("set_config", "hadservice", None, "mod_lticontainer")
    )
    try:
        keep(beside, seen(session, lesson.ltis[0], lesson.instance), client, {**server, "username": somebody.name})
        assert "Records are still on their way" in copy_of(beside, somebody.id)
        request(beside, somebody.id, "delete")
    finally:
        moodle.call("set_config", "token", token, "mod_lticontainer")
    send(beside)
    send(beside)
    assert runs(beside, somebody.name) == 0
    assert waiting(beside) == 0


def test_a_course_is_erased_with_names_that_are_no_users(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    stranger, session = f"{somebody.name}z", f"z{lesson.course}"
    ran(beside, lesson, stranger)
    write(beside, seen("unasked", lesson.ltis[0], lesson.instance), cell_run("unasked", "m")[1])
    execute = beside.shim.moodle.execute
    execute(
        "INSERT INTO {lticontainer_session} (session, course, lti_id) VALUES (%s, %s, 1)", (session, lesson.course)
    )
    execute("INSERT INTO {lticontainer_client_data} (session, message) VALUES (%s, 'm')", (session,))
    execute(
        "INSERT INTO {lticontainer_server_data} (session, message, username) VALUES (%s, 'm', %s)",
        (session, stranger),
    )
    beside.shim.moodle.call("privacy_delete_course", lesson.course)
    assert runs(beside, stranger) == runs(beside, somebody.name) == 0
    assert beside.site.rows("executions", session="unasked") == []
    for table in ("session", "client_data", "server_data"):
        assert session not in [row["session"] for row in beside.shim.moodle.rows(f"lticontainer_{table}")]


def test_what_only_the_service_knows_is_erased_when_it_is_back(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    beside.shim.moodle.call("unenrol", somebody.id, lesson.course)
    beside.service.stop()
    try:
        request(beside, somebody.id, "delete")
    finally:
        beside.service.start()
    assert runs(beside, somebody.name) == 1
    send(beside)
    assert runs(beside, somebody.name) == 0
    assert beside.site.rows("rejects", username=somebody.name) == []


def test_a_request_erases_also_what_names_no_course(beside: Beside, lesson: Class, somebody: Somebody) -> None:
    write(beside, record(host="server", username=somebody.name, status="ok", date="2026-11-23T10:00:00Z"))
    request(beside, somebody.id, "delete")
    assert beside.site.rows("server_data", username=somebody.name) == []


def test_what_the_site_protects_is_kept_all_the_same(beside: Beside, lesson: Class, somebody: Somebody) -> None:
    beside.shim.moodle.call("unenrol", somebody.id, lesson.course)
    beside.shim.moodle.call("protect", lesson.course)
    beside.service.stop()
    try:
        request(beside, somebody.id, "delete")
    finally:
        beside.service.start()
    send(beside)
    beside.shim.moodle.call("protect", 0)
    assert runs(beside, somebody.name) == 1


def test_a_copy_says_what_it_lacks(beside: Beside, lesson: Class, somebody: Somebody) -> None:
    before = told(beside)
    beside.service.stop()
    try:
        copy = copy_of(beside, somebody.id)
    finally:
        beside.service.start()
    assert "This copy is not complete" in copy
    assert told(beside) > before
    assert "This copy is not complete" not in copy_of(beside, somebody.id)


def test_an_erasure_waits_for_a_service_that_was_taken_out_of_the_settings(
    beside: Beside, lesson: Class, somebody: Somebody
) -> None:
    send(beside)
    moodle, token = beside.shim.moodle, beside.site.token("admin")
    moodle.call("set_config", "token", "", "mod_lticontainer")
    try:
        request(beside, somebody.id, "delete")
        moodle.call("privacy_delete_course", lesson.course)
    finally:
        moodle.call("set_config", "token", token, "mod_lticontainer")
    send(beside)
    assert runs(beside, somebody.name) == 0


def test_a_site_that_never_had_a_service_keeps_no_erasures(beside: Beside, somebody: Somebody) -> None:
    moodle, token = beside.shim.moodle, beside.site.token("admin")
    moodle.calls(
        ("set_config", "token", "", "mod_lticontainer"), ("set_config", "hadservice", None, "mod_lticontainer")
    )
    try:
        request(beside, somebody.id, "delete")
        assert waiting(beside) == 0
        assert noted(beside, somebody.id) == []
    finally:
        moodle.call("set_config", "token", token, "mod_lticontainer")


def test_what_is_stored_is_described(beside: Beside) -> None:
    assert beside.shim.moodle.call("privacy_metadata") == []
    page = Visitor(beside.shim.web.url, "admin").get("/admin/tool/dataprivacy/pluginregistry.php").text
    told = page[page.index('id="mod_lticontainer"') :]
    told = told[: told.index('id="mod_page"')]
    assert 'data-component="mod_lticontainer"' in page
    assert "lticontainer_names" in told
    assert "requiresattention" not in told
    assert "Requires attention" not in told
