"""External functions, each declared once, and the one way in which all protocols call them.

A call goes: authenticate, find the function, check its scope, read its arguments, ask whether the
token covers what they name, run the handler, check the result. No protocol can leave out a step.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from marshmallow import Schema, ValidationError

from app.audit.entry import Actor
from app.auth.addresses import Address
from app.auth.caller import Caller
from app.errors import (
    AccessDenied,
    CallError,
    InternalError,
    InvalidParameter,
    MalformedRequest,
    RecordRejected,
    UnknownFunction,
)
from app.fields import load, schema_faults

PREFIX = "mod_lticontainer_"
NAME_SHOWN = 100
FAULTS_SHOWN = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came, for what must be kept of one that can't be understood."""

    protocol: str
    function: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose caller, function and arguments are checked.

    `on_behalf` is the person for whom the caller says it acts: to be written down, never to be trusted.
    """

    caller: Caller
    function: ExternalFunction
    arguments: Mapping[str, Any]
    protocol: str
    on_behalf: str = ""

    @property
    def actor(self) -> Actor:
        """Who calls, for the log of changes."""
        return Actor.of(self.caller, self.on_behalf)


class Keeper(Protocol):
    """Keeps a request that can't be understood; raises the error that tells the caller."""

    def __call__(self, caller: Caller, request: RawRequest, error: CallError) -> None:
        """Keep it, or raise RejectLimit."""


