"""The functions by which Moodle has custom parameters read and compared."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import tzinfo
from typing import Any

from marshmallow import fields

from app.custom_params.choices import CHOICES
from app.custom_params.clean import Clock
from app.custom_params.diff import diff
from app.custom_params.findings import Finding
from app.custom_params.lines import TooManyLines
from app.custom_params.model import Params
from app.custom_params.text import parse
from app.custom_params.wire import (
    ChangeSchema,
    ChoiceSchema,
    FindingSchema,
    ParamsSchema,
    many,
    text_field,
    to_wire,
)
from app.errors import InvalidParameter
from app.fields import StrictSchema
from app.registry import PREFIX, Call, ExternalFunction, every_course

READ = "params:read"
EXAMPLE_TEXT = (
    "lms_users=*\r\nlms_cpulimit=0.5\r\nlms_memlimit=1,073,741,824\r\nlms_vol_task=Task:*\r\n"
    "lms_sub_report=Report\r\nlms_sub_report_close=1796126400"
)


class ParseSchema(StrictSchema):
    """Parameters of parse_custom_params."""

    text = text_field("custom parameters of an activity, one name=value a line", required=True)


class ParsedSchema(StrictSchema):
    """Result of parse_custom_params."""

    params = fields.Nested(ParamsSchema, required=True)
    findings = many(FindingSchema)


class DiffSchema(StrictSchema):
    """Parameters of diff_custom_params."""

    old = text_field("custom parameters before", required=True)
    new = text_field("custom parameters after", required=True)


class ChangesSchema(StrictSchema):
    """Result of diff_custom_params."""

    changes = many(ChangeSchema)


ChoicesSchema = StrictSchema.from_dict({name: many(ChoiceSchema) for name in CHOICES}, name="ChoicesSchema")


def read(name: str, text: str, clock: Clock) -> tuple[Params, list[Finding]]:
    """Return a text that is an argument as parameters and findings; raises InvalidParameter."""
    try:
        return parse(text, clock)
    except TooManyLines as error:
        raise InvalidParameter(f"{name} {error}") from None


def reading_functions(zone: tzinfo) -> tuple[ExternalFunction, ...]:
    """Return the functions that read; `zone` is that of times that name none."""

    def parse_text(call: Call) -> Mapping[str, Any]:
        params, findings = read("text", call.arguments["text"], Clock(zone, int(time.time())))
        return {"params": to_wire(params), "findings": [asdict(finding) for finding in findings]}

    def compare(call: Call) -> Mapping[str, Any]:
        clock = Clock(zone)
        old, new = (read(name, call.arguments[name], clock)[0] for name in ("old", "new"))
        return {"changes": [asdict(change) for change in diff(old, new, clock)]}

    def choices(call: Call) -> Mapping[str, Any]:
        return {name: [asdict(choice) for choice in found] for name, found in CHOICES.items()}

    return (
        ExternalFunction(
            name=f"{PREFIX}parse_custom_params",
            summary="Read LTI custom parameters, and say what is wrong in them.",
            description="`params` are as a save would store them; what is an error stays as it was typed.",
            scope=READ,
            params=ParseSchema(),
            positional=("text",),
            result=ParsedSchema(),
            handler=parse_text,
            covers=every_course,
            example={"text": EXAMPLE_TEXT},
        ),
        ExternalFunction(
            name=f"{PREFIX}get_param_choices",
            summary="Tell the choices of the form for LTI custom parameters.",
            scope=READ,
            params=StrictSchema(),
            positional=(),
            result=ChoicesSchema(),
            handler=choices,
            covers=every_course,
        ),
        ExternalFunction(
            name=f"{PREFIX}diff_custom_params",
            summary="Tell what changes between two texts of LTI custom parameters, in words for teachers.",
            scope=READ,
            params=DiffSchema(),
            positional=("old", "new"),
            result=ChangesSchema(),
            handler=compare,
            covers=every_course,
            example={"old": EXAMPLE_TEXT, "new": "lms_users=*\r\nlms_cpulimit=1"},
        ),
    )
