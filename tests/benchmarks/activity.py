"""`python -m tests.benchmarks.activity`: how long the dashboard and the matrix take, and what writing pays for it.

Seeded classes (see activity_seed), on both databases. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.activity_seed import seed, seed_class
from tests.benchmarks.activity_writing import slower
from tests.benchmarks.machine import describe
from tests.support.mariadb import MariaDB
from tests.support.site import Site

PLUGIN = "The plugin on its machine (Moodle 4.5, PHP 8.2, MariaDB 10.11, 2 cores), dashboard of one course:\n"
PLUGIN += "10,000 executions 0.20 s and 46 MB; 100,000 2.3 s and 320 MB; 400,000 32 s and 1.2 GB."
MEMORY_MB = 150
MATRIX_S = 0.150
WRITING = 0.15
TARGETS = {400_000: 0.100, 5_000_000: 0.300}


@dataclass(frozen=True)
class Line:
    """One figure: what, how much, its target, in one unit."""

    database: str
    rows: int
    what: str
    value: float
    target: float
    unit: str

    @property
    def passed(self) -> bool:
        """Whether the target is met."""
        return self.value <= self.target

    def __str__(self) -> str:
        """Return it as a row of a table in Markdown."""
        verdict = f"{self.value / self.target:.2f} of it" + ("" if self.passed else ", **missed**")
        return (
            f"| {self.database} | {self.rows:,} | {self.what} | {self.value:.3g} {self.unit} "
            f"| {self.target:g} {self.unit} | {verdict} |"
        )


def main() -> int:
    """Measure, print, and write the page where one is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.activity", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="400,000 executions only")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page of the documentation")
    asked = parser.parse_args()
    lines: list[Line] = []
    for kind in ("SQLite", "MariaDB"):
        with new_site(kind) as site:
            lines.append(Line(kind, 40_000, "writing slower by", 100 * slower(site), 100 * WRITING, "%"))
            print(lines[-1], flush=True)
        for rows in [400_000] if asked.quick else TARGETS:
            with new_site(kind) as site:
                lines += measure(kind, site, rows)
    if asked.markdown:
        asked.markdown.write_text(page(lines), "utf-8")
    print(PLUGIN)
    return 0 if all(line.passed for line in lines) else 1


def measure(kind: str, site: Site, rows: int) -> Iterator[Line]:
    """Seed, and ask a new process that has nothing else in its memory."""
    begin = time.perf_counter()
    seed(site.parts.database, rows, time.time_ns() // 1000)
    seed_class(site.parts.database, time.time_ns() // 1000)
    print(f"{kind}: {rows:,} executions in {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "tests.benchmarks.activity_worker"]
    told = subprocess.run(command, env=site.env | _path(), capture_output=True, text=True, check=True)
    found = json.loads(told.stdout)
    figures: list[tuple[str, float, float, str]] = [
        ("dashboard", 1000 * found["dashboard"], 1000 * TARGETS[rows], "ms"),
        ("matrix of 300 x 60", 1000 * found["matrix"], 1000 * MATRIX_S, "ms"),
        ("peak memory", found["memory"], MEMORY_MB, "MB"),
    ]
    for what, value, target, unit in figures:
        line = Line(kind, rows, what, value, target, unit)
        print(line, flush=True)
        yield line


def _path() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": "/usr/bin:/bin"}


@contextmanager
def new_site(kind: str) -> Iterator[Site]:
    """Yield a site on a new database that goes away afterwards."""
    with tempfile.TemporaryDirectory(prefix="activity-") as folder:
        if kind == "SQLite":
            yield from _with_tables(f"sqlite:///{folder}/service.sqlite3")
        else:
            with MariaDB(buffer_pool="512M") as server:
                yield from _with_tables(server.create_database())


def _with_tables(url: str) -> Iterator[Site]:
    site = Site(url)
    try:
        site.upgrade()
        yield site
    finally:
        site.close()


def page(lines: Sequence[Line]) -> str:
    """Return the page of the documentation."""
    machine: dict[str, Any] = describe()
    return "\n".join([HEAD, *map(str, lines), "", PLUGIN, "", *(f"- {k}: {v}" for k, v in machine.items()), ""])


HEAD = """# Benchmarks of charts and progress

How long a teacher waits, and what writing pays for it. `python -m tests.benchmarks.activity` measures yours, and
has written this page (`--markdown docs/benchmarks-activity.md`); figures are of one run on one machine.

Four courses of 40 users and 30 cells. All executions lie in the last seven days, so that the dashboard shows every
one of its course: the hardest case. Each figure is the median of nine calls over JSON in one process, with the
checks of arguments and result, and without any cache of answers. The matrix is of another course, with 72,000
runs. *Writing slower by* compares the writing of records with that of the same service without the counts and
without the index that charts read; the median of five pairs.

| database | executions | what | measured | target | share of the target |
|---|---|---|---|---|---|"""


if __name__ == "__main__":
    sys.exit(main())
