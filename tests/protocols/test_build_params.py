"""Custom parameters are written for registered activities, over every protocol."""

from __future__ import annotations

from typing import Any

import pytest

from app.auth.activity_tokens import read_ids
from app.custom_params.wire import to_wire
from tests.conftest import MakeWeb
from tests.protocols.wires import Answer, Wire
from tests.support.web import WebSite
from tests.unit.test_custom_params_golden import GOLDEN, from_form

BUILD = "mod_lticontainer_build_custom_params"
COPY = "mod_lticontainer_copy_custom_params"
CONTEXT = {
    "course_id": 2,
    "course_name": "Jupyter学習用",
    "lti_id": 13,
    "lti_name": "Jupyter Lab",
    "inst_id": 6,
    "launch_container": 2,
}


def build(web: WebSite, wire: Wire, params: dict[str, Any], saved: str = "", **context: Any) -> Answer:
    web.register(13, course_id=2, inst_id=6)
    arguments = {"params": params, "context": CONTEXT | context, "saved_text": saved}
    return type(wire)(web.client).call(BUILD, arguments, web.token("params:write", courses=[2]))


def codes(answer: Answer) -> list[str]:
    assert answer.result is not None, answer.detail
    return [finding["code"] for finding in answer.result["findings"]]


def text(answer: Answer) -> str:
    assert answer.result is not None, answer.detail
    found: str = answer.result["text"]
    return found


def test_a_form_becomes_a_text_with_the_systems_own_lines(web: WebSite, wire: Wire) -> None:
    volumes = [
        {"role": "task", "name": "Task", "link": "課題", "users": "*"},
        {"role": "submit", "name": "r1", "link": "R", "close": "4102444800"},
        {"role": "personal", "name": "w", "link": "W"},
    ]
    answer = build(web, wire, {"users": "*", "volumes": volumes, "others": [["foo", "a=b"], ["", "baz"]]})
    assert answer.result is not None
    token = web.activity_token(6, 13)
    assert text(answer) == (
        "lms_users=*\r\nlms_vol_task=課題:*\r\nlms_sub_r1=R\r\nlms_prs_w=W\r\nlms_sub_r1_close=4102444800\r\n"
        "lms_iframe=1\r\nlms_sessioninfo=6,13\r\nlms_course=Jupyter学習用\r\nlms_ltiname=Jupyter Lab\r\n"
        f"lms_rpctoken={token}\r\nlms_serverurl=https://moodle.example.org:443\r\nlms_serverpath=\r\nfoo=a=b\r\nbaz"
    )
    assert read_ids(token) == (6, 13)
    assert list(answer.result["volumes_to_create"]) == [
        "lms_vol_task_2_moodle.example.org",
        "lms_sub_r1_2_moodle.example.org",
    ]
    assert codes(answer) == ["volume_name_changed"]


def test_the_token_in_the_text_writes_records_and_a_rotated_one_is_new(web: WebSite, wire: Wire) -> None:
    first = text(build(web, wire, {}))
    web.parts.tokens.raise_counter(6, 13)
    second = text(build(web, wire, {}))
    assert f"lms_rpctoken={web.activity_token(6, 13)}\r\n" in second
    assert first != second


def test_what_the_caller_says_of_system_lines_is_not_believed(web: WebSite, wire: Wire) -> None:
    params = {"iframe": True, "system": {"rpctoken": "evil", "serverurl": "https://evil.example:443"}}
    assert "evil" not in text(build(web, wire, params))
    assert "lms_iframe" not in text(build(web, wire, params, launch_container=4))


def test_errors_stop(web: WebSite, wire: Wire) -> None:
    answer = build(web, wire, {"cpulimit": "many", "others": [["lms_users", "x"]]})
    assert answer.result is not None
    assert (text(answer), list(answer.result["volumes_to_create"])) == ("", [])
    assert codes(answer) == ["not_a_number", "others_name"]


def test_a_saved_volume_keeps_its_name_and_a_new_one_is_made_plain(web: WebSite, wire: Wire) -> None:
    params = {"volumes": [{"role": "task", "name": "my_task", "link": "T"}]}
    assert "lms_vol_mytask=T" in text(build(web, wire, params))
    assert "lms_vol_my_task=T" in text(build(web, wire, params, saved="lms_vol_my_task=Old"))


