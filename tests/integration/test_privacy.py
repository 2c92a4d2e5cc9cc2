"""Erasing people and what is too old, on both databases, also while records come in."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.activity.privacy_store import CHUNK, unused_cells
from app.errors import AccessDenied, InvalidParameter, RecordRejected
from app.storage import tables as t
from app.storage.layout import OWN
from tests.support.cli import run_here
from tests.support.site import Row, Site, call, cell_run, record, seen

WRITE, GET, DELETE = (f"mod_lticontainer_{name}" for name in ("write_nblogs", "get_user_data", "delete_user_data"))
DATA = ("executions", "client_data", "server_data", "session", "marks", "bindings", "rejects", "tags", "rosters")


def write(site: Site, *records: dict[str, str], token: str = "") -> None:
    call(site.parts, WRITE, {"nb_logs": list(records)}, token or site.token())


def run(session: str, message: str, user: str, number: int = 1) -> list[dict[str, str]]:
    client, server = cell_run(session, message, number)
    return [client, server | {"username": user}]


def everything(site: Site) -> dict[str, list[Row]]:
    return {name: site.rows(name) for name in DATA}


def erase(site: Site, username: str, course_id: int = 0, **token: Any) -> Any:
    arguments = {"username": username, "course_id": course_id}
    return call(site.parts, DELETE, arguments, site.token("activity:write", **token))


@pytest.fixture
def placed(site: Site) -> Site:
    site.register(7, 2)
    site.register(8, 3)
    return site


def test_nothing_of_a_person_remains_and_all_of_others_does(placed: Site) -> None:
    write(placed, seen("b", 7), *run("b", "m1", "bob"), *run("b", "m2", "bob", 2))
    before = everything(placed)
    write(placed, seen("a", 7), *run("a", "m1", "anna"), *run("a", "m2", "anna", 3), cell_run("a", "m3")[0])
    write(placed, *run("unknown", "m1", "anna"), token=placed.activity_token(1, 7))
    write(placed, record(host="server", username="anna", date="2026-11-23T10:00:00Z", status="ok"))
    with pytest.raises(RecordRejected):
        write(placed, record(host="server", session="x", username="anna", date="never"))
    erased = erase(placed, "anna")
    assert erased == {"executions": 4, "sessions": 2, "rejected_records": 1, "cells": 1, "rosters": 0}
    stray = [row for row in placed.rows("marks") if row not in before["marks"]]
    after = everything(placed)
    # The mark of a record that names no session says nothing of whose it was, and can't be found.
    after["marks"] = [row for row in after["marks"] if row not in stray]
    assert len(stray) == 1
    assert [row for row in after["bindings"] if row not in before["bindings"]] == []
    assert after == before
    assert erase(placed, "anna")["executions"] == 0


def test_an_answer_without_a_session_goes_though_nothing_else_is_there(placed: Site) -> None:
    write(placed, record(host="server", username="anna", date="2026-11-23T10:00:00Z", status="ok"))
    erase(placed, "anna", 2)
    assert placed.count("server_data") == 1
    erase(placed, "anna")
    assert placed.count("server_data") == 0


def test_a_course_knows_of_whom_anything_is_stored(placed: Site) -> None:
    write(placed, seen("a", 7), *run("a", "m1", "anna"), seen("b", 7), run("b", "m1", "bob")[1])
    write(placed, seen("c", 7), *(part | {"date": "2099-01-01T00:00:00Z"} for part in run("c", "m1", "carla")))
    write(placed, seen("d", 7), *run("d", "m1", "username"), seen("e", 8), *run("e", "m1", "elsewhere"))
    with pytest.raises(RecordRejected):
        write(placed, record(host="server", session="a", username="fred", date="never"))
    listed = {"course_id": 2, "users": ["gina"]}
    call(placed.parts, "mod_lticontainer_set_roster", listed, placed.token("ltis:write"))
    told = call(
        placed.parts, "mod_lticontainer_get_recorded_users", {"course_id": 2}, placed.token("activity:read")
    )
    assert told == {"users": ["anna", "bob", "carla", "fred", "gina"]}


def test_a_place_on_a_roster_is_told_and_goes_too(placed: Site) -> None:
    for course_id in (2, 3):
        arguments = {"course_id": course_id, "users": ["anna", "bob"]}
        call(placed.parts, "mod_lticontainer_set_roster", arguments, placed.token("ltis:write"))
    told = call(placed.parts, GET, {"username": "anna", "course_id": 0}, placed.token("activity:read"))
    assert told["roster_courses"] == [2, 3]
    assert erase(placed, "anna", 2)["rosters"] == 1
    assert erase(placed, "anna")["rosters"] == 1
    assert [(row["course"], row["username"]) for row in placed.rows("rosters")] == [(2, "bob"), (3, "bob")]


def test_in_a_shared_session_only_the_persons_own_runs_go(placed: Site) -> None:
    write(placed, seen("s", 7), *run("s", "m1", "anna"), *run("s", "m2", "bob"), *run("s", "m3", "username"))
    assert erase(placed, "anna")["executions"] == 1
    assert [row["message"] for row in placed.rows("executions")] == ["m2", "m3"]
    assert sorted(row["message"] for row in placed.rows("client_data")) == ["m2", "m3"]
    assert sorted(row["message"] for row in placed.rows("server_data")) == ["m2", "m3"]
    assert placed.count("marks") == 5
    # What is erased may be sent again, and is new then.
    write(placed, *run("s", "m1", "anna"))
    assert placed.count("executions") == 3


def test_a_course_alone(placed: Site) -> None:
    write(placed, seen("s", 7), *run("s", "m", "anna"), seen("t", 8), *run("t", "m", "anna"))
    assert erase(placed, "anna", 2, courses=[2])["sessions"] == 1
    assert [row["session"] for row in placed.rows("executions")] == ["t"]
    for course_id in (0, 3):
        with pytest.raises(AccessDenied):
            erase(placed, "anna", course_id, courses=[2])
    with pytest.raises(AccessDenied):
        call(placed.parts, DELETE, {"username": "anna", "course_id": 2}, placed.token("activity:read"))


@pytest.mark.parametrize("username", ["", "username"])
def test_nobody_is_not_a_person(placed: Site, username: str) -> None:
    write(placed, seen("s", 7), *run("s", "m", username))
    with pytest.raises(InvalidParameter, match="nobody"):
        erase(placed, username)
    assert placed.count("executions") == 1


def test_a_person_gets_all_that_is_stored_of_them(placed: Site) -> None:
    write(placed, seen("a", 7), *run("a", "m1", "anna"), *run("a", "m2", "username"), *run("a", "m3", "anna"))
    write(placed, seen("s", 8), *run("s", "m1", "anna"), *run("s", "m2", "bob"))
    token, found, cursor = placed.token("activity:read"), [], ""
    while True:
        arguments = {"username": "anna", "limit": 2, "cursor": cursor}
        answer = call(placed.parts, GET, arguments, token)
        if not cursor:
            assert [tuple(row.values()) for row in answer["sessions"]] == [("a", 2, "7"), ("s", 3, "8")]
        found += [(row["session"], row["message"]) for row in answer["executions"]]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert sorted(found) == [("a", "m1"), ("a", "m2"), ("a", "m3"), ("s", "m1")]
    assert call(placed.parts, GET, {"username": "nobody-known"}, token)["executions"] == []


def test_a_long_session_goes_in_parts(placed: Site) -> None:
    count = CHUNK + 20
    write(placed, seen("s", 7), *(part for n in range(count) for part in run("s", f"m{n}", "anna")))
    assert erase(placed, "anna")["executions"] == count
    assert [name for name in DATA if placed.count(name)] == []


def test_who_has_run_a_cell_is_found_by_an_index(placed: Site) -> None:
    """Tags go in a transaction that others wait for: it must not read every record that there is."""
    with placed.parts.database.writing() as connection:
        rows = [
            {"session": f"s{n}", "message": "m", "cell_id": f"cell-{n}", "filename": "f"} for n in range(3_000)
        ]
        connection.execute(insert(t.client_data), rows)
        connection.execute(
            insert(t.tags), [{"cell_id": f"cell-{n}", "filename": "f", "tags": ""} for n in range(300)]
        )
    cells = {(f"cell-{n}", "f") for n in range(0, 6_000, 200)}
    explain = "EXPLAIN QUERY PLAN" if placed.parts.database.is_sqlite else "EXPLAIN"
    with placed.parts.database.reading() as connection:
        compiled = unused_cells(OWN, cells).compile(connection.engine, compile_kwargs={"literal_binds": True})
        plan = str(connection.exec_driver_sql(f"{explain} {compiled}").fetchall())
    assert "ix_lticontainer_client_data_cell_id" in plan


def test_a_request_that_can_not_be_read_goes_if_it_names_the_person(placed: Site) -> None:
    rows = [
        {"raw": raw, "coverage": "{}", "reason": "", "whole": 1}
        for raw in (b"user=anna&x", b"annabel", b"%E8%8A%B1%E5%AD%90", b'"\\u82b1\\u5b50"', b"joanna")
    ]
    with placed.parts.database.writing() as connection:
        connection.execute(insert(t.rejects), rows)
    assert erase(placed, "anna")["rejected_records"] == 1
    assert erase(placed, "花子")["rejected_records"] == 2
    assert [row["raw"] for row in placed.rows("rejects")] == [b"annabel", b"joanna"]


def test_records_that_come_meanwhile_are_whole(placed: Site) -> None:
    """Whatever the order, a run is there with all of its parts and marks, or with none."""
    write(placed, *(seen(f"s{n}", 7) for n in range(6)))
    stop = threading.Event()
    errors: list[BaseException] = []

    def keep_writing(number: int) -> None:
        parts, token, count = placed.more_parts(), placed.token(), 0
        try:
            while not stop.is_set():
                count += 1
                sent = [x for s in range(6) for x in run(f"s{s}", f"m{number}-{count}", "anna")]
                call(parts, WRITE, {"nb_logs": sent}, token)
        except BaseException as error:  # noqa: BLE001  # shown below
            errors.append(error)

    threads = [threading.Thread(target=keep_writing, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 3
    while time.monotonic() < end:
        erase(placed, "anna")
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert_whole(placed)
    erase(placed, "anna")
    assert [name for name in DATA if placed.count(name) and name not in ("tags", "bindings")] == []


def assert_whole(site: Site) -> None:
    keys = {(row["session"], row["message"]) for row in site.rows("executions")}
    for table in ("client_data", "server_data"):
        assert sorted((row["session"], row["message"]) for row in site.rows(table)) == sorted(keys)
    sessions = site.count("session")
    assert 2 * len(keys) <= site.count("marks") <= 2 * len(keys) + sessions


# Retention


def age(site: Site, session: str, days: int) -> None:
    """Make a session and all of it so many days old."""
    moment = int(time.time()) - days * 86_400
    with site.parts.database.writing() as connection:
        where = t.executions.c.session == session
        times = {"asked_us": moment * 1_000_000, "answered_us": moment * 1_000_000 + 1}
        connection.execute(t.executions.update().where(where).values(times))
        for table in (t.session, t.client_data, t.server_data):
            connection.execute(table.update().where(table.c.session == session).values(updatetm=moment))


@pytest.fixture
def aged(placed: Site) -> Site:
    for session, lti, days in (("old", 7, 400), ("new", 7, 2), ("other", 8, 400)):
        write(placed, seen(session, lti), *run(session, "m1", "anna"), *run(session, "m2", "anna"))
        age(placed, session, days)
    write(placed, *run("lost", "m", "anna"))
    age(placed, "lost", 400)
    return placed


def command(site: Site, *args: str) -> str:
    done = run_here("activity", *args, env=site.env)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_purge_tells_first_and_erases_what_is_older_then(aged: Site) -> None:
    before = everything(aged)
    assert "that needs --yes" in command(aged, "purge", "--older-than", "365")
    assert everything(aged) == before
    said = command(aged, "purge", "--older-than", "365", "--yes")
    assert "Erased: 5 runs, 3 sessions" in said
    for name in ("executions", "client_data", "server_data"):
        assert {row["session"] for row in aged.rows(name)} == {"new"}
    assert [row["session"] for row in aged.rows("session")] == ["new"]
    assert aged.count("marks") == 5


def test_purge_of_nothing_says_so(placed: Site) -> None:
    for options in ((), ("--older-than", "5")):
        assert command(placed, "purge", *options, "--yes") == "Nothing is stored.\n"


def test_purge_of_one_course_and_of_what_has_none(aged: Site) -> None:
    command(aged, "purge", "--older-than", "365", "--course", "3", "--yes")
    assert {row["session"] for row in aged.rows("executions")} == {"old", "new", "lost"}
    command(aged, "purge", "--older-than", "365", "--course", "0", "--yes")
    assert {row["session"] for row in aged.rows("executions")} == {"old", "new"}


def test_a_course_keeps_its_records_as_long_as_it_says(aged: Site) -> None:
    assert "No course says" in command(aged, "purge", "--yes")
    command(aged, "keep", "--course", "2", "--days", "365")
    command(aged, "purge", "--yes")
    assert {row["session"] for row in aged.rows("executions")} == {"new", "other", "lost"}


def test_the_sites_setting_holds_where_a_course_says_nothing(aged: Site) -> None:
    """Course 3 keeps longer than the site, course 2 as the site does, and what has no course too."""
    command(aged, "keep", "--course", "3", "--days", "500")
    site = {"LTICONTAINER_KEEP_DAYS": "365"}
    done = run_here("activity", "purge", "--yes", env=aged.env | site)
    assert (done.returncode, done.stderr) == (0, "")
    assert {row["session"] for row in aged.rows("executions")} == {"new", "other"}


def test_rejected_records_and_parts_without_a_session_are_purged_too(aged: Site) -> None:
    old, new = (int(time.time()) - days * 86_400 for days in (400, 2))
    plain = {"coverage": "{}", "reason": "", "raw": b"x"}
    with aged.parts.database.writing() as connection:
        for moment, session in ((old, "new"), (new, "new"), (old, "other"), (old, "never-seen")):
            connection.execute(insert(t.rejects), plain | {"received_at": moment, "session": session})
        for moment in (old, new):
            connection.execute(insert(t.server_data), {"username": "anna", "updatetm": moment})

    def left() -> list[tuple[int, str]]:
        return [(row["received_at"], row["session"]) for row in aged.rows("rejects")]

    told = command(aged, "purge", "--older-than", "365", "--course", "2").splitlines()
    assert told[1].split()[-1] == "1"
    assert "1 rejected records" in command(aged, "purge", "--older-than", "365", "--course", "2", "--yes")
    assert left() == [(new, "new"), (old, "other"), (old, "never-seen")]
    command(aged, "purge", "--older-than", "365", "--course", "0", "--yes")
    assert left() == [(new, "new"), (old, "other")]
    assert [row["updatetm"] for row in aged.rows("server_data", session="")] == [new]


def test_half_of_a_session_may_be_old(placed: Site) -> None:
    messages = [f"m{n}" for n in range(CHUNK + 100)]
    write(placed, seen("s", 7), *(part for m in messages for part in run("s", m, "anna")))
    age(placed, "s", 10)
    with placed.parts.database.writing() as connection:
        late = t.executions.c.message.in_(messages[-50:])
        connection.execute(t.executions.update().where(late).values(answered_us=time.time_ns() // 1000))
    command(placed, "purge", "--older-than", "5", "--yes")
    assert sorted(row["message"] for row in placed.rows("executions")) == sorted(messages[-50:])
    assert_whole(placed)


@pytest.mark.slow
def test_writers_do_not_wait_long_for_a_purge(placed: Site) -> None:
    fill(placed, 30_000)
    waits: list[float] = []
    stop = threading.Event()
    parts, token = placed.more_parts(), placed.token()

    def keep_writing() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            begin = time.monotonic()
            call(parts, WRITE, {"nb_logs": run("live", f"m{count}", "bob")}, token)
            waits.append(time.monotonic() - begin)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    command(placed, "purge", "--older-than", "5", "--yes")
    stop.set()
    writer.join()
    assert {row["session"] for row in placed.rows("executions")} == {"live"}
    assert len(waits) > 10
    assert max(waits) < 2


def fill(site: Site, count: int) -> None:
    """Put old runs in, 100 in each session."""
    moment = int(time.time()) - 10 * 86_400
    with site.parts.database.writing() as connection:
        for start in range(0, count, 1000):
            keys = [{"session": f"old{n // 100}", "message": f"m{n}"} for n in range(start, start + 1000)]
            sessions = [
                {"session": name, "course": 2, "updatetm": moment} for name in {k["session"] for k in keys}
            ]
            connection.execute(insert(t.session), sessions)
            connection.execute(insert(t.client_data), [key | {"updatetm": moment} for key in keys])
            connection.execute(insert(t.server_data), [key | {"updatetm": moment} for key in keys])
            times = {"course": 2, "asked_us": moment * 1_000_000, "answered_us": moment * 1_000_000}
            connection.execute(insert(t.executions), [key | times for key in keys])


# The other commands


def test_export_writes_what_the_download_gives(aged: Site, tmp_path: Any) -> None:
    path = tmp_path / "runs.csv"
    command(aged, "export", "--course", "2", "--output", str(path), "--zone", "Asia/Tokyo")
    assert path.read_text("utf-8").count("\n") == 5
    for kind in ("csv", "jsonl", "xapi"):
        assert "anna" in command(aged, "export", "--course", "2", "--format", kind)
        assert "anna" not in command(aged, "export", "--course", "2", "--format", kind, "--pseudonymous")


def test_export_takes_the_filters_of_the_download(placed: Site) -> None:
    for user, session, hour in (("anna", "a", 10), ("bob", "b", 12)):
        client, server = cell_run(session, "m", hour)
        client |= {"date": f"2026-11-23T{hour}:00:00Z"}
        write(placed, seen(session, 7), client, server | {"username": user, "date": f"2026-11-23T{hour}:00:01Z"})
    for options, sessions in (
        ((), ["a", "b"]),
        (("--username", "bob"), ["b"]),
        (("--filename", "Task10.ipynb"), ["a"]),
        (("--start", "2026-11-23T12:00:00Z"), ["b"]),
        (("--end", "2026-11-23T20:30:00", "--zone", "Asia/Tokyo"), ["a"]),
        (("--username", "nobody"), []),
    ):
        lines = command(placed, "export", "--course", "2", "--format", "jsonl", *options).splitlines()
        assert [json.loads(line)["session"] for line in lines] == sessions
    assert command(placed, "export", "--course", "99", "--format", "jsonl") == ""
    assert command(placed, "export", "--course", "99").count("\n") == 1


def test_a_name_does_not_steer_the_terminal(placed: Site) -> None:
    name = "anna\u202e<b>=cmd"
    write(placed, seen("s", 7), *run("s", "m", name))
    shown = command(placed, "progress", "--course", "2")
    assert "<b>=cmd" in shown
    assert "\u202e" not in shown


def test_progress_of_a_course_of_which_nothing_is_known_is_empty(placed: Site) -> None:
    assert len(command(placed, "progress", "--course", "99").splitlines()) == 1


def test_progress_shows_who_has_solved_what(aged: Site) -> None:
    assert "anna" in command(aged, "progress", "--course", "2")


def test_erase_tells_first(aged: Site) -> None:
    assert "that needs --yes" in command(aged, "erase", "anna")
    assert aged.count("executions") == 7
    assert "Erased: 7 runs" in command(aged, "erase", "anna", "--yes")
    with aged.parts.database.reading() as connection:
        assert connection.execute(select(t.executions)).all() == []


def test_consent_is_shown_and_changed(placed: Site) -> None:
    command(placed, "consent", "--course", "2", "off")
    assert command(placed, "consent").splitlines()[1].split() == ["2", "off", "-"]
    assert command(placed, "consent", "--course", "2", "on").splitlines()[1].split() == ["2", "on", "-"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("export",), "--course"),
        (("export", "--course", "0"), "--course"),
        (("export", "--course", "2", "--format", "xls"), "--format"),
        (("export", "--course", "2", "--start", "now"), "start"),
        (("export", "--course", "2", "--start", "2026-04-07", "--end", "2026-04-06"), "is not before end"),
        (("export", "--course", "2", "--zone", "Mars/Olympus"), "zone"),
        (("export", "--course", "2", "--output", "/nowhere/x"), "/nowhere/x"),
        (("export", "--course", "2", "--output", "/"), "--output"),
        (("purge", "--older-than", "-1"), "--older-than"),
        (("consent", "off"), "--course"),
        (("consent", "--course", "2"), "--course"),
        (("erase", "username"), "nobody"),
        (("erase",), "USERNAME"),
        (("progress",), "--course"),
        (("keep", "--days", "5"), "--course"),
    ],
)
def test_wrong_arguments_end_with_one_sentence(placed: Site, args: tuple[str, ...], said: str) -> None:
    done = run_here("activity", *args, env=placed.env)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
