"""`python -m tests.benchmarks.moving`: how long a million rows take to import and to rebuild, a person to erase.

Each command runs as a process of its own, whose peak memory is that of the commands only. Exit code 1 when a
target is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.activity import Line
from tests.support.mariadb import MariaDB
from tests.support.moodle_tables import Moodle
from tests.support.process import ROOT, environment
from tests.support.site import Site

ROWS = 1_000_000
MINUTES = 10.0
MEMORY_MB = 150
ERASE_SECONDS = 30.0
"""Half of what nginx waits for an answer."""
RUNS_OF_A_SESSION = 50
START = 1_795_435_200

_SESSION = f"CONCAT(LPAD(HEX(n DIV {RUNS_OF_A_SESSION}), 8, '0'), '-26e6-4eeb-8b26-9ced5c9bed1c')"
_MESSAGE = "CONCAT(MD5(n), '_1')"
_DATE = "CONCAT(DATE_FORMAT(FROM_UNIXTIME({start} + n * 3), '%%Y-%%m-%%dT%%H:%%i:%%s'), '.{part}Z')"
# Runs of three seconds each, question and answer half a second apart; `{db}` only leads to the sequence.
_FILL = (
    "INSERT INTO {{lticontainer_session}} (session, course, inst_id, lti_id, updatetm) "
    f"SELECT {_SESSION.replace('n DIV 50', 'n')}, 2 + n % 8, 1, 1 + n % 8, {START} "
    "FROM (SELECT seq AS n FROM {db}.seq_0_to_{sessions}) x",
    "INSERT INTO {{lticontainer_tags}} (cell_id, tags, filename, codenum, updatetm) "
    "SELECT CONCAT('cell-', n), CONCAT('[\"filename:Task1.ipynb\", \"codenum:', n, '\"]'), 'Task1.ipynb', n, 1 "
    "FROM (SELECT seq AS n FROM {db}.seq_1_to_30) x",
    "INSERT INTO {{lticontainer_client_data}} (session, message, cell_id, filename, date, updatetm) "
    f"SELECT {_SESSION}, {_MESSAGE}, CONCAT('cell-', 1 + n % 30), 'Task1.ipynb', "
    f"{_DATE.format(start=START, part='123')}, {START} + n * 3 "
    "FROM (SELECT seq AS n FROM {db}.seq_0_to_{runs}) x",
    "INSERT INTO {{lticontainer_server_data}} (session, message, status, username, date, updatetm) "
    f"SELECT {_SESSION}, {_MESSAGE}, IF(n % 10 < 7, 'ok', 'error'), CONCAT('student', n DIV 50 % 400), "
    f"{_DATE.format(start=START, part='623')}, {START} + n * 3 "
    "FROM (SELECT seq AS n FROM {db}.seq_0_to_{runs}) x",
)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.moving", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="client and server rows together")
    parser.add_argument("--erase", action="store_true", help="after the import, only erase a person")
    given = parser.parse_args()
    rows = given.rows
    lines: list[Line] = []
    with MariaDB(buffer_pool="512M") as server, tempfile.TemporaryDirectory(prefix="moving-") as folder:
        moodle = Moodle(server)
        fill(moodle, rows)
        for kind, url in (("SQLite", f"sqlite:///{folder}/s.sqlite3"), ("MariaDB", server.create_database())):
            with site_of(url) as site:
                for line in measure(kind, site, server.url(moodle.database), rows, only_erase=given.erase):
                    print(line, flush=True)
                    lines.append(line)
    return 0 if all(line.passed for line in lines) else 1


def fill(moodle: Moodle, rows: int) -> None:
    """Make sessions of 50 runs, each run with a question and an answer."""
    runs = rows // 2
    for statement in _FILL:
        moodle.execute(
            statement.format(db=moodle.database, sessions=runs // RUNS_OF_A_SESSION, runs=runs - 1).replace(
                "%%", "%"
            )
        )


def measure(kind: str, site: Site, source: str, rows: int, *, only_erase: bool = False) -> Iterator[Line]:
    """Import, rebuild what is whole, rebuild all executions from nothing, and erase one of 400 people."""
    target = 60 * MINUTES * rows / ROWS
    env = site.env | {"LTICONTAINER_IMPORT_SOURCE": source}
    commands: list[tuple[str, tuple[str, ...]]] = [
        ("import-moodle", ("import-moodle",)),
        ("import-moodle once more", ("import-moodle",)),
        ("activity rebuild, nothing wrong", ("activity", "rebuild")),
        ("activity rebuild from nothing", ("activity", "rebuild")),
        ("activity rebuild --new", ("activity", "rebuild", "--new")),
    ]
    for what, command in commands[:1] if only_erase else commands:
        if what.endswith("nothing") and not what.endswith("wrong"):
            empty(site)
        seconds, memory = timed(env, *command)
        yield Line(kind, rows, what, seconds, target, "s")
        yield Line(kind, rows, f"peak memory of {what}", memory, MEMORY_MB, "MB")
    counts = {name: site.count(name) for name in ("client_data", "server_data", "executions")}
    if counts != {"client_data": rows // 2, "server_data": rows // 2, "executions": rows // 2}:
        raise RuntimeError(f"rows are missing: {counts}")
    mine = len(site.parts.privacy.executions("student7", site.parts.privacy.sessions("student7", 0), 0, rows))
    seconds, memory = timed(env, "activity", "erase", "student7", "--yes")
    yield Line(kind, rows, f"activity erase, {mine:,} runs", seconds, ERASE_SECONDS, "s")
    yield Line(kind, rows, "peak memory of activity erase", memory, MEMORY_MB, "MB")
    if site.count("executions") != rows // 2 - mine:
        raise RuntimeError("something else was erased")


def empty(site: Site) -> None:
    """Delete executions and counts."""
    with site.parts.database.writing() as connection:
        for name in ("executions", "counts"):
            connection.exec_driver_sql(f"DELETE FROM lticontainer_{name}")


def timed(env: dict[str, str], *arguments: str) -> tuple[float, float]:
    """Return the seconds that a command takes, and its peak memory in MB."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "app", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(env), stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = process.stdout.read().decode()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} failed")
    print(said, file=sys.stderr)
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


@contextmanager
def site_of(url: str) -> Iterator[Site]:
    """Yield a site with its tables."""
    site = Site(url)
    try:
        site.upgrade()
        yield site
    finally:
        site.close()


if __name__ == "__main__":
    sys.exit(main())
