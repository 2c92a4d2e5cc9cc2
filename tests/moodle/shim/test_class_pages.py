"""What a class does: dashboard, charts and progress of the plugin."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.classes import runs, write
from tests.support.moodle_shim import Visitor

HARMFUL = '"><img src=x onerror=alert(1)><!--<script>'
OKAY, WRONG = ("Task1.ipynb", "1", "ok"), ("Task1.ipynb", "2", "error")


@pytest.fixture(scope="module")
def worked(whole: Beside) -> Beside:
    """A class that has run something: one is stuck, one works, one has a harmful name."""
    lti, instance = whole.lesson.ltis[0], whole.lesson.instance
    whole.site.register(lti, whole.lesson.course, instance)
    people = {"student1": [OKAY, WRONG, WRONG, WRONG], "student2": [OKAY], HARMFUL: [OKAY, WRONG]}
    for user, cells in people.items():
        records = runs(user, *cells, session=f"session {len(user)} {user[:8]}", ago=timedelta(minutes=2))
        records[0] |= {"lti_id": str(lti), "inst_id": str(instance)}
        write(whole.site, records)
    return whole


def page_of(beside: Beside, script: str, who: str = "teacher", **query: object) -> str:
    found = Visitor(beside.shim.web.url, who).get(
        f"/mod/lticontainer/{script}.php", id=beside.lesson.cmid, **query
    )
    assert found.status == 200
    return found.text


def test_the_dashboard_draws_eight_charts(worked: Beside, beside: Beside) -> None:
    text = page_of(beside, "dashboard")
    assert len(re.findall('class="chart-area"', text)) == 8
    assert '"student1 Test"' in text


@pytest.mark.parametrize("chart", ["total_pie", "users_bar", "codecell_bar", "codecell_line"])
@pytest.mark.parametrize("period", ["real", "any"])
def test_each_chart_is_drawn_for_each_period(worked: Beside, beside: Beside, chart: str, period: str) -> None:
    text = page_of(beside, "charts", chart=chart, period=period)
    assert text.count('class="chart-area"') == 1


def test_charts_are_filtered_and_the_form_keeps_what_was_chosen(worked: Beside, beside: Beside) -> None:
    chosen = {"user": "student2", "file": "Task1.ipynb", "lti": str(beside.lesson.ltis[0])}
    text = page_of(beside, "charts", "teacher", chart="users_bar", **chosen)
    assert '"labels":["student2 Test"]' in text
    assert '<option value="student2" selected>student2 Test</option>' in text
    assert page_of(beside, "charts", lti=beside.lesson.ltis[1]).count('class="chart-area"') == 0
    assert page_of(beside, "charts", user="nobody").count('class="chart-area"') == 0


def test_a_period_that_is_none_is_one_sentence_and_stays_typed(worked: Beside, beside: Beside) -> None:
    text = page_of(beside, "charts", period="any", start="2026-11-25T10:00", end="2026-11-24T10:00")
    assert "alert-warning" in text
    assert 'value="2026-11-25T10:00"' in text
    assert "alert-warning" in page_of(beside, "charts", period="any", start="tomorrow")


def test_chart_sizes_are_those_of_the_instance(worked: Beside, beside: Beside) -> None:
    beside.shim.moodle.execute("UPDATE {lticontainer} SET chart_bar_usernum = 1 WHERE id = 1")
    try:
        text = page_of(beside, "charts", chart="users_bar", page=1)
        assert '"labels":["student1 Test"]' in text
        assert 'class="pagination' in text
    finally:
        beside.shim.moodle.execute("UPDATE {lticontainer} SET chart_bar_usernum = 15 WHERE id = 1")


def test_progress_has_the_roster_and_who_is_stuck_first(worked: Beside, beside: Beside) -> None:
    text = page_of(beside, "progress", who="tutor")
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>\s*<td><span[^>]*>(.*?)</span>', text, re.S)
    names = [name for name, _ in rows]
    assert rows[0] == ("student1 Test", "stuck")
    assert {f"student{number} Test" for number in range(1, 6)} <= set(names)
    assert not {"teacher Test", "tutor Test"} & set(names)
    assert ("student5 Test", "not started") in rows
    assert "error (tries: 3)" in text


def test_names_are_shown_as_the_instance_says(worked: Beside, beside: Beside) -> None:
    beside.shim.moodle.execute("UPDATE {lticontainer} SET namepattern = 'firstname' WHERE id = 1")
    try:
        assert '<th scope="row" class="text-nowrap" title="student1">student1</th>' in page_of(beside, "progress")
    finally:
        beside.shim.moodle.execute("UPDATE {lticontainer} SET namepattern = 'fullname' WHERE id = 1")


@pytest.mark.parametrize("script", ["dashboard", "charts", "progress"])
def test_a_kernel_that_reports_a_harmful_name_harms_nobody(worked: Beside, beside: Beside, script: str) -> None:
    text = page_of(beside, script, chart="users_bar", user=HARMFUL if script == "charts" else "")
    assert "img src=x" in text
    assert "<img src=x" not in text
    assert "<!--<script>" not in text


def test_a_dashboard_that_is_turned_off_has_no_tab(worked: Beside, beside: Beside) -> None:
    beside.shim.moodle.execute("UPDATE {lticontainer} SET use_dashboard = 0 WHERE id = 1")
    try:
        assert "dashboard.php" not in page_of(beside, "view")
        assert "turned off" in page_of(beside, "dashboard")
    finally:
        beside.shim.moodle.execute("UPDATE {lticontainer} SET use_dashboard = 1 WHERE id = 1")
