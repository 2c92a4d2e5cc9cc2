"""The figures as a table in plain text, with what has to be said about them, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from tests.benchmarks.cases import BASELINE, NAIVE, SERVICE, Case
from tests.benchmarks.figures import GROWTH, Figure, Memory, Options
from tests.benchmarks.setups import A, B, SetUp

HEADINGS = (
    "set-up", "database", "case", "requests/s", "records/s", "p50 ms", "p95 ms", "p99 ms", "ratio",
    "target", "result",
)  # fmt: skip
ELSEWHERE = 3190, 0.51  # requests/s of a do-nothing route, and the naive view's share of it
PLUGIN = (
    "For comparison, measured elsewhere and not by this program: mod_lticontainer's own PHP (Moodle 4.5, "
    "PHP-FPM, opcache, one record, REST): 290 records/s, p50 27 ms, 0.09 of a do-nothing route's "
    f"{ELSEWHERE[0]:,}/s; a naive Flask view with PyMySQL and one commit a request: {ELSEWHERE[1]}."
)
Row = tuple[str, ...]


def rows(figures: Sequence[Figure], memories: Sequence[Memory]) -> list[Row]:
    """Return the lines of the table, one for each case."""
    return [*map(figure_row, figures), *map(_memory, memories)]


def figure_row(figure: Figure) -> Row:
    """Return one line, in the order of HEADINGS."""
    return (
        figure.setup.short,
        figure.database,
        figure.title,
        f"{figure.requests:,.0f}",
        f"{figure.records:,.0f}",
        f"{figure.p50:.1f}",
        f"{figure.p95:.1f}",
        f"{figure.p99:.1f}",
        "" if figure.ratio is None else f"{figure.ratio:.2f} of {figure.against}",
        _target(figure),
        result(figure.passed),
    )


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f">= {figure.target:.2f}" if figure.against else f">= {figure.target:,.0f} records/s"


def _memory(memory: Memory) -> Row:
    at = ", ".join(f"{share}: {kib / 1024:.0f} MiB" for share, kib in memory.resident.items())
    note = "" if memory.same_workers else " (workers were replaced)"
    return (
        memory.setup.short,
        memory.database,
        f"memory over {memory.records:,} records: {at}{note}",
        *[""] * 5,
        f"{memory.growth:.2f}",
        f"<= {GROWTH:.2f}",
        result(memory.passed),
    )


def result(passed: bool | None) -> str:
    """Return one word, or none where there is no target."""
    return {None: "", True: "pass", False: "FAIL"}[passed]


def table(lines: Sequence[Row]) -> str:
    """Return plain text in columns."""
    # A memory line is longer than any title; it may run on into the empty columns behind it.
    short = [line for line in lines if line[3]]
    widths = [max(len(line[i]) for line in [HEADINGS, *short]) for i in range(len(HEADINGS))]
    return "\n".join(_line(line, widths) for line in [HEADINGS, *lines])


def _line(line: Row, widths: Sequence[int]) -> str:
    if line[3]:
        return "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
    place = f"{line[0].ljust(widths[0])}  {line[1].ljust(widths[1])}"
    return f"{place}  {line[2]}  {'  '.join(cell for cell in line[3:] if cell)}"


def how(options: Options) -> str:
    """Return the sentences that say what a figure is."""
    setups = [options.setup] if options.setup else [A, B]
    return (
        f"gunicorn with {'; or '.join(setup.long for setup in setups)}. Load from 16 connections, everything on "
        f"one machine; medians of {options.rounds} rounds of {options.seconds:g} s, ratios taken within a round. "
        "After each load the rows in the database are counted: all were there."
    )


def remark(figures: Sequence[Figure]) -> str:
    """Return what the targets mean in either set-up; nothing unless both were measured."""
    found = {(figure.setup, figure.name): figure for figure in figures if figure.database == "MariaDB"}
    judged = [case for case in SERVICE if case.against == BASELINE.name and case.target is not None]
    if any((setup, case.name) not in found for setup in (A, B) for case in (BASELINE, NAIVE, *judged)):
        return ""

    def rate(setup: SetUp, name: str) -> str:
        return f"{found[setup, name].requests:,.0f}"

    def share(setup: SetUp, name: str) -> float:
        return found[setup, name].ratio or 0.0

    def verdict(setup: SetUp) -> str:
        shares = " and ".join(f"{_short(case)} {share(setup, case.name):.2f}" for case in judged)
        met = all(share(setup, case.name) >= (case.target or 0.0) for case in judged)
        return f"{shares} in {setup.name}, {'which meets them' if met else 'which does not meet them'}"

    targets = " and ".join(f"{case.target:.2f} for {_short(case)}" for case in judged)
    return (
        f"The targets that are shares of the do-nothing route ({targets}) were set with figures from elsewhere, "
        f"of a machine with two cores: {ELSEWHERE[0]:,} requests/s for that route, {ELSEWHERE[1]} of it for the "
        f"naive view. Here these two are {rate(A, 'nothing')} and {share(A, 'naive'):.2f} in set-up A, "
        f"{rate(B, 'nothing')} and {share(B, 'naive'):.2f} in B. So A is taken for the set-up of the targets, and "
        f"they are judged there alone: {verdict(A)}. For information: {verdict(B)}. "
        f"REST takes {rate(A, 'rest')} records/s in A, {rate(B, 'rest')} in B."
    )


def _short(case: Case) -> str:
    return case.title.partition(",")[0]


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
