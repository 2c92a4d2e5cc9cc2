"""Executions made anew from stored rows are those that the service made of the records itself."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update

from app.activity import catching_up, session_batches
from app.storage import tables as t
from tests.integration.test_golden import COURSE, GOLDEN, LTI, WRITE
from tests.support.runs import counted, counted_anew
from tests.support.site import Site, call, cell_run, record, seen

NAMES = ("executions", "counts", "client_data", "server_data", "session", "tags", "marks")


def ignore(done: int, total: int) -> None:
    pass


def executions(site: Site) -> list[dict[str, Any]]:
    return sorted(site.rows("executions"), key=lambda row: (row["session"], row["message"]))


def write(site: Site, records: list[dict[str, str]]) -> None:
    call(site.parts, WRITE, {"nb_logs": records}, site.token("nblogs:write"))


def forget(site: Site, *tables: Any) -> None:
    with site.parts.database.writing() as connection:
        for table in tables or (t.executions, t.counts):
            connection.execute(delete(table))


def class_records(seed: int, sessions: int = 12, runs: int = 25) -> list[dict[str, str]]:
    """Return records of some sessions in any order, some of them twice, some never, some sessions unknown."""
    chance = random.Random(seed)
    found = [seen(f"s{n}", 1 + n % 3) for n in range(sessions) if n % 4]
    for n in range(sessions):
        for m in range(runs):
            client, server = cell_run(f"s{n}", f"m{m}", 1 + m % 7)
            server |= {"status": chance.choice(["ok", "error", "aborted"]), "username": f"student{n}"}
            found += chance.choice([[client, server], [client], [server], [client, server, server], []])
            if chance.random() < 0.1:
                late = {"date": "2026-11-23T10:00:09.250+00:00", "status": "error"}
                found.append(server | late)
    chance.shuffle(found)
    return [*found, record(host="server", session="", message="m", status="ok", date="2026-11-23T10:00:00Z")]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_made_anew_is_what_was_there(site: Site, seed: int) -> None:
    for lti in (1, 2):
        site.register(lti, 2 + lti)
    write(site, class_records(seed))
    before, counts = executions(site), counted(site)
    forget(site)
    done = site.parts.rebuilder.rebuild(None, ignore)
    assert executions(site) == before
    assert counted(site) == counts == counted_anew(site)
    assert done.changed == len(before)
    again = site.parts.rebuilder.rebuild(None, ignore)
    assert (again.changed, again.counts, again.left_out) == (0, 0, 0)


def test_the_golden_rows_give_the_executions_of_the_golden_records(site: Site) -> None:
    site.register(LTI, COURSE)
    write(site, GOLDEN["records"])
    before = executions(site)
    site.parts.rebuilder.rebuild(None, ignore)
    assert executions(site) == before
    forget(site)
    site.parts.rebuilder.rebuild(None, ignore)
    # The tags hold the last code number of a cell only, as the plugin's charts show it.
    changed = [row | {"codenum": "7"} if row["message"] == "m1" else row for row in before]
    assert executions(site) == changed


def test_wrong_executions_and_counts_are_put_right(site: Site) -> None:
    site.register(1, 2)
    write(site, class_records(7))
    before, counts = executions(site), counted(site)
    with site.parts.database.writing() as connection:
        e = t.executions.c
        connection.execute(update(t.executions).where(e.message == "m3").values(status="error", username="x"))
        connection.execute(delete(t.executions).where(e.message == "m4"))
        connection.execute(update(t.executions).where(e.message == "m5").values(answered_us=1, course=9))
        connection.execute(update(t.counts).values(ok=t.counts.c.ok + 3))
        connection.execute(text("INSERT INTO lticontainer_executions (session, message) VALUES ('gone', 'm')"))
    site.parts.rebuilder.rebuild(None, ignore)
    assert executions(site) == before
    assert counted(site) == counts


def test_one_course_is_made_anew_and_others_stay(site: Site) -> None:
    for lti in (1, 2, 3):
        site.register(lti, 1 + lti)
    write(site, class_records(3))
    before = executions(site)
    forget(site)
    site.parts.rebuilder.rebuild(3, ignore)
    assert executions(site) == [row for row in before if row["course"] == 3]
    assert counted(site) == counted_anew(site)


def test_a_course_made_anew_shows_how_far_it_is_and_leaves_what_is_new(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_batches, "BATCH", 20)
    site.register(1, 2)
    site.register(2, 3)
    write(site, class_records(6))
    before = executions(site)
    forget(site)
    told: list[tuple[int, int]] = []
    done = site.parts.rebuilder.rebuild(3, lambda *told_: told.append(told_))
    names = {row["session"] for row in site.rows("session", course=3)}
    total = sum(row["session"] in names for table in ("client_data", "server_data") for row in site.rows(table))
    assert done.rows == total
    assert len(told) > 2
    assert told == [(min(passed, total), total) for passed, _ in told]
    assert [passed for passed, _ in told] == sorted(passed for passed, _ in told)
    assert told[-1] == (total, total)
    site.parts.rebuilder.catch_up(ignore)  # rows of all courses are as new as they were
    assert executions(site) == before
    assert counted(site) == counted_anew(site)


def test_a_long_session_is_made_anew_in_slices(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_batches, "SLICE", 10)
    monkeypatch.setattr(session_batches, "PAGE", 3)
    site.register(1, 2)
    write(site, class_records(5))
    before, counts = executions(site), counted(site)
    forget(site)
    site.parts.rebuilder.rebuild(None, ignore)
    assert executions(site) == before
    assert counted(site) == counts


def test_rows_that_are_new_are_taken_in_alone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "BATCH", 10)
    monkeypatch.setattr(catching_up, "OVERLAP", 5)
    site.register(1, 2)
    write(site, class_records(1))
    before, counts = executions(site), counted(site)
    forget(site)
    site.parts.rebuilder.catch_up(ignore)
    assert executions(site) == before
    assert counted(site) == counts
    assert site.parts.rebuilder.catch_up(ignore).changed == 0
    write(site, [*cell_run("late", "m1"), seen("late", 1)])
    after = executions(site)
    with site.parts.database.writing() as connection:
        connection.execute(delete(t.executions).where(t.executions.c.session == "late"))
    assert site.parts.rebuilder.catch_up(ignore).changed == 2  # by its question, then by its answer
    assert executions(site) == after


def test_what_a_course_does_not_want_stored_is_left_alone(site: Site) -> None:
    site.register(1, 2)
    site.register(2, 3)
    write(site, class_records(2))
    before = executions(site)
    site.parts.rules.set_records(2, records=False)
    forget(site)
    done = site.parts.rebuilder.rebuild(None, ignore)
    assert executions(site) == [row for row in before if row["course"] != 2]
    assert done.closed > 0


def test_a_session_that_others_have_made_known_places_its_runs(site: Site) -> None:
    write(site, [*cell_run("s", "m1"), *cell_run("t", "m1")])
    site.parts.rebuilder.rebuild(None, ignore)
    with site.parts.database.writing() as connection:
        connection.execute(insert(t.session), {"session": "s", "course": 2, "inst_id": 3, "lti_id": 4})
    assert site.parts.rebuilder.catch_up(ignore).changed == 1
    places = {row["session"]: (row["course"], row["inst_id"], row["lti_id"]) for row in executions(site)}
    assert places == {"s": (2, 3, 4), "t": (0, 0, 0)}
    assert counted(site) == counted_anew(site)


def test_while_records_come_in_nothing_is_lost_and_counts_stay_right(site: Site) -> None:
    site.register(1, 2)
    records = class_records(9, sessions=8, runs=30)

    def write_all() -> None:
        for n in range(0, len(records), 3):
            write(site, records[n : n + 3])

    writer = threading.Thread(target=write_all)
    other = site.more_parts().rebuilder
    writer.start()
    passes = 0
    while writer.is_alive():
        other.rebuild(None, ignore)
        other.catch_up(ignore)
        passes += 1
    writer.join()
    assert passes > 1
    found, counts = executions(site), counted(site)
    assert counts == counted_anew(site)
    forget(site)
    other.rebuild(None, ignore)
    assert executions(site) == found
    assert counted(site) == counts
