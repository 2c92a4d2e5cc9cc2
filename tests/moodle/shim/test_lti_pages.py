"""The pages of LTI activities: which are shown, their custom parameters, and copies of them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.fake_engine import FakeEngine
from tests.support.moodle_shim import Page, Visitor
from tests.support.process import wait_until

SUBMIT = {"submitbutton": "1"}


def path_of(beside: Beside, script: str, lti: int = 0) -> str:
    own = f"/mod/lticontainer/{script}.php?id={beside.lesson.cmid}"
    return f"{own}&lti={lti}" if lti else own


def stored(beside: Beside, lti: int) -> list[str]:
    """Return the lines that Moodle keeps of an activity."""
    rows = beside.shim.moodle.execute("SELECT instructorcustomparameters FROM {lti} WHERE id = %s", (lti,))
    return str(rows[0][0] or "").split("\r\n")


def confirm(visitor: Visitor, path: str, shown: Page) -> Page:
    """Press the button that saves what was shown."""
    found = re.search(r'name="reviewed" value="(\w+)"', shown.text)
    assert found is not None, shown.text
    return visitor.post(path, shown.fields | {"reviewed": found[1]})


def change(beside: Beside, lti: int, values: dict[str, str]) -> tuple[Page, Page]:
    """Change parameters as a teacher; return the page that shows what changes, and the one after saving."""
    teacher = Visitor(beside.shim.web.url, "teacher")
    path = path_of(beside, "lti", lti)
    shown = teacher.post(path, teacher.get(path).fields | values | SUBMIT)
    return shown, confirm(teacher, path, shown)


def test_what_changes_is_shown_before_it_is_saved(beside: Beside, engine_host: FakeEngine) -> None:
    lti = beside.lesson.ltis[0]
    before = stored(beside, lti)
    volume = {"volume[0][role]": "submit", "volume[0][name]": "Report_1", "volume[0][link]": "Report"}
    teacher = Visitor(beside.shim.web.url, "teacher")
    path = path_of(beside, "lti", lti)
    form = teacher.get(path)
    values = {"users": "student1, student2", "cpulimit": "0.5", "image": "lticontainer/busybox : test"} | volume
    shown = teacher.post(path, form.fields | values | SUBMIT)
    assert "The CPU limit changes from not set to 0.5." in shown.text
    assert "becomes “report1”" in shown.text
    assert stored(beside, lti) == before

    saved = confirm(teacher, path, shown)
    assert saved.url.endswith(path_of(beside, "ltis"))
    assert "Python 1 was saved." in saved.text
    lines = stored(beside, lti)
    assert {"lms_users=student1, student2", "lms_cpulimit=0.5", "lms_sub_report1=Report"} <= set(lines)
    assert f"lms_sessioninfo={beside.lesson.instance},{lti}" in lines
    host = beside.shim.web.url.split("//")[1].split(":")[0]
    assert list(engine_host.volumes) == [f"lms_sub_report1_{beside.lesson.course}_{host}"]


def test_foreign_lines_stay_and_never_leave_the_server(beside: Beside, engine_host: FakeEngine) -> None:
    lti = beside.lesson.ltis[1]
    text = "lms_cpulimit=1\r\ncolour=blue=green\r\nlms_vol_my_task=Task"
    beside.shim.moodle.execute("UPDATE {lti} SET instructorcustomparameters = %s WHERE id = %s", (text, lti))
    form = Visitor(beside.shim.web.url, "teacher").get(path_of(beside, "lti", lti))
    assert "blue=green" not in form.text
    change(beside, lti, {"cpulimit": "2"})
    assert {"lms_cpulimit=2", "colour=blue=green", "lms_vol_my_task=Task"} <= set(stored(beside, lti))


def test_an_error_is_said_at_its_field_and_nothing_is_saved_or_lost(
    beside: Beside, engine_host: FakeEngine
) -> None:
    lti = beside.lesson.ltis[0]
    before = stored(beside, lti)
    teacher = Visitor(beside.shim.web.url, "teacher")
    path = path_of(beside, "lti", lti)
    typed = {"users": "student1 <script>alert(1)</script>", "memlimit": "0"}
    shown = teacher.post(path, teacher.get(path).fields | typed | SUBMIT)
    assert "Nothing can be saved yet" in shown.text
    assert 'name="reviewed"' not in shown.text
    assert "<script>alert(1)" not in shown.text
    assert (shown.fields["users"], shown.fields["memlimit"]) == (typed["users"], "0")
    assert stored(beside, lti) == before


def test_what_another_has_saved_meanwhile_is_not_overwritten_unseen(
    beside: Beside, engine_host: FakeEngine
) -> None:
    lti = beside.lesson.ltis[0]
    teacher = Visitor(beside.shim.web.url, "teacher")
    path = path_of(beside, "lti", lti)
    shown = teacher.post(path, teacher.get(path).fields | {"actlimit": "3600"} | SUBMIT)
    change(beside, lti, {"defurl": "/tree"})
    again = confirm(teacher, path, shown)
    assert "These changes will be saved" in again.text
    assert "lms_defurl=/tree" in stored(beside, lti)
    confirm(teacher, path, again)
    assert "lms_actlimit=3600" in stored(beside, lti)


def test_of_two_who_save_in_the_same_instant_one_is_shown_what_the_other_did(
    beside: Beside, engine_host: FakeEngine
) -> None:
    lti, database = beside.lesson.ltis[0], beside.shim.moodle.on
    path = path_of(beside, "lti", lti)
    reviewed = {}
    for who, limit in (("teacher", "7200"), ("manager", "10800")):
        visitor = Visitor(beside.shim.web.url, who)
        reviewed[visitor] = visitor.post(path, visitor.get(path).fields | {"actlimit": limit} | SUBMIT)
    with ThreadPoolExecutor(len(reviewed)) as pool:
        with database.holding(f"SELECT id FROM {{lti}} WHERE id = {lti} FOR UPDATE"):
            answers = [pool.submit(confirm, visitor, path, shown) for visitor, shown in reviewed.items()]
            wait_until(lambda: database.waiting() == len(reviewed), seconds=30)
        pages = [answer.result() for answer in answers]
    assert sorted("Python 1 was saved." in page.text for page in pages) == [False, True]
    [other] = [page for page in pages if "Python 1 was saved." not in page.text]
    assert "These changes will be saved" in other.text
    [kept] = [line for line in stored(beside, lti) if line.startswith("lms_actlimit=")]
    assert kept.removeprefix("lms_actlimit=") != other.fields["actlimit"]


def test_without_the_container_host_the_page_opens_with_a_warning_and_saves(
    beside: Beside, engine_host: FakeEngine
) -> None:
    engine_host.stop()
    try:
        path = path_of(beside, "lti", beside.lesson.ltis[0])
        form = Visitor(beside.shim.web.url, "teacher").get(path)
        assert "alert-warning" in form.text
        assert form.fields["image"] == "lticontainer/busybox : test"
        change(beside, beside.lesson.ltis[0], {"cpulimit": "3"})
        lines = stored(beside, beside.lesson.ltis[0])
        assert {"lms_cpulimit=3", "lms_image=lticontainer/busybox : test"} <= set(lines)
    finally:
        engine_host.start()


def test_parameters_are_copied_to_others(beside: Beside, engine_host: FakeEngine) -> None:
    source, target = beside.lesson.ltis
    change(beside, source, {"users": "student1, student5"})
    teacher = Visitor(beside.shim.web.url, "teacher")
    path = path_of(beside, "copy", source)
    nothing = teacher.post(path, teacher.get(path).fields | SUBMIT)
    assert "Choose at least one activity." in nothing.text
    shown = teacher.post(path, nothing.fields | {f"target[{target}]": "1"} | SUBMIT)
    assert "student5" in shown.text
    assert "lms_users=student1, student5" not in stored(beside, target)
    confirm(teacher, path, shown)
    lines = stored(beside, target)
    assert {"lms_users=student1, student5", f"lms_sessioninfo={beside.lesson.instance},{target}"} <= set(lines)


def test_activities_are_hidden_and_shown_again(beside: Beside) -> None:
    teacher = Visitor(beside.shim.web.url, "teacher")
    path, lti = path_of(beside, "ltis"), beside.lesson.ltis[1]
    key = teacher.get(path).sesskey
    for show, isshown in (("0", False), ("1", True)):
        teacher.post(path, {"lti": lti, "show": show, "sesskey": key})
        tutor = Visitor(beside.shim.web.url, "tutor").get(path)
        assert ("<th" in tutor.text and f"mod/lti/view.php?id={lti}" in main(tutor)) is isshown
        assert beside.shim.moodle.rows("lticontainer")[0]["no_display_lti"].count(str(lti)) == (not isshown)


def main(page: Page) -> str:
    """Return what stands in a page besides Moodle's own menus."""
    return page.text.split('role="main"')[1].split("<footer")[0]


