"""A proxy between Moodle and the service that refuses some requests by itself, as a firewall or a limit does."""

from __future__ import annotations

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Between:
    """Hands requests on to a port of this machine, but answers those itself whose body holds `marked`.

    :param status: with which HTTP status; 0: they are handed on, and the connection is cut before the answer.
    :param errorcode: which error of the service it says; empty: it answers as what stands on the way does.
    :ivar passed: paths of the requests that went on.
    :ivar refused: how many did not.
    """

    def __init__(self, port: int, marked: bytes, status: int = 413, errorcode: str = "") -> None:
        self.passed: list[str] = []
        self.refused = 0
        self._port = port
        self._marked = marked
        self._status = status
        self._refusal = ("text/html", b"<h1>Request refused</h1>")
        if errorcode:
            problem = {"errorcode": errorcode, "title": "Refused", "detail": "as the test wants it"}
            self._refusal = ("application/problem+json", json.dumps(problem).encode())
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
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        between = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                marked = between._marked in body
                between.refused += marked
                if marked and between._status:
                    self._answer(between._status, *between._refusal)
                    return
                between.passed.append(self.path)
                connection = http.client.HTTPConnection("127.0.0.1", between._port, timeout=30)
                kept = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                connection.request("POST", self.path, body, kept)
                answer = connection.getresponse()
                text = answer.read()
                connection.close()
                if marked:
                    self.close_connection = True
                    return
                self._answer(answer.status, answer.headers.get("Content-Type", ""), text)

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        return Handler
