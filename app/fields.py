"""The few marshmallow fields that all three wires can carry.

XML-RPC has no integers from 2**31, no null, and no text with NUL, control characters or lone
surrogates; so no function may take or give them. Schemas are strict and JSON-typed: the adapters of
the wires that know only strings decode them first, with :func:`decode_strings`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

INT32_MAX = 2**31 - 1
TEXT_LIMIT = 65_535

# XML 1.0, section 2.2: what is not a Char. Lone surrogates are how Python carries bytes that are no UTF-8.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text_fault(value: object) -> str | None:
    """Say why a value is not text that every wire and database can carry, or return None."""
    if not isinstance(value, str):
        return f"is not text but {type(value).__name__}"
    bad = NOT_TEXT.search(value)
    if bad is None:
        return None
    if "\ud800" <= bad.group() <= "\udfff":
        return f"is not valid UTF-8 at character {bad.start() + 1}"
    return f"has the control character U+{ord(bad.group()):04X} at character {bad.start() + 1}"


class StrictSchema(Schema):
    """A schema that refuses what it does not know."""

    class Meta:
        """marshmallow's options."""

        unknown = RAISE


class Text(fields.String):
    """Text without control characters; `limit` in characters."""

    def __init__(self, *, limit: int = TEXT_LIMIT, **kwargs: Any) -> None:
        """Make a text field of at most `limit` characters."""
        metadata = {"maxLength": limit} | kwargs.pop("metadata", {})
        super().__init__(metadata=metadata, **kwargs)
        self.limit = limit

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        fault = text_fault(value)
        if fault is None and len(value) > self.limit:
            fault = f"has {len(value)} characters, the limit is {self.limit}"
        if fault:
            raise ValidationError(fault)
        return str(value)


