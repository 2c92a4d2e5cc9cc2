"""The real service under gunicorn, as a process of its own that can be ended or shot."""

from __future__ import annotations

import http.client
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tests.support import process
from tests.support.running import Running

HOST = "127.0.0.1"


class Service(Running):
    """The service on a free loopback port; port and log stay the same over restarts.

    `env` is what the service is told, on top of our environment without its LTICONTAINER_* and
    GUNICORN_* variables; `root` holds wsgi.py and config/; `health` is the HTTP status with which it
    counts as started. As a context manager it starts and closes, and a failing block shows the end
    of the log.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        workers: int = 2,
        threads: int = 4,
        root: Path = process.ROOT,
        health: int = 200,
    ) -> None:
        self.port = process.free_port()
        self.base_url = f"http://{HOST}:{self.port}"
        self._env = dict(env)
        self._counts = ["--workers", str(workers), "--threads", str(threads)]
        self._root = root
        self._health = health
        self._own = Path(tempfile.mkdtemp(prefix="service-"))
        self._log_file = self._own / "log"
        self._last_log = ""
        self._process: process.Process | None = None

    def start(self) -> None:
        """Start gunicorn and return when GET /health answers.

        Raises process.NotStarted with the end of the log after 30 s at most, RuntimeError when it
        runs already.
        """
        if self._process is not None:
            raise RuntimeError("the service is running already")
        server = process.spawn(
            self._command(),
            log=self._log_file,
            cwd=self._root,
            env=process.environment(self._env),
        )
        process.await_ready(server, self._healthy, 30, self._log_file)
        self._process = server

    def stop(self, deadline: float = 30) -> None:
        """SIGTERM the master, and after `deadline` seconds SIGKILL the whole group."""
        if self._process is not None:
            process.end_group(self._process, deadline)
            self._process = None

    def kill_hard(self) -> None:
        """SIGKILL the master and its workers at once, as the kernel does when memory runs out."""
        if self._process is not None:
            process.kill_group(self._process)
            self._process = None

    def restart(self) -> None:
        """Stop in order, and start on the same port."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop, and remove the log file; log() still has its text."""
        self.stop()
        self._last_log = self.log()
        shutil.rmtree(self._own, ignore_errors=True)

    def log(self) -> str:
        """Return all that gunicorn and the service have written since the first start."""
        if self._log_file.exists():
            return self._log_file.read_text("utf-8", "replace")
        return self._last_log

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(f"end of the service's log:\n{process.tail(self._log_file)}")
        super().__exit__(kind, error, trace)

    def _command(self) -> list[str]:
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.conf.py", "wsgi:app"]
        return [*gunicorn, "--bind", f"{HOST}:{self.port}", *self._counts]

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == self._health
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
