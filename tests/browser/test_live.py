"""The page while things happen: a record comes, the service is gone, a token is revoked."""

from __future__ import annotations

import time

from app.cli.lesson import COURSE_ID
from tests.browser.conftest import enter
from tests.support.browser import Browser
from tests.support.classes import enrol, runs, seat_class
from tests.support.clients import rest
from tests.support.service import Service
from tests.support.site import Site

SECONDS = 5


def send(site: Site, service: Service, records: list[dict[str, str]]) -> None:
    assert rest(service.port, records, site.token("nblogs:write")).body == b"[]"


def state(browser: Browser, name: str) -> str | None:
    row = browser.driver.find_element("xpath", f"//table[@id='matrix']//tr[th//bdi='{name}']")
    return row.get_attribute("data-state")


def test_a_record_shows_within_five_seconds(browser: Browser, own: tuple[Site, Service]) -> None:
    site, service = own
    site.register(1, COURSE_ID)
    enrol(site, ["ann", "ben"])
    enter(browser, site, service.base_url)
    browser.until(lambda _: state(browser, "ann") == "not_started")
    row = browser.driver.find_element("xpath", "//tr[th//bdi='ann']")
    first = int(browser.text("#records-stored"))
    send(site, service, runs("ann", ("Task1.ipynb", "1", "ok"), ("Task1.ipynb", "2", "error")))
    browser.until(lambda _: state(browser, "ann") == "working", SECONDS)
    browser.until(lambda _: int(browser.text("#records-stored")) == first + 5, SECONDS)
    assert row.get_attribute("data-state") == "working", "the row was made anew, not changed"
    send(site, service, runs("ann", *[("Task1.ipynb", "2", "error")] * 2))
    browser.until(lambda _: state(browser, "ann") == "stuck", SECONDS)
    assert browser.text("#tile-stuck .tile-count") == "1"


def test_focus_and_scroll_stay_where_they_are(browser: Browser, own: tuple[Site, Service]) -> None:
    site, service = own
    seat_class(site)
    enter(browser, site, service.base_url)
    browser.find(".matrix")
    browser.driver.execute_script(
        "const frame = document.querySelector('.matrix-frame'); frame.scrollTop = 150;"
        "frame.querySelectorAll('tbody a')[9].focus({preventScroll: true}); window.before = document.activeElement"
    )
    before = browser.text("#tile-working .tile-count")
    send(site, service, runs("someone.new", ("Variables.ipynb", "1", "ok")))
    browser.until(lambda _: browser.text("#tile-working .tile-count") != before, SECONDS)
    scrolled, same = browser.driver.execute_script(
        "return [document.querySelector('.matrix-frame').scrollTop, document.activeElement === window.before]"
    )
    assert scrolled == 150
    assert same


def test_a_service_that_is_gone_is_said_and_is_back_by_itself(browser: Browser, own: tuple[Site, Service]) -> None:
    site, service = own
    seat_class(site, 5)
    enter(browser, site, service.base_url)
    browser.find(".matrix tbody tr")
    service.kill_hard()
    browser.until(lambda _: "does not answer" in browser.text("#connection"), 10)
    assert browser.all(".matrix tbody tr"), "what was known stays on the page"
    assert browser.find("#connection").get_attribute("role") == "status"
    service.start()
    browser.until(lambda _: browser.text("#connection") == "Live", 10)
    send(site, service, runs("back.again", ("Variables.ipynb", "1", "ok")))
    browser.until(lambda _: state(browser, "back.again") == "working", SECONDS)


def test_a_revoked_token_ends_at_the_way_in(browser: Browser, own: tuple[Site, Service]) -> None:
    site, service = own
    seat_class(site, 5)
    token = enter(browser, site, service.base_url)
    browser.find(".matrix tbody tr")
    row = site.parts.tokens.find(token)
    assert row
    site.parts.tokens.revoke(row.id)
    browser.shows("the token was revoked", SECONDS)
    browser.find("#token")
    assert not browser.all(".matrix")


def test_a_login_link_leaves_no_code_in_the_address_and_works_once(
    browser: Browser, own: tuple[Site, Service]
) -> None:
    site, service = own
    site.register(1, COURSE_ID)
    link = f"{service.base_url}/#login={site.parts.login_codes.issue(site.token('activity:read'), 60)}"
    browser.open(link)
    browser.find(".bar")
    assert "login" not in browser.driver.current_url
    browser.forget()
    browser.open(link)
    browser.shows("This link was used already")
    assert "login" not in browser.driver.current_url


def test_no_script_reads_the_cookie_and_the_address_of_another_course_shows_nothing(
    browser: Browser, own: tuple[Site, Service]
) -> None:
    site, service = own
    seat_class(site, 5)
    enter(browser, site, service.base_url, "/course/77", courses=[3])
    browser.shows("Your token does not cover this.")
    assert browser.driver.execute_script("return document.cookie") == ""
    assert not browser.all(".matrix")


def test_an_empty_service_says_what_to_do(browser: Browser, own: tuple[Site, Service]) -> None:
    site, service = own
    enter(browser, site, service.base_url, "/")
    browser.shows("No course yet")
    browser.driver.execute_script("location.hash = '/course/2'")
    browser.shows("Nobody has run anything yet")
    browser.driver.execute_script("location.hash = '/course/2/charts'")
    browser.until(lambda _: browser.text(".charts").count("No runs in this period.") == 4)
    browser.driver.execute_script("location.hash = '/course/2/nonsense'")
    browser.shows("There is no such page.")


def test_a_hidden_page_asks_nothing(browser: Browser, own: tuple[Site, Service]) -> None:
    site, service = own
    seat_class(site, 5)
    enter(browser, site, service.base_url)
    browser.find(".matrix tbody tr")
    browser.driver.execute_script(
        "Object.defineProperty(document, 'hidden', {value: true}); window.asked = 0; const old = fetch;"
        "window.fetch = (...given) => { window.asked += 1; return old(...given); }"
    )
    time.sleep(6)
    assert browser.driver.execute_script("return window.asked") <= 1
