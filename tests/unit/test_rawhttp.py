"""Raw requests and recorded ones, against a socket that answers what a test says."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.process import ROOT
from tests.support.rawhttp import load_recorded, recorded, send

WIRE = ROOT / "tests" / "data" / "wire"
HEAD = b"POST /?wstoken=old HTTP/1.1\r\nHost: x\r\n"


@contextmanager
def answering(answer: bytes, received: bytearray | None = None) -> Iterator[int]:
    """Serve one connection: read up to an empty line, send `answer`, close; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(5)
                got = bytearray()
                while b"\r\n\r\n" not in got and (part := connection.recv(65536)):
                    got += part
                if received is not None:
                    received.extend(got)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join(10)


def get(answer: bytes, method: bytes = b"GET") -> tuple[int, str, bytes]:
    with answering(answer) as port:
        response = send(port, method + b" / HTTP/1.1\r\n\r\n", timeout=5)
    assert answer.startswith(response.raw)
    return response.status, response.version, response.body


def test_a_body_of_known_length_is_read_and_no_more() -> None:
    assert get(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!") == (200, "HTTP/1.1", b"hi")


def test_a_chunked_body_is_put_together() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    assert get(chunks) == (200, "HTTP/1.1", b"abc")


def test_an_http_1_0_body_ends_with_the_connection() -> None:
    assert get(b"HTTP/1.0 404 Not Found\r\n\r\ngone") == (404, "HTTP/1.0", b"gone")


def test_the_answer_to_head_has_no_body() -> None:
    assert get(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"HEAD") == (200, "HTTP/1.1", b"")


def test_a_cut_body_is_an_error() -> None:
    with pytest.raises(http.client.IncompleteRead):
        get(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")


def test_bytes_arrive_as_they_are_and_header_names_come_back_in_lower_case() -> None:
    received = bytearray()
    answer = b"HTTP/1.1 204 Nothing Here\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Id: Q\r\n\r\n"
    request = b"GET //a?\xff HTTP/1.1\r\nhost:x\r\n\r\n"
    with answering(answer, received) as port:
        response = send(port, request)
    assert bytes(received) == request
    assert response.reason == "Nothing Here"
    assert response.headers == {"set-cookie": "a=1, b=2", "x-id": "Q"}
    assert response.raw == answer


def test_a_silent_server_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(TimeoutError):
        send(server.getsockname()[1], b"GET / HTTP/1.1\r\n\r\n", timeout=0.1)


@pytest.mark.parametrize("path", recorded(WIRE), ids=lambda path: path.stem)
def test_a_recorded_request_changes_in_its_token_only(path: Path) -> None:
    line, rest = path.read_bytes().split(b"\r\n", 1)
    new_line, new_rest = load_recorded(path, r"new\1").split(b"\r\n", 1)
    assert new_rest == rest
    start = line.index(b"wstoken=") + len(b"wstoken=")
    end = min(i for i in (line.find(b"&", start), line.find(b" ", start)) if i > 0)
    assert new_line == line[:start] + b"new%5C1" + line[end:]


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"Content-Length: 3\r\n\r\nab",
        HEAD + b"\r\nab",
        HEAD.replace(b"\r\n", b"\n") + b"Content-Length: 2\n\nab",
        HEAD.replace(b"wstoken", b"token") + b"Content-Length: 2\r\n\r\nab",
    ],
    ids=["wrong length", "no length", "line ends", "no token"],
)
def test_a_damaged_recording_is_refused(tmp_path: Path, request_bytes: bytes) -> None:
    path = tmp_path / "damaged.http"
    path.write_bytes(request_bytes)
    with pytest.raises(ValueError, match="damaged"):
        load_recorded(path, "new")


def test_recordings_are_sorted_and_none_is_an_error(tmp_path: Path) -> None:
    assert [path.name[:8] for path in recorded(WIRE, "xmlrpc-*")] == ["xmlrpc-1", "xmlrpc-2", "xmlrpc-3"]
    with pytest.raises(FileNotFoundError):
        recorded(tmp_path)
