"""What identifies a person in the tables, and what an erasure comes to; no I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from app.errors import InvalidParameter

NO_USER = ("", "username")
"""What kernels report that know no user: nobody in particular."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, or would be."""

    executions: int = 0
    sessions: int = 0
    rejects: int = 0
    cells: int = 0
    rosters: int = 0

    @property
    def summary(self) -> str:
        """What that was, in words."""
        return (
            f"{self.executions} runs, {self.sessions} sessions, {self.rejects} rejected records, "
            f"tags of {self.cells} cells, places on {self.rosters} rosters"
        )

    def __add__(self, other: Erased) -> Erased:
        """Return both together."""
        return Erased(
            self.executions + other.executions,
            self.sessions + other.sessions,
            self.rejects + other.rejects,
            self.cells + other.cells,
            self.rosters + other.rosters,
        )


def check_user(username: str) -> str:
    """Return the name of a person.

    :raises InvalidParameter: it is empty, or the word that kernels report where they know no user.
    """
    if username in NO_USER:
        raise InvalidParameter(f"username: {username!r} is nobody's name")
    return username


def names(raw: bytes, username: str) -> bool:
    """Say whether raw text names a user as a word, in any of the ways in which the protocols write it."""
    return any(re.search(_word(form), raw) for form in _forms(username))


def _forms(username: str) -> Iterator[bytes]:
    yield username.encode()
    yield json.dumps(username)[1:-1].encode()
    yield quote(username, safe="").encode()
    yield quote_plus(username).encode()


def _word(form: bytes) -> bytes:
    return rb"(?<![\w.-])" + re.escape(form) + rb"(?![\w-])"
