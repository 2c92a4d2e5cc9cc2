"""The log of changes and stored secrets, on both databases."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit
from sqlalchemy import Column, String, Table, insert, select, update

from app.audit.entry import Actor, Filter, State, Target
from app.audit.store import DAY
from app.auth.encryption import Cipher, Undecryptable
from app.auth.reencrypt import reencrypt
from app.settings import decode_key
from app.storage import tables as t
from tests.support import cli
from tests.support.site import Site

HANAKO = Actor("token:3", "Moodle", "花子")
TARO = Actor("token:4", "Moodle two", "taro")
VOLUME = Target("hub", 2, "lms_vol_x_2_moodle.example.org")


def test_an_entry_is_an_intent_until_its_end_is_written(site: Site) -> None:
    audit = site.parts.audit
    entry = audit.begin(HANAKO, "create_volumes", VOLUME)
    (begun,) = audit.list(Filter(), 10)
    assert (begun.id, begun.state, begun.ended_at, begun.result) == (entry, State.INTENT, None, "")
    audit.end(entry, State.DONE, "created")
    (ended,) = audit.list(Filter(), 10)
    assert (ended.actor, ended.action, ended.target) == (HANAKO, "create_volumes", VOLUME)
    assert (ended.state, ended.result) == (State.DONE, "created")
    assert ended.ended_at is not None
    assert 0 <= ended.ended_at - ended.began_at < 60


@pytest.fixture
def filled(site: Site) -> Site:
    """Entries 1 to 3: done, failed, intent."""
    audit = site.parts.audit
    audit.end(audit.begin(HANAKO, "create_volumes", VOLUME), State.DONE, "created")
    audit.end(audit.begin(TARO, "delete_volumes", Target("other", 3, "v" * 5000)), State.FAILED, "r" * 5000)
    audit.begin(HANAKO, "create_volumes", VOLUME)
    return site


def age(site: Site, entry: int, days: int) -> None:
    statement = update(t.audit).where(t.audit.c.id == entry).values(began_at=int(time.time()) - days * DAY)
    site.parts.database.write(lambda connection: connection.execute(statement))


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], [1, 2, 3]),
        (["--limit", "1"], [3]),
        (["--caller", "token:4"], [2]),
        (["--on-behalf", "花子"], [1, 3]),
        (["--action", "delete_volumes"], [2]),
        (["--host", "hub"], [1, 3]),
        (["--course", "3"], [2]),
        (["--state", "intent"], [3]),
        (["--state", "failed", "--host", "hub"], []),
        (["--since", "2020-01-01"], [1, 2, 3]),
        (["--since", "2300-01-01"], []),
        (["--until", "2020-01-01"], []),
        (["--until", time.strftime("%Y-%m-%d", time.gmtime(time.time() + DAY))], [1, 2, 3]),
    ],
)
def test_the_command_lists_what_is_asked_for(filled: Site, options: list[str], ids: list[int]) -> None:
    done = cli.run_here("audit", "list", "--json", *options, env=filled.env)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ids
    table = cli.run_here("audit", "list", *options, env=filled.env).stdout.splitlines()
    assert [int(line.split()[0]) for line in table[1:]] == ids


def test_a_long_text_is_cut_and_says_so(filled: Site) -> None:
    entry = filled.parts.audit.list(Filter(state=State.FAILED), 1)[0]
    assert (len(entry.target.object), len(entry.result)) == (1_000, 2_000)
    assert entry.result.endswith("…")


@pytest.mark.parametrize("option", [("--state", "over"), ("--since", "yesterday"), ("--course", "0")])
def test_a_wrong_filter_is_one_sentence(site: Site, option: tuple[str, str]) -> None:
    done = cli.run_here("audit", "list", *option, env=site.env)
    assert done.returncode == 2
    assert option[0] in done.stderr


def test_old_entries_leave_with_the_next_one(filled: Site) -> None:
    age(filled, 1, 31)
    filled.more_parts(audit_days=30).audit.begin(TARO, "x", VOLUME)
    assert [entry.id for entry in filled.parts.audit.list(Filter(), 10)] == [2, 3, 4]


def test_all_stay_where_no_days_are_set(filled: Site) -> None:
    age(filled, 1, 30_000)
    parts = filled.more_parts(audit_days=0)
    parts.audit.begin(TARO, "x", VOLUME)
    assert len(parts.audit.list(Filter(), 10)) == 4
    kept = cli.run_here("audit", "purge", env=filled.env | {"LTICONTAINER_AUDIT_DAYS": "0"})
    assert (kept.returncode, "audit_days is 0" in kept.stderr) == (2, True)


def test_a_purge_removes_what_is_older(filled: Site) -> None:
    age(filled, 2, 11)
    done = cli.run_here("audit", "purge", "--days", "10", env=filled.env)
    assert done.stdout == "1 entries older than 10 days are removed.\n"
    assert [entry.id for entry in filled.parts.audit.list(Filter(), 10)] == [1, 3]


# stored secrets

OLD_KEY, NEW_KEY = (bytes([number]) * 32 for number in (1, 2))


@pytest.fixture
def secrets(site: Site) -> Iterator[Table]:
    """A table with an encrypted column."""
    table = Table(
        "lticontainer_of_a_test",
        t.metadata,
        Column("id", t.Id, primary_key=True),
        Column("password", String(500), info=t.ENCRYPTED),
    )
    table.create(site.parts.database.engine)
    yield table
    t.metadata.remove(table)


def put(site: Site, table: Table, cipher: Cipher, *texts: str | None) -> None:
    rows = [{"password": text and cipher.encrypt(text)} for text in texts]
    site.parts.database.write(lambda connection: connection.execute(insert(table), rows))


def stored(site: Site, table: Table) -> list[str | None]:
    with site.parts.database.reading() as connection:
        return list(connection.execute(select(table.c.password).order_by(table.c.id)).scalars())


def test_every_secret_is_brought_to_the_newest_key(site: Site, secrets: Table) -> None:
    put(site, secrets, Cipher([OLD_KEY]), "one", None, "", "two")
    put(site, secrets, Cipher([NEW_KEY]), "three")
    both = Cipher([NEW_KEY, OLD_KEY])
    assert reencrypt(site.parts.database, both) == 2
    assert reencrypt(site.parts.database, both) == 0
    newest = Cipher([NEW_KEY])
    assert [text and newest.decrypt(text) for text in stored(site, secrets)] == ["one", None, "", "two", "three"]


def test_a_secret_that_cannot_be_read_changes_none(site: Site, secrets: Table) -> None:
    put(site, secrets, Cipher([OLD_KEY]), "one")
    put(site, secrets, Cipher([b"3" * 32]), "lost")
    before = stored(site, secrets)
    with pytest.raises(Undecryptable):
        reencrypt(site.parts.database, Cipher([NEW_KEY, OLD_KEY]))
    assert stored(site, secrets) == before


def settings_file(site: Site, folder: Path) -> dict[str, str]:
    path = folder / "lticontainer.toml"
    path.write_text(
        tomlkit.dumps({name.removeprefix("LTICONTAINER_").lower(): text for name, text in site.env.items()})
    )
    return {"LTICONTAINER_CONFIG": str(path)}


def keys_in(env: dict[str, str]) -> list[bytes]:
    document = tomlkit.parse(Path(env["LTICONTAINER_CONFIG"]).read_text()).unwrap()
    return [decode_key(key) for key in (document["secret_key"], *document["old_secret_keys"])]


def test_a_key_is_dropped_once_nothing_needs_it(site: Site, secrets: Table, tmp_path: Path) -> None:
    env = settings_file(site, tmp_path)
    put(site, secrets, site.parts.cipher, "one")
    assert cli.run_here("key", "rotate", "--keep", "0", env=env).returncode == 0
    assert len(keys_in(env)) == 1
    assert Cipher(keys_in(env)).decrypt(stored(site, secrets)[0] or "") == "one"


def test_a_key_that_is_kept_goes_on_reading(site: Site, secrets: Table, tmp_path: Path) -> None:
    env = settings_file(site, tmp_path)
    put(site, secrets, site.parts.cipher, "one")
    before = stored(site, secrets)
    assert cli.run_here("key", "rotate", env=env).returncode == 0
    assert stored(site, secrets) == before
    assert Cipher(keys_in(env)).decrypt(before[0] or "") == "one"
    assert cli.run_here("key", "reencrypt", env=env).stdout == "1 secrets are encrypted anew.\n"
    assert Cipher(keys_in(env)[:1]).decrypt(stored(site, secrets)[0] or "") == "one"


def test_no_key_is_dropped_when_a_secret_cannot_be_encrypted_anew(
    site: Site, secrets: Table, tmp_path: Path
) -> None:
    env = settings_file(site, tmp_path)
    put(site, secrets, Cipher([b"3" * 32]), "lost")
    done = cli.run_here("key", "rotate", "--keep", "0", env=env)
    assert done.returncode == 1
    assert "all 1 former ones stay" in done.stderr
    assert base64.urlsafe_b64decode(site.secret_key) in keys_in(env)


def test_hosts_added_trusted_and_removed_are_written_down_and_no_password(site: Site) -> None:
    add = ("host", "add", "hub", "--address", "192.0.2.1:2222", "--user", "u", "--password-stdin")
    assert cli.run_here(*add, env=site.env, input="geheim\n").returncode == 0
    assert cli.run_here(*add, env=site.env, input="geheim\n").returncode == 1
    assert cli.run_here("host", "remove", "hub", env=site.env).returncode == 0
    assert cli.run_here("host", "remove", "hub", env=site.env).returncode == 1
    entries = site.parts.audit.list(Filter(host="hub"), 10)
    assert [(entry.action, entry.state) for entry in entries] == [
        ("add_host", State.DONE),
        ("add_host", State.FAILED),
        ("remove_host", State.DONE),
    ]
    assert {entry.actor.key for entry in entries} == {"command line"}
    assert entries[0].target.object == "u@192.0.2.1:2222"
    assert "geheim" not in str(entries)


def test_a_hosts_password_survives_a_new_key(site: Site, tmp_path: Path) -> None:
    env = settings_file(site, tmp_path)
    add = ("host", "add", "hub", "--address", "192.0.2.1", "--user", "u", "--password-stdin")
    assert cli.run_here(*add, env=env, input="geheim\n").returncode == 0
    assert cli.run_here("key", "rotate", "--keep", "0", env=env).returncode == 0
    (row,) = site.rows("hosts")
    assert "geheim" not in str(row)
    assert Cipher(keys_in(env)).decrypt(row["password"]) == "geheim"
