"""An SSH channel or a Unix socket, as http.client wants its sockets: with files that outlive their closing.

Time is limited for an answer as a whole: what trickles in byte by byte ends in time too.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 64 * 1024
IDLE = 60.0
"""Seconds without a byte after which a stream without a deadline counts as dead."""


class Wire(Protocol):
    """What a channel and a socket have in common."""

    def recv(self, size: int, /) -> bytes:
        """Return some bytes, none at the end; raises TimeoutError."""

    def sendall(self, data: bytes, /) -> None:
        """Send all."""

    def settimeout(self, seconds: float, /) -> None:
        """Limit each wait."""

    def close(self) -> None:
        """Give it back."""


class Stream:
    """A connection to an engine. `quiet` says whether the other side has neither closed nor sent anything."""

    def __init__(self, wire: Wire, quiet: Callable[[], bool]) -> None:
        self._wire = wire
        self.quiet = quiet
        self._until: float | None = None
        self._readers = 0
        self._closed = False

    def settimeout(self, seconds: float | None) -> None:
        """Let the whole rest of this exchange take so long; None: no limit but that of silence."""
        self._until = None if seconds is None else time.monotonic() + seconds

    def sendall(self, data: bytes) -> None:
        """Send all; raises TimeoutError, OSError."""
        self._limit()
        try:
            self._wire.sendall(data)
        except EOFError:  # paramiko's word for a broken pipe
            raise ConnectionResetError("the connection is cut") from None

    def recv(self, size: int) -> bytes:
        """Return some bytes, none at the end; raises TimeoutError, OSError."""
        self._limit()
        try:
            return self._wire.recv(size)
        except EOFError:
            raise ConnectionResetError("the connection is cut") from None

    def makefile(self, mode: str = "rb", buffering: int = BUFFER) -> io.BufferedReader:
        """Return a file for reading; the stream stays open until the file is closed too."""
        self._readers += 1
        return io.BufferedReader(_Reader(self), BUFFER)

    def close(self) -> None:
        """Close, once no file reads from it."""
        self._closed = True
        self._close_unread()

    def release(self) -> None:
        """Take note that a file was closed."""
        self._readers -= 1
        self._close_unread()

    def _close_unread(self) -> None:
        if self._closed and self._readers <= 0:
            with suppress(EOFError, OSError):
                self._wire.close()

    def _limit(self) -> None:
        left = IDLE if self._until is None else self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._wire.settimeout(left)


class _Reader(io.RawIOBase):
    """The bytes of a stream as a file."""

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer)
        data = self._stream.recv(len(room))
        room[: len(data)] = data
        return len(data)

    def settimeout(self, seconds: float | None) -> None:
        """Limit the rest of the exchange; the Docker SDK asks for None once an answer has begun to stream."""
        self._stream.settimeout(seconds)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._stream.release()
