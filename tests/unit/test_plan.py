"""What a batch of records changes."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.caller import Activity, Caller
from app.nblogs.plan import Binding, Fate, Outcome, Place, Planner, State
from app.nblogs.record import Record, read_record
from app.nblogs.store import WIDTHS
from tests.support.site import cell_run, record, seen

NOW_US = 1_795_435_200_000_000
ANYONE = Caller("all", frozenset({"nblogs:write"}), token_id=1)
ACTIVITY = Caller("activity 7", frozenset({"nblogs:write"}), activity=Activity(1, 7, 0))
COURSE_2 = Caller("course 2", frozenset({"nblogs:write"}), token_id=2, courses=frozenset({2}))


def planner(**state: object) -> Planner:
    return Planner(State(NOW_US, **state))  # type: ignore[arg-type]  # a test names what it needs


def read(values: dict[str, str]) -> Record:
    return read_record(values, WIDTHS)


def add(plan: Planner, *records: dict[str, str], caller: Caller = ANYONE) -> list[Outcome]:
    return [plan.add(caller, read(values)) for values in records]


def fates(plan: Planner, *records: dict[str, str], caller: Caller) -> list[Fate]:
    return [outcome.fate for outcome in add(plan, *records, caller=caller)]


CLIENT, SERVER = cell_run("s", "m")
SEEN = seen("s", 7)


@pytest.mark.parametrize("order", list(permutations([CLIENT, SERVER, SEEN])))
def test_the_parts_of_a_cell_run_come_together_in_any_order(order: tuple[dict[str, str], ...]) -> None:
    plan = planner(courses={7: 2})
    assert [outcome.fate for outcome in add(plan, *order)] == [Fate.STORED] * 3
    assert plan.state.sessions == {"s": Place(2, 1, 7)}
    run = plan.changes.executions["s", "m"]
    assert (run["status"], run["username"], run["filename"], run["codenum"]) == (
        "ok",
        "student1",
        "Task1.ipynb",
        "1",
    )
    assert run["answered_us"] - run["asked_us"] == 1_500_000


def test_an_answer_without_its_question_is_not_confirmed() -> None:
    plan = planner()
    add(plan, SERVER, CLIENT, SERVER | {"date": ""})
    assert [row["status"] for row in plan.changes.servers] == ["ok/nc", "ok"]
    assert plan.changes.executions["s", "m"]["status"] == "ok"


def test_a_question_of_an_earlier_request_confirms_the_answer() -> None:
    plan = planner(asked={("s", "m")})
    add(plan, SERVER, SERVER | {"message": "other"}, SERVER | {"session": "other"})
    assert [row["status"] for row in plan.changes.servers] == ["ok", "ok/nc", "ok/nc"]


def test_a_client_record_writes_its_columns() -> None:
    plan = planner()
    add(plan, CLIENT)
    date = "2026-11-23T10:00:00.000Z"
    expected = {"session": "s", "message": "m", "cell_id": "cell-1", "filename": "Task1.ipynb", "date": date}
    assert plan.changes.clients == [expected | {"updatetm": 1_795_428_000}]


def test_an_empty_date_is_the_time_of_arrival() -> None:
    plan = planner()
    add(plan, CLIENT | {"date": ""}, SERVER | {"date": ""}, SEEN)
    changes = plan.changes
    rows = [*changes.clients, *changes.servers, *changes.sessions, *changes.tags.values()]
    assert {row["updatetm"] for row in rows} == {NOW_US // 1_000_000}
    assert [row["date"] for row in (*changes.clients, *changes.servers)] == ["", ""]


def tagged(codenum: str, file: str = "a", cell: str = "c") -> dict[str, str]:
    tags = f'["filename:{file}", "codenum:{codenum}"]'
    return record(host="client", session="s", message=f"m{codenum}", cell_id=cell, tags=tags)


def test_tags_are_replaced_when_the_code_number_differs() -> None:
    plan = planner(tags={("c", "a"): "1"})
    add(plan, tagged("1"))
    assert plan.changes.tags == {}
    add(plan, tagged("2"), tagged("3"))
    assert [row["codenum"] for row in plan.changes.tags.values()] == ["3"]
    assert plan.changes.tags["c", "a"]["tags"] == tagged("3")["tags"]


def test_tags_are_per_cell_and_file() -> None:
    plan = planner()
    add(plan, tagged("1"), tagged("1", file="b") | {"message": "x"}, tagged("1", cell="d"), tagged("1", file="A"))
    assert sorted(plan.changes.tags) == [("c", "A"), ("c", "a"), ("c", "b"), ("d", "a")]


def test_a_client_record_without_tags_leaves_tags_alone() -> None:
    plan = planner(tags={("", ""): "1"})
    add(plan, record(host="client", session="s", message="m"))
    assert plan.changes.tags == {}


def test_a_session_is_written_once_and_left_alone_then() -> None:
    plan = planner(sessions={"known": Place(3, 4, 5)})
    add(plan, SEEN, SEEN | {"lti_id": "8"}, SEEN | {"session": "known"}, SEEN | {"session": "t", "lti_id": ""})
    assert [(row["session"], row["lti_id"]) for row in plan.changes.sessions] == [("s", 7)]


def test_an_activity_nobody_registered_has_course_0() -> None:
    plan = planner()
    add(plan, SEEN)
    assert [row["course"] for row in plan.changes.sessions] == [0]


@given(st.permutations(["2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00+05:00"]))
def test_of_two_answers_the_later_one_counts(dates: list[str]) -> None:
    plan = planner()
    add(plan, *(SERVER | {"date": date, "status": date} for date in dates))
    assert plan.changes.executions["s", "m"]["status"] == "2026-11-23T11:00:00Z"
    assert len(plan.changes.servers) == 3


@pytest.mark.parametrize("values", [CLIENT | {"message": ""}, SERVER | {"message": ""}, SERVER | {"session": ""}])
def test_a_record_without_its_keys_is_no_cell_run(values: dict[str, str]) -> None:
    plan = planner()
    assert [outcome.fate for outcome in add(plan, values)] == [Fate.STORED]
    assert plan.changes.executions == {}


def test_a_record_seen_before_changes_nothing() -> None:
    plan = planner(seen={read(CLIENT).mark})
    found = [outcome.fate for outcome in add(plan, CLIENT, SERVER, SERVER)]
    assert found == [Fate.DUPLICATE, Fate.STORED, Fate.DUPLICATE]
    assert (len(plan.changes.clients), len(plan.changes.servers), len(plan.changes.marks)) == (0, 1, 1)


# Activity tokens.


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (seen("s", 8), "lti_id"),
        (seen("s", 7, inst_id=2), "lti_id"),
        (CLIENT | {"session": ""}, "session"),
        (SERVER | {"session": "other"}, "session"),
        (CLIENT | {"session": "bound"}, "session"),
        (SERVER | {"session": "same lti"}, "session"),
        (SERVER | {"session": "fixed", "username": "bob"}, "username"),
    ],
)
def test_an_activity_token_is_refused_elsewhere(values: dict[str, str], field: str) -> None:
    places = {"other": Place(2, 1, 8), "same lti": Place(2, 2, 7)}
    bound = {"bound": Binding("activity:1:8"), "fixed": Binding("activity:1:7", "ann")}
    plan = planner(sessions=places, bindings=bound)
    (outcome,) = add(plan, values, caller=ACTIVITY)
    assert (outcome.fate, outcome.field) == (Fate.REFUSED, field)
    assert (plan.changes.marks, plan.changes.bindings) == ([], {})


def test_an_activity_token_binds_a_session_nobody_knows() -> None:
    plan = planner()
    assert fates(plan, CLIENT, caller=ACTIVITY) == [Fate.STORED]
    assert plan.changes.bindings == {"s": Binding("activity:1:7")}
    other = Caller("activity 8", ACTIVITY.scopes, activity=Activity(1, 8, 0))
    assert fates(plan, SERVER, seen("s", 8), caller=other) == [Fate.REFUSED] * 2
    assert fates(plan, SERVER, SEEN, caller=ACTIVITY) == [Fate.STORED] * 2


def test_a_known_session_of_its_activity_needs_no_binding() -> None:
    plan = planner(sessions={"s": Place(2, 1, 7)})
    assert fates(plan, CLIENT, caller=ACTIVITY) == [Fate.STORED]
    assert plan.changes.bindings == {}


def test_the_place_of_a_session_outweighs_who_wrote_it_first() -> None:
    plan = planner(sessions={"s": Place(2, 1, 7)}, bindings={"s": Binding("activity:1:8")})
    assert fates(plan, CLIENT, caller=ACTIVITY) == [Fate.STORED]


@pytest.mark.parametrize("first", ["", "username"])
def test_the_first_real_user_name_is_fixed(first: str) -> None:
    def answer(number: int, name: str) -> dict[str, str]:
        return SERVER | {"message": f"m{number}", "username": name}

    plan = planner(sessions={"s": Place(2, 1, 7)})
    names = [first, "ann", "bob", "username", "", "ann"]
    found = fates(plan, *(answer(number, name) for number, name in enumerate(names)), caller=ACTIVITY)
    assert found == [Fate.STORED, Fate.STORED, Fate.REFUSED, Fate.STORED, Fate.STORED, Fate.STORED]
    assert plan.changes.bindings["s"].username == "ann"


def test_a_service_token_of_all_courses_is_bound_by_nothing() -> None:
    plan = planner(bindings={"s": Binding("activity:1:8", "ann")})
    assert [outcome.fate for outcome in add(plan, CLIENT, SERVER, SEEN)] == [Fate.STORED] * 3
    assert plan.changes.bindings == {}


def test_a_record_of_a_closed_activity_binds_nothing_and_waits_for_nothing() -> None:
    plan = planner(courses={7: 2}, closed=frozenset({2}))
    assert fates(plan, CLIENT, SERVER, caller=ACTIVITY) == [Fate.WITHHELD] * 2
    changes = plan.changes
    assert (changes.clients, changes.executions, changes.bindings, changes.erased, plan.state.sessions) == (
        [], {}, {}, set(), {}
    )  # fmt: skip
    assert fates(plan, SEEN, CLIENT, caller=ACTIVITY) == [Fate.WITHHELD] * 2
    assert plan.state.sessions == {"s": Place(2, 1, 7)}
    assert [outcome.fate for outcome in add(plan, CLIENT | {"session": "t"})] == [Fate.STORED]


# Tokens of some courses.


@pytest.mark.parametrize(
    ("lti_id", "fate"),
    [(7, Fate.STORED), (8, Fate.REFUSED), (9, Fate.UNPLACED)],
    ids=["own", "foreign", "unknown"],
)
def test_a_course_token_names_activities_of_its_courses(lti_id: int, fate: Fate) -> None:
    plan = planner(courses={7: 2, 8: 3})
    assert fates(plan, seen("s", lti_id), caller=COURSE_2) == [fate]


def test_a_course_token_writes_sessions_of_its_courses() -> None:
    plan = planner(sessions={"s": Place(2, 1, 7), "t": Place(3, 1, 8), "u": Place(0, 1, 9)})
    written = [CLIENT, CLIENT | {"session": "t"}, CLIENT | {"session": "u"}, CLIENT | {"session": ""}]
    expected = [Fate.STORED, Fate.REFUSED, Fate.UNPLACED, Fate.REFUSED]
    assert fates(plan, *written, caller=COURSE_2) == expected


def test_a_course_token_fixes_no_user() -> None:
    plan = planner()
    assert fates(plan, SERVER, SERVER | {"username": "bob"}, caller=COURSE_2) == [Fate.STORED] * 2
    assert plan.changes.bindings == {"s": Binding("token:2")}
