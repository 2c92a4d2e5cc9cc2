"""The plugin's pages in a real browser: parameters reach the launch, and harmful names harm nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support import browser as chromium
from tests.support.browser import DESKTOP, PHONE, Browser, Look
from tests.support.classes import runs, write
from tests.support.fake_engine import FakeEngine
from tests.support.moodle_shim import PASSWORD, Visitor
from tests.support.skip import missing

HARMFUL = "<img src=x onerror=\"document.title='harmed'\">"
PAGES = ("view", "dashboard", "charts", "progress", "ltis", "volumes", "containers", "hub", "lti", "copy")
SHOWING = ("view", "dashboard", "progress", "containers", "lti")
"""Pages that show such a name as it is; names of activities lose their tags, as everywhere in Moodle."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := chromium.available():
        missing(reason)
    with Browser() as started:
        yield started


def log_in(browser: Browser, beside: Beside, username: str) -> None:
    browser.forget()
    # On a slow machine Moodle may find that a session of a moment ago is over: whoever sees that tries again.
    for _ in range(3):
        browser.open(beside.shim.web.url + "/login/index.php")
        # Moodle's script moves the focus while the page comes up, and takes keys to another field.
        for field, value in (("#username", username), ("#password", PASSWORD)):
            browser.driver.execute_script("arguments[0].value = arguments[1]", browser.find(field), value)
        browser.find("#loginbtn").click()
        browser.until(lambda driver: "/login/" not in driver.current_url or "loginredirect" in driver.current_url)
        if "/login/" not in browser.driver.current_url:
            return
    raise AssertionError(f"{username} can't log in")


def url_of(beside: Beside, script: str) -> str:
    lti = f"&lti={beside.lesson.ltis[0]}" if script in ("lti", "copy") else ""
    return f"{beside.shim.web.url}/mod/lticontainer/{script}.php?id={beside.lesson.cmid}{lti}"


def test_what_a_teacher_enters_is_in_the_launch_that_a_student_starts(
    browser: Browser, beside: Beside, engine_host: FakeEngine
) -> None:
    log_in(browser, beside, "teacher")
    browser.open(url_of(beside, "lti"))
    browser.find("#id_users").clear()
    browser.find("#id_users").send_keys("student2")
    browser.find("#id_cpulimit option[value='0.2']").click()
    browser.find("#id_submitbutton").click()
    browser.shows("These changes will be saved")
    browser.find("button[name=reviewed]").click()
    browser.shows("Python 1 was saved.")
    row = beside.shim.moodle.rows("lti")[0]
    assert "lms_cpulimit=0.2" in row["instructorcustomparameters"].split("\r\n")

    modules = beside.shim.moodle.execute(
        "SELECT cm.id FROM {course_modules} cm JOIN {modules} m ON m.id = cm.module"
        " WHERE m.name = 'lti' AND cm.instance = %s",
        (beside.lesson.ltis[0],),
    )
    launch = Visitor(beside.shim.web.url, "student2").get("/mod/lti/launch.php", id=modules[0][0])
    sent = dict(re.findall(r'name="(custom_\w+)" value="([^"]*)"', launch.text))
    assert (sent["custom_lms_cpulimit"], sent["custom_lms_users"]) == ("0.2", "student2")
    assert sent["custom_lms_sessioninfo"] == f"{beside.lesson.instance},{beside.lesson.ltis[0]}"


