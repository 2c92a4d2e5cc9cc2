"""Each view in both languages, both themes, on a desktop and a phone; axe finds nothing serious."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from app.cli.lesson import COURSE_ID, NOTEBOOKS
from app.web.catalogue import read_catalogue
from tests.browser.conftest import enter, keep_picture, serious
from tests.support.browser import Browser, Look
from tests.support.service import Service
from tests.support.site import Site

LOOKS = (
    Look(1440, 900, "en", "light"),
    Look(1440, 900, "ja", "dark"),
    Look(390, 844, "ja", "light"),
    Look(390, 844, "en", "dark"),
)
NAMED = [f"{'phone' if look.is_phone else 'desktop'}-{look.theme}-{look.language}" for look in LOOKS]
PLACES = {
    "courses": ("/", ".cards"),
    "class": (f"/course/{COURSE_ID}", ".matrix tbody tr"),
    "charts": (f"/course/{COURSE_ID}/charts", "figure[data-kind=codecell_line] .numbers"),
    "student": (f"/course/{COURSE_ID}/student/{quote('高橋.陽菜')}", "figure .numbers"),
    "cell": (f"/course/{COURSE_ID}/cell/{quote(NOTEBOOKS[1])}/6", ".facts"),
}
CATALOGUE = read_catalogue()


@pytest.mark.parametrize("look", LOOKS, ids=NAMED)
@pytest.mark.parametrize("view", PLACES)
def test_a_view_holds_up(browser: Browser, seated: tuple[Site, Service], view: str, look: Look) -> None:
    site, service = seated
    place, sign = PLACES[view]
    browser.look(look)
    site.register(9, 3)  # a second course, so that there is something to choose
    enter(browser, site, service.base_url, place)
    browser.find(sign)
    browser.find("#records-stored")
    if browser.all("canvas"):
        browser.until(lambda driver: driver.execute_script(DRAWN))
    keep_picture(browser, view, look)
    assert serious(browser) == []
    assert browser.driver.execute_script("return document.documentElement.lang") == look.language
    assert CATALOGUE[look.language]["settings"] in browser.text(".bar")
    wide = browser.driver.execute_script("return document.documentElement.scrollWidth")
    assert wide <= look.width, "the page itself scrolls sideways"
    dark = browser.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(15, 19, 24)") == (look.theme == "dark")


DRAWN = """
return [...document.querySelectorAll("canvas")].filter((one) => one.offsetParent).every(
  (one) => one.getContext("2d").getImageData(0, 0, one.width, one.height).data.some((value) => value !== 0))
"""


@pytest.mark.parametrize("look", LOOKS[:3:2], ids=NAMED[:3:2])
def test_the_way_in_holds_up(browser: Browser, seated: tuple[Site, Service], look: Look) -> None:
    browser.look(look)
    browser.open(seated[1].base_url)
    browser.find("#token")
    keep_picture(browser, "login", look)
    assert serious(browser) == []
    assert CATALOGUE[look.language]["log_in"] in browser.text("form")


def test_every_chart_has_its_numbers_as_a_table(browser: Browser, seated: tuple[Site, Service]) -> None:
    site, service = seated
    enter(browser, site, service.base_url, f"/course/{COURSE_ID}/charts")
    browser.until(lambda _: len(browser.all("figure .numbers")) == 4)
    for figure in browser.all("figure"):
        summary = figure.find_element("css selector", "summary")
        browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
        summary.click()
        cells = figure.find_elements("css selector", "td.num")
        assert any(cell.text not in ("", "0", "–") for cell in cells)


def test_a_reader_s_choice_of_language_and_theme_stays(browser: Browser, seated: tuple[Site, Service]) -> None:
    site, service = seated
    enter(browser, site, service.base_url)
    browser.find(".matrix")
    browser.find(".menu summary").click()
    browser.find("#language option[value=ja]").click()
    browser.shows(CATALOGUE["ja"]["state_stuck"])
    browser.find("#theme option[value=dark]").click()
    browser.open(f"{service.base_url}/#/course/{COURSE_ID}")
    browser.shows(CATALOGUE["ja"]["state_stuck"])
    assert browser.driver.execute_script("return document.documentElement.dataset.theme") == "dark"
