"""The functions that tell of whom something is stored, and give or erase what is stored of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from app.activity.eraser import Eraser
from app.activity.execution import Selection
from app.activity.export_functions import ExecutionSchema, Exporter, as_struct
from app.activity.privacy import check_user
from app.activity.privacy_store import PrivacyStore
from app.activity.selecting import read_cursor, write_cursor
from app.auth.caller import Caller
from app.fields import Identifier, Integer, StrictSchema, Text
from app.registry import PREFIX, Call, ExternalFunction

PAGE_DEFAULT, PAGE_LIMIT = 100, 1_000


class PersonSchema(StrictSchema):
    """Whose data, and of which course."""

    username = Text(required=True, limit=255, metadata={"description": "the person, as kernels name them"})
    course_id = Integer(
        minimum=0, load_default=0, metadata={"description": "one course; 0: all, for tokens of every course"}
    )


class GetUserDataSchema(PersonSchema):
    """Parameters of get_user_data."""

    zone = Text(limit=64, load_default="", metadata={"description": "zone of all times; empty: the service's own"})
    limit = Integer(
        minimum=1,
        maximum=PAGE_LIMIT,
        load_default=PAGE_DEFAULT,
        metadata={"description": "the most executions in one answer"},
    )
    cursor = Text(limit=64, load_default="", metadata={"description": "where to go on, from the answer before"})


class PlaceSchema(StrictSchema):
    """A session of a person."""

    session = Text(required=True)
    course_id = Integer(required=True, metadata={"description": "0: not known"})
    lti_id = Text(required=True, metadata={"description": "in decimal"})


class UserDataSchema(StrictSchema):
    """Result of get_user_data."""

    executions = fields.List(fields.Nested(ExecutionSchema), required=True)
    sessions = fields.List(
        fields.Nested(PlaceSchema), required=True, metadata={"description": "with the first page only"}
    )
    rejected_records = Integer(required=True, metadata={"description": "rejected records of the person"})
    roster_courses = fields.List(
        Integer(), required=True, metadata={"description": "courses whose rosters name the person"}
    )
    next_cursor = Text(required=True, metadata={"description": "the cursor of the next page; empty at the end"})


class RecordedCourseSchema(StrictSchema):
    """Parameters of get_recorded_users."""

    course_id = Identifier(required=True, metadata={"description": "id of the course"})


class RecordedUsersSchema(StrictSchema):
    """Result of get_recorded_users."""

    users = fields.List(Text(), required=True, metadata={"description": "user names, sorted"})


class ErasedSchema(StrictSchema):
    """Result of delete_user_data."""

    executions = Integer(required=True, metadata={"description": "cell runs erased"})
    sessions = Integer(required=True, metadata={"description": "sessions erased as a whole"})
    rejected_records = Integer(required=True, metadata={"description": "rejected records erased"})
    cells = Integer(required=True, metadata={"description": "cells whose tags were erased"})
    rosters = Integer(required=True, metadata={"description": "rosters from which the person was taken"})


def _its_course(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    if not arguments["course_id"]:
        return not caller.limited
    return caller.covers_course(arguments["course_id"])


def functions(store: PrivacyStore, exporter: Exporter, eraser: Eraser) -> tuple[ExternalFunction, ...]:
    """Return the functions of this module."""

    def get(call: Call) -> Mapping[str, Any]:
        username, course = check_user(call.arguments["username"]), call.arguments["course_id"]
        # A cursor belongs to one person and course.
        person = Selection(course, usernames=(username,))
        after, limit = read_cursor(person, call.arguments["cursor"]), call.arguments["limit"]
        sessions = store.sessions(username, course)
        found = store.executions(username, sessions, after, limit + 1)
        presenter = exporter.presenter({**call.arguments, "pseudonymous": False})
        places = [] if after else store.places(sessions)
        return {
            "executions": [as_struct(presenter.texts(execution)) for execution in found[:limit]],
            "sessions": [{"session": s, "course_id": c, "lti_id": str(i)} for s, c, i in places],
            "rejected_records": len(store.rejects(username, course, sessions)),
            "roster_courses": store.rosters(username, course),
            "next_cursor": write_cursor(person, found[limit - 1].row_id) if len(found) > limit else "",
        }

    def get_users(call: Call) -> Mapping[str, Any]:
        return {"users": store.users(call.arguments["course_id"])}

    def erase(call: Call) -> Mapping[str, Any]:
        username, course = call.arguments["username"], call.arguments["course_id"]
        erased = eraser.erase(call.actor, username, course, lambda *_: None)
        return {
            "executions": erased.executions,
            "sessions": erased.sessions,
            "rejected_records": erased.rejects,
            "cells": erased.cells,
            "rosters": erased.rosters,
        }

    example = {"username": "student1", "course_id": 2}
    return (
        ExternalFunction(
            name=f"{PREFIX}get_user_data",
            summary="Return what is stored of a person.",
            description="Cell runs page by page, sessions, rosters, and the number of rejected records. A session "
            "whose runs name nobody else is the person's, with its runs that name nobody.",
            scope="activity:read",
            params=GetUserDataSchema(),
            positional=("username", "course_id", "zone", "limit", "cursor"),
            result=UserDataSchema(),
            handler=get,
            covers=_its_course,
            example=example,
        ),
        ExternalFunction(
            name=f"{PREFIX}get_recorded_users",
            summary="Tell of whom something is stored in a course.",
            description="Cell runs, also those that charts leave out because they are not whole; rejected records "
            "of its sessions; its roster.",
            scope="activity:read",
            params=RecordedCourseSchema(),
            positional=("course_id",),
            result=RecordedUsersSchema(),
            handler=get_users,
            covers=_its_course,
            example={"course_id": 2},
        ),
        ExternalFunction(
            name=f"{PREFIX}delete_user_data",
            summary="Erase what is stored of a person.",
            description="Cell runs with the records that told of them, their marks, sessions, rejected records, "
            "places on rosters, and tags of cells that nobody else ran. The person's name in the log of changes "
            "is hidden. It can't be undone. After an error, call it again.",
            scope="activity:write",
            params=PersonSchema(),
            positional=("username", "course_id"),
            result=ErasedSchema(),
            handler=erase,
            covers=_its_course,
            writes=True,
            example=example,
        ),
    )
