"""XML-RPC, as Moodle served it up to 4.1, on flask-xmlrpcre.

Two doors of that library are closed here: its dispatcher tells callers the text of any exception,
and its introspection lists functions to callers without a token.
"""

from __future__ import annotations

from typing import Any
from xmlrpc.client import Fault, dumps

from flask import Flask, Response, request
from flask_xmlrpcre.xmlrpcre import XMLRPCHandler

from app.errors import CallError, InvalidParameter, MalformedRequest
from app.fields import decode_strings
from app.protocols.exchange import Exchange, clean, read_body, text_of
from app.protocols.php_form import parse_pairs
from app.protocols.php_paths import XMLRPC
from app.protocols.xmlrpc_wire import parse_call, peek_method, repair_struct
from app.registry import ExternalFunction

PROTOCOL = "xmlrpc"
SHORT_PATH = "/xmlrpc"


def connect(app: Flask, exchange: Exchange) -> None:
    """Serve the protocol at Moodle's path and at a short one."""
    handler = _Handler(exchange)
    handler.connect(app, XMLRPC, "xmlrpc_moodle")
    handler.connect(app, SHORT_PATH, "xmlrpc")


class _Handler(XMLRPCHandler):  # type: ignore[misc]  # the library has no types
    """The library's handler, with the registry behind it instead of its own table of functions."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(introspection=False, multicall=False)
        self._exchange = exchange

    def handle_request(self) -> Response:
        """Answer the request in hand; HTTP 200 with a fault where something is wrong."""
        try:
            body = read_body(request)
            text = self._marshaled_dispatch(body)
        except CallError as error:
            text = _fault(error)
        return Response(text, content_type="text/xml; charset=utf-8")

    def _marshaled_dispatch(self, data: bytes, *_: Any, **__: Any) -> bytes:
        try:
            result = self._dispatch(peek_method(data), data)
        except CallError as error:
            return _fault(error)
        return _dump_result(result) if result else _EMPTY

    def _dispatch(self, method: str, params: bytes) -> dict[str, Any]:
        token = dict(parse_pairs(request.query_string)).get("wstoken", "")
        exchange = self._exchange
        result = exchange.perform(request, method, token, PROTOCOL, params, lambda f: decode_body(f, params))
        return dict(result)


def decode_body(function: ExternalFunction, body: bytes) -> Any:
    """Return the arguments that a body means.

    :raises MalformedRequest: it can't be read, and can't be repaired either.
    :raises InvalidParameter: it has too many parameters.
    """
    try:
        method, params = parse_call(body)
    except MalformedRequest:
        repaired = repair_struct(body, function.unescaped) if function.unescaped else None
        if repaired is None:
            raise
        method, params = peek_method(body), (repaired,)
    if method != peek_method(body):
        raise MalformedRequest("The XML names two methods")
    if len(params) > len(function.positional):
        raise InvalidParameter(f"{len(params)} parameters, the limit is {len(function.positional)}")
    return decode_strings(function.params, dict(zip(function.positional, params, strict=False)))


def _dump_result(result: dict[str, Any]) -> bytes:
    # A reader of XML takes a bare CR for a line end, and gives LF; custom parameters have CR LF.
    text = dumps((result,), methodresponse=True, encoding="utf-8").replace("\r", "&#13;")
    return text.encode("utf-8")


_EMPTY = _dump_result({})


def _fault(error: CallError) -> bytes:
    fault = Fault(error.fault, clean(f"{error.code}: {text_of(error)}"))
    return dumps(fault, methodresponse=True, encoding="utf-8").replace("\r", "&#13;").encode("utf-8")
