"""One commit for several waiting requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from app.storage.group_commit import GroupCommit


class Held:
    """A writer whose first write waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.threads: list[int] = []
        self.entered, self.let_go = threading.Event(), threading.Event()

    def __call__(self, works: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(works))
        self.threads.append(threading.get_ident())
        if len(self.batches) == 1:
            self.entered.set()
            assert self.let_go.wait(10)
        if any(work < 0 for work in works):
            raise ValueError(f"can't write {list(works)}")
        return [work * 10 for work in works]


@contextmanager
def waiting_behind(
    writer: Held, group: GroupCommit[int, int], works: Sequence[tuple[int, int]]
) -> Iterator[list[Future[int]]]:
    """Submit work 0, and others (work, size) in order that wait until the first is written."""
    with ThreadPoolExecutor(32) as pool:
        futures = [pool.submit(group.submit, 0)]
        assert writer.entered.wait(10)
        for count, (work, size) in enumerate(works, 1):
            futures.append(pool.submit(group.submit, work, size))
            while len(group._queue) < count:
                time.sleep(0.001)
        writer.let_go.set()
        yield futures


def test_alone_it_writes_at_once() -> None:
    group: GroupCommit[int, int] = GroupCommit(lambda works: [work * 10 for work in works], 100)
    assert [group.submit(work) for work in (1, 2)] == [10, 20]


def test_those_who_wait_share_a_write_and_each_gets_its_own_result() -> None:
    writer = Held()
    with waiting_behind(writer, GroupCommit(writer, 100), [(1, 1), (2, 1), (3, 1)]) as futures:
        assert [future.result(10) for future in futures] == [0, 10, 20, 30]
    assert writer.batches == [[0], [1, 2, 3]]


def test_the_lead_passes_to_one_who_waits() -> None:
    writer = Held()
    with waiting_behind(writer, GroupCommit(writer, 1), [(1, 1), (2, 1)]) as futures:
        assert [future.result(10) for future in futures] == [0, 10, 20]
    assert len(set(writer.threads)) == 3


@pytest.mark.parametrize(
    ("works", "batches"),
    [
        ([(1, 4), (2, 6), (3, 1)], [[1, 2], [3]]),
        ([(1, 4), (2, 7), (3, 1)], [[1], [2, 3]]),
        ([(1, 99), (2, 1)], [[1], [2]]),
        ([(1, 1), (2, 99), (3, 1)], [[1], [2], [3]]),
    ],
)
def test_a_write_holds_no_more_than_the_limit(works: list[tuple[int, int]], batches: list[list[int]]) -> None:
    writer = Held()
    with waiting_behind(writer, GroupCommit(writer, 10), works) as futures:
        assert [future.result(10) for future in futures[1:]] == [work * 10 for work, _ in works]
    assert writer.batches[1:] == batches


def test_one_that_fails_spoils_no_other() -> None:
    writer = Held()
    with waiting_behind(writer, GroupCommit(writer, 100), [(1, 1), (-2, 1), (3, 1)]) as futures:
        assert [futures[at].result(10) for at in (0, 1, 3)] == [0, 10, 30]
        with pytest.raises(ValueError, match=r"can't write \[-2\]"):
            futures[2].result(10)
    assert writer.batches == [[0], [1, -2, 3], [1], [-2], [3]]


def test_a_leader_that_fails_passes_the_lead_on() -> None:
    writer = Held()
    group: GroupCommit[int, int] = GroupCommit(writer, 100)
    writer.let_go.set()
    with pytest.raises(ValueError, match="can't write"):
        group.submit(-1)
    assert group.submit(2) == 20


def test_no_answer_comes_before_its_commit() -> None:
    writer = Held()
    with waiting_behind(writer, GroupCommit(writer, 100), []) as futures:
        pass
    early = Held()
    group: GroupCommit[int, int] = GroupCommit(early, 100)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(group.submit, 1)
        assert early.entered.wait(10)
        assert not future.done()
        early.let_go.set()
        assert (future.result(10), futures[0].result()) == (10, 0)


def test_under_stress_everybody_is_woken_with_its_own_answer() -> None:
    busy = threading.Lock()
    written: list[int] = []

    def write(works: Sequence[int]) -> Sequence[int]:
        assert busy.acquire(blocking=False), "two wrote at once"
        try:
            if any(work % 97 == 0 for work in works):
                raise ValueError(works[0])
            written.extend(works)
            return [-work for work in works]
        finally:
            busy.release()

    group: GroupCommit[int, int] = GroupCommit(write, 7)

    def submit(work: int) -> bool:
        try:
            return group.submit(work, work % 3 + 1) == -work
        except ValueError as error:
            return work % 97 == 0 and error.args == (work,)

    works = range(1, 5001)
    with ThreadPoolExecutor(24) as pool:
        assert all(pool.map(submit, works, timeout=60))
    assert sorted(written) == [work for work in works if work % 97]


class Gone(Exception):
    """An error that no single work can have caused."""


def test_a_shared_error_reaches_everyone_before_the_next_group_writes() -> None:
    told: list[bool] = []

    class Failing(Held):
        def __call__(self, works: Sequence[int]) -> Sequence[int]:
            results = super().__call__(works)
            if 1 in works:
                raise Gone
            told.extend(entry.error is not None for entry in second)
            return results

    writer, second = Failing(), list[Any]()
    group: GroupCommit[int, int] = GroupCommit(writer, 2, (Gone,))
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(group.submit, 0)]
        assert writer.entered.wait(10)
        for count, work in enumerate((1, 2, 3), 1):
            futures.append(pool.submit(group.submit, work))
            while len(group._queue) < count:
                time.sleep(0.001)
        second += list(group._queue)[:2]
        writer.let_go.set()
        for future in futures[1:3]:
            with pytest.raises(Gone):
                future.result(10)
        assert futures[3].result(10) == 30
    # Neither was written again alone, and both had their error by then.
    assert (writer.batches, told) == ([[0], [1, 2], [3]], [False, False, True, True])
