"""A running server together with the records it was sent, so that none can get lost unseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from tests.benchmarks import load
from tests.benchmarks.cases import WIRES, Case
from tests.benchmarks.records import Record, classes
from tests.benchmarks.servers import Gunicorn, Rows
from tests.support import rawhttp

WARM_UP = 400  # requests


class Failed(RuntimeError):
    """An answer was wrong, or a record is missing: the figures are worth nothing."""


class Contender:
    """One server under load. `rows` counts what it has stored; without it nothing is checked."""

    def __init__(self, server: Gunicorn, token: str, rows: Rows | None, by_host: bool = True) -> None:
        self.server = server
        self._token = token
        self._rows = rows
        self._by_host = by_host
        self._records: Iterator[Record] = classes(seed=20260406)
        self._sent: Counter[str] = Counter()
        self._rates: dict[str, float] = {}
        self._expected: dict[str, bytes] = {}

    def warm_up(self, case: Case) -> None:
        """Learn the answer to expect, and about how many requests a second will be needed."""
        self._expected[case.name] = self._probe(case)
        self._rates[case.name] = self._load(case, _some(case), seconds=30).rate
        self._rates[case.name] = self.measure(case, seconds=1).rate

    def measure(self, case: Case, seconds: float) -> load.Load:
        """Load the server for `seconds`; raise Failed on any wrong answer or missing row."""
        # A little more than can be used up: the clock, not the last request, shall end the round.
        count = int(self._rates[case.name] * seconds * 1.6) + _some(case)
        return self._load(case, count, seconds)

    def send(self, case: Case, count: int, seconds: float) -> load.Load:
        """Send exactly `count` requests, or raise Failed."""
        result = self._load(case, count, seconds)
        if result.answered != count:
            raise Failed(f"{case.name}: {result.answered} of {count} requests in {seconds} s")
        return result

    def _probe(self, case: Case) -> bytes:
        records = list(islice(self._records, case.batch))
        wire = WIRES[case.wire]
        answer = rawhttp.send(self.server.port, wire.request(records, self._token), timeout=30)
        if answer.status != 200 or not wire.succeeded(answer.body):
            raise Failed(f"{case.name}: {answer.status} {answer.body[:2000]!r}")
        self._check(case, records)
        return answer.body

    def _load(self, case: Case, count: int, seconds: float) -> load.Load:
        records = list(islice(self._records, count * case.batch))
        requests = [
            WIRES[case.wire].request(records[i : i + case.batch], self._token, case.keep_alive)
            for i in range(0, len(records), case.batch)
        ]
        plan = load.Plan(
            self.server.port, requests, self._expected[case.name], seconds, keep_alive=case.keep_alive
        )
        result = load.run(plan)
        if result.errors:
            raise Failed(f"{case.name}: {result.errors}")
        self._check(case, records[: result.sent * case.batch])
        return result

    def _check(self, case: Case, sent: Sequence[Record]) -> None:
        if self._rows is None or case.wire == "nothing":
            return
        self._sent.update(record["host"] if self._by_host else "any" for record in sent)
        stored = self._rows()
        if stored != self._sent:
            raise Failed(f"{case.name}: sent {dict(self._sent)}, stored {dict(stored)}")


def _some(case: Case) -> int:
    """Return how many requests keep every connection busy for a moment."""
    return max(WARM_UP // case.batch, 2 * load.CONNECTIONS)
