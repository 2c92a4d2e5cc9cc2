"""JSON: `POST /api/v1/FUNCTION` with an object of parameters, problem details (RFC 9457) for errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Flask, Response, request

from app.errors import (
    CallError,
    InvalidParameter,
    InvalidToken,
    MalformedRequest,
    MethodNotAllowed,
    UnsupportedMedia,
)
from app.protocols.exchange import Exchange, read_body
from app.registry import PREFIX, ExternalFunction

PROTOCOL = "json"
ROOT = "/api/v1/"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def connect(app: Flask, exchange: Exchange) -> None:
    """Serve every function under its short and its full name."""

    def handle(name: str) -> Response:
        try:
            if request.method != "POST":
                raise MethodNotAllowed("Functions are called by POST")
            if request.mimetype != "application/json":
                raise UnsupportedMedia(f"The content type is {request.mimetype!r}, not application/json")
            body = read_body(request)
            full = name if exchange.registry.find(name) else PREFIX + name
            result = exchange.perform(
                request, full, bearer(), PROTOCOL, body, lambda function: decode_body(function, body)
            )
        except CallError as error:
            return problem(error)
        return Response(_encode(result), content_type="application/json")

    app.add_url_rule(f"{ROOT}<name>", "json_api", handle, methods=METHODS, provide_automatic_options=False)


def problem(error: CallError) -> Response:
    """Return an error as problem details."""
    answer: dict[str, Any] = {
        "type": f"urn:lticontainer:error:{error.code}",
        "title": error.message,
        "status": error.status,
        "errorcode": error.code,
    }
    if error.detail:
        answer["detail"] = error.detail
    if error.problems:
        answer["problems"] = [dict(entry) for entry in error.problems]
    response = Response(_encode(answer), status=error.status, content_type="application/problem+json")
    if isinstance(error, InvalidToken):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = "POST"
    return response


def decode_body(function: ExternalFunction, body: bytes) -> Any:
    """Return the arguments that a body means.

    :raises MalformedRequest: it is no JSON (RFC 8259, in UTF-8), or names a member twice.
    :raises InvalidParameter: it is no object.
    """
    try:
        arguments = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"The JSON is not valid UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise MalformedRequest("The JSON is nested too deep") from None
    except ValueError as error:
        raise MalformedRequest(f"The JSON is not well-formed: {error}") from None
    if not isinstance(arguments, dict):
        raise InvalidParameter(f"The body is not an object but {type(arguments).__name__}")
    return arguments


def bearer() -> str:
    """Return the token of the request in hand; the empty string where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object names a member twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _encode(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
