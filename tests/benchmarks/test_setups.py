"""Each target is judged where it is meant, and the run says so."""

from __future__ import annotations

import pytest

from tests.benchmarks.cases import MEMORY, NAMES, SERVICE
from tests.benchmarks.figures import Figure, Memory, Options
from tests.benchmarks.page import page
from tests.benchmarks.report import remark
from tests.benchmarks.setups import A, B, Series, SetUp, series
from tests.support.declared import one_line

OTHER = SetUp("", 3, 8)


def figures(share: float) -> list[Figure]:
    """What a run would give in which everything has the same share of its neighbour."""
    return [
        Figure(
            each.database, each.setup, case.name, case.title, 20_000.0, 20_000.0 * case.batch, 1.0, 2.0, 3.0,
            share if case.against else None, case.against, each.target(case), 0.25,
        )
        for each in series()
        for case in each.cases
    ]  # fmt: skip


def test_each_target_is_judged_once_and_shares_of_nothing_in_a() -> None:
    judged = [(each.setup, case.name) for each in series() for case in each.cases if each.target(case) is not None]
    assert sorted(name for _, name in judged) == sorted(case.name for case in SERVICE if case.target is not None)
    assert {(A, "rest"), (A, "xmlrpc"), (B, "json-500")} <= set(judged)


def test_a_set_up_asked_for_judges_shares_of_nothing_only_if_it_is_that_of_the_targets() -> None:
    rest = next(case for case in SERVICE if case.name == "rest")
    assert Series("MariaDB", SetUp("", 1, 16), (rest,)).target(rest) == rest.target
    assert Series("MariaDB", OTHER, (rest,)).target(rest) is None
    assert {each.setup for each in series(setup=OTHER)} == {OTHER}
    assert {case.name for each in series(setup=OTHER) for case in each.cases} | {MEMORY} == set(NAMES)


@pytest.mark.parametrize("setup", [None, OTHER])
@pytest.mark.parametrize("only", ["", *NAMES])
def test_a_case_runs_beside_the_one_it_is_compared_with(only: str, setup: SetUp | None) -> None:
    found = series(only, setup)
    assert found
    for each in found:
        names = [case.name for case in each.cases]
        assert all(case.against in ("", *names) for case in each.cases)
        assert only in ("", *names) or (only == MEMORY and each.memory)


def test_the_remark_says_what_the_targets_would_be_in_b() -> None:
    assert "REST 0.30 and XML-RPC 0.30 in B, which does not meet them" in remark(figures(0.3))
    assert "REST 0.70 and XML-RPC 0.70 in B, which meets them" in remark(figures(0.7))
    assert remark([figure for figure in figures(0.3) if figure.setup == A]) == ""


def test_the_page_shows_every_figure_and_the_remark() -> None:
    memories = [Memory("MariaDB", B, 1_000, {"10 %": 1024, "50 %": 2048, "100 %": 3072}, same_workers=True)]
    text = page(figures(0.3), memories, {"processor": "any"}, Options())
    assert text.count("\n| A: 1 worker | ") + text.count("\n| B: 2 workers | ") == len(figures(0.3)) + 1
    assert remark(figures(0.3)) in one_line(text)
    assert text.count(" | FAIL |") == 4  # REST, XML-RPC, new connection, memory; in B the shares are not judged
    assert max(map(len, (line for line in text.splitlines() if not line.startswith("|")))) <= 115
