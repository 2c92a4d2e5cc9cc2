"""A real Moodle for all tests of this folder, on a MariaDB of its own.

Without one they are skipped, also where CI=true: it is no part of this project, and no package of a distribution.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mariadb import MariaDB, available
from tests.support.moodle import VARIABLE, Moodle, missing_part


@pytest.fixture(scope="session")
def moodle() -> Iterator[Moodle]:
    """A Moodle as its installer leaves it, with the tables of mod_lticontainer and its service."""
    if reason := missing_part() or available():
        pytest.skip(reason)
    with MariaDB() as server:
        made = Moodle(server, Path(os.environ[VARIABLE]))
        try:
            made.install()
            made.add_plugin()
            yield made
        finally:
            made.close()
