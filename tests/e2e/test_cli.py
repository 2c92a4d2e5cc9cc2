"""The `lticontainer` command as administrators use it: its output, its exit codes, its clear refusals."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, insert, select

from app.audit.entry import Actor, Target
from app.errors import CallError
from app.storage.tables import PREFIX, metadata
from tests.e2e.conftest import Start
from tests.support import cli, process
from tests.support.clients import get, rest
from tests.support.databases import new_database
from tests.support.process import ROOT
from tests.support.rawhttp import recorded
from tests.support.service import Service
from tests.support.site import MOODLE_URL, Site, call, cell_run, record, seen

Run = Callable[..., str]
WRITE = "mod_lticontainer_write_nblogs"
CLASS = [str(path) for path in recorded(ROOT / "tests/data/wire")]


def succeed(*args: str, env: dict[str, str], **options: Any) -> str:
    """Run a command that must succeed, as a process, and return its output."""
    done = cli.run(*args, env=env, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refuse(*args: str, env: dict[str, str], here: bool = False) -> str:
    """Run a command that must fail, and return what it says: never a traceback, a key or a password."""
    done = (cli.run_here if here else cli.run)(*args, env=env)
    said = done.stdout + done.stderr
    assert done.returncode in (1, 2), said
    assert "Traceback" not in said
    secrets = [env.get("LTICONTAINER_SECRET_KEY", ""), password(env.get("LTICONTAINER_DATABASE_URL", ""))]
    assert not [secret for secret in filter(None, secrets) if secret in said]
    assert len(done.stderr.splitlines()) <= 16  # a sentence, and click's usage and choices
    return said


def password(url: str) -> str:
    found = re.search(r"//[^:/]+:([^@]+)@", url)
    return found[1] if found else ""


@pytest.fixture
def run(site: Site) -> Run:
    """Runs a command that must succeed, for a site, in this process."""

    def here(*args: str, **options: str) -> str:
        done = cli.run_here(*args, env=site.env, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return here


# init and key


def made_config(folder: Path) -> Path:
    config = folder / "lticontainer.toml"
    url = f"sqlite:///{folder / 'service.sqlite3'}"
    succeed("init", "--config", str(config), "--moodle-url", MOODLE_URL, "--database-url", url, env={})
    return config


def test_init_makes_a_settings_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    config = made_config(tmp_path)
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    env = {"LTICONTAINER_CONFIG": str(config)}
    assert "version 0" in succeed("db", "upgrade", env=env)
    assert succeed("token", "list", env=env).startswith("id")


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    config = made_config(tmp_path)
    before = config.read_bytes()
    said = refuse("init", "--config", str(config), "--moodle-url", MOODLE_URL, env={})
    assert "there already" in said
    assert config.read_bytes() == before


@pytest.mark.parametrize(
    "wrong",
    [
        ["--moodle-url", "moodle"],
        ["--moodle-url", MOODLE_URL, "--database-url", "postgresql://u:geheim@h/d"],
        ["--moodle-url", MOODLE_URL, "--database-url", "no url"],
        [],
    ],
)
def test_init_refuses_what_the_service_would_refuse(tmp_path: Path, wrong: list[str]) -> None:
    config = tmp_path / "lticontainer.toml"
    said = refuse("init", "--config", str(config), *wrong, env={}, here=True)
    assert "geheim" not in said
    assert not config.exists()


def test_init_into_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    said = refuse("init", "--config", str(tmp_path / "no" / "x.toml"), "--moodle-url", MOODLE_URL, env={})
    assert "No such file or directory" in said


def rotated(tmp_path: Path, start: Start, *keep: str) -> tuple[bytes, bytes]:
    """Rotate the key; return the answers to an activity token of before and to one of afterwards."""
    env = {"LTICONTAINER_CONFIG": str(made_config(tmp_path))}
    succeed("db", "upgrade", env=env)
    old = succeed("lti", "token", "1", "7", env=env).strip()
    assert "Restart" in succeed("key", "rotate", *keep, env=env)
    new = succeed("lti", "token", "1", "7", env=env).strip()
    assert new != old
    with Service(env) as service:
        return rest(service.port, [seen("a", 7)], old).body, rest(service.port, [seen("b", 7)], new).body


def test_a_rotated_key_leaves_older_activity_tokens_valid(tmp_path: Path, start: Start) -> None:
    assert rotated(tmp_path, start) == (b"[]", b"[]")
    assert stat.S_IMODE((tmp_path / "lticontainer.toml").stat().st_mode) == 0o600


def test_a_key_rotated_with_keep_0_makes_older_activity_tokens_void(tmp_path: Path, start: Start) -> None:
    old, new = rotated(tmp_path, start, "--keep", "0")
    assert b"invalidtoken" in old
    assert new == b"[]"


def test_a_key_from_the_environment_is_not_rotated(sqlite_site: Site, tmp_path: Path) -> None:
    assert "names no settings file" in refuse("key", "rotate", env=sqlite_site.env)
    env = {"LTICONTAINER_CONFIG": str(made_config(tmp_path)), "LTICONTAINER_SECRET_KEY": sqlite_site.secret_key}
    assert "environment" in refuse("key", "rotate", env=env)


# db


def test_an_upgrade_may_be_run_twice(database: str) -> None:
    env = Site(database).env
    first = succeed("db", "upgrade", env=env)
    assert succeed("db", "upgrade", env=env) == first


@pytest.fixture(params=["sqlite", "mariadb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, tmp_path)


@pytest.mark.parametrize("dialect", ["sqlite", "mariadb"])
def test_the_schema_is_printed_without_any_setting(dialect: str) -> None:
    assert "CREATE TABLE lticontainer_client_data" in succeed("db", "schema", dialect, env={})
    assert "Invalid value" in refuse("db", "schema", "oracle", env={})


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, ids included."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return found


def fill(site: Site) -> None:
    """Put rows into every table."""
    token = site.token("nblogs:write", courses=[5])
    site.register(7, 5)
    records = [seen("s", 7), *(part for n in range(30) for part in cell_run("s", f"課題😀{n}", n))]
    call(site.parts, WRITE, {"nb_logs": records}, token)
    with pytest.raises(CallError):
        call(site.parts, WRITE, {"nb_logs": [record(session="s", date="yesterday", tags="\x00\udcff")]}, token)
    site.parts.tokens.revoke(1)
    site.parts.tokens.raise_counter(1, 7)
    site.parts.audit.begin(Actor("token:1", "test", "花子"), "create_volumes", Target("hub", 5, "lms_vol_x"))
    for name, table in metadata.tables.items():
        if not site.count(name.removeprefix(PREFIX)):
            site.parts.database.write(fill_blindly, table)


def fill_blindly(connection: Connection, table: Table) -> None:
    """Insert a row of some values: what they mean is nothing to a copy."""
    columns = [column for column in table.c if column.computed is None]
    values = {column.name: 1 if column.type.python_type is int else "1" for column in columns}
    connection.execute(insert(table), values)


def test_a_copy_to_mariadb_and_back_has_equal_rows(sqlite_site: Site, tmp_path: Path) -> None:
    fill(sqlite_site)
    before = contents(sqlite_site.database_url)
    assert [name for name, rows in before.items() if not rows] == []
    there = new_database("mariadb", tmp_path)
    back = f"sqlite:///{tmp_path / 'back.sqlite3'}"
    said = succeed("db", "copy", "-", there, env=sqlite_site.env)
    assert f"{sum(map(len, before.values()))} rows copied" in said
    assert contents(there) == before
    succeed("db", "copy", there, back, env=sqlite_site.env)
    assert contents(back) == before


def test_new_rows_get_new_ids_after_a_copy(sqlite_site: Site, tmp_path: Path) -> None:
    fill(sqlite_site)
    there = new_database("mariadb", tmp_path)
    succeed("db", "copy", sqlite_site.database_url, there, env=sqlite_site.env)
    copied = Site(there)
    call(copied.parts, WRITE, {"nb_logs": list(cell_run("s", "new", 99))}, copied.token())
    assert copied.count("executions") == sqlite_site.count("executions") + 1
    copied.close()


def test_a_copy_refuses_a_filled_target_and_leaves_it(sqlite_site: Site, tmp_path: Path) -> None:
    other = Site(new_database("mariadb", tmp_path))
    other.upgrade()
    for site in (sqlite_site, other):
        fill(site)
    before = contents(other.database_url)
    for source, target in (("-", other.database_url), (other.database_url, "-"), ("-", "-")):
        assert "The target is not empty" in refuse("db", "copy", source, target, env=sqlite_site.env)
    assert contents(other.database_url) == before
    other.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "nonsense",
        "postgresql://user:geheim@127.0.0.1/x",
        "mysql+pymysql://user:geheim@127.0.0.1:1/x",
        "mysql://user:geheim@127.0.0.1:1/x",
        "sqlite:////no/such/folder/x.sqlite3",
        "-x",
    ],
)
@pytest.mark.parametrize("place", ["source", "target"])
def test_a_copy_with_a_wrong_url_says_so_and_shows_no_password(sqlite_site: Site, wrong: str, place: str) -> None:
    urls = [wrong, "-"] if place == "source" else ["-", wrong]
    assert "geheim" not in refuse("db", "copy", "--", *urls, env=sqlite_site.env, here=True)


def test_a_copy_of_a_file_that_is_not_there_makes_none(sqlite_site: Site, tmp_path: Path) -> None:
    source, target = tmp_path / "mistyped.sqlite3", f"sqlite:///{tmp_path / 'x.sqlite3'}"
    assert "no such file" in refuse("db", "copy", f"sqlite:///{source}", target, env=sqlite_site.env)
    assert not source.exists()


def test_a_copy_of_a_database_without_tables_is_refused(sqlite_site: Site, tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    empty = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    assert "db upgrade" in refuse("db", "copy", empty, f"sqlite:///{tmp_path / 'x.sqlite3'}", env=sqlite_site.env)


# token


def test_create_prints_the_token_and_nothing_else(site: Site) -> None:
    printed = succeed("token", "create", "--name", "proxy", "--scope", "nblogs:write", env=site.env)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{42}\n", printed)
    assert call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, printed.strip()) == {}
    assert printed.strip() not in succeed("token", "list", env=site.env)


def test_the_list_shows_rights_and_revocation(site: Site, run: Run) -> None:
    options = ("--scope", "ltis:write", "--scope", "nblogs:write", "--course", "5", "--course", "4")
    token = run(
        "token", "create", "--name", "Proxy 1", *options, "--network", "10.0.0.0/8", "--days", "30"
    ).strip()
    [line] = run("token", "list").splitlines()[1:]
    assert re.match(r"1 +Proxy 1  ltis:write nblogs:write  4 5      10\.0\.0\.0/8  20.*Z  20.*Z  -$", line)
    assert run("token", "revoke", "1") == "Token 1 is revoked.\n"
    assert "is in force" in refuse("token", "revoke", "1", env=site.env, here=True)
    assert not run("token", "list").rstrip().endswith("-")
    with pytest.raises(CallError):
        call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, token)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (["token", "create"], "--name"),
        (["token", "create", "--name", "x"], "--scope"),
        (["token", "create", "--name", "x", "--scope", "everything"], "everything"),
        (["token", "create", "--name", "", "--scope", "admin"], "--name"),
        (["token", "create", "--name", "x" * 101, "--scope", "admin"], "101"),
        (["token", "create", "--name", "x", "--scope", "admin", "--course", "0"], "--course"),
        (["token", "create", "--name", "x", "--scope", "admin", "--network", "10.0.0.1/8"], "host bits"),
        (["token", "create", "--name", "x", "--scope", "admin", "--days", "-1"], "--days"),
        (["token", "revoke", "first"], "first"),
        (["token", "revoke", "99999999999999999999"], "99999999999999999999"),
        (["lti", "register", "0", "--course", "1", "--instance", "1"], "0"),
        (["lti", "register", "7", "--course", "1"], "--instance"),
        (["lti", "register", "7", "--course", "1", "--instance", "1", "--name", "x" * 256], "256"),
        (["lti", "token", "1"], "LTI_ID"),
        (["lti", "token", "1", "2147483648"], "2147483648"),
        (["rejects", "show", "5"], "there is no rejected record 5"),
        (["rejects", "replay", "5"], "there is no rejected record 5"),
        (["rejects", "replay"], "--all"),
        (["rejects", "discard", "--yes"], "--all"),
        (["rejects", "discard", "--yes", "99999999999999999999"], "99999999999999999999"),
        (["rejects", "discard", "5"], "Aborted"),
        (["serve", "--workers", "0"], "--workers"),
        (["send", "--url", "ftp://x", "--token", "x", CLASS[0]], "--url"),
        (["send", "--url", "http://127.0.0.1:1", "--token", "x", CLASS[0]], "does not answer"),
        (["send", "--url", "http://127.0.0.1:1", "--token", "x", "/no/such/file"], "does not exist"),
        (["send", "--url", "http://127.0.0.1:x", "--token", "x", CLASS[0]], "--url"),
        (["send", "--url", "http://127.0.0.1:1", "--token", "x", str(ROOT / "setup.cfg")], "setup.cfg"),
        (["no-such-command"], "no-such-command"),
        (["db", "upgrade", "--no-such-option"], "--no-such-option"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_wrong_arguments_are_named_in_a_sentence(sqlite_site: Site, wrong: list[str], named: str) -> None:
    assert named in refuse(*wrong, env=sqlite_site.env, here=True)


COMMANDS = [
    ["db", "upgrade"],
    ["token", "list"],
    ["token", "create", "--name", "x", "--scope", "admin"],
    ["lti", "list"],
    ["lti", "token", "1", "1"],
    ["lti", "rotate-token", "1", "1"],
    ["lti", "register", "1", "--course", "1", "--instance", "1"],
    ["audit", "list"],
    ["rejects", "list"],
    ["rejects", "replay", "--all"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_that_does_not_answer_is_one_sentence(sqlite_site: Site, command: list[str]) -> None:
    url = "mysql+pymysql://user:geheim@127.0.0.1:1/x"
    said = refuse(*command, env=sqlite_site.env | {"LTICONTAINER_DATABASE_URL": url}, here=True)
    assert "database" in said
    assert "geheim" not in said


@pytest.mark.parametrize("command", COMMANDS[1:], ids=" ".join)
def test_a_database_without_tables_is_one_sentence(database: str, command: list[str]) -> None:
    assert "db upgrade" in refuse(*command, env=Site(database).env, here=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LTICONTAINER_SECRET_KEY", "geheim"),
        ("LTICONTAINER_SECRET_KEY", ""),
        ("LTICONTAINER_OLD_SECRET_KEYS", "geheim"),
        ("LTICONTAINER_OLD_SECRET_KEYS", "[geheim"),
        ("LTICONTAINER_DATABASE_URL", "oracle://user:geheim@h/d"),
        ("LTICONTAINER_DATABASE_URL", "mysql+pymysql://user:geheim@h:port/d"),
        ("LTICONTAINER_MOODLE_URL", "geheim"),
        ("LTICONTAINER_WORKERS", "many"),
        ("LTICONTAINER_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("LTICONTAINER_WORKER", "2"),
        ("LTICONTAINER_CONFIG", "/no/such/file"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(sqlite_site: Site, name: str, value: str) -> None:
    said = refuse("token", "list", env=sqlite_site.env | {name: value}, here=True)
    assert name in said
    assert "geheim" not in said


def test_a_settings_file_that_is_no_toml_is_named(sqlite_site: Site, tmp_path: Path) -> None:
    config = tmp_path / "x.toml"
    config.write_text("secret_key = geheim\n")
    for command in (["token", "list"], ["key", "rotate"], ["serve"]):
        said = refuse(*command, env={"LTICONTAINER_CONFIG": str(config)})
        assert "x.toml" in said
        assert "geheim" not in said


def test_serve_refuses_a_wrong_setting_before_it_starts_anything(sqlite_site: Site) -> None:
    said = refuse("serve", "--bind", "127.0.0.1:1", env=sqlite_site.env | {"LTICONTAINER_THREADS": "many"})
    assert said.startswith("lticontainer: threads (LTICONTAINER_THREADS): ")


BINDS = {
    "127.0.0.1:70000": "has the port 70000, the highest is 65535",
    "nonsense": "must be HOST:PORT, such as 127.0.0.1:8088, or unix:PATH",
    "127.0.0.1:-1": "must be HOST:PORT",
    "a b:80": "must be HOST:PORT",
    "": "must be HOST:PORT",
    "unix:": "names no path after unix:",
}


@pytest.mark.parametrize("bind", BINDS)
def test_an_address_that_can_not_be_is_refused_in_one_sentence(sqlite_site: Site, bind: str) -> None:
    assert BINDS[bind] in refuse("serve", "--bind", bind, env=sqlite_site.env)
    if bind:
        said = refuse("token", "list", env=sqlite_site.env | {"LTICONTAINER_BIND": bind}, here=True)
        assert said.startswith(f"lticontainer: bind (LTICONTAINER_BIND): {BINDS[bind]}")


@pytest.mark.parametrize("command", [("db", "upgrade"), ("token", "list"), ("rejects", "list")])
def test_a_file_that_is_no_database_is_said_in_one_sentence(
    sqlite_site: Site, tmp_path: Path, command: tuple[str, ...]
) -> None:
    other = tmp_path / "passwd"
    other.write_text("root:x:0:0:root:/root:/bin/bash\n" * 100)
    said = refuse(*command, env=sqlite_site.env | {"LTICONTAINER_DATABASE_URL": f"sqlite:///{other}"}, here=True)
    assert said.endswith(": The file is no SQLite database, or is damaged; see the setting database_url\n")
    assert len(said.splitlines()) == 1
    assert other.read_text().startswith("root:x:0:0")


def test_tryout_refuses_an_address_that_is_taken_before_it_makes_anything(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for bind in (f"127.0.0.1:{port}", "127.0.0.1:70000", "nonsense"):
            said = refuse("tryout", "--folder", str(tmp_path / "var"), "--bind", bind, env={}, here=True)
            assert f"--bind {bind}: can't listen there" in said
    assert not (tmp_path / "var").exists()


# lti


def test_register_places_waiting_sessions_and_list_shows_them(site: Site, run: Run) -> None:
    call(site.parts, WRITE, {"nb_logs": [seen("s", 7)]}, site.token())
    assert run("lti", "list").split()[4:] == ["7", "0", "1"]
    said = run("lti", "register", "7", "--course", "5", "--instance", "3", "--name", "Python \x1b[31m 1")
    assert "1 waiting sessions were placed" in said
    listed = run("lti", "list")
    assert listed.split()[4:8] == ["7", "5", "3", "Python"]
    assert "\x1b" not in listed


def test_an_activity_changes_its_course_only_with_move(site: Site, run: Run) -> None:
    move = ("lti", "register", "7", "--course", "6", "--instance", "1")
    run("lti", "register", "7", "--course", "5", "--instance", "1")
    assert "--move" in refuse(*move, env=site.env, here=True)
    run(*move, "--move")
    assert [row["course"] for row in site.rows("ltis")] == [6]


def test_an_activity_token_that_was_rotated_is_refused_at_once_by_a_running_service(
    site: Site, run: Run, start: Start
) -> None:
    stack = start(site, workers=2)
    old = run("lti", "token", "1", "7").strip()
    assert re.fullmatch("[0-9a-f]{64}", old)
    for _ in range(8):  # so that both workers know it
        assert rest(stack.port, [seen("s", 7)], old).body == b"[]"
    new = run("lti", "rotate-token", "1", "7").strip()
    answers = [rest(stack.port, [seen(f"s{n}", 7)], old).body for n in range(8)]
    assert all(b'"errorcode":"invalidtoken"' in answer for answer in answers)
    assert rest(stack.port, [seen("s", 7)], new).body == b"[]"
    assert run("lti", "token", "1", "7").strip() == new
    assert [row["session"] for row in site.rows("session")] == ["s"]


# rejects


def reject(site: Site, token: str, **values: str) -> None:
    with pytest.raises(CallError):
        call(site.parts, WRITE, {"nb_logs": [record(**values)]}, token)


def test_rejects_are_listed_shown_and_discarded(site: Site, run: Run) -> None:
    token = site.token()
    reject(site, token, session="s", username="student1", date=f"yesterday {token[:30]} \x1b[31m")
    listed = run("rejects", "list")
    assert "recordrejected" in listed
    assert "\x1b" not in listed
    [entry] = [json.loads(line) for line in run("rejects", "list", "--json").splitlines()]
    assert (entry["session"], entry["username"], entry["code"]) == ("s", "student1", "recordrejected")
    assert json.loads(run("rejects", "show", "1"))["session"] == "s"
    assert run("rejects", "discard", "1", input="y\n").endswith("1: discarded\n")
    assert run("rejects", "list", "--json") == ""


def test_a_record_whose_activity_was_not_registered_is_replayed_once_it_is(site: Site, run: Run) -> None:
    limited = site.token("nblogs:write", courses=[5])
    reject(site, limited, host="ltictr", session="s", inst_id="1", lti_id="7")
    still = refuse("rejects", "replay", "1", env=site.env, here=True)
    assert "7 is not registered" in still
    assert site.count("rejects") == 1
    run("lti", "register", "7", "--course", "5", "--instance", "1")
    assert run("rejects", "replay", "--all") == "1: stored\n"
    assert (site.count("session"), site.count("rejects")) == (1, 0)


def test_a_replay_has_the_rights_of_the_sender_and_no_others(site: Site, run: Run) -> None:
    limited = site.token("nblogs:write", courses=[5])
    reject(site, limited, host="ltictr", session="s", inst_id="1", lti_id="7")
    run("lti", "register", "7", "--course", "6", "--instance", "1")
    assert "course of others" in refuse("rejects", "replay", "1", env=site.env, here=True)
    assert (site.count("session"), site.count("rejects")) == (0, 1)


# functions, send, serve


def test_the_registry_is_exported_as_json(sqlite_site: Site) -> None:
    exported = json.loads(succeed("functions", "--json", env=sqlite_site.env))
    by_name = {function["name"]: function for function in exported["functions"]}
    assert list(by_name) == list(sqlite_site.parts.registry.functions)
    assert by_name["mod_lticontainer_write_nblogs"]["positional"] == ["nb_logs"]
    assert by_name["mod_lticontainer_register_ltis"]["scope"] == "ltis:write"
    listed = succeed("functions", env=sqlite_site.env)
    assert [line.split()[0] for line in listed.splitlines()[1:]] == list(by_name)


def test_send_sends_a_recorded_class(site: Site, start: Start) -> None:
    stack = start(site)
    token = f"{stack.token}\n"
    said = succeed("send", "--url", stack.service.base_url, "--token", "-", *CLASS, env=site.env, input=token)
    assert said.endswith("17 of 17 requests succeeded.\n")
    assert site.count("executions") == 7
    wrong = refuse("send", "--url", stack.service.base_url, "--token", "wrong", *CLASS, env=site.env)
    assert "0 of 17 requests succeeded" in wrong


@pytest.fixture
def served(site: Site, tmp_path: Path) -> Iterator[tuple[process.Process, int, Path]]:
    """`lticontainer serve` as a process: it, its port, its log."""
    port, log = process.free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "app", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    server = process.spawn(command, log=log, env=process.environment(site.env))
    process.await_ready(server, lambda: answers(port), 30, log)
    yield server, port, log
    process.kill_group(server)


def test_what_serve_makes_is_private(tmp_path: Path) -> None:
    """Its files hold students' records; its socket is for the group that the web server joins."""
    folder, path = tmp_path / "data", tmp_path / "service.socket"
    folder.mkdir()
    site = Site(f"sqlite:///{folder}/records.sqlite3")
    command = [sys.executable, "-m", "app", "serve", "--bind", f"unix:{path}", "--workers", "1"]
    server = process.spawn(command, log=tmp_path / "log", env=process.environment(site.env))
    try:
        process.await_ready(server, lambda: asked(path) == 503, 30, tmp_path / "log")
        site.upgrade()
        token = site.token()
        assert asked(path) == 200
        call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, token)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
        assert "records.sqlite3" in modes
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(path.stat().st_mode) == 0o770
    finally:
        process.kill_group(server)
        site.close()


def asked(path: Path) -> int:
    """Return the status of /health over a Unix socket, 0 where nobody listens."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return 0
        client.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        return int(client.recv(100).split()[1])


def answers(port: int) -> bool:
    try:
        return get(port, "/health").status == 200
    except OSError:
        return False


def test_serve_serves_until_it_is_told_to_stop(
    site: Site, served: tuple[subprocess.Popen[bytes], int, Path]
) -> None:
    server, port, log = served
    assert rest(port, [seen("s", 1)], site.token()).body == b"[]"
    os.kill(server.pid, signal.SIGTERM)
    assert server.wait(20) == 0
    assert not answers(port)
    assert "Traceback" not in log.read_text()


def test_help_and_version_need_no_settings() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", succeed("--version", env={}))
    for command in ([], ["db"], ["token", "create"], ["serve"], ["rejects", "replay"]):
        assert "Usage: lticontainer" in cli.run_here(*command, "-h", env={}).stdout
