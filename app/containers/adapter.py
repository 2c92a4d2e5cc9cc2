"""HTTP over streams that somebody else opens: what requests needs to speak to an engine behind an SSH channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection

from app.containers.stream import Stream

KEPT = 64
"""So many streams wait for the next request; more are closed after use."""

Dial = Callable[[float], Stream]
"""Opens a stream within so many seconds; raises CallError, which passes through requests as it is."""


class _Connection(HTTPConnection):
    """An HTTP connection over a stream."""

    def __init__(self, *args: Any, dial: Dial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dial = dial

    def connect(self) -> None:
        """Open the stream."""
        self.sock: Any = self._dial(self._seconds())
        self.sock.settimeout(self.timeout)

    @property
    def is_connected(self) -> bool:
        """Say whether the stream can be used again: a channel has no file descriptor to ask."""
        return self.sock is not None and self.sock.quiet()

    def _seconds(self) -> float:
        if not isinstance(self.timeout, int | float):
            raise TypeError("an engine is never asked without a timeout")
        return float(self.timeout)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class EngineAdapter(HTTPAdapter):
    """Sends every request over the streams of one engine, whatever the URL's host is."""

    def __init__(self, dial: Dial) -> None:
        super().__init__()
        self._pool = _Pool("engine", maxsize=KEPT, dial=dial)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """Return the pool of streams."""
        return self._pool

    def close(self) -> None:
        """Close the streams that wait."""
        self._pool.close()
        super().close()
