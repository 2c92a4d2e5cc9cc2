"""Where the page is, and who decides that."""

from __future__ import annotations

from app.cli.lesson import COURSE_ID
from tests.browser.conftest import SCOPES
from tests.support.browser import Browser
from tests.support.service import Service
from tests.support.site import Site


def test_whoever_goes_on_at_once_is_not_sent_back(browser: Browser, seated: tuple[Site, Service]) -> None:
    """The only course is opened by itself; not when the reader has gone elsewhere in the moment before."""
    site, service = seated
    place = f"#/course/{COURSE_ID}/charts"
    watch = f"""new MutationObserver((_, watcher) => {{
        if (!document.querySelector(".cards")) return;
        watcher.disconnect();
        location.hash = "{place}";
    }}).observe(document, {{ childList: true, subtree: true }});"""
    script = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": watch})
    try:
        token = site.token(*SCOPES)
        browser.open(f"{service.base_url}/#login={site.parts.login_codes.issue(token, 60)}")
        browser.find(".tabs a[href*='/charts'][aria-current]")
        assert browser.driver.execute_script("return location.hash") == place
    finally:
        browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
