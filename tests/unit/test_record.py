"""What ten strings mean, and each fault with field, value and limit."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nblogs.record import FIELDS, ID_MAX, RecordFault, read_record, shorten
from app.nblogs.store import WIDTHS
from tests.support.site import record


def fault_of(**values: str) -> RecordFault:
    with pytest.raises(RecordFault) as caught:
        read_record(record(**values), WIDTHS)
    return caught.value


@pytest.mark.parametrize(
    ("host", "kind"),
    [("client", "client"), ("server", "server"), ("ltictr", "session"), ("", "session"), ("Client", "session")],
)
def test_the_host_says_the_kind(host: str, kind: str) -> None:
    assert read_record(record(host=host), WIDTHS).kind == kind


def test_empty_fields_are_zero_and_no_time() -> None:
    found = read_record(record(), WIDTHS)
    assert (found.inst_id, found.lti_id, found.moment_us, found.filename, found.codenum) == (0, 0, None, "", "")


def test_numbers_date_and_tags_are_read() -> None:
    tags = '["filename:a.ipynb", "codenum:7"]'
    found = read_record(
        record(session="s", inst_id="01", lti_id=str(ID_MAX), tags=tags, date="1970-01-01T00:00:01Z"), WIDTHS
    )
    assert (found.inst_id, found.lti_id, found.moment_us) == (1, ID_MAX, 1_000_000)
    assert (found.filename, found.codenum, found.tags) == ("a.ipynb", "7", tags)


@pytest.mark.parametrize("field", [name for name in FIELDS if name in WIDTHS])
def test_a_text_too_long_is_named_with_its_limit(field: str) -> None:
    limit = WIDTHS[field]
    fault = fault_of(**{field: "ä" * (limit + 1)})
    assert fault.field == field
    assert str(fault) == f"{field}: has {limit + 1} characters, the limit is {limit}: {shorten('ä' * (limit + 1))}"


@pytest.mark.parametrize("field", ["filename", "codenum"])
def test_a_tag_too_long_is_named_with_its_limit(field: str) -> None:
    limit = WIDTHS[field]
    fault = fault_of(tags=json.dumps([f"{field}:{'x' * (limit + 1)}"]))
    assert fault.field == f"{field} (in tags)"
    assert f"has {limit + 1} characters, the limit is {limit}" in str(fault)


def test_what_json_hides_in_tags_is_found() -> None:
    assert "has the control character U+0000" in str(fault_of(tags=r'["filename:a\u0000b"]'))
    assert "is not valid UTF-8" in str(fault_of(tags=r'["codenum:\ud800"]'))


@pytest.mark.parametrize("value", ["x", "-1", "1.0", " 1", "+1", "１", "1_0", "0x1", str(ID_MAX + 1), "9" * 5000])
@pytest.mark.parametrize("field", ["inst_id", "lti_id"])
def test_an_id_that_is_no_number_is_named_with_its_value(field: str, value: str) -> None:
    fault = fault_of(session="s", **{field: value})
    assert (fault.field, str(fault)) == (
        field,
        f"{field}: is not an integer from 0 to {ID_MAX}: {shorten(value)}",
    )


def test_a_date_that_is_none_is_named_with_its_value() -> None:
    fault = fault_of(date="2026-02-30T00:00Z")
    assert fault.field == "date"
    assert str(fault).startswith("date: is not a time: ")
    assert str(fault).endswith(": '2026-02-30T00:00Z'")


def test_an_activity_needs_a_session() -> None:
    assert fault_of(host="ltictr", lti_id="7").field == "session"
    assert read_record(record(host="client", lti_id="7"), WIDTHS).lti_id == 7
    assert read_record(record(host="ltictr", inst_id="7"), WIDTHS).inst_id == 7


def test_the_mark_is_of_all_ten_fields() -> None:
    plain = record(host="server", session="s", message="m", inst_id="1", lti_id="1")
    marks = {read_record(plain, WIDTHS).mark}
    for field in FIELDS:
        value = {"inst_id": "2", "lti_id": "2", "date": "2026-11-23T12:00Z"}.get(field, "other")
        marks.add(read_record(plain | {field: value}, WIDTHS).mark)
    assert len(marks) == 11


@given(st.text())
def test_a_shown_value_is_short(value: str) -> None:
    shown = shorten(value)
    assert shown == repr(value) if len(value) <= 60 else shown == repr(value[:60] + "…")
