"""Acts of privacy are written down, and the names of those who are erased are not; on both databases."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from unittest import mock

import pytest

from app.activity.privacy_store import PrivacyStore
from app.audit.entry import COMMAND_LINE, Actor, Entry, Filter, State, Target
from app.errors import InvalidParameter, ServiceUnavailable
from app.registry import RawRequest
from app.storage import tables as t
from tests.support.cli import run_here
from tests.support.site import Site, call, cell_run, seen

DELETE = "mod_lticontainer_delete_user_data"
CONTAINER = "jupyterhub-2-7-moodle.example.org-Ab12Cd34-"


@pytest.fixture
def used(site: Site) -> Site:
    """A course in which anna and bob have run something."""
    site.register(7, 2)
    for user in ("anna", "bob"):
        client, server = cell_run(user, "m1")
        records = {"nb_logs": [seen(user, 7), client, server | {"username": user}]}
        call(site.parts, "mod_lticontainer_write_nblogs", records, site.token())
    return site


def entries(site: Site) -> list[Entry]:
    return site.parts.audit.list(Filter(), 100)


def command(site: Site, *args: str, **settings: str) -> str:
    done = run_here(*args, env=site.env | settings)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def found(site: Site, person: str, **settings: str) -> list[int]:
    lines = command(site, "audit", "list", "--json", "--person", person, **settings).splitlines()
    return [json.loads(line)["id"] for line in lines]


def erase(site: Site, username: str, course_id: int = 0, on_behalf: str = "") -> Mapping[str, Any]:
    caller, function = site.parts.registry.authorise(DELETE, site.token("activity:write"), None)
    arguments = {"username": username, "course_id": course_id}
    return site.parts.registry.call(caller, function, arguments, RawRequest("json", DELETE, b""), on_behalf)


def test_an_erasure_by_a_program_is_one_entry_without_the_name(used: Site) -> None:
    erase(used, "anna", on_behalf="hanako")
    (entry,) = entries(used)
    assert (entry.action, entry.state, entry.target.course) == ("delete_user_data", State.DONE, 0)
    assert (entry.actor.key[:6], entry.actor.on_behalf) == ("token:", "hanako")
    assert entry.result.startswith("1 runs, 1 sessions, 0 rejected records")
    assert entry.target.object.startswith("person:")
    assert "anna" not in str(used.rows("audit"))


def test_an_erasure_at_the_command_line_is_one_entry_and_a_look_is_none(used: Site) -> None:
    command(used, "activity", "erase", "anna")
    assert entries(used) == []
    command(used, "activity", "erase", "anna", "--course", "2", "--yes")
    (entry,) = entries(used)
    assert (entry.actor.key, entry.target.course, entry.state) == (COMMAND_LINE, 2, State.DONE)
    assert "anna" not in str(used.rows("audit"))


def test_who_erases_themselves_is_not_named_either(used: Site) -> None:
    erase(used, "anna", on_behalf="anna")
    (entry,) = entries(used)
    assert entry.actor.on_behalf == entry.target.object
    assert "anna" not in str(used.rows("audit"))


def test_older_entries_lose_the_name_and_keep_all_else(used: Site) -> None:
    audit = used.parts.audit
    for on_behalf, course, object_ in (
        ("anna", 2, "volume"),
        ("anna", 3, "volume"),
        ("joanna", 2, f"{CONTAINER}anna"),
        ("bob", 2, f"{CONTAINER}jo-anna"),
        ("bob", 2, "lms_vol_x-anna"),
    ):
        entry = audit.begin(Actor("token:1", "Moodle", on_behalf), "x", Target("hub", course, object_))
        audit.end(entry, State.FAILED, f"{object_} is in use")
    erase(used, "anna", 2)
    hidden = entries(used)[-1].target.object
    assert [entry.actor.on_behalf for entry in entries(used)[:5]] == [hidden, "anna", "joanna", "bob", "bob"]
    erase(used, "anna")
    objects = ["volume", "volume", f"{CONTAINER}{hidden}", f"{CONTAINER}jo-anna", "lms_vol_x-anna"]
    assert [entry.actor.on_behalf for entry in entries(used)[:5]] == [hidden, hidden, "joanna", "bob", "bob"]
    assert [entry.target.object for entry in entries(used)[:5]] == objects
    assert [entry.result for entry in entries(used)[:5]] == [f"{object_} is in use" for object_ in objects]
    assert {entry.state for entry in entries(used)[:5]} == {State.FAILED}


def test_a_person_is_found_by_every_key_that_is_kept(used: Site) -> None:
    used.parts.audit.begin(Actor("token:1", "Moodle", "anna"), "x", Target("hub", 2, "volume"))
    used.parts.audit.begin(Actor("token:1", "Moodle", "bob"), "x", Target("hub", 2, f"{CONTAINER}anna"))
    assert found(used, "anna") == [1, 2]
    erase(used, "anna")
    erase(used, "bob")
    new = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    rotated = {"LTICONTAINER_SECRET_KEY": new, "LTICONTAINER_OLD_SECRET_KEYS": f'["{used.secret_key}"]'}
    command(used, "activity", "erase", "anna", "--yes", **rotated)
    assert len({entry.target.object for entry in entries(used)[2:]}) == 3
    assert found(used, "anna", **rotated) == [1, 2, 3, 5]
    assert found(used, "bob", **rotated) == [2, 4]
    assert found(used, "anna", LTICONTAINER_SECRET_KEY=new) == [5]
    assert found(used, "ann", **rotated) == []


def test_an_erasure_that_breaks_off_is_written_down_as_failed(used: Site) -> None:
    error = ServiceUnavailable("The database does not answer")
    with mock.patch.object(PrivacyStore, "erase", side_effect=error), pytest.raises(ServiceUnavailable):
        erase(used, "anna")
    (entry,) = entries(used)
    assert (entry.state, entry.result) == (State.FAILED, "serviceunavailable: The database does not answer")
    assert "anna" not in str(used.rows("audit"))


def test_nothing_is_erased_where_it_can_not_be_written_down(used: Site) -> None:
    with used.parts.database.writing() as connection:
        t.audit.drop(connection)
    with pytest.raises(ServiceUnavailable):
        erase(used, "anna")
    assert used.count("executions") == 2


@pytest.mark.parametrize("name", ["", "username"])
def test_nobody_is_erased_and_nothing_is_written_down(used: Site, name: str) -> None:
    with pytest.raises(InvalidParameter):
        erase(used, name)
    assert entries(used) == []


def test_a_purge_is_an_entry_for_each_course_of_which_something_goes(used: Site) -> None:
    command(used, "activity", "purge", "--older-than", "36500", "--course", "2", "--yes")
    command(used, "activity", "purge", "--older-than", "0", "--course", "2")
    assert entries(used) == []
    command(used, "activity", "purge", "--older-than", "0", "--course", "2", "--course", "3", "--yes")
    (entry,) = entries(used)
    assert (entry.action, entry.target.course, entry.state) == ("purge_activity", 2, State.DONE)
    assert entry.target.object.startswith("what is older than 20")
    assert entry.result.startswith("2 runs")


def test_what_a_course_decides_is_an_entry_with_what_was_before(used: Site) -> None:
    command(used, "activity", "consent", "--course", "2", "off")
    command(used, "activity", "consent")
    command(used, "activity", "consent", "--course", "2", "on")
    command(used, "activity", "keep", "--course", "2", "--days", "30")
    command(used, "activity", "keep", "--course", "2")
    told = [(entry.action, entry.target.course, entry.target.object, entry.result) for entry in entries(used)]
    assert told == [
        ("set_consent", 2, "off", "was on"),
        ("set_consent", 2, "on", "was off"),
        ("set_retention", 2, "30 days", "was as the setting says"),
        ("set_retention", 2, "as the setting says", "was 30 days"),
    ]
    assert {entry.state for entry in entries(used)} == {State.DONE}


def test_an_empty_person_is_refused(used: Site) -> None:
    done = run_here("audit", "list", "--person", "", env=used.env)
    assert (done.returncode, "--person" in done.stderr) == (2, True)
