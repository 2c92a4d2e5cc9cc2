"""The counts equal a recount of the executions, whatever has happened to these."""

from __future__ import annotations

from itertools import count
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, and_, select

from app.activity.mending import mend_counts
from app.ltis.store import Lti
from app.storage import tables as t
from app.storage.erasing import erase_runs
from app.storage.layout import OWN
from tests.support.runs import Run, add_runs, counted, counted_anew
from tests.support.site import Site, call, cell_run, record, seen

WRITE = "mod_lticontainer_write_nblogs"
_rounds = count(1)


@pytest.fixture
def token(site: Site) -> str:
    return site.token("nblogs:write")


def client(session: str, message: str, number: int, hour: int) -> dict[str, str]:
    return cell_run(session, message, number)[0] | {"date": f"2026-11-23T{hour:02d}:00:00Z"}


def server(session: str, message: str, status: str, hour: int, user: str) -> dict[str, str]:
    answered = {"status": status, "username": user, "date": f"2026-11-23T{hour:02d}:00:01Z"}
    return record(host="server", session=session, message=message, **answered)


def steps(lti: int) -> st.SearchStrategy[tuple[str, Any]]:
    """One thing that happens: a request with records, a registration, an erasure."""
    session = st.sampled_from([f"a{lti}", f"b{lti}"])
    message = st.sampled_from(["m1", "m2", "m3"])
    hour = st.integers(0, 23)
    clients = st.builds(client, session, message, st.integers(1, 2), hour)
    status, user = st.sampled_from(["ok", "error", "aborted"]), st.sampled_from(["x", "y", ""])
    servers = st.builds(server, session, message, status, hour, user)
    sessions = st.builds(seen, session, st.sampled_from([lti, lti + 1]))
    records = st.lists(st.one_of(clients, clients, servers, servers, sessions), min_size=1, max_size=6)
    return st.one_of(
        *[st.tuples(st.just("write"), records)] * 5,
        st.tuples(st.just("register"), st.tuples(st.sampled_from([lti, lti + 1]), st.integers(1, 3))),
        st.tuples(st.just("erase"), st.sampled_from(["x", "y", ""])),
    )


def erase(site: Site, username: str, sessions: str) -> None:
    e = t.executions.c
    condition = and_(e.username == username, e.session.like(sessions))
    with site.parts.database.writing() as connection:
        for session, message in connection.execute(select(e.session, e.message).where(condition)).fetchall():
            erase_runs(connection, OWN, session, [message])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_counts_equal_a_recount_after_anything(site: Site, token: str, data: st.DataObject) -> None:
    lti = next(_rounds) * 10
    for kind, what in data.draw(st.lists(steps(lti), min_size=1, max_size=8)):
        match kind:
            case "write":
                call(site.parts, WRITE, {"nb_logs": what}, token)
            case "register":
                site.parts.ltis.register([Lti(what[0], what[1], 1)], may_move=True)
            case "erase":
                erase(site, what, f"_{lti}")
        assert counted(site) == counted_anew(site), kind


def test_mending_changes_nothing_that_is_right(site: Site, token: str) -> None:
    site.register(1, 2)
    call(site.parts, WRITE, {"nb_logs": [seen("s", 1), *cell_run("s", "m1"), *cell_run("s", "m2", 2)]}, token)
    before = counted(site)
    assert mend_counts(site.parts.database, None) == 0
    assert counted(site) == before == counted_anew(site)


def test_mending_puts_right_what_others_have_done(site: Site) -> None:
    add_runs(site, 2, [Run(), Run(status="error"), Run(asked_us=None)], count=False)
    add_runs(site, 3, [Run()], count=False)
    assert mend_counts(site.parts.database, 2) == 1
    assert set(counted(site).values()) == {(1, 1)}
    assert mend_counts(site.parts.database, None) == 1
    assert counted(site) == counted_anew(site)


def test_an_erased_user_is_not_named_in_counts(site: Site, token: str) -> None:
    site.register(1, 2)
    call(site.parts, WRITE, {"nb_logs": [seen("s", 1), *cell_run("s", "m1")]}, token)
    assert [row["username"] for row in site.rows("counts")] == ["student1"]
    erase(site, "student1", "%")
    assert site.rows("counts") == []


