"""One bad record among good ones: the good ones are stored, whatever becomes of the bad one."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import AccessDenied, CallError, InvalidParameter, RecordRejected, RejectLimit
from tests.support.site import Site, call, cell_run, seen

WRITE = "mod_lticontainer_write_nblogs"


def good(count: int) -> list[Any]:
    return [cell_run("s", f"m{n}", n)[0] for n in range(count)]


def among_499(bad: Any) -> list[Any]:
    records = good(499)
    return [*records[:250], bad, *records[250:]]


def refuse(site: Site, records: list[Any], token: str, **settings: Any) -> CallError:
    with pytest.raises(CallError) as caught:
        call(site.more_parts(**settings), WRITE, {"nb_logs": records}, token)
    return caught.value


@pytest.mark.parametrize(
    ("change", "error", "named"),
    [
        ({"date": "yesterday"}, RecordRejected, "date is not an ISO 8601 time"),
        ({"session": "x" * 129}, RecordRejected, "session has 129 characters, the limit is 128"),
        ({"username": "a\x00b"}, RecordRejected, "username has the control character U+0000"),
        ({"lti_id": "seven"}, RecordRejected, "lti_id is not an integer"),
        ({"colour": "red"}, InvalidParameter, "colour"),
        ({"status": 7}, RecordRejected, "status is not text but int"),
    ],
)
def test_the_answer_names_the_bad_one_and_the_499_good_ones_are_stored(
    site: Site, change: dict[str, Any], error: type[CallError], named: str
) -> None:
    told = refuse(site, among_499(good(1)[0] | change), site.token("nblogs:write"))
    assert type(told) is error
    assert f"nb_logs[250].{named}" in told.detail
    assert site.count("client_data") == 499
    assert site.count("rejects") == 1


def test_good_ones_are_stored_when_a_bad_one_cannot_even_be_kept(site: Site) -> None:
    bad = good(1)[0] | {"date": "yesterday"}
    told = refuse(site, among_499(bad), site.token("nblogs:write"), reject_max_count=0)
    assert isinstance(told, RejectLimit)
    assert "499 of 500 records are stored" in told.detail
    assert (site.count("client_data"), site.count("rejects")) == (499, 0)


def test_good_ones_are_stored_when_a_bad_one_is_too_long_to_be_kept(site: Site) -> None:
    bad = good(1)[0] | {"tags": "x" * 70_000}
    told = refuse(site, among_499(bad), site.token("nblogs:write"), reject_max_bytes=1024)
    assert isinstance(told, RejectLimit)
    assert "tags" in told.detail
    assert site.count("client_data") == 499


def test_records_of_others_are_refused_and_not_kept(site: Site) -> None:
    mine, other = site.activity_token(1, 1), site.activity_token(2, 2)
    call(site.parts, WRITE, {"nb_logs": [seen("theirs", 2, 2)]}, other)
    told = refuse(site, [*good(3), cell_run("theirs", "m9")[0]], mine)
    assert isinstance(told, AccessDenied)
    assert "nb_logs[3].session belongs to another activity" in told.detail
    assert (site.count("client_data"), site.count("rejects")) == (3, 0)


def test_a_record_of_an_unregistered_activity_waits_for_a_limited_token(site: Site) -> None:
    token = site.token("nblogs:write", courses=[5])
    told = refuse(site, [*good(2), seen("new", 77)], token, reject_max_count=1)
    assert isinstance(told, RecordRejected)
    assert "77 is not registered" in told.detail
    assert (site.count("client_data"), site.count("rejects")) == (2, 1)
    told = refuse(site, [*good(3), seen("newer", 78)], token, reject_max_count=1)
    assert isinstance(told, RejectLimit)
    assert site.count("client_data") == 3
