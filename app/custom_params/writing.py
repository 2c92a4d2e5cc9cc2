"""The functions by which Moodle has custom parameters written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from app.auth.caller import Caller
from app.custom_params.build import Built, Context, OtherHost, Target, build, target_of
from app.custom_params.clean import Clock
from app.custom_params.contexts import EXAMPLE_CONTEXT, BuildSchema, BuiltSchema, CopiedSchema, CopySchema
from app.custom_params.findings import has_errors
from app.custom_params.functions import EXAMPLE_TEXT, read
from app.custom_params.model import Params
from app.custom_params.policy import Policy
from app.custom_params.store import ActivityStore
from app.custom_params.wire import from_wire
from app.errors import AccessDenied, HostMismatch, InvalidParameter
from app.registry import PREFIX, Call, ExternalFunction

WRITE = "params:write"
COPIED_LIMIT = 4 * 2**20
"""The most characters that one call writes: those of the source, times the contexts."""

TokenMaker = Callable[[int, int], str]
"""Makes the activity token of (inst_id, lti_id)."""


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


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes parameters for registered activities."""

    site: Site
    store: ActivityStore

    def build(self, params: Params, context: Context, saved: str | None = None) -> Built:
        """Return the text for an activity.

        :raises AccessDenied: it is not registered.
        :raises HostMismatch: the public URL is on another host than Moodle.
        """
        check_registered(self.store, {"context": context})
        return self.site.build(params, context, self.site.target(), saved)


def writing_functions(writer: Writer) -> tuple[ExternalFunction, ...]:
    """Return the functions that write."""
    site, store = writer.site, writer.store

    def build_text(call: Call) -> Mapping[str, Any]:
        arguments = call.arguments
        saved = arguments.get("saved_text")
        read("saved_text", saved or "", Clock())
        return asdict(writer.build(from_wire(arguments["params"]), Context(**arguments["context"]), saved))

    def copy(call: Call) -> Mapping[str, Any]:
        contexts = [Context(**row) for row in call.arguments["contexts"]]
        check_registered(store, {f"contexts[{i}]": context for i, context in enumerate(contexts)})
        target = site.target()
        source = call.arguments["source_text"]
        if len(source) * len(contexts) > COPIED_LIMIT:
            raise InvalidParameter(
                f"source_text has {len(source)} characters for {len(contexts)} contexts, "
                f"the limit is {COPIED_LIMIT} together"
            )
        params, found = read("source_text", source, Clock(site.zone))
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
            example={"params": {"users": "*", "cpulimit": "0.5"}, "context": EXAMPLE_CONTEXT, "saved_text": ""},
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
