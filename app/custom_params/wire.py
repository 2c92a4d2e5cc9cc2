"""The structs that travel over all protocols, and their dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from app.custom_params.model import ROLES, SINGLES, Params, System, Volume
from app.fields import Flag, StrictSchema, Text

SOURCE_LIMIT = 2**20
"""The longest text that is read, in characters."""
RESULT_LIMIT = 2**22


def text_field(description: str, limit: int = SOURCE_LIMIT, **options: Any) -> Text:
    """Return a field for text."""
    return Text(limit=limit, metadata={"description": description}, **options)


def optional(description: str) -> Text:
    """Return a field for text that may be left out."""
    return text_field(description, load_default="")


class VolumeSchema(StrictSchema):
    """A volume."""

    role = text_field(
        "task, submit or personal",
        required=True,
        validate=validate.OneOf(tuple(ROLES), error="must be one of task, submit, personal"),
    )
    name = text_field("name of the volume", required=True)
    link = optional("name of the link in the home folder; a leading - makes it for teachers only")
    users = optional("* or user names, separated by commas")
    close = optional("closing time of a submit volume: Unix time in decimal; as input also a date and time")


class SystemSchema(StrictSchema):
    """The lines that the service writes itself."""

    sessioninfo = optional("INST_ID,LTI_ID")
    course = optional("name of the course")
    ltiname = optional("name of the activity")
    rpctoken = optional("activity token of the proxy")
    serverurl = optional("scheme://host:port where proxies send records")
    serverpath = text_field("path in front of /webservice; an empty one has a line too, a missing one has none")


class ParamsSchema(StrictSchema):
    """The parameters of one activity."""

    users = optional("* or user names, separated by commas")
    teachers = optional("user names, separated by commas")
    image = optional("name : tag; empty for the site's own image")
    cpulimit = optional("decimal cores; 0.0 is no limit")
    memlimit = optional("bytes; 0 is no limit")
    actlimit = optional("seconds of activity; 0 is no limit")
    defurl = optional("/lab or /tree")
    iframe = Flag(load_default=False, metadata={"description": "whether the launch container is embedded"})
    volumes = fields.List(fields.Nested(VolumeSchema), load_default=list)
    system = fields.Nested(SystemSchema, load_default=dict)
    others = fields.List(
        fields.List(
            text_field("name, then value"), validate=validate.Length(equal=2, error="must be name and value")
        ),
        load_default=list,
        metadata={"description": "all other lines as [name, value], kept as they are"},
    )


class FindingSchema(StrictSchema):
    """What is found in parameters."""

    field = text_field("name of the line", required=True)
    typed = text_field("what was typed", required=True)
    stored = text_field("what a save writes", required=True)
    code = text_field("code of the finding", required=True)
    severity = text_field("error or warning; errors stop a save", required=True)
    sentence_en = text_field("what is wrong, in English", required=True)
    sentence_ja = text_field("the same in Japanese", required=True)


class ChangeSchema(StrictSchema):
    """One change between two texts."""

    field = text_field("name of the line", required=True)
    old = text_field("value in the old text", required=True)
    new = text_field("value in the new text", required=True)
    sentence_en = text_field("what changes, in English", RESULT_LIMIT, required=True)
    sentence_ja = text_field("the same in Japanese", RESULT_LIMIT, required=True)


class ChoiceSchema(StrictSchema):
    """One choice of a form."""

    value = text_field("what is stored", required=True)
    label_en = text_field("label in English", required=True)
    label_ja = text_field("label in Japanese", required=True)


def many(schema: type[Schema]) -> fields.List[Any]:
    """Return a required list of structs."""
    return fields.List(fields.Nested(schema), required=True)


def to_wire(params: Params) -> dict[str, Any]:
    """Return parameters as a struct."""
    return asdict(params) | {
        "volumes": [asdict(volume) for volume in params.volumes],
        "system": {name: value for name, value in asdict(params.system).items() if value is not None},
        "others": [list(pair) for pair in params.others],
    }


def from_wire(struct: Mapping[str, Any]) -> Params:
    """Return the parameters of a struct that ParamsSchema has loaded."""
    return Params(
        iframe=struct["iframe"],
        volumes=tuple(Volume(**volume) for volume in struct["volumes"]),
        system=System(**struct["system"]),
        others=tuple((name, value) for name, value in struct["others"]),
        **{name: struct[name] for name in SINGLES},
    )
