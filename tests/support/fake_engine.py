"""An engine that keeps everything in memory and speaks Docker's API on a Unix socket, in this process.

It passes the same tests as the real ones; `answer` makes it answer what no engine would.
"""

from __future__ import annotations

import json
import re
import socketserver
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.support.engines import IMAGE, Engine

Answer = tuple[int, Any]
Raw = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class _Container:
    id: str
    name: str
    image: str
    volumes: list[str]
    state: str = "created"
    began: float = field(default_factory=time.time)

    def listed(self) -> dict[str, Any]:
        mounts = [{"Type": "volume", "Name": name, "Driver": "local"} for name in self.volumes]
        return {
            "Id": self.id,
            "Names": [f"/{self.name}"],
            "Image": self.image,
            "State": self.state,
            "Created": int(self.began),
            "Mounts": mounts,
        }


class FakeEngine(Engine):
    """As Docker, as far as it is asked. `requests` are the lines of all requests that came."""

    kind = "fake"
    programs = ()

    def __init__(self) -> None:
        super().__init__()
        self.images: list[dict[str, Any]] = []
        self.volumes: dict[str, dict[str, Any]] = {}
        self.containers: dict[str, _Container] = {}
        self.requests: list[str] = []
        self.answer: Raw | None = None
        self.stubborn = 0.0
        """Seconds that a container takes to end, unless it is ended by force before."""
        self._lock = threading.Lock()
        self._server: _Server | None = None

    @classmethod
    def available(cls) -> str | None:
        """It can always be had."""
        return None

    def _command(self) -> Sequence[str]:
        raise NotImplementedError("it is no process")

    def start(self) -> None:
        """Listen on the socket."""
        self.socket.unlink(missing_ok=True)
        self._server = _Server(str(self.socket), _Handler)
        self._server.engine = self
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Hang up on everyone."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.hang_up()
            self._server = None

    def close(self) -> None:
        """Stop, and remove the socket."""
        self.stop()
        super().close()

    def import_image(self, name: str = IMAGE) -> None:
        """List another image."""
        number = len(self.images) + 1
        created = int(time.time())
        self.images.append({"Id": f"sha256:{number:064x}", "RepoTags": [name], "Size": 2**33, "Created": created})

    def reply(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        """Return status and answer of a request."""
        for pattern, handle in _ROUTES.items():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                if handle is FakeEngine._stop:
                    time.sleep(min(self.stubborn, float(query.get("t", 10))))
                with self._lock:
                    return handle(self, found, query, body)
        return 404, {"message": "page not found"}

    def _create_volume(self, _: re.Match[str], __: Any, body: Any) -> Answer:
        name = body["Name"]
        made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.volumes.setdefault(name, {"Name": name, "Driver": "local", "CreatedAt": made})
        return 201, self.volumes[name]

    def _remove_volume(self, found: re.Match[str], _: Any, __: Any) -> Answer:
        name = found[1]
        if name not in self.volumes:
            return 404, {"message": f"get {name}: no such volume"}
        users = [c.id for c in self.containers.values() if name in c.volumes]
        if users:
            return 409, {"message": f"remove {name}: volume is in use - {users}"}
        del self.volumes[name]
        return 204, None

    def _create_container(self, _: re.Match[str], query: dict[str, str], body: Any) -> Answer:
        binds = (body.get("HostConfig") or {}).get("Binds") or []
        made = _Container(uuid4().hex * 2, query.get("name", ""), body["Image"], [b.split(":")[0] for b in binds])
        for name in made.volumes:
            self._create_volume(_, None, {"Name": name})
        self.containers[made.id] = made
        return 201, {"Id": made.id, "Warnings": []}

    def _one(self, key: str) -> _Container | None:
        return next((c for c in self.containers.values() if key in (c.id, c.name)), None)

    def _start(self, found: re.Match[str], _: Any, __: Any) -> Answer:
        return self._move(found[1], "running")

    def _stop(self, found: re.Match[str], _: Any, __: Any) -> Answer:
        return self._move(found[1], "exited")

    def _move(self, key: str, state: str) -> Answer:
        container = self._one(key)
        if container is None:
            return 404, {"message": f"No such container: {key}"}
        container.state = state
        return 204, None

    def _remove_container(self, found: re.Match[str], _: Any, __: Any) -> Answer:
        container = self._one(found[1])
        if container is None:
            return 404, {"message": f"No such container: {found[1]}"}
        del self.containers[container.id]
        return 204, None

    def _inspect(self, found: re.Match[str], _: Any, __: Any) -> Answer:
        container = self._one(found[1])
        if container is None:
            return 404, {"message": f"No such container: {found[1]}"}
        when = datetime.fromtimestamp(container.began, UTC).isoformat()
        state = {"Running": container.state == "running", "StartedAt": when, "FinishedAt": when}
        return 200, {"Id": container.id, "State": state}

    def _stats(self, found: re.Match[str], _: Any, __: Any) -> Answer:
        now = time.time()
        usage = {"cpu_usage": {"total_usage": int(now * 1e9 / 2)}}
        memory = {"usage": 3_000_000_000, "stats": {"inactive_file": 500_000_000}}
        when = datetime.fromtimestamp(now, UTC).isoformat()
        return 200, {"read": when, "cpu_stats": usage, "memory_stats": memory}

    def _df(self, _: re.Match[str], __: Any, ___: Any) -> Answer:
        sizes = [v | {"UsageData": {"Size": 4096, "RefCount": 0}} for v in self.volumes.values()]
        return 200, {"Volumes": sizes}

    def _version(self, _: re.Match[str], __: Any, ___: Any) -> Answer:
        parts = [{"Name": "Engine", "Version": "99.0"}]
        return 200, {"Version": "99.0", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Components": parts}


_ID = "([A-Za-z0-9_.-]+)"
_ROUTES: dict[str, Callable[[FakeEngine, re.Match[str], dict[str, str], Any], Answer]] = {
    "GET /version": FakeEngine._version,
    "GET /images/json": lambda engine, *_: (200, engine.images),
    "GET /volumes": lambda engine, *_: (200, {"Volumes": list(engine.volumes.values()) or None}),
    "POST /volumes/create": FakeEngine._create_volume,
    f"DELETE /volumes/{_ID}": FakeEngine._remove_volume,
    "GET /containers/json": lambda engine, *_: (200, [c.listed() for c in engine.containers.values()]),
    "POST /containers/create": FakeEngine._create_container,
    f"POST /containers/{_ID}/start": FakeEngine._start,
    f"POST /containers/{_ID}/stop": FakeEngine._stop,
    f"DELETE /containers/{_ID}": FakeEngine._remove_container,
    f"GET /containers/{_ID}/json": FakeEngine._inspect,
    f"GET /containers/{_ID}/stats": FakeEngine._stats,
    "GET /system/df": FakeEngine._df,
}


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128
    engine: FakeEngine

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for request in list(self._open):
            with suppress(OSError):
                request.shutdown(2)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients hang up on purpose here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        engine = self.server.engine
        engine.requests.append(f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        if engine.answer is not None:
            engine.answer(self)
            return
        parts = urlsplit(re.sub(r"^/v[0-9.]+", "", self.path))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.send_json(*engine.reply(self.command, parts.path, query, body))

    do_GET = do_POST = do_DELETE = _serve

    def send_json(self, status: int, answer: Any) -> None:
        """Answer as an engine does."""
        data = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
