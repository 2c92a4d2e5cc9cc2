"""The figures as a table, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from tests.benchmarks.figures import GROWTH, Figure, Memory, Options

HEADINGS = (
    "database", "case", "requests/s", "records/s", "p50 ms", "p95 ms", "p99 ms", "ratio", "target", "result",
)  # fmt: skip
PLUGIN = (
    "For comparison, measured elsewhere and not by this program: mod_lticontainer's own PHP (Moodle 4.5, "
    "PHP-FPM, opcache, one record, REST): 290 records/s, p50 27 ms, 0.09 of a do-nothing route's 3,190/s; "
    "a naive Flask view with PyMySQL and one commit a request: 0.51."
)
Row = tuple[str, ...]


def rows(figures: Sequence[Figure], memories: Sequence[Memory]) -> list[Row]:
    """Return the lines of the table, one for each case."""
    return [*map(_figure, figures), *map(_memory, memories)]


def _figure(figure: Figure) -> Row:
    return (
        figure.database,
        figure.title,
        f"{figure.requests:,.0f}",
        f"{figure.records:,.0f}",
        f"{figure.p50:.1f}",
        f"{figure.p95:.1f}",
        f"{figure.p99:.1f}",
        "" if figure.ratio is None else f"{figure.ratio:.2f} of {figure.against}",
        _target(figure),
        _result(figure.passed),
    )


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f">= {figure.target:.2f}" if figure.against else f">= {figure.target:,.0f} records/s"


def _memory(memory: Memory) -> Row:
    at = ", ".join(f"{share}: {kib / 1024:.0f} MiB" for share, kib in memory.resident.items())
    note = "" if memory.same_workers else " (workers were replaced)"
    return (
        memory.database,
        f"memory over {memory.records:,} records: {at}{note}",
        *[""] * 5,
        f"{memory.growth:.2f}",
        f"<= {GROWTH:.2f}",
        _result(memory.passed),
    )


def _result(passed: bool | None) -> str:
    return {None: "", True: "pass", False: "FAIL"}[passed]


def table(lines: Sequence[Row]) -> str:
    """Return plain text in columns."""
    # A memory line is longer than any title; it may run on into the empty columns behind it.
    short = [line for line in lines if line[2]]
    widths = [max(len(line[i]) for line in [HEADINGS, *short]) for i in range(len(HEADINGS))]
    return "\n".join(_line(line, widths) for line in [HEADINGS, *lines])


def _line(line: Row, widths: Sequence[int]) -> str:
    if not line[1] or line[2]:
        return "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
    return f"{line[0].ljust(widths[0])}  {line[1]}  {'  '.join(cell for cell in line[2:] if cell)}"


def markdown(lines: Sequence[Row], machine: dict[str, str], options: Options) -> str:
    """Return a page's part: the table, the machine, and how it was measured."""
    body = ["| " + " | ".join(line) + " |" for line in (HEADINGS, ("---",) * len(HEADINGS), *lines)]
    facts = [f"- {name}: {value}" for name, value in machine.items()]
    return "\n".join([*body, "", how(options), "", *facts, "", PLUGIN, ""])


def how(options: Options) -> str:
    """Return the sentence that says what a figure is."""
    return (
        f"gunicorn with {options.workers} workers of {options.threads} threads, load from 16 connections, "
        f"everything on one machine; medians of {options.rounds} rounds of {options.seconds:g} s, ratios "
        "taken within a round. After each load the rows in the database are counted: all were there."
    )


def as_json(figures: Sequence[Figure], memories: Sequence[Memory], machine: dict[str, str]) -> str:
    """Return all figures unrounded."""
    return json.dumps(
        {
            "machine": machine,
            "figures": [asdict(figure) | {"passed": figure.passed} for figure in figures],
            "memory": [asdict(memory) | {"passed": memory.passed} for memory in memories],
        },
        indent=2,
    )
