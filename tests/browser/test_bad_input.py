"""Names that nobody expects, and classes that are too large."""

from __future__ import annotations

import json

import pytest

from app.cli.lesson import COURSE_ID
from tests.browser.conftest import enter, serious
from tests.support.browser import PHONE, Browser
from tests.support.classes import enrol, runs, write
from tests.support.service import Service
from tests.support.site import Site

NAMES = (
    "<img src=x onerror=window.hacked=1>",
    "\"quoted\" 'and' `ticks` ${1} {{x}} &amp; \\",
    "שלום \u202eevil\u202c name",
    "محمد/../../..?#%2f",
    "x" * 200,
    "佐藤 結衣 😀",
    "__proto__",
)
FILE = '<b onclick="window.hacked=1">"R&D" الف </b>' + "long" * 36 + ".ipynb"

CLICK = """
[...document.querySelectorAll(".matrix tbody th a")].find((a) => a.textContent === arguments[0]).click();
return true"""
HEADING = "return document.querySelector('h1 bdi').textContent"


@pytest.fixture
def strange(own: tuple[Site, Service]) -> tuple[Site, Service]:
    site, _ = own
    site.register(1, COURSE_ID)
    for name in NAMES:
        write(site, runs(name, (FILE.replace('"', "'"), "1", "error"), (FILE.replace('"', "'"), "2", "ok")))
    return own


def open_student(browser: Browser, name: str) -> None:
    browser.until(lambda driver: driver.execute_script(CLICK, name))
    browser.until(lambda driver: driver.execute_script(HEADING) == name)


def test_names_are_text_and_lead_to_their_own_view(browser: Browser, strange: tuple[Site, Service]) -> None:
    site, service = strange
    enter(browser, site, service.base_url)
    browser.find(".matrix tbody tr")
    shown = {link.get_attribute("textContent") for link in browser.all(".matrix tbody th a")}
    assert shown == set(NAMES)
    for name in NAMES:
        open_student(browser, name)
        browser.find(".facts")
        browser.driver.execute_script("location.hash = arguments[0]", f"/course/{COURSE_ID}")
        browser.find(".matrix tbody tr")
    assert browser.driver.execute_script("return window.hacked") is None


def test_long_names_don_t_break_the_page(browser: Browser, strange: tuple[Site, Service]) -> None:
    site, service = strange
    browser.look(PHONE)
    enter(browser, site, service.base_url)
    for place in (
        "",
        "/charts",
        f"/student/{'x' * 200}",
        "/student/nobody",
        "/cell/no.ipynb/1",
        "/student/%E0%A4",
    ):
        browser.driver.execute_script("location.hash = arguments[0]", f"/course/{COURSE_ID}{place}")
        browser.find("main h1, .notice")
        assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= PHONE.width, place
    assert browser.driver.execute_script("return window.hacked") is None


@pytest.mark.slow
def test_five_hundred_students_and_two_hundred_cells(browser: Browser, own: tuple[Site, Service]) -> None:
    site, service = own
    site.register(1, COURSE_ID)
    names = [f"student{number:03}" for number in range(500)]
    enrol(site, names)
    cells = [(f"Task{number // 50}.ipynb", str(number % 50 + 1), "ok") for number in range(200)]
    write(site, [entry for name in names[:450] for entry in runs(name, *cells[: 1 + len(name) * 7 % 200 :])])
    write(site, runs("student000", *cells))
    enter(browser, site, service.base_url)
    browser.until(lambda _: len(browser.all(".matrix tbody tr")) == 60)
    assert "500" in browser.text(".pager")
    assert browser.text("#tile-not_started .tile-count") == "50"
    [later] = [button for button in browser.all(".pager button") if button.text == "Later"]
    later.click()
    browser.until(lambda _: "61" in browser.text(".pager"))
    assert len(browser.all(".matrix tbody tr")) == 60
    assert len(browser.all(".matrix .cellhead")) == 200
    assert json.dumps(serious(browser)) == "[]"