@pytest.mark.parametrize("wrong", [{"course_id": 3}, {"lti_id": 14}, {"inst_id": 7}])
def test_only_a_registered_activity_of_a_covered_course_is_written(
    web: WebSite, wire: Wire, wrong: dict[str, Any]
) -> None:
    assert build(web, wire, {}, **wrong).code == "accessexception"
    context = CONTEXT | wrong
    everywhere = web.token("params:write")
    assert wire.call(BUILD, {"params": {}, "context": context}, everywhere).code == "accessexception"
    copied = wire.call(COPY, {"source_text": "", "contexts": [CONTEXT, context]}, everywhere)
    assert copied.code == "accessexception"
    assert "contexts[1].lti_id" in copied.detail


def test_a_public_url_under_a_path_of_moodles_host_is_where_records_go(make_web: MakeWeb, wire: Wire) -> None:
    web = make_web(public_url="https://moodle.example.org:8443/lticontainer/", proxy_has_own_token=True)
    lines = text(build(web, wire, {"users": "*"})).split("\r\n")
    assert lines[-2:] == ["lms_serverurl=https://moodle.example.org:8443", "lms_serverpath=/lticontainer"]
    assert not [line for line in lines if line.startswith("lms_rpctoken")]


def test_a_public_url_on_another_host_is_refused(make_web: MakeWeb, wire: Wire) -> None:
    answer = build(make_web(public_url="https://proxy.example/"), wire, {"users": "*"})
    assert answer.code == "host_mismatch"
    assert "proxy.example" in answer.detail
    assert "moodle.example.org" in answer.detail


POLICY = {
    "images": ["ok/*:*"],
    "highest_cpu": "2",
    "highest_memory": 2**30,
    "highest_activity_time": 3600,
    "course": {"2": {"highest_cpu": "4"}},
}


@pytest.mark.parametrize(
    ("params", "limit"),
    [
        ({"image": "bad/image : 1"}, ("ok/*:*", "ok/*:*")),
        ({"cpulimit": "4.1"}, ("4 cores", "4 コア")),
        ({"cpulimit": "0.0"}, ("4 cores", "4 コア")),
        ({"memlimit": "1,073,741,825"}, ("1,073,741,824 bytes", "1,073,741,824 バイト")),
        ({"memlimit": "0"}, ("1,073,741,824 bytes", "1,073,741,824 バイト")),
        ({"actlimit": "3601"}, ("3,600 seconds", "3,600 秒")),
    ],
)
def test_what_the_policy_forbids_is_refused_with_the_limit(
    make_web: MakeWeb, wire: Wire, params: dict[str, str], limit: tuple[str, str]
) -> None:
    answer = build(make_web(policy=POLICY), wire, params)
    assert answer.result is not None
    (finding,) = answer.result["findings"]
    assert (text(answer), finding["code"].startswith("policy_")) == ("", True)
    assert limit[0] in finding["sentence_en"]
    assert limit[1] in finding["sentence_ja"]


def test_what_the_policy_allows_is_written(make_web: MakeWeb, wire: Wire) -> None:
    web = make_web(policy=POLICY)
    params = {"image": "ok/a : 1", "cpulimit": "4", "memlimit": "1,073,741,824", "actlimit": "3600"}
    assert codes(build(web, wire, params)) == []
    only_default = make_web(policy={"images": []})
    assert codes(build(only_default, wire, {"image": "default"})) == ["image_default"]
    assert codes(build(only_default, wire, {"image": "ok/a"})) == ["policy_image"]


@pytest.mark.parametrize("name", ["lms_cpulimit2", "lms_memlimit_x", "lms_actlimits"])
def test_a_line_that_the_spawner_takes_for_a_limit_is_no_way_around_the_policy(
    make_web: MakeWeb, wire: Wire, name: str
) -> None:
    hidden = {"others": [[name, "99999999999"]]}
    assert "policy_limit" in codes(build(make_web(policy=POLICY), wire, hidden))
    assert f"{name}=99999999999" in text(build(make_web(), wire, hidden))


