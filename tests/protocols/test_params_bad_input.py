"""Texts of custom parameters that nobody should write, and the plugin's seven faults, over every protocol."""

from __future__ import annotations

from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from app.protocols.moodle_rest import result_xml
from tests.protocols.test_build_params import CONTEXT
from tests.protocols.wires import Answer, Wire
from tests.support.web import WebSite
from tests.unit.test_custom_params_golden import GOLDEN

PARSE = "mod_lticontainer_parse_custom_params"
BUILD = "mod_lticontainer_build_custom_params"
PAST, FAR = 1_000_000_000, 4_102_444_800


@pytest.fixture
def caller(web: WebSite) -> str:
    """A token that may read and write parameters of the registered activity 13."""
    web.register(13, course_id=2, inst_id=6)
    return web.token("params:read", "params:write", courses=[2])


def result(answer: Answer) -> dict[str, Any]:
    assert answer.result is not None, answer.detail
    return dict(answer.result)


def saved(wire: Wire, caller: str, text: str) -> tuple[str, list[dict[str, str]]]:
    """Read a text and write it for an activity; return the teacher's lines, and what was found."""
    read = result(wire.call(PARSE, {"text": text}, caller))
    built = result(wire.call(BUILD, {"params": filled(read["params"]), "context": CONTEXT}, caller))
    head = built["text"].partition("lms_iframe=")[0]
    tail = built["text"].partition("lms_serverpath=")[2]
    return (head + tail).replace("\r\n\r\n", "\r\n").strip("\r\n"), list(read["findings"])


