"""What a person may ask Moodle for: a copy of what is stored of them, and its erasure."""

from __future__ import annotations

import json
import time

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.moodle_shim import Class
from tests.support.site import call, cell_run, seen

SEND = r"--execute=\mod_lticontainer\task\send_queue"
COURSE_LEVEL, USER_LEVEL = 50, 30


@pytest.fixture
def lesson(beside: Beside) -> Class:
    """A course in which student1 has run a cell."""
    made = beside.shim.add_class(f"p{time.time_ns()}")
    beside.site.register(made.ltis[0], made.course, made.instance)
    session = f"p{made.course}"
    records = [seen(session, made.ltis[0], made.instance), *cell_run(session, "m")]
    call(
        beside.site.parts, "mod_lticontainer_write_nblogs", {"nb_logs": records}, beside.site.token("nblogs:write")
    )
    return made


def older_row(beside: Beside, lesson: Class, username: str) -> None:
    """Store an answer of a kernel as the older plugin did."""
    session, execute = f"o{lesson.course}", beside.shim.moodle.execute
    execute(
        "INSERT INTO {lticontainer_session} (session, course, lti_id) VALUES (%s, %s, 1)", (session, lesson.course)
    )
    execute(
        "INSERT INTO {lticontainer_server_data} (session, message, username) VALUES (%s, 'm', %s)",
        (session, username),
    )


def waiting(beside: Beside) -> int:
    """How many calls wait for the service."""
    return int(beside.shim.moodle.execute("SELECT COUNT(*) FROM {lticontainer_queue}")[0][0])


def test_moodle_finds_it_compliant(beside: Beside) -> None:
    assert beside.shim.moodle.call("privacy_compliant") is True


def test_a_person_gets_a_copy(beside: Beside, lesson: Class) -> None:
    assert [COURSE_LEVEL, lesson.course] in beside.shim.moodle.call("privacy", "contexts", "student1")
    assert [COURSE_LEVEL, lesson.course] not in beside.shim.moodle.call("privacy", "contexts", "student2")
    exported = json.dumps(beside.shim.moodle.call("privacy", "export", "student1"))
    assert f'"p{lesson.course}"' in exported
    assert "Task1.ipynb" in exported


def test_a_course_knows_its_persons(beside: Beside, lesson: Class) -> None:
    assert beside.shim.moodle.call("privacy_users", lesson.course) == ["student1"]
    beside.shim.moodle.call("privacy_delete_course", lesson.course)
    assert beside.shim.moodle.call("privacy_users", lesson.course) == []
    assert beside.site.rows("executions", session=f"p{lesson.course}") == []


def test_an_erasure_waits_while_the_service_is_away(beside: Beside, lesson: Class) -> None:
    moodle = beside.shim.moodle
    older_row(beside, lesson, "student1")
    beside.service.stop()
    try:
        places = moodle.call("privacy", "delete", "student1")
        assert [COURSE_LEVEL, lesson.course] in places
        assert USER_LEVEL in [level for level, _ in places]
        assert "student1" not in [row["username"] for row in moodle.rows("lticontainer_server_data")]
        moodle.run_script("scheduled_task.php", SEND)
        assert beside.site.rows("executions", session=f"p{lesson.course}")
    finally:
        beside.service.start()
    moodle.run_script("scheduled_task.php", SEND)
    assert beside.site.rows("executions", username="student1") == []
    assert waiting(beside) == 0


def test_the_erasure_of_a_course_waits_too(beside: Beside, lesson: Class) -> None:
    moodle = beside.shim.moodle
    beside.service.stop()
    try:
        assert "student1" in moodle.call("privacy_users", lesson.course)
        moodle.call("privacy_delete_course", lesson.course)
    finally:
        beside.service.start()
    moodle.run_script("scheduled_task.php", SEND)
    assert beside.site.rows("executions", session=f"p{lesson.course}") == []
    assert waiting(beside) == 0


def test_an_erasure_comes_after_the_records_that_wait(beside: Beside, lesson: Class) -> None:
    session = f"late{lesson.course}"
    records = [seen(session, lesson.ltis[0], lesson.instance), *cell_run(session, "late")]
    beside.shim.moodle.execute(
        "INSERT INTO {lticontainer_queue} (kind, functionname, arguments, timecreated) "
        "VALUES ('records', 'mod_lticontainer_write_nblogs', %s, 0)",
        (json.dumps({"nb_logs": records}),),
    )
    beside.shim.moodle.call("privacy", "delete", "student1")
    assert waiting(beside) > 1
    beside.shim.moodle.run_script("scheduled_task.php", SEND)
    assert beside.site.rows("executions", session=session) == []
    assert waiting(beside) == 0


def test_rows_of_the_older_plugin_are_a_persons_too(beside: Beside, lesson: Class) -> None:
    execute = beside.shim.moodle.execute
    execute("INSERT INTO {lticontainer_session} (session, course, lti_id) VALUES ('old', %s, 1)", (lesson.course,))
    execute("INSERT INTO {lticontainer_client_data} (session, message) VALUES ('old', 'm1'), ('old', 'm2')")
    execute(
        "INSERT INTO {lticontainer_server_data} (session, message, username) "
        "VALUES ('old', 'm1', 'student3'), ('old', 'm2', 'student4')"
    )
    assert [COURSE_LEVEL, lesson.course] in beside.shim.moodle.call("privacy", "contexts", "student3")
    exported = json.dumps(beside.shim.moodle.call("privacy", "export", "student3"))
    assert '"m1"' in exported
    assert '"m2"' not in exported
    beside.shim.moodle.call("privacy", "delete", "student3")
    rows = [row for row in beside.shim.moodle.rows("lticontainer_server_data") if row["session"] == "old"]
    assert [row["username"] for row in rows] == ["student4"]
    assert [row["message"] for row in beside.shim.moodle.rows("lticontainer_client_data")] == ["m2"]


def test_what_belongs_to_no_course_that_exists_goes_with_everything(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.call("delete_course", lesson.course)
    places = beside.shim.moodle.call("privacy", "contexts", "student1")
    assert USER_LEVEL in [level for level, _ in places]
    exported = json.dumps(beside.shim.moodle.call("privacy", "export", "student1"))
    assert f'"p{lesson.course}"' in exported
    beside.shim.moodle.call("privacy", "delete", "student1")
    assert beside.site.rows("executions", username="student1") == []


@pytest.mark.parametrize("what", ["delete", "delete_all"])
def test_a_persons_own_context_holds_it(beside: Beside, lesson: Class, what: str) -> None:
    beside.shim.moodle.call("delete_course", lesson.course)
    assert beside.shim.moodle.call("privacy_own", what, "student1") == ["student1"]
    assert beside.shim.moodle.call("privacy_own", "look", "student1") == []
    assert beside.site.rows("executions", username="student1") == []
