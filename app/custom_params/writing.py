"""The functions by which Moodle has custom parameters written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from marshmallow import fields, validate

from app.auth.caller import Caller
from app.custom_params.build import Built, Context, OtherHost, Target, build, target_of
from app.custom_params.clean import Clock
from app.custom_params.findings import has_errors
from app.custom_params.functions import EXAMPLE_TEXT, read
from app.custom_params.model import Params
from app.custom_params.policy import Policy
from app.custom_params.store import ActivityStore
from app.custom_params.wire import RESULT_LIMIT, FindingSchema, ParamsSchema, from_wire, many, text_field
from app.errors import AccessDenied, HostMismatch
from app.fields import Identifier, Integer, StrictSchema
from app.registry import PREFIX, Call, ExternalFunction

WRITE = "params:write"
CONTEXTS_LIMIT = 1_000
NAME_LIMIT = 1_333
"""Moodle's own limit for the names of activities since 4.5; before, 255."""

TokenMaker = Callable[[int, int], str]
"""Makes the activity token of (inst_id, lti_id)."""


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
        metadata={"description": "Moodle's number: 2 embedded, 3 embedded without blocks, 4 and 5 a window"},
    )


class BuildSchema(StrictSchema):
    """Parameters of build_custom_params."""

    # A form can't hold an empty struct, so one that is missing is empty.
    params = fields.Nested(ParamsSchema, load_default=lambda: ParamsSchema().load({}))
    context = fields.Nested(ContextSchema, required=True)
    saved_text = text_field("text that Moodle keeps now; its volumes keep their names", load_default="")


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


@dataclass(frozen=True, slots=True)
class Site:
    """What the settings say; `make_token` None: proxies have tokens of their own."""

    moodle_url: str
    public_url: str = ""
    make_token: TokenMaker | None = None
    policy: Policy = field(default_factory=Policy)
    zone: tzinfo = UTC

    def target(self) -> Target:
        """Return where proxies send records; raises HostMismatch."""
        try:
            return target_of(self.moodle_url, self.public_url)
        except OtherHost as error:
            raise HostMismatch(str(error)) from None

    def build(self, params: Params, context: Context, target: Target, saved: str | None) -> Built:
        """Return the text for an activity."""
        token = self.make_token(context.inst_id, context.lti_id) if self.make_token else ""
        clock = Clock(self.zone, int(time.time()))
        return build(params, context, target, token, self.policy.of(context.course_id), clock, saved)


def writing_functions(site: Site, store: ActivityStore) -> tuple[ExternalFunction, ...]:
    """Return the functions that write."""

    def build_text(call: Call) -> Mapping[str, Any]:
        arguments = call.arguments
        context = Context(**arguments["context"])
        check_registered(store, {"context": context})
        read("saved_text", arguments["saved_text"], Clock())
        return asdict(site.build(from_wire(arguments["params"]), context, site.target(), arguments["saved_text"]))

    def copy(call: Call) -> Mapping[str, Any]:
        contexts = [Context(**row) for row in call.arguments["contexts"]]
        check_registered(store, {f"contexts[{i}]": context for i, context in enumerate(contexts)})
        target = site.target()
        params, found = read("source_text", call.arguments["source_text"], Clock(site.zone))
        broken = has_errors(found)
        copies = []
        for context in contexts:
            built = Built("", (), ()) if broken else site.build(params, context, target, None)
            both = {"findings": [asdict(f) for f in dict.fromkeys((*found, *built.findings))]}
            copies.append(asdict(built) | both | {"lti_id": context.lti_id})
        return {"copies": copies}

    return (
        ExternalFunction(
            name=f"{PREFIX}build_custom_params",
            summary="Write the LTI custom parameters of an activity.",
            description="`text` is empty where a finding is an error. The system's own lines are made anew. The "
            "activity must be registered in the course that the context names.",
            scope=WRITE,
            params=BuildSchema(),
            positional=("params", "context", "saved_text"),
            result=BuiltSchema(),
            handler=build_text,
            covers=lambda caller, arguments: _covers(caller, [arguments["context"]]),
            writes=True,
            example={"params": {"users": "*", "cpulimit": "0.5"}, "context": EXAMPLE_CONTEXT},
        ),
        ExternalFunction(
            name=f"{PREFIX}copy_custom_params",
            summary="Copy LTI custom parameters to other activities.",
            description="What concerns the class is copied; what belongs to the activity is made anew.",
            scope=WRITE,
            params=CopySchema(),
            positional=("source_text", "contexts"),
            result=CopiedSchema(),
            handler=copy,
            covers=lambda caller, arguments: _covers(caller, arguments["contexts"]),
            writes=True,
            example={"source_text": EXAMPLE_TEXT, "contexts": [EXAMPLE_CONTEXT]},
        ),
    )


def check_registered(store: ActivityStore, contexts: Mapping[str, Context]) -> None:
    """Refuse an activity that is not registered in its course with its instance; raises AccessDenied."""
    known = store.registered({context.lti_id for context in contexts.values()})
    for name, context in contexts.items():
        if (context.lti_id, context.course_id, context.inst_id) not in known:
            raise AccessDenied(
                f"{name}.lti_id {context.lti_id} is not registered in course {context.course_id} "
                f"with instance {context.inst_id}"
            )


def _covers(caller: Caller, contexts: Sequence[Mapping[str, Any]]) -> bool:
    return caller.covers_courses({context["course_id"] for context in contexts})


EXAMPLE_CONTEXT: Mapping[str, Any] = {
    "course_id": 2,
    "course_name": "Python 2026",
    "lti_id": 7,
    "lti_name": "Python 1",
    "inst_id": 1,
    "launch_container": 2,
}
