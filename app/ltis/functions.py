"""The function by which Moodle tells which course an activity belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from app.auth.caller import ADMIN, Caller
from app.errors import AccessDenied
from app.fields import Identifier, Integer, StrictSchema, Text
from app.ltis.store import CourseChange, Elsewhere, Lti, LtiStore, NotInMoodle
from app.ltis.unregistered_store import Place
from app.registry import PREFIX, Call, ExternalFunction

LTIS_LIMIT = 10_000


class LtiSchema(StrictSchema):
    """One activity."""

    lti_id = Identifier(required=True, metadata={"description": "id of the LTI activity, mdl_lti.id"})
    course_id = Identifier(required=True, metadata={"description": "id of its course"})
    inst_id = Identifier(required=True, metadata={"description": "id of the mod_lticontainer instance"})
    name = Text(limit=255, load_default="", metadata={"description": "name of the activity, for lists"})


class RegisterLtisSchema(StrictSchema):
    """Parameters of register_ltis."""

    ltis = fields.List(
        fields.Nested(LtiSchema),
        required=True,
        validate=validate.Length(1, LTIS_LIMIT, error="must have 1 to {max} elements"),
    )


class GoneLtiSchema(StrictSchema):
    """An activity that is gone."""

    lti_id = Identifier(required=True, metadata={"description": "id of the LTI activity, mdl_lti.id"})
    course_id = Identifier(required=True, metadata={"description": "id of the course in which it was"})


class UnregisterLtisSchema(StrictSchema):
    """Parameters of unregister_ltis."""

    ltis = fields.List(
        fields.Nested(GoneLtiSchema),
        required=True,
        validate=validate.Length(1, LTIS_LIMIT, error="must have 1 to {max} elements"),
    )


class UnregisteredSchema(StrictSchema):
    """Result of unregister_ltis."""

    unregistered = Integer(
        required=True, metadata={"description": "number of activities that were not gone before"}
    )


class RegisteredSchema(StrictSchema):
    """Result of register_ltis."""

    registered = Integer(required=True, metadata={"description": "number of activities"})
    placed_sessions = Integer(
        required=True, metadata={"description": "number of sessions that got their course by this"}
    )


def functions(store: LtiStore) -> tuple[ExternalFunction, ...]:
    """Return the functions of this subject."""

    def register(call: Call) -> Mapping[str, Any]:
        ltis = [Lti(**row) for row in call.arguments["ltis"]]
        try:
            placed = store.register(ltis, may_move=_moves(call.caller))
        except (CourseChange, NotInMoodle) as error:
            raise AccessDenied(str(error)) from error
        return {"registered": len(ltis), "placed_sessions": placed}

    def unregister(call: Call) -> Mapping[str, Any]:
        places = [Place(**row) for row in call.arguments["ltis"]]
        try:
            count = store.unregister(places, everywhere=call.caller.courses is None)
        except Elsewhere as error:
            raise AccessDenied(str(error)) from error
        return {"unregistered": count}

    return (
        ExternalFunction(
            name=f"{PREFIX}register_ltis",
            summary="Tell which course each LTI activity belongs to.",
            description="All activities are registered, or none. Sessions that were waiting for one get its "
            "course. Only into courses that the token covers; a registered activity changes its course only "
            "with the scope admin. Registering again changes nothing.",
            scope="ltis:write",
            params=RegisterLtisSchema(),
            positional=("ltis",),
            result=RegisteredSchema(),
            handler=register,
            covers=_its_courses,
            writes=True,
            example={"ltis": [{"lti_id": 7, "course_id": 2, "inst_id": 1, "name": "Python 1"}]},
        ),
        ExternalFunction(
            name=f"{PREFIX}unregister_ltis",
            summary="Tell which LTI activities are gone from Moodle.",
            description="Their activity tokens are refused from then on. What students have done in them is kept, "
            "in its course. All activities, or none; registering one again makes its tokens good again.",
            scope="ltis:write",
            params=UnregisterLtisSchema(),
            positional=("ltis",),
            result=UnregisteredSchema(),
            handler=unregister,
            covers=_its_courses,
            writes=True,
            example={"ltis": [{"lti_id": 7, "course_id": 2}]},
        ),
    )


def _moves(caller: Caller) -> bool:
    # Out of which course is known in the store only; so a token of some courses moves nothing.
    return ADMIN in caller.scopes and caller.courses is None


def _its_courses(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    return caller.covers_courses({row["course_id"] for row in arguments["ltis"]})
