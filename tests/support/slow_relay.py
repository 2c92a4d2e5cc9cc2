"""A relay in front of a server, which lets answers through slowly."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PIECE = 32 * 1024
PAUSE = 0.04
"""Seconds before each piece of an answer: some 800 kB come in a second."""


class SlowRelay:
    """Takes connections on a free loopback port; a context manager."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._listener = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._take, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection((HOST, self._behind)) as server:
            asking = threading.Thread(target=_copy, args=(client, server, 0.0), daemon=True)
            asking.start()
            _copy(server, client, PAUSE)
            asking.join()


def _copy(source: socket.socket, target: socket.socket, pause: float) -> None:
    """Hand on bytes until one side ends; then neither gets any more."""
    with suppress(OSError):
        while data := source.recv(PIECE):
            time.sleep(pause)
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
