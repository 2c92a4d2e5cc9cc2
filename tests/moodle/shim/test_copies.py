"""What is duplicated, restored alone, undeleted: no copy works on the account of another activity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape

from tests.moodle.shim.conftest import Beside
from tests.moodle.shim.lessons import FOLLOW, named, registered, run_tasks, text_of, values_of
from tests.support.moodle_shim import Class, Visitor
from tests.support.process import wait_until


def cmid_of(beside: Beside, lti: int) -> int:
    [[cmid]] = beside.shim.moodle.execute(
        "SELECT cm.id FROM {course_modules} cm JOIN {modules} m ON m.id = cm.module AND m.name = 'lti' "
        "WHERE cm.instance = %s",
        (lti,),
    )
    return int(cmid)


def launch(beside: Beside, lti: int, script: str = "launch.php") -> dict[str, str]:
    """Return what the launch form holds, which a student's browser sends to JupyterHub."""
    page = Visitor(beside.shim.web.url, "student1").get(f"/mod/lti/{script}", id=cmid_of(beside, lti))
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in fields}


def check_own(beside: Beside, lesson: Class, copy: int) -> None:
    """See that a copy has lines of its own, and the first activity still those that it had."""
    source, own = named(beside, lesson.ltis[0]), named(beside, copy)
    assert (source[0], own[0]) == (f"{lesson.instance},{lesson.ltis[0]}", f"{lesson.instance},{copy}")
    assert len({source[1], own[1], ""}) == 3
    assert launch(beside, copy)["custom_lms_sessioninfo"] == own[0]
    assert registered(beside, lesson.course)[copy][0] == lesson.instance


def test_a_duplicate_loses_the_token_at_once_and_gets_its_own(beside: Beside, lesson: Class) -> None:
    teacher = Visitor(beside.shim.web.url, "teacher")
    key = teacher.get("/course/view.php", id=lesson.course).sesskey
    cmid = cmid_of(beside, lesson.ltis[0])
    if (beside.shim.moodle.code / "course/format/update.php").is_file():  # since Moodle 5.0
        asked = {"action": "cm_duplicate", "courseid": lesson.course, "id": cmid, "sesskey": key}
        teacher.get("/course/format/update.php", **asked)
    else:
        teacher.get("/course/mod.php", duplicate=cmid, sr=0, sesskey=key)
    [[copy]] = beside.shim.moodle.execute("SELECT MAX(id) FROM {lti} WHERE course = %s", (lesson.course,))
    assert copy > lesson.hidden_lti
    assert named(beside, copy) == []
    assert "lms_vol_my_task=Task" in text_of(beside, copy)
    run_tasks(beside)
    check_own(beside, lesson, copy)


def test_a_copy_waits_while_the_service_is_away(beside: Beside, lesson: Class) -> None:
    copy = beside.shim.moodle.call("duplicate", "lti", lesson.ltis[0])
    beside.service.stop()
    try:
        assert "can't be reached" in run_tasks(beside)
        assert named(beside, copy) == []
    finally:
        beside.service.start()
    beside.shim.moodle.execute("UPDATE {task_adhoc} SET nextruntime = 0, faildelay = 0")
    run_tasks(beside)
    check_own(beside, lesson, copy)


def test_one_that_is_restored_alone_is_found_within_a_minute(beside: Beside, lesson: Class) -> None:
    run_tasks(beside, FOLLOW, FOLLOW)
    copy = beside.shim.moodle.call("copy_activity", "lti", lesson.ltis[0], lesson.course)
    run_tasks(beside, FOLLOW)
    check_own(beside, lesson, copy)


def test_its_first_student_works_on_no_other_account(beside: Beside, lesson: Class) -> None:
    for script in ("launch.php", "view.php"):
        copy = beside.shim.moodle.call("copy_activity", "lti", lesson.ltis[0], lesson.course)
        sent = launch(beside, copy, script) | launch(beside, copy)
        assert sent["custom_lms_vol_my_task"] == "Task"
        assert "custom_lms_rpctoken" not in sent
        assert "custom_lms_sessioninfo" not in sent
        run_tasks(beside)
        check_own(beside, lesson, copy)


