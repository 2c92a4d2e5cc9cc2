"""Prometheus metrics, right under several gunicorn workers.

With PROMETHEUS_MULTIPROC_DIR set (config/gunicorn.conf.py sets it) every worker writes its counts to
files, and whichever is asked adds them up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.errors import ServiceUnavailable

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

_RECEIVED = Counter("lticontainer_records_received", "Records that callers with a valid token sent")
_STORED = Counter("lticontainer_records_stored", "Records stored and committed")
_DUPLICATE = Counter("lticontainer_records_duplicate", "Records that were there already")
_WITHHELD = Counter("lticontainer_records_withheld", "Records of courses that want none to be stored")
_REJECTED = Counter("lticontainer_records_rejected", "Records that could not be stored, or were refused")
_COMMIT = Histogram(
    "lticontainer_commit_seconds", "Seconds from begin to commit of a group of records", buckets=BUCKETS
)

WAITING = "lticontainer_waiting_pairs"
METRICS = (
    "lticontainer_records_received_total",
    "lticontainer_records_stored_total",
    "lticontainer_records_duplicate_total",
    "lticontainer_records_withheld_total",
    "lticontainer_records_rejected_total",
    "lticontainer_commit_seconds",
    WAITING,
)
"""The names of all metrics."""


class PrometheusObserver:
    """Counts records; an Observer of app.nblogs."""

    def received(self, count: int) -> None:
        """Count records that came in."""
        if count:
            _RECEIVED.inc(count)

    def stored(self, count: int) -> None:
        """Count records that were committed."""
        if count:
            _STORED.inc(count)

    def duplicate(self, count: int) -> None:
        """Count records that were there already."""
        if count:
            _DUPLICATE.inc(count)

    def withheld(self, count: int) -> None:
        """Count records that their course does not want to be stored."""
        if count:
            _WITHHELD.inc(count)

    def rejected(self, count: int) -> None:
        """Count records that were not stored."""
        if count:
            _REJECTED.inc(count)

    def committed(self, seconds: float) -> None:
        """Note how long a group of records took."""
        _COMMIT.observe(seconds)


class _Waiting(Collector):
    """Asks the database at the moment of the scrape."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    def collect(self) -> Iterator[Metric]:
        """Yield the gauge; nothing while the database does not answer: the counts are wanted most then."""
        text = "Cell runs of which one part is there and the other is not, among the newest 100,000"
        with suppress(ServiceUnavailable):
            yield GaugeMetricFamily(WAITING, text, value=self._count())


def render(count_waiting: Callable[[], int]) -> bytes:
    """Return all metrics in Prometheus' text format."""
    waiting = CollectorRegistry()
    waiting.register(_Waiting(count_waiting))
    return generate_latest(_counts()) + generate_latest(waiting)


def count_records() -> dict[str, int]:
    """Return how many records were received, and what became of them, of all workers together."""
    counts = dict.fromkeys(("received", "stored", "duplicate", "withheld", "rejected"), 0)
    for metric in _counts().collect():
        name = metric.name.removeprefix("lticontainer_records_")
        if name in counts:
            counts[name] = int(sum(sample.value for sample in metric.samples if sample.name.endswith("_total")))
    return counts


def _counts() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped upstream
    return registry
