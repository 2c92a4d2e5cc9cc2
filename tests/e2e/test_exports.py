"""Long exports from the real service: flat memory, and a cut where the database goes away."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.benchmarks.exports import PATHS, download, seed
from tests.benchmarks.servers import Gunicorn
from tests.support.site import Site

ROWS = 1_000_000
FLAT_KIB = 50_000


@pytest.fixture
def server(site: Site) -> Iterator[Gunicorn]:
    with Gunicorn("wsgi:app", site.env, 1, 4) as running:
        yield running


@pytest.mark.slow
def test_memory_stays_flat(site: Site, server: Gunicorn) -> None:
    seed(site.parts.database, ROWS)
    token = site.token("activity:read")
    download(server, token, "executions.parquet", 1)  # pyarrow is loaded
    for path in PATHS:
        result = download(server, token, path, ROWS // 10)
        assert result.rows == ROWS // 10, path
        assert result.grown < FLAT_KIB, (path, result)


@pytest.mark.slow
def test_a_table_that_goes_away_cuts_the_file(site: Site, server: Gunicorn) -> None:
    seed(site.parts.database, 600_000)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": f"Bearer {site.token('activity:read')}"}
    with closing(connection):
        connection.request("GET", "/api/v1/executions.csv?course_id=2", headers=headers)
        answer = connection.getresponse()
        assert answer.read(1000).startswith(b"id,")
        with site.parts.database.writing() as writing:
            writing.exec_driver_sql("ALTER TABLE lticontainer_executions RENAME TO gone")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