def filled(value: Any) -> Any:
    """Return a struct without what a form can't hold: empty lists and structs."""
    if isinstance(value, dict):
        return {key: filled(child) for key, child in value.items() if child not in ([], (), {})}
    return [filled(child) for child in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize(
    ("typed", "stored", "code", "severity"),
    [
        ("lms_users=a\rfoo=1", "lms_users=a\r\nfoo=1", "line_ends", "warning"),
        ("lms_actlimit=\t3600\t", "lms_actlimit=3600", "spaces_removed", "warning"),
        ("\ufefflms_users=*", "lms_users=*", "byte_order_mark", "warning"),
        ("foo=a=b=c", "foo=a=b=c", "unknown_name", "warning"),
        ("lms_vol_t=a=b:u", "lms_vol_t=a=b:u", "", ""),
        ("baz", "baz", "no_equals", "warning"),
        ("lms_users=a\r\nlms_users=b", "lms_users=a", "duplicate_name", "warning"),
        ("lms_vol_a=T\r\nlms_vol_A=U", "lms_vol_a=T", "duplicate_name", "warning"),
        ("LMS_CPULIMIT=1", "lms_cpulimit=1", "name_changed", "warning"),
        ("lms_cpulimit=０.５", "lms_cpulimit=0.5", "full_width", "warning"),
        ("lms_users=a，b", "lms_users=a,b", "full_width", "warning"),
        ("lms_users=a,　b", "lms_users=a, b", "full_width", "warning"),
        ("lms_users=\u200fa\u202e", "lms_users=a", "invisible_removed", "warning"),
        ("lms_users=ann.b@example.org", "lms_users=ann.b@example.org", "", ""),
        (
            f"lms_sub_r=R\r\nlms_sub_r_close={PAST}",
            f"lms_sub_r=R\r\nlms_sub_r_close={PAST}",
            "close_past",
            "warning",
        ),
        (
            "lms_sub_r=R\r\nlms_sub_r_close=2100-01-01 00:00",
            f"lms_sub_r=R\r\nlms_sub_r_close={FAR}",
            "close_read",
            "warning",
        ),
        ("lms_sub_r=R\r\nlms_sub_r_close=soon", "", "close_not_a_time", "error"),
        ("lms_users=a b", "", "names_without_comma", "error"),
        ("lms_memlimit=9,999,999,999,999,999", "", "out_of_range", "error"),
    ],
)
def test_bad_input_is_found_and_mended_or_refused(
    wire: Wire, caller: str, typed: str, stored: str, code: str, severity: str
) -> None:
    text, findings = saved(wire, caller, typed)
    assert text == stored
    found = {finding["code"]: finding["severity"] for finding in findings}
    # Python's XML-RPC client writes a CR as it is, and a reader of XML turns that into a line feed.
    unseen = wire.name == "xmlrpc" and code == "line_ends"
    assert found.get(code, "") == ("" if unseen else severity)
    assert bool(found) or not code
    for finding in findings:
        assert finding["sentence_en"]
        assert finding["sentence_ja"]


def test_a_megabyte_and_ten_thousand_lines_are_read_and_written(wire: Wire, caller: str) -> None:
    users = "lms_users=" + "a," * (2**19 - 10) + "a"
    assert saved(wire, caller, users)[0] == users
    lines = "\r\n".join(f"x{number}={number}" for number in range(10_000))
    assert saved(wire, caller, lines)[0] == lines


@pytest.mark.parametrize("case", GOLDEN["parse"], ids=lambda case: case["text"][:12])
def test_the_golden_texts_are_read_in_their_words(wire: Wire, caller: str, case: dict[str, Any]) -> None:
    params = result(wire.call(PARSE, {"text": case["text"]}, caller))["params"]
    single = {name: value for name, value in params.items() if isinstance(value, str) and value}
    golden = case["result"]["custom_cmd"] or {}
    assert single == {
        name.removeprefix("lms_"): value
        for name, value in golden.items()
        if name.removeprefix("lms_") in params and name != "lms_iframe"
    }
    assert {f"lms_{name}": value for name, value in params["system"].items() if value}.items() <= golden.items()
    foreign = {name or value: value if name else "" for name, value in params["others"]}
    assert foreign.items() >= dict(case["result"]["other_cmd"] or {}).items()


# The plugin's seven faults.

FORM = GOLDEN["join"][3]["input"]
ROLES = {"lms_vol_": "task", "lms_sub_": "submit", "lms_prs_": "personal"}


@pytest.fixture
def form_text(wire: Wire, caller: str) -> tuple[list[str], list[dict[str, str]]]:
    """The lines and findings of the golden form with volumes."""
    columns = zip(*(FORM[f"lms_vol_{name}"] for name in ("", "name", "link", "users", "close")), strict=True)
    rows = [dict(zip(("role", "name", "link", "users", "close"), row, strict=True)) for row in columns]
    volumes = [row | {"role": ROLES[row["role"]]} for row in rows]
    built = result(wire.call(BUILD, {"params": {"volumes": volumes}, "context": CONTEXT}, caller))
    return built["text"].split("\r\n"), list(built["findings"])


def test_fault_1_a_deadline_has_the_name_of_its_volume(form_text: tuple[list[str], Any]) -> None:
    lines, _ = form_text
    assert lines.index("lms_sub_report1_close=1796126400") > lines.index(
        "lms_sub_report1=Report:teacher1,student1"
    )


def test_fault_2_the_first_of_two_volumes_counts(form_text: tuple[list[str], Any]) -> None:
    assert [line for line in form_text[0] if line.startswith("lms_vol_")] == ["lms_vol_task=課題:*"]


def test_fault_3_user_names_are_what_moodle_accepts(wire: Wire, caller: str) -> None:
    text, findings = saved(wire, caller, "lms_users=a.b@c_d-1, *\r\nlms_teachers=t;<>[]^1")
    assert text == "lms_users=a.b@c_d-1, *\r\nlms_teachers=t1"
    assert [f["code"] for f in findings] == ["characters_removed"]


def test_fault_4_a_value_is_all_that_follows_the_first_equals_sign(wire: Wire, caller: str) -> None:
    assert saved(wire, caller, "lms_vol_t=a=b\r\nx=1=2=3")[0] == "lms_vol_t=a=b\r\nx=1=2=3"


def test_fault_5_a_name_with_an_underscore_is_whole(wire: Wire, caller: str) -> None:
    text = "lms_vol_my_task=T\r\nlms_sub_a_close_b=S\r\nlms_sub_a_close_b_close=4102444800"
    read = result(wire.call(PARSE, {"text": text}, caller))["params"]["volumes"]
    assert [(v["name"], v["close"]) for v in read] == [("my_task", ""), ("a_close_b", "4102444800")]
    assert saved(wire, caller, text)[0] == text


def test_fault_6_every_change_is_told(form_text: tuple[Any, list[dict[str, str]]]) -> None:
    assert [(f["field"], f["typed"], f["stored"]) for f in form_text[1]] == [
        ("lms_vol_task", "Task", "task"),
        ("lms_sub_report1", "Report_1", "report1"),
        ("lms_sub_report1", "Rep ort", "Report"),
        ("lms_sub_report1_close", "2026-12-01 12:00", "1796126400"),
        ("lms_vol_task", "Other", ""),
    ]


def test_fault_7_a_serialised_object_is_text(wire: Wire, caller: str) -> None:
    text = 'x=O:8:"stdClass":1:{s:1:"a";i:1;}'
    assert saved(wire, caller, text)[0] == text


def test_moodles_xml_carries_the_ends_of_lines(web: WebSite, caller: str) -> None:
    """A reader of XML turns a plain CR LF into LF; a reference stays."""
    function = web.parts.registry.functions[BUILD]
    text = "lms_users=*\r\nfoo=\r1"
    xml = result_xml({"text": text, "findings": [], "volumes_to_create": []}, function.result)
    assert fromstring(xml).findtext(".//KEY[@name='text']/VALUE") == text
    query = {"wsfunction": BUILD, "wstoken": caller}
    form = {f"context[{name}]": str(value) for name, value in CONTEXT.items()}
    answer = web.client.post("/webservice/rest/server.php", query_string=query, data=form)
    arrived = fromstring(answer.data).findtext(".//KEY[@name='text']/VALUE") or ""
    assert "lms_iframe=1\r\nlms_sessioninfo=6,13\r\n" in arrived
