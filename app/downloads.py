"""Downloads: plain routes that stream, declared by a subject as functions are, without a word about HTTP.

A download goes the way of every call: authenticate, find it, check its scope, read its parameters,
ask whether the token covers what they name. Only then the handler is asked for the content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from marshmallow import Schema

from app.audit.entry import Actor
from app.auth.addresses import Address
from app.auth.caller import Caller
from app.errors import AccessDenied, Busy, CallError, UnknownFunction
from app.registry import Authenticator, load_arguments


@dataclass(frozen=True, slots=True)
class Content:
    """What is sent: its media type, the name of the file, and its bytes, piece by piece.

    `chunks` does its work when it is read. What it raises before its first piece is told to the caller as
    any error; after that the transfer is broken off. A generator is closed when the client goes away.
    """

    content_type: str
    filename: str
    chunks: Iterator[bytes]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DownloadCall:
    """A request for a download whose caller and parameters are checked."""

    caller: Caller
    download: Download
    arguments: Mapping[str, Any]
    on_behalf: str = ""

    @property
    def actor(self) -> Actor:
        """Who asks, for the log of changes."""
        return Actor.of(self.caller, self.on_behalf)


@dataclass(frozen=True)
class Download:
    """One download that callers can reach by `GET /api/v1/PATH`.

    `path` has no leading slash: `executions.csv`, `xapi/statements`. `params` describes the query; its
    fields are flat: a list is a parameter that comes several times. `scope` None means that any service token
    will do. `covers` says whether the caller's token covers the courses, hosts and activities that the
    parameters name; there is no default. `handler` is quick: long work belongs into the content's chunks.
    `content_type` is what is told in the description; `result` is its schema where it is JSON.
    """

    path: str
    summary: str
    scope: str | None
    params: Schema
    content_type: str
    handler: Callable[[DownloadCall], Content]
    covers: Callable[[Caller, Mapping[str, Any]], bool]
    result: Schema | None = None
    description: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """The path as an identifier: `xapi-statements`."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.path)


class Places:
    """So many downloads of a kind may be under way in this process.

    Each holds one of its threads for as long as the client takes, and others are to be left for everything else.
    """

    def __init__(self, at_once: int, kind: str) -> None:
        self._at_once = at_once
        self._kind = kind
        self._free = BoundedSemaphore(at_once)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a place; raises Busy where none is free."""
        if not self._free.acquire(blocking=False):
            raise Busy(f"{self._at_once} {self._kind} are being fetched already")
        try:
            yield
        finally:
            self._free.release()

    def hold(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield chunks in a place that is held from the first to the last; raises Busy."""
        with self.one():
            yield from chunks


class Downloads:
    """The downloads of a service, by path."""

    def __init__(self, downloads: Iterable[Download], authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self.by_path: dict[str, Download] = {}
        for download in downloads:
            if download.path in self.by_path:
                raise ValueError(f"{download.path} is declared twice")
            self.by_path[download.path] = download

    def authorise(self, path: str, token: str, address: Address | None) -> tuple[Caller, Download]:
        """Return caller and download.

        :raises InvalidToken: the token is not known; said before anything of the download is.
        :raises UnknownFunction: there is no such download.
        :raises AccessDenied: the token does not have its scope.
        """
        caller = self._authenticator.authenticate(token, address, cached=False)
        download = self.by_path.get(path)
        if download is None:
            raise UnknownFunction()
        return self.admit(caller, download), download

    @staticmethod
    def admit(caller: Caller, download: Download) -> Caller:
        """Return a caller who has the scope of a download.

        :raises AccessDenied: the caller does not have it.
        """
        has = caller.activity is None if download.scope is None else caller.has_scope(download.scope)
        if not has:
            raise AccessDenied(f"{download.path} needs the scope {download.scope or 'of a service token'}")
        return caller

    @staticmethod
    def open(caller: Caller, download: Download, arguments: Any, on_behalf: str = "") -> Content:
        """Return the content for a caller that :meth:`authorise` has let in.

        :raises CallError: whatever the caller must be told; anything unforeseen is raised as it is.
        """
        try:
            loaded = load_arguments(download.params, arguments)
            if not download.covers(caller, loaded):
                raise AccessDenied("The token does not cover a course, host or activity that is named")
            return download.handler(DownloadCall(caller, download, loaded, on_behalf))
        except CallError as error:
            error.rewrite(caller.hide)
            raise
