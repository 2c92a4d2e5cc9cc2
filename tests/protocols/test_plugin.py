"""The Moodle plugin and the registry say the same; what the service answers is understood in PHP."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from marshmallow import fields

from app.containers.moodle_import import MoodleRow, hosts_of
from app.nblogs.record import FIELDS
from tests.support.moodle_163 import CAPABILITIES
from tests.support.moodle_tables import SERVICE
from tests.support.plugin import FIXTURES, PLUGIN, as_fixture, declared, files, php_missing, phpunit_missing
from tests.support.site import cell_run, record
from tests.support.skip import missing
from tests.support.web import WebSite

PREFIX = "mod_lticontainer_"


@pytest.fixture(scope="module")
def told() -> Any:
    """What the plugin declares."""
    if reason := php_missing():
        missing(reason)
    return declared()


def test_functions_are_those_that_store_records(web: WebSite, told: Any) -> None:
    registered = web.parts.registry.functions
    assert set(told["functions"]) == {f"{PREFIX}write_nblogs", f"{PREFIX}write_nbdata"}
    for name, function in told["functions"].items():
        assert list(function["parameters"]["keys"]) == list(registered[name].positional)
        assert set(function["parameters"]["keys"]) == set(registered[name].params.fields)
        assert function["capabilities"] == "mod/lticontainer:db_write"
        assert function["type"] == "write"


def test_a_record_has_the_members_of_the_registry(web: WebSite, told: Any) -> None:
    functions = told["functions"]
    one = functions[f"{PREFIX}write_nbdata"]["parameters"]["keys"]["nb_data"]["keys"]
    assert functions[f"{PREFIX}write_nblogs"]["parameters"]["keys"]["nb_logs"]["list"]["keys"] == one
    assert tuple(one) == FIELDS
    assert {member["type"] for member in one.values()} == {"raw"}
    assert {name: member["default"] for name, member in one.items() if member["default"]} == {"host": "ltictr"}
    assert isinstance(web.parts.registry.functions[f"{PREFIX}write_nblogs"].params.fields["nb_logs"], fields.Field)


def test_the_web_service_is_the_one_that_sites_have(told: Any) -> None:
    assert list(told["services"]) == [SERVICE]
    assert told["services"][SERVICE]["shortname"] == "mod_lticontainer"
    assert told["services"][SERVICE]["restrictedusers"] == 1
    assert told["services"][SERVICE]["functions"][0] == f"{PREFIX}write_nblogs"


def test_capabilities_are_those_that_sites_have(told: Any) -> None:
    assert set(told["capabilities"]) == {f"mod/lticontainer:{name}" for name in CAPABILITIES}
    given: dict[str, set[str]] = {}
    for name, capability in told["capabilities"].items():
        for role in capability["archetypes"]:
            given.setdefault(role, set()).add(name.removeprefix("mod/lticontainer:"))
    views = {name for name in CAPABILITIES if name.endswith("_view")}
    assert given["teacher"] == views | {"jupyterhub_api", "jupyterhub_user"}
    assert given["editingteacher"] == set(CAPABILITIES) - {"admin_tools"}
    assert given["manager"] == set(CAPABILITIES)
    assert set(given) == {"teacher", "editingteacher", "manager"}


def test_tasks_and_observers_exist(told: Any) -> None:
    assert [name for name, found in [*told["tasks"], *told["callbacks"]] if not found] == []


def test_every_function_that_the_plugin_calls_is_registered(web: WebSite) -> None:
    called: set[str] = set()
    for path in files(".php"):
        if "tests" not in path.relative_to(PLUGIN).parts:
            called |= set(re.findall(r"command::call\(\s*'(\w+)'", path.read_text("utf-8")))
    check = (PLUGIN / "classes/local/connection_check.php").read_text("utf-8")
    needed = set(re.findall(r"'(\w+)'", re.findall(r"NEEDED = \[(.*?)\];", check, re.DOTALL)[0]))
    registered = {name.removeprefix(PREFIX) for name in web.parts.registry.functions}
    assert called - registered == set()
    assert needed - registered == set()
    assert called - needed == set(), "the test of the connection does not look for it"


def exchanges(web: WebSite) -> dict[str, Any]:
    """Return what the service answers to calls as the plugin makes them."""
    admin, reader = web.token("admin"), web.token("params:read")
    client, server = cell_run("s", "m")
    bad = record(host="client", session="s", message="m2", date="yesterday")

    def ask(function: str, arguments: dict[str, Any], token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "On-Behalf-Of": "hanako"}
        answer = web.client.post(f"/api/v1/{function}", json=arguments, headers=headers)
        told = {"status": answer.status_code, "type": answer.content_type, "json": answer.json}
        return {"function": function, "arguments": arguments, "answer": told}

    return {
        "hosts": ask("get_hosts", {}, admin),
        "records": ask("write_nblogs", {"nb_logs": [client, server]}, admin),
        "rejected_record": ask("write_nblogs", {"nb_logs": [bad]}, admin),
        "registration": ask("register_ltis", {"ltis": [{"lti_id": 7, "course_id": 2, "inst_id": 1}]}, admin),
        "parameters": ask("parse_custom_params", {"text": "lms_users=*\r\nlms_cpulimit=0.5"}, admin),
        "wrong_parameter": ask("get_hosts", {"all": True}, admin),
        "wrong_token": ask("get_hosts", {}, "wrong"),
        "no_scope": ask("get_hosts", {}, reader),
        "older_version": ask("get_horoscope", {}, admin),
        "host_unknown": ask("get_images", {"host": "nohost"}, admin),
    }


def host_names() -> list[dict[str, Any]]:
    """Return rows of mod_lticontainer with the names of the hosts that the service makes of them."""
    hub, other = "https://Hub.example.org/hub", "https://[2001:db8::1]:8000"
    cases = [
        [(hub, "docker", "x", 0), (hub, "docker", "x", 0), (hub, "Other", "y", 0), (hub, "docker", "x", 1)],
        [(hub, "docker", "", 0), ("", "docker", "x", 0), (other, "docker", "x", 0)],
        [("http://localhost:8000", "", "", 0), ("http://127.0.0.1", "a", "b", 1), ("http://[::1]/", "", "", 0)],
        [(hub, "a b", "x", 0), (hub, "a@b", "x", 0), (hub, "A@b", "x", 0), ("https://un_der.org", "a", "x", 0)],
        [(hub, "docker", "x", 0), ("https://hub.example.org-docker", "d", "x", 0), (hub, "docker", "y", 0)],
    ]
    return [{"rows": [_row(i, *row) for i, row in enumerate(case, 1)], "names": _names(case)} for case in cases]


def _row(number: int, url: str, user: str, password: str, podman: int) -> dict[str, Any]:
    return {"id": number, "url": url, "docker_user": user, "docker_pass": password, "use_podman": podman}


def _names(case: list[tuple[str, str, str, int]]) -> dict[str, str]:
    rows = [MoodleRow(i, i, url, user, secret, bool(pod)) for i, (url, user, secret, pod) in enumerate(case, 1)]
    made, _skipped = hosts_of(rows)
    return {str(course): host.name for host, _password in made for course in sorted(host.courses or ())}


FIXTURE_MAKERS: dict[str, Callable[[WebSite], Any]] = {
    "answers.json": exchanges,
    "hosts.json": lambda _web: host_names(),
}


@pytest.mark.parametrize("name", FIXTURE_MAKERS)
def test_fixtures_are_what_the_service_says_today(web: WebSite, name: str) -> None:
    path, now = FIXTURES / name, as_fixture(FIXTURE_MAKERS[name](web))
    before = path.read_text("utf-8") if path.exists() else ""
    if before != now:
        path.write_text(now, "utf-8")
    assert before == now, f"{name} was out of date; it is written anew: look at the difference"


def test_phpunit_passes() -> None:
    if reason := phpunit_missing():
        missing(reason)
    place = PLUGIN / "tests/standalone"
    done = subprocess.run(
        ["phpunit", "--configuration", str(place / "phpunit.xml")],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OK (" in done.stdout