def test_writers_at_the_same_moment_count_each_run_once(site: Site, token: str) -> None:
    site.register(1, 2)
    call(site.parts, WRITE, {"nb_logs": [seen(f"s{n}", 1) for n in range(4)]}, token)
    parts = [site.more_parts() for _ in range(2)]
    start = Barrier(4)

    def write(index: int) -> None:
        start.wait()
        for number in range(40):
            asked, answered = cell_run(f"s{number % 4}", f"m{number}", number % 3)
            # Each part comes twice, from two processes, the second time a little later.
            later = {"date": f"2026-11-23T10:00:0{2 + index}Z"}
            found = [asked | later, answered | later, answered][index % 2 : index % 2 + 2]
            call(parts[index % 2], WRITE, {"nb_logs": found}, token)

    threads = [Thread(target=write, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(site) == counted_anew(site)
    assert sum(ok + error for ok, error in counted(site).values()) == 40


def test_taking_a_session_out_of_the_counts_reads_little_more_than_that_session(site: Site) -> None:
    """However many others there are: MariaDB 10.11 asks a subquery of a DELETE anew for every row."""
    runs = [Run(f"student{n // 60}", codenum=str(n % 20), answered_us=n * 60_000_000) for n in range(6_000)]
    add_runs(site, 2, runs)
    e = t.executions.c
    with site.parts.database.writing() as connection:
        before = _rows_read(connection)
        erase_runs(connection, OWN, "s-student7", _messages(connection, "s-student7"))
        read = _rows_read(connection) - before
        assert connection.execute(select(e.id).where(e.username == "student7")).all() == []
    assert counted(site) == counted_anew(site)
    assert "student7" not in {row["username"] for row in site.rows("counts")}
    assert read < 3_000


def test_placing_an_activity_reads_little_more_than_its_own_executions(site: Site, token: str) -> None:
    """However many others there are: MariaDB 10.11 asks a subquery of an UPDATE anew for every row."""
    add_runs(site, 2, [Run(f"student{n // 60}", answered_us=n * 60_000_000) for n in range(6_000)])
    runs = [part for number in range(5) for part in cell_run("late", f"late{number}", number)]
    call(site.parts, WRITE, {"nb_logs": [seen("late", 9), *runs]}, token)
    with site.parts.database.reading() as connection:
        before = _rows_read(connection, "GLOBAL")
        site.parts.ltis.register([Lti(9, 3, 1)], may_move=False)
        read = _rows_read(connection, "GLOBAL") - before
    assert len(site.rows("executions", course=3)) == 5
    assert counted(site) == counted_anew(site)
    assert read < 3_000


def _messages(connection: Connection, session: str) -> list[str]:
    return list(
        connection.execute(select(t.executions.c.message).where(t.executions.c.session == session)).scalars()
    )


def _rows_read(connection: Connection, scope: str = "SESSION") -> int:
    """Return how many rows this connection, or with GLOBAL the whole server, has read, which MariaDB counts."""
    if connection.dialect.name == "sqlite":
        return 0
    return sum(int(row[1]) for row in connection.exec_driver_sql(f"SHOW {scope} STATUS LIKE 'Handler_read%%'"))


def test_a_count_that_came_to_nothing_does_not_name_the_erased(site: Site) -> None:
    """A later answer gives a run another user: what was counted of the first one is nothing, and names them."""
    site.register(1, 2)
    asked, answered = cell_run("s", "m")
    later = answered | {"username": "bob", "date": "2026-11-24T20:00:00Z"}
    for user, part in (("anna", answered), ("bob", later)):
        records = {"nb_logs": [seen("s", 1), asked, part | {"username": user}]}
        call(site.parts, WRITE, records, site.token("nblogs:write"))
    site.parts.privacy.erase("anna", 0, lambda *_: None)
    assert {row["username"] for row in site.rows("counts")} <= {"bob"}
    assert counted(site) == counted_anew(site)
