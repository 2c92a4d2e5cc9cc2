"""One commit for several waiting requests: a disk that syncs 2,000 times a second serves many more.

There is no thread of its own: the first request that finds nobody writing leads. It writes all that
wait, itself included, hands each its own result after the commit, and passes the lead to whoever has
come meanwhile. When the shared write fails, each request is written again alone and gets its own
answer, so that no request can spoil another's.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

GATHER_SECONDS = 0.0003

W = TypeVar("W")
R = TypeVar("R")


class _Waiting(Generic[W, R]):
    """One request in the queue, and how its thread is woken."""

    __slots__ = ("error", "leads", "result", "size", "turn", "work")

    def __init__(self, work: W, size: int) -> None:
        self.work = work
        self.size = size
        self.result: R | None = None
        self.error: BaseException | None = None
        self.leads = False
        self.turn = threading.Lock()
        self.turn.acquire()


class GroupCommit(Generic[W, R]):
    """Collects the works of concurrent threads and writes them together.

    :param write: writes works in one transaction and returns their results, in order, after the commit.
        Called by one thread at a time. It must be repeatable.
    :param limit: the most records (sum of sizes) in one write; a larger work goes alone.
    :param shared: errors that no single work can have caused; every waiting request gets them at once.
    """

    def __init__(
        self,
        write: Callable[[Sequence[W]], Sequence[R]],
        limit: int,
        shared: tuple[type[Exception], ...] = (),
    ) -> None:
        self._write = write
        self._limit = limit
        self._shared = shared
        self._mutex = threading.Lock()
        self._queue: deque[_Waiting[W, R]] = deque()
        self._led = False
        self._last = 0

    def submit(self, work: W, size: int = 1) -> R:
        """Return the result of this work, once it is committed; raises what writing it raised."""
        mine: _Waiting[W, R] = _Waiting(work, size)
        with self._mutex:
            self._queue.append(mine)
            mine.leads = not self._led
            self._led = True
        if not mine.leads:
            mine.turn.acquire()
        if mine.leads:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[return-value]  # set with every commit

    def _lead(self) -> None:
        """Write what waits, the leader's own work first, and pass the lead on."""
        self._gather()
        batch = self._take()
        try:
            self._commit(batch)
        except BaseException as error:  # the process is told to stop: no one may take silence for success
            for waiting in batch:
                waiting.error = waiting.error or error
            raise
        finally:
            self._pass_on()
            for waiting in batch:
                waiting.turn.release()

    def _gather(self) -> None:
        """Give requests that are just being read a moment to join, where there are several at a time.

        A write is a few short waits for the database. Threads that read requests meanwhile make each of
        them longer than the work itself, because Python runs one thread at a time: so first come, then write.
        """
        if len(self._queue) > 1 or self._last > 1:
            time.sleep(GATHER_SECONDS)

    def _take(self) -> list[_Waiting[W, R]]:
        with self._mutex:
            batch = [self._queue.popleft()]
            size = batch[0].size
            while self._queue and size + self._queue[0].size <= self._limit:
                batch.append(self._queue.popleft())
                size += batch[-1].size
            self._last = len(batch)
            return batch

    def _pass_on(self) -> None:
        with self._mutex:
            self._led = bool(self._queue)
            if self._led:
                self._queue[0].leads = True
                self._queue[0].turn.release()

    def _commit(self, batch: Sequence[_Waiting[W, R]]) -> None:
        try:
            results = self._write([waiting.work for waiting in batch])
        except Exception as error:  # noqa: BLE001  # each waiting request gets it, or writes again alone
            if len(batch) == 1 or isinstance(error, self._shared):
                for waiting in batch:
                    waiting.error = error
                return
            for waiting in batch:
                self._commit([waiting])
            return
        for waiting, result in zip(batch, results, strict=True):
            waiting.result = result
