"""Two machines, one held before each of its commands in turn while the other runs: no join may be missed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import pymysql.connections
import pytest

from app.factory import Service
from app.ltis.store import Lti
from tests.support.databases import new_database
from tests.support.site import Site, call, cell_run, seen

WRITE = "mod_lticontainer_write_nblogs"
PARTS = ("client", "server", "session", "registration")
MOST_COMMANDS = 60
BLOCKED = 0.08
"""Seconds after which the second machine counts as waiting for a lock of the first."""
Step = Callable[[], object]


class Hold:
    """Holds one thread before its n-th command to MariaDB."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._thread = threading.local()
        self._reached = threading.Event()
        self._go_on = threading.Event()
        original: Any = pymysql.connections.Connection._execute_command  # type: ignore[attr-defined]  # not public

        def command(connection: object, *args: object) -> object:
            self._count()
            return original(connection, *args)

        monkeypatch.setattr(pymysql.connections.Connection, "_execute_command", command)

    def race(self, number: int, first: Step, second: Step, pool: ThreadPoolExecutor) -> bool:
        """Run `second` while `first` is held before its command of that number; False if it has fewer."""
        self._reached.clear()
        self._go_on.clear()
        held = pool.submit(self._held, number, first)
        held.add_done_callback(lambda _: self._reached.set())
        assert self._reached.wait(30)
        was_held = not held.done()
        other: Future[object] = pool.submit(second)
        wait([other], BLOCKED)
        self._go_on.set()
        held.result(30)
        other.result(30)
        return was_held

    def _held(self, number: int, step: Step) -> object:
        self._thread.left = number
        try:
            return step()
        finally:
            self._thread.left = 0

    def _count(self) -> None:
        left = getattr(self._thread, "left", 0)
        if left:
            self._thread.left = left - 1
        if left == 1:
            self._reached.set()
            self._go_on.wait(30)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(new_database("mariadb", tmp_path))
    site.upgrade()
    yield site
    site.close()


def steps(machine: Service, token: str, number: int) -> dict[str, Step]:
    """Return what brings in the parts of one cell run, in an activity of its own."""
    session = f"s{number}"
    client, server = cell_run(session, "m1")
    records = {"client": client, "server": server, "session": seen(session, number)}
    write = {name: partial(call, machine, WRITE, {"nb_logs": [one]}, token) for name, one in records.items()}
    return {**write, "registration": partial(machine.ltis.register, [Lti(number, 5, 1)], may_move=False)}


@pytest.mark.parametrize("held", ["writer", "eraser"])
def test_the_tags_of_a_cell_that_is_just_being_run_outlive_an_erasure(
    site: Site, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    token, one, two = site.token("nblogs:write"), site.more_parts(), site.more_parts()
    hold = Hold(monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        for number in range(1, MOST_COMMANDS):
            anna, answer = cell_run(f"anna{number}", "m1", number)
            call(one, WRITE, {"nb_logs": [anna, answer | {"username": f"anna{number}"}]}, token)
            write = partial(call, one, WRITE, {"nb_logs": [*cell_run(f"bob{number}", "m1", number)]}, token)
            erase = partial(two.privacy.erase, f"anna{number}", 0, lambda *_: None)
            first, second = (write, erase) if held == "writer" else (erase, write)
            was_held = hold.race(number, first, second, pool)
            assert site.rows("executions", session=f"anna{number}") == []
            assert len(site.rows("tags", cell_id=f"cell-{number}")) == 1, f"held before command {number}"
            if not was_held:
                break
    assert 3 <= number < MOST_COMMANDS


@pytest.mark.parametrize("rest", ["before", "after"])
@pytest.mark.parametrize(("first", "second"), list(permutations(PARTS, 2)))
def test_whoever_is_held_and_wherever_the_cell_run_is_joined(
    site: Site, monkeypatch: pytest.MonkeyPatch, first: str, second: str, rest: str
) -> None:
    token, one, two = site.token("nblogs:write"), site.more_parts(), site.more_parts()
    hold = Hold(monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        for number in range(1, MOST_COMMANDS):
            mine, theirs = steps(one, token, number), steps(two, token, number)
            others = [theirs[name] for name in PARTS if name not in (first, second)]
            for step in others if rest == "before" else []:
                step()
            was_held = hold.race(number, mine[first], theirs[second], pool)
            for step in others if rest == "after" else []:
                step()
            [row] = site.rows("executions", session=f"s{number}")
            found = (
                row["course"],
                row["inst_id"],
                row["lti_id"],
                row["status"],
                row["cell_id"],
                row["duration_us"],
            )
            assert found == (5, 1, number, "ok", "cell-1", 1_500_000), f"held before command {number}"
            if not was_held:
                break
    # The least is a question and the statements that carry the COMMIT; then nothing is left to hold.
    assert 3 <= number < MOST_COMMANDS
