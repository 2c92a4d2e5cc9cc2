"""The engine of this machine, by its Unix socket, without SSH."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import cast

from urllib3.util.wait import wait_for_read

from app.containers.deadline import CALL, Deadline
from app.containers.faults import fault
from app.containers.stream import Stream, Wire
from app.errors import CallError, EngineSocket, EngineTimeout


@dataclass(frozen=True, slots=True)
class Local:
    """This machine, under the name of a host; the same port as ssh.Connection."""

    host: str
    alive: bool = True

    def open(self, path: str, deadline: Deadline) -> Stream:
        """Return a stream to a Unix socket; raises CallError."""
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.settimeout(deadline.left())
            sock.connect(path)
        except OSError as error:
            sock.close()
            raise self._refused(path, error) from None
        return Stream(cast(Wire, sock), lambda: not wait_for_read(sock, timeout=0.0))

    def check(self, path: str) -> None:
        """This machine is there."""

    def close(self) -> None:
        """There is nothing to close."""

    def _refused(self, path: str, error: OSError) -> CallError:
        if isinstance(error, TimeoutError | BlockingIOError):
            return fault(EngineTimeout, host=self.host, seconds=f"{CALL:g}")
        why, why_ja = {
            FileNotFoundError: ("there is no such file; is the engine running?", "ファイルがありません"),
            PermissionError: (
                "the service's user is not in its group",
                "サービスのユーザーがソケットのグループにいません",
            ),
            ConnectionRefusedError: ("no engine listens on it", "エンジンが動いていません"),
        }.get(type(error), (error.strerror or "it is no socket", "ソケットではありません"))
        return fault(EngineSocket, host=self.host, socket=path, why=why, why_ja=why_ja)
