"""A real Moodle for all tests of this folder, on a MariaDB of its own.

Without one they are skipped, also where CI=true: it is no part of this project, and no package of a distribution.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.mariadb import MariaDB, available
from tests.support.moodle import VARIABLE, Moodle, missing_part
from tests.support.moodle_tables import DB_WRITE, PREFIX, WRITE
from tests.support.site import Row, Site

DATA = ("server_data", "client_data", "session", "tags")


class RealSite(Site):
    """A site on the tables of an installed Moodle."""

    def __init__(self, moodle: Moodle) -> None:
        self.moodle = moodle
        super().__init__(moodle.mariadb.create_database())

    @property
    def env(self) -> dict[str, str]:
        """What a service of this site is told."""
        names = {"MOODLE_PREFIX": PREFIX, "MOODLE_DATABASE": self.moodle.database}
        return super().env | {f"LTICONTAINER_{name}": value for name, value in names.items()}

    def data(self, table: str) -> list[Row]:
        """Return the rows of a data table without `id`, in its order."""
        return self.moodle.rows(f"lticontainer_{table}")


@pytest.fixture(scope="session")
def moodle() -> Iterator[Moodle]:
    """A Moodle as its installer leaves it, with the tables of mod_lticontainer, and a class."""
    if reason := missing_part() or available():
        pytest.skip(reason)
    with MariaDB() as server:
        made = Moodle(server, Path(os.environ[VARIABLE]))
        try:
            made.install()
            made.add_plugin()
            made.add_class()
            yield made
        finally:
            made.close()


@pytest.fixture
def site(moodle: Moodle) -> Iterator[RealSite]:
    """A site on empty data tables of that Moodle."""
    site = RealSite(moodle)
    site.upgrade()
    yield site
    for table in DATA:
        moodle.execute(f"DELETE FROM {{lticontainer_{table}}}")
    site.close()


@pytest.fixture
def made(moodle: Moodle) -> dict[str, Any]:
    """A teacher, a restricted service with its capability, and a token, as the plugin's manual has them made."""
    number = time.time_ns()
    user = moodle.call("create_user", f"teacher{number}")
    more = {"requiredcapability": DB_WRITE}
    service = moodle.call("add_service", f"Logs {number}", f"logs{number}", [WRITE], more)
    moodle.call("allow_user", service, user, {})
    role = moodle.call("give_capability", user, DB_WRITE)
    token = moodle.call("make_token", service, user, 0, "")
    return {"user": user, "service": service, "role": role, "token": token}
