"""A site on each database, with all its tables; MariaDB is one real server for the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import KINDS, new_database
from tests.support.site import Site


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database without tables."""
    return new_database(request.param, tmp_path)


@pytest.fixture
def empty_site(database_url: str) -> Iterator[Site]:
    """A site whose database has no tables yet."""
    site = Site(database_url)
    yield site
    site.close()


@pytest.fixture
def site(empty_site: Site) -> Site:
    """A site whose tables are made."""
    empty_site.upgrade()
    return empty_site
