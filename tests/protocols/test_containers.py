"""Container hosts over every protocol, with an engine that lives in memory."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.audit.entry import Filter, State
from app.containers.host import LOCAL, Host
from tests.protocols.wires import Answer, Wire
from tests.support.fake_engine import FakeEngine
from tests.support.process import wait_until
from tests.support.web import WebSite

END = "_2_moodle.example.org"


@pytest.fixture
def ask(web: WebSite, wire: Wire, fake_engine: FakeEngine) -> Any:
    """Calls a function on the host `local`, with a token of course 2."""
    web.parts.host_store.add(Host(LOCAL, socket=str(fake_engine.socket), engine="docker"))
    token = web.token("containers:read", "containers:write", courses=[2])

    def call(function: str, **arguments: Any) -> Answer:
        return wire.call(f"mod_lticontainer_{function}", arguments, token)

    return call


def test_hosts_and_images_are_listed(ask: Any) -> None:
    assert ask("get_hosts").result == {"hosts": [{"name": "local", "engine": "docker", "local": True}]}
    names = [image["name"] for image in ask("get_images", host="local", filter="-nothing").result["images"]]
    assert names == ["default", "lticontainer/busybox : test"]
    size = ask("get_images", host="local", filter="busybox").result["images"][1]["size"]
    assert size == str(2**33)  # more than XML-RPC's integers hold


def test_a_course_sees_and_uses_its_own_hosts_alone(web: WebSite, wire: Wire, fake_engine: FakeEngine) -> None:
    socket = str(fake_engine.socket)
    web.parts.host_store.add(Host(LOCAL, socket=socket, engine="docker", courses=frozenset({3})))
    token = web.token("containers:read", courses=[2, 3])

    def ask(function: str, **arguments: Any) -> Any:
        return wire.call(f"mod_lticontainer_{function}", arguments, token)

    for given in ({}, {"course_id": 0}, {"course_id": 3}):
        assert [one["name"] for one in ask("get_hosts", **given).result["hosts"]] == [LOCAL]
        assert ask("get_images", host=LOCAL, filter="", **given).code == ""
        assert ask("check_host", host=LOCAL, **given).result["ok"]
    assert ask("get_hosts", course_id=2).result == {"hosts": []}
    for function in ("get_images", "check_host", "get_volumes"):
        names = {"host": LOCAL} | ({"filter": ""} if function == "get_images" else {})
        refused = ask(function, **names, course_id=2)
        assert (refused.code, LOCAL in refused.detail) == ("hostunknown", True)
        assert ask(function, **names, course_id=4).code == "accessexception"
    assert ask("get_hosts", course_id=4).code == "accessexception"
    assert ask("get_hosts", course_id=-1).code == "invalidparameter"


def test_volumes_are_made_listed_and_deleted(ask: Any, fake_engine: FakeEngine) -> None:
    made = ask("create_volumes", host="local", course_id=2, volumes=[{"role": "submit", "name": "report"}]).result
    assert [(one["name"], one["status"]) for one in made["results"]] == [(f"lms_sub_report{END}", "created")]
    (volume,) = ask("get_volumes", host="local", course_id=2).result["volumes"]
    assert (volume["full_name"], volume["size"], volume["label_ja"]) == (
        f"lms_sub_report{END}",
        "4096",
        "提出用ボリューム",
    )
    gone = ask("delete_volumes", host="local", course_id=2, names=[f"lms_sub_report{END}", "x"]).result["results"]
    assert [one["status"] for one in gone] == ["deleted", "refused"]
    assert fake_engine.volumes == {}


def test_containers_are_listed_and_stopped(ask: Any, fake_engine: FakeEngine) -> None:
    fake_engine.run("jupyterhub-2-7-moodle.example.org-aB3dE5gH-student-1")
    (one,) = ask("get_containers", host="local", course_id=2).result["containers"]
    assert (one["user"], one["lti_id"], one["memory"]) == ("student-1", 7, "2500000000")
    assert 0.4 < float(one["cpu"]) < 0.6
    (done,) = ask("stop_containers", host="local", course_id=2, users=["student-1"]).result["results"]
    assert done["status"] == "stopped"


def test_who_does_not_wait_is_told_what_is_under_way(ask: Any, fake_engine: FakeEngine, web: WebSite) -> None:
    names = [f"jupyterhub-2-{lti}-moodle.example.org-aB3dE5gH-student-1" for lti in (7, 8)]
    made = [fake_engine.run(name) for name in names]
    fake_engine.stubborn = 1.0

    def states() -> list[str]:
        return [one["state"] for one in ask("get_containers", host="local", course_id=2).result["containers"]]

    began = time.monotonic()
    told = ask("stop_containers", host="local", course_id=2, users=["student-1"], wait=0).result["results"]
    assert time.monotonic() - began < 0.8
    assert [(one["name"], one["status"]) for one in told] == [(name, "stopping") for name in names]
    assert states() == ["stopping", "stopping"]
    wait_until(lambda: states() == ["exited", "exited"])
    assert [fake_engine.containers[one].state for one in made] == ["exited", "exited"]
    ended = [(one.target.object, one.result) for one in web.parts.audit.list(Filter(), 10)]
    assert sorted(ended) == [(name, "stopped") for name in names]
    again = ask("stop_containers", host="local", course_id=2, users=["student-1"], wait=1).result["results"]
    assert [one["status"] for one in again] == ["notrunning"]


def test_what_fails_after_the_answer_is_in_the_log_of_changes(
    ask: Any, fake_engine: FakeEngine, web: WebSite
) -> None:
    fake_engine.run("jupyterhub-2-7-moodle.example.org-aB3dE5gH-student-1")
    fake_engine.stubborn = 3.0
    ask("stop_containers", host="local", course_id=2, users=["student-1"], wait=0)
    fake_engine.stop()
    wait_until(lambda: web.parts.audit.list(Filter(), 10)[0].state is State.FAILED)
    fake_engine.start()
    (one,) = ask("get_containers", host="local", course_id=2).result["containers"]
    assert one["state"] != "stopping"


def test_a_host_that_is_not_there_is_said_in_both_languages(ask: Any, wire: Wire) -> None:
    for name in ("nohost", "../local", "LOCAL", "課題"):
        answer = ask("get_images", host=name, filter="")
        assert answer.code == "hostunknown"
        assert name in answer.detail
    if wire.name == "json":
        (problem,) = answer.body["problems"]
        assert problem["sentence_en"] == answer.detail
        assert "コンテナホスト「課題」" in problem["sentence_ja"]


def test_a_host_that_fails_is_told_and_works_again(ask: Any, fake_engine: FakeEngine) -> None:
    fake_engine.stop()
    assert ask("get_images", host="local", filter="").code == "enginesocket"
    report = ask("check_host", host="local").result
    assert not report["ok"]
    assert [(step["name"], step["ok"]) for step in report["steps"]] == [("socket", False)]
    fake_engine.start()
    assert ask("get_images", host="local", filter="").code == ""
    assert ask("check_host", host="local").result["ok"]


def test_another_course_is_refused(ask: Any, fake_engine: FakeEngine) -> None:
    before = len(fake_engine.requests)
    assert ask("get_volumes", host="local", course_id=3).code == "accessexception"
    volumes = [{"role": "task", "name": "x"}]
    assert ask("create_volumes", host="local", course_id=3, volumes=volumes).code == "accessexception"
    assert len(fake_engine.requests) == before


def test_nothing_is_sent_for_wrong_names(ask: Any, fake_engine: FakeEngine) -> None:
    before = len(fake_engine.requests)
    for name in ("a/../b", "x" * 300, "課題", "a;b"):
        volumes = [{"role": "task", "name": name}]
        assert ask("create_volumes", host="local", course_id=2, volumes=volumes).code == "invalidparameter"
    wrong = ask("create_volumes", host="local", course_id=2, volumes=[{"role": "personal", "name": "x"}])
    assert wrong.code == "invalidparameter"
    assert len(fake_engine.requests) == before


@pytest.mark.parametrize("count", [0, 201])
def test_the_number_of_names_is_limited(ask: Any, count: int) -> None:
    answer = ask("delete_volumes", host="local", course_id=2, names=["x"] * count)
    assert answer.code == "invalidparameter"