def test_one_that_comes_from_another_site_keeps_nothing_of_it(beside: Beside, lesson: Class) -> None:
    run_tasks(beside, FOLLOW, FOLLOW)
    [[last]] = beside.shim.moodle.execute("SELECT MAX(id) FROM {lti}")
    where = "lms_serverurl=https://elsewhere.example.org:443\r\nlms_serverpath=/records"
    theirs = f"lms_users=*\r\nlms_course=theirs\r\n{where}\r\nlms_sessioninfo=1,{last + 1}\r\nlms_rpctoken=stolen"
    beside.shim.moodle.execute(
        "UPDATE {lti} SET instructorcustomparameters = %s WHERE id = %s", (theirs, lesson.ltis[1])
    )
    copy = beside.shim.moodle.call("copy_activity", "lti", lesson.ltis[1], lesson.course, True)
    assert copy == last + 1
    run_tasks(beside, FOLLOW)
    assert text_of(beside, copy) == "lms_users=*\r\nlms_course=theirs"
    # Moodle has not brought the tool along; the teacher chooses one.
    beside.shim.moodle.execute("UPDATE {lti} SET typeid = %s WHERE id = %s", (lesson.tool, copy))
    beside.shim.moodle.call("save_lti", copy, text_of(beside, copy))
    run_tasks(beside)
    check_own(beside, lesson, copy)


def test_one_in_a_course_without_an_instance_keeps_no_token(beside: Beside, lesson: Class) -> None:
    run_tasks(beside, FOLLOW, FOLLOW)
    course = beside.shim.moodle.call("create_course", f"other{lesson.course}")
    copy = beside.shim.moodle.call("copy_activity", "lti", lesson.ltis[0], course)
    run_tasks(beside, FOLLOW)
    assert named(beside, copy) == []
    beside.shim.moodle.call("create_instance", course, {"name": "Late"})
    run_tasks(beside)
    assert named(beside, copy)[0].endswith(f",{copy}")


def test_one_that_comes_back_from_the_recycle_bin_is_a_new_one(beside: Beside, lesson: Class) -> None:
    [before, _] = named(beside, lesson.ltis[0])
    beside.shim.moodle.call("delete_module", "lti", lesson.ltis[0])
    back = beside.shim.moodle.call("undelete", lesson.course, "lti")
    assert back > lesson.hidden_lti
    assert named(beside, back) == []
    run_tasks(beside)
    assert named(beside, back)[0] == f"{lesson.instance},{back}" != before


def hidden(beside: Beside, instance: int) -> str:
    [[text]] = beside.shim.moodle.execute("SELECT no_display_lti FROM {lticontainer} WHERE id = %s", (instance,))
    return str(text)


def test_a_duplicate_of_an_instance_hides_the_same(beside: Beside, lesson: Class) -> None:
    copy = beside.shim.moodle.call("duplicate", "lticontainer", lesson.instance)
    assert copy > lesson.instance
    assert hidden(beside, copy) == hidden(beside, lesson.instance) == str(lesson.hidden_lti)


