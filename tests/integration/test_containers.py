"""Images, volumes and containers of a course: the same on a fake engine, on Docker and on Podman over SSH."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from app.audit.entry import Filter
from app.errors import AccessDenied, CallError, HostUnknown, InvalidParameter
from tests.support.container_host import KINDS, shared_engine, shared_host
from tests.support.databases import new_database
from tests.support.engines import IMAGE, Engine
from tests.support.site import Site, call

COURSES = count(1000)
"""Each test has courses of its own, as all share the engines."""
OTHER_MOODLE = "other.example.org"


class Setting:
    """A site with one host, and a course of its own."""

    def __init__(self, site: Site, kind: str) -> None:
        self.site = site
        self.engine: Engine = shared_engine(kind)
        self.host = shared_host(kind)
        site.parts.host_store.add(self.host)
        self.course = next(COURSES)
        self.token = site.token("containers:read", "containers:write", courses=[self.course])
        self.end = f"_{self.course}_moodle.example.org"

    def call(self, function: str, **arguments: Any) -> Mapping[str, Any]:
        named = {"host": self.host.name, "course_id": self.course} | arguments
        return call(self.site.parts, f"mod_lticontainer_{function}", named, self.token)

    def create(self, *names: str, role: str = "task") -> list[Any]:
        volumes = [{"role": role, "name": name} for name in names]
        results: list[Any] = self.call("create_volumes", volumes=volumes)["results"]
        return results

    def delete(self, *names: str) -> dict[str, Any]:
        results = self.call("delete_volumes", names=list(names))["results"]
        assert [one["name"] for one in results] == list(names)
        return {one["name"]: one for one in results}

    def volumes(self) -> list[Any]:
        found: list[Any] = self.call("get_volumes")["volumes"]
        return found

    def run(self, user: str, *command: str, course: int = 0, lti: int = 7, **options: Any) -> str:
        name = f"jupyterhub-{course or self.course}-{lti}-moodle.example.org-aB3dE5gH-{user}"
        self.engine.run(name, command or ("sleep", "600"), **options)
        return name

    def all_names(self) -> set[str]:
        with self.engine.client() as client:
            return {volume["Name"] for volume in client.volumes()["Volumes"] or ()}


@pytest.fixture(params=KINDS)
def setting(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Setting]:
    site = Site(new_database("sqlite", tmp_path))
    site.upgrade()
    made = Setting(site, request.param)
    yield made
    site.close()
    with made.engine.client() as client:
        for found in client.containers(all=True):
            if f"-{made.course}-" in found["Names"][0]:
                client.remove_container(found["Id"], force=True)
        for name in made.all_names():
            if f"_{made.course}_" in name:
                client.remove_volume(name)


def test_images_are_name_and_tag_with_the_default_first(setting: Setting) -> None:
    images = call(setting.site.parts, "mod_lticontainer_get_images", {"host": setting.host.name}, setting.token)[
        "images"
    ]
    assert images[0] == {"name": "default", "id": "", "size": "", "created": ""}
    (busybox,) = [image for image in images if "busybox : test" in image["name"]]
    assert busybox["name"].endswith(IMAGE.replace(":", " : "))
    assert re.fullmatch("[0-9a-f]{64}", busybox["id"])
    assert int(busybox["size"]) > 1_000_000
    assert busybox["created"].endswith("Z")


def test_a_volume_is_made_once_shown_and_deleted(setting: Setting) -> None:
    made = setting.create("Lesson1", "lesson2")
    assert [(one["name"], one["status"]) for one in made] == [
        (f"lms_vol_lesson1{setting.end}", "created"),
        (f"lms_vol_lesson2{setting.end}", "created"),
    ]
    assert "作成しました" in made[0]["sentence_ja"]
    (again,) = setting.create("lesson1")
    assert again["status"] == "existed"
    setting.create("report", role="submit")
    shown = setting.volumes()
    assert [(one["role"], one["label_en"], one["name"], one["driver"]) for one in shown] == [
        ("submit", "Submit Volume", "report", "local"),
        ("task", "Task Volume", "lesson1", "local"),
        ("task", "Task Volume", "lesson2", "local"),
    ]
    assert all(one["created"].endswith("Z") and one["used_by"] == [] for one in shown)
    names = [one["full_name"] for one in shown]
    assert {one["status"] for one in setting.delete(*names).values()} == {"deleted"}
    assert setting.volumes() == []


def test_the_size_of_a_volume_is_told(setting: Setting) -> None:
    setting.create("full")
    name = f"lms_vol_full{setting.end}"
    setting.run("u", "sh", "-c", f"dd if=/dev/zero of=/{name}/x bs=1024 count=64; sleep 600", volumes=[name])
    for _ in range(20):
        setting.site.parts.hosts.close()
        (volume,) = setting.volumes()
        if int(volume["size"] or 0) >= 4096:
            break
        time.sleep(0.1)
    assert int(volume["size"]) >= 4096


def test_a_volume_in_use_stays_and_its_container_is_named(setting: Setting) -> None:
    setting.create("used", "free")
    used, free = f"lms_vol_used{setting.end}", f"lms_vol_free{setting.end}"
    container = setting.run("student-1", volumes=[used])
    assert {v["full_name"]: v["used_by"] for v in setting.volumes()} == {used: [container], free: []}
    results = setting.delete(used, free)
    assert (results[used]["status"], results[used]["used_by"]) == ("inuse", [container])
    assert container in results[used]["sentence_en"]
    assert container in results[used]["sentence_ja"]
    assert results[free]["status"] == "deleted"
    assert [v["full_name"] for v in setting.volumes()] == [used]


def test_only_volumes_of_the_course_and_the_moodle_host_are_deleted(setting: Setting) -> None:
    setting.create("mine")
    mine = f"lms_vol_mine{setting.end}"
    others = [
        f"lms_vol_x_{setting.course + 50_000}_moodle.example.org",
        f"lms_vol_x_{setting.course}_{OTHER_MOODLE}",
        f"lms_prs_x{setting.end}",
        f"foo_{setting.course}_",
    ]
    with setting.engine.client() as client:
        for name in others:
            client.create_volume(name)
    wrong = [f"../{mine}", f"{mine}/..", f"lms_vol_a;rm -rf{setting.end}", f"lms_vol_課題{setting.end}", "x" * 300]
    wrong += [
        f"lms_vol_/../mine{setting.end}",
        mine.upper(),
        f"lms_vol_{setting.end}",
        "",
        "$(id)",
        f"{mine}?force=1",
    ]
    results = setting.delete(*others, *wrong, mine, f"lms_vol_nothere{setting.end}")
    refused = {name for name, one in results.items() if one["status"] == "refused"}
    assert refused == {*others, *wrong}
    assert results[mine]["status"] == "deleted"
    assert results[f"lms_vol_nothere{setting.end}"]["status"] == "notfound"
    assert setting.all_names() >= set(others)
    with setting.engine.client() as client:
        for name in others:
            client.remove_volume(name)


WRONG = ["", "a/b", "../x", "a b", "$(id)", "課題", "a_b", "a.b", "x" * 300, "a;b", "a\nb", "Ａ"]


def test_a_wrong_name_makes_nothing_and_is_named_with_its_place(setting: Setting) -> None:
    before = setting.all_names()
    for name in WRONG:
        with pytest.raises(InvalidParameter) as raised:
            setting.create("good", name)
        assert "volumes[1].name" in raised.value.detail
        assert raised.value.problems[0]["index"] == 1
    assert setting.all_names() == before


def test_a_volume_with_an_underscore_from_former_days_is_the_courses_too(setting: Setting) -> None:
    old = f"lms_vol_my_old_task{setting.end}"
    with setting.engine.client() as client:
        client.create_volume(old)
    assert [v["name"] for v in setting.volumes()] == ["my_old_task"]
    assert setting.delete(old)[old]["status"] == "deleted"


def test_containers_are_listed_with_what_they_use(setting: Setting) -> None:
    busy = setting.run("student-1", "sh", "-c", "while true; do true; done", lti=12)
    ended = setting.run("student-2", "true")
    foreign = setting.run("student-9", course=setting.course + 60_000)
    with setting.engine.client() as client:
        client.stop(ended, timeout=1)
    first, second = setting.call("get_containers")["containers"]
    assert (first["name"], first["user"], first["lti_id"], first["state"]) == (busy, "student-1", 12, "running")
    assert first["image"].endswith(IMAGE)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["since"])
    assert 0.0 < float(first["cpu"]) <= 64.0
    assert int(first["memory"]) > 1000
    assert (second["user"], second["state"], second["cpu"], second["memory"]) == ("student-2", "exited", "", "")
    with setting.engine.client() as client:
        client.remove_container(foreign, force=True)


def test_containers_are_stopped_by_user(setting: Setting) -> None:
    one, two = setting.run("a-b", "sleep", "600"), setting.run("c@example.org".replace("@", "-40"))
    began = time.monotonic()
    results = setting.call("stop_containers", users=["a-b", "nobody", "../x"])["results"]
    assert time.monotonic() - began < 9
    assert [(r["user"], r["name"], r["status"]) for r in results] == [
        ("a-b", one, "stopped"),
        ("nobody", "", "notrunning"),
        ("../x", "", "notrunning"),
    ]
    states = {c["name"]: c["state"] for c in setting.call("get_containers")["containers"]}
    assert states == {one: "exited", two: "running"}


def test_each_change_is_in_the_log_with_its_result(setting: Setting) -> None:
    setting.create("x")
    name = f"lms_vol_x{setting.end}"
    container = setting.run("u", volumes=[name])
    setting.delete(name, "foreign")
    setting.call("stop_containers", users=["u"])
    entries = setting.site.parts.audit.list(Filter(course=setting.course), 100)
    assert [(e.action, e.target.host, e.target.object, str(e.state)) for e in entries] == [
        ("create_volumes", setting.host.name, name, "done"),
        ("delete_volumes", setting.host.name, name, "failed"),
        ("stop_containers", setting.host.name, container, "done"),
    ]
    assert entries[0].result == "created"
    assert container in entries[1].result


def test_a_token_of_another_course_sees_and_changes_nothing(setting: Setting) -> None:
    setting.create("x")
    other = setting.site.token("containers:read", "containers:write", courses=[setting.course + 1])
    setting.token = other
    calls: dict[str, dict[str, Any]] = {
        "get_volumes": {},
        "get_containers": {},
        "create_volumes": {"volumes": [{"role": "task", "name": "y"}]},
        "delete_volumes": {"names": [f"lms_vol_x{setting.end}"]},
        "stop_containers": {"users": ["u"]},
    }
    for function, arguments in calls.items():
        with pytest.raises(AccessDenied):
            setting.call(function, **arguments)
    assert f"lms_vol_x{setting.end}" in setting.all_names()


def test_a_check_tells_every_step(setting: Setting) -> None:
    report = call(setting.site.parts, "mod_lticontainer_check_host", {"host": setting.host.name}, setting.token)
    assert report["ok"], report
    assert report["engine"] == ("podman" if setting.engine.kind == "podman" else "docker")
    steps = ["socket", "engine"]
    if not setting.host.is_local:
        steps = ["name", "connect", "greeting", "host_key", "login", *steps]
    assert [step["name"] for step in report["steps"]] == steps
    assert all(step["sentence_ja"] != step["sentence_en"] for step in report["steps"])


def test_a_host_of_other_courses_does_not_exist_for_a_caller(setting: Setting) -> None:
    parts = setting.site.parts
    parts.host_store.remove(setting.host.name)
    parts.host_store.add(replace(setting.host, courses=frozenset({setting.course, 77})))
    stranger = setting.site.token("containers:read", courses=[setting.course + 1])
    everyone = setting.site.token("containers:read")
    seen = [call(parts, "mod_lticontainer_get_hosts", {}, t)["hosts"] for t in (setting.token, everyone, stranger)]
    assert [[host["name"] for host in hosts] for hosts in seen] == [[setting.host.name], [setting.host.name], []]
    for function in ("get_images", "check_host"):
        with pytest.raises(HostUnknown) as hidden:
            call(parts, f"mod_lticontainer_{function}", {"host": setting.host.name}, stranger)
        with pytest.raises(HostUnknown) as absent:
            call(parts, f"mod_lticontainer_{function}", {"host": "nohost"}, stranger)
        assert _same(hidden.value, absent.value, setting.host.name)
    with pytest.raises(HostUnknown):  # the token covers this course, the host does not serve it
        call(parts, "mod_lticontainer_get_volumes", {"host": setting.host.name, "course_id": 99_999}, everyone)


def _same(one: CallError, other: CallError, name: str) -> bool:
    return one.detail == other.detail.replace("nohost", name)
