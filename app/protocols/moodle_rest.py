"""Moodle's REST protocol: form fields in, JSON or XML out, HTTP 200 whatever happens.

Source of the bytes: webservice/rest/locallib.php of Moodle 4.5, as recorded answers show them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema, fields
from werkzeug.wrappers import Request

from app.errors import CallError, InvalidParameter, MalformedRequest
from app.fields import decode_strings
from app.protocols.exchange import Exchange, clean, read_body
from app.protocols.multipart import parse_multipart
from app.protocols.php_form import nest, parse_pairs
from app.protocols.php_paths import Wsgi
from app.registry import ExternalFunction

PROTOCOL = "rest"
METHODS = ("GET", "POST")
XML_HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n'
CONTROL = frozenset({"wstoken", "wsfunction", "moodlewsrestformat"})
SETTINGS_PREFIX = "moodlewssetting"
NO_STORE = "private, must-revalidate, pre-check=0, post-check=0, max-age=0"

Pairs = list[tuple[str, str]]


def make_wsgi(exchange: Exchange, max_body_bytes: int) -> Wsgi:
    """Return the protocol as a WSGI application of its own.

    Every record passes here, and needs nothing of what Flask does for a request.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = max_body_bytes
        if request.method not in METHODS:
            start_response("405 METHOD NOT ALLOWED", [("Allow", ", ".join(METHODS)), ("Content-Length", "0")])
            return []
        try:
            text, as_json = _answer(exchange, request)
        except Exception:  # noqa: BLE001  # as in Exchange.perform: logged under an id, told by it
            text, as_json = error_xml(exchange.registry.unforeseen(PROTOCOL)), False
        body = text.encode("utf-8")
        kind = "application/json" if as_json else "application/xml; charset=utf-8"
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", NO_STORE)]
        start_response("200 OK", headers)
        return [body]

    return answer


def _answer(exchange: Exchange, request: Request) -> tuple[str, bool]:
    """Return the answer to a request, and whether it is JSON."""
    query = parse_pairs(request.query_string)
    control, arguments = _split(query)
    try:
        body, form, fault = _read(request)
        more_control, more_arguments = _split(form)
        control |= more_control
        kept = b"&".join(part for part in (_plain_form(arguments), body) if part) if arguments else body
        arguments += more_arguments
        result = exchange.perform(
            request,
            control.get("wsfunction", ""),
            control.get("wstoken", ""),
            PROTOCOL,
            kept,
            lambda function: _decode(function, arguments, fault),
        )
    except CallError as error:
        as_json = _wants_json(control)
        return (error_json(error) if as_json else error_xml(error)), as_json
    if _wants_json(control):
        return result_json(result), True
    function = exchange.registry.find(control["wsfunction"])
    return result_xml(result, function.result if function else Schema()), False


def _split(pairs: Pairs) -> tuple[dict[str, str], Pairs]:
    """Return what controls the call, and what its arguments are."""
    control: dict[str, str] = {}
    arguments: Pairs = []
    for pair in pairs:
        if pair[0] in CONTROL:
            control[pair[0]] = pair[1]
        elif not pair[0].startswith(SETTINGS_PREFIX):
            arguments.append(pair)
    return control, arguments


def _wants_json(control: Mapping[str, str]) -> bool:
    return control.get("moodlewsrestformat") == "json"


def decode_body(function: ExternalFunction, body: bytes) -> Any:
    """Return the arguments that the body of a kept request means.

    :raises InvalidParameter: the fields do not nest.
    """
    return _decode(function, _split(parse_pairs(body))[1], None)


def _decode(function: ExternalFunction, arguments: Pairs, fault: CallError | None) -> Any:
    if fault:  # told now that the caller is known, so that the request can be kept
        raise fault
    return decode_strings(function.params, nest(arguments))


def _read(message: Request) -> tuple[bytes, Pairs, CallError | None]:
    """Return the body as a plain form, its fields, and why those can't be read."""
    body = read_body(message)
    try:
        if message.mimetype != "multipart/form-data":
            return body, parse_pairs(body.strip(b"\r\n")), None
        form = parse_multipart(body, message.mimetype_params.get("boundary", ""))
        return _plain_form(form), form, None
    except (MalformedRequest, InvalidParameter) as error:
        return body, [], error


def _plain_form(pairs: Pairs) -> bytes:
    return urlencode(pairs, errors="surrogateescape").encode()


def result_json(result: Mapping[str, Any]) -> str:
    """Return a result as PHP's json_encode writes it: an empty struct is an empty array there."""
    return _php_json(result or [])


def error_json(error: CallError) -> str:
    """Return an error as Moodle's JSON."""
    answer = {"exception": error.exception, "errorcode": error.code, "message": error.message}
    return _php_json(answer | ({"debuginfo": clean(error.detail)} if error.detail else {}))


def _php_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def error_xml(error: CallError) -> str:
    """Return an error as Moodle's XML, one element a line."""
    lines = [
        f'<EXCEPTION class="{escape(error.exception)}">',
        f"<ERRORCODE>{escape(error.code, quote=False)}</ERRORCODE>",
        f"<MESSAGE>{_php_escape(error.message)}</MESSAGE>",
    ]
    if error.detail:
        lines.append(f"<DEBUGINFO>{_php_escape(clean(error.detail))}</DEBUGINFO>")
    return XML_HEAD + "\n".join([*lines, "</EXCEPTION>"]) + "\n"


def result_xml(result: Mapping[str, Any], schema: Schema) -> str:
    """Return a result as Moodle's XML, in the order of its schema."""
    return f"{XML_HEAD}<RESPONSE>\n{_single(result, schema)}</RESPONSE>\n"


def _single(value: Mapping[str, Any], schema: Schema) -> str:
    keys = (
        f'<KEY name="{escape(name)}">{_element(value.get(name), field)}</KEY>\n'
        for name, field in schema.fields.items()
    )
    return f"<SINGLE>\n{''.join(keys)}</SINGLE>\n"


def _element(value: Any, field: fields.Field[Any]) -> str:
    if isinstance(field, fields.List):
        inner = "".join(_element(element, field.inner) for element in value or ())
        return f"<MULTIPLE>\n{inner}</MULTIPLE>\n"
    if isinstance(field, fields.Nested):
        return _single(value or {}, field.schema)
    if value is None:
        return '<VALUE null="null"/>\n'
    return f"<VALUE>{_php_escape(clean(str(int(value) if isinstance(value, bool) else value)))}</VALUE>\n"


def _php_escape(text: str) -> str:
    """Escape as PHP's htmlspecialchars does with ENT_COMPAT: single quotes stay.

    A CR is written as a reference: as it is, a reader of XML would turn it into a line feed (XML 1.0, 2.11).
    """
    return escape(text, quote=False).replace('"', "&quot;").replace("\r", "&#13;")
