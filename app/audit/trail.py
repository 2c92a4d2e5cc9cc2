"""Writes the intent of an act, lets it happen, and writes how it ended.

What happens on another machine can't be rolled back with a transaction of the database. So the intent
is committed first: where that fails nothing is done, and where the end can't be written the entry
stays an intent, which says that the outcome is unknown.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from app.audit.entry import Actor, State, Target
from app.errors import CallError

log = logging.getLogger(__name__)


class Audit(Protocol):
    """Where entries are written."""

    def begin(self, actor: Actor, action: str, target: Target) -> int:
        """Write an intent and return its id; raises ServiceUnavailable, and then nothing may be done."""

    def end(self, entry: int, state: State, result: str) -> None:
        """Write how it ended; raises ServiceUnavailable."""

    def under_way(self, action: str, host: str, course: int, seconds: int) -> frozenset[str]:
        """Return the objects of acts that began so many seconds ago at most, and have not ended yet."""


@dataclass(slots=True)
class Act:
    """An act under way. Set `result` to what came of it; call `fail` where no exception tells of a failure."""

    result: str = ""
    state: State = State.DONE

    def fail(self, reason: str) -> None:
        """Say that it failed, and why; never a secret."""
        self.state, self.result = State.FAILED, reason


@dataclass(frozen=True, slots=True)
class Trail:
    """The log of changes, for those who make them."""

    audit: Audit

    @contextmanager
    def act(self, actor: Actor, action: str, target: Target) -> Iterator[Act]:
        """Run a block as one act; an exception in it is a failure, and goes on.

        :raises ServiceUnavailable: the intent can't be written; the block does not run.
        """
        entry = self.audit.begin(actor, action, target)
        act = Act()
        try:
            yield act
        except BaseException as error:
            if act.state is not State.FAILED:
                act.fail(_reason(error))
            raise
        finally:
            self._end(entry, act)

    def under_way(self, action: str, host: str, course: int, seconds: int) -> frozenset[str]:
        """Return the objects of acts that began so many seconds ago at most, and have not ended yet.

        :raises ServiceUnavailable: it can't be found out.
        """
        return self.audit.under_way(action, host, course, seconds)

    def _end(self, entry: int, act: Act) -> None:
        try:
            self.audit.end(entry, act.state, act.result)
        except CallError as error:
            # It has happened, and the caller must be told so; the entry stays an intent.
            log.error("audit entry %d stays an intent: %s", entry, error.detail)


def _reason(error: BaseException) -> str:
    # The text of an unforeseen exception may hold anything; its kind can be told.
    if isinstance(error, CallError):
        return f"{error.code}: {error.detail or error.message}"
    return type(error).__name__
