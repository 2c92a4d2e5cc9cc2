"""Form fields as PHP reads them: `a[0][b]=1` is {"a": {"0": {"b": "1"}}}.

Source: PHP manual, "Variables from external sources". Stricter in one point: a name that comes twice
is an error, because text that is not escaped can forge a field, and PHP would let the last one win.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from app.errors import InvalidParameter, MalformedRequest

DEPTH_LIMIT = 8
FIELDS_LIMIT = 1_000_000
CACHED_NAME = 64

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)", re.DOTALL)
_KEY = re.compile(r"\[([^\[\]]*)\]", re.DOTALL)


def parse_pairs(text: bytes) -> list[tuple[str, str]]:
    """Return names and values of a form or query; bytes that are no UTF-8 become lone surrogates.

    :raises MalformedRequest: it has more fields than any request may have.
    """
    fields = text.decode("utf-8", "surrogateescape").split("&")
    if len(fields) > FIELDS_LIMIT:
        raise MalformedRequest(f"The form has more than {FIELDS_LIMIT} fields")
    # urllib's parse_qsl does the same; it takes three times as long, and most fields need no unquoting.
    return [(_unquote(name), _unquote(value)) for name, _, value in (f.partition("=") for f in fields if f)]


def _unquote(text: str) -> str:
    if "%" in text or "+" in text:
        return unquote_plus(text, errors="surrogateescape")
    return text


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the fields nested.

    :raises InvalidParameter: a name is no PHP name, nested too deep, comes twice, or is both a value and an array.
    """
    root: dict[str, Any] = {}
    for name, value in pairs:
        path = _split_cached(name) if len(name) <= CACHED_NAME else _split(name)
        node = root
        for key in path[:-1]:
            node = node.setdefault(key or _next_key(node, name), {})
            if type(node) is not dict:
                raise InvalidParameter(f"{name[:CACHED_NAME]}: is both a value and an array")
        last = path[-1] or _next_key(node, name)
        if last in node:
            raise InvalidParameter(f"{name[:CACHED_NAME]}: comes twice")
        node[last] = value
    return root


def _next_key(node: dict[str, Any], name: str) -> str:
    key = str(len(node))
    if key in node:
        raise InvalidParameter(f"{name[:CACHED_NAME]}: stands beside numbered elements")
    return key


def _split(name: str) -> tuple[str, ...]:
    match = _NAME.fullmatch(name)
    keys = _KEY.findall(match.group(2)) if match else []
    if match is None:
        raise InvalidParameter(f"{name[:CACHED_NAME]}: is not a field name")
    if len(keys) >= DEPTH_LIMIT:
        raise InvalidParameter(f"{name[:CACHED_NAME]}: is nested deeper than {DEPTH_LIMIT} levels")
    return (match.group(1), *keys)


_split_cached = lru_cache(maxsize=8192)(_split)
