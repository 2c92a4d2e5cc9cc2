"""One Chromium and one service with a class for all tests that only look; others start their own service."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.lesson import COURSE_ID
from tests.support import browser as chromium
from tests.support.browser import DESKTOP, Browser, Look
from tests.support.classes import seat_class
from tests.support.process import ROOT
from tests.support.service import Service
from tests.support.site import Site
from tests.support.skip import missing

PICTURES = Path(os.environ.get("PICTURES", ROOT / "var/pictures"))
SCOPES = ("activity:read", "containers:read")
AXE = (ROOT / "tests/data/axe.min.js").read_text("utf-8")

Enter = Callable[..., Browser]


@pytest.fixture(scope="session")
def only_browser() -> Iterator[Browser]:
    """The browser."""
    if reason := chromium.available():
        missing(reason)
    with Browser() as started:
        yield started


@pytest.fixture
def browser(only_browser: Browser) -> Iterator[Browser]:
    """The browser without anything that another test has left; what it complains of fails the test."""
    only_browser.driver.get("about:blank")
    only_browser.forget()
    only_browser.complaints()
    only_browser.look(DESKTOP)
    yield only_browser
    assert [line for line in only_browser.complaints() if not expected(line)] == []


def expected(line: str) -> bool:
    """Say whether the browser only reports an answer that the test asked for: not logged in, not reached."""
    return any(sign in line for sign in ("401", "403", "net::ERR_"))


def new_site(folder: Path) -> Site:
    site = Site(f"sqlite:///{folder / 'service.sqlite3'}")
    site.upgrade()
    return site


@pytest.fixture(scope="session")
def seated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Service]]:
    """A service with a class of 40 in the middle of its lesson."""
    site = new_site(tmp_path_factory.mktemp("class"))
    seat_class(site)
    with Service(site.env) as service:
        yield site, service
    site.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Site, Service]]:
    """A service of a test's own, with nothing in it."""
    site = new_site(tmp_path)
    with Service(site.env) as service:
        yield site, service
    site.close()


def enter(browser: Browser, site: Site, url: str, place: str = f"/course/{COURSE_ID}", **rights: Any) -> str:
    """Log in with a new token by a link, and go to a place; return the token."""
    token = site.token(*SCOPES, **rights)
    browser.open(f"{url}/#login={site.parts.login_codes.issue(token, 60)}")
    browser.find(".bar")
    browser.driver.execute_script("location.hash = arguments[0]", place)
    return token


def serious(browser: Browser) -> list[str]:
    """Return what axe finds wrong on the page, the serious and the critical."""
    browser.driver.execute_script(AXE)
    script = "const done = arguments[0]; axe.run(document).then((found) => done(JSON.stringify(found.violations)))"
    found = json.loads(browser.driver.execute_async_script(script))
    return [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:200]} {rule['nodes'][0].get('failureSummary')}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


def keep_picture(browser: Browser, name: str, look: Look) -> None:
    """Keep a screenshot as an artefact of the run."""
    size = "phone" if look.is_phone else "desktop"
    browser.picture(PICTURES / f"{name}-{size}-{look.theme}-{look.language}.png")