def every_course(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Cover a function that names neither course, host nor activity: any service token, no activity token."""
    return caller.activity is None


@dataclass(frozen=True)
class ExternalFunction:
    """One function that callers can reach over every protocol.

    `positional` is the order of parameters for XML-RPC; marshmallow's own order is no promise.
    `scope` None means that any service token will do. `covers` says whether the caller's token covers
    the courses, hosts and activities that the arguments name; there is no default. `keep` takes over a
    request that can't be understood, where losing it would lose data; `replay` runs one that was kept,
    and keeps nothing. `unescaped` names the members of the
    one struct that some clients send without escaping XML, in the order in which they send them.
    `rechecks` says that the handler asks the database again whether the token is in force.
    """

    name: str
    summary: str
    scope: str | None
    params: Schema
    positional: tuple[str, ...]
    result: Schema
    handler: Callable[[Call], Mapping[str, Any]]
    covers: Callable[[Caller, Mapping[str, Any]], bool]
    writes: bool = False
    keep: Keeper | None = None
    replay: Callable[[Call], Mapping[str, Any]] | None = None
    unescaped: tuple[str, ...] = ()
    rechecks: bool = False
    description: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def short_name(self) -> str:
        """The name in JSON paths: without Moodle's component prefix."""
        return self.name.removeprefix(PREFIX)


class Authenticator(Protocol):
    """Turns a token into a caller."""

    def authenticate(self, token: str, address: Address | None, *, cached: bool) -> Caller:
        """Return the caller; raises InvalidToken or AccessDenied."""


class Registry:
    """The functions of a service, by name."""

    def __init__(self, functions: Iterable[ExternalFunction], authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self.functions: dict[str, ExternalFunction] = {}
        for function in functions:
            if function.name in self.functions:
                raise ValueError(f"{function.name} is declared twice")
            if set(function.positional) != set(function.params.fields):
                raise ValueError(f"{function.name}: positional and params name different parameters")
            self.functions[function.name] = function

    def find(self, name: str) -> ExternalFunction | None:
        """Return a function by its name; None if there is none."""
        return self.functions.get(name)

    def granted(self, caller: Caller) -> list[ExternalFunction]:
        """Return the functions whose scope the caller has."""
        return [f for f in self.functions.values() if _in_scope(caller, f)]

    def authorise(self, name: str, token: str, address: Address | None) -> tuple[Caller, ExternalFunction]:
        """Return caller and function.

        :raises InvalidToken: the token is not known; said before anything of the function is.
        :raises UnknownFunction: there is no such function.
        :raises InvalidParameter: no function is named.
        :raises AccessDenied: the token does not have its scope.
        """
        function = self.find(name)
        cached = function is not None and function.rechecks
        caller = self._authenticator.authenticate(token, address, cached=cached)
        if function is None:
            raise UnknownFunction() if name else InvalidParameter("Missing function name")
        if not _in_scope(caller, function):
            raise AccessDenied(f"{function.name} needs the scope {function.scope or 'of a service token'}")
        return caller, function

    def call(
        self,
        caller: Caller,
        function: ExternalFunction,
        arguments: Any,
        request: RawRequest,
        on_behalf: str = "",
    ) -> Mapping[str, Any]:
        """Run one function for a caller that :meth:`authorise` has let in, and return its checked result.

        :param on_behalf: the person for whom the caller says it acts.
        :raises CallError: whatever the caller must be told; anything unforeseen becomes InternalError.
        """
        try:
            loaded = load_arguments(function.params, arguments)
            if not function.covers(caller, loaded):
                raise AccessDenied("The token does not cover a course, host or activity that is named")
            call = Call(caller, function, loaded, request.protocol, on_behalf)
            return self._dump(function, function.handler(call))
        except (InvalidParameter, MalformedRequest) as error:
            self.keep(caller, function, request, error)
            raise
        except CallError:
            raise
        except Exception as error:
            raise self.unforeseen(function.name) from error

    def replay(
        self, caller: Caller, function: ExternalFunction, arguments: Any, protocol: str
    ) -> Mapping[str, Any]:
        """Run a function for a request that was kept, as its sender; nothing is kept a second time.

        :raises CallError: it still can't be done.
        """
        if function.replay is None:
            raise AccessDenied(f"{function.name} keeps no requests")
        loaded = load_arguments(function.params, arguments)
        return function.replay(Call(caller, function, loaded, protocol))

    def keep(self, caller: Caller, function: ExternalFunction, request: RawRequest, error: CallError) -> None:
        """Hand a request that can't be understood to the function's keeper, if it has one.

        :raises RecordRejected: bytes that are no request at all, which are kept.
        """
        if function.keep is None or error.problems:
            # Problems name single records: those were kept one by one.
            return
        function.keep(caller, request, error)
        if isinstance(error, MalformedRequest):
            raise RecordRejected(f"{error.detail}. The request is kept as it came") from error

    @staticmethod
    def unforeseen(name: str) -> InternalError:
        """Log the exception in hand under a new id, and return the error that tells the id alone."""
        return log_unforeseen(name)

    @staticmethod
    def _dump(function: ExternalFunction, result: Mapping[str, Any]) -> Mapping[str, Any]:
        if not function.result.fields:
            return {}
        dumped = function.result.dump(result)
        faults = function.result.validate(dumped)
        if faults:
            raise TypeError(f"{function.name} gave a result that its schema refuses: {faults}")
        return dict(dumped)


def _in_scope(caller: Caller, function: ExternalFunction) -> bool:
    if function.scope is None:
        return caller.activity is None
    return caller.has_scope(function.scope)


def load_arguments(schema: Schema, arguments: Any) -> Mapping[str, Any]:
    """Return arguments as a schema reads them.

    :raises InvalidParameter: names the first faults, each with its parameter.
    """
    try:
        return load(schema, arguments)
    except ValidationError as error:
        faults = list(schema_faults(error).items())[:FAULTS_SHOWN]
        text = "; ".join(f"{name[:NAME_SHOWN]}: {fault}" if name else fault for name, fault in faults)
        raise InvalidParameter(text) from None


def log_unforeseen(name: str) -> InternalError:
    """Log the exception in hand under a new id, and return the error that tells the id alone."""
    incident = uuid.uuid4().hex[:12]
    log.exception("internal error %s in %s", incident, name)
    return InternalError(f"The log has the cause under the id {incident}")
