"""Answers that open pages share: many look at one class, and one of them asks for all.

Pages ask every few seconds. Callers whose tokens have the same rights, and who ask the same, get the same
bytes for a moment. Each has shown its token first; what it may see follows from its rights and the question.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

FRESH_SECONDS = 2.0
"""How old a shared answer may be."""
LIMIT_BYTES = 32 * 2**20
"""How much is kept in one process."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of an answer, and a short name of them."""

    etag: str
    body: bytes


class _Place:
    """One question: who asks waits for whoever asked before."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.answer: Answer | None = None
        self.asked_at = 0.0


class SharedAnswers:
    """Answers by question, the newest of them, up to a limit."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()
        self._bytes = 0

    def get(self, question: Hashable, ask: Callable[[], bytes]) -> Answer:
        """Return the answer of a moment ago, or ask; errors of `ask` are the asker's own and are not kept."""
        with self._lock:
            place = self._places.setdefault(question, _Place())
            self._places.move_to_end(question)
        with place.lock:
            if place.answer is None or self._now() - place.asked_at > FRESH_SECONDS:
                asked_at = self._now()
                body = ask()
                answer = Answer(hashlib.sha256(body).hexdigest()[:16], body)
                self._keep(place, answer, asked_at)
            assert place.answer is not None  # noqa: S101  # _keep has just set it
            return place.answer

    def _keep(self, place: _Place, answer: Answer, asked_at: float) -> None:
        with self._lock:
            self._bytes += len(answer.body) - (len(place.answer.body) if place.answer else 0)
            place.answer, place.asked_at = answer, asked_at
            while self._bytes > LIMIT_BYTES and len(self._places) > 1:
                _, old = self._places.popitem(last=False)
                self._bytes -= len(old.answer.body) if old.answer else 0
