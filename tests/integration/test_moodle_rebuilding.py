"""On Moodle's tables, rows that the plugin has stored get the executions that the service makes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete

from app.storage import tables as t
from tests.integration.test_golden import GOLDEN
from tests.integration.test_importing import fill
from tests.integration.test_rebuilding import class_records, executions, ignore, write
from tests.support.cli import run_here
from tests.support.moodle_site import MoodleSite
from tests.support.runs import counted, counted_anew
from tests.support.site import cell_run


@pytest.fixture(params=[False, True], ids=["apart", "together"])
def moodle_site(request: pytest.FixtureRequest) -> Iterator[MoodleSite]:
    site = MoodleSite(together=request.param)
    site.upgrade()
    tool = site.moodle.add_tool()
    for lti in (1, 2, 3):
        course = site.moodle.add_course(f"python{lti}", 1 + lti)
        site.moodle.add_activity(course, tool, lti=lti)
    yield site
    site.close()


def forget(site: MoodleSite) -> None:
    with site.parts.database.writing() as connection:
        for table in (t.executions, t.counts):
            connection.execute(delete(table))


def test_what_is_made_anew_is_what_was_there(moodle_site: MoodleSite) -> None:
    write(moodle_site, class_records(21))
    before, counts = executions(moodle_site), counted(moodle_site)
    assert {row["course"] for row in before} == {0, 2, 3, 4}
    forget(moodle_site)
    moodle_site.parts.rebuilder.rebuild(None, ignore)
    assert executions(moodle_site) == before
    assert counted(moodle_site) == counts == counted_anew(moodle_site)


def test_rows_of_the_plugin_are_taken_in(moodle_site: MoodleSite) -> None:
    fill(moodle_site.moodle, GOLDEN["tables"])
    done = run_here("activity", "rebuild", "--new", env=moodle_site.env)
    assert (done.returncode, done.stderr) == (0, "")
    runs = sorted(
        (row["message"], row["codenum"], row["status"], row["course"]) for row in executions(moodle_site)
    )
    assert runs == [("m-unpaired", "", "ok", 2), ("m1", "7", "ok", 2), ("m2", "2", "error", 2), ("m3", "7", "", 2)]
    again = run_here("activity", "rebuild", env=moodle_site.env)
    assert "6 rows read; 0 runs and 0 counts" in again.stdout


def test_a_session_that_only_the_plugin_stores_places_the_runs_that_the_service_has(
    moodle_site: MoodleSite,
) -> None:
    write(moodle_site, [*cell_run("s", "m1"), *cell_run("t", "m1")])
    moodle_site.parts.rebuilder.catch_up(ignore)
    sql = "INSERT INTO {lticontainer_session} (session, course, inst_id, lti_id) VALUES ('s', 3, 9, 2)"
    moodle_site.moodle.execute(sql)
    write(moodle_site, [cell_run("s", "m2")[0]])  # known now: at once in its place
    assert {row["message"]: row["course"] for row in executions(moodle_site) if row["session"] == "s"} == {
        "m1": 0,
        "m2": 3,
    }
    assert moodle_site.parts.rebuilder.catch_up(ignore).changed == 1
    places = {(row["session"], row["course"], row["inst_id"], row["lti_id"]) for row in executions(moodle_site)}
    assert places == {("s", 3, 9, 2), ("t", 0, 0, 0)}
    assert counted(moodle_site) == counted_anew(moodle_site)


def test_sessions_that_differ_in_case_only_stay_apart(moodle_site: MoodleSite) -> None:
    row: dict[str, Any] = GOLDEN["tables"]["server_data"][0]
    spelled = [row | {"session": name, "message": message} for name in ("abc", "ABC") for message in ("m", "M")]
    fill(moodle_site.moodle, {"server_data": spelled})
    moodle_site.parts.rebuilder.rebuild(None, ignore)
    names = [(row["session"], row["message"]) for row in executions(moodle_site)]
    assert names == [("ABC", "M"), ("ABC", "m"), ("abc", "M"), ("abc", "m")]


def test_nothing_is_imported_onto_moodles_own_tables(moodle_site: MoodleSite) -> None:
    done = run_here("import-moodle", "--source", "mysql+pymysql://u@127.0.0.1/m", env=moodle_site.env)
    assert done.returncode == 1
    assert "nothing needs to be imported" in done.stderr
