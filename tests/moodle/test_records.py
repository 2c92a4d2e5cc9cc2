"""Tokens that a real Moodle made, on its own tables: what they open there, and when they stop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.errors import AccessDenied, CallError, InvalidToken, UserDeleted, UserSuspended
from tests.integration.test_golden import GOLDEN, without_arrival
from tests.support.clients import rest
from tests.support.moodle import Moodle
from tests.support.moodle_tables import DB_WRITE, PREFIX, WRITE
from tests.support.service import Service
from tests.support.site import Row, Site, call, seen

COLUMNS = {name: list(rows[0]) for name, rows in GOLDEN["tables"].items()}


class RealSite(Site):
    """A site on the tables of an installed Moodle."""

    def __init__(self, moodle: Moodle) -> None:
        self.moodle = moodle
        super().__init__(moodle.server.create_database())

    @property
    def env(self) -> dict[str, str]:
        """What a service of this site is told."""
        names = {"MOODLE_PREFIX": PREFIX, "MOODLE_DATABASE": self.moodle.database}
        return super().env | {f"LTICONTAINER_{name}": value for name, value in names.items()}

    def data(self, table: str) -> list[Row]:
        """Return the rows of a data table without `id`."""
        names = COLUMNS[table]
        rows = self.moodle.execute(f"SELECT {', '.join(names)} FROM {{lticontainer_{table}}} ORDER BY id")
        return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.fixture
def site(moodle: Moodle) -> Iterator[RealSite]:
    site = RealSite(moodle)
    site.upgrade()
    yield site
    for table in COLUMNS:
        moodle.execute(f"DELETE FROM {{lticontainer_{table}}}")
    site.close()


@pytest.fixture
def made(moodle: Moodle) -> dict[str, Any]:
    """A teacher, a restricted service with its capability, and a token, as the plugin's manual has them made."""
    number = time.time_ns()
    user = moodle.call("create_user", f"teacher{number}")
    more = {"requiredcapability": DB_WRITE}
    service = moodle.call("add_service", f"Logs {number}", f"logs{number}", [WRITE], more)
    moodle.call("allow_user", service, user, {})
    role = moodle.call("give_capability", user, DB_WRITE)
    token = moodle.call("make_token", service, user, 0, "")
    return {"user": user, "service": service, "role": role, "token": token}


def test_the_recorded_records_give_the_golden_rows(site: RealSite, moodle: Moodle, made: dict[str, Any]) -> None:
    course = moodle.call("create_course", f"c{time.time_ns()}")
    lti = moodle.call("create_lti", course, moodle.call("create_tool", "https://hub.example.org/launch"), "Python")
    records = [{**one, "lti_id": one["lti_id"] and str(lti)} for one in GOLDEN["records"]]
    with Service(site.env) as service:
        for one in records:
            assert rest(service.port, [one], made["token"]).body == b"[]"
    found = {name: site.data(name) for name in COLUMNS}
    place = {"course": course, "lti_id": lti}
    expected = GOLDEN["tables"] | {
        "session": [row | place for row in without_arrival(GOLDEN["tables"]["session"])]
    }
    assert found | {"session": without_arrival(found["session"])} == expected


CHANGES: list[tuple[str, Any, type[CallError]]] = [
    ("suspended", lambda m, made: m.call("update_user", made["user"], {"suspended": 1}), UserSuspended),
    ("deleted", lambda m, made: m.call("delete_user", made["user"]), InvalidToken),
    ("token", lambda m, made: m.call("delete_token", made["token"]), InvalidToken),
    ("disabled", lambda m, made: m.call("update_service", made["service"], {"enabled": 0}), AccessDenied),
    ("forbidden", lambda m, made: m.call("forbid_user", made["service"], made["user"]), AccessDenied),
    ("role", lambda m, made: m.call("delete_role", made["role"]), AccessDenied),
]


@pytest.mark.parametrize(("name", "change", "error"), CHANGES, ids=[name for name, _, _ in CHANGES])
def test_what_moodle_takes_away_is_gone_at_once(
    site: RealSite, moodle: Moodle, made: dict[str, Any], name: str, change: Any, error: type[CallError]
) -> None:
    assert call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, made["token"]) == {}
    change(moodle, made)
    with pytest.raises((error, UserDeleted) if name == "deleted" else error):
        call(site.parts, WRITE, {"nb_logs": [seen("t", 1)]}, made["token"])
    assert [row["session"] for row in site.data("session")] == ["s"]


def test_an_expired_token_and_one_for_other_addresses_are_refused(
    site: RealSite, moodle: Moodle, made: dict[str, Any]
) -> None:
    for until, addresses in ((int(time.time()) - 60, ""), (0, "192.0.2.0/24")):
        token = moodle.call("make_token", made["service"], made["user"], until, addresses)
        with pytest.raises(AccessDenied):
            call(site.parts, WRITE, {"nb_logs": [seen("s", 1)]}, token)
