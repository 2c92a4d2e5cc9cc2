"""A Moodle with our plugin in it, over HTTP, and the service beside it, for all tests of this folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.containers.host import LOCAL, Host
from tests.moodle.shim.lessons import run_tasks
from tests.support import mariadb, postgresql
from tests.support.fake_engine import FakeEngine
from tests.support.moodle import VARIABLE, missing_part
from tests.support.moodle_shim import Class, ShimMoodle, Template, service_beside
from tests.support.php_site import available as php_site_available
from tests.support.service import Service
from tests.support.site import Site

KIND = os.environ.get("MOODLE_DB", "mariadb")
"""The database server of Moodle: mariadb or postgresql."""
MISSING = {"mariadb": mariadb.available, "postgresql": postgresql.available}


@dataclass(frozen=True)
class Beside:
    """A Moodle with our plugin, served over HTTP, the service beside it, and a course with its people."""

    shim: ShimMoodle
    service: Service
    site: Site
    lesson: Class


@pytest.fixture(scope="session")
def template(pytestconfig: pytest.Config) -> Template:
    """An installed Moodle to copy; it is kept from one run of the tests to the next."""
    if KIND not in MISSING:
        raise ValueError(f"MOODLE_DB: {KIND} is neither of {', '.join(MISSING)}")
    if reason := missing_part() or MISSING[KIND]() or php_site_available():
        pytest.skip(reason)
    if pytestconfig.cache is None:
        raise RuntimeError("pytest runs without its cache")
    return Template(pytestconfig.cache.mkdir("moodle"), Path(os.environ[VARIABLE]), KIND)


@pytest.fixture(scope="session")
def whole(template: Template) -> Iterator[Beside]:
    """All of it, for the whole session."""
    shim = ShimMoodle(template, Path(os.environ[VARIABLE]))
    try:
        shim.add_people()
        lesson = shim.add_class()
        service, site = service_beside(shim)
        with service:
            shim.connect(service.base_url, site.token("admin"))
            yield Beside(shim, service, site, lesson)
        site.close()
    finally:
        shim.close()


@pytest.fixture
def beside(whole: Beside) -> Iterator[Beside]:
    """The same; what PHP complains of meanwhile fails the test."""
    whole.shim.web.forget()
    yield whole
    assert whole.shim.web.complaints() == ""


@pytest.fixture
def lesson(beside: Beside) -> Class:
    """A course of its own, whose first activity has parameters with system lines."""
    made = beside.shim.add_class(f"c{time.time_ns()}")
    made = beside.shim.add_class(f"c{time.time_ns()}")
    beside.shim.moodle.call("save_lti", made.ltis[0], "lms_users=*\r\nlms_vol_my_task=Task\r\nlms_course=c")
    run_tasks(beside)
    return made


@pytest.fixture(scope="session")
def engine_host(whole: Beside) -> Iterator[FakeEngine]:
    """A container host of the service, with an engine that lives in memory; the instance uses it."""
    engine = FakeEngine()
    engine.start()
    engine.import_image()
    whole.site.parts.host_store.add(Host(LOCAL, socket=str(engine.socket), engine="docker"))
    whole.shim.moodle.execute("UPDATE {lticontainer} SET host = %s, imgname_fltr = '*'", (LOCAL,))
    yield engine
    engine.close()
