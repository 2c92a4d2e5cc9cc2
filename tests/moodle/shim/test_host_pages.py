"""Volumes and containers in the plugin's pages, on an engine in memory and on a real one behind SSH."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.container_host import shared_engine, shared_host
from tests.support.engines import Engine
from tests.support.fake_engine import FakeEngine
from tests.support.moodle_shim import Page, Visitor
from tests.support.process import wait_until

TIMEOUT = 2


@dataclass(frozen=True)
class Hosted:
    """The Moodle, and the engine on the host that its instance uses."""

    beside: Beside
    engine: Engine

    def path(self, script: str) -> str:
        return f"/mod/lticontainer/{script}.php?id={self.beside.lesson.cmid}"

    def full(self, name: str) -> str:
        return f"{name}_{self.beside.lesson.course}_{self.moodle_host}"

    @property
    def moodle_host(self) -> str:
        return self.beside.shim.web.url.split("//")[1].split(":")[0]

    def visitor(self, who: str = "teacher") -> Visitor:
        return Visitor(self.beside.shim.web.url, who)

    def volumes(self) -> list[str]:
        with self.engine.client() as client:
            return [one["Name"] for one in client.volumes()["Volumes"] or []]


@pytest.fixture(scope="module", params=["fake", "docker", "podman"])
def own_host(request: pytest.FixtureRequest, whole: Beside) -> Iterator[Engine]:
    host = shared_host(request.param)
    engine = shared_engine(request.param)
    whole.site.parts.host_store.remove(host.name)
    whole.site.parts.host_store.add(host)
    whole.shim.moodle.execute("UPDATE {lticontainer} SET host = %s", (host.name,))
    yield engine
    whole.site.parts.host_store.remove(host.name)


@pytest.fixture
def hosted(beside: Beside, own_host: Engine) -> Hosted:
    return Hosted(beside, own_host)


def confirm(visitor: Visitor, asked: Page) -> Page:
    """Press the button that goes on."""
    form = re.findall(r'<form method="post".*?</form>', asked.text, re.S)[-1]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return visitor.post(re.findall(r'action="([^"]*)"', form)[0], fields)


def test_a_volume_is_made_downloaded_and_deleted(hosted: Hosted) -> None:
    teacher, path, name = hosted.visitor(), hosted.path("volumes"), hosted.full("lms_sub_report7")
    made = teacher.post(
        path, teacher.get(path).fields | {"role": "submit", "name": "Report7", "submitbutton": "1"}
    )
    assert name in made.text
    assert name in hosted.volumes()

    if hosted.engine.kind != "fake":
        archive = teacher.download(hosted.path("download") + f"&volume={name}")
        assert archive.headers["Content-Disposition"].startswith('attachment; filename="report7_submit_course')
        assert zipfile.ZipFile(io.BytesIO(archive.body)).testzip() is None

    asked = teacher.get(path + f"&delete={name}")
    assert "be undone" in asked.text
    assert name in hosted.volumes()
    gone = confirm(teacher, asked)
    assert gone.url.endswith(path)
    assert name not in hosted.volumes()


def test_a_wrong_name_is_said_and_stays_typed(hosted: Hosted) -> None:
    teacher, path = hosted.visitor(), hosted.path("volumes")
    shown = teacher.post(path, teacher.get(path).fields | {"name": "report 1<b>", "submitbutton": "1"})
    assert "Small letters a to z and digits" in shown.text
    assert shown.fields["name"] == "report 1<b>"


def test_only_volumes_of_the_course_are_deleted_or_downloaded(hosted: Hosted) -> None:
    teacher, other = hosted.visitor(), hosted.full("lms_sub_other").replace("_2_", "_99_")
    with hosted.engine.client() as client:
        client.create_volume(other)
    assert other not in teacher.get(hosted.path("volumes")).text
    answer = confirm(teacher, teacher.get(hosted.path("volumes") + f"&delete={other}"))
    assert "alert-warning" in answer.text
    refused = teacher.get(hosted.path("download") + f"&volume={other}")
    assert refused.url.endswith(f"&volume={other}")
    assert "alert-warning" in refused.text
    assert other in hosted.volumes()


def test_a_container_is_listed_and_stopped(hosted: Hosted) -> None:
    lti = hosted.beside.lesson.ltis[0]
    name = f"jupyterhub-{hosted.beside.lesson.course}-{lti}-{hosted.moodle_host}-aB3dE5gH-student1"
    hosted.engine.run(name, ("sleep", "600"))
    try:
        listed = hosted.visitor("tutor").get(hosted.path("containers"))
        assert {"student1 Test", "Python 1"} <= set(re.findall(r">([^<>]+)<", listed.text))
        assert "stop=student1" not in listed.text
        teacher = hosted.visitor()
        asked = teacher.get(hosted.path("containers") + "&stop=student1")
        assert "Stop the containers of student1 Test" in asked.text
        stopped = confirm(teacher, asked)
        assert "stop=student1" not in stopped.text
    finally:
        hosted.engine.remove_all()


def test_a_container_that_takes_its_time_keeps_no_page_waiting(hosted: Hosted) -> None:
    beside, lti = hosted.beside, hosted.beside.lesson.ltis[0]
    name = f"jupyterhub-{beside.lesson.course}-{lti}-{hosted.moodle_host}-aB3dE5gH-student2"
    path, teacher = hosted.path("containers"), hosted.visitor()
    # What runs as a container's first program takes no notice of a wish to end.
    hosted.engine.run(name, ("sleep", "600"))
    if isinstance(hosted.engine, FakeEngine):
        hosted.engine.stubborn = 5.0
    try:
        beside.shim.connect(beside.service.base_url, beside.site.token("admin"), TIMEOUT)
        asked = teacher.get(path + "&stop=student2")
        began = time.monotonic()
        answer = confirm(teacher, asked)
        took = time.monotonic() - began
        assert "is being stopped" in answer.text
        assert state_of(answer, "student2") == "stopping"
        assert "stop=student2" not in answer.text
        assert took < 2 * (TIMEOUT + 1)  # the page that stops, and the list to which it leads
        wait_until(lambda: state_of(teacher.get(path), "student2") == "ended")
    finally:
        beside.shim.connect(beside.service.base_url, beside.site.token("admin"))
        if isinstance(hosted.engine, FakeEngine):
            hosted.engine.stubborn = 0.0
            hosted.engine.containers.clear()
        else:
            hosted.engine.remove_all()


def state_of(page: Page, username: str) -> str:
    """Return the state of a user's container in the list."""
    row = page.text.split(f'title="{username}"')[1].split("</tr>")[0]
    return str(re.findall(r"text-bg-\w+\">([^<]+)<", row)[0])


