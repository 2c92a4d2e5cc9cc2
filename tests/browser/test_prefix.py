"""The page under a path of Moodle's own host, behind nginx as it comes with the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.lesson import COURSE_ID
from tests.browser.conftest import enter
from tests.support import nginx
from tests.support.browser import Browser
from tests.support.nginx import Nginx
from tests.support.service import Service
from tests.support.site import Site
from tests.support.skip import missing


@pytest.mark.parametrize("prefix", ["/lticontainer", ""])
def test_it_works_under_any_path(
    browser: Browser, seated: tuple[Site, Service], tmp_path: Path, prefix: str
) -> None:
    if reason := nginx.available():
        missing(reason)
    site, service = seated
    with Nginx(tmp_path, service.port, under_a_path=bool(prefix)) as front:
        url = f"https://127.0.0.1:{front.port}{prefix}"
        enter(browser, site, url)
        browser.find(".matrix tbody tr")
        [cookie] = browser.driver.execute_cdp_cmd("Network.getAllCookies", {})["cookies"]
        assert cookie["path"] == f"{prefix}/page"
        assert cookie["secure"]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        assert f"{prefix}/#/course/{COURSE_ID}" in browser.driver.current_url
