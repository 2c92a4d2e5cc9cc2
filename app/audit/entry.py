"""What the log of changes says, as plain values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from app.auth.caller import Caller
from app.fields import NOT_TEXT

NAME_LIMIT = 255
OBJECT_LIMIT = 1_000
RESULT_LIMIT = 2_000
COMMAND_LINE = "command line"


class State(StrEnum):
    """How far an act got. `intent` that stays means that nobody knows how it ended."""

    INTENT = "intent"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `key` names the token (`token:3`), `name` is its name, `on_behalf` whom the caller names.

    Permission comes from the token alone; `on_behalf` is what the caller says, and is only written down.
    """

    key: str
    name: str
    on_behalf: str = ""

    @classmethod
    def of(cls, caller: Caller, on_behalf: str = "") -> Self:
        """Return the actor of a call."""
        return cls(caller.key, caller.name, on_behalf)


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on: a host by its name, a course (0: none), and an object such as a volume."""

    host: str = ""
    course: int = 0
    object: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log; times are seconds since 1970, `ended_at` None as long as the end is unknown."""

    id: int
    began_at: int
    ended_at: int | None
    actor: Actor
    action: str
    target: Target
    state: State
    result: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted: what is None does not matter. `since` is included, `until` is not.

    `person` holds all that may stand for one (:meth:`app.audit.persons.Persons.spellings`).
    """

    caller: str | None = None
    on_behalf: str | None = None
    action: str | None = None
    host: str | None = None
    course: int | None = None
    state: State | None = None
    since: int | None = None
    until: int | None = None
    person: Collection[str] | None = None


def shown(text: str, limit: int) -> str:
    """Return text that every database takes, at most `limit` characters of it."""
    clean = NOT_TEXT.sub("\ufffd", text)
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"
