"""One Moodle site's database and settings, for the parts in this process and for services beside it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import select, text

from app.auth.activity_tokens import make_token
from app.auth.authenticator import new_token
from app.factory import Service, build_service
from app.ltis.store import Lti
from app.nblogs.record import FIELDS
from app.registry import RawRequest
from app.settings import Settings
from app.storage.migrate import upgrade
from app.storage.tables import PREFIX, metadata

MOODLE_URL = "https://moodle.example.org"
Row = dict[str, Any]


class Site:
    """A database, and the secret key that goes with it; `close` gives the connections back."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self.secret_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        self._parts: list[Service] = []

    @property
    def env(self) -> dict[str, str]:
        """What a service of this site is told."""
        return {
            "LTICONTAINER_DATABASE_URL": self.database_url,
            "LTICONTAINER_SECRET_KEY": self.secret_key,
            "LTICONTAINER_MOODLE_URL": MOODLE_URL,
        }

    @cached_property
    def parts(self) -> Service:
        """The parts of a service in this process."""
        return self.more_parts()

    def more_parts(self, **settings: Any) -> Service:
        """Return parts of their own, with connections of their own, as another machine has them."""
        values: dict[str, Any] = {name.removeprefix("LTICONTAINER_").lower(): v for name, v in self.env.items()}
        self._parts.append(build_service(Settings(**values | settings)))
        return self._parts[-1]

    def upgrade(self) -> None:
        """Make the tables."""
        upgrade(self.parts.database.engine)

    def token(self, *scopes: str, courses: Collection[int] | None = None) -> str:
        """Return a new service token."""
        token = new_token()
        self.parts.tokens.add(token, "test", scopes or ("nblogs:write",), courses, None, None)
        return token

    def activity_token(self, inst_id: int, lti_id: int) -> str:
        """Return the token of an activity."""
        counter = self.parts.tokens.counter(inst_id, lti_id)
        return make_token(self.parts.activity_keys[0], inst_id, lti_id, counter)

    def register(self, lti_id: int, course_id: int, inst_id: int = 1) -> int:
        """Register an activity; return the number of sessions that were placed by it."""
        return self.parts.ltis.register([Lti(lti_id, course_id, inst_id)], may_move=False)

    def rows(self, table: str, **where: object) -> list[Row]:
        """Return the rows of a table, without `id`, in the order of their primary key."""
        found = metadata.tables[PREFIX + table]
        statement = select(found).filter_by(**where).order_by(*found.primary_key)
        with self.parts.database.reading() as connection:
            return [
                {k: v for k, v in row.items() if k != "id"} for row in connection.execute(statement).mappings()
            ]

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        with self.parts.database.reading() as connection:
            statement = text(f"SELECT COUNT(*) FROM {PREFIX}{table}")
            return int(connection.execute(statement).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        for parts in self._parts:
            parts.hosts.close()
            parts.database.engine.dispose()


def call(parts: Service, function: str, arguments: object, token: str) -> Mapping[str, Any]:
    """Call a function as every protocol does, in this process; raises CallError."""
    registry = parts.registry
    caller, found = registry.authorise(function, token, None)
    return registry.call(caller, found, arguments, RawRequest("json", function, b""))


def record(**values: str) -> dict[str, str]:
    """Return a record whose other fields are empty."""
    return dict.fromkeys(FIELDS, "") | values


def cell_run(session: str, message: str, number: int = 1) -> tuple[dict[str, str], dict[str, str]]:
    """Return the client and the server record of one cell run, 1.5 s apart."""
    asked = {"cell_id": f"cell-{number}", "tags": f'["filename:Task{number}.ipynb", "codenum:{number}"]'}
    client = record(host="client", session=session, message=message, date="2026-11-23T10:00:00.000Z", **asked)
    answered = {"status": "ok", "username": "student1", "date": "2026-11-23T10:00:01.500Z"}
    return client, record(host="server", session=session, message=message, **answered)


def seen(session: str, lti_id: int, inst_id: int = 1) -> dict[str, str]:
    """Return the record by which a session becomes known."""
    return record(host="ltictr", session=session, inst_id=str(inst_id), lti_id=str(lti_id))
