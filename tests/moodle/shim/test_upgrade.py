"""From mod_lticontainer 1.6.3 to the plugin: what a site has stays, and what was dangerous goes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.test_golden import GOLDEN
from tests.support.cli import run_here
from tests.support.clients import rest
from tests.support.moodle import VARIABLE
from tests.support.moodle_163 import CAPABILITIES, Old, Plugin163
from tests.support.moodle_shim import ShimMoodle, Template, Visitor, service_beside
from tests.support.postgresql import PostgreSQL
from tests.support.process import ROOT
from tests.support.service import Service
from tests.support.site import Row, Site, seen

GUIDE = (ROOT / "docs/how-to/moodle-plugin.md").read_text("utf-8")
DATA = ("client_data", "server_data", "session", "tags")
PUBLIC_URL = "LTICONTAINER_PUBLIC_URL"
TASKS = r"\mod_lticontainer\task"
AFTER, REGISTER = rf"--classname={TASKS}\after_upgrade", rf"--classname={TASKS}\register_course"


@dataclass(frozen=True)
class Upgraded:
    """A Moodle after the upgrade, with what was there before it."""

    shim: ShimMoodle
    service: Service
    site: Site
    old: Old
    rows: dict[str, list[Row]]
    said: str
    refused: str
    untouched: dict[int, str]
    alone: tuple[int, int]


def columns(shim: ShimMoodle, table: str) -> list[tuple[object, ...]]:
    return shim.moodle.on.columns(table)


def make_hosts(shim: ShimMoodle, site: Site) -> None:
    """Make the hosts of the old logins as the guide for administrators says."""
    if isinstance(shim.server, PostgreSQL):
        commands = re.findall(r"^lticontainer (host add hub.*) < password$", GUIDE, re.MULTILINE)
        told = "open-sesame\n"
    else:
        commands = re.findall(r"^lticontainer (host import-moodle .*) < moodle-url$", GUIDE, re.MULTILINE)
        told = f"{shim.moodle.url}\n"
    assert commands
    for command in commands:
        done = run_here(*command.split(), env=site.env, input=told)
        assert done.returncode == 0, done.stderr


def as_written(shim: ShimMoodle) -> str:
    """Put the plugin in its place as the guide for administrators says; return what Moodle says."""
    [block] = [block for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if "upgrade.php" in block]
    block = block.replace("php /var/www/moodle/admin/cli", f"php -d max_input_vars=5000 {shim.moodle.scripts}")
    block = block.replace("/var/www/moodle", str(shim.moodle.code))
    done = subprocess.run(
        ["sh", "-e"], input=block, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    said: str = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def after(shim: ShimMoodle, service: Service, site: Site, old: Old) -> str:
    """Run the task that follows the upgrade, with a service in the settings; return what it says."""
    with service:
        shim.connect(service.base_url, site.token("admin"))
        # The first change of a name comes before it: what it finds done already, it has to tell all the same.
        shim.moodle.call("rename_course", old.course, "Renamed")
        shim.moodle.run_script("adhoc_task.php", REGISTER, "--execute")
        shim.moodle.execute("UPDATE {task_adhoc} SET nextruntime = 0, faildelay = 0")
        return shim.moodle.run_script("adhoc_task.php", AFTER, "--execute", check=False)


def texts_of(shim: ShimMoodle) -> dict[int, str]:
    return dict(shim.moodle.execute("SELECT id, instructorcustomparameters FROM {lti}"))


@pytest.fixture(scope="module")
def upgraded(template: Template) -> Iterator[Upgraded]:
    """The upgrade, once: rows of 1.6.3, hosts made of them, our code in its place, the task afterwards."""
    shim = ShimMoodle(template, Path(os.environ[VARIABLE]), plugin=False)
    try:
        shim.add_people()
        plugin = Plugin163(shim.moodle)
        plugin.install()
        old = plugin.add_class("old", "teacher")
        for name, rows in GOLDEN["tables"].items():
            for row in rows:
                names, places = ", ".join(row), ", ".join(["%s"] * len(row))
                values = tuple(row.values())
                shim.moodle.execute(f"INSERT INTO {{lticontainer_{name}}} ({names}) VALUES ({places})", values)
        alone = plugin.add_alone("alone", old.token)
        rows = {name: shim.moodle.rows(f"lticontainer_{name}") for name in DATA}
        service, site = service_beside(shim)
        make_hosts(shim, site)
        said = as_written(shim)
        refused = after(shim, Service(site.env | {PUBLIC_URL: shim.web.url}), site, old)
        untouched = texts_of(shim)
        said += after(shim, Service(site.env), site, old)
        with service:
            shim.connect(service.base_url, site.token("admin"))
            yield Upgraded(shim, service, site, old, rows, said, refused, untouched, alone)
        site.close()
    finally:
        shim.close()


def test_the_guide_leads_proxies_where_the_test_did(upgraded: Upgraded) -> None:
    written = re.findall(r'public_url = "(.*)"', GUIDE)[0]
    assert written.replace("https://moodle.example.org", upgraded.shim.web.url) == upgraded.site.env[PUBLIC_URL]


def test_nothing_complains_on_the_way(upgraded: Upgraded) -> None:
    found = re.findall("(?im)^.*(?:notice:|warning:|deprecated:|debugging:|exception).*$", upgraded.said)
    assert [line for line in found if "/code/mod/lticontainer/" in line or "iomad" not in line] == []


def test_the_tables_are_those_of_a_fresh_install(upgraded: Upgraded) -> None:
    done = upgraded.shim.moodle.run_script("check_database_schema.php", check=False)
    assert "lticontainer" not in done
    host = [row for row in columns(upgraded.shim, "lticontainer") if row[0] == "host"]
    assert host
    assert columns(upgraded.shim, "lticontainer_queue")


def test_instances_and_hidden_activities_stay(upgraded: Upgraded) -> None:
    rows = upgraded.shim.moodle.rows("lticontainer")
    assert [row["name"] for row in rows] == ["Old docker", "Old Other"]
    assert {row["no_display_lti"] for row in rows} == {str(upgraded.old.hidden_lti)}
    assert {row["api_token"] for row in rows} == {"hub-token"}


def test_rows_of_students_stay(upgraded: Upgraded) -> None:
    assert {name: upgraded.shim.moodle.rows(f"lticontainer_{name}") for name in DATA} == upgraded.rows


def test_each_instance_has_the_host_of_its_login(upgraded: Upgraded) -> None:
    rows = upgraded.shim.moodle.rows("lticontainer")
    assert [row["host"] for row in rows] == ["hub.example.org", "hub.example.org-other"]
    assert "0 instances have got their host" in upgraded.said  # they had it after the first attempt


def test_capabilities_and_roles_stay(upgraded: Upgraded) -> None:
    found = upgraded.shim.moodle.execute("SELECT name FROM {capabilities} WHERE component = 'mod_lticontainer'")
    assert {name for (name,) in found} == {f"mod/lticontainer:{name}" for name in CAPABILITIES}
    [[given]] = upgraded.shim.moodle.execute(
        "SELECT COUNT(*) FROM {role_capabilities} WHERE capability LIKE 'mod/lticontainer:%%'"
    )
    assert given == 14 + 13 + 4


def test_an_old_token_still_opens_the_web_service(upgraded: Upgraded) -> None:
    answer = rest(upgraded.shim.web.port, [seen("upgraded", upgraded.old.ltis[0])], upgraded.old.token)
    assert answer.body == b"[]"
    assert upgraded.site.rows("session", session="upgraded")


def test_system_lines_are_made_anew_with_tokens_of_their_own(upgraded: Upgraded) -> None:
    texts = texts_of(upgraded.shim)
    shown = [
        texts[lti] for lti in upgraded.old.ltis
    ]  # also the one that is hidden: students start it all the same
    tokens = [re.findall(r"^lms_rpctoken=(\S+)", text, re.MULTILINE)[0] for text in shown]
    assert upgraded.old.token not in tokens
    assert len(set(tokens)) == len(tokens) == 3
    for lti, text in zip(upgraded.old.ltis, shown, strict=False):
        assert f"lms_sessioninfo={upgraded.old.instances[0]},{lti}" in text
        assert f"lms_serverurl={upgraded.shim.web.url}" in text
        assert "lms_vol_my_task=Task" in text
        assert text.endswith("own=1")


def test_nothing_is_rewritten_while_records_would_be_lost(upgraded: Upgraded) -> None:
    assert "Set public_url in the configuration of the service" in upgraded.refused
    for lti in upgraded.old.ltis:
        assert f"lms_rpctoken={upgraded.old.token}" in upgraded.untouched[lti]


def test_activities_are_registered(upgraded: Upgraded) -> None:
    registered = upgraded.site.rows("ltis")
    assert {row["lti_id"] for row in registered} >= {
        lti for lti in upgraded.old.ltis if lti != upgraded.old.hidden_lti
    }


def told(upgraded: Upgraded) -> list[tuple[str, str]]:
    where = "component = 'mod_lticontainer' ORDER BY id"
    return upgraded.shim.moodle.execute(f"SELECT subject, fullmessage FROM {{notifications}} WHERE {where}")


def test_administrators_are_told_which_activities_keep_the_old_token(upgraded: Upgraded) -> None:
    [(subject, text)] = told(upgraded)
    assert subject == "Some LTI activities still carry the old token of the notebook records"
    assert "The system lines of 3 LTI activities were made anew" in text
    assert "1 LTI activities still carry an old token" in text
    assert re.findall("(?m)^- .*$", text) == [f"- alone: Old alone {modedit(upgraded)}"]
    page = Visitor(upgraded.shim.web.url, "admin").get("/mod/lticontainer/connection.php")
    assert f'alone: <a href="{modedit(upgraded)}">Old alone</a>' in page.text


def modedit(upgraded: Upgraded) -> str:
    [[cmid]] = upgraded.shim.moodle.execute(
        "SELECT id FROM {course_modules} WHERE course = %s", (upgraded.alone[0],)
    )
    return f"{upgraded.shim.web.url}/course/modedit.php?update={cmid}"


def test_and_that_it_can_go_once_none_is_left(upgraded: Upgraded) -> None:
    nightly = rf"--execute={TASKS}\register_site"
    upgraded.shim.moodle.run_script("scheduled_task.php", nightly)
    assert len(told(upgraded)) == 1
    instance = upgraded.shim.moodle.call("create_instance", upgraded.alone[0], {"name": "Late"})
    upgraded.shim.moodle.run_script("scheduled_task.php", nightly)
    subject, text = told(upgraded)[1]
    assert subject == "The old token of the notebook records can be revoked"
    assert "The system lines of 1 LTI activities were made anew" in text
    assert "/admin/webservice/tokens.php" in text
    upgraded.shim.moodle.call("delete_module", "lticontainer", instance["id"])
    upgraded.shim.moodle.run_script("scheduled_task.php", nightly)
    assert len(told(upgraded)) == 2


def test_pages_open_without_a_complaint(upgraded: Upgraded) -> None:
    upgraded.shim.web.forget()
    page = Visitor(upgraded.shim.web.url, "teacher").get("/mod/lticontainer/view.php", id=upgraded.old.cmids[0])
    assert page.status == 200
    assert "Old docker" in page.text
    assert upgraded.shim.web.complaints() == ""


def test_an_administrator_removes_passwords_and_tokens_last(upgraded: Upgraded) -> None:
    admin, path = Visitor(upgraded.shim.web.url, "admin"), "/mod/lticontainer/connection.php"
    page = admin.get(path)
    assert "2 instances still hold an SSH password" in page.text
    assert "Remove the SSH passwords" in admin.post(path, {"action": "secrets"}).text
    admin.post(path, {"action": "secrets", "confirm": 1, "sesskey": "forged"})
    assert {row["docker_pass"] for row in upgraded.shim.moodle.rows("lticontainer")} == {"open-sesame"}
    done = admin.post(path, {"action": "secrets", "confirm": 1, "sesskey": page.sesskey})
    assert "are removed" in done.text
    rows = upgraded.shim.moodle.rows("lticontainer")
    assert {(row["docker_pass"], row["rpc_token"], row["api_token"]) for row in rows} == {("", "", "hub-token")}
    assert "1.6.3" not in done.text.split('id="page-footer"')[0].split("<main")[-1]
