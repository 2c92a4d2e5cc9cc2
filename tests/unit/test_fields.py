"""Fields that all wires can carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields, validate

from app.fields import (
    TEXT_LIMIT,
    EachOf,
    Identifier,
    Integer,
    Item,
    StrictSchema,
    Text,
    decode_strings,
    load,
    schema_faults,
    text_fault,
)
from app.nblogs.functions import RecordSchema

RECORD = RecordSchema()
EACH = EachOf(RecordSchema, limit=5)
ANY_TEXT = st.text(max_size=3) | st.sampled_from(
    ["\x00", "\ud800", "\udcff", "\x1b", "\ufffe", "ok", "x" * 40_000]
)
ANY_VALUE = (
    ANY_TEXT | st.none() | st.integers() | st.booleans() | st.lists(st.integers(), max_size=1) | st.binary()
)
NAMES = st.sampled_from([*RECORD.fields, "extra", "", "Host"])


def by_schema(index: int, element: Any) -> Item:
    """Read an element by the schema alone, as the rule is written down."""
    if not isinstance(element, dict):
        return Item(index, element, {"": f"is not a struct but {type(element).__name__}"})
    try:
        return Item(index, RECORD.load(element))
    except ValidationError as error:
        faults: Any = error.messages
        return Item(index, element, {name: messages[0] for name, messages in faults.items()})


@given(st.lists(st.dictionaries(NAMES, ANY_VALUE, max_size=12) | ANY_VALUE, min_size=1, max_size=5))
def test_the_fast_way_reads_what_the_schema_reads(elements: list[Any]) -> None:
    assert EACH.deserialize(elements) == [by_schema(index, element) for index, element in enumerate(elements)]


class OneList(StrictSchema):
    records = EachOf(RecordSchema, limit=2, required=True)


def outcome(read: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return "loaded", read()
    except ValidationError as error:
        return "refused", schema_faults(error)


@given(
    st.dictionaries(
        st.sampled_from(["records", "x"]),
        ANY_VALUE | st.lists(st.dictionaries(NAMES, ANY_VALUE, max_size=3) | ANY_VALUE, max_size=3),
    )
    | ANY_VALUE
)
def test_arguments_are_loaded_as_the_schema_loads_them(arguments: Any) -> None:
    assert outcome(lambda: load(OneList(), arguments)) == outcome(lambda: OneList().load(arguments))


@pytest.mark.parametrize("length", [TEXT_LIMIT - 1, TEXT_LIMIT, TEXT_LIMIT + 1])
def test_the_fast_way_ends_where_the_limit_does(length: int) -> None:
    for element in ({"tags": "x" * length}, {"tags": "x" * length, "host": "x" * length}):
        assert EACH.deserialize([element]) == [by_schema(0, element)]


class TextOfItsOwn(str):
    __slots__ = ()


def test_a_text_of_another_class_leaves_as_plain_text() -> None:
    (item,) = EACH.deserialize([{"host": TextOfItsOwn("x")}])
    assert type(item.value["host"]) is str


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("text", "is not a list but str"),
        ({"host": "x"}, "is not a list but dict"),
        (None, "Field may not be null."),
        ([], "is an empty list"),
        ([{}] * 6, "has 6 elements, the limit is 5"),
    ],
)
def test_a_fault_of_the_list_itself_is_an_error(value: Any, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        EACH.deserialize(value)


def test_a_lone_struct_counts_as_a_list_of_one_where_that_is_allowed() -> None:
    single = EachOf(RecordSchema, limit=5, single=True)
    assert single.deserialize({"host": "x"}) == EACH.deserialize([{"host": "x"}])


@pytest.mark.parametrize("good", ["", "a\t\r\n", "課題", "😀", "\x7f", "\x85", "\ud7ff\ue000\ufffd"])
def test_text_that_xml_can_carry_is_text(good: str) -> None:
    assert text_fault(good) is None


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("ab\x00", "has the control character U+0000 at character 3"),
        ("\x1f", "has the control character U+001F at character 1"),
        ("a\uffff", "has the control character U+FFFF at character 2"),
        ("a\udcff", "is not valid UTF-8 at character 2"),
        (b"x", "is not text but bytes"),
        (None, "is not text but NoneType"),
    ],
)
def test_text_that_xml_cannot_carry_is_named(bad: object, fault: str) -> None:
    assert text_fault(bad) == fault


@given(st.text())
def test_every_text_is_either_xml_or_has_a_fault(text: str) -> None:
    carried = all(c in "\t\n\r" or c >= " " for c in text) and not {"\ufffe", "\uffff"} & set(text)
    assert (text_fault(text) is None) == carried


def test_a_limit_is_told_with_the_length() -> None:
    with pytest.raises(ValidationError, match="has 4 characters, the limit is 3"):
        Text(limit=3).deserialize("abcd")
    assert Text(limit=3).deserialize("😀😀😀") == "😀😀😀"


@pytest.mark.parametrize("value", ["7", "1.9", 1.9, 1.0, True, None, [7], 2**31, -(2**31) - 1, 10**30])
def test_an_integer_is_one_that_json_and_xml_rpc_share(value: Any) -> None:
    with pytest.raises(ValidationError):
        Integer().deserialize(value)


@pytest.mark.parametrize("value", [-(2**31), 0, 2**31 - 1])
def test_the_ends_of_32_bits_are_integers(value: int) -> None:
    assert Integer().deserialize(value) == value


def test_an_identifier_is_positive() -> None:
    assert Identifier().deserialize(1) == 1
    with pytest.raises(ValidationError, match="must be an integer from 1 to 2147483647"):
        Identifier().deserialize(0)


class Inner(StrictSchema):
    number = Integer()
    text = Text()


class Outer(StrictSchema):
    number = Integer()
    flag = fields.Boolean()
    texts = fields.List(Text())
    numbers = fields.List(Integer(), validate=validate.Length(max=2))
    inner = fields.Nested(Inner)
    inners = fields.List(fields.Nested(Inner))
    many = fields.Nested(Inner, many=True)
    each = EachOf(RecordSchema, limit=5)
    one = EachOf(RecordSchema, limit=5, single=True)


@pytest.mark.parametrize(
    ("name", "wire", "decoded"),
    [
        ("number", "7", 7),
        ("number", "-7", -7),
        ("number", "007", 7),
        ("number", 7, 7),
        ("flag", "1", True),
        ("flag", "0", False),
        ("texts", {"0": "a", "7": "b"}, ["a", "b"]),
        ("texts", {"0": "7"}, ["7"]),
        ("numbers", {"1": "1", "0": "2"}, [1, 2]),
        ("inner", {"number": "7", "text": "8"}, {"number": 7, "text": "8"}),
        ("inners", {"0": {"number": "7"}}, [{"number": 7}]),
        ("many", {"0": {"number": "7"}}, [{"number": 7}]),
        ("each", {"3": {"host": "a"}, "1": {"host": "b"}}, [{"host": "a"}, {"host": "b"}]),
        ("one", {"host": "a"}, {"host": "a"}),
        ("one", {"0": {"host": "a"}}, [{"host": "a"}]),
        ("unknown", "7", "7"),
    ],
)
def test_strings_of_a_form_become_what_the_schema_wants(name: str, wire: Any, decoded: Any) -> None:
    assert decode_strings(Outer(), {name: wire}) == {name: decoded}


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("number", "1.9"),
        ("number", ""),
        ("number", "９"),
        ("number", " 7"),
        ("number", "7\n"),
        ("number", "1" * 11),
        ("flag", "2"),
        ("flag", "true"),
        ("texts", "a"),
        ("inner", "a"),
        ("numbers", None),
        ("each", "x"),
    ],
)
def test_what_is_not_clear_stays_for_the_schema_to_refuse(name: str, wire: Any) -> None:
    assert decode_strings(Outer(), {name: wire}) == {name: wire}
    assert decode_strings(Outer(), wire) == wire


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*Outer().fields, "0", "x"]), inner)
    ),
)


@given(JSON)
def test_nothing_that_a_wire_brings_breaks_the_decoding(data: Any) -> None:
    decoded = decode_strings(Outer(), data)
    assert decode_strings(Outer(), decoded) == decoded


def test_faults_are_told_with_their_path() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer().load({"inners": [{}, {"number": "x"}], "numbers": [1, 2, 3], "extra": 1, "inner": 5})
    assert schema_faults(caught.value) == {
        "inners[1].number": "must be an integer from -2147483648 to 2147483647",
        "numbers": "Longer than maximum length 2.",
        "extra": "Unknown field.",
        "inner": "Invalid input type.",
    }
