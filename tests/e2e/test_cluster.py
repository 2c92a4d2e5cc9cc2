"""Three services, as on three machines, on one MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import pytest

from tests.e2e.conftest import Stack, running
from tests.e2e.test_faults import check_nothing_lost
from tests.support.clients import json_call, rest
from tests.support.load import Load
from tests.support.site import Site, cell_run, seen

WORKERS = 2


@pytest.fixture
def cluster(mariadb_site: Site) -> Iterator[list[Stack]]:
    with ExitStack() as stack:
        yield [stack.enter_context(running(mariadb_site, workers=WORKERS)) for _ in range(3)]


def test_under_load_on_all_three_nothing_is_lost_and_nothing_is_there_twice(cluster: list[Stack]) -> None:
    with Load([stack.port for stack in cluster], cluster[0].token, senders=12) as load:
        load.wait_for(1_500, seconds=60)
    assert (load.refused, load.unanswered) == ([], [])
    check_nothing_lost(cluster[0], load)


def test_a_service_that_dies_takes_nothing_with_it(cluster: list[Stack]) -> None:
    with Load([stack.port for stack in cluster], cluster[0].token, senders=6) as load:
        load.wait_for(200)
        cluster[1].service.kill_hard()
        load.wait_for(200)
    check_nothing_lost(cluster[0], load)


def test_the_same_record_at_all_three_at_once_is_one_row(cluster: list[Stack]) -> None:
    token = cluster[0].token
    with ThreadPoolExecutor(6) as pool:
        for number in range(40):
            parts = [*cell_run(f"s{number}", "m1"), seen(f"s{number}", 1)]
            sends = [partial(rest, stack.port, [part], token) for part in parts for stack in cluster]
            assert {future.result().body for future in [pool.submit(send) for send in sends]} == {b"[]"}
    site = cluster[0].site
    assert [site.count(name) for name in ("client_data", "server_data", "session", "executions")] == [40] * 4
    assert {(row["lti_id"], row["duration_us"]) for row in site.rows("executions")} == {(1, 1_500_000)}


def test_parts_and_registration_at_different_machines_are_joined(cluster: list[Stack]) -> None:
    first, second, third = cluster
    admin = first.site.token("ltis:write")
    with ThreadPoolExecutor(4) as pool:
        for number in range(1, 41):
            client, server = cell_run(f"s{number}", "m1")
            lti = {"lti_id": number, "course_id": 5, "inst_id": 1, "name": ""}
            sends = [
                partial(rest, first.port, [client], first.token),
                partial(rest, second.port, [server], first.token),
                partial(rest, third.port, [seen(f"s{number}", number)], first.token),
                partial(json_call, third.port, "register_ltis", {"ltis": [lti]}, admin),
            ]
            assert {future.result().status for future in [pool.submit(send) for send in sends]} == {200}
    rows = first.site.rows("executions")
    assert [(row["lti_id"], row["course"]) for row in sorted(rows, key=lambda row: row["lti_id"])] == [
        (number, 5) for number in range(1, 41)
    ]


def test_a_token_revoked_at_one_machine_is_refused_by_all(cluster: list[Stack]) -> None:
    site, token = cluster[0].site, cluster[0].token
    for stack in cluster:
        for _ in range(4 * WORKERS):  # so that every worker knows it
            assert rest(stack.port, [seen("s", 1)], token).body == b"[]"
    site.parts.tokens.revoke(next(t.id for t in site.parts.tokens.list() if t.revoked_at is None))
    for stack in cluster:
        answers = [rest(stack.port, [seen("s", 1)], token).body for _ in range(4 * WORKERS)]
        assert all(b'"errorcode":"invalidtoken"' in answer for answer in answers)
