"""How long one call may take, shared out over all that it waits for."""

from __future__ import annotations

import time

CALL = 4.0
"""Seconds for a call from name lookup to the last byte of the answer."""
CONNECT = 3.5
"""Seconds for a new connection: name, TCP, banner, keys, login."""


class Deadline:
    """A moment after which nobody waits any longer."""

    def __init__(self, seconds: float = CALL) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self, least: float = 0.001) -> float:
        """Return the seconds that are left, and never less than `least`: zero would mean for ever to some."""
        return max(least, self._end - time.monotonic())

    @property
    def over(self) -> bool:
        """Say whether it has passed."""
        return time.monotonic() >= self._end
