"""The functions that tell which courses there are, and who belongs to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Any

from marshmallow import fields, validate

from app.auth.caller import Caller
from app.courses.store import CourseStore
from app.fields import Flag, Identifier, Integer, StrictSchema, Text
from app.registry import PREFIX, Call, ExternalFunction, every_course
from app.storage.activities import Activity

READ = "activity:read"
WRITE = "ltis:write"
ROSTER_LIMIT = 10_000
NAME_LIMIT = 255


class CourseActivitySchema(StrictSchema):
    """An activity of a course."""

    lti_id = Integer(required=True, metadata={"description": "id of the LTI activity, mdl_lti.id"})
    inst_id = Integer(required=True, metadata={"description": "id of the mod_lticontainer instance"})
    name = Text(required=True, metadata={"description": "name of the activity, may be empty"})
    unregistered = Flag(required=True, metadata={"description": "whether it is gone from Moodle"})


class CourseSchema(StrictSchema):
    """A course with its activities."""

    course_id = Integer(required=True, metadata={"description": "id of the course"})
    ltis = fields.List(fields.Nested(CourseActivitySchema), required=True)


class CoursesSchema(StrictSchema):
    """Result of get_courses."""

    courses = fields.List(fields.Nested(CourseSchema), required=True)


class CourseIdSchema(StrictSchema):
    """Parameters of get_roster."""

    course_id = Identifier(required=True, metadata={"description": "id of the course"})


class RosterSchema(StrictSchema):
    """Result of get_roster."""

    users = fields.List(Text(), required=True, metadata={"description": "user names, sorted"})


class SetRosterSchema(CourseIdSchema):
    """Parameters of set_roster."""

    users = fields.List(
        Text(limit=NAME_LIMIT, validate=validate.Length(min=1, error="is empty")),
        required=True,
        validate=validate.Length(max=ROSTER_LIMIT, error="must have at most {max} elements"),
        metadata={"description": "user names, as the kernels report them"},
    )


class CountSchema(StrictSchema):
    """Result of set_roster."""

    users = Integer(required=True, metadata={"description": "number of users in the roster now"})


def functions(store: CourseStore) -> tuple[ExternalFunction, ...]:
    """Return the functions of this subject."""

    def get_courses(call: Call) -> Mapping[str, Any]:
        return {"courses": _by_course(store.activities(call.caller.courses), store.unregistered())}

    def get_roster(call: Call) -> Mapping[str, Any]:
        return {"users": store.roster(call.arguments["course_id"])}

    def set_roster(call: Call) -> Mapping[str, Any]:
        users = set(call.arguments["users"])
        store.set_roster(call.arguments["course_id"], sorted(users))
        return {"users": len(users)}

    return (
        ExternalFunction(
            name=f"{PREFIX}get_courses",
            summary="Tell which courses the caller may see, with their registered activities.",
            scope=READ,
            params=StrictSchema(),
            positional=(),
            result=CoursesSchema(),
            handler=get_courses,
            covers=every_course,
        ),
        ExternalFunction(
            name=f"{PREFIX}get_roster",
            summary="Tell who belongs to a course.",
            description="Who belongs to it and has run nothing has not started. On Moodle's own tables, where no "
            "roster was set, those are the students who are enrolled there.",
            scope=READ,
            params=CourseIdSchema(),
            positional=("course_id",),
            result=RosterSchema(),
            handler=get_roster,
            covers=_its_course,
            example={"course_id": 2},
        ),
        ExternalFunction(
            name=f"{PREFIX}set_roster",
            summary="Say who belongs to a course, in place of what was said before.",
            description="An empty list removes the roster; on Moodle's own tables its enrolments count again.",
            scope=WRITE,
            params=SetRosterSchema(),
            positional=("course_id", "users"),
            result=CountSchema(),
            handler=set_roster,
            covers=_its_course,
            writes=True,
            example={"course_id": 2, "users": ["student01", "student02"]},
        ),
    )


def _its_course(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    return caller.covers_course(arguments["course_id"])


def _by_course(activities: list[Activity], gone: Collection[int]) -> list[Mapping[str, Any]]:
    return [
        {"course_id": course, "ltis": [_activity(activity, gone) for activity in found]}
        for course, found in groupby(activities, key=lambda activity: activity.course_id)
    ]


def _activity(activity: Activity, gone: Collection[int]) -> Mapping[str, Any]:
    own = {"lti_id": activity.lti_id, "inst_id": activity.inst_id, "name": activity.name}
    return own | {"unregistered": activity.lti_id in gone}
