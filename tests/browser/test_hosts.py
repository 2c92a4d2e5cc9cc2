"""Hosts, with their containers, volumes and images; and a host that is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.cli.lesson import COURSE_ID
from app.containers.host import LOCAL, Host
from tests.browser.conftest import enter, keep_picture, serious
from tests.support.browser import Browser, Look
from tests.support.fake_engine import FakeEngine
from tests.support.service import Service
from tests.support.site import Site, call

LOOKS = (Look(1440, 900, "en", "light"), Look(390, 844, "ja", "dark"))
NAMED = ("desktop", "phone")


@pytest.fixture
def equipped(own: tuple[Site, Service]) -> Iterator[tuple[Site, Service, FakeEngine]]:
    """A service with a class and an engine that has something to show."""
    site, service = own
    site.register(1, COURSE_ID)
    with FakeEngine() as engine:
        site.parts.host_store.add(Host(LOCAL, "docker", socket=str(engine.socket)))
        volumes = [{"role": "task", "name": "task1"}, {"role": "submit", "name": "report1"}]
        arguments = {"host": LOCAL, "course_id": COURSE_ID, "volumes": volumes}
        call(site.parts, "mod_lticontainer_create_volumes", arguments, site.token("containers:write"))
        for user in ("sato.yui", "anna.mueller"):
            engine.run(f"jupyterhub-{COURSE_ID}-1-moodle.example.org-a1b2c3d4-{user}")
        yield site, service, engine


@pytest.mark.parametrize("look", LOOKS, ids=NAMED)
def test_the_hosts_hold_up(browser: Browser, equipped: tuple[Site, Service, FakeEngine], look: Look) -> None:
    site, service, _ = equipped
    browser.look(look)
    enter(browser, site, service.base_url, f"/course/{COURSE_ID}/hosts")
    for text in ("sato.yui", "anna.mueller", "task1", "report1", "default"):
        browser.shows(text)
    keep_picture(browser, "hosts", look)
    assert serious(browser) == []
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= look.width


def test_a_host_that_is_away_is_said_and_the_page_stays_live(
    browser: Browser, equipped: tuple[Site, Service, FakeEngine]
) -> None:
    site, service, engine = equipped
    engine.stop()
    enter(browser, site, service.base_url, f"/course/{COURSE_ID}/hosts")
    browser.find(".notice")
    assert browser.text("#connection") == "Live"
    assert browser.text(".notice p")


def test_a_token_without_the_scope_has_no_such_tab(browser: Browser, own: tuple[Site, Service]) -> None:
    site, service = own
    site.register(1, COURSE_ID)
    token = site.token("activity:read")
    browser.open(f"{service.base_url}/#login={site.parts.login_codes.issue(token, 60)}")
    browser.find(".tabs a")
    assert [tab.text for tab in browser.all(".tabs a")] == ["Class", "Charts"]
