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
from app.fields import NOT_TEXT
from app.registry import ExternalFunction, RawRequest, Registry


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
                return self._run(caller, function, raw, decode)
            except CallError as error:
                error.rewrite(caller.hide)
                raise
        except CallError:
            raise
        except Exception as error:
            raise registry.unforeseen(protocol) from error

    def _run(
        self,
        caller: Caller,
        function: ExternalFunction,
        raw: RawRequest,
        decode: Callable[[ExternalFunction], Any],
    ) -> Mapping[str, Any]:
        try:
            arguments = decode(function)
        except (MalformedRequest, InvalidParameter) as error:
            self.registry.keep(caller, function, raw, error)
            raise
        return self.registry.call(caller, function, arguments, raw)


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
