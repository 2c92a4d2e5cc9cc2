"""What the writing functions take and give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from app.custom_params.wire import RESULT_LIMIT, FindingSchema, ParamsSchema, many, text_field
from app.fields import Identifier, Integer, StrictSchema

CONTEXTS_LIMIT = 1_000
NAME_LIMIT = 1_333
"""Longer than any name of a course or an activity in Moodle, in characters."""


class ContextSchema(StrictSchema):
    """The activity that parameters are for."""

    course_id = Identifier(required=True, metadata={"description": "id of the course"})
    course_name = text_field("name of the course", NAME_LIMIT, required=True)
    lti_id = Identifier(required=True, metadata={"description": "id of the LTI activity"})
    lti_name = text_field("name of the LTI activity", NAME_LIMIT, required=True)
    inst_id = Identifier(required=True, metadata={"description": "id of the mod_lticontainer instance"})
    launch_container = Integer(
        minimum=1,
        maximum=5,
        required=True,
        metadata={
            "description": "Moodle's number: 2 embedded, 3 embedded without blocks, 4 and 5 a window; "
            "in the place of 1, the tool's default, that of the tool"
        },
    )


class BuildSchema(StrictSchema):
    """Parameters of build_custom_params."""

    # A form can't hold an empty struct, so one that is missing is empty.
    params = fields.Nested(ParamsSchema, load_default=lambda: ParamsSchema().load({}))
    context = fields.Nested(ContextSchema, required=True)
    saved_text = text_field(
        "text that Moodle keeps now, whose volumes keep their names; left out: so does every name in lower case"
    )


class BuiltSchema(StrictSchema):
    """Result of build_custom_params."""

    text = text_field("text for Moodle to keep; empty where a finding is an error", RESULT_LIMIT, required=True)
    findings = many(FindingSchema)
    volumes_to_create = fields.List(text_field("name of a volume of the container engine"), required=True)


class CopySchema(StrictSchema):
    """Parameters of copy_custom_params."""

    source_text = text_field("custom parameters to copy", required=True)
    contexts = fields.List(
        fields.Nested(ContextSchema),
        required=True,
        validate=validate.Length(1, CONTEXTS_LIMIT, error="must have 1 to {max} elements"),
    )


class CopyOfSchema(BuiltSchema):
    """The copy for one activity."""

    lti_id = Identifier(required=True)


class CopiedSchema(StrictSchema):
    """Result of copy_custom_params."""

    copies = many(CopyOfSchema)


EXAMPLE_CONTEXT: Mapping[str, Any] = {
    "course_id": 2,
    "course_name": "Python 2026",
    "lti_id": 7,
    "lti_name": "Python 1",
    "inst_id": 1,
    "launch_container": 2,
}
