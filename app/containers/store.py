"""Container hosts in the database. Passwords are stored encrypted, private keys by their path only."""

from __future__ import annotations

import json
import time
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.auth.encryption import Cipher, Undecryptable
from app.containers.faults import fault
from app.containers.host import Host
from app.errors import HostSecretLost
from app.storage import tables as t
from app.storage.database import Database

_C = t.hosts.c


class HostExists(Exception):
    """A host of that name is there already."""


class HostStore:
    """Reads and writes hosts."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def add(self, host: Host, password: str = "") -> None:
        """Store a new host; raises HostExists, ServiceUnavailable."""
        row = _to_row(host) | {"password": self._seal(password), "created_at": int(time.time())}
        try:
            self._database.write(lambda connection: connection.execute(insert(t.hosts), row))
        except IntegrityError:
            raise HostExists(host.name) from None

    def find(self, name: str) -> Host | None:
        """Return a host by its name; None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(t.hosts).where(_C.name == name)).first()
            return _from_row(row) if row else None

    def list(self) -> list[Host]:
        """Return all hosts by name."""
        with self._database.reading() as connection:
            return [_from_row(row) for row in connection.execute(select(t.hosts).order_by(_C.name))]

    def pin(self, name: str, host_key: str) -> bool:
        """Store the key that a host must show; say whether there is such a host."""
        statement = update(t.hosts).where(_C.name == name).values(host_key=host_key)
        return bool(self._database.write(lambda connection: connection.execute(statement).rowcount))

    def remove(self, name: str) -> bool:
        """Remove a host; say whether there was one."""
        statement = delete(t.hosts).where(_C.name == name)
        return bool(self._database.write(lambda connection: connection.execute(statement).rowcount))

    def unseal(self, host: Host) -> str:
        """Return a host's password; raises HostSecretLost."""
        try:
            return self._cipher.decrypt(host.sealed)
        except Undecryptable:
            why = "no key that is kept has encrypted it"
            raise fault(HostSecretLost, host=host.name, what="the password", why=why) from None

    def _seal(self, password: str) -> str:
        return self._cipher.encrypt(password) if password else ""


def _to_row(host: Host) -> dict[str, Any]:
    return {
        "name": host.name,
        "engine": host.engine,
        "address": host.address,
        "port": host.port,
        "username": host.user,
        "socket": host.socket,
        "key_file": host.key_file,
        "host_key": host.host_key,
        "courses": None if host.courses is None else json.dumps(sorted(host.courses)),
    }


def _from_row(row: Row[Any]) -> Host:
    return Host(
        name=row.name,
        engine=row.engine,
        address=row.address,
        port=row.port,
        user=row.username,
        socket=row.socket,
        key_file=row.key_file,
        sealed=row.password,
        host_key=row.host_key,
        courses=None if row.courses is None else frozenset(json.loads(row.courses)),
    )
