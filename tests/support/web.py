"""A site together with its web application in this process."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from ipaddress import ip_network
from typing import Any

from flask import Flask

from app.auth.authenticator import new_token
from app.factory import Service, create_app
from app.nblogs.rejects import KeptReject
from app.settings import Settings
from tests.support.site import MOODLE_URL, Site

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""A key that is the same in every test, so that a failing one can be repeated."""


class WebSite(Site):
    """A site whose parts are those of a Flask application; `values` are settings."""

    def __init__(self, database_url: str, **values: Any) -> None:
        super().__init__(database_url)
        given = {"database_url": database_url, "secret_key": KEY, "moodle_url": MOODLE_URL} | values
        self.app: Flask = create_app(Settings(**given))
        self.client = self.app.test_client()
        self._parts.append(self.parts)

    @cached_property
    def parts(self) -> Service:
        """The parts of the application."""
        service: Service = self.app.extensions["lticontainer"]
        return service

    def token(
        self,
        *scopes: str,
        courses: Collection[int] | None = None,
        networks: Iterable[str] | None = None,
        expires_at: int | None = None,
    ) -> str:
        """Return a new service token."""
        token = new_token()
        allowed = None if networks is None else [ip_network(network) for network in networks]
        self.parts.tokens.add(token, "test", scopes or ("nblogs:write",), courses, allowed, expires_at)
        return token

    def revoke(self, token: str) -> None:
        """Revoke a service token, as another process does."""
        row = self.parts.tokens.find(token)
        assert row is not None
        assert self.parts.tokens.revoke(row.id)

    def rejects(self) -> list[KeptReject]:
        """Return what is kept of rejected records."""
        return self.parts.rejects.list()
