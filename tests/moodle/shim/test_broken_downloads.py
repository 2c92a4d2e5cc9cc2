"""A download of a volume that breaks off is no complete file, neither to the page nor to the browser."""

from __future__ import annotations

import http.client
import io
import time
import urllib.parse
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from app.audit.entry import Filter, State
from tests.moodle.shim.conftest import Beside
from tests.support.container_host import shared_engine, shared_host
from tests.support.engines import Engine
from tests.support.moodle_shim import Visitor
from tests.support.process import wait_until
from tests.support.service import Service
from tests.support.slow_relay import SlowRelay

MEGABYTES = 8
PATIENT, HASTY = 30, 3
"""Seconds that a page may wait: longer, and less, than the larger volume takes through a slow relay."""


@dataclass(frozen=True)
class Large:
    """The Moodle, a service of its own that may be shot, a slow way to it, and a volume that takes its time."""

    beside: Beside
    service: Service
    url: str
    name: str

    def connect(self, seconds: int) -> None:
        self.beside.shim.connect(self.url, self.beside.site.token("admin"), seconds)

    def path(self, name: str = "") -> str:
        query = urllib.parse.urlencode({"id": self.beside.lesson.cmid, "volume": name or self.name})
        return f"/mod/lticontainer/download.php?{query}"

    def await_download(self) -> None:
        """Return when the service has begun to read the volume."""
        wait_until(lambda: self.beside.site.parts.audit.list(Filter(), 1)[0].state is State.INTENT)


@pytest.fixture(scope="module")
def own_host(whole: Beside) -> Iterator[tuple[Engine, str, str]]:
    engine, host = shared_engine("docker"), shared_host("docker")
    whole.site.parts.host_store.add(host)
    end = f"{whole.lesson.course}_{whole.shim.web.url.split('//')[1].split(':')[0]}"
    names = f"lms_sub_large_{end}", f"lms_sub_small_{end}"
    made = "; ".join(
        f"dd if=/dev/urandom of=/{name}/x bs=1M count={size}"
        for name, size in zip(names, (MEGABYTES, 1), strict=True)
    )
    container = engine.run("filling", ("sh", "-c", made), names)
    with engine.client(timeout=120) as client:
        client.wait(container)
        client.remove_container(container)
    yield engine, *names
    engine.remove_all()
    whole.site.parts.host_store.remove(host.name)


@pytest.fixture
def large(beside: Beside, own_host: tuple[Engine, str, str]) -> Iterator[Large]:
    before = beside.shim.moodle.rows("lticontainer")[0]["host"]
    beside.shim.moodle.execute("UPDATE {lticontainer} SET host = 'docker'")
    with Service(beside.site.env, workers=1) as service, SlowRelay(service.port) as relay:
        yield Large(beside, service, relay.url, own_host[1])
    beside.shim.moodle.execute("UPDATE {lticontainer} SET host = %s", (before or "",))
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))


def opened(visitor: Visitor, path: str) -> http.client.HTTPResponse:
    """Open a page without reading it."""
    answer = visitor.open(path)
    assert isinstance(answer, http.client.HTTPResponse)
    return answer


def test_a_file_that_is_soon_whole_comes_with_its_length(large: Large, own_host: tuple[Engine, str, str]) -> None:
    large.connect(PATIENT)
    came = Visitor(large.beside.shim.web.url, "teacher").download(large.path(own_host[2]))
    assert int(came.headers["Content-Length"]) == len(came.body) > 1_000_000
    assert zipfile.ZipFile(io.BytesIO(came.body)).testzip() is None


def test_what_takes_longer_comes_while_it_is_made(large: Large) -> None:
    large.connect(HASTY)
    with opened(Visitor(large.beside.shim.web.url, "teacher"), large.path()) as answer:
        assert answer.headers["Content-Length"] is None
        body = answer.read()
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None


def test_before_anything_was_sent_a_page_says_what_happened(large: Large) -> None:
    large.connect(PATIENT)
    teacher = Visitor(large.beside.shim.web.url, "teacher")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(teacher.get, large.path())
        large.await_download()
        time.sleep(0.3)
        large.service.kill_hard()
        page = asked.result()
    assert page.status == 200
    assert "be reached at the moment" in page.text
    assert page.text.rstrip().endswith("</html>")


def test_later_the_connection_is_cut(large: Large) -> None:
    large.connect(HASTY)
    with opened(Visitor(large.beside.shim.web.url, "teacher"), large.path()) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        answer.read(1024)
        large.service.kill_hard()
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
    # Another process has taken the place of the one that ended.
    assert Visitor(large.beside.shim.web.url, "teacher").get(large.path("lms_sub_none")).status == 200
