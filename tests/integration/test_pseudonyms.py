"""The keys of pseudonyms: one for each course, through new secret keys, until somebody throws it away."""

from __future__ import annotations

import json
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import tomlkit

from app.activity.pseudonym_store import PseudonymKeys
from app.audit.entry import Filter, State
from app.auth.encryption import Cipher
from app.errors import PseudonymsLost
from app.factory import Service
from tests.support.cli import run_here
from tests.support.databases import new_database
from tests.support.site import Site, call, cell_run, seen

AT_ONCE = 4


@pytest.fixture
def used(site: Site) -> Site:
    """Courses 2 and 3, in each of which anna has run something."""
    for lti_id, course in ((7, 2), (8, 3)):
        site.register(lti_id, course)
        client, server = cell_run(f"session{course}", "m1")
        records = {"nb_logs": [seen(f"session{course}", lti_id), client, server | {"username": "anna"}]}
        call(site.parts, "mod_lticontainer_write_nblogs", records, site.token())
    return site


def command(site: Site, *args: str, env: Mapping[str, str] | None = None, input: str = "") -> str:
    done = run_here("activity", *args, env=site.env if env is None else env, input=input)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def exported(site: Site, course: int = 2, env: Mapping[str, str] | None = None) -> str:
    """Return the pseudonym of anna in an export."""
    args = ("export", "--course", str(course), "--format", "jsonl", "--pseudonymous")
    return str(json.loads(command(site, *args, env=env))["username"])


def paged(site: Site, parts: Service, course: int = 2) -> str:
    """Return the pseudonym of anna in a page."""
    arguments = {"course_id": course, "pseudonymous": True}
    answer = call(parts, "mod_lticontainer_get_executions", arguments, site.token("activity:read"))
    return str(answer["executions"][0]["username"])


def new_key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


def test_each_course_has_a_key_of_its_own_that_is_stored_encrypted(used: Site) -> None:
    assert used.count("pseudonym_keys") == 0
    of_two, of_three = exported(used, 2), exported(used, 3)
    assert of_two.startswith("u-")
    assert of_two != of_three
    assert (exported(used, 2), paged(used, used.parts), paged(used, used.parts, 3)) == (of_two, of_two, of_three)
    rows = used.rows("pseudonym_keys")
    assert [row["course"] for row in rows] == [2, 3]
    for row in rows:
        assert used.parts.pseudonym_keys.key_of(row["course"])().hex() not in row["sealed"]


def test_an_export_with_names_needs_no_key(used: Site) -> None:
    assert "anna" in command(used, "export", "--course", "2")
    assert used.count("pseudonym_keys") == 0


def test_a_course_of_which_nothing_is_shown_gets_no_key(used: Site) -> None:
    assert command(used, "export", "--course", "99", "--format", "jsonl", "--pseudonymous") == ""
    assert used.count("pseudonym_keys") == 0


def test_a_new_secret_key_changes_no_pseudonym_even_when_the_old_one_is_gone(used: Site, tmp_path: Path) -> None:
    path = tmp_path / "lticontainer.toml"
    path.write_text(tomlkit.dumps({k.removeprefix("LTICONTAINER_").lower(): v for k, v in used.env.items()}))
    env = {"LTICONTAINER_CONFIG": str(path)}
    before = exported(used, env=env)
    sealed = used.rows("pseudonym_keys")[0]["sealed"]
    assert run_here("key", "rotate", env=env).returncode == 0
    assert exported(used, env=env) == before
    assert run_here("key", "rotate", "--keep", "0", env=env).returncode == 0
    document = tomlkit.parse(path.read_text()).unwrap()
    assert document["old_secret_keys"] == []
    assert used.rows("pseudonym_keys")[0]["sealed"] != sealed
    assert exported(used, env=env) == before


def test_a_key_that_can_not_be_read_is_said_and_never_replaced(used: Site) -> None:
    before = exported(used)
    other = used.env | {"LTICONTAINER_SECRET_KEY": new_key()}
    done = run_here("activity", "export", "--course", "2", "--pseudonymous", env=other)
    assert (done.returncode, done.stdout) == (1, "")
    assert "course_id 2" in done.stderr
    assert "forget-pseudonyms" in done.stderr
    with pytest.raises(PseudonymsLost):
        paged(used, used.more_parts(secret_key=new_key()))
    back = other | {"LTICONTAINER_OLD_SECRET_KEYS": json.dumps([used.secret_key])}
    assert (exported(used), exported(used, env=back)) == (before, before)


