"""The golden cases of the plugin, and the better result where the plugin has a fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.custom_params.clean import Clock, clean_params
from app.custom_params.findings import Finding
from app.custom_params.model import ROLES, SINGLES, SYSTEM, Params, System, Volume
from app.custom_params.text import join, parse

GOLDEN = json.loads((Path(__file__).parents[1] / "data/golden/custom_params.json").read_text("utf-8"))
MOUNTS = {"task": ("vol", "vol"), "submit": ("sub", "sub"), "personal": ("prs", "prs")}
ROLE_OF = {start: role for role, start in ROLES.items()}


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def as_plugin(params: Params) -> dict[str, Any]:
    """Return parameters in the plugin's shape; there, an unknown lms_ line is a command of its own."""
    commands = {f"lms_{name}": getattr(params, name) for name in SINGLES}
    commands |= {"lms_iframe": "1" if params.iframe else ""}
    commands |= {f"lms_{name}": getattr(params.system, name) for name in SYSTEM}
    others = dict((name, value) if name else (value, "") for name, value in params.others)
    foreign = {name: value for name, value in others.items() if not name.startswith("lms_")}
    unknown = {name: value for name, value in others.items() if name.startswith("lms_")}
    found: dict[str, Any] = {
        "custom_cmd": {k: v for k, v in commands.items() if v} | unknown,
        "other_cmd": foreign,
    }
    for role, (mount, users) in MOUNTS.items():
        volumes = [volume for volume in params.volumes if volume.role == role]
        found[f"mount_{mount}"] = {volume.name: volume.link for volume in volumes}
        found[f"{users}_users"] = {volume.name: volume.users for volume in volumes if volume.users}
    found["sub_close"] = {volume.name: volume.close for volume in params.volumes if volume.close}
    return found


def from_form(form: dict[str, Any]) -> Params:
    """Return the parameters that a form of the plugin means."""
    columns = [form["lms_vol_"], form["lms_vol_name"], form["lms_vol_link"], form["lms_vol_users"]]
    columns.append(form.get("lms_vol_close", [""] * len(form["lms_vol_"])))
    volumes = tuple(Volume(ROLE_OF[row[0]], *row[1:]) for row in zip(*columns, strict=True))
    system = System(
        f"{form['instanceid']},{form['lti_id']}",
        *(form[name] for name in ("lms_course", "lms_ltiname", "rpc_token", "server_url", "server_path")),
    )
    singles = {name: form.get(f"lms_{name}", "") for name in SINGLES}
    others = tuple(form.get("others", {}).items())
    iframe = form.get("lms_iframe") == "1"
    return Params(iframe=iframe, volumes=volumes, system=system, others=others, **singles)


def saved(form: dict[str, Any]) -> tuple[str, list[Finding]]:
    params, findings = clean_params(from_form(form), Clock(), frozenset())
    return join(params), findings


@pytest.mark.parametrize("case", GOLDEN["parse"][:2], ids=lambda case: case["text"][:20])
def test_a_text_is_read_as_the_plugin_reads_it(case: dict[str, Any]) -> None:
    expected = {key: value or {} for key, value in case["result"].items()}
    assert as_plugin(parse(case["text"])[0]) == expected


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_form_is_written_as_the_plugin_writes_it(number: int) -> None:
    case = GOLDEN["join"][number]
    assert saved(case["input"])[0] == case["text"]


def test_names_are_lowered_and_other_lines_stand_at_the_end() -> None:
    case = GOLDEN["join"][4]
    text, findings = saved(case["input"])
    assert (text, codes(findings)) == (case["text"], {"lowered"})


def test_the_golden_text_is_normal_already() -> None:
    text = GOLDEN["parse"][1]["text"]
    assert join(parse(text)[0]) == text
    assert parse(text)[1] == []


# The seven faults, and what is done instead.


def test_fault_1_a_closing_time_carries_the_name_of_its_volume_and_comes_after_it() -> None:
    text, _ = saved(GOLDEN["join"][3]["input"])
    assert text.splitlines()[:4] == [
        "lms_vol_task=課題:*",
        "lms_sub_report1=Report:teacher1,student1",
        "lms_prs_work=Work",
        "lms_sub_report1_close=1796126400",
    ]


def test_fault_1_a_closing_time_that_the_plugin_saved_under_the_typed_name_applies_again() -> None:
    params, findings = parse("lms_sub_Report_1_close=1796126400\r\nlms_sub_report1=Report")
    assert params.volumes == (Volume("submit", "report1", "Report", close="1796126400"),)
    assert "close_moved" in codes(findings)


def test_fault_2_of_two_equal_volumes_the_first_one_counts() -> None:
    case = GOLDEN["parse"][2]
    params, findings = parse(case["text"])
    expected = {key: value or {} for key, value in case["result"].items()} | {"mount_vol": {"task": "-提示用"}}
    assert as_plugin(params) == expected
    assert "duplicate_name" in codes(findings)


def test_fault_3_user_names_keep_what_moodle_accepts_and_nothing_else() -> None:
    form = {**GOLDEN["join"][0]["input"], "lms_users": "a.b@c_d-e, *", "lms_teachers": "t;<>[]^1"}
    text, findings = saved(form)
    assert text.splitlines()[:2] == ["lms_users=a.b@c_d-e, *", "lms_teachers=t1"]
    assert [(f.field, f.typed, f.stored, f.code) for f in findings] == [
        ("lms_teachers", "t;<>[]^1", "t1", "characters_removed")
    ]


def test_fault_4_a_value_is_all_that_follows_the_first_equals_sign() -> None:
    params, _ = parse("lms_vol_task=a=b:c\nfoo=x=y=z")
    assert params.volumes == (Volume("task", "task", "a=b", "c"),)
    assert params.others == (("foo", "x=y=z"),)


def test_fault_5_a_name_is_not_cut_at_an_underscore() -> None:
    params, findings = parse(GOLDEN["parse"][3]["text"])
    assert [(v.role, v.name, v.link) for v in params.volumes] == [
        ("task", "task", "a=b"),
        ("personal", "x", ""),
        ("submit", "r_other", "1"),
    ]
    assert "volume_name_kept" in codes(findings)


def test_fault_6_every_change_is_reported() -> None:
    _, findings = saved(GOLDEN["join"][3]["input"])
    assert [(f.field, f.typed, f.stored, f.code) for f in findings] == [
        ("lms_vol_task", "Task", "task", "volume_name_changed"),
        ("lms_sub_report1", "Report_1", "report1", "volume_name_changed"),
        ("lms_sub_report1", "Rep ort", "Report", "spaces_removed"),
        (
            "lms_sub_report1_close",
            "2026-12-01 12:00",
            "1796126400",
            "close_read",
        ),
        ("lms_vol_task", "Other", "", "duplicate_name"),
    ]


def test_fault_7_foreign_lines_are_text_and_nothing_else() -> None:
    text = 'O:8:"stdClass":0:{}\r\nx=a:1:{i:0;O:4:"Evil":0:{}}'
    params, _ = parse(text)
    assert params.others == (("", 'O:8:"stdClass":0:{}'), ("x", 'a:1:{i:0;O:4:"Evil":0:{}}'))
    assert join(params) == text
