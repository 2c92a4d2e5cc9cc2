"""Bytes to a server and back, as they are: for requests that no HTTP library would send."""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import quote

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True)
class Response:
    """One HTTP response; header names in lower case, `raw` is all that was read from the socket."""

    status: int
    reason: str
    version: str
    headers: dict[str, str]
    body: bytes
    raw: bytes


def send(port: int, data: bytes, host: str = "127.0.0.1", timeout: float = 10) -> Response:
    """Send `data` over one connection and read one response; `timeout` in s, per socket operation.

    Raises OSError (TimeoutError) and http.client.HTTPException (IncompleteRead on a cut body).
    """
    method = data.split(b" ", 1)[0].decode("latin-1")  # the answer to HEAD has no body
    with socket.create_connection((host, port), timeout) as connection:
        # A server may refuse a request, and close, before it has read all of it.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        recorder = _Recorder(connection)
        answer = http.client.HTTPResponse(cast(socket.socket, recorder), method=method)
        with contextlib.closing(answer):
            answer.begin()
            body = answer.read()
        return Response(
            status=answer.status,
            reason=answer.reason,
            version=f"HTTP/{answer.version // 10}.{answer.version % 10}",
            headers=_lower(answer.getheaders()),
            body=body,
            raw=bytes(recorder.raw),
        )


def recorded(folder: Path, pattern: str = "*.http") -> list[Path]:
    """Return the recorded requests of a folder, sorted by name; raise FileNotFoundError on none."""
    found = sorted(folder.glob(pattern))
    if not found:  # a parametrised test without parameters would pass
        raise FileNotFoundError(f"no {pattern} in {folder}")
    return found


def load_recorded(path: Path, token: str) -> bytes:
    """Read a recorded request (head, CRLF CRLF, body), with `token` as the wstoken of its URL.

    Raises ValueError when it has no wstoken or its Content-Length isn't that of its body.
    """
    head, gap, body = path.read_bytes().partition(b"\r\n\r\n")
    line, end, fields = head.partition(b"\r\n")
    length = re.search(rb"^content-length:[ \t]*(\d+)[ \t]*\r?$", fields, re.I | re.M)
    if not gap or length is None or int(length[1]) != len(body):
        raise ValueError(f"{path}: not a whole request (changed line ends?)")
    value = quote(token, safe="").encode()
    line, count = re.subn(rb"(?<=[?&]wstoken=)[^&\s]*", lambda _: value, line)
    if count != 1:
        raise ValueError(f"{path}: {count} wstokens in its request line")
    return line + end + fields + gap + body


class _Recorder(io.RawIOBase):
    """A socket's incoming bytes as the file that HTTPResponse wants, with a copy of them all."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self.raw = bytearray()

    def makefile(self, mode: str) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(self))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        count = self._connection.recv_into(view)
        self.raw += view[:count]
        return count


def _lower(pairs: list[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
