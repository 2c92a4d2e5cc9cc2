"""Reads a kept request again, the way its protocol read it first."""

from __future__ import annotations

import json
from typing import Any

from app.errors import MalformedRequest
from app.protocols import json_api, moodle_rest, xmlrpc
from app.registry import ExternalFunction

_DECODERS = {
    json_api.PROTOCOL: json_api.decode_body,
    moodle_rest.PROTOCOL: moodle_rest.decode_body,
    xmlrpc.PROTOCOL: xmlrpc.decode_body,
}


def decode_kept(function: ExternalFunction, protocol: str, raw: bytes, whole: bool) -> Any:
    """Return the arguments of a kept request, or of one kept element of its only parameter.

    :raises CallError: it still can't be read.
    """
    if not whole:
        try:
            return {function.positional[0]: [json.loads(raw)]}
        except ValueError:
            raise MalformedRequest("what is kept of the record is no JSON") from None
    if protocol not in _DECODERS:
        raise MalformedRequest(f"there is no protocol {protocol}")
    return _DECODERS[protocol](function, raw)
