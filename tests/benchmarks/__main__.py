"""`python -m tests.benchmarks`: run the benchmarks; exit code 1 when a target is missed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks import bench, page, report
from tests.benchmarks.cases import NAMES
from tests.benchmarks.contender import Failed
from tests.benchmarks.figures import FULL_MEMORY, QUICK_MEMORY, Options
from tests.benchmarks.load import LoadError
from tests.benchmarks.machine import describe
from tests.benchmarks.setups import A, B, SetUp
from tests.support.mariadb import available


def main() -> int:
    """Read the options, run, print and write what was asked for."""
    parser = _parser()
    asked = parser.parse_args()
    if asked.markdown and (asked.only or _one(asked)):
        parser.error("the page shows both set-ups: no --only, --workers or --threads with --markdown")
    if problem := available():
        print(problem, file=sys.stderr)
        return 2
    options = Options(
        seconds=asked.seconds or (1.0 if asked.quick else 5.0),
        rounds=asked.rounds or (2 if asked.quick else 3),
        memory_records=QUICK_MEMORY if asked.quick else FULL_MEMORY,
        only=asked.only,
        setup=_one(asked),
    )
    try:
        figures, memories = bench.run(options)
    except (Failed, LoadError) as error:
        # The notes hold the end of the servers' logs.
        print(f"FAILED: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    machine = describe()
    print("\n".join(f"{name}: {value}" for name, value in machine.items()))
    told = [
        report.table(report.rows(figures, memories)),
        report.how(options),
        report.remark(figures),
        report.PLUGIN,
    ]
    print("\n" + "\n\n".join(filter(None, told)))
    if asked.json:
        asked.json.write_text(report.as_json(figures, memories, machine), "utf-8")
    if asked.markdown:
        asked.markdown.write_text(page.page(figures, memories, machine, options), "utf-8")
    passed = [figure.passed for figure in figures] + [memory.passed for memory in memories]
    return 1 if False in passed else 0


def _one(asked: argparse.Namespace) -> SetUp | None:
    """Return the set-up that was asked for, if one was."""
    if asked.workers is None and asked.threads is None:
        return None
    return SetUp("", asked.workers or B.workers, asked.threads or B.threads)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about two minutes; figures are rough")
    parser.add_argument("--only", default="", choices=["", *NAMES], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures, unrounded")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page of the documentation")
    parser.add_argument("--seconds", type=float, help="of each round; default 5")
    parser.add_argument("--rounds", type=int, help="default 3")
    both = f"one set-up instead of both ({A.long}; {B.long})"
    parser.add_argument("--workers", type=int, help=f"{both}; {B.workers} if only threads are given")
    parser.add_argument("--threads", type=int, help=f"of each worker, in one set-up; else {B.threads}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
