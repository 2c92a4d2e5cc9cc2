"""`python -m tests.benchmarks.exports [--rows N]`: how fast a course is taken away, and in how much memory.

The real service under gunicorn, over HTTP, on each database. Of N rows a tenth belongs to the exported course.
Targets: 50,000 rows a second, xAPI 10,000; the worker's memory grows by less than 60 MB. Exit code 1 when one
is missed. A machine is compared with itself: the ratio to a plain read of the same rows is told too.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import text

from app.activity.execution import Selection
from app.activity.executions_store import ExecutionStore
from app.storage.database import Database, make_engine
from tests.benchmarks.servers import Gunicorn, prepare, settings
from tests.support import cli
from tests.support.mariadb import MariaDB

COURSE = 2
CHUNK = 250_000
MEMORY_KIB = 60_000
PATHS = {
    "executions.csv": 50_000,
    "executions.jsonl": 50_000,
    "executions.parquet": 50_000,
    "xapi/statements": 10_000,
}

_ROWS = """
INSERT INTO lticontainer_executions
    (session, message, course, inst_id, lti_id, username, filename, codenum, cell_id, status,
    asked_us, answered_us)
SELECT {session}, {message}, 2 + n % 10, 1, 7, {user}, 'Task1.ipynb', '12', 'b2c1f3d4', 'ok',
    1795428000000000 + n * 1000003, 1795428001500000 + n * 1000003
FROM {numbers}
"""


@dataclass(frozen=True)
class Result:
    """What one download took: rows, seconds, and by how many KiB the worker grew at most."""

    rows: int
    seconds: float
    grown: int


def seed(database: Database, rows: int) -> None:
    """Put rows in, made by the database itself."""
    for first in range(0, rows, CHUNK):
        last = min(rows, first + CHUNK) - 1
        with database.writing() as connection:
            connection.execute(text(_sqlite(first, last) if database.is_sqlite else _mariadb(first, last)))


def _mariadb(first: int, last: int) -> str:
    return _ROWS.format(
        session="CONCAT('6b1e4f2a-97ab-4c0d-8a51-', LPAD(n DIV 200, 12, '0'))",
        message="CONCAT('2945274d-e84f-45b2-8d46-', LPAD(n, 12, '0'))",
        user="CONCAT('student', n MOD 40)",
        numbers=f"(SELECT seq AS n FROM seq_{first}_to_{last}) numbers",
    )


def _sqlite(first: int, last: int) -> str:
    numbers = f"WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"
    return _ROWS.format(
        session="printf('6b1e4f2a-97ab-4c0d-8a51-%012d', n / 200)",
        message="printf('2945274d-e84f-45b2-8d46-%012d', n)",
        user="'student' || n % 40",
        numbers=f"({numbers} SELECT n FROM numbers)",
    )


def download(server: Gunicorn, token: str, path: str, rows: int) -> Result:
    """Fetch a file and throw it away; raises http.client.IncompleteRead where it is cut."""
    query = urlencode({"course_id": COURSE, "zone": "Asia/Tokyo"} | ({"limit": rows} if "xapi" in path else {}))
    before = server.memory()
    peak, lines = 0, 0
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", f"/api/v1/{path}?{query}", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(answer.read().decode())
    sign, end = b'"verb"' if "xapi" in path else b"\n", b""
    while block := answer.read(2**20):
        lines += (end + block).count(sign)
        end = block[1 - len(sign) :] if len(sign) > 1 else b""  # a sign may lie on both sides of the cut
        now = server.memory()
        peak = max(peak, *(now[worker] - before.get(worker, 0) for worker in now))
    seconds = time.perf_counter() - begin
    connection.close()
    counted = lines - 1 if path.endswith("csv") else rows if path.endswith("parquet") else lines
    return Result(counted, seconds, peak)


@contextmanager
def databases() -> Iterator[Iterator[tuple[str, str]]]:
    """Yield (name, URL) of a new database of each kind."""
    with MariaDB(buffer_pool="256M") as server, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        urls = {"MariaDB": server.create_database(), "SQLite": f"sqlite:///{Path(folder) / 'bench.sqlite3'}"}
        yield iter(urls.items())


def measure(name: str, url: str, rows: int) -> bool:
    """Print the figures of one database; say whether all targets are reached."""
    env = settings(url)
    prepare(env)
    token = cli.run("token", "create", "--name", "bench", "--scope", "activity:read", env=env).stdout.strip()
    database = Database(make_engine(url))
    begin = time.perf_counter()
    seed(database, rows)
    print(f"{name}: {rows:,} rows seeded in {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)
    begin = time.perf_counter()
    read = sum(len(page) for page in ExecutionStore(database).pages(Selection(COURSE)))
    plain = read / (time.perf_counter() - begin)
    database.engine.dispose()
    print(f"| {name} | plain read in one process | {read:,} | {plain:,.0f} | 1.00 | | |", flush=True)
    good = True
    with Gunicorn("wsgi:app", env, 1, 4) as server:
        for path in ("executions.csv", "executions.parquet"):  # the worker is warm, and has pyarrow
            download(server, token, path, 1)
        for path, target in PATHS.items():
            result = download(server, token, path, read)
            speed = result.rows / result.seconds
            reached = speed >= target and result.grown < MEMORY_KIB and result.rows == read
            good &= reached
            figures = f"{result.rows:,} | {speed:,.0f} | {speed / plain:.2f} | {target:,}"
            print(f"| {name} | `{path}` | {figures} | {result.grown / 1024:.0f} MB |", flush=True)
    return good


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    rows = parser.parse_args(arguments).rows
    print(
        "| database | what | rows | rows/s | ratio | target | memory grew by |\n|---|---|---:|---:|---:|---:|---:|"
    )
    with databases() as found:
        reached = [measure(name, url, rows) for name, url in found]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
