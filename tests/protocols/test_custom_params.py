"""Custom parameters over every protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.custom_params.functions import EXAMPLE_TEXT
from tests.protocols.wires import Wire
from tests.support.web import WebSite

PARSE = "mod_lticontainer_parse_custom_params"
CHOICES = "mod_lticontainer_get_param_choices"
DIFF = "mod_lticontainer_diff_custom_params"
GOLDEN = json.loads((Path(__file__).parents[1] / "data/golden/custom_params.json").read_text("utf-8"))


@pytest.fixture
def reader(web: WebSite) -> str:
    """A token that may read parameters."""
    return web.token("params:read")


def parsed(wire: Wire, text: str, token: str) -> Any:
    answer = wire.call(PARSE, {"text": text}, token)
    assert answer.code == "", answer.detail
    return answer.result


def test_the_golden_text_is_read(wire: Wire, reader: str) -> None:
    result = parsed(wire, GOLDEN["parse"][1]["text"], reader)
    params = result["params"]
    assert {f["code"] for f in result["findings"]} <= {"close_past"}
    assert (params["image"], params["iframe"]) == ("jupyterhub-ltids/jupyter-singleuser : latest", True)
    assert params["system"]["course"] == "Jupyter学習用"
    volumes = [(v["role"], v["name"], v["link"], v["users"], v["close"]) for v in params["volumes"]]
    assert volumes == [
        ("task", "task", "Task", "*", ""),
        ("submit", "report", "Report", "", "1795428000"),
        ("personal", "work", "Work", "student1,student2", ""),
    ]


@pytest.mark.parametrize("text", [case["text"] for case in GOLDEN["join"]] + ["", "baz\r\n=x\r\nfoo=a=b"])
def test_every_golden_text_is_read(wire: Wire, reader: str, text: str) -> None:
    params = parsed(wire, text, reader)["params"]
    assert set(params) == {
        *("users", "teachers", "image", "cpulimit", "memlimit", "actlimit", "defurl"),
        *("iframe", "volumes", "system", "others"),
    }


def test_a_finding_arrives_with_both_languages(wire: Wire, reader: str) -> None:
    (finding,) = parsed(wire, "lms_cpulimit=０.５", reader)["findings"]
    assert (finding["field"], finding["typed"], finding["stored"]) == ("lms_cpulimit", "０.５", "0.5")
    assert (finding["code"], finding["severity"]) == ("full_width", "warning")
    assert "half-width" in finding["sentence_en"]
    assert "半角" in finding["sentence_ja"]


def test_too_many_lines_are_refused_with_the_limit(wire: Wire, reader: str) -> None:
    answer = wire.call(PARSE, {"text": "a=1\n" * 10_001}, reader)
    assert answer.code == "invalidparameter"
    assert "text has 10002 lines, the limit is 10000" in answer.detail


def test_a_text_over_its_limit_is_refused(wire: Wire, reader: str) -> None:
    answer = wire.call(PARSE, {"text": "a" * (2**20 + 1)}, reader)
    assert (answer.code, "the limit is 1048576" in answer.detail) == ("invalidparameter", True)


def test_a_control_character_is_refused(wire: Wire, reader: str) -> None:
    body = wire.encode(PARSE, {"text": "aXb"}).replace(b"aXb", b"a" + wire.control + b"b")
    assert wire.post(PARSE, body, reader).code in ("invalidparameter", "malformedrequest")


def test_the_choices_of_the_form_are_told(wire: Wire, reader: str) -> None:
    result = wire.call(CHOICES, {}, reader).result
    assert result is not None
    assert [len(result[name]) for name in ("cpulimit", "memlimit", "actlimit", "defurl")] == [15, 14, 15, 2]
    assert result["memlimit"][0] == {"value": "314,572,800", "label_en": "300 MiB", "label_ja": "300 MiB"}
    assert result["actlimit"][-1] == {"value": "0", "label_en": "no limit", "label_ja": "制限なし"}


def test_changes_are_told_in_words(wire: Wire, reader: str) -> None:
    new = "lms_users=*\r\nlms_cpulimit=0.5\r\nlms_memlimit=0\r\nlms_sub_report=Report\r\nlms_rpctoken=secret"
    result = wire.call(DIFF, {"old": EXAMPLE_TEXT, "new": new}, reader).result
    assert result is not None
    assert [change["sentence_en"] for change in result["changes"]] == [
        "The memory limit changes from 1 GiB to no limit.",
        "The task volume “task” is removed.",
        "The closing time of the submit volume “report” changes from “2026-12-01 12:00+00:00” to not set.",
        "The token for records is renewed.",
    ]
    assert result["changes"][0]["sentence_ja"] == "メモリの上限が「1 GiB」から「制限なし」に変わります。"
    assert "secret" not in str(result)
