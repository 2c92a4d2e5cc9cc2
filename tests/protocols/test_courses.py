"""Courses, rosters and the counts of records, over all three protocols."""

from __future__ import annotations

import pytest

from app.storage.course_rules import CourseRules
from tests.protocols.wires import Wire
from tests.support.site import cell_run, seen
from tests.support.web import WebSite

COURSES = "mod_lticontainer_get_courses"
GET = "mod_lticontainer_get_roster"
SET = "mod_lticontainer_set_roster"
COUNTS = "mod_lticontainer_get_record_counts"


def test_a_caller_sees_the_registered_activities_of_its_courses(web: WebSite, wire: Wire) -> None:
    for lti_id, course_id in ((7, 2), (8, 2), (9, 3)):
        web.register(lti_id, course_id)
    wire.write([seen("s", 99)], web.token("nblogs:write"))  # seen, not registered
    every = wire.call(COURSES, {}, web.token("activity:read")).result
    assert every is not None
    assert [(c["course_id"], [lti["lti_id"] for lti in c["ltis"]]) for c in every["courses"]] == [
        (2, [7, 8]),
        (3, [9]),
    ]
    own = wire.call(COURSES, {}, web.token("activity:read", courses=[3])).result
    assert own is not None
    assert [course["course_id"] for course in own["courses"]] == [3]


def test_a_roster_takes_the_place_of_the_one_before(web: WebSite, wire: Wire) -> None:
    writer, reader = web.token("ltis:write"), web.token("activity:read")
    names = ["b", "a", "a", "佐藤 <結衣> 'x'", "B"]
    assert wire.call(SET, {"course_id": 2, "users": names}, writer).result == {"users": 4}
    assert wire.call(GET, {"course_id": 2}, reader).result == {"users": sorted(set(names))}
    assert wire.call(SET, {"course_id": 2, "users": ["c"]}, writer).result == {"users": 1}
    assert wire.call(GET, {"course_id": 2}, reader).result == {"users": ["c"]}
    assert wire.call(GET, {"course_id": 3}, reader).result == {"users": []}


@pytest.mark.parametrize("users", [[""], ["x" * 256], [f"u{number}" for number in range(10_001)]])
def test_a_roster_with_a_bad_name_or_too_many_is_refused_whole(web: WebSite, wire: Wire, users: list[str]) -> None:
    answer = wire.call(SET, {"course_id": 2, "users": users}, web.token("ltis:write"))
    assert answer.code == "invalidparameter"
    assert "users" in answer.detail
    assert web.rows("rosters") == []


@pytest.mark.parametrize(("function", "scope"), [(GET, "activity:read"), (SET, "ltis:write")])
def test_a_roster_of_another_course_is_closed(web: WebSite, wire: Wire, function: str, scope: str) -> None:
    arguments = {"course_id": 2} | ({"users": ["a"]} if function == SET else {})
    assert wire.call(function, arguments, web.token(scope, courses=[3])).code == "accessexception"


def test_every_record_that_came_in_is_accounted_for(web: WebSite, wire: Wire) -> None:
    reader = web.token("activity:read")
    before = wire.call(COUNTS, {}, reader).result
    client, server = cell_run("s", "m")
    token = web.token("nblogs:write")
    wire.write([seen("s", 7), client, client], token)
    wire.write([server | {"username": "x" * 300}], token)
    web.register(8, 3)
    CourseRules(web.parts.database).set_records(3, records=False)
    wire.write([seen("t", 8), cell_run("t", "m")[0]], token)
    after = wire.call(COUNTS, {}, reader).result
    assert before is not None
    assert after is not None
    names = ("received", "stored", "duplicate", "withheld", "rejected")
    assert [int(after[name]) - int(before[name]) for name in names] == [6, 2, 1, 2, 1]
    assert after["waiting"] - before["waiting"] == 1