class Integer(fields.Integer):
    """A JSON integer that XML-RPC can carry; 1.0, "1" and true are none."""

    def __init__(self, *, minimum: int = -INT32_MAX - 1, maximum: int = INT32_MAX, **kwargs: Any) -> None:
        """Make an integer field with both ends of its range allowed."""
        message = f"must be an integer from {minimum} to {maximum}"
        super().__init__(strict=True, validate=validate.Range(minimum, maximum, error=message), **kwargs)
        self.error_messages["invalid"] = message

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class Integers(fields.List[int]):
    """A list of integers that XML-RPC can carry, read and checked as a whole: charts have thousands."""

    def __init__(self, **kwargs: Any) -> None:
        """Make a field for a list of integers."""
        super().__init__(Integer(), **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return None if value is None else list(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[int | None]:
        whole = isinstance(value, list) and set(map(type, value)) <= {int}
        if not whole or (value and not (min(value) >= -INT32_MAX - 1 and max(value) <= INT32_MAX)):
            raise ValidationError(f"must be a list of integers from {-INT32_MAX - 1} to {INT32_MAX}")
        return list(value)


class Flag(fields.Boolean):
    """A JSON true or false; 1, "true" and the like are none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise ValidationError("must be true or false")
        return value


class Identifier(Integer):
    """The id of something in Moodle: 1 to 2,147,483,647."""

    def __init__(self, **kwargs: Any) -> None:
        """Make a field for a Moodle id."""
        super().__init__(minimum=1, **kwargs)


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a list, read on its own.

    `value` is what was loaded, or the element as it came when `faults` (field -> sentence) is not empty.
    """

    index: int
    value: Any
    faults: Mapping[str, str] = field(default_factory=dict)


class EachOf(fields.Field[Any]):
    """A list whose elements are read one by one, so that a bad one does not lose its neighbours.

    Loads as a list of :class:`Item`. The elements are flat structs of texts. With `single`, a lone
    struct counts as a list of one. Faults of the list itself are errors as in any field.
    """

    def __init__(self, schema: type[Schema], *, limit: int, single: bool = False, **kwargs: Any) -> None:
        """Make a list field of at most `limit` elements."""
        super().__init__(**kwargs)
        self.schema = schema(unknown=RAISE)
        self.limit = limit
        self.single = single
        self.names = frozenset(self.schema.fields)
        self._blank = dict.fromkeys(self.schema.fields, "")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Item]:
        if self.single and isinstance(value, dict):
            value = [value]
        if not isinstance(value, list):
            raise ValidationError(f"is not a list but {type(value).__name__}")
        if not value:
            raise ValidationError("is an empty list")
        if len(value) > self.limit:
            raise ValidationError(f"has {len(value)} elements, the limit is {self.limit}")
        return [self._item(index, element) for index, element in enumerate(value)]

    def _item(self, index: int, element: Any) -> Item:
        # Most records are plain: that takes a tenth of what the schema takes, with the same outcome.
        if type(element) is dict and element.keys() <= self.names:
            texts = element.values()
            if set(map(type, texts)) <= {str}:
                joined = "".join(texts)
                if len(joined) <= TEXT_LIMIT and not NOT_TEXT.search(joined):
                    return Item(index, {**self._blank, **element})
        if not isinstance(element, dict):
            return Item(index, element, {"": f"is not a struct but {type(element).__name__}"})
        try:
            return Item(index, self.schema.load(element))
        except ValidationError as error:
            return Item(index, element, {str(k): _sentence(v) for k, v in _messages(error).items()})


def _messages(error: ValidationError) -> dict[Any, Any]:
    return error.messages if isinstance(error.messages, dict) else {"": error.messages}


def _sentence(messages: Any) -> str:
    return str(messages[0]) if isinstance(messages, list) and messages else str(messages)


def load(schema: Schema, arguments: Any) -> Mapping[str, Any]:
    """Return arguments as a schema reads them.

    :raises ValidationError: as `schema.load`.
    """
    if type(arguments) is dict and len(schema.fields) == 1:
        name, only = next(iter(schema.fields.items()))
        if type(only) is EachOf and arguments.keys() == {name}:
            # As the schema does it, without its bookkeeping, which takes longer than one record.
            try:
                return {name: only.deserialize(arguments[name], name, arguments)}
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from None
    return dict(schema.load(arguments))


def schema_faults(error: ValidationError) -> dict[str, str]:
    """Return marshmallow's nested messages flat: `{"ltis[0].lti_id": "must be ..."}`."""
    found: dict[str, str] = {}

    def walk(path: str, node: Any) -> None:
        if not isinstance(node, dict):
            found[path] = _sentence(node)
            return
        for key, child in node.items():
            step = f"[{key}]" if isinstance(key, int) else f".{key}" if path else str(key)
            walk(path + ("" if key == "_schema" else step), child)

    walk("", _messages(error))
    return found


def decode_strings(schema: Schema, data: Any) -> Any:
    """Turn the strings of a wire that knows nothing else into what the schema wants, where that is clear.

    Also turns PHP's arrays (structs whose order counts, not their keys) into lists. What is not clear
    stays as it is, for the schema to refuse.
    """
    if not isinstance(data, dict):
        return data
    return {key: _decode(schema.fields.get(key), value) for key, value in data.items()}


def _decode(field_: fields.Field[Any] | None, value: Any) -> Any:
    match field_:
        case fields.Integer() if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value):
            return int(value)
        case fields.Boolean() if value in ("0", "1"):
            return value == "1"
        case fields.Nested(many=True):
            return _decode_list(value, lambda element: decode_strings(field_.schema, element))
        case fields.Nested():
            return decode_strings(field_.schema, value)
        case fields.List():
            return _decode_list(value, lambda element: _decode(field_.inner, element))
        case EachOf() if isinstance(value, dict) and _is_php_array(value):
            return list(value.values())
        case _:
            return value


def _is_php_array(value: dict[Any, Any]) -> bool:
    """Say whether a struct stands for a list: its members are numbered, or structs whatever their names."""
    return all(str(key).isdecimal() for key in value) or all(
        isinstance(element, dict) for element in value.values()
    )


def _decode_list(value: Any, decode: Any) -> Any:
    if isinstance(value, dict):
        value = list(value.values())
    return [decode(element) for element in value] if isinstance(value, list) else value
