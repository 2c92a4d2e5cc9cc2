"""A schema of xAPI statements, written from the specification 1.0.3, part two, sections 2.2 to 2.4 and 4."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator

_IRI = r"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+$"
_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_DURATION = r"^P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$"


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_TEXT = {"type": "string"}
_LANGUAGES = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {"^[a-z]{2,3}(-[A-Za-z0-9]+)*$": _TEXT},
    "additionalProperties": False,
}
_EXTENSIONS = {"type": "object", "propertyNames": {"pattern": _IRI}}
_ACCOUNT = _object(["homePage", "name"], homePage={"type": "string", "pattern": _IRI}, name={"minLength": 1})
_DEFINITION = _object(
    [],
    name=_LANGUAGES,
    description=_LANGUAGES,
    type={"type": "string", "pattern": _IRI},
    moreInfo={"type": "string", "pattern": _IRI},
    extensions=_EXTENSIONS,
)
_ACTIVITY = _object(
    ["id"], objectType={"const": "Activity"}, id={"type": "string", "pattern": _IRI}, definition=_DEFINITION
)
_ACTIVITIES = {"type": "array", "minItems": 1, "items": _ACTIVITY}
_SCORE = _object([], scaled={"type": "number", "minimum": -1, "maximum": 1}, raw={}, min={}, max={})
STATEMENT = _object(
    ["id", "actor", "verb", "object"],
    id={"type": "string", "pattern": _UUID},
    actor=_object(["account"], objectType={"const": "Agent"}, name=_TEXT, account=_ACCOUNT),
    verb=_object(["id"], id={"type": "string", "pattern": _IRI}, display=_LANGUAGES),
    object=_ACTIVITY,
    result=_object(
        [],
        score=_SCORE,
        success={"type": "boolean"},
        completion={"type": "boolean"},
        response=_TEXT,
        duration={"type": "string", "pattern": _DURATION},
        extensions=_EXTENSIONS,
    ),
    context=_object(
        [],
        registration={"type": "string", "pattern": _UUID},
        contextActivities=_object(
            [], parent=_ACTIVITIES, grouping=_ACTIVITIES, category=_ACTIVITIES, other=_ACTIVITIES
        ),
        revision=_TEXT,
        platform=_TEXT,
        language=_TEXT,
        extensions=_EXTENSIONS,
    ),
    timestamp=_TEXT,
    stored=_TEXT,
    version={"type": "string", "pattern": r"^1\.0(\.\d+)?$"},
)
_VALIDATOR = Draft202012Validator(STATEMENT)


def check_statement(statement: Any) -> None:
    """Raise jsonschema.ValidationError or AssertionError for what is no statement. Null is allowed nowhere."""
    _VALIDATOR.validate(statement)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)", statement["timestamp"])
    datetime.fromisoformat(statement["timestamp"])
