"""A container host that is for other courses: it is not offered, not saved, and no page uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest

from app.containers.host import Host
from tests.moodle.shim.conftest import Beside
from tests.support.container_host import shared_engine
from tests.support.fake_engine import FakeEngine
from tests.support.moodle_shim import Page, Visitor
from tests.support.process import free_port

OURS, THEIRS, UNHEARD = "ours", "theirs", "unheard"
SUBMIT = {"submitbutton": "1", "return": "1"}
PAGES = ("view", "volumes", "containers", "lti")


@dataclass(frozen=True)
class Hosts:
    """The Moodle; one host is for its course, another for others."""

    beside: Beside
    engine: FakeEngine

    def chosen(self) -> str:
        return str(self.beside.shim.moodle.rows("lticontainer")[0]["host"])

    def choose(self, name: str) -> None:
        self.beside.shim.moodle.execute("UPDATE {lticontainer} SET host = %s", (name,))

    def path(self, script: str) -> str:
        lti = f"&lti={self.beside.lesson.ltis[0]}" if script == "lti" else ""
        return f"/mod/lticontainer/{script}.php?id={self.beside.lesson.cmid}{lti}"

    def form(self, visitor: Visitor) -> Page:
        return visitor.get("/course/modedit.php", update=self.beside.lesson.cmid)

    def save(self, visitor: Visitor, host: str) -> Page:
        fields = self.form(visitor).fields | {"host": host} | SUBMIT
        return visitor.post("/course/modedit.php", fields)


@pytest.fixture
def hosts(beside: Beside) -> Iterator[Hosts]:
    engine = shared_engine("fake")
    assert isinstance(engine, FakeEngine)
    store, course = beside.site.parts.host_store, beside.lesson.course
    before = beside.shim.moodle.rows("lticontainer")[0]["host"]
    for name, courses in ((OURS, {course}), (THEIRS, {course + 1})):
        store.add(
            Host(
                name,
                socket=str(engine.socket),
                engine="docker",
                address="127.0.0.1",
                port=free_port(),
                user="x",
                courses=frozenset(courses),
            )
        )
    made = Hosts(beside, engine)
    made.choose("")
    yield made
    made.choose(str(before or ""))
    for name in (OURS, THEIRS):
        store.remove(name)
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))


def test_a_form_offers_the_hosts_of_its_course_alone(hosts: Hosts) -> None:
    teacher = Visitor(hosts.beside.shim.web.url, "teacher")
    shown = hosts.form(teacher).text
    assert f'value="{OURS}"' in shown
    assert f'value="{THEIRS}"' not in shown
    hosts.save(teacher, OURS)
    assert hosts.chosen() == OURS


@pytest.mark.parametrize("name", [THEIRS, UNHEARD])
def test_a_host_of_others_is_not_saved(hosts: Hosts, name: str) -> None:
    teacher = Visitor(hosts.beside.shim.web.url, "teacher")
    said = f"The container host {name} can't be used in this course"
    assert said in unescape(hosts.save(teacher, name).text)
    assert hosts.chosen() == ""
    hosts.choose(name)
    assert said in unescape(hosts.save(teacher, name).text)
    assert hosts.save(teacher, "").status == 200
    assert hosts.chosen() == ""


@pytest.mark.parametrize("name", [THEIRS, UNHEARD])
def test_nor_is_it_where_no_form_is(hosts: Hosts, name: str) -> None:
    moodle, course = hosts.beside.shim.moodle, hosts.beside.lesson.course
    before = moodle.rows("lticontainer")
    with pytest.raises(RuntimeError, match=f"{name} can't be used in this course"):
        moodle.call("create_instance", course, {"host": name, "name": "Other"})
    assert moodle.rows("lticontainer") == before


def test_with_the_service_away_what_is_chosen_stays_and_nothing_else_is_saved(hosts: Hosts) -> None:
    teacher = Visitor(hosts.beside.shim.web.url, "teacher")
    hosts.choose(OURS)
    hosts.beside.shim.connect(f"http://127.0.0.1:{free_port()}", "token", 2)
    refused = unescape(hosts.save(teacher, THEIRS).text)
    assert f"Whether this course may use the container host {THEIRS}" in refused
    assert hosts.chosen() == OURS
    hosts.save(teacher, OURS)
    assert hosts.chosen() == OURS


def test_no_page_uses_it(hosts: Hosts) -> None:
    teacher = Visitor(hosts.beside.shim.web.url, "teacher")
    hosts.choose(THEIRS)
    before = len(hosts.engine.requests)
    for script in PAGES:
        page = teacher.get(hosts.path(script))
        assert f"The container host “{THEIRS}” can't be used here" in unescape(page.text), script
    path = hosts.path("volumes")
    key = {"sesskey": teacher.get(path).sesskey, "confirm": "1"}
    answers = [
        teacher.post(path, {"delete": "lms_vol_x"} | key),
        teacher.post(path, teacher.get(path).fields | {"name": "new"} | SUBMIT),
        teacher.post(hosts.path("containers"), {"stop": "student1"} | key),
        teacher.get(hosts.path("download") + "&volume=lms_vol_x"),
    ]
    for page in answers:
        assert THEIRS in page.text, re.findall(r"alert-warning.*?</div>", page.text, re.S)
        assert "alert-success" not in page.text
    assert len(hosts.engine.requests) == before
