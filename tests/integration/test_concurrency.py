"""Several writers at the same moment, each with connections of its own as on machines of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.errors import InvalidToken, ServiceUnavailable
from app.factory import Service
from app.ltis.store import Lti
from tests.support.databases import new_database
from tests.support.site import Site, call, cell_run, seen

ROUNDS = 60
WRITE = "mod_lticontainer_write_nblogs"
Step = Callable[[], object]


@pytest.fixture
def mariadb_site(tmp_path: Path) -> Iterator[Site]:
    site = Site(new_database("mariadb", tmp_path))
    site.upgrade()
    yield site
    site.close()


def at_once(steps: Sequence[Step], pool: ThreadPoolExecutor) -> None:
    """Run all steps from the same moment on, and raise what one of them raised."""
    barrier = threading.Barrier(len(steps), timeout=30)

    def start(step: Step) -> object:
        barrier.wait()
        return step()

    for future in [pool.submit(start, step) for step in steps]:
        future.result(timeout=60)


def writers(site: Site, count: int, **settings: object) -> list[Callable[[list[dict[str, str]]], object]]:
    """Return functions that store records, each as a machine of its own would."""
    token = site.token("nblogs:write")
    machines = [site.more_parts(**settings) for _ in range(count)]

    def write(machine: Service, records: list[dict[str, str]]) -> object:
        return call(machine, WRITE, {"nb_logs": records}, token)

    return [partial(write, machine) for machine in machines]


def test_a_record_that_two_machines_write_at_once_is_one_row(site: Site) -> None:
    first, second = writers(site, 2)
    with ThreadPoolExecutor(4) as pool:
        for number in range(ROUNDS):
            for one in (*cell_run(f"s{number}", "m1"), seen(f"s{number}", 1)):
                at_once([partial(write, [one]) for write in (first, second, first, second)], pool)
    counts = {name: site.count(name) for name in ("client_data", "server_data", "session", "executions", "marks")}
    assert counts == dict.fromkeys(counts, ROUNDS) | {"marks": 3 * ROUNDS}


def test_no_join_is_missed_when_all_parts_and_the_registration_race(site: Site) -> None:
    first, second = writers(site, 2)
    with ThreadPoolExecutor(4) as pool:
        for number in range(1, ROUNDS + 1):
            client, server = cell_run(f"s{number}", "m1")
            register = partial(site.parts.ltis.register, [Lti(number, 5, 1)], may_move=False)
            known = seen(f"s{number}", number)
            at_once([partial(first, [client]), partial(second, [server]), partial(first, [known]), register], pool)
    rows = site.rows("executions")
    assert [(row["lti_id"], row["course"], row["inst_id"]) for row in rows] == [
        (n, 5, 1) for n in range(1, ROUNDS + 1)
    ]
    assert {(row["status"], row["cell_id"], row["duration_us"]) for row in rows} == {("ok", "cell-1", 1_500_000)}


def test_large_overlapping_requests_in_opposite_orders_all_come_through(site: Site) -> None:
    runs = [
        part for n in range(40) for part in (*cell_run(f"s{n % 8}", f"m{n}", n % 5), seen(f"s{n % 8}", n % 3 + 1))
    ]
    machines = writers(site, 4)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            orders = (runs, runs[::-1], runs[1::2] + runs[::2], runs[::2] + runs[1::2][::-1])
            at_once([partial(write, order) for write, order in zip(machines, orders, strict=True)], pool)
    assert [site.count(name) for name in ("client_data", "server_data", "session", "executions")] == [
        40,
        40,
        8,
        40,
    ]
    assert {row["duration_us"] for row in site.rows("executions")} == {1_500_000}
    assert all(row["lti_id"] for row in site.rows("executions"))


def test_a_deadlock_is_tried_again(mariadb_site: Site) -> None:
    both = threading.Barrier(2, timeout=30)
    tries: list[int] = []

    def raise_both(connection: Connection, first: int, second: int) -> None:
        tries.append(first)
        for lti_id in (first, second):
            connection.execute(
                text("UPDATE lticontainer_ltis SET course = course + 1 WHERE lti_id = :i"), {"i": lti_id}
            )
            if lti_id == first and tries.count(first) == 1:
                both.wait()  # now each holds what the other wants

    for lti_id in (1, 2):
        mariadb_site.register(lti_id, 5)
    machines = [mariadb_site.more_parts().database for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        orders = ((1, 2), (2, 1))
        for future in [
            pool.submit(partial(m.write, raise_both, *o)) for m, o in zip(machines, orders, strict=True)
        ]:
            future.result(timeout=60)
    assert len(tries) == 3
    assert [row["course"] for row in mariadb_site.rows("ltis")] == [7, 7]


@contextmanager
def locked(site: Site, *statements: str) -> Iterator[None]:
    """Hold a lock that everyone needs who writes a session of activity 1."""
    with site.parts.database.engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        yield
        connection.rollback()


def test_a_lock_that_is_held_too_long_is_tried_again(mariadb_site: Site) -> None:
    mariadb_site.register(1, 5)
    [write] = writers(mariadb_site, 1, database_timeout=1)
    with ThreadPoolExecutor(1) as pool:
        with locked(mariadb_site, "UPDATE lticontainer_ltis SET course = 6 WHERE lti_id = 1"):
            waiting = pool.submit(write, [seen("s", 1)])
            time.sleep(1.6)  # past the first try's patience
            assert not waiting.done()
        assert waiting.result(timeout=30) == {}
    assert [row["course"] for row in mariadb_site.rows("session")] == [5]


def test_a_lock_that_never_goes_is_a_clear_error_and_no_success(site: Site) -> None:
    [write] = writers(site, 1, database_timeout=1)
    write([seen("before", 1)])
    lock = "BEGIN IMMEDIATE" if site.parts.database.is_sqlite else "UPDATE lticontainer_ltis SET name = 'x'"
    with locked(site, lock), pytest.raises(ServiceUnavailable, match="locked by others"):
        write([seen("s", 1)])
    assert site.rows("session", session="s") == []
    write([seen("s", 1)])
    assert len(site.rows("session", session="s")) == 1


def test_a_token_revoked_meanwhile_spoils_nothing_for_those_that_wait_with_it(site: Site) -> None:
    good, void = site.token("nblogs:write"), site.token("nblogs:write")
    send = partial(call, site.parts, WRITE)
    send({"nb_logs": [seen("known", 1)]}, void)  # from now on the token is remembered
    site.parts.tokens.revoke(site.parts.tokens.list()[-1].id)

    def refused() -> None:
        with pytest.raises(InvalidToken):
            send({"nb_logs": [seen("void", 1)]}, void)

    with ThreadPoolExecutor(16) as pool:
        records = [cell_run(f"s{n}", "m1")[0] for n in range(15)]
        at_once([refused, *(partial(send, {"nb_logs": [one]}, good) for one in records)], pool)
    assert site.count("client_data") == 15
    assert [row["session"] for row in site.rows("session")] == ["known"]
