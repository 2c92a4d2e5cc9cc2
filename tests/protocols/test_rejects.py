"""Bad records: a clear error, and nothing lost; over every protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.nblogs.record import FIELDS
from app.nblogs.store import WIDTHS
from app.protocols.replay import decode_kept
from tests.conftest import MakeWeb
from tests.protocols.wires import WIRES, WRITE, Wire
from tests.support.site import cell_run, record, seen
from tests.support.web import WebSite

MISTYPED = [pytest.param(w, v, id=f"{w.name}-{type(v).__name__}-{v!r}"[:40]) for w in WIRES for v in w.mistyped]


def stored_messages(web: WebSite) -> list[str]:
    return [row["message"] for row in web.rows("server_data")]


def answered(message: str, **values: Any) -> dict[str, Any]:
    return {**cell_run("s", message)[1], **values}


def test_the_missing_list_is_an_invalid_parameter(web: WebSite, wire: Wire, token: str) -> None:
    answer = wire.call(WRITE, {}, token)
    assert answer.code == "invalidparameter"
    assert "nb_logs" in answer.detail
    assert len(web.rejects()) == 1


def test_a_value_in_the_place_of_the_list_is_kept(web: WebSite, wire: Wire, token: str) -> None:
    answer = wire.write("text", token)
    assert (answer.code, answer.detail) == ("invalidparameter", "nb_logs: is not a list but str")
    assert len(web.rejects()) == 1


def test_an_unknown_parameter_is_refused_and_the_request_kept_whole(web: WebSite, wire: Wire, token: str) -> None:
    body = wire.encode(WRITE, {"nb_logs": [answered("m")], "extra": "1"})
    assert wire.post(WRITE, body, token).code == "invalidparameter"
    (kept,) = web.rejects()
    assert (kept.reject.whole, kept.reject.raw) == (True, body)
    assert (kept.reject.protocol, kept.reject.function) == (wire.name, WRITE)


def test_an_unknown_field_is_an_invalid_parameter_and_loses_no_neighbour(
    web: WebSite, wire: Wire, token: str
) -> None:
    answer = wire.write([answered("m1"), answered("m2", extra="1"), answered("m3")], token)
    assert answer.code == "invalidparameter"
    assert "nb_logs[1].extra" in answer.detail
    assert stored_messages(web) == ["m1", "m3"]
    (kept,) = web.rejects()
    assert json.loads(kept.reject.raw) == answered("m2", extra="1")


@pytest.mark.parametrize(("made", "value"), MISTYPED)
def test_a_field_that_is_no_text_is_rejected(web: WebSite, token: str, made: type[Wire], value: Any) -> None:
    answer = made(web.client).write([answered("m1"), answered("m2", status=value)], token)
    assert answer.code == "recordrejected"
    assert "nb_logs[1].status" in answer.detail
    assert "1 of 2 records are stored, 1 kept as rejected" in answer.detail
    assert stored_messages(web) == ["m1"]
    assert [kept.reject.session for kept in web.rejects()] == ["s"]


@pytest.mark.parametrize("value", ["text", ["a"]], ids=str)
def test_an_element_of_the_wrong_shape_is_kept(web: WebSite, wire: Wire, token: str, value: Any) -> None:
    answer = wire.write([answered("m1"), value], token)
    assert answer.code == "invalidparameter"
    assert stored_messages(web) == ["m1"]
    assert len(web.rejects()) == 1


@pytest.mark.parametrize("field", [name for name in FIELDS if name in WIDTHS])
def test_a_text_longer_than_its_column_is_rejected_with_field_and_limit(
    web: WebSite, wire: Wire, token: str, field: str
) -> None:
    limit = WIDTHS[field]
    answer = wire.write([answered("m1") | {field: "x" * (limit + 1)}], token)
    assert answer.code == "recordrejected"
    assert f"nb_logs[0].{field} has {limit + 1} characters, the limit is {limit}" in answer.detail
    assert len(web.rejects()) == 1


@pytest.mark.parametrize("field", ["filename", "codenum"])
def test_a_tag_longer_than_its_column_is_rejected(web: WebSite, wire: Wire, token: str, field: str) -> None:
    tags = json.dumps([f"{field}:{'x' * 256}"])
    answer = wire.write([record(host="client", session="s", message="m", tags=tags)], token)
    assert answer.code == "recordrejected"
    assert f"nb_logs[0].{field} (in tags) has 256 characters" in answer.detail


@pytest.mark.parametrize("field", ["session", "message", "cell_id", "username"])
def test_a_text_as_long_as_its_column_is_stored(web: WebSite, wire: Wire, token: str, field: str) -> None:
    host = "client" if field == "cell_id" else "server"
    text = "😀" * WIDTHS[field]
    assert wire.write([record(**{"host": host, "session": "s", "message": "m", field: text})], token).code == ""
    assert web.rows(f"{host}_data")[0][field] == text


@pytest.mark.parametrize("faulty", ["control", "invalid_utf8"])
def test_what_is_no_text_is_rejected_and_kept(web: WebSite, wire: Wire, token: str, faulty: str) -> None:
    body = wire.encode(WRITE, {"nb_logs": [answered("m", username="BAD")]}).replace(b"BAD", getattr(wire, faulty))
    answer = wire.post(WRITE, body, token)
    assert answer.code == "recordrejected"
    assert stored_messages(web) == []
    assert len(web.rejects()) == 1


def test_the_one_bad_record_of_500_is_named_and_the_others_are_stored(
    web: WebSite, wire: Wire, token: str
) -> None:
    records = [answered(f"m{number}") for number in range(500)]
    records[321]["date"] = "yesterday"
    answer = wire.write(records, token)
    assert answer.code == "recordrejected"
    assert "nb_logs[321].date is not an ISO 8601 time" in answer.detail
    assert "'yesterday'" in answer.detail
    assert web.count("server_data") == 499
    assert [json.loads(kept.reject.raw)["message"] for kept in web.rejects()] == ["m321"]


@pytest.mark.parametrize("faulty", ["control", "invalid_utf8"])
def test_nobody_is_told_that_something_is_kept_of_a_closed_course(web: WebSite, wire: Wire, faulty: str) -> None:
    web.register(7, course_id=2)
    web.parts.rules.set_records(2, records=False)
    body = wire.encode(WRITE, {"nb_logs": [answered("m", username="BAD")]}).replace(b"BAD", getattr(wire, faulty))
    for text in (body, body[:-20]):
        answer = wire.post(WRITE, text, web.activity_token(1, 7))
        assert answer.code in ("invalidparameter", "malformedrequest")
        assert "it is not kept, because its course wants nothing to be stored" in answer.detail
    assert web.rejects() == []


def test_a_long_list_of_faults_is_cut(wire: Wire, token: str) -> None:
    answer = wire.write([answered("m", date="no") for _ in range(30)], token)
    assert "nb_logs[9].date" in answer.detail
    assert "nb_logs[10].date" not in answer.detail
    assert "and 20 more. 0 of 30 records are stored, 30 kept as rejected" in answer.detail


def test_what_was_kept_whole_can_be_read_again(web: WebSite, wire: Wire, token: str) -> None:
    params = {"nb_logs": [answered("m")], "extra": "1"}
    wire.call(WRITE, params, token)
    (kept,) = web.rejects()
    function = web.parts.registry.functions[WRITE]
    if wire.name == "xmlrpc":  # its parameters have no names: still one too many
        assert kept.reject.raw == wire.encode(WRITE, params)
    else:
        assert decode_kept(function, wire.name, kept.reject.raw, kept.reject.whole) == params


def test_a_full_share_of_rejects_is_told_and_loses_no_neighbour(make_web: MakeWeb, wire: Wire, token: str) -> None:
    web = make_web(reject_max_count=1)
    narrow = type(wire)(web.client)
    assert narrow.write([answered("m1", date="no")], token).code == "recordrejected"
    answer = narrow.write([answered("m2", date="no"), answered("m3")], token)
    assert answer.code == "rejectlimit"
    assert "nb_logs[0].date" in answer.detail
    assert stored_messages(web) == ["m3"]
    assert len(web.rejects()) == 1


def test_the_share_of_one_token_is_not_that_of_another(make_web: MakeWeb, wire: Wire, token: str) -> None:
    web = make_web(reject_max_count=1)
    narrow = type(wire)(web.client)
    for known in (token, web.token()):
        assert narrow.write([answered("m1", date="no")], known).code == "recordrejected"
    assert narrow.write([answered("m2", date="no")], token).code == "rejectlimit"


def test_a_text_too_long_to_be_kept_is_told(make_web: MakeWeb, wire: Wire, token: str) -> None:
    web = make_web(reject_max_bytes=1024)
    narrow = type(wire)(web.client)
    answer = narrow.write([answered("m1", username="x" * 1024), answered("m2")], token)
    assert answer.code == "rejectlimit"
    assert stored_messages(web) == ["m2"]
    body = narrow.encode(WRITE, {"nb_logs": [answered("m3")], "extra": "x" * 1024})
    assert narrow.post(WRITE, body, token).code == "rejectlimit"
    assert web.rejects() == []


@pytest.mark.parametrize("known", [None, "", "unknown"])
def test_nothing_is_kept_of_a_caller_without_a_valid_token(web: WebSite, wire: Wire, known: str | None) -> None:
    bad = wire.encode(WRITE, {"nb_logs": [answered("m", date="no")], "extra": "1"})
    for body in (bad, bad[: len(bad) - 30], b""):
        wire.post(WRITE, body, known)
    assert wire.write([answered("m", date="no")], known).code == "invalidtoken"
    assert web.rejects() == []


def test_nothing_is_kept_of_a_token_revoked_a_moment_ago(web: WebSite, wire: Wire, token: str) -> None:
    assert wire.write([answered("m1")], token).code == ""
    web.revoke(token)
    assert wire.write([answered("m2")], token).code == "invalidtoken"
    token = web.token()
    assert wire.write([answered("m3")], token).code == ""
    web.revoke(token)
    assert wire.write([answered("m4", date="no")], token).code == "invalidtoken"
    assert web.rejects() == []


def test_a_session_can_be_found_among_the_rejects(web: WebSite, wire: Wire, token: str) -> None:
    wire.write([answered("m", date="no"), seen("t", 7) | {"inst_id": "x"}], token)
    found = [(kept.reject.session, kept.reject.username) for kept in web.rejects()]
    assert found == [("s", "student1"), ("t", "")]


def test_a_field_name_of_any_length_loses_no_neighbour(web: WebSite, wire: Wire, token: str) -> None:
    answer = wire.write([answered("m1"), answered("m2") | {"k" * 70_000: "x"}], token)
    assert answer.code == "invalidparameter"
    assert len(answer.detail) < 1_000
    assert stored_messages(web) == ["m1"]
    assert [len(kept.reject.reason) <= 2_000 for kept in web.rejects()] == [True]


def test_what_fits_is_kept_where_another_reject_does_not(make_web: Any, wire: Wire) -> None:
    web = make_web(reject_max_count=1)
    answer = type(wire)(web.client).write(
        [answered("m1"), answered("m2", date="x"), answered("m3", date="y")], web.token("nblogs:write")
    )
    assert answer.code == "rejectlimit"
    assert stored_messages(web) == ["m1"]
    assert ["m2" in kept.reject.raw.decode() for kept in web.rejects()] == [True]


def test_scrubbing_leaves_json_whole(web: WebSite, wire: Wire, token: str) -> None:
    wire.write([answered("m", tags='["filename:a?wstoken=abc"]', date="x")], token)
    (kept,) = web.rejects()
    assert json.loads(kept.reject.raw)["tags"] == '["filename:a?wstoken=[token removed]"]'


def test_a_bad_record_that_is_sent_again_is_kept_once(make_web: MakeWeb, wire: Wire) -> None:
    web = make_web(reject_max_count=2)
    wire = type(wire)(web.client)
    token, other = web.token(), web.token()
    bad = answered("m", date="never")
    for _ in range(3):
        assert wire.write([bad, bad], token).code == "recordrejected"
    assert len(web.rejects()) == 1
    assert wire.write([bad], other).code == "recordrejected"
    assert len(web.rejects()) == 2
    assert wire.write([answered("m2", date="never"), bad], token).code == "recordrejected"
    assert wire.write([answered("m3", date="never")], token).code == "rejectlimit"
    assert wire.write([bad], token).code == "recordrejected"
    assert len(web.rejects()) == 3


def test_a_request_that_can_not_be_read_is_kept_once(web: WebSite, wire: Wire, token: str) -> None:
    for _ in range(3):
        assert wire.post(WRITE, wire.encode(WRITE, {"x": "1"}), token).code == "invalidparameter"
    assert len(web.rejects()) == 1
