"""The guide of switching over, step by step as it is written, with a real Moodle."""

from __future__ import annotations

import re
import secrets
import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_golden import GOLDEN
from tests.support.cli import run_here
from tests.support.clients import rest
from tests.support.moodle import Moodle
from tests.support.moodle_tables import DB_WRITE, WRITE
from tests.support.process import ROOT
from tests.support.service import Service
from tests.support.site import Site, cell_run

GUIDE = (ROOT / "docs/how-to/switch-over.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    """Return the guide's blocks of a kind, without what they are indented by."""
    found = re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in found]


BLOCKS = blocks("sql")
COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("lticontainer ")]
UPGRADE, CHECK, REBUILD, NEW, IMPORT = (shlex.split(line.partition("<")[0])[1:] for line in COMMANDS)
DATA = ("client_data", "server_data", "session", "tags")


@pytest.fixture
def filled(moodle: Moodle) -> Iterator[Moodle]:
    """A Moodle with the rows that the plugin has left there."""
    for name, rows in GOLDEN["tables"].items():
        for row in rows:
            columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
            moodle.execute(
                f"INSERT INTO {{lticontainer_{name}}} ({columns}) VALUES ({places})", tuple(row.values())
            )
    yield moodle
    for name in DATA:
        moodle.execute(f"DELETE FROM {{lticontainer_{name}}}")


def read(moodle: Moodle, block: str, names: dict[str, str]) -> None:
    """Run a block of the guide with other names for its databases, accounts and passwords."""
    for old, new in (names | {"moodle.": f"{moodle.database}."}).items():
        block = block.replace(old, new)
    for statement in filter(None, map(str.strip, block.split(";"))):
        moodle.mariadb.execute(statement)


def token(moodle: Moodle) -> str:
    number = time.time_ns()
    user = moodle.call("create_user", f"teacher{number}")
    service = moodle.call("add_service", f"Logs {number}", f"l{number}", [WRITE], {"requiredcapability": DB_WRITE})
    moodle.call("allow_user", service, user, {})
    moodle.call("give_capability", user, DB_WRITE)
    return str(moodle.call("make_token", service, user, 0, ""))


def settings(moodle: Moodle, place: Path, name: str, password: str) -> None:
    """Write the settings of the guide, with other names for account, database and port."""
    [text] = blocks("toml")
    url = f"mysql+pymysql://{name}:{password}@127.0.0.1:{moodle.mariadb.port}/{name}"
    for old, new in (
        ("mysql+pymysql://lticontainer:PASSWORD@127.0.0.1/lticontainer", url),
        ('"moodle"', f'"{moodle.database}"'),
    ):
        assert old in text
        text = text.replace(old, new)
    place.write_text(text, "utf-8")


def test_on_moodles_own_tables(filled: Moodle, tmp_path: Path) -> None:
    moodle, name, password = filled, f"l{secrets.token_hex(4)}", secrets.token_hex(8)
    moodle.call("set_config", "enablewebservices", 1)
    moodle.call("delete_services")
    made = token(moodle)
    read(moodle, BLOCKS[0], {"lticontainer": name, "PASSWORD": password})
    site = Site(f"mysql+pymysql://{name}:{password}@127.0.0.1:{moodle.mariadb.port}/{name}")
    settings(moodle, tmp_path / "settings.toml", name, password)
    env = {k: v for k, v in site.env.items() if k != "LTICONTAINER_DATABASE_URL"}
    env |= {"LTICONTAINER_CONFIG": str(tmp_path / "settings.toml")}
    assert run_here(*UPGRADE, env=env).returncode == 0
    asked = run_here(*CHECK, env=env)
    assert asked.returncode == 1
    for line in asked.stdout.splitlines():
        if line.strip().startswith("GRANT"):
            moodle.mariadb.execute(line.strip().rstrip(";"))
    checked = run_here(*CHECK, env=env)
    assert checked.returncode == 0, checked.stdout
    assert {line.split()[0] for line in checked.stdout.splitlines()} == {"ok"}, checked.stdout
    rebuilt = run_here(*REBUILD, env=env)
    assert "6 rows read; 4 runs" in rebuilt.stdout
    with Service(env) as service:
        for one in cell_run("after", "m1"):
            assert rest(service.port, [one], made).body == b"[]"
        stored = moodle.execute("SELECT COUNT(*) FROM {lticontainer_server_data} WHERE session = 'after'")
        assert stored == [(1,)]
        moodle.execute("INSERT INTO {lticontainer_client_data} (session, message) VALUES ('plugin', 'm')")
        assert "1 runs" in run_here(*NEW, env=env).stdout
    site.close()


def test_a_database_of_its_own_with_import(filled: Moodle) -> None:
    moodle, name, password = filled, f"i{secrets.token_hex(4)}", secrets.token_hex(8)
    read(moodle, BLOCKS[1], {"'import'": f"'{name}'", "PASSWORD": password})
    site = Site(moodle.mariadb.create_database())
    site.upgrade()
    url = f"mysql+pymysql://{name}:{password}@127.0.0.1:{moodle.mariadb.port}/{moodle.database}\n"
    first = run_here(*IMPORT, env=site.env, input=url)
    assert (first.returncode, first.stderr) == (0, "")
    assert {name: site.count(name) for name in DATA} == {n: len(rows) for n, rows in GOLDEN["tables"].items()}
    assert site.count("executions") == 4
    moodle.execute("INSERT INTO {lticontainer_client_data} (session, message) VALUES ('late', 'm')")
    run_here(*IMPORT, env=site.env, input=url)
    assert (site.count("client_data"), site.count("executions")) == (4, 5)
    export = run_here("activity", "export", "--course", "2", env=site.env)
    assert export.returncode == 0
    assert export.stdout.count("student1") == 3
    read(moodle, BLOCKS[2], {"'import'": f"'{name}'"})
    assert run_here(*IMPORT, env=site.env, input=url).returncode == 1
    site.close()
