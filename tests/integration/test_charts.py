"""Charts, filters and progress against the same computed from the runs in plain Python, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from itertools import count
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.activity import schemas
from app.activity.functions import View
from app.activity.progress import Thresholds
from app.activity.store import ActivityStore
from app.errors import InvalidParameter
from tests.support.runs import SECOND, Run, add_runs, code_of, file_of, is_ok, user_of
from tests.support.site import Site

NOW = 1_795_600_000 * SECOND
HOUR = 3_600 * SECOND
_courses = count(1)
made_up = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def view(site: Site) -> View:
    return View(ActivityStore(site.parts.database), UTC, Thresholds(), lambda: NOW)


def times(longest: int) -> st.SearchStrategy[int]:
    """Microseconds before now: many in the last minutes, some long ago, some ahead of our clock."""
    return st.one_of(st.integers(0, 600 * SECOND), st.integers(-10 * SECOND, longest))


@st.composite
def runs(
    draw: st.DrawFn,
    longest: int = 8 * 24 * HOUR,
    codes: Sequence[str] = ("", "1", "02", "10", "x", "1x", "999", "1234567890"),
) -> Run:
    answered = NOW - draw(times(longest))
    return Run(
        username=draw(st.sampled_from(["", "username", "student1", "Student1", "学生", "<b>=1"])),
        filename=draw(st.sampled_from(["", "T1.ipynb", "t1.ipynb"])),
        codenum=draw(st.sampled_from(codes)),
        status=draw(st.sampled_from(["ok", "ok", "ok/nc", "error", "aborted", "OK"])),
        asked_us=draw(st.sampled_from([None, answered, answered - SECOND, answered - 7 * SECOND, answered + 1])),
        answered_us=draw(st.sampled_from([answered, answered, answered, None])),
        lti_id=draw(st.sampled_from([1, 2])),
        inst_id=draw(st.sampled_from([1, 2])),
    )


def many(**values: Any) -> st.SearchStrategy[list[Run]]:
    # Which of two runs at the same microsecond was the last, nobody knows.
    return st.lists(runs(**values), max_size=30, unique_by=lambda run: run.answered_us or id(run))


filters = st.fixed_dictionaries(
    {},
    optional={
        "username": st.sampled_from(["student1", ".anyone", "nobody"]),
        "filename": st.sampled_from(["T1.ipynb", ".none"]),
        "lti_ids": st.sampled_from([[1], [1, 2], [3]]),
        "inst_id": st.sampled_from([1, 2]),
    },
)


def shown(found: Sequence[Run], wanted: dict[str, Any], start: int, end: int) -> list[Run]:
    """Return the runs that a chart of a period shows."""
    return [
        run
        for run in found
        if run.asked_us is not None
        and run.answered_us is not None
        and start <= run.answered_us < end
        and wanted.get("username") in (None, user_of(run))
        and wanted.get("filename") in (None, file_of(run))
        and run.lti_id in wanted.get("lti_ids", [run.lti_id])
        and wanted.get("inst_id") in (None, run.inst_id)
    ]


def bars(found: Sequence[Run], labels: Sequence[Any], name: Any) -> list[list[int]]:
    return [[sum(is_ok(r) is ok and name(r) == label for r in found) for label in labels] for ok in (True, False)]


def value_at(mine: Sequence[Run], begin: int, step: int, interval: int) -> int:
    before = [run for run in mine if run.answered_us is not None and run.answered_us < begin + step]
    if not before:
        return -1
    last = max(before, key=lambda run: run.answered_us or 0)
    assert last.answered_us is not None
    return code_of(last) if last.answered_us >= begin - interval else -1


def dashboard(view: View, asked: dict[str, Any]) -> list[dict[str, Any]]:
    drawn = view.dashboard(schemas.DashboardParams().load(asked))
    charts: list[dict[str, Any]] = schemas.DashboardSchema().dump(drawn)["charts"]
    return charts


def check(charts: Sequence[dict[str, Any]], found: Sequence[Run], start: int, end: int) -> None:
    pie, users, cells, line = charts
    ok = sum(map(is_ok, found))
    assert pie["series"][0]["values"] == [ok, len(found) - ok]
    names = sorted({user_of(run) for run in found})
    assert users["labels"] == names
    assert [s["values"] for s in users["series"]] == bars(found, names, user_of)
    codes = sorted({code_of(run) for run in found})
    assert cells["labels"] == [f"{code:03d}" for code in codes]
    assert [s["values"] for s in cells["series"]] == bars(found, codes, code_of)
    assert [s["name"] for s in line["series"]] == names
    step = line["step"] * SECOND
    begins = range(start // step * step, end, step)
    assert len(line["labels"]) == len(begins) <= 600
    for series in line["series"]:
        mine = [run for run in found if user_of(run) == series["name"] and code_of(run) != 999]
        assert series["values"] == [value_at(mine, begin, step, 1_800 * SECOND) for begin in begins]


@made_up
@given(found=many(), wanted=filters)
def test_the_dashboard_is_what_plain_python_counts(
    site: Site, view: View, found: list[Run], wanted: dict[str, Any]
) -> None:
    course = next(_courses)
    add_runs(site, course, found)
    charts = dashboard(view, {"course_id": course, **wanted})
    assert [(c["chart"], c["period"]) for c in charts] == [
        (name, kind)
        for kind in ("real", "any")
        for name in ("total_pie", "users_bar", "codecell_bar", "codecell_line")
    ]
    for part, seconds in ((charts[:4], 5_400), (charts[4:], 604_800)):
        start, end = NOW - seconds * SECOND, NOW + 1
        check(part, shown(found, wanted, start, end), start, end)


@made_up
@given(
    found=many(longest=400 * 24 * HOUR), ends=st.lists(times(400 * 24 * HOUR), min_size=2, max_size=2, unique=True)
)
def test_any_period_is_what_plain_python_counts(site: Site, view: View, found: list[Run], ends: list[int]) -> None:
    course = next(_courses)
    add_runs(site, course, found)
    start, end = sorted((NOW - moment) // SECOND * SECOND for moment in ends)
    end += SECOND
    asked = {"course_id": course, "start": iso(start), "end": iso(end)}
    charts = dashboard(view, asked)
    check(charts[4:], shown(found, {}, start, end), start, end)
    filters = view.filters(schemas.FiltersParams().load(asked))
    inside = shown(found, {}, start, end)
    assert filters["users"] == sorted({user_of(run) for run in inside})
    assert filters["files"] == sorted({file_of(run) for run in inside})
    pairs = sorted({(run.lti_id, run.inst_id) for run in inside})
    assert [(a["lti_id"], a["inst_id"]) for a in filters["activities"]] == pairs


def iso(moment_us: int) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(moment_us // SECOND, UTC).isoformat()


def tried(run: Run) -> bool:
    return run.asked_us is not None and run.answered_us is not None and run.status != "aborted"


def seconds_of(run: Run) -> int:
    taken = (run.answered_us or 0) - (run.asked_us or 0)
    return taken if 0 <= taken <= 24 * HOUR else 0


def state_of(mine: list[Run], cells: list[tuple[str, int]]) -> str:
    if not mine:
        return "not_started"
    solved = {(file_of(run), code_of(run)) for run in mine if is_ok(run)}
    if cells and solved >= set(cells):
        return "finished"
    for cell in {(file_of(run), code_of(run)) for run in mine}:
        last = [is_ok(run) for run in mine if (file_of(run), code_of(run)) == cell][-3:]
        if cell[1] != 999 and last == [False] * 3:
            return "stuck"
    silent = NOW - (mine[-1].answered_us or 0) >= 600 * SECOND
    return "stuck" if silent and not is_ok(mine[-1]) else "working"


@made_up
@given(
    found=many(codes=("", "1", "2", "2", "x")),
    codes=st.sampled_from([[], [], [2], [2, 5]]),
    roster=st.lists(st.sampled_from(["student1", "late", "学生"]), max_size=3, unique=True),
)
def test_progress_is_what_plain_python_finds(
    site: Site, view: View, found: list[Run], codes: list[int], roster: list[str]
) -> None:
    course = next(_courses)
    add_runs(site, course, found)
    given_ = {"course_id": course, "codenums": codes, "roster": roster}
    result = view.progress(schemas.ProgressParams().load(given_))
    tries = sorted(filter(tried, found), key=lambda run: run.answered_us or 0)
    cells = [(cell["filename"], cell["codenum"]) for cell in result["cells"]]
    run_cells = {(file_of(run), code_of(run)) for run in tries}
    if codes:
        assert {code for _, code in cells} == set(codes)
        assert {cell for cell in run_cells if cell[1] in codes} <= set(cells)
    else:
        assert cells == sorted(cell for cell in run_cells if cell[1] != 999)
    assert [s.username for s in result["students"]] == sorted({user_of(run) for run in tries} | set(roster))
    for student in result["students"]:
        mine = [run for run in tries if user_of(run) == student.username]
        assert student.state == state_of(mine, cells)
        for index, cell in enumerate(cells):
            there = [run for run in mine if (file_of(run), code_of(run)) == cell]
            oks = sum(map(is_ok, there))
            assert (student.oks[index], student.errors[index]) == (oks, len(there) - oks)
            assert student.cells[index] == (1 if oks else 2 if there else 0)
            assert student.seconds[index] == sum(map(seconds_of, there)) // SECOND
            age = max(0, NOW - (there[-1].answered_us or 0)) // SECOND if there else -1
            assert student.ages[index] == age
    for report, cell in zip(result["cells"], cells, strict=True):
        check_cell(report, [run for run in tries if (file_of(run), code_of(run)) == cell])


def check_cell(report: dict[str, Any], there: list[Run]) -> None:
    errors = sum(not is_ok(run) for run in there)
    assert (report["tries"], report["errors"]) == (len(there), errors)
    needed, taken = [], []
    for user in {user_of(run) for run in there}:
        mine = [run for run in there if user_of(run) == user]
        oks = [index for index, run in enumerate(mine) if is_ok(run)]
        if oks:
            needed.append(oks[0] + 1)
            span = (mine[oks[0]].answered_us or 0) - min(run.asked_us or 0 for run in mine)
            taken += [span] if 0 <= span <= 24 * HOUR else []
    assert report["solved"] == len(needed)
    assert report["median_tries"] == (f"{median(needed):g}" if needed else "")
    expected = f"{median(taken) / SECOND:.1f}".removesuffix(".0") if taken else ""
    assert report["median_seconds"] == expected


def test_the_time_of_a_large_class_is_added_up_rightly(site: Site, view: View) -> None:
    # MariaDB 10.11 adds up garbage where it sorts rows with a computed column, such as duration_us, to group them.
    course = next(_courses)
    answers = [(student, cell, attempt) for student in range(150) for cell in range(1, 61) for attempt in range(4)]
    found = [
        Run(f"student{student}", "T.ipynb", str(cell), "ok", moment - 400_000, moment)
        for student, cell, attempt in answers
        for moment in [NOW - (cell * 10 + attempt) * SECOND]
    ]
    add_runs(site, course, found)
    result = view.progress(schemas.ProgressParams().load({"course_id": course}))
    assert {tuple(student.seconds) for student in result["students"]} == {(1,) * 60}


def test_a_matrix_with_too_many_fields_is_refused_and_a_part_of_it_is_not(site: Site, view: View) -> None:
    course = next(_courses)
    add_runs(site, course, [Run(f"student{n}", codenum=str(n), asked_us=NOW, answered_us=NOW) for n in range(500)])
    with pytest.raises(
        InvalidParameter, match="500 students and 500 cells are 250000 fields, the limit is 200000"
    ):
        view.progress(schemas.ProgressParams().load({"course_id": course}))
    part = view.progress(schemas.ProgressParams().load({"course_id": course, "codenums": [7]}))
    assert [cell["codenum"] for cell in part["cells"]] == [7]
    assert [student.username for student in part["students"] if student.state == "finished"] == ["student7"]
