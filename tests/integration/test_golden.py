"""The records of a real Moodle, through the real code, give the rows that the plugin stored."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.process import ROOT
from tests.support.recordings import without_arrival
from tests.support.site import Row, Site, call

GOLDEN: dict[str, Any] = json.loads((ROOT / "tests/data/golden/write_nblogs.json").read_text("utf-8"))
WRITE = "mod_lticontainer_write_nblogs"
COURSE, LTI = 2, 1


def send_one_by_one(site: Site) -> None:
    token = site.token("nblogs:write")
    for record in GOLDEN["records"]:
        assert call(site.parts, WRITE, {"nb_logs": [record]}, token) == {}


def send_at_once(site: Site) -> None:
    call(site.parts, WRITE, {"nb_logs": GOLDEN["records"]}, site.token("nblogs:write"))


Sender = Callable[[Site], None]
SENDERS = pytest.mark.parametrize("send", [send_one_by_one, send_at_once])


def tables(site: Site) -> dict[str, list[Row]]:
    """Return the four tables as the golden file has them, the time of a session's arrival apart."""
    found = {name: site.rows(name) for name in GOLDEN["tables"]}
    return found | {"session": without_arrival(found["session"])}


EXPECTED = GOLDEN["tables"] | {"session": without_arrival(GOLDEN["tables"]["session"])}


@SENDERS
def test_the_tables_are_those_of_the_plugin(site: Site, send: Sender) -> None:
    site.register(LTI, COURSE)
    send(site)
    assert tables(site) == EXPECTED
    assert abs(site.rows("session")[0]["updatetm"] - time.time()) < 60


@SENDERS
def test_a_later_registration_fills_in_the_session_and_its_executions(site: Site, send: Sender) -> None:
    send(site)
    assert [row["course"] for row in site.rows("session")] == [0]
    assert site.register(LTI, COURSE) == 1
    assert tables(site) == EXPECTED
    assert {row["course"] for row in site.rows("executions")} == {COURSE}


@SENDERS
def test_each_cell_run_is_one_execution(site: Site, send: Sender) -> None:
    site.register(LTI, COURSE)
    send(site)
    names = ("message", "username", "filename", "codenum", "cell_id", "status", "duration_us")
    assert sorted(tuple(row[name] for name in names) for row in site.rows("executions")) == [
        ("m-unpaired", "student1", "", "", "", "ok", None),
        ("m1", "student1", "Task1.ipynb", "1", "c1", "ok", 60_000_000),
        ("m2", "student1", "課題 2.ipynb", "2", "c2", "error", 60_000_000),
        ("m3", "", "Task1.ipynb", "7", "c1", "", None),
    ]
    places = {(row["course"], row["inst_id"], row["lti_id"]) for row in site.rows("executions")}
    assert places == {(COURSE, 1, LTI)}


@SENDERS
def test_sending_all_of_it_again_changes_nothing(site: Site, send: Sender) -> None:
    site.register(LTI, COURSE)
    send(site)
    names = [*GOLDEN["tables"], "executions", "marks"]
    before = {name: site.rows(name) for name in names}
    send(site)
    assert {name: site.rows(name) for name in names} == before
