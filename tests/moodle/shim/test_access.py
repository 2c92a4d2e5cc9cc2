"""Who may open which page of the plugin, in a real Moodle over HTTP."""

from __future__ import annotations

import pytest

from tests.moodle.shim.conftest import Beside
from tests.moodle.shim.lessons import run_tasks
from tests.support.moodle_shim import Visitor

STAFF = ("manager", "teacher", "tutor")
PAGES = (
    "/mod/lticontainer/view.php?id={cmid}",
    "/mod/lticontainer/dashboard.php?id={cmid}",
    "/mod/lticontainer/charts.php?id={cmid}",
    "/mod/lticontainer/progress.php?id={cmid}",
    "/mod/lticontainer/ltis.php?id={cmid}",
    "/mod/lticontainer/volumes.php?id={cmid}",
    "/mod/lticontainer/containers.php?id={cmid}",
    "/mod/lticontainer/hub.php?id={cmid}",
)
TOOLS = "/mod/lticontainer/tools.php?id={cmid}"
EDITORS = ("manager", "teacher")
EDITOR_PAGES = (
    "/mod/lticontainer/lti.php?id={cmid}&lti={ltis[0]}",
    "/mod/lticontainer/copy.php?id={cmid}&lti={ltis[0]}",
)
CHANGES = (
    "/mod/lticontainer/volumes.php?id={cmid}&delete=lms_vol_x",
    "/mod/lticontainer/containers.php?id={cmid}&stop=student1",
    "/mod/lticontainer/download.php?id={cmid}&volume=lms_vol_x",
)


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize("page", PAGES)
def test_staff_open_every_page(beside: Beside, who: str, page: str) -> None:
    path = page.format(**vars(beside.lesson))
    opened = Visitor(beside.shim.web.url, who).get(path)
    assert (opened.status, opened.url) == (200, beside.shim.web.url + path)
    assert "Notebooks" in opened.text


@pytest.mark.parametrize("who", EDITORS)
@pytest.mark.parametrize("page", EDITOR_PAGES)
def test_editors_open_the_forms(beside: Beside, who: str, page: str) -> None:
    path = page.format(**vars(beside.lesson))
    opened = Visitor(beside.shim.web.url, who).get(path)
    assert (opened.status, opened.url) == (200, beside.shim.web.url + path)
    assert "Python 1" in opened.text


def test_only_managers_open_the_tools(beside: Beside) -> None:
    path = TOOLS.format(**vars(beside.lesson))
    opened = Visitor(beside.shim.web.url, "manager").get(path)
    assert opened.url == beside.shim.web.url + path
    for who in ("teacher", "tutor"):
        visitor = Visitor(beside.shim.web.url, who)
        assert "you do not currently have permissions" in visitor.get(path).text
        assert "mod/lticontainer/tools.php" not in visitor.get(PAGES[0].format(**vars(beside.lesson))).text


def test_activities_are_registered_again_with_the_session_key_alone(beside: Beside) -> None:
    def queued() -> int:
        sql = "SELECT COUNT(*) FROM {task_adhoc} WHERE classname LIKE '%%register_course'"
        return int(beside.shim.moodle.execute(sql)[0][0])

    run_tasks(beside)
    manager, path = Visitor(beside.shim.web.url, "manager"), TOOLS.format(**vars(beside.lesson))
    key = manager.get(path).sesskey
    manager.post(path, {"register": "1", "sesskey": "wrong12345"})
    assert queued() == 0
    answer = manager.post(path, {"register": "1", "sesskey": key})
    assert "alert-success" in answer.text
    assert queued() == 1
    run_tasks(beside)
    assert queued() == 0


def test_who_manages_jupyterhub_is_led_there(beside: Beside) -> None:
    path = "/mod/lticontainer/hub.php?id={cmid}".format(**vars(beside.lesson))
    for who, leads in (("teacher", True), ("tutor", False)):
        page = Visitor(beside.shim.web.url, who).get(path)
        assert "/hub/home" in page.text
        assert ("/hub/admin" in page.text) is leads


@pytest.mark.parametrize("page", EDITOR_PAGES + CHANGES)
def test_tutors_change_nothing(beside: Beside, page: str) -> None:
    opened = Visitor(beside.shim.web.url, "tutor").get(page.format(**vars(beside.lesson)))
    assert "you do not currently have permissions" in opened.text


@pytest.mark.parametrize("who", ["student1", "guest", ""])
@pytest.mark.parametrize("page", (*PAGES, TOOLS) + EDITOR_PAGES + CHANGES)
def test_others_get_nothing(beside: Beside, who: str, page: str) -> None:
    path = page.format(**vars(beside.lesson))
    opened = Visitor(beside.shim.web.url, who).get(path)
    assert opened.url != beside.shim.web.url + path


def test_a_student_finds_no_link(beside: Beside) -> None:
    page = Visitor(beside.shim.web.url, "student1").get("/course/view.php", id=beside.lesson.course)
    assert page.status == 200
    assert "mod/lticontainer/view.php" not in page.text


def test_the_list_of_instances(beside: Beside) -> None:
    url, course = beside.shim.web.url, beside.lesson.course
    link = f"mod/lticontainer/view.php?id={beside.lesson.cmid}"
    assert link in Visitor(url, "teacher").get("/mod/lticontainer/index.php", id=course).text
    assert link not in Visitor(url, "student1").get("/mod/lticontainer/index.php", id=course).text


def test_only_an_administrator_sees_settings_and_connection(beside: Beside) -> None:
    for path in (
        "/admin/settings.php?section=modsettinglticontainer",
        "/mod/lticontainer/connection.php",
        "/mod/lticontainer/queue.php",
    ):
        assert Visitor(beside.shim.web.url, "admin").get(path).status == 200
        refused = Visitor(beside.shim.web.url, "teacher").get(path)
        assert "8088" not in refused.text
        assert refused.status in (403, 404)
