"""Metrics add up over workers, /metrics is not for everyone, and no log shows a token."""

from __future__ import annotations

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.conftest import Stack, Start
from tests.support.clients import REST, XMLRPC, get, json_call, post, rest
from tests.support.process import NotStarted
from tests.support.service import Service
from tests.support.site import Site, cell_run, record, seen


def metrics(port: int) -> dict[str, float]:
    """Return the value of every sample without labels."""
    answer = get(port, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.body.decode())
    return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}


def records(port: int) -> dict[str, float]:
    names = ("received", "stored", "duplicate", "rejected")
    found = metrics(port)
    return {name: found[f"lticontainer_records_{name}_total"] for name in names}


def test_every_metric_is_there_before_the_first_record(sqlite_site: Site, start: Start) -> None:
    found = metrics(start(sqlite_site).port)
    assert {found[f"lticontainer_records_{name}_total"] for name in ("received", "stored", "rejected")} == {0}
    assert found["lticontainer_waiting_pairs"] == 0
    assert found["lticontainer_commit_seconds_count"] == 0


def test_counts_add_up_exactly_over_workers(site: Site, start: Start) -> None:
    stack = start(site, workers=3)
    good = [part for number in range(60) for part in cell_run("s", f"m{number}", number)]
    bad = [record(session="s", date="yesterday") for _ in range(20)]
    sent = [[one] for one in good + good[:30] + bad] + [good[:50] + bad[:5]]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: rest(stack.port, one, stack.token), sent))
    for _ in range(10):  # whichever worker answers
        assert records(stack.port) == {"received": 225, "stored": 120, "duplicate": 80, "rejected": 25}
    # A commit serves one request or several.
    assert 0 < metrics(stack.port)["lticontainer_commit_seconds_count"] <= len(sent)


def test_counts_outlive_a_worker(sqlite_site: Site, start: Start) -> None:
    stack = start(sqlite_site, workers=1)
    rest(stack.port, [seen("s", 1)], stack.token)
    pids = worker_pids(stack)
    assert len(pids) == 1
    os.kill(pids[0], signal.SIGKILL)
    wait_for_another(stack, pids)
    rest(stack.port, [seen("t", 1)], stack.token)
    assert records(stack.port)["stored"] == 2


def worker_pids(stack: Stack) -> list[int]:
    return [int(pid) for pid in re.findall(r"Booting worker with pid: (\d+)", stack.service.log())]


def wait_for_another(stack: Stack, before: list[int]) -> None:
    limit = time.monotonic() + 20
    while len(worker_pids(stack)) == len(before):
        assert time.monotonic() < limit, "no new worker came"
        time.sleep(0.05)


def test_pairs_that_wait_for_their_other_half_are_counted(site: Site, start: Start) -> None:
    stack = start(site)
    client, server = cell_run("s", "m1")
    other, _ = cell_run("s", "m2")
    expected = iter((1, 2, 1))
    for one in (client, other, server):
        rest(stack.port, [one], stack.token)
        assert metrics(stack.port)["lticontainer_waiting_pairs"] == next(expected)


def test_metrics_are_for_the_networks_that_are_named(sqlite_site: Site, start: Start) -> None:
    trusting = {"LTICONTAINER_TRUSTED_PROXIES": "127.0.0.1"}
    stack = start(sqlite_site, trusting)
    assert get(stack.port, "/metrics").status == 200
    assert get(stack.port, "/metrics", "X-Forwarded-For: 192.0.2.7").status == 403
    assert get(stack.port, "/metrics", "X-Forwarded-For: 127.0.0.1, 192.0.2.7").status == 403
    assert get(stack.port, "/metrics", "X-Forwarded-For: 192.0.2.7, 127.0.0.1").status == 403
    assert get(stack.port, "/metrics", "X-Forwarded-For: nonsense").status == 403


def test_a_forwarded_address_of_a_stranger_counts_for_nothing(sqlite_site: Site, start: Start) -> None:
    stack = start(sqlite_site, {"LTICONTAINER_METRICS_NETWORKS": "192.0.2.0/24"})
    assert get(stack.port, "/metrics").status == 403
    assert get(stack.port, "/metrics", "X-Forwarded-For: 192.0.2.7").status == 403


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_no_log_shows_a_token(sqlite_site: Site, start: Start, level: str) -> None:
    stack = start(sqlite_site, {"LTICONTAINER_LOG_LEVEL": level})
    activity = sqlite_site.activity_token(1, 1)
    wrong = "W" * 43
    for token in (stack.token, activity, wrong):
        rest(stack.port, [seen("s", 1)], token)
        rest(stack.port, [record(session="s", date="yesterday")], token)
        json_call(stack.port, "write_nblogs", {"nb_logs": [1]}, token)
        post(stack.port, f"{XMLRPC}?wstoken={token}", b"<nonsense", "Content-Type: text/xml")
        get(stack.port, f"{REST}?wstoken={token}&wsfunction=x", f"Referer: http://x/?wstoken={token}")
        get(stack.port, f"/nowhere?wstoken={token}")
        post(stack.port, f"{REST}?wsfunction=x&wstoken={token}&{'x' * 9_000}", b"")
    stack.service.stop()
    log = stack.service.log()
    assert ("/nowhere" in log) == (level == "DEBUG")  # the paths alone
    for secret in (stack.token, activity, wrong, sqlite_site.secret_key):
        assert secret not in log


def test_a_wrong_setting_is_one_sentence_in_the_log_and_no_secret(sqlite_site: Site) -> None:
    env = sqlite_site.env | {"LTICONTAINER_WORKERS": "none"}
    with pytest.raises(NotStarted) as caught, Service(env):
        pytest.fail("it has started")
    assert "LTICONTAINER_WORKERS" in str(caught.value)
    assert sqlite_site.secret_key not in str(caught.value)
