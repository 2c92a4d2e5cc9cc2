"""The load generator: one thread, one epoll loop, nothing made or parsed that could be avoided.

It shares two cores with the service it measures, so what it takes is taken from the figures.
"""

from __future__ import annotations

import gc
import re
import select
import socket
import time
from collections import Counter

from tests.benchmarks.load import GRACE, Load, Plan

MAX_ERRORS = 20
STATUS_OK = b"HTTP/1.1 200 "
CLOSING = b"\r\nConnection: close\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection:
    """One socket with at most one request under way."""

    __slots__ = ("left", "received", "sock", "started", "unsent")

    def __init__(self, sock: socket.socket, left: int) -> None:
        self.sock = sock
        self.left = left  # requests that it may still carry
        self.received = b""
        self.unsent: bytes | memoryview = b""
        self.started = 0.0


class Generator:
    """Sends a plan's requests; made for one run."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._reuse = plan.reuse if plan.keep_alive else 1
        self._tail = b"\r\n\r\n" + plan.expected
        self._epoll = select.epoll()
        self._open: dict[int, Connection] = {}
        self._next = 0
        self._stop_at = float("inf")
        self._latencies: list[float] = []
        self._errors: Counter[str] = Counter()

    def run(self) -> Load:
        """Send until the plan is done, wait for the last answers, and tell what happened."""
        gc.freeze()
        gc.disable()  # a collection would walk every request that was prepared
        if self._plan.keep_alive:
            self._connect_slowly()
        began, cpu = time.perf_counter(), time.process_time()
        self._stop_at = began + self._plan.seconds
        self._start()
        self._loop()
        return self._result(time.perf_counter() - began, time.process_time() - cpu)

    def _connect_slowly(self) -> None:
        """Open every connection; in a burst one worker would accept them all, and be all that is measured."""
        for _ in range(self._plan.connections):
            connection = self._connect()
            # The first ones end at different times, so that later ones come one by one as well.
            connection.left = 1 + self._reuse * len(self._open) // self._plan.connections
            time.sleep(0.02)

    def _start(self) -> None:
        for connection in list(self._open.values()):
            self._send_next(connection)
        while len(self._open) < self._plan.connections and self._more():
            self._send_on_new_connection()

    def _loop(self) -> None:
        while self._open:
            for number, event in self._epoll.poll(1.0):
                connection = self._open[number]
                if event & select.EPOLLOUT:
                    self._send_rest(connection)
                else:
                    self._receive(connection)
            if sum(self._errors.values()) >= MAX_ERRORS or time.perf_counter() > self._stop_at + GRACE:
                self._errors["not answered"] += len(self._open)
                return

    def _more(self) -> bool:
        return self._next < len(self._plan.requests) and time.perf_counter() < self._stop_at

    def _connect(self) -> Connection:
        started = time.perf_counter()
        sock = socket.create_connection(("127.0.0.1", self._plan.port), timeout=10)
        sock.setblocking(False)
        connection = Connection(sock, self._reuse)
        connection.started = started
        self._open[connection.sock.fileno()] = connection
        self._epoll.register(connection.sock.fileno(), select.EPOLLIN)
        return connection

    def _send_on_new_connection(self) -> None:
        try:
            connection = self._connect()
        except OSError as error:
            self._errors[f"connecting: {error}"] += 1
            return
        self._send(connection)

    def _send_next(self, connection: Connection) -> None:
        if not self._more():
            self._close(connection)
            return
        connection.started = time.perf_counter()
        self._send(connection)

    def _send(self, connection: Connection) -> None:
        connection.unsent = self._plan.requests[self._next]
        self._next += 1
        self._send_rest(connection)

    def _send_rest(self, connection: Connection) -> None:
        unsent = connection.unsent
        try:
            sent = connection.sock.send(unsent)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._fail(connection, f"sending: {error.strerror}")
            return
        waited = isinstance(unsent, memoryview)
        if sent < len(unsent):
            connection.unsent = memoryview(unsent)[sent:]
            self._epoll.modify(connection.sock.fileno(), select.EPOLLIN | select.EPOLLOUT)
        elif waited:
            connection.unsent = b""
            self._epoll.modify(connection.sock.fileno(), select.EPOLLIN)

    def _receive(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(65536)
        except OSError as error:
            self._fail(connection, f"receiving: {error.strerror}")
            return
        if not data:
            self._fail(connection, "connection closed without an answer")
            return
        answer = connection.received + data
        if answer.endswith(self._tail) and answer.startswith(STATUS_OK):
            self._answered(connection, answer)
        elif _complete(answer):
            self._fail(connection, "answer: " + answer[:2000].decode("latin-1"))
        else:
            connection.received = answer

    def _answered(self, connection: Connection, answer: bytes) -> None:
        self._latencies.append(time.perf_counter() - connection.started)
        connection.left -= 1
        if connection.left > 0 and CLOSING not in answer:
            connection.received = b""
            self._send_next(connection)
            return
        self._close(connection)
        if self._more():
            self._send_on_new_connection()

    def _fail(self, connection: Connection, reason: str) -> None:
        self._errors[reason] += 1
        self._close(connection)
        if self._more():
            self._send_on_new_connection()

    def _close(self, connection: Connection) -> None:
        number = connection.sock.fileno()
        del self._open[number]
        self._epoll.unregister(number)
        connection.sock.close()

    def _result(self, seconds: float, cpu: float) -> Load:
        latencies = sorted(self._latencies) or [0.0]
        p50, p95, p99 = (latencies[int((len(latencies) - 1) * share)] * 1000 for share in (0.5, 0.95, 0.99))
        return Load(self._next, len(self._latencies), seconds, p50, p95, p99, cpu, dict(self._errors))


def _complete(answer: bytes) -> bool:
    head, blank, body = answer.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    return bool(blank) and (length is None or len(body) >= int(length[1]))
