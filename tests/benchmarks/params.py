"""`python -m tests.benchmarks.params`: how long 1,000 texts of custom parameters take, read and written.

Target: 1,000 round trips of a text of 40 lines in one second, in one process. Exit code 1 when missed.
"""

from __future__ import annotations

import sys
import time

from app.custom_params.build import Context, build, target_of
from app.custom_params.clean import Clock
from app.custom_params.policy import Limits
from app.custom_params.text import parse

TRIPS = 1_000
TARGET = 1.0
ROUNDS = 3
HEAD = [
    "lms_users=*",
    "lms_teachers=teacher1, teacher2",
    "lms_image=jupyterhub-ltids/jupyter-singleuser : latest",
    "lms_cpulimit=0.5",
    "lms_memlimit=1,073,741,824",
    "lms_actlimit=3600",
    "lms_defurl=/lab",
]
SYSTEM = [
    "lms_iframe=1",
    "lms_sessioninfo=6,13",
    "lms_course=Jupyter学習用",
    "lms_ltiname=Jupyter Lab",
    f"lms_rpctoken={'0' * 64}",
    "lms_serverurl=https://el.example.ac.jp:443",
    "lms_serverpath=/moodle",
]
CONTEXT = Context(2, "Jupyter学習用", 13, "Jupyter Lab", 6, 2)


def sample() -> str:
    """Return a text of 40 lines as it is stored."""
    volumes = [f"lms_vol_task{i}=課題{i}:*" for i in range(8)]
    volumes += [f"lms_sub_report{i}=Report{i}:student1,student2" for i in range(6)]
    volumes += [f"lms_sub_report{i}_close=4102444800" for i in range(6)]
    return "\r\n".join([*HEAD, *volumes, *SYSTEM, *(f"foo{i}=bar{i}" for i in range(6))])


def round_trips(text: str) -> float:
    """Return the seconds that TRIPS round trips take; raises ValueError where the text comes back otherwise."""
    target = target_of("https://el.example.ac.jp/moodle")
    clock, start = Clock(now=0), time.perf_counter()
    for _ in range(TRIPS):
        params, _found = parse(text, clock)
        built = build(params, CONTEXT, target, "0" * 64, Limits(), clock, None)
    taken = time.perf_counter() - start
    if built.text != text:
        raise ValueError("the text came back otherwise")
    return taken


def main() -> int:
    """Measure, and print the best and the worst round."""
    text = sample()
    rounds = sorted(round_trips(text) for _ in range(ROUNDS))
    lines = len(text.split("\r\n"))
    print(
        f"{TRIPS} texts of {lines} lines read and written: "
        f"{rounds[0]:.2f} to {rounds[-1]:.2f} s, target {TARGET} s"
    )
    return 0 if rounds[0] <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