def test_a_volume_in_use_names_the_person_and_is_not_deleted(hosted: Hosted) -> None:
    beside, name = hosted.beside, hosted.full("lms_sub_used")
    container = f"jupyterhub-{beside.lesson.course}-{beside.lesson.ltis[0]}-{hosted.moodle_host}-aB3dE5gH-student4"
    hosted.engine.run(container, ("sleep", "600"), (name,))
    try:
        teacher = hosted.visitor()
        assert "used by student4 Test" in teacher.get(hosted.path("volumes")).text
        refused = confirm(teacher, teacher.get(hosted.path("volumes") + f"&delete={name}"))
        assert "alert-warning" in refused.text
        assert name in hosted.volumes()
    finally:
        if isinstance(hosted.engine, FakeEngine):
            hosted.engine.containers.clear()
        else:
            hosted.engine.remove_all()


@pytest.mark.parametrize("sesskey", ["", "wrong12345"])
def test_changes_need_the_session_key(hosted: Hosted, sesskey: str) -> None:
    teacher, name = hosted.visitor(), hosted.full("lms_vol_kept")
    with hosted.engine.client() as client:
        client.create_volume(name)
    before = hosted.volumes()
    path = hosted.path("volumes")
    teacher.post(path, {"delete": name, "confirm": "1", "sesskey": sesskey})
    teacher.get(path, delete=name, confirm="1")
    teacher.post(path, teacher.get(path).fields | {"name": "new", "sesskey": sesskey, "submitbutton": "1"})
    assert hosted.volumes() == before
    stopped = teacher.post(hosted.path("containers"), {"stop": "student1", "confirm": "1", "sesskey": sesskey})
    assert "alert-success" not in stopped.text


def test_the_token_of_the_service_never_reaches_the_browser(hosted: Hosted) -> None:
    rows = hosted.beside.shim.moodle.execute(
        "SELECT value FROM {config_plugins} WHERE plugin = 'mod_lticontainer' AND name = 'token'"
    )
    teacher = hosted.visitor()
    for script in ("view", "volumes", "containers", "ltis", "charts"):
        assert str(rows[0][0]) not in teacher.get(hosted.path(script)).text