def test_an_instance_from_the_recycle_bin_hides_the_same(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.call("delete_module", "lticontainer", lesson.instance)
    back = beside.shim.moodle.call("undelete", lesson.course, "lticontainer")
    assert back > lesson.instance
    assert hidden(beside, back) == str(lesson.hidden_lti)


def test_what_is_imported_hides_what_it_has_hidden_and_its_copy(beside: Beside, lesson: Class) -> None:
    beside.shim.moodle.call("import_course", lesson.course, lesson.course)
    [[copy, instance]] = beside.shim.moodle.execute(
        "SELECT MAX(l.id), MAX(i.id) FROM {lti} l, {lticontainer} i "
        "WHERE l.name = 'Python 3' AND i.course = l.course AND l.course = %s",
        (lesson.course,),
    )
    assert (copy > lesson.hidden_lti, instance > lesson.instance) == (True, True)
    assert hidden(beside, lesson.instance) == str(lesson.hidden_lti)
    assert hidden(beside, instance) == f"{copy},{lesson.hidden_lti}"
    [[first]] = beside.shim.moodle.execute(
        "SELECT MAX(id) FROM {lti} WHERE name = 'Python 1' AND course = %s", (lesson.course,)
    )
    assert named(beside, first) == []
    run_tasks(beside)
    check_own(beside, lesson, first)


def test_an_instance_elsewhere_hides_nothing_of_that_place(beside: Beside, lesson: Class) -> None:
    other = beside.shim.add_class(f"d{lesson.course}")
    beside.shim.moodle.execute(
        "UPDATE {lticontainer} SET no_display_lti = %s, host = 'their-engine' WHERE id = %s",
        (f"{lesson.hidden_lti},{other.ltis[0]}", lesson.instance),
    )
    copy = beside.shim.moodle.call("copy_activity", "lticontainer", lesson.instance, other.course)
    assert hidden(beside, copy) == ""
    copy = beside.shim.moodle.call("copy_activity", "lticontainer", lesson.instance, lesson.course, True)
    assert hidden(beside, copy) == ""


@contextmanager
def upgrade_pending(beside: Beside) -> Iterator[None]:
    """The plugin has come over 1.6.3, and nothing that needs the service was done yet."""
    beside.shim.moodle.call("set_config", "upgradepending", 1, "mod_lticontainer")
    try:
        yield
    finally:
        beside.shim.moodle.call("set_config", "upgradepending", None, "mod_lticontainer")


def test_a_copy_keeps_its_lines_while_nobody_can_give_it_its_own(beside: Beside, lesson: Class) -> None:
    run_tasks(beside, FOLLOW, FOLLOW)
    before = values_of(beside, lesson.ltis[0])
    with upgrade_pending(beside):
        copy = beside.shim.moodle.call("duplicate", "lti", lesson.ltis[0])
        beside.shim.moodle.call("save_lti", copy, text_of(beside, copy))
        assert launch(beside, copy)["custom_lms_rpctoken"] == before["rpctoken"]
        assert values_of(beside, copy) == before
    run_tasks(beside, FOLLOW)
    check_own(beside, lesson, copy)


def test_what_a_teacher_saves_at_that_moment_stays(beside: Beside, lesson: Class) -> None:
    moodle, theirs = beside.shim.moodle, "lms_users=student1"
    run_tasks(beside, FOLLOW, FOLLOW)
    copy = moodle.call("copy_activity", "lti", lesson.ltis[0], lesson.course)
    moodle.execute("UPDATE {lti} SET name = 'Renamed' WHERE id = %s", (lesson.ltis[0],))
    writers = [
        # The first finds the lines of another activity, the second lines that are not right any more.
        (copy, lambda: moodle.run_script("scheduled_task.php", rf"--execute=\mod_lticontainer\task\{FOLLOW}")),
        (lesson.ltis[0], lambda: run_tasks(beside)),
    ]
    save = "UPDATE {lti} SET instructorcustomparameters = %s WHERE id = %s"
    for lti, work in writers:
        with ThreadPoolExecutor(2) as pool:
            with moodle.on.holding(f"SELECT id FROM {{lti}} WHERE id = {lti} FOR UPDATE"):
                pool.submit(moodle.execute, save, (theirs, lti))
                wait_until(lambda: moodle.on.waiting() == 1, seconds=30)
                done = pool.submit(work)
                wait_until(lambda: moodle.on.waiting() == 2, seconds=60)
            done.result()
        assert text_of(beside, lti) == theirs
