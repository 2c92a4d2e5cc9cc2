"""`lticontainer host`: a host is added, trusted, checked, listed and removed; Moodle's rows become hosts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import text

from tests.support.accounts import Account
from tests.support.cli import run_here
from tests.support.container_host import SshHost
from tests.support.databases import KINDS, new_database
from tests.support.fake_engine import FakeEngine
from tests.support.site import Site


@pytest.fixture
def ssh() -> Iterator[SshHost]:
    with SshHost() as made:
        yield made


def run(site: Site, *args: str, input: str = "", code: int = 0) -> CompletedProcess[str]:
    done = run_here("host", *args, env=site.env, input=input)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_from_adding_to_removing(site: Site, ssh: SshHost, fake_engine: FakeEngine) -> None:
    fake_engine.admit(ssh.account.gid)
    where = ("--address", f"127.0.0.1:{ssh.sshd.port}", "--user", ssh.account.name, "--key", str(ssh.key_file))
    added = run(site, "add", "hub", *where, "--socket", str(fake_engine.socket), "--course", "2", "--course", "7")
    assert "lticontainer host trust hub" in added.stdout
    failed = run(site, "check", "hub", code=1).stdout
    assert "FAIL  host_key" in failed
    assert "lticontainer host trust hub" in failed
    asked = run(site, "trust", "hub", input="n\n", code=1)
    assert "SHA256:" in asked.stdout
    run(site, "trust", "hub", "--fingerprint", "SHA256:other", code=1)
    assert "FAIL  host_key" in run(site, "check", "hub", code=1).stdout
    assert "pinned" in run(site, "trust", "hub", input="y\n").stdout
    checked = run(site, "check", "hub").stdout.splitlines()
    assert [line.split()[:2] for line in checked] == [
        ["ok", step] for step in ("name", "connect", "greeting", "host_key", "login", "socket", "engine")
    ]
    assert "Docker 99.0 answers" in checked[-1]
    listed = run(site, "list").stdout
    assert f"127.0.0.1:{ssh.sshd.port}" in listed
    assert "2 7" in listed
    assert "removed" in run(site, "remove", "hub").stdout
    assert "no host hub" in run(site, "check", "hub", code=1).stderr


def test_a_new_key_is_shown_beside_the_old_one(sqlite_site: Site, ssh: SshHost) -> None:
    where = ("--address", f"127.0.0.1:{ssh.sshd.port}", "--user", ssh.account.name, "--key", str(ssh.key_file))
    run(sqlite_site, "add", "hub", *where)
    first = run(sqlite_site, "trust", "hub", input="y\n").stdout
    assert "pinned already" in run(sqlite_site, "trust", "hub").stdout
    ssh.sshd.new_host_key()
    ssh.sshd.restart()
    assert "FAIL  host_key" in run(sqlite_site, "check", "hub", code=1).stdout
    second = run(sqlite_site, "trust", "hub", input="y\n").stdout
    old = next(word for word in first.split() if word.startswith("SHA256:"))
    assert f"had another key until now: {old}" in second
    fingerprint = next(word for word in second.split()[::-1] if word.startswith("SHA256:"))
    assert fingerprint != old


def test_a_password_comes_from_standard_input_and_is_stored_encrypted(
    site: Site, ssh: SshHost, fake_engine: FakeEngine
) -> None:
    password = secrets.token_hex(8)
    with Account(password) as account:
        fake_engine.admit(account.gid)
        where = (
            "--address",
            f"127.0.0.1:{ssh.sshd.port}",
            "--user",
            account.name,
            "--socket",
            str(fake_engine.socket),
        )
        told = run(site, "add", "hub", *where, "--password-stdin", input=f"{password}\n")
        (row,) = site.rows("hosts")
        assert row["password"].startswith("gAAAA")
        told_too = run(site, "trust", "hub", input="y\n"), run(site, "list")
        assert "Docker" in run(site, "check", "hub").stdout
        for done in (told, *told_too):
            assert password not in done.stdout + done.stderr + str(row)
        account.set_password("another")
        assert "FAIL  login" in run(site, "check", "hub", code=1).stdout


def test_this_machine_needs_no_address(sqlite_site: Site, fake_engine: FakeEngine) -> None:
    run(sqlite_site, "add", "local", "--socket", str(fake_engine.socket), "--engine", "docker")
    assert "Docker 99.0" in run(sqlite_site, "check", "local").stdout
    assert "no key to pin" in run(sqlite_site, "trust", "local", code=1).stderr
    assert "already" in run(sqlite_site, "add", "local", code=1).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hub",), "--address"),
        (("hub", "--address", "h", "--user", "u"), "either --key or --password-stdin"),
        (("hub", "--address", "h", "--user", "u", "--key", "/x", "--password-stdin"), "either"),
        (("hub", "--address", "h:0", "--user", "u", "--key", "/x"), "HOST:PORT"),
        (("Hub", "--address", "h", "--user", "u", "--key", "/x"), "name"),
        (("hub", "--address", "h", "--key", "/x"), "--user"),
        (("hub", "--address", "h", "--user", "u", "--key", "/x", "--engine", "lxc"), "lxc"),
        (("hub", "--address", "h", "--user", "u", "--key", "/x", "--course", "0"), "--course"),
        (("local", "--address", "h"), "this machine"),
    ],
)
def test_wrong_options_are_named(sqlite_site: Site, arguments: tuple[str, ...], said: str) -> None:
    assert said in run(sqlite_site, "add", *arguments, code=2).stderr
    assert sqlite_site.rows("hosts") == []


def test_a_key_that_is_none_is_refused_at_once(sqlite_site: Site, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hello", "ascii")
    where = ("--address", "h", "--user", "u", "--key", str(tmp_path / "key"))
    assert "no private key" in run(sqlite_site, "add", "hub", *where, code=1).stderr


@pytest.fixture
def sqlite_site(tmp_path: Path) -> Iterator[Site]:
    made = Site(new_database("sqlite", tmp_path))
    made.upgrade()
    yield made
    made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_moodle_become_hosts(sqlite_site: Site, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "moodle"
    folder.mkdir()
    moodle = Site(new_database(kind, folder))
    with moodle.parts.database.engine.begin() as connection:
        for statement in (
            "CREATE TABLE mdl_lticontainer (id INTEGER, course INTEGER, jupyterhub_url VARCHAR(128), "
            "docker_user VARCHAR(64), docker_pass VARCHAR(64), use_podman INTEGER)",
            "CREATE TABLE mdl_lti (id INTEGER, course INTEGER, typeid INTEGER)",
            "CREATE TABLE mdl_lti_types (id INTEGER, baseurl VARCHAR(128))",
            "INSERT INTO mdl_lticontainer VALUES (1, 2, 'https://hub.example.org', 'docker', 'geheim-1', 0)",
            "INSERT INTO mdl_lticontainer VALUES (2, 3, '', 'docker', 'geheim-2', 1)",
            "INSERT INTO mdl_lticontainer VALUES (3, 4, 'https://x.example.org', 'docker', '', 0)",
            "INSERT INTO mdl_lti VALUES (5, 3, 9)",
            "INSERT INTO mdl_lti_types VALUES (9, 'https://pod.example.org:8000/')",
        ):
            connection.execute(text(statement))
    done = run(sqlite_site, "import-moodle", "--url-stdin", input=f"{moodle.database_url}\n")
    assert "instance 3 of course 4: no user or no password" in done.stdout
    rows = {row["name"]: row for row in sqlite_site.rows("hosts")}
    assert {name: (row["engine"], row["courses"]) for name, row in rows.items()} == {
        "hub.example.org": ("docker", "[2]"),
        "pod.example.org": ("podman", "[3]"),
    }
    assert "geheim" not in done.stdout + str(rows)
    host = sqlite_site.parts.host_store.find("hub.example.org")
    assert host is not None
    assert sqlite_site.parts.host_store.unseal(host) == "geheim-1"
    again = run(sqlite_site, "import-moodle", "--url-stdin", input=f"{moodle.database_url}\n")
    assert "already" in again.stdout
    moodle.close()


def test_a_database_without_moodles_tables_is_told(sqlite_site: Site) -> None:
    assert "lacks a table" in run(sqlite_site, "import-moodle", code=1).stderr
    wrong = run(sqlite_site, "import-moodle", "--url-stdin", input="postgresql://u:geheim@h/d\n", code=1)
    assert "geheim" not in wrong.stderr