def test_exports_at_the_same_moment_make_one_key(used: Site) -> None:
    every = [used.more_parts() for _ in range(AT_ONCE)]
    together = threading.Barrier(AT_ONCE, timeout=30)
    made = secrets.token_bytes

    def make(size: int) -> bytes:
        if size == 32:  # only after each has seen that there is no key
            together.wait()
        return made(size)

    token = used.token("activity:read")

    def export(parts: Service) -> Any:
        arguments = {"course_id": 2, "pseudonymous": True}
        return call(parts, "mod_lticontainer_get_executions", arguments, token)["executions"][0]["username"]

    with mock.patch("app.activity.pseudonym_store.secrets.token_bytes", make), ThreadPoolExecutor(AT_ONCE) as pool:
        found = set(pool.map(export, every))
    assert found == {exported(used)}
    assert used.count("pseudonym_keys") == 1


def test_a_key_that_is_thrown_away_is_gone_for_good(used: Site) -> None:
    two, three = exported(used, 2), exported(used, 3)
    assert "thrown away" in command(used, "forget-pseudonyms", "2", "--yes")
    assert [row["course"] for row in used.rows("pseudonym_keys")] == [3]
    assert exported(used, 2) != two
    assert exported(used, 3) == three
    (entry,) = used.parts.audit.list(Filter(action="forget_pseudonyms"), 10)
    assert (entry.target.course, entry.state, entry.result) == (2, State.DONE, "thrown away")


def test_throwing_a_key_away_asks_first(used: Site) -> None:
    before = exported(used)
    done = run_here("activity", "forget-pseudonyms", "2", env=used.env, input="n\n")
    assert (done.returncode, "match neither later ones nor names" in done.stdout) == (1, True)
    assert exported(used) == before
    assert used.parts.audit.list(Filter(), 10) == []
    command(used, "forget-pseudonyms", "2", input="y\n")
    assert used.count("pseudonym_keys") == 0


def test_no_key_is_no_error_and_no_entry(used: Site) -> None:
    assert "has no key" in command(used, "forget-pseudonyms", "2", "--yes")
    assert used.parts.audit.list(Filter(), 10) == []


@pytest.mark.parametrize("args", [(), ("0",), ("x",)])
def test_a_course_must_be_named(used: Site, args: tuple[str, ...]) -> None:
    done = run_here("activity", "forget-pseudonyms", *args, env=used.env)
    assert (done.returncode, "COURSE" in done.stderr) == (2, True)


def test_a_purge_that_leaves_nothing_of_a_course_says_that_its_key_stays(used: Site) -> None:
    before = exported(used)
    hint = "`lticontainer activity forget-pseudonyms 2`"
    assert hint not in command(used, "purge", "--course", "2", "--older-than", "36500", "--yes")
    assert hint not in command(used, "purge", "--course", "3", "--older-than", "0", "--yes")
    assert hint in command(used, "purge", "--course", "2", "--older-than", "0", "--yes")
    client, server = cell_run("later", "m1")
    records = {"nb_logs": [seen("later", 7), client, server | {"username": "anna"}]}
    call(used.parts, "mod_lticontainer_write_nblogs", records, used.token())
    assert exported(used) == before
    command(used, "forget-pseudonyms", "2", "--yes")
    assert "forget-pseudonyms" not in command(used, "purge", "--course", "2", "--older-than", "0", "--yes")


def test_a_copied_database_has_the_same_pseudonyms(used: Site, tmp_path: Path) -> None:
    before = exported(used)
    folder = tmp_path / "copy"
    folder.mkdir()
    target = new_database("sqlite", folder)
    done = run_here("db", "copy", "-", target, env=used.env)
    assert done.returncode == 0, done.stderr
    assert exported(used, env=used.env | {"LTICONTAINER_DATABASE_URL": target}) == before


def test_every_key_is_new(used: Site) -> None:
    keys = PseudonymKeys(used.parts.database, Cipher([bytes(32)]))
    found = set()
    for _ in range(3):
        found.add(keys.key_of(5)())
        keys.forget(5)
    assert len(found) == 3
    assert {len(key) for key in found} == {32}
