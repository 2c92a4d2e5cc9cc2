"""What may stand at the service's address instead of the service: nothing, silence, an error, a login page."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

SILENCE = "silence"
ANSWERS = {
    "error": (500, "text/html", "<h1>Internal Server Error</h1>"),
    "gateway": (502, "text/html", "<h1>Bad Gateway</h1>"),
    "html": (200, "text/html; charset=utf-8", "<!DOCTYPE html><title>Log in</title>"),
    "half": (200, "application/json", '{"hosts": [{"na'),
    "token": (401, "application/problem+json", {"errorcode": "invalidtoken", "title": "Invalid token"}),
    "older": (404, "application/problem+json", {"errorcode": "invalidrecord", "title": "Can't find data record"}),
    "redirect": (302, "text/html", ""),
}
"""Status, content type and body of each kind of answer."""


class Faulty:
    """An HTTP server that gives one answer to everything; `kind`, a key of `answers`, may be changed at any time.

    :ivar asked: how many requests came.
    """

    def __init__(self, kind: str = SILENCE, answers: Mapping[str, tuple[int, str, object]] = ANSWERS) -> None:
        self.kind = kind
        self._answers = answers
        self.asked = 0
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                faulty.asked += 1
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if faulty.kind == SILENCE:
                    faulty._released.wait(30)
                    return
                status, kind, body = faulty._answers[faulty.kind]
                text = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                if faulty.kind == "redirect":
                    self.send_header("Location", f"{faulty.url}/elsewhere")
                self.end_headers()
                self.wfile.write(text)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, format: str, *args: object) -> None:
                return

        return Handler
