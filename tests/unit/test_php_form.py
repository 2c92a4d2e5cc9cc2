"""Form fields as PHP nests them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import CallError, InvalidParameter
from app.protocols.php_form import DEPTH_LIMIT, nest, parse_pairs
from tests.protocols.wires import encode_form

KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="[]"), min_size=1, max_size=5)
VALUES = st.text(st.characters(exclude_categories=["Cs"]))
FORMS = st.dictionaries(
    KEYS, st.recursive(VALUES, lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3), max_leaves=6)
)


def depth(node: Any) -> int:
    return 1 + max(map(depth, node.values())) if isinstance(node, dict) and node else 0


@given(FORMS)
def test_what_was_encoded_nests_again(form: dict[str, Any]) -> None:
    pairs = parse_pairs(encode_form(form))
    if depth(form) <= DEPTH_LIMIT:
        assert nest(pairs) == form
    else:
        with pytest.raises(InvalidParameter, match="is nested deeper"):
            nest(pairs)


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        (b"", {}),
        (b"a=1", {"a": "1"}),
        (b"a", {"a": ""}),
        (b"a=1=2", {"a": "1=2"}),
        (b"a[0][b]=1&a[0][c]=2&a[1][b]=3", {"a": {"0": {"b": "1", "c": "2"}, "1": {"b": "3"}}}),
        (b"a%5B0%5D%5Bb%5D=1", {"a": {"0": {"b": "1"}}}),
        (b"a[]=1&a[]=2", {"a": {"0": "1", "1": "2"}}),
        (b"a[][b]=1&a[][b]=2", {"a": {"0": {"b": "1"}, "1": {"b": "2"}}}),
        (b"a=x+y%2Bz%26", {"a": "x y+z&"}),
        (b"a=" + "課題".encode(), {"a": "課題"}),
        (b"a=%E8%AA%B2", {"a": "課"}),
        (b"a=%ff\xfe", {"a": "\udcff\udcfe"}),
        (b"a=%", {"a": "%"}),
        (b"a=%0&b=%zz", {"a": "%0", "b": "%zz"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"&&a=1&", {"a": "1"}),
        (b"a.b c=1", {"a.b c": "1"}),
    ],
)
def test_a_form_nests(text: bytes, nested: dict[str, Any]) -> None:
    assert nest(parse_pairs(text)) == nested


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"a=1&a=2", "a: comes twice"),
        (b"a[b]=1&a[b]=1", "a[b]: comes twice"),
        (b"a=1&a[b]=2", "a[b]: is both a value and an array"),
        (b"a[b]=2&a=1", "a: comes twice"),
        (b"a[b][c]=1&a[b]=2", "a[b]: comes twice"),
        (b"a[1]=x&a[]=y", "a[]: stands beside numbered elements"),
        (b"a[1][b]=x&a[][c]=y", "a[][c]: stands beside numbered elements"),
        (b"a[b=1", "a[b: is not a field name"),
        (b"a]b=1", "a]b: is not a field name"),
        (b"[a]=1", "[a]: is not a field name"),
        (b"a[b]c=1", "a[b]c: is not a field name"),
        (b"a[[b]]=1", "a[[b]]: is not a field name"),
        (b"=1", ": is not a field name"),
        (b"a" + b"[b]" * 8 + b"=1", f"a{'[b]' * 8}: is nested deeper than 8 levels"),
        (b"x" * 99 + b"[=1", f"{'x' * 64}: is not a field name"),
    ],
)
def test_what_php_would_twist_is_refused(text: bytes, fault: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        nest(parse_pairs(text))
    assert caught.value.detail == fault


def test_seven_brackets_are_the_deepest() -> None:
    assert depth(nest([("a" + "[b]" * 7, "1")])) == DEPTH_LIMIT


RAW = st.binary().map(lambda data: data.decode("utf-8", "surrogateescape"))


@given(st.text(st.sampled_from("a=&%+2F課\udcff[]; ")) | RAW)
def test_pairs_are_those_of_the_standard_library(text: str) -> None:
    expected = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    assert parse_pairs(text.encode("utf-8", "surrogateescape")) == expected


def test_a_form_of_too_many_fields_is_refused_unread() -> None:
    with pytest.raises(CallError, match="more than 1000000 fields"):
        parse_pairs(b"a&" * 1_000_000 + b"a")


@given(st.binary())
def test_no_bytes_are_an_error_of_the_service(data: bytes) -> None:
    pairs = parse_pairs(data)
    try:
        nested = nest(pairs)
    except InvalidParameter:
        return
    assert depth(nested) <= DEPTH_LIMIT
    assert len(pairs) >= len(nested)


@given(st.text(st.sampled_from("ab[]=&0"), max_size=40))
def test_no_brackets_are_an_error_of_the_service(text: str) -> None:
    try:
        assert depth(nest(parse_pairs(text.encode()))) <= DEPTH_LIMIT
    except InvalidParameter as error:
        assert error.detail  # noqa: PT017  # the other outcome is as good
