"""Every test with the fixture `wire` runs over all three protocols."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.protocols.wires import WIRES, Wire
from tests.support.web import WebSite


@pytest.fixture(params=WIRES, ids=lambda wire: wire.name)
def wire(request: pytest.FixtureRequest, web: WebSite) -> Wire:
    """A client of one protocol, to the site of the fixture `web`."""
    made: Wire = request.param(web.client)
    return made


@pytest.fixture
def token(web: WebSite) -> str:
    """A token that may write notebook records, of every course."""
    return web.token("nblogs:write")


@pytest.fixture
def logged(web: WebSite, caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything the service logs, before its own formatter takes tokens out."""
    log = logging.getLogger("app")
    log.addHandler(caplog.handler)
    log.setLevel(logging.DEBUG)
    yield caplog
    log.removeHandler(caplog.handler)
