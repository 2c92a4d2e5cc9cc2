"""Cell runs, the matrix of a class, and a person's data, over all three protocols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.protocols.wires import Answer, Wire
from tests.support.site import cell_run, seen
from tests.support.web import WebSite

CHARTS = ("get_chart", "get_dashboard", "get_filters")
NAMES = (*CHARTS, "get_executions", "get_progress", "get_user_data", "get_recorded_users", "delete_user_data")
MARKUP = "<b>佐藤</b> & =cmd|' /C calc'!A0"


@pytest.fixture
def used(web: WebSite, wire: Wire) -> WebSite:
    """A class in course 2: one has solved both cells, one with markup for a name tries one; and course 3."""
    web.register(7, 2)
    web.register(8, 3)
    records = [seen("s", 7), *cell_run("s", "m1", 1), *cell_run("s", "m2", 2)]
    client, server = cell_run("t", "m1", 1)
    records += [seen("t", 7), client, server | {"username": MARKUP, "status": "error"}]
    records += [seen("u", 8), *cell_run("u", "m1", 1)]
    assert wire.write(records, web.token("nblogs:write")).code == ""
    return web


def ask(web: WebSite, wire: Wire, name: str, token: str, **arguments: Any) -> Answer:
    """Call with all parameters in their order, as XML-RPC wants them; `arguments` beside the defaults."""
    function = web.parts.registry.find(f"mod_lticontainer_{name}")
    assert function is not None
    given = {key: function.params.fields[key].load_default for key in function.positional}
    defaults = {key: value() if callable(value) else value for key, value in given.items()}
    return wire.call(function.name, {**defaults, **arguments}, token)


def asked(
    web: WebSite, wire: Wire, name: str, scope: str = "activity:read", **arguments: Any
) -> Mapping[str, Any]:
    answer = ask(web, wire, name, web.token(scope, courses=[2]), **arguments)
    assert answer.result is not None, answer.detail
    return answer.result


def test_only_the_course_has_to_be_said(used: WebSite, wire: Wire) -> None:
    pie = asked(used, wire, "get_chart", course_id=2)
    assert (pie["chart"], pie["labels"]) == ("total_pie", ["OK", "ERROR"])
    charts = asked(used, wire, "get_dashboard", course_id=2)["charts"]
    assert [chart["period"] for chart in charts] == ["real"] * 4 + ["any"] * 4
    for chart in charts:
        assert {"chart", "period", "title", "labels", "series"} <= chart.keys()
        for series in chart["series"]:
            assert series.keys() == {"name", "values"}
            assert len(series["values"]) == len(chart["labels"])
    found = asked(used, wire, "get_filters", course_id=2, start="2026-11-01")
    assert found["users"] == sorted(["student1", MARKUP])


def test_executions_come_page_by_page(used: WebSite, wire: Wire) -> None:
    found, cursor = [], ""
    while True:
        page = asked(used, wire, "get_executions", course_id=2, limit=2, cursor=cursor)
        found += page["executions"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert [(row["session"], row["message"]) for row in found] == [("s", "m1"), ("s", "m2"), ("t", "m1")]
    assert [row["username"] for row in found] == ["student1", "student1", MARKUP]
    assert {row["duration"] for row in found} == {"1.5"}
    page = asked(used, wire, "get_executions", course_id=2, username=MARKUP, zone="Asia/Tokyo")
    assert [row["asked_at"] for row in page["executions"]] == ["2026-11-23T19:00:00.000000+09:00"]


def test_the_matrix_of_a_class_shows_each_student_and_cell(used: WebSite, wire: Wire) -> None:
    roster = ["student1", "late", MARKUP]
    found = asked(used, wire, "get_progress", course_id=2, roster=roster)
    assert [cell["codenum"] for cell in found["cells"]] == [1, 2]
    students = {student["username"]: student for student in found["students"]}
    assert {name: student["state"] for name, student in students.items()} == {
        "student1": "finished",
        "late": "not_started",
        MARKUP: "stuck",
    }
    assert students["student1"]["oks"] == [1, 1]
    assert students["student1"]["seconds"] == [1, 1]
    assert (students[MARKUP]["errors"], students[MARKUP]["ages"][1]) == ([1, 0], -1)


def test_what_is_unknown_is_empty_and_no_error(used: WebSite, wire: Wire) -> None:
    for unknown in ({"username": "nobody"}, {"filename": "x"}, {"lti_ids": [99]}, {"inst_id": 99}):
        page = asked(used, wire, "get_executions", course_id=2, **unknown)
        assert (page["executions"], page["next_cursor"]) == ([], "")
    found = asked(used, wire, "get_progress", course_id=2, filename="x")
    assert (found["cells"], found["students"]) == ([], [])
    person = asked(used, wire, "get_user_data", username="nobody", course_id=2)
    assert (person["executions"], person["sessions"], person["rejected_records"]) == ([], [], 0)
    erased = asked(used, wire, "delete_user_data", "activity:write", username="nobody", course_id=2)
    assert set(erased.values()) == {0}


def test_a_person_gets_a_copy_and_is_erased(used: WebSite, wire: Wire) -> None:
    person = asked(used, wire, "get_user_data", username="student1", course_id=2)
    assert [row["message"] for row in person["executions"]] == ["m1", "m2"]
    assert [(place["session"], place["course_id"], place["lti_id"]) for place in person["sessions"]] == [
        ("s", 2, "7")
    ]
    erased = asked(used, wire, "delete_user_data", "activity:write", username="student1", course_id=2)
    assert (erased["executions"], erased["sessions"]) == (2, 1)
    assert asked(used, wire, "get_user_data", username="student1", course_id=2)["executions"] == []
    assert [row["session"] for row in used.rows("executions")] == ["t", "u"]


def test_a_course_knows_of_whom_something_is_stored(used: WebSite, wire: Wire) -> None:
    assert asked(used, wire, "get_recorded_users", course_id=2) == {"users": sorted([MARKUP, "student1"])}
    nobody = ask(used, wire, "get_recorded_users", used.token("activity:read"), course_id=99)
    assert nobody.result == {"users": []}


@pytest.mark.parametrize("name", NAMES)
def test_a_course_of_others_is_closed(used: WebSite, wire: Wire, name: str) -> None:
    token = used.token("activity:write" if name.startswith("delete") else "activity:read", courses=[3])
    person = {"username": "student1"} if "user_data" in name else {}
    assert ask(used, wire, name, token, course_id=2, **person).code == "accessexception"
    assert used.count("executions") == 4
    if person:  # every course is more than this token covers
        assert ask(used, wire, name, token, course_id=0, **person).code == "accessexception"


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("get_executions", {"start": "2026-04-07", "end": "2026-04-06"}, "is not before end"),
        ("get_executions", {"zone": "Mars/Olympus"}, "zone"),
        ("get_executions", {"limit": 0}, "limit"),
        ("get_executions", {"cursor": "AAAA"}, "cursor"),
        ("get_progress", {"codenums": [-1]}, "codenums"),
        ("get_progress", {"roster": ["x" * 256]}, "roster"),
        ("get_user_data", {"username": "username"}, "username"),
        ("get_user_data", {"username": "x" * 256}, "username"),
        ("get_user_data", {"username": "student1", "cursor": "AAAA"}, "cursor"),
        ("delete_user_data", {"username": ""}, "username"),
    ],
)
def test_a_wrong_argument_is_named(
    used: WebSite, wire: Wire, name: str, arguments: Mapping[str, Any], said: str
) -> None:
    token = used.token("activity:read", "activity:write")
    answer = ask(used, wire, name, token, course_id=2, **arguments)
    assert (answer.code, said in answer.detail) == ("invalidparameter", True), answer.detail
    assert used.count("executions") == 4