@pytest.mark.parametrize("sesskey", ["", "wrong12345"])
def test_changes_need_the_session_key(beside: Beside, engine_host: FakeEngine, sesskey: str) -> None:
    teacher = Visitor(beside.shim.web.url, "teacher")
    lti = beside.lesson.ltis[0]
    before = stored(beside, lti), beside.shim.moodle.rows("lticontainer")
    for script in ("lti", "copy"):
        path = path_of(beside, script, lti)
        teacher.post(
            path, teacher.get(path).fields | SUBMIT | {"cpulimit": "10", "sesskey": sesskey, "reviewed": "a"}
        )
    teacher.post(path_of(beside, "ltis"), {"lti": lti, "show": "0", "sesskey": sesskey})
    assert (stored(beside, lti), beside.shim.moodle.rows("lticontainer")) == before


def test_a_tutor_changes_nothing_with_a_key_of_their_own(beside: Beside) -> None:
    tutor = Visitor(beside.shim.web.url, "tutor")
    before = beside.shim.moodle.rows("lticontainer")
    key = tutor.get(path_of(beside, "ltis")).sesskey
    tutor.post(path_of(beside, "ltis"), {"lti": beside.lesson.ltis[0], "show": "0", "sesskey": key})
    assert beside.shim.moodle.rows("lticontainer") == before


def test_an_activity_of_another_course_is_not_found(beside: Beside) -> None:
    other = beside.shim.add_class("other")
    teacher = Visitor(beside.shim.web.url, "teacher")
    for script in ("lti", "copy"):
        assert "no such LTI activity" in teacher.get(path_of(beside, script, other.ltis[0])).text


def test_the_raw_text_is_shown_where_the_instance_says_so_without_the_token(beside: Beside) -> None:
    lti = beside.lesson.ltis[0]
    change(beside, lti, {"cpulimit": "4"})
    token = next(line.split("=")[1] for line in stored(beside, lti) if line.startswith("lms_rpctoken="))
    teacher, path = Visitor(beside.shim.web.url, "teacher"), path_of(beside, "lti", lti)
    assert "lms_sessioninfo" not in teacher.get(path).text
    beside.shim.moodle.execute("UPDATE {lticontainer} SET custom_params = 1")
    try:
        shown = teacher.get(path).text
    finally:
        beside.shim.moodle.execute("UPDATE {lticontainer} SET custom_params = 0")
    assert f"lms_sessioninfo={beside.lesson.instance},{lti}" in shown
    assert token not in shown
