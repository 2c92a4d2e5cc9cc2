"""LTI activities that are made, changed, copied, restored: the service knows them, and no copy keeps a token."""

from __future__ import annotations

import json
import tarfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

from app.ltis.store import Lti
from tests.moodle.shim.conftest import Beside
from tests.moodle.shim.lessons import FOLLOW, named, registered, run_tasks, text_of, values_of
from tests.support.cli import run_here
from tests.support.clients import rest
from tests.support.moodle_shim import HUB, STUDENTS, Class, Visitor
from tests.support.site import cell_run, seen

NIGHTLY = "register_site"
TASKS = r"\mod_lticontainer\task"
GONE = "{task_adhoc} WHERE classname LIKE '%%unregister%%activity'"


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


def test_new_names_stand_in_the_lines_within_a_minute(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.call("rename", lesson.ltis[0], "演習 & 1")
    run_tasks(beside)
    assert values_of(beside, lesson.ltis[0])["ltiname"] == "演習 & 1"
    beside.shim.moodle.call("rename_course", lesson.course, "Python = 2026")
    run_tasks(beside)
    values = values_of(beside, lesson.ltis[0])
    assert (values["course"], values["ltiname"]) == ("Python = 2026", "演習 & 1")


def test_lines_that_are_right_are_left_alone(beside: Beside, lesson: Class) -> None:
    run_tasks(beside)
    said = f"Course {lesson.course}: 3 activities registered, system lines of %d made anew"
    beside.shim.moodle.call("rename_course", lesson.course, "c2")
    assert said % 1 in run_tasks(beside)
    beside.shim.moodle.call("save_lti", lesson.ltis[0], text_of(beside, lesson.ltis[0]))
    assert said % 0 in run_tasks(beside)


def test_where_an_activity_opens_stands_in_its_lines(beside: Beside, lesson: Class) -> None:
    lti = lesson.ltis[0]
    assert values_of(beside, lti)["iframe"] == "1"
    beside.shim.moodle.execute("UPDATE {lti} SET launchcontainer = 4 WHERE id = %s", (lti,))
    beside.shim.moodle.call("save_lti", lti, text_of(beside, lti))
    run_tasks(beside)
    assert "iframe" not in values_of(beside, lti)


def test_where_a_tool_opens_is_seen_within_a_minute(beside: Beside, lesson: Class) -> None:
    run_tasks(beside, FOLLOW)
    beside.shim.moodle.call("set_container", lesson.tool, 4)
    run_tasks(beside, FOLLOW)
    assert "iframe" not in values_of(beside, lesson.ltis[0])
    beside.shim.moodle.call("set_container", lesson.tool, 3)
    run_tasks(beside, FOLLOW)
    assert values_of(beside, lesson.ltis[0])["iframe"] == "1"


def test_the_nightly_task_brings_a_token_that_was_changed_in_the_service(beside: Beside, lesson: Class) -> None:
    [_, before] = named(beside, lesson.ltis[0])
    done = run_here("lti", "rotate-token", str(lesson.instance), str(lesson.ltis[0]), env=beside.site.env)
    assert before != done.stdout.strip()
    run_tasks(beside, NIGHTLY)
    assert named(beside, lesson.ltis[0])[1] == done.stdout.strip()


def test_the_nightly_task_finds_what_no_event_has_told(beside: Beside, lesson: Class) -> None:
    stale = "lms_users=*\r\nlms_sessioninfo=99,98\r\nlms_rpctoken=stolen\r\nown=1"
    beside.shim.moodle.execute(
        "UPDATE {lti} SET name = 'Renamed', instructorcustomparameters = %s WHERE id = %s", (stale, lesson.ltis[1])
    )
    run_tasks(beside, NIGHTLY)
    assert registered(beside, lesson.course)[lesson.ltis[1]] == (lesson.instance, "Renamed")
    info, token = named(beside, lesson.ltis[1])
    assert (info, token == "stolen") == (f"{lesson.instance},{lesson.ltis[1]}", False)


def test_a_deleted_activity_leaves_the_list_of_hidden_ones(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.call("delete_module", "lti", lesson.hidden_lti)
    beside.shim.moodle.run_script(
        "adhoc_task.php", "--execute", r"--classname=\core_course\task\course_delete_modules"
    )
    [[hidden]] = beside.shim.moodle.execute(
        "SELECT no_display_lti FROM {lticontainer} WHERE id = %s", (lesson.instance,)
    )
    assert hidden == ""


def test_one_activity_that_is_refused_keeps_no_other_from_new_lines(beside: Beside, lesson: Class) -> None:
    beside.site.parts.ltis.register([Lti(lesson.ltis[0], 9_999, 1)], may_move=True)
    beside.shim.moodle.call("save_lti", lesson.ltis[1], "lms_users=*\r\nlms_course=c")
    beside.shim.connect(beside.service.base_url, beside.site.token("ltis:write", "params:write", "activity:read"))
    try:
        beside.shim.moodle.call("rename_course", lesson.course, "c3")
        run_tasks(beside)
    finally:
        beside.shim.connect(beside.service.base_url, beside.site.token("admin"))
    assert [values_of(beside, lti)["course"] == "c3" for lti in lesson.ltis] == [False, True]
    run_tasks(beside, NIGHTLY)
    assert [values_of(beside, lti)["course"] == "c3" for lti in lesson.ltis] == [True, True]


def forget(beside: Beside) -> None:
    """Run what waits for a day to be told of activities that are gone."""
    [[at]] = beside.shim.moodle.execute(f"SELECT MIN(nextruntime) FROM {GONE}")
    assert at - time.time() > 86_000
    beside.shim.moodle.execute("UPDATE {task_adhoc} SET nextruntime = 0")
    beside.shim.moodle.run_script("adhoc_task.php", rf"--classname={TASKS}\unregister_activity", "--execute")


def test_the_token_of_a_deleted_activity_is_refused_a_day_later(beside: Beside, lesson: Class) -> None:
    lti = lesson.ltis[0]
    [_, token] = named(beside, lti)
    path = "/mod/lticontainer/records.php"
    beside.shim.moodle.call("delete_module", "lti", lti)
    records = [seen(f"gone{lti}", lti, lesson.instance), *cell_run(f"gone{lti}", "m")]
    assert rest(beside.shim.web.port, records, token, prefix=path).body == b"[]"
    forget(beside)
    assert b"invalidtoken" in rest(beside.shim.web.port, records, token, prefix=path).body
    [run] = beside.site.rows("executions", session=f"gone{lti}")
    assert (run["course"], run["lti_id"]) == (lesson.course, lti)


def test_activities_that_the_service_never_knew_are_not_told(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.execute("DELETE FROM {task_adhoc}")
    course = beside.shim.moodle.call("create_course", f"alone{lesson.course}")
    lti = beside.shim.moodle.call("create_lti", course, lesson.tool, "Alone")
    beside.shim.moodle.call("delete_module", "lti", lti)
    run_tasks(beside, NIGHTLY)
    assert (waiting(beside), beside.site.rows("ltis", course=course)) == (0, [])


def test_the_nightly_task_finds_what_went_with_its_course(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.call("delete_course", lesson.course)
    run_tasks(beside, NIGHTLY, NIGHTLY)
    assert beside.site.rows("unregistered_ltis", course=lesson.course) == []
    forget(beside)
    gone = beside.site.rows("unregistered_ltis", course=lesson.course)
    assert sorted(row["lti_id"] for row in gone) == sorted([*lesson.ltis, lesson.hidden_lti])


def test_a_copy_of_the_site_takes_nothing_out(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.execute("DELETE FROM {lti} WHERE id = %s", (lesson.ltis[0],))
    beside.shim.moodle.execute("DELETE FROM {task_adhoc}")
    with copy_of_the_site(beside):
        run_tasks(beside, NIGHTLY)
    assert waiting(beside) == 0
    run_tasks(beside, NIGHTLY)
    assert waiting(beside) >= 1


@contextmanager
def copy_of_the_site(beside: Beside) -> Iterator[None]:
    """This Moodle has another address, and the settings of the real one."""
    config = beside.shim.moodle.code / "config.php"
    text = config.read_text("utf-8")
    address = beside.shim.web.url
    try:
        config.write_text(text.replace(address, f"{address}/copy"), "utf-8")
        yield
    finally:
        config.write_text(text, "utf-8")


def waiting(beside: Beside) -> int:
    return int(beside.shim.moodle.execute(f"SELECT COUNT(*) FROM {GONE}")[0][0])


def roster(beside: Beside, course: int) -> list[str]:
    return sorted(row["username"] for row in beside.site.rows("rosters", course=course))


def test_the_service_knows_who_has_not_started(beside: Beside, lesson: Class) -> None:
    assert roster(beside, lesson.course) == sorted(STUDENTS)
    beside.shim.moodle.call("create_user", f"late{lesson.course}")
    beside.shim.moodle.call("enrol_by_name", f"late{lesson.course}", lesson.course, "student")
    run_tasks(beside, NIGHTLY)
    assert roster(beside, lesson.course) == sorted([*STUDENTS, f"late{lesson.course}"])


def test_the_roster_goes_with_the_last_instance_and_with_the_course(beside: Beside, lesson: Class) -> None:
    other = beside.shim.add_class(f"r{lesson.course}")
    run_tasks(beside)
    assert roster(beside, lesson.course) == roster(beside, other.course) == sorted(STUDENTS)
    beside.shim.moodle.call("delete_module", "lticontainer", lesson.instance)
    beside.shim.moodle.call("delete_course", other.course)
    run_tasks(beside, NIGHTLY)
    assert roster(beside, lesson.course) == roster(beside, other.course) == []


def test_whose_retention_period_is_over_does_not_come_back(beside: Beside, lesson: Class) -> None:
    moodle, day = beside.shim.moodle, 86_400
    try:
        moodle.call("keep_for_a_day", "editingteacher")
        moodle.call("end_course", lesson.course, int(time.time()) - 2 * day)
        assert roster(beside, lesson.course) == []
        # Moodle takes away enrolments as well; a source outside brings them back.
        moodle.call("enrol_by_name", STUDENTS[0], lesson.course, "student")
        run_tasks(beside, NIGHTLY)
        assert roster(beside, lesson.course) == []
        moodle.call("end_course", lesson.course, int(time.time()) + day)
        run_tasks(beside, NIGHTLY)
        assert roster(beside, lesson.course) == [STUDENTS[0]]
    finally:
        moodle.call("protect", 0)


def test_a_copy_of_the_site_tells_nothing(beside: Beside, lesson: Class) -> None:
    moodle, late = beside.shim.moodle, f"copied{lesson.course}"
    moodle.execute("DELETE FROM {task_adhoc}")
    with copy_of_the_site(beside):
        moodle.call("delete_module", "lti", lesson.ltis[0])
        moodle.call("create_user", late)
        moodle.call("enrol_by_name", late, lesson.course, "student")
        new = moodle.call("create_lti", lesson.course, lesson.tool, "Only in the copy")
        run_tasks(beside, NIGHTLY)
        moodle.execute("UPDATE {task_adhoc} SET nextruntime = 0")
        said = moodle.run_script("adhoc_task.php", rf"--classname={TASKS}\unregister_activity", "--execute")
    assert "another Moodle" in said
    assert waiting(beside) == 0
    assert beside.site.rows("unregistered_ltis", lti_id=lesson.ltis[0]) == []
    assert roster(beside, lesson.course) == sorted(STUDENTS)
    assert new not in registered(beside, lesson.course)


def test_names_are_shown_to_administrators_as_pages_show_them(beside: Beside, lesson: Class) -> None:
    moodle, lti = beside.shim.moodle, lesson.ltis[0]
    name = "".join(f'<span lang="{one}" class="multilang">{one} & {lti}</span>' for one in ("en", "ja"))
    refused = [{"lti_id": lti, "course_id": lesson.course, "name": name, "why": "Not good"}]
    moodle.call("set_config", "refusedactivities", json.dumps(refused), "mod_lticontainer")
    text = "lms_rpctoken=of-1.6.3"
    moodle.execute("UPDATE {lti} SET name = %s, instructorcustomparameters = %s WHERE id = %s", (name, text, lti))
    moodle.call("filter_names", True)
    try:
        page = Visitor(beside.shim.web.url, "admin").get("/mod/lticontainer/connection.php").text
    finally:
        moodle.call("filter_names", False)
        moodle.call("set_config", "refusedactivities", None, "mod_lticontainer")
    shown = unescape(page)
    assert f": en & {lti} (Not good)" in shown
    assert f">en & {lti}</a>" in shown
    assert "multilang" not in shown


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
    assert named(beside, ids["Python 1"]) == []
    run_tasks(beside)
    info, token = named(beside, ids["Python 1"])
    assert info.endswith(f",{ids['Python 1']}")
    assert token not in ("", named(beside, lesson.ltis[0])[1])
    assert set(registered(beside, course)) == {ids[f"Python {number}"] for number in (1, 2, 3)}


def contents(file: Path) -> dict[str, str]:
    """Return the texts of a backup, which is a tar or a zip."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as pack:
            return {name: pack.read(name).decode("utf-8", "replace") for name in pack.namelist()}
    with tarfile.open(file) as pack:
        found = {member.name: pack.extractfile(member) for member in pack.getmembers() if member.isfile()}
        return {name: opened.read().decode("utf-8", "replace") for name, opened in found.items() if opened}
