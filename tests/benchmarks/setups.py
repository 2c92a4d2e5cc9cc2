"""Which cases run in which set-up: one worker as the targets mean it, and two as a site has them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.benchmarks.cases import BASELINE, MEMORY, NAIVE, SERVICE, Case

ALL = (BASELINE, NAIVE, *SERVICE)


@dataclass(frozen=True)
class SetUp:
    """How many processes and threads serve."""

    name: str
    workers: int
    threads: int

    @property
    def short(self) -> str:
        """For a column of a table."""
        workers = f"{self.workers} worker{'s' if self.workers > 1 else ''}"
        return f"{self.name}: {workers}" if self.name else workers

    @property
    def long(self) -> str:
        """For a sentence."""
        return f"{self.short}, {self.threads} threads{' each' if self.workers > 1 else ''}"

    @property
    def judges_shares(self) -> bool:
        """Whether the targets that are a share of the do-nothing route are meant for this set-up."""
        return (self.workers, self.threads) == (A.workers, A.threads)


A = SetUp("A", 1, 16)
B = SetUp("B", 2, 16)


@dataclass(frozen=True)
class Series:
    """What is measured without a restart in between."""

    database: str
    setup: SetUp
    cases: tuple[Case, ...]
    memory: bool = False

    def target(self, case: Case) -> float | None:
        """Return what `case` has to reach here; None where nothing is asked of it."""
        share_of_nothing = case.against == BASELINE.name
        if self.database != "MariaDB" or (share_of_nothing and not self.setup.judges_shares):
            return None
        return case.target


def series(only: str = "", setup: SetUp | None = None) -> list[Series]:
    """Return what to measure: all or the case `only`, in both set-ups or in `setup` alone."""
    if setup:
        service = tuple(case for case in ALL if case != NAIVE)
        whole = [Series("MariaDB", setup, ALL, memory=True), Series("SQLite", setup, service, memory=True)]
    else:
        whole = [
            Series("MariaDB", A, _named("nothing", "naive", "rest", "xmlrpc", "rest-new")),
            Series(
                "MariaDB", B, _named("nothing", "naive", "rest", "xmlrpc", "json-500", "rest-500"), memory=True
            ),
            Series("SQLite", A, _named("nothing", "rest", "xmlrpc", "rest-new")),
            Series("SQLite", B, _named("json-500", "rest-500"), memory=True),
        ]
    if not only:
        return whole
    narrowed = [
        replace(each, cases=_chosen(each.cases, only), memory=only == MEMORY and each.memory) for each in whole
    ]
    return [each for each in narrowed if each.cases or each.memory]


def _named(*names: str) -> tuple[Case, ...]:
    return tuple(case for case in ALL if case.name in names)


def _chosen(cases: tuple[Case, ...], only: str) -> tuple[Case, ...]:
    """Return the one named and what it is compared with."""
    wanted = {only}
    for case in reversed(cases):  # a case stands after the one it is compared with
        if case.name in wanted:
            wanted.add(case.against)
    return tuple(case for case in cases if case.name in wanted)
