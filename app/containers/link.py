"""What this process keeps of an engine: its streams, and which engine it is. Threads share it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import Protocol

import docker
import requests
from docker.errors import APIError, DockerException, NotFound
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from app.containers import answers
from app.containers.adapter import EngineAdapter
from app.containers.answers import EngineInfo
from app.containers.deadline import Deadline
from app.containers.faults import fault, visible
from app.containers.stream import Stream
from app.errors import CallError, EngineFailed, EngineLost, EngineNonsense, EngineSocket, EngineTimeout, HostLost

NEWEST_API = "1.41"
"""The newest version of the API that is asked for: one-shot statistics came with it."""
CONFLICT = 409
NEWS = 0.02
"""Seconds after which a cut connection is known as such: a stream may end a moment before it."""


class Way(Protocol):
    """How an engine's machine is reached: ssh.Connection or local.Local."""

    @property
    def alive(self) -> bool:
        """Say whether there is a connection."""

    def open(self, path: str, deadline: Deadline) -> Stream:
        """Return a stream to a Unix socket; raises CallError."""

    def check(self, path: str) -> None:
        """Make sure that the machine is there, whose engine is silent; raises CallError."""

    def close(self) -> None:
        """Close for good."""


class Conflict(EngineFailed):
    """The engine refuses a change because of something else there, as a container that uses a volume."""


class Gone(EngineFailed):
    """What is named does not exist."""


class Link:
    """An engine for this process. `sockets` are tried in their order, once."""

    def __init__(self, host: str, way: Way, sockets: Sequence[str]) -> None:
        self.host = host
        self.way = way
        self.socket = sockets[0]
        self._sockets = sockets
        self._info: EngineInfo | None = None
        self._probing = threading.Lock()
        self._adapter = EngineAdapter(lambda seconds: self.way.open(self.socket, Deadline(seconds)))

    def info(self, deadline: Deadline) -> EngineInfo:
        """Return which engine it is, asked once; raises CallError."""
        known = self._info
        if known is not None:
            return known
        if not self._probing.acquire(timeout=deadline.left()):
            raise fault(EngineTimeout, host=self.host, seconds=f"{deadline.seconds:g}")
        try:
            if self._info is None:
                self._find_socket(deadline)
                with self._translated(deadline):
                    self._info = answers.info(self._client(deadline, NEWEST_API).version(api_version=False))
            return self._info
        finally:
            self._probing.release()

    @contextmanager
    def client(self, deadline: Deadline) -> Iterator[docker.APIClient]:
        """Yield a client that waits no longer than the deadline says.

        :raises CallError: what the block asks for can't be done: EngineFailed (Conflict, Gone) where the
            engine says so, ValueError in the block counts as nonsense.
        """
        info = self.info(deadline)
        with self._translated(deadline):
            yield self._client(deadline, info.api_up_to(NEWEST_API))

    def close(self) -> None:
        """Close everything."""
        self._adapter.close()
        self.way.close()

    def _find_socket(self, deadline: Deadline) -> None:
        for path in self._sockets[:-1]:
            self.socket = path
            try:
                return self.way.open(path, deadline).close()
            except EngineSocket:
                continue
        # The last one is opened with the first request, and its error is the one that is told.
        self.socket = self._sockets[-1]
        return None

    def _client(self, deadline: Deadline, version: str) -> docker.APIClient:
        seconds = deadline.left()
        client = docker.APIClient("http://engine:80", version, seconds)  # type: ignore[arg-type]  # whole ones, stubs say
        client.trust_env = False  # no proxy stands between us and a socket
        client.max_redirects = 0
        client.mount("http://", self._adapter)
        return client

    @contextmanager
    def _translated(self, deadline: Deadline) -> Iterator[None]:
        try:
            yield
        except CallError:
            raise
        except APIError as error:
            raise self._refused(error) from None
        except requests.JSONDecodeError:
            raise self._nonsense("no JSON") from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._broken(error, deadline) from None
        except (ValueError, KeyError, RecursionError, DockerException) as error:
            raise self._nonsense(str(error)) from None

    def _refused(self, error: APIError) -> CallError:
        if error.response is None or "json" not in error.response.headers.get("Content-Type", ""):
            return self._nonsense(f"HTTP status {error.status_code} without JSON")
        kind: type[CallError] = EngineFailed
        if isinstance(error, NotFound):
            kind = Gone
        elif error.status_code == CONFLICT:
            kind = Conflict
        return fault(kind, host=self.host, why=error.explanation)

    def _nonsense(self, why: str) -> CallError:
        self._info = None
        return fault(EngineNonsense, host=self.host, socket=self.socket, why=visible(why, 80))

    def _broken(self, error: BaseException, deadline: Deadline) -> CallError:
        self._info = None
        causes = _causes(error)
        if any(isinstance(cause, TimeoutError | ReadTimeoutError) for cause in causes):
            try:
                self.way.check(self.socket)
            except CallError as host_error:
                return host_error
            return fault(EngineTimeout, host=self.host, seconds=f"{deadline.seconds:g}")
        for cause in causes:
            cut = isinstance(cause, RemoteDisconnected | IncompleteRead)
            if isinstance(cause, requests.TooManyRedirects) or (isinstance(cause, HTTPException) and not cut):
                return self._nonsense(type(cause).__name__)
        time.sleep(NEWS)
        return fault(EngineLost if self.way.alive else HostLost, host=self.host)


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error and all that it was made of: requests and urllib3 wrap theirs as arguments."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) < 20:
        one = waiting.pop()
        found.append(one)
        waiting += [argument for argument in one.args if isinstance(argument, BaseException)]
        if isinstance(one, ProtocolError) and one.__cause__:
            waiting.append(one.__cause__)
        reason = getattr(one, "reason", None)
        if isinstance(reason, BaseException):
            waiting.append(reason)
    return found
