"""LTI activities that are made, changed, copied, restored: the service knows them, and no copy keeps a token."""

from __future__ import annotations

import re
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.moodle_shim import HUB, Class

REGISTER = r"--classname=\mod_lticontainer\task\register_course"
NIGHTLY = r"--execute=\mod_lticontainer\task\register_site"


def run_tasks(beside: Beside) -> str:
    return beside.shim.moodle.run_script("adhoc_task.php", REGISTER, "--execute")


def text_of(beside: Beside, lti: int) -> str:
    [[text]] = beside.shim.moodle.execute("SELECT instructorcustomparameters FROM {lti} WHERE id = %s", (lti,))
    return str(text or "")


def named(text: str) -> list[str]:
    return re.findall(r"^lms_(?:sessioninfo|rpctoken)=(.*?)\r?$", text, re.MULTILINE)


def registered(beside: Beside, course: int) -> dict[int, tuple[int, str]]:
    return {row["lti_id"]: (row["inst_id"], row["name"]) for row in beside.site.rows("ltis", course=course)}


@pytest.fixture
def lesson(beside: Beside) -> Class:
    """A course of its own, whose first activity has parameters with system lines."""
    made = beside.shim.add_class(f"c{time.time_ns()}")
    run_tasks(beside)
    own = f"lms_sessioninfo={made.instance},{made.ltis[0]}\r\nlms_course=c\r\nlms_rpctoken=own"
    text = f"lms_users=*\r\nlms_vol_my_task=Task\r\n{own}"
    beside.shim.moodle.call("save_lti", made.ltis[0], text)
    return made


def test_activities_are_registered(beside: Beside, lesson: Class) -> None:
    ids = [*lesson.ltis, lesson.hidden_lti]  # what is hidden from the teacher's list is started all the same
    expected = {lti: (lesson.instance, f"Python {number}") for number, lti in enumerate(ids, 1)}
    assert registered(beside, lesson.course) == expected


def test_a_new_activity_and_a_new_name_are_told(beside: Beside, lesson: Class) -> None:
    new = beside.shim.moodle.call("create_lti", lesson.course, lesson.tool, "New <b>&</b> 課題")
    other = beside.shim.moodle.call("create_tool", "https://other.example.org/launch")
    foreign = beside.shim.moodle.call("create_lti", lesson.course, other, "Other tool")
    run_tasks(beside)
    assert registered(beside, lesson.course)[new] == (lesson.instance, "New <b>&</b> 課題")
    assert foreign not in registered(beside, lesson.course)


def test_saving_twice_makes_one_task(beside: Beside, lesson: Class) -> None:
    for _ in range(3):
        beside.shim.moodle.call("save_lti", lesson.ltis[0], text_of(beside, lesson.ltis[0]))
    [[count]] = beside.shim.moodle.execute(
        "SELECT COUNT(*) FROM {task_adhoc} WHERE classname LIKE '%%register_course' AND customdata LIKE %s",
        (f'%"courseid":{lesson.course},%',),
    )
    assert count == 1


def test_a_duplicate_loses_the_token_at_once_and_gets_its_own(beside: Beside, lesson: Class) -> None:
    copy = beside.shim.moodle.call("duplicate_lti", lesson.ltis[0])
    assert named(text_of(beside, copy)) == []
    assert "lms_vol_my_task=Task" in text_of(beside, copy)
    run_tasks(beside)
    info, token = named(text_of(beside, copy))
    assert info == f"{lesson.instance},{copy}"
    assert token not in ("", "own")
    assert "own" in named(text_of(beside, lesson.ltis[0]))


def test_a_copy_waits_while_the_service_is_away(beside: Beside, lesson: Class) -> None:
    copy = beside.shim.moodle.call("duplicate_lti", lesson.ltis[0])
    beside.service.stop()
    try:
        assert "can't be reached" in run_tasks(beside)
        assert named(text_of(beside, copy)) == []
    finally:
        beside.service.start()
    beside.shim.moodle.execute("UPDATE {task_adhoc} SET nextruntime = 0, faildelay = 0")
    run_tasks(beside)
    assert named(text_of(beside, copy))[0] == f"{lesson.instance},{copy}"


