"""Each view by keyboard alone."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from app.cli.lesson import COURSE_ID
from tests.browser.conftest import SCOPES, enter
from tests.support.browser import Browser
from tests.support.service import Service
from tests.support.site import Site

MOST = 400


def tab_to(browser: Browser, css: str, most: int = MOST) -> None:
    """Press Tab until the focus is on what matches."""
    for _ in range(most):
        browser.press(Keys.TAB)
        if browser.driver.execute_script("return document.activeElement.matches(arguments[0])", css):
            return
    raise AssertionError(f"Tab does not reach {css}")


def test_logging_in_and_out(browser: Browser, seated: tuple[Site, Service]) -> None:
    site, service = seated
    browser.open(service.base_url)
    browser.find("#token")
    browser.until(lambda _: browser.focused() == "token")
    browser.press("wrong", Keys.ENTER)
    browser.shows("No such token")
    browser.until(lambda _: browser.focused() == "token")
    browser.press(site.token(*SCOPES), Keys.ENTER)
    browser.find(".bar")
    tab_to(browser, ".menu summary")
    browser.press(Keys.ENTER)
    tab_to(browser, ".menu button")
    browser.press(Keys.ENTER)
    browser.find("#token")


def test_from_the_class_to_a_student_and_back(browser: Browser, seated: tuple[Site, Service]) -> None:
    site, service = seated
    enter(browser, site, service.base_url)
    browser.find(".matrix")
    tab_to(browser, ".skip", 3)
    browser.press(Keys.ENTER)
    assert browser.focused() == "main"
    tab_to(browser, "#tile-stuck", 3)
    browser.press(Keys.SPACE)
    browser.until(
        lambda _: {row.get_attribute("data-state") for row in browser.all(".matrix tbody tr")} == {"stuck"}
    )
    tab_to(browser, "#order")
    browser.press(Keys.DOWN)
    tab_to(browser, ".matrix-frame")
    tab_to(browser, ".matrix tbody a")
    name = browser.driver.switch_to.active_element.text
    browser.press(Keys.ENTER)
    browser.until(lambda _: browser.text("h1") == name)
    tab_to(browser, ".back a")
    browser.press(Keys.ENTER)
    browser.find(".matrix")


def test_to_a_cell_and_on_to_one_of_its_students(browser: Browser, seated: tuple[Site, Service]) -> None:
    site, service = seated
    enter(browser, site, service.base_url)
    browser.find(".matrix")
    tab_to(browser, ".cellhead a")
    browser.press(Keys.ENTER)
    browser.find(".facts")
    tab_to(browser, "tbody a")
    browser.press(Keys.ENTER)
    browser.until(lambda driver: "/student/" in driver.current_url)
    browser.find(".facts")


def test_to_the_charts_of_another_period_and_a_student(browser: Browser, seated: tuple[Site, Service]) -> None:
    site, service = seated
    enter(browser, site, service.base_url)
    browser.find(".matrix")
    tab_to(browser, ".tabs a[href$=charts]")
    browser.press(Keys.ENTER)
    browser.find("figure .numbers")
    tab_to(browser, "#period")
    browser.press(Keys.DOWN)
    browser.until(lambda driver: "period=any" in driver.current_url)
    browser.until(lambda _: len(browser.all("#username option")) > 5)
    tab_to(browser, "#username", 5)
    browser.press(Keys.DOWN)
    browser.until(lambda driver: "username=" in driver.current_url)
    tab_to(browser, "figure summary")
    browser.press(Keys.ENTER)
    browser.find("figure details[open] td")


def test_to_another_course(browser: Browser, seated: tuple[Site, Service]) -> None:
    site, service = seated
    site.register(9, 3)
    enter(browser, site, service.base_url)
    browser.until(lambda _: len(browser.all("#course option")) == 2)
    tab_to(browser, "#course", 6)
    browser.press(Keys.DOWN)
    browser.until(lambda driver: driver.current_url.endswith("/course/3"))
    browser.shows("Nobody has run anything yet")
    tab_to(browser, ".brand")
    browser.press(Keys.ENTER)
    browser.find(".cards")
    tab_to(browser, ".cards a")
    browser.press(Keys.ENTER)
    browser.until(lambda driver: driver.current_url.endswith(f"/course/{COURSE_ID}"))
