"""A cell run is one row, whatever order its parts come in, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import RecordRejected
from tests.support.site import Row, Site, call, cell_run, record, seen

Write = Callable[..., None]
_numbers = count(1)


@pytest.fixture
def write(site: Site) -> Write:
    """Writes each list of records that is given as one request."""
    token = site.token("nblogs:write")

    def send(*requests: Sequence[dict[str, str]]) -> None:
        for records in requests:
            call(site.parts, "mod_lticontainer_write_nblogs", {"nb_logs": list(records)}, token)

    return send


def execution(site: Site, session: str, message: str = "m1") -> Row:
    [row] = site.rows("executions", session=session, message=message)
    return row


def joined(session: str, lti_id: int, course: int) -> Row:
    return {
        "session": session,
        "message": "m1",
        "course": course,
        "inst_id": 1,
        "lti_id": lti_id,
        "username": "student1",
        "filename": "Task1.ipynb",
        "codenum": "1",
        "cell_id": "cell-1",
        "status": "ok",
        "asked_us": 1_795_428_000_000_000,
        "answered_us": 1_795_428_001_500_000,
        "duration_us": 1_500_000,
        "slot_us": 1_795_428_000_000_000,
    }


def timed(session: str, asked: str, answered: str) -> list[dict[str, str]]:
    client, server = cell_run(session, "m1")
    return [client | {"date": asked}, server | {"date": answered}]


def test_every_order_of_arrival_and_of_registration_gives_the_same_row(site: Site, write: Write) -> None:
    for order in permutations(["client", "server", "session", "registration"]):
        lti_id = next(_numbers)
        session = f"s{lti_id}"
        client, server = cell_run(session, "m1")
        parts = {"client": client, "server": server, "session": seen(session, lti_id)}
        for part in order:
            if part == "registration":
                site.register(lti_id, 5)
            else:
                write([parts[part]])
        assert execution(site, session) == joined(session, lti_id, 5), order


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_cut_into_any_requests_with_any_part_twice(
    site: Site, write: Write, data: st.DataObject
) -> None:
    lti_id = next(_numbers)
    session = f"s{lti_id}"
    site.register(lti_id, 7)
    parts = [*cell_run(session, "m1"), seen(session, lti_id)]
    twice = data.draw(st.lists(st.sampled_from(parts), max_size=3))
    order = data.draw(st.permutations(parts + twice))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order) - 1))))
    write(*(order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)))
    assert execution(site, session) == joined(session, lti_id, 7)
    assert [len(site.rows(name, session=session)) for name in ("client_data", "server_data", "session")] == [1] * 3


def test_a_cell_run_without_its_session_waits_outside_of_all_courses(site: Site, write: Write) -> None:
    write(cell_run("s", "m1"))
    assert execution(site, "s") == joined("s", 0, 0) | {"inst_id": 0}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_of_two_answers_the_later_one_counts_and_both_are_kept(
    site: Site, write: Write, reverse: bool, together: bool
) -> None:
    client, early = cell_run("s", "m1")
    late = early | {"status": "aborted", "date": "2026-11-23T10:00:09Z"}
    answers = [late, early] if reverse else [early, late]
    write(*([[client, *answers]] if together else [[client], *([answer] for answer in answers)]))
    assert execution(site, "s")["status"] == "aborted"
    assert execution(site, "s")["duration_us"] == 9_000_000
    assert sorted(row["status"] for row in site.rows("server_data")) == ["aborted", "ok"]


@pytest.mark.parametrize("reverse", [False, True])
def test_of_two_questions_the_later_one_counts(site: Site, write: Write, reverse: bool) -> None:
    early, server = cell_run("s", "m1")
    late = early | {"cell_id": "other", "date": "2026-11-23T10:00:01Z"}
    write(*([question] for question in ([late, early] if reverse else [early, late])), [server])
    assert execution(site, "s")["cell_id"] == "other"
    assert execution(site, "s")["duration_us"] == 500_000


@pytest.mark.parametrize(
    ("asked", "answered", "duration"),
    [
        ("2026-11-23T10:00:00Z", "2026-11-23T09:59:59.999Z", None),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z", 0),
        ("2026-11-23T10:00:00Z", "2026-11-24T10:00:00Z", 86_400_000_000),
        ("2026-11-23T10:00:00Z", "2026-11-24T10:00:00.001Z", None),
        ("2026-11-23T10:00:00+09:00", "2026-11-23T01:00:00.000250Z", 250),
        ("1969-12-31T23:59:59Z", "1970-01-01T00:00:01Z", 2_000_000),
    ],
)
def test_a_duration_below_zero_or_over_a_day_is_unknown(
    site: Site, write: Write, asked: str, answered: str, duration: int | None
) -> None:
    write(timed("s", asked, answered))
    assert execution(site, "s")["duration_us"] == duration


def test_sessions_that_differ_in_case_or_accent_only_are_different(site: Site, write: Write) -> None:
    sessions = ["s", "S", "ß", "ss", "é", "e\u0301"]
    write(*(cell_run(session, "m1") for session in sessions))
    assert {row["session"] for row in site.rows("executions")} == set(sessions)


@pytest.mark.parametrize("field", ["session", "message", "cell_id"])
def test_an_id_that_ends_with_a_space_is_rejected(site: Site, write: Write, field: str) -> None:
    # MariaDB would take it for the one without: a stranger's token could write somebody's session.
    client, _ = cell_run("s", "m1")
    write([client])
    with pytest.raises(RecordRejected, match=f"{field} ends with a space"):
        write([client | {field: client[field] + " ", "date": "2027-01-01T00:00:00Z"}])
    assert execution(site, "s")["asked_us"] == 1_795_428_000_000_000


def test_a_known_session_is_left_alone(site: Site, write: Write) -> None:
    write([seen("s", 1)], [seen("s", 2)])
    assert [row["lti_id"] for row in site.rows("session")] == [1]


def test_a_status_says_when_its_question_had_not_come_yet(site: Site, write: Write) -> None:
    client, server = cell_run("s", "m1")
    write([server], [client])
    assert [row["status"] for row in site.rows("server_data")] == ["ok/nc"]
    assert execution(site, "s")["status"] == "ok"


def test_a_changed_code_number_replaces_the_tags_of_its_cell(site: Site, write: Write) -> None:
    def asked(message: str, codenum: str) -> dict[str, str]:
        tags = f'["filename:A.ipynb", "codenum:{codenum}"]'
        return record(
            host="client", session="s", message=message, cell_id="c", tags=tags, date="2026-11-23T10:00Z"
        )

    write([asked("m1", "1")], [asked("m2", "2")])
    assert [(row["filename"], row["codenum"]) for row in site.rows("tags")] == [("A.ipynb", "2")]
    assert [row["codenum"] for row in site.rows("executions")] == ["1", "2"]


def pieces(values: Iterable[Any], size: int) -> list[list[Any]]:
    found = list(values)
    return [found[i : i + size] for i in range(0, len(found), size)]


def test_two_thousand_runs_in_large_requests_are_all_joined(site: Site, write: Write) -> None:
    site.register(1, 2)
    runs = [part for n in range(2_000) for part in cell_run(f"s{n % 20}", f"m{n}", n)]
    write(*pieces(runs, 500), [seen(f"s{n}", 1) for n in range(20)])
    assert site.count("executions") == 2_000
    assert {(row["course"], row["duration_us"]) for row in site.rows("executions")} == {(2, 1_500_000)}
