"""A course that wants nothing to be stored: its records are counted, and nothing of them remains."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import InvalidParameter, RecordRejected
from app.storage.course_rules import CourseRules
from app.storage.tables import metadata
from tests.support.site import Site, call, cell_run, record, seen

WRITE = "mod_lticontainer_write_nblogs"
PLACES = {"lticontainer_session", "lticontainer_ltis", "lticontainer_course_rules", "lticontainer_epochs"}
KEPT = {*PLACES, "lticontainer_tokens", "lticontainer_bindings", "lticontainer_tags"}


@pytest.fixture
def rules(site: Site) -> CourseRules:
    return CourseRules(site.parts.database)


def write(site: Site, *records: dict[str, str], token: str = "", parts: Any = None) -> None:
    call(parts or site.parts, WRITE, {"nb_logs": list(records)}, token or site.token())


def remains(site: Site) -> dict[str, int]:
    """Return the tables that hold anything of what people ran."""
    found = {name: site.count(name.removeprefix("lticontainer_")) for name in metadata.tables}
    return {name: count for name, count in found.items() if count and name not in KEPT}


def test_records_of_a_closed_course_are_not_stored(site: Site, rules: CourseRules) -> None:
    site.register(7, 2)
    rules.set_records(2, records=False)
    client, server = cell_run("s", "m")
    write(site, seen("s", 7))
    write(site, client)
    write(site, server)
    assert remains(site) == {}
    assert [row["course"] for row in site.rows("session")] == [2]
    assert site.rows("tags") == []


@pytest.mark.parametrize("order", ["one request", "own requests", "activity token"])
def test_parts_that_waited_for_their_session_go_too(site: Site, rules: CourseRules, order: str) -> None:
    site.register(7, 2)
    rules.set_records(2, records=False)
    client, server = cell_run("s", "m")
    token = site.activity_token(1, 7) if order == "activity token" else site.token()
    if order == "one request":
        write(site, client, server, seen("s", 7), *cell_run("s", "m2"), token=token)
        assert site.rows("tags") == []
    else:
        for part in (client, server, seen("s", 7)):
            write(site, part, token=token)
    assert remains(site) == {}
    assert {row["username"] for row in site.rows("bindings")} <= {""}


def test_neighbours_in_the_same_request_are_stored(site: Site, rules: CourseRules) -> None:
    site.register(7, 2)
    site.register(8, 3)
    rules.set_records(2, records=False)
    write(site, *cell_run("s", "m"), seen("s", 7), *cell_run("t", "m"), seen("t", 8))
    assert [(row["session"], row["course"], row["status"]) for row in site.rows("executions")] == [("t", 3, "ok")]
    assert len(site.rows("marks")) == 3
    assert [row["session"] for row in site.rows("client_data") + site.rows("server_data")] == ["t", "t"]


def test_parts_that_waited_for_the_course_of_their_activity_go_when_it_is_told(
    site: Site, rules: CourseRules
) -> None:
    rules.set_records(2, records=False)
    write(site, seen("s", 7), *cell_run("s", "m"))
    assert site.count("executions") == 1
    site.register(7, 2)
    assert remains(site) == {}


@pytest.mark.parametrize("closes", ["before", "meanwhile"])
def test_an_activity_token_names_its_course_before_any_session_is_known(
    site: Site, rules: CourseRules, closes: str
) -> None:
    site.register(7, 2)
    token = site.activity_token(1, 7)
    if closes == "meanwhile":
        write(site, *cell_run("earlier", "m"), token=token)
    rules.set_records(2, records=False)
    write(site, *cell_run("s", "m"), token=token)
    assert [row["session"] for row in site.rows("executions")] == (["earlier"] if closes == "meanwhile" else [])
    assert {row["username"] for row in site.rows("bindings", session="s")} <= {""}
    assert site.count("tags") == site.count("executions")
    # The session may still be told, and belongs to the activity then; so do others of open courses.
    write(site, seen("s", 7), *cell_run("s", "m2"), token=token)
    assert [row["course"] for row in site.rows("session")] == [2]
    site.register(8, 3)
    write(site, *cell_run("t", "m"), token=site.activity_token(1, 8))
    assert site.rows("executions", session="t") != []


def test_what_an_activity_token_brought_goes_when_its_activity_is_registered_in_a_closed_course(
    site: Site, rules: CourseRules
) -> None:
    rules.set_records(2, records=False)
    for lti_id in (7, 17):
        write(site, *cell_run(f"s{lti_id}", "m"), token=site.activity_token(1, lti_id))
    site.register(7, 2)
    assert [row["session"] for row in site.rows("executions")] == ["s17"]
    assert {row["session"] for row in site.rows("client_data") + site.rows("server_data")} == {"s17"}


def test_a_course_that_opens_again_is_stored_from_then_on(site: Site, rules: CourseRules) -> None:
    site.register(7, 2)
    other = site.more_parts()
    write(site, seen("s", 7), *cell_run("s", "m1"))
    rules.set_records(2, records=False)
    for parts in (site.parts, other):
        write(site, *cell_run("s", "m2"), parts=parts)
    rules.set_records(2, records=True)
    for parts in (site.parts, other):
        write(site, *cell_run("s", "m2"), *cell_run("s", "m3"), parts=parts)
    assert [row["message"] for row in site.rows("executions")] == ["m1", "m2", "m3"]
    assert site.count("marks") == 7


def test_a_faulty_record_of_a_closed_course_is_not_kept_either(site: Site, rules: CourseRules) -> None:
    site.register(7, 2)
    rules.set_records(2, records=False)
    write(site, seen("s", 7))
    faulty = record(host="server", session="s", message="m", username="anna", date="never")
    with pytest.raises(
        InvalidParameter, match=r"date is not an ISO 8601 time.*; it is not kept, because its course"
    ):
        write(site, faulty)
    assert site.count("rejects") == 0


def test_of_each_record_the_sender_is_told_what_became_of_it(site: Site, rules: CourseRules) -> None:
    site.register(7, 2)
    rules.set_records(2, records=False)
    faulty = record(host="server", session="s", message="m", username="anna", date="never")
    with pytest.raises(RecordRejected) as caught:
        write(site, faulty, seen("s", 7), *cell_run("s", "m2"), *cell_run("t", "m"), faulty | {"session": "t"})
    assert [(problem["index"], problem["code"]) for problem in caught.value.problems] == [
        (0, "invalidparameter"),
        (6, "recordrejected"),
    ]
    end = "2 of 7 records are stored, 1 kept as rejected; 3 more are not stored, as their course wants"
    assert caught.value.detail.endswith(end)
    assert [row["session"] for row in site.rows("rejects")] == ["t"]


def test_neither_records_nor_requests_are_kept_of_the_token_of_an_activity(site: Site, rules: CourseRules) -> None:
    site.register(7, 2)
    rules.set_records(2, records=False)
    token = site.activity_token(1, 7)
    with pytest.raises(InvalidParameter, match=r"date.*it is not kept"):
        write(site, record(host="server", session="new", date="never"), token=token)
    with pytest.raises(InvalidParameter, match=r"nb_logs.*it is not kept"):
        call(site.parts, WRITE, {"nb_logs": "text"}, token)
    assert site.count("rejects") == 0