@pytest.mark.parametrize("name", ["lms-image", "LMS.Image", "custom_lms_image", "lms_image"])
def test_a_line_that_moodle_would_send_as_a_known_one_is_none_of_the_others(
    web: WebSite, wire: Wire, name: str
) -> None:
    assert codes(build(web, wire, {"others": [[name, "evil/image"]]})) == ["others_name"]


def test_the_volume_to_create_is_the_one_that_the_spawner_mounts(web: WebSite, wire: Wire) -> None:
    saved = "lms_vol_my-task=T"
    answer = build(web, wire, {"volumes": [{"role": "task", "name": "my-task", "link": "T"}]}, saved=saved)
    assert answer.result is not None
    assert "lms_vol_my-task=T\r\n" in text(answer)
    assert list(answer.result["volumes_to_create"]) == ["lms_vol_my_task_2_moodle.example.org"]


def test_without_the_saved_text_no_volume_that_may_exist_gets_another_name(web: WebSite, wire: Wire) -> None:
    web.register(13, course_id=2, inst_id=6)
    params = {"volumes": [{"role": "task", "name": "my_task", "link": "T"}]}
    answer = type(wire)(web.client).call(BUILD, {"params": params, "context": CONTEXT}, web.token("params:write"))
    assert "lms_vol_my_task=T\r\n" in text(answer)
    assert codes(answer) == ["volume_name_kept"]


def test_a_copy_takes_what_concerns_the_class_and_makes_the_rest_anew(web: WebSite, wire: Wire) -> None:
    source = "lms_users=*\r\nlms_vol_my_task=T\r\nlms_sessioninfo=1,1\r\nlms_rpctoken=old\r\nfoo=bar"
    web.register(13, course_id=2, inst_id=6)
    web.register(14, course_id=3, inst_id=7)
    other = CONTEXT | {"course_id": 3, "lti_id": 14, "inst_id": 7, "launch_container": 4}
    answer = wire.call(COPY, {"source_text": source, "contexts": [CONTEXT, other]}, web.token("params:write"))
    assert answer.result is not None, answer.detail
    first, second = answer.result["copies"]
    assert (first["lti_id"], second["lti_id"]) == (13, 14)
    assert first["text"].startswith("lms_users=*\r\nlms_vol_my_task=T\r\nlms_iframe=1\r\nlms_sessioninfo=6,13\r\n")
    assert f"lms_rpctoken={web.activity_token(7, 14)}\r\n" in second["text"]
    assert second["text"].endswith("\r\nfoo=bar")
    assert list(second["volumes_to_create"]) == ["lms_vol_my_task_3_moodle.example.org"]


def test_a_source_with_errors_is_not_copied(web: WebSite, wire: Wire) -> None:
    web.register(13, course_id=2, inst_id=6)
    arguments = {"source_text": "lms_cpulimit=x", "contexts": [CONTEXT]}
    answer = wire.call(COPY, arguments, web.token("params:write"))
    assert answer.result is not None
    (copied,) = answer.result["copies"]
    assert (copied["text"], [f["code"] for f in copied["findings"]]) == ("", ["not_a_number"])


def test_one_call_copies_so_much_and_no_more(web: WebSite, wire: Wire) -> None:
    web.register(13, course_id=2, inst_id=6)
    arguments = {"source_text": "a" * 2**20, "contexts": [CONTEXT] * 5}
    answer = wire.call(COPY, arguments, web.token("params:write"))
    assert answer.code == "invalidparameter"
    assert "1048576 characters for 5 contexts, the limit is 4194304" in answer.detail


@pytest.mark.parametrize("number", [0, 1, 2, 4])
def test_the_golden_forms_are_written_as_the_plugin_writes_them(
    make_web: MakeWeb, wire: Wire, number: int
) -> None:
    case = GOLDEN["join"][number]
    params = to_wire(from_form(case["input"]))
    names = {"course_name": case["input"]["lms_course"], "lti_name": case["input"]["lms_ltiname"]}
    web = make_web(moodle_url="https://el.example.ac.jp/moodle")
    built = build(web, wire, params, **names, launch_container=2 if params["iframe"] else 4)
    assert text(built).replace(web.activity_token(6, 13), case["input"]["rpc_token"]) == case["text"]
