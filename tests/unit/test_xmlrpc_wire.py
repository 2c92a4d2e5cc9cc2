"""XML-RPC requests: read strictly, repaired narrowly."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from xmlrpc.client import dumps

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import MalformedRequest
from app.nblogs.record import FIELDS
from app.protocols.xmlrpc_wire import DEPTH_LIMIT, parse_call, peek_method, repair_struct
from tests.support.process import ROOT
from tests.support.rawhttp import load_recorded
from tests.support.site import record

WIRE = ROOT / "tests" / "data" / "wire"
METHOD = "mod_lticontainer_write_nbdata"
# XML 1.0's Char, less the carriage return, which every XML reader turns into a line feed.
XML_TEXT = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cc", "Cs"),
        exclude_characters="\ufffe\uffff",
        include_characters="\t\n",
    )
)


def recorded_body(name: str) -> bytes:
    return load_recorded(WIRE / f"xmlrpc-{name}.http", "t").partition(b"\r\n\r\n")[2]


MALFORMED = recorded_body("2-client-malformed-xml")
CLIENT = recorded_body("1-session")


def unescaped(values: dict[str, str]) -> bytes:
    """Write a call as the C client does: no text is escaped."""
    texts = {name: f"<string>{text}</string>" if text else "<string />" for name, text in values.items()}
    members = "".join(f"<member><name>{n}</name><value>{text}</value></member>" for n, text in texts.items())
    value = f"<param><value><struct>{members}</struct></value></param>"
    call = f"<methodCall><methodName>{METHOD}</methodName><params>{value}</params></methodCall>"
    return f'<?xml version="1.0" encoding="utf-8"?>{call}'.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("name", ["1-session", "3-server"])
def test_a_recorded_request_is_read(name: str) -> None:
    method, (struct,) = parse_call(recorded_body(name))
    assert (method, tuple(struct), struct["session"]) == (METHOD, FIELDS, "c6c26813-66e6-4eeb-8b26-9ced5c9bed1c")


def test_the_recorded_malformed_request_is_repaired_exactly() -> None:
    with pytest.raises(MalformedRequest, match="not well-formed"):
        parse_call(MALFORMED)
    repaired = repair_struct(MALFORMED, FIELDS)
    assert repaired == record(
        host="client",
        session="c6c26813-66e6-4eeb-8b26-9ced5c9bed1c",
        message="80a8084a-ab3b-4861-b092-431bdd5f4aad",
        cell_id="c1",
        tags='["filename:Task <1> & \\u8ab2\\u984c 課題.ipynb", "codenum:1"]',
        date="2026-11-23T10:31:48.011400Z",
    )


TEXTS = st.text(st.sampled_from("a<>&\"'/= 課é\n;") | st.characters(exclude_categories=["Cs"]), max_size=20)


# hypothesis also tries the texts that it finds in the code itself.
TEXTS = TEXTS.filter(lambda text: not re.search("</?(member|name|value|string|struct)", text))


@given(st.lists(TEXTS, min_size=10, max_size=10))
def test_any_text_that_forges_no_markup_is_repaired(texts: list[str]) -> None:
    values = dict(zip(FIELDS, texts, strict=True))
    assert repair_struct(unescaped(values), FIELDS) == values


@pytest.mark.parametrize(
    "forged",
    [
        "</string></value></member><member><name>status</name><value><string>ok",
        "</string></value></member><member><name>extra</name><value><string>x",
        "<member>",
        "</member>",
        "<name>host</name>",
        "</string>",
        "<string>",
        "<value>",
        "</value>",
        "</struct>",
        "</string></value></member></struct></value></param></params></methodCall>",
    ],
)
@pytest.mark.parametrize("field", ["tags", "username", "date"])
def test_text_that_forges_markup_is_not_repaired(forged: str, field: str) -> None:
    assert repair_struct(unescaped(record(**{field: f"&{forged}"})), FIELDS) is None


def test_a_forged_member_in_the_place_of_a_true_one_is_not_repaired() -> None:
    body = unescaped(record(username="USER", cell_id="CELL"))
    start, end = body.index(b"USER"), body.index(b"CELL")
    assert repair_struct(body[:start] + b"x<member>" + body[end:], FIELDS) is None


@pytest.mark.parametrize(
    "names",
    [FIELDS[1:], (*FIELDS, "extra"), (*FIELDS[:9], "host"), FIELDS[::-1], (*FIELDS[:9], "Date")],
    ids=["one missing", "one more", "one twice", "another order", "another name"],
)
def test_other_members_are_not_repaired(names: tuple[str, ...]) -> None:
    assert repair_struct(unescaped(dict.fromkeys(names, "&")), FIELDS) is None


def test_more_than_one_struct_is_not_repaired() -> None:
    body = unescaped(record(tags="&"))
    param = body[body.index(b"<param>") : body.index(b"</params>")]
    assert repair_struct(body.replace(param, param * 2), FIELDS) is None
    assert repair_struct(body + body, FIELDS) is None
    assert repair_struct(body[:-1], FIELDS) is None


def test_bytes_that_are_no_utf8_stay_visible() -> None:
    repaired = repair_struct(unescaped(record(tags="a\udcff&")), FIELDS)
    assert repaired is not None
    assert repaired["tags"] == "a\udcff&"


def test_a_member_that_comes_twice_is_refused() -> None:
    twice = "<member><name>host</name><value>a</value></member>" * 2
    body = dumps(({"host": "a"},), METHOD).replace("<member>\n<name>host</name>\n", "<member><name>host</name>")
    start, end = body.index("<member>"), body.index("</struct>")
    with pytest.raises(MalformedRequest, match="names a member twice"):
        parse_call((body[:start] + twice + body[end:]).encode())


@pytest.mark.parametrize(
    "prologue",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///dev/null"> %a;]>',
    ],
)
def test_a_document_type_is_refused(prologue: str) -> None:
    with pytest.raises(MalformedRequest, match="has a document type"):
        parse_call((prologue + dumps((), METHOD)[22:]).encode())


def test_depth_has_a_limit() -> None:
    def nested(depth: int) -> bytes:
        value = "<array><data><value>" * depth + "<int>1</int>" + "</value></data></array>" * depth
        return dumps(("X",), METHOD).replace("<string>X</string>", value).encode()

    _, (value,) = parse_call(nested(DEPTH_LIMIT))
    assert str(value) == "[" * DEPTH_LIMIT + "1" + "]" * DEPTH_LIMIT
    for depth in (DEPTH_LIMIT + 1, 100_000):
        with pytest.raises(MalformedRequest, match="nested deeper than 32 levels"):
            parse_call(nested(depth))


@pytest.mark.parametrize(
    ("body", "method"),
    [
        (b"<methodCall><methodName> a.b_c </methodName>", "a.b_c"),
        (b"<methodName>" + b"a" * 201 + b"</methodName>", ""),
        ("<methodName>méthode</methodName>".encode(), ""),
        (b"<methodName></methodName>", ""),
        (b" " * 4096 + b"<methodName>a</methodName>", "a"),
        (b"", ""),
    ],
)
def test_the_method_is_read_before_the_rest(body: bytes, method: str) -> None:
    assert peek_method(body) == method


PIECES = st.sampled_from(
    [
        f"<{slash}{tag}>"
        for slash in ("", "/")
        for tag in (
            "methodCall",
            "methodName",
            "params",
            "param",
            "value",
            "struct",
            "member",
            "name",
            "array",
            "data",
            "int",
            "string",
            "nil",
            "base64",
            "boolean",
            "double",
            "bigdecimal",
            "dateTime.iso8601",
            "fault",
            "methodResponse",
            "x:int",
        )
    ]
    + [
        "1",
        "x",
        "&",
        "<",
        "&#0;",
        "&lt;",
        "<nil/>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?x?>",
        "\x00",
        "9" * 5000,
    ]
)


def read_as_the_service_does(body: bytes) -> Any:
    with suppress(MalformedRequest):  # the only exception that may leave
        return parse_call(body)
    return repair_struct(body, FIELDS)


@given(st.lists(PIECES, max_size=30))
def test_no_markup_is_an_error_of_the_service(pieces: list[str]) -> None:
    text = "".join(pieces)
    read_as_the_service_does(text.encode())
    call = (
        f"<methodCall><methodName>a</methodName><params><param><value>{text}</value></param></params></methodCall>"
    )
    found = read_as_the_service_does(call.encode())
    assert found is None or isinstance(found[1], tuple)


@given(st.binary())
def test_no_bytes_are_an_error_of_the_service(data: bytes) -> None:
    found = read_as_the_service_does(data)
    assert found is None or found[1] == ()
    at = len(CLIENT) // 2
    read_as_the_service_does(CLIENT[:at] + data + CLIENT[at:])
    read_as_the_service_does(MALFORMED[:at] + data + MALFORMED[at:])
    assert isinstance(peek_method(data), str)


@pytest.mark.parametrize(
    "encoding", ["utf-7", "idna", "utf-16", "rot13", "nonsense", "punycode", "hex", "undefined"]
)
def test_no_encoding_is_an_error_of_the_service(encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?>{dumps((), METHOD)[22:]}'.encode()
    assert read_as_the_service_does(body) is None


JSON = st.recursive(
    st.integers(-(2**31), 2**31 - 1) | st.booleans() | st.text(st.sampled_from("ab<>&課\t")) | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.sampled_from("ab<&")), inner, max_size=3)
    ),
)


@given(st.lists(JSON, max_size=3))
def test_what_a_library_writes_is_read(params: list[Any]) -> None:
    body = dumps(tuple(params), METHOD, allow_none=True).encode()
    assert parse_call(body) == (METHOD, tuple(params))


@given(values=st.lists(XML_TEXT, min_size=1, max_size=10), method=st.sampled_from(["m", " m ", "a.b"]))
def test_a_struct_of_texts_is_read_as_any_other_struct(values: list[str], method: str) -> None:
    body = dumps(({f"f{i}": value for i, value in enumerate(values)},), method).encode()
    beside = body.replace(b"<params>", b"<!-- not plain --><params>")
    assert parse_call(body) == parse_call(beside)


@pytest.mark.parametrize(
    "value",
    [
        "<struct><member><name>a</name><value><int>1</int></value></member></struct>",
        "<struct><member><name>a</name><value>bare</value></member></struct>",
        "<struct><member><name>a</name><value><string>1</string></value></member></struct>",
        "<struct></struct>",
        "<string>text</string>",
        "<array><data><value><string>1</string></value></data></array>",
        "<struct><member><name>a</name><value><string>1<b/>2</string></value></member></struct>",
        "<struct><member><name>a</name><value>x<string>1</string>y</value></member></struct>",
    ],
)
def test_what_is_not_plain_is_read_by_the_book(value: str) -> None:
    params = f"<params><param><value>{value}</value></param></params>"
    body = f"<methodCall><methodName>m</methodName>{params}</methodCall>"
    beside = body.replace("<params>", "<!-- not plain --><params>")
    assert outcome(body.encode()) == outcome(beside.encode())


def outcome(body: bytes) -> object:
    try:
        return parse_call(body)
    except MalformedRequest as error:
        return error.detail


@pytest.mark.parametrize("text", ["a<b>1</b>c", "<i/>x"])
def test_markup_in_a_text_is_repaired_and_not_cut(text: str) -> None:
    body = unescaped(dict.fromkeys(FIELDS, "") | {"tags": text})
    with pytest.raises(MalformedRequest, match="stands within"):
        parse_call(body)
    repaired = repair_struct(body, FIELDS)
    assert repaired is not None
    assert repaired["tags"] == text


def test_a_document_type_in_utf_16_is_refused() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e "v">]>' + STRUCT.replace("v", "&e;")
    with pytest.raises(MalformedRequest, match="document type"):
        parse_call(text.encode("utf-16"))


STRUCT = (
    "<methodCall><methodName>m</methodName><params><param><value><struct><member><name>a</name>"
    "<value><string>v</string></value></member></struct></value></param></params></methodCall>"
)


def test_a_long_body_is_not_repaired() -> None:
    assert repair_struct(unescaped(dict.fromkeys(FIELDS, "") | {"tags": "&" * 600_000}), FIELDS) is None
