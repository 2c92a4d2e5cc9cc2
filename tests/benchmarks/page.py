"""The page of the documentation, docs/benchmarks.md, written from one run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from tests.benchmarks.cases import BATCH
from tests.benchmarks.figures import GROWTH, Figure, Memory, Options
from tests.benchmarks.load import REUSE
from tests.benchmarks.report import HEADINGS, PLUGIN, figure_row, how, remark, result
from tests.benchmarks.setups import A, B

MEMORY_HEADINGS = "set-up", "database", "records", "at 10 %", "at 50 %", "at 100 %", "growth", "target", "result"

HEAD = """# Benchmarks

How fast the service is, and how much of that the parts under it leave to it. The figures are of one run on one
machine; `make bench` measures yours, and exits with an error when a target is missed. A program has written this
page: `make bench BENCH_ARGS="--markdown docs/benchmarks.md"`."""

WHAT = f"""## What is measured

The real service under gunicorn, with its own gunicorn settings, over HTTP on the loopback interface, on MariaDB
(its default of a flush to disk for every commit) and on SQLite.

- *Flask route that does nothing*: takes the same REST request, reads none of it, answers `[]`: the least that
  Flask can do.
- *Flask view, PyMySQL, one commit a request*: what one writes without a second thought. It stores six fields, and
  checks neither token nor parameters.
- *REST*, *XML-RPC*, *JSON*: the service. A request carries a token, and one record or {BATCH}.
- *New connection*: each request has a connection of its own; otherwise {REUSE} requests share one.
- *Memory*: the resident memory of all workers, while many records are sent, {BATCH} a request.

There are two set-ups:

- **{A.long}.** Here the shares of the do-nothing route are judged.
- **{B.long}.** The service's default, what a site runs. Bulk and memory are measured here.
  The cases with one record are for information and have no target."""

READING = """## How to read it

- *ratio* is the share of the other case's requests/s: `0.50 of nothing` is half as many as the route that does
  nothing, `of rest` compares with *REST, one record*. Both ran in the same round, set-up and database server.
- *p50*, *p95* and *p99* are waits of a client while 15 others wait too. They are long because the load is as high
  as it gets: 16 connections ask again as soon as they are answered.
- The load generator and MariaDB run on the same cores as the workers.
  {generator}
- A commit waits for the disk. *fsync* above says how long that takes here; on a slower disk one record a request
  is slower, too.
- With two cores: in set-up A the worker has one of them at most, as Python runs one thread at a time; MariaDB and
  the load generator have the other. In B the second worker is a second core for the route that does nothing. The
  service gets of it what MariaDB leaves, so its ratio is smaller, even where its requests/s are more."""


def page(figures: Sequence[Figure], memories: Sequence[Memory], machine: dict[str, str], options: Options) -> str:
    """Return the whole page; `figures` are those of both set-ups."""
    busiest = max((figure.generator for figure in figures), default=0.0)
    generator = f"The generator took up to {busiest:.0%} of one core, and what it takes the service can't have."
    parts = [
        HEAD,
        WHAT,
        "## Machine",
        "\n".join(f"- {name}: {value}" for name, value in machine.items()),
        "## Figures",
        _table(HEADINGS, map(figure_row, figures)),
        _lines(how(options)),
        "Resident memory of all workers together, after a share of the records:",
        _table(MEMORY_HEADINGS, map(_memory_row, memories)),
        READING.format(generator=generator),
        "## The targets and the two set-ups",
        _lines(remark(figures)),
        "## The plugin's own figures",
        _lines(PLUGIN),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _lines(text: str) -> str:
    return textwrap.fill(text, 115, break_long_words=False, break_on_hyphens=False)


def _memory_row(memory: Memory) -> tuple[str, ...]:
    return (
        memory.setup.short,
        memory.database,
        f"{memory.records:,}",
        *(f"{kib / 1024:.0f} MiB" for kib in memory.resident.values()),
        f"{memory.growth:.2f}" + ("" if memory.same_workers else " (workers were replaced)"),
        f"<= {GROWTH:.2f}",
        result(memory.passed),
    )


def _table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in (headings, ["---"] * len(headings), *lines))