def test_the_nightly_task_finds_what_no_event_has_told(beside: Beside, lesson: Class) -> None:
    stale = "lms_users=*\r\nlms_sessioninfo=99,98\r\nlms_rpctoken=stolen\r\nown=1"
    beside.shim.moodle.execute(
        "UPDATE {lti} SET name = 'Renamed', instructorcustomparameters = %s WHERE id = %s", (stale, lesson.ltis[1])
    )
    beside.shim.moodle.run_script("scheduled_task.php", NIGHTLY)
    assert registered(beside, lesson.course)[lesson.ltis[1]] == (lesson.instance, "Renamed")
    info, token = named(text_of(beside, lesson.ltis[1]))
    assert (info, token == "stolen") == (f"{lesson.instance},{lesson.ltis[1]}", False)


def test_a_deleted_activity_leaves_the_list_of_hidden_ones(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.call("delete_lti", lesson.hidden_lti)
    beside.shim.moodle.run_script(
        "adhoc_task.php", "--execute", r"--classname=\core_course\task\course_delete_modules"
    )
    [[hidden]] = beside.shim.moodle.execute(
        "SELECT no_display_lti FROM {lticontainer} WHERE id = %s", (lesson.instance,)
    )
    assert hidden == ""


def test_a_course_is_backed_up_without_secrets_and_restored_as_its_own(
    beside: Beside, lesson: Class, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    secret = {"docker_pass": "open-sesame", "api_token": "hub-token", "rpc_token": "old-token"}
    places = ", ".join(f"{name} = '{value}'" for name, value in secret.items())
    beside.shim.moodle.execute(
        f"UPDATE {{lticontainer}} SET {places}, host = 'engine1' WHERE id = {lesson.instance}"
    )
    beside.shim.moodle.run_script("backup.php", f"--courseid={lesson.course}", f"--destination={tmp_path}")
    [file] = tmp_path.glob("*.mbz")
    inside = contents(file)
    [instance] = [text for name, text in inside.items() if name.endswith("/lticontainer.xml")]
    assert "<host>engine1</host>" in instance
    assert not any(value in text for value in secret.values() for text in inside.values())
    beside.shim.moodle.run_script("restore_backup.php", f"--file={file}", "--categoryid=1")
    [[course]] = beside.shim.moodle.execute("SELECT MAX(id) FROM {course}")
    rows = beside.shim.moodle.execute("SELECT id, name FROM {lti} WHERE course = %s ORDER BY id", (course,))
    [new] = [row for row in beside.shim.moodle.rows("lticontainer") if row["course"] == course]
    ids = {name: key for key, name in rows}
    assert (new["no_display_lti"], new["host"]) == (str(ids["Python 3"]), "engine1")
    assert new["jupyterhub_url"] == HUB
    assert not any(new[name] for name in secret)
    assert named(text_of(beside, ids["Python 1"])) == []
    run_tasks(beside)
    info, token = named(text_of(beside, ids["Python 1"]))
    assert info.endswith(f",{ids['Python 1']}")
    assert token != "own"
    assert set(registered(beside, course)) == {ids[f"Python {number}"] for number in (1, 2, 3)}


def contents(file: Path) -> dict[str, str]:
    """Return the texts of a backup, which is a tar or a zip."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as pack:
            return {name: pack.read(name).decode("utf-8", "replace") for name in pack.namelist()}
    with tarfile.open(file) as pack:
        found = {member.name: pack.extractfile(member) for member in pack.getmembers() if member.isfile()}
        return {name: opened.read().decode("utf-8", "replace") for name, opened in found.items() if opened}
