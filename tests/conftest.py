"""What unit and protocol tests share: a migrated database file, and a site with its web application."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import create_engine

from app.storage.migrate import upgrade
from tests.support.fake_engine import FakeEngine
from tests.support.web import WebSite

# How long an example takes says nothing about the rules, and a busy machine would fail a test by it.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

MakeWeb = Callable[..., WebSite]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("LTICONTAINER_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def make_web(tmp_path: Path, migrated_file: Path, no_environment: None) -> Iterator[MakeWeb]:
    """Make sites with settings of their own, all on the same database file."""
    made: list[WebSite] = []
    path = tmp_path / "service.sqlite3"
    shutil.copyfile(migrated_file, path)

    def make(**values: Any) -> WebSite:
        made.append(WebSite(f"sqlite:///{path}", **values))
        return made[-1]

    yield make
    for web in made:
        web.close()


@pytest.fixture
def fake_engine() -> Iterator[FakeEngine]:
    """A container engine on a Unix socket, in this process."""
    with FakeEngine() as engine:
        yield engine


@pytest.fixture
def web(make_web: MakeWeb) -> WebSite:
    """A site on SQLite, with its web application."""
    return make_web()
