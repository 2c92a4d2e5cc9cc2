"""`python -m tests.benchmarks`: run the benchmarks; exit code 1 when a target is missed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks import bench, report
from tests.benchmarks.cases import NAMES
from tests.benchmarks.contender import Failed
from tests.benchmarks.figures import Options
from tests.benchmarks.load import LoadError
from tests.benchmarks.machine import describe
from tests.support.mariadb import available


def main() -> int:
    """Read the options, run, print and write what was asked for."""
    asked = _parser().parse_args()
    if problem := available():
        print(problem, file=sys.stderr)
        return 2
    options = Options(
        seconds=asked.seconds or (1.0 if asked.quick else 5.0),
        rounds=asked.rounds or (2 if asked.quick else 3),
        workers=asked.workers,
        threads=asked.threads,
        memory_records=50_000 if asked.quick else 1_000_000,
        only=asked.only,
    )
    try:
        figures, memories = bench.run(options)
    except (Failed, LoadError) as error:
        # The notes hold the end of the servers' logs.
        print(f"FAILED: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    machine = describe()
    lines = report.rows(figures, memories)
    print("\n".join(f"{name}: {value}" for name, value in machine.items()))
    print("", report.table(lines), "", report.how(options), report.PLUGIN, sep="\n")
    if asked.json:
        asked.json.write_text(report.as_json(figures, memories, machine), "utf-8")
    if asked.markdown:
        asked.markdown.write_text(report.markdown(lines, machine, options), "utf-8")
    passed = [figure.passed for figure in figures] + [memory.passed for memory in memories]
    return 1 if False in passed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute or two; figures are rough")
    parser.add_argument("--only", default="", choices=["", *NAMES], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures, unrounded")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table for the documentation")
    parser.add_argument("--seconds", type=float, help="of each round; default 5")
    parser.add_argument("--rounds", type=int, help="default 3")
    parser.add_argument("--workers", type=int, default=2, help="default 2")
    parser.add_argument("--threads", type=int, default=8, help="default 8")
    return parser


if __name__ == "__main__":
    sys.exit(main())
