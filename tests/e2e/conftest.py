"""A real gunicorn on each database. `stack` runs for all tests: keep to sessions of your own there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.databases import KINDS, new_database
from tests.support.service import Service
from tests.support.site import Site


@dataclass(frozen=True)
class Stack:
    """A running service, and its site."""

    service: Service
    site: Site
    token: str

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.service.port


@contextmanager
def running(site: Site, env: dict[str, str] | None = None, **options: Any) -> Iterator[Stack]:
    """Run a service for a site."""
    with Service(site.env | (env or {}), **options) as service:
        yield Stack(service, site, site.token("nblogs:write"))


Start = Callable[..., Stack]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start services that end with the test."""
    with ExitStack() as stack:
        yield lambda site, env=None, **options: stack.enter_context(running(site, env, **options))


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A site of a test's own."""
    yield from made(new_database(request.param, tmp_path))


@pytest.fixture
def sqlite_site(tmp_path: Path) -> Iterator[Site]:
    """A site of a test's own, on SQLite, where the database makes no difference."""
    yield from made(new_database("sqlite", tmp_path))


@pytest.fixture
def mariadb_site(tmp_path: Path) -> Iterator[Site]:
    """A site of a test's own, on MariaDB."""
    yield from made(new_database("mariadb", tmp_path))


def made(url: str) -> Iterator[Site]:
    """Yield a site with its tables."""
    site = Site(url)
    site.upgrade()
    yield site
    site.close()


@pytest.fixture(scope="session", params=KINDS)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service for all tests that get along with each other, with the talkative log level."""
    site = Site(new_database(request.param, tmp_path_factory.mktemp("stack")))
    site.upgrade()
    site.register(1, 2)
    with running(site, {"LTICONTAINER_LOG_LEVEL": "DEBUG"}, workers=3) as started:
        yield started
    site.close()


@pytest.fixture
def session() -> str:
    """A session that no other test has, as long as Jupyter's."""
    return str(uuid4())
