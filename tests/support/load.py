"""Senders that keep a service busy, and remember what it has answered with success."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Sequence
from itertools import count

from tests.support.clients import rest
from tests.support.site import cell_run

Run = tuple[str, str]


class Load:
    """Threads that each send one cell record after the other until told to stop; a context manager.

    At most `limit` cell runs go out. `acknowledged` holds (session, message) of those that were
    answered with `[]`, `unanswered` of those that got no whole answer, `refused` the bodies of others.
    """

    def __init__(self, ports: Sequence[int], token: str, *, senders: int = 8, limit: int = 20_000) -> None:
        self.acknowledged: list[Run] = []
        self.unanswered: list[Run] = []
        self.refused: list[bytes] = []
        self._limit = limit
        self._token = token
        self._numbers = count()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(ports[n % len(ports)], f"load-{n}")) for n in range(senders)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End all threads, each after the answer to its last request."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def wait_for(self, acknowledged: int, seconds: float = 30) -> None:
        """Wait until that many more cell runs are acknowledged; raises AssertionError."""
        wanted = len(self.acknowledged) + acknowledged
        for _ in range(int(seconds / 0.02)):
            if len(self.acknowledged) >= wanted:
                return
            self._stop.wait(0.02)
        raise AssertionError(f"{len(self.acknowledged)} of {wanted} acknowledged, {self.refused[-3:]}")

    def _send(self, port: int, session: str) -> None:
        while not self._stop.is_set() and (number := next(self._numbers)) < self._limit:
            run = (session, f"m{number}")
            try:
                answer = rest(port, [cell_run(*run, number % 50)[0]], self._token)
            except (OSError, http.client.HTTPException):
                self.unanswered.append(run)
                self._stop.wait(0.05)
                continue
            if answer.body == b"[]":
                self.acknowledged.append(run)
            else:
                self.refused.append(answer.body)
                self.unanswered.append(run)
                self._stop.wait(0.05)