@pytest.fixture
def harmful(beside: Beside, engine_host: FakeEngine) -> Iterator[Beside]:
    """Course, activity, section, user, volume, image, container and notebook have harmful names."""
    execute, course = beside.shim.moodle.execute, beside.lesson.course
    names = {
        "course": ("fullname", course),
        "lti": ("name", beside.lesson.ltis[0]),
        "lticontainer": ("imgname_fltr", beside.lesson.instance),
    }
    before = {
        table: execute(f"SELECT {column} FROM {{{table}}} WHERE id = %s", (row,))[0][0]
        for table, (column, row) in names.items()
    }
    for table, (column, row) in names.items():
        execute(f"UPDATE {{{table}}} SET {column} = %s WHERE id = %s", (HARMFUL, row))
    execute("UPDATE {user} SET lastname = %s WHERE username = 'student3'", (HARMFUL,))
    host = beside.shim.web.url.split("//")[1].split(":")[0]
    name = f"lms_vol_{HARMFUL}_{course}_{host}"
    engine_host.volumes[name] = {"Name": name, "Driver": HARMFUL, "CreatedAt": "2026-11-25T10:00:00Z"}
    engine_host.import_image(f"{HARMFUL}:test")
    made = engine_host.run(f"jupyterhub-{course}-{beside.lesson.ltis[0]}-{host}-aB3dE5gH-student3")
    engine_host.containers[made].image = f"{HARMFUL}:test"
    records = runs("student3", (HARMFUL, "1", "ok"), session="harmful")
    records[0] |= {"lti_id": str(beside.lesson.ltis[0]), "inst_id": str(beside.lesson.instance)}
    beside.site.register(beside.lesson.ltis[0], course, beside.lesson.instance)
    write(beside.site, records)
    beside.shim.moodle.call("purge_caches")
    yield beside
    del engine_host.volumes[name]
    engine_host.images.pop()
    engine_host.containers.clear()
    for table, (column, row) in names.items():
        execute(f"UPDATE {{{table}}} SET {column} = %s WHERE id = %s", (before[table], row))
    execute("UPDATE {user} SET lastname = 'Test' WHERE username = 'student3'")
    beside.shim.moodle.call("purge_caches")


def test_harmful_names_harm_nobody(browser: Browser, harmful: Beside) -> None:
    log_in(browser, harmful, "teacher")
    for script in PAGES:
        browser.open(url_of(harmful, script) + "&period=any&chart=users_bar")
        browser.find("#page-footer")
        for link in browser.all(".chart-table-expand a"):
            browser.driver.execute_script("arguments[0].click()", link)
        assert "harmed" not in browser.driver.title, script
        assert not browser.all("img[src='x']"), script
        if script in SHOWING:
            assert "img src=x" in browser.driver.page_source, script


@pytest.fixture
def phone(browser: Browser, beside: Beside) -> Iterator[Browser]:
    browser.look(PHONE)
    yield browser
    browser.look(DESKTOP)
    beside.shim.moodle.execute("DELETE FROM {lticontainer_queue}")


def test_a_container_can_be_stopped_without_scrolling_aside(
    browser: Browser, beside: Beside, engine_host: FakeEngine
) -> None:
    host = beside.shim.web.url.split("//")[1].split(":")[0]
    engine_host.run(f"jupyterhub-{beside.lesson.course}-{beside.lesson.ltis[0]}-{host}-aB3dE5gH-student1")
    log_in(browser, beside, "teacher")
    browser.look(Look(1280, 900))
    try:
        browser.open(url_of(beside, "containers"))
        table = browser.find(".lticontainer-list")
        assert browser.all(".lticontainer-list .btn")
        hidden = "return arguments[0].scrollWidth - arguments[0].parentNode.clientWidth"
        assert browser.driver.execute_script(hidden, table) <= 0
    finally:
        engine_host.containers.clear()
        browser.look(DESKTOP)


def test_no_page_is_wider_than_a_phone(phone: Browser, beside: Beside, engine_host: FakeEngine) -> None:
    cells = [(f"notebook{number}.ipynb", "1", "ok") for number in range(9)]
    records = runs("student1", *cells, session="phone")
    records[0] |= {"lti_id": str(beside.lesson.ltis[0]), "inst_id": str(beside.lesson.instance)}
    beside.site.register(beside.lesson.ltis[0], beside.lesson.course, beside.lesson.instance)
    write(beside.site, records)
    addresses = [url_of(beside, script) + "&period=any" for script in PAGES]
    addresses.append(f"{beside.shim.web.url}/mod/lticontainer/index.php?id={beside.lesson.course}")
    addresses += [f"{beside.shim.web.url}/mod/lticontainer/{script}.php" for script in ("connection", "queue")]
    beside.shim.moodle.execute(
        "INSERT INTO {lticontainer_queue} (kind, functionname, arguments, timecreated, state, lasterror)"
        " VALUES ('records', 'write_nblogs', '{}', 1, 2, 'servicenonsense HTTP 413, text/html')"
    )
    log_in(phone, beside, "admin")
    for address in addresses:
        phone.open(address)
        phone.find("#page-footer")
        assert phone.driver.execute_script("return document.documentElement.scrollWidth") <= PHONE.width, address
