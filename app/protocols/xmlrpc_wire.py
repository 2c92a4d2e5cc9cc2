"""XML-RPC requests: read strictly, without entities; repaired where a known client forgets to escape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import XML, Element, ParseError
from xml.parsers.expat import ExpatError
from xmlrpc.client import Error, Unmarshaller

from defusedxml.common import DefusedXmlException
from defusedxml.xmlrpc import DefusedExpatParser

from app.errors import MalformedRequest

DEPTH_LIMIT = 32
REPAIR_LIMIT = 512 * 1024
"""Bytes of the longest body that is repaired; one record is far shorter."""
_METHOD = re.compile(rb"<methodName>\s*([\w.:/-]{1,200})\s*</methodName>")
_UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
"""How a body in UTF-16 begins (XML 1.0, appendix F), the one encoding in which a name is not found as it is."""
_HEAD = r"\s*(?:<\?xml[^>]*\?>)?\s*<methodCall>\s*<methodName>\s*[\w.:/-]+\s*</methodName>\s*<params>\s*<param>"
_TAIL = r"\s*</struct>\s*</value>\s*</param>\s*</params>\s*</methodCall>\s*"
# Possessive: what can't match otherwise needs no place to go back to, which took 150 times the text's memory.
_MEMBER = (
    r"\s*<member>\s*<name>{}</name>\s*<value>\s*"
    r"(?:<string\s*/>|<string>([^<]*+(?:<(?!/?(?:member|name|value|string|struct)\b)[^<]*+)*+)</string>)\s*</value>\s*</member>"
)


_TEXTS = frozenset({"string", "name", "methodName"})


class _StrictUnmarshaller(Unmarshaller):
    """Refuses a struct that names a member twice, where the standard one lets the last win; and any depth."""

    dispatch: dict[str, Any] = dict(Unmarshaller.dispatch)  # noqa: RUF012  # as in the base class

    _text: str | None = None

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if self._text is not None:
            # The standard one drops what stood before: a file name with markup in it would be cut in silence.
            raise MalformedRequest(f"An element stands within <{self._text}>")
        self._text = tag if tag in _TEXTS else None
        super().start(tag, attrs)
        if len(self._marks) > DEPTH_LIMIT:
            raise MalformedRequest(f"The XML is nested deeper than {DEPTH_LIMIT} levels")

    def end(self, tag: str) -> None:
        self._text = None
        super().end(tag)

    def end_struct(self, data: str) -> None:
        names = self._stack[self._marks[-1] :: 2]
        if len(set(names)) != len(names):
            raise MalformedRequest("A struct names a member twice")
        super().end_struct(data)

    dispatch["struct"] = end_struct


def peek_method(body: bytes) -> str:
    """Return the method that a body names, or the empty string; before the rest is looked at."""
    codec = _UTF16.get(body[:2])
    match = _METHOD.search(body.decode(codec, "replace").encode("utf-8", "replace") if codec else body)
    return match.group(1).decode("ascii", "replace") if match else ""


def parse_call(body: bytes) -> tuple[str, tuple[Any, ...]]:
    """Return method name and parameters.

    :raises MalformedRequest: it is no XML, has a document type (entities), or is no method call.
    """
    plain = _read_plain(body)
    if plain is not None:
        return plain
    target = _StrictUnmarshaller(use_datetime=True, use_builtin_types=True)
    parser = DefusedExpatParser(target, forbid_dtd=True)
    try:
        parser.feed(body)
        parser.close()
        params = target.close()
    except DefusedXmlException as error:
        raise MalformedRequest("The XML has a document type, which is not read") from error
    except ExpatError as error:
        raise MalformedRequest(f"The XML is not well-formed: {error}") from error
    except (Error, ValueError, ArithmeticError, TypeError, LookupError, AttributeError) as error:
        raise MalformedRequest("The XML is no XML-RPC method call") from error
    return (target.getmethodname() or "").strip(), params


def _read_plain(body: bytes) -> tuple[str, tuple[Any, ...]] | None:
    """Read a call of one struct of texts, as all records come; None for any other, or where in doubt.

    The C parser builds its tree in a third of the time that the unmarshaller takes. A body without `<!`
    has no document type, so no entities; one with NUL is in an encoding that could hide it.
    """
    if b"<!" in body or b"\0" in body:
        return None
    try:
        call = XML(body)  # there are no entities, see above
        name, params = call
        ((value,),) = params
        (struct,) = value
        members = {key.text or "": text.text or "" for key, text in map(_plain_member, struct)}
    except (ParseError, ValueError, LookupError):
        return None
    tags = (call.tag, name.tag, params.tag, params[0].tag, value.tag, struct.tag)
    if tags != _PLAIN or len(members) != len(struct) or len(name):
        return None
    return (name.text or "").strip(), (members,)


_PLAIN = ("methodCall", "methodName", "params", "param", "value", "struct")


def _plain_member(member: Element) -> tuple[Element, Element]:
    name, value = member
    (text,) = value
    if (member.tag, name.tag, value.tag, text.tag) != ("member", "name", "value", "string"):
        raise ValueError("no member of plain text")
    if len(name) or len(text):
        raise ValueError("an element within a text")
    return name, text


def repair_struct(body: bytes, members: Sequence[str]) -> dict[str, str] | None:
    """Return the struct of texts that a client sent without escaping, or None where that is not certain.

    Certain is: one struct, exactly these members, in this order, each once, and no text that holds
    markup of XML-RPC itself. A text can forge a member; then there is one too many, and this gives None.

    :param members: the names in the order in which the client sends them.
    """
    if len(body) > REPAIR_LIMIT:
        return None
    text = body.decode("utf-8", "surrogateescape")
    for tag in ("<member>", "</member>", "<name>", "</name>"):
        if text.count(tag) != len(members):
            return None
    pattern = _HEAD + r"\s*<value>\s*<struct>" + "".join(_MEMBER.format(re.escape(m)) for m in members) + _TAIL
    match = re.fullmatch(pattern, text, re.DOTALL)
    if match is None:
        return None
    return dict(zip(members, (value or "" for value in match.groups()), strict=True))
