"""What the protocols share: body, token and address of a request, and the course of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Request

from app.auth.addresses import Address, Network, client_address
from app.auth.caller import Caller
from app.errors import CallError, InvalidParameter, MalformedRequest, RequestTooLarge
from app.fields import NOT_TEXT, text_fault
from app.registry import ExternalFunction, RawRequest, Registry

ON_BEHALF_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Exchange:
    """How a protocol reaches the functions: the registry, and whose forwarded addresses count."""

    registry: Registry
    trusted_proxies: tuple[Network, ...]

    def address(self, request: Request) -> Address | None:
        """Return where a request comes from."""
        forwarded = request.environ.get("HTTP_X_FORWARDED_FOR", "")
        # Who comes through a Unix socket is on this machine, and has no address.
        return client_address(
            request.remote_addr or "127.0.0.1", [forwarded] if forwarded else [], self.trusted_proxies
        )

    def perform(
        self,
        request: Request,
        name: str,
        token: str,
        protocol: str,
        body: bytes,
        decode: Callable[[ExternalFunction], Any],
    ) -> Mapping[str, Any]:
        """Call a function and return its result.

        :param decode: turns what came into arguments, once the caller is known.
        :raises CallError: whatever the caller must be told.
        """
        registry = self.registry
        try:
            caller, function = registry.authorise(name, token, self.address(request))
            raw = RawRequest(protocol, function.name, body)
            try:
                return self._run(request, caller, function, raw, decode)
            except CallError as error:
                error.rewrite(caller.hide)
                raise
        except CallError:
            raise
        except Exception as error:
            raise registry.unforeseen(protocol) from error

    def _run(
        self,
        request: Request,
        caller: Caller,
        function: ExternalFunction,
        raw: RawRequest,
        decode: Callable[[ExternalFunction], Any],
    ) -> Mapping[str, Any]:
        try:
            on_behalf = read_on_behalf(request)
            arguments = decode(function)
        except (MalformedRequest, InvalidParameter) as error:
            self.registry.keep(caller, function, raw, error)
            raise
        return self.registry.call(caller, function, arguments, raw, on_behalf)


def read_on_behalf(request: Request) -> str:
    """Return the person that the header `On-Behalf-Of` names; empty where there is none.

    :raises InvalidParameter: it is no text in UTF-8, or too long.
    """
    try:
        # WSGI hands over the bytes of a header as Latin-1 (PEP 3333).
        header: str = request.environ.get("HTTP_ON_BEHALF_OF", "")
        name = header.strip().encode("latin-1").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidParameter(f"The header On-Behalf-Of is not valid UTF-8 at byte {error.start}") from None
    fault = text_fault(name)
    if fault is None and len(name) > ON_BEHALF_LIMIT:
        fault = f"has {len(name)} characters, the limit is {ON_BEHALF_LIMIT}"
    if fault:
        raise InvalidParameter(f"The header On-Behalf-Of {fault}")
    return name


def read_body(request: Request) -> bytes:
    """Return the body.

    :raises RequestTooLarge: it is longer than the setting max_body_bytes.
    :raises MalformedRequest: it ends before its length.
    """
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise RequestTooLarge(f"The body is longer than {request.max_content_length} bytes") from None
    except ClientDisconnected:
        raise MalformedRequest("The body is shorter than its Content-Length") from None


def clean(text: str) -> str:
    """Return text that XML can carry: what it can't becomes U+FFFD."""
    return NOT_TEXT.sub("\ufffd", text)


def text_of(error: CallError) -> str:
    """Return message and detail of an error in one line."""
    return f"{error.message}: {error.detail}" if error.detail else error.message
