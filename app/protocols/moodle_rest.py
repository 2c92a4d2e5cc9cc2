"""Moodle's REST protocol: form fields in, JSON or XML out, HTTP 200 whatever happens.

Source of the bytes: webservice/rest/locallib.php of Moodle 4.5, as recorded answers show them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Request, Response, request
from marshmallow import Schema, fields

from app.errors import CallError, InvalidParameter, MalformedRequest
from app.fields import decode_strings
from app.protocols.exchange import Exchange, clean, read_body
from app.protocols.multipart import parse_multipart
from app.protocols.php_form import nest, parse_pairs
from app.protocols.php_paths import REST
from app.registry import ExternalFunction

PROTOCOL = "rest"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n'
CONTROL = ("wstoken", "wsfunction", "moodlewsrestformat")
SETTINGS_PREFIX = "moodlewssetting"
NO_STORE = "private, must-revalidate, pre-check=0, post-check=0, max-age=0"

Pairs = list[tuple[str, str]]


def connect(app: Flask, exchange: Exchange) -> None:
    """Serve the protocol at Moodle's path."""

    def handle() -> Response:
        query = parse_pairs(request.query_string)
        as_json = dict(query).get("moodlewsrestformat") == "json"
        try:
            body, form, fault = _read(request)
            control = dict([*query, *(pair for pair in form if pair[0] in CONTROL)])
            as_json = control.get("moodlewsrestformat") == "json"
            function = exchange.registry.find(control.get("wsfunction", ""))
            result = exchange.perform(
                request,
                control.get("wsfunction", ""),
                control.get("wstoken", ""),
                PROTOCOL,
                _kept_body(body, query),
                lambda found: _arguments(found, query + form, fault),
            )
        except CallError as error:
            return _answer(error_json(error) if as_json else error_xml(error), as_json)
        text = result_json(result) if as_json else result_xml(result, _result_schema(function))
        return _answer(text, as_json)

    app.add_url_rule(REST, "moodle_rest", handle, methods=["GET", "POST"], provide_automatic_options=False)


def decode(function: ExternalFunction, pairs: Pairs) -> Any:
    """Return the arguments that form fields mean.

    :raises InvalidParameter: the fields do not nest.
    """
    arguments = [p for p in pairs if p[0] not in CONTROL and not p[0].startswith(SETTINGS_PREFIX)]
    return decode_strings(function.params, nest(arguments))


def decode_body(function: ExternalFunction, body: bytes) -> Any:
    """Return the arguments that the body of a kept request means."""
    return decode(function, parse_pairs(body))


def _arguments(function: ExternalFunction, pairs: Pairs, fault: CallError | None) -> Any:
    if fault:  # told now that the caller is known, so that the request can be kept
        raise fault
    return decode(function, pairs)


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


def _kept_body(body: bytes, query: Pairs) -> bytes:
    """Return what is kept of a request: arguments may stand in its query too."""
    arguments = [pair for pair in query if pair[0] not in CONTROL]
    return b"&".join(part for part in (_plain_form(arguments), body) if part)


def _plain_form(pairs: Pairs) -> bytes:
    return urlencode(pairs, errors="surrogateescape").encode()


def _result_schema(function: ExternalFunction | None) -> Schema:
    return function.result if function else Schema()


def _answer(text: str, as_json: bool) -> Response:
    kind = "application/json" if as_json else "application/xml; charset=utf-8"
    response = Response(text.encode("utf-8"), content_type=kind)
    response.headers["Cache-Control"] = NO_STORE
    return response


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
    """Escape as PHP's htmlspecialchars does with ENT_COMPAT: single quotes stay."""
    return escape(text, quote=False).replace('"', "&quot;")
