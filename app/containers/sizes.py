"""Sizes of volumes: an engine adds up files to tell them, which may take minutes on a full disk.

So nobody waits for long: one measurement runs at a time, and who asks gets what is known.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress

from app.errors import CallError

PATIENCE = 1.0
"""Seconds to wait for a measurement."""
KEPT = 60.0
"""Seconds for which one is good."""

Measure = Callable[[], Mapping[str, int]]


class Sizes:
    """Bytes by volume of one engine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._future: Future[Mapping[str, int]] | None = None
        self._measured_at = 0.0

    def get(self, measure: Measure) -> Mapping[str, int]:
        """Return what is known now, after a short wait at most; empty where nothing is."""
        with self._lock:
            if self._future is None or (self._future.done() and time.monotonic() - self._measured_at > KEPT):
                self._future = Future()
                threading.Thread(target=self._run, args=(measure, self._future), daemon=True).start()
            future = self._future
        with suppress(TimeoutError):
            return future.result(PATIENCE)
        return {}

    def forget(self) -> None:
        """Measure anew with the next call."""
        self._measured_at = 0.0

    def _run(self, measure: Measure, future: Future[Mapping[str, int]]) -> None:
        found: Mapping[str, int] = {}
        try:
            with suppress(CallError):
                found = measure()
        finally:  # whatever it was: one that never ends would leave nobody another
            self._measured_at = time.monotonic()
            future.set_result(found)
