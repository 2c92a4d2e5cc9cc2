"""A real headless Chromium, driven as a person uses it: by keys, in a size, a language, a theme."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM, DRIVER = "chromium", "chromedriver"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--ignore-certificate-errors",
    # Bootstrap 5 scrolls smoothly where nobody minds: a click would miss what still moves.
    "--force-prefers-reduced-motion",
)
WAIT = 30


def available() -> str | None:
    """Return why no browser can be started here, or None when it can."""
    for program in (CHROMIUM, DRIVER):
        if shutil.which(program) is None:
            return f"{program} is not installed (Debian: chromium, chromium-driver)"
    return None


@dataclass(frozen=True, slots=True)
class Look:
    """How a reader looks at the page."""

    width: int = 1440
    height: int = 900
    language: str = "en"
    theme: str = "light"

    @property
    def is_phone(self) -> bool:
        """Say whether it is a phone's size."""
        return self.width < 600


DESKTOP = Look()
PHONE = Look(390, 844)


class Browser:
    """One Chromium with a profile of its own; ends with the block."""

    def __init__(self) -> None:
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        options = Options()
        options.binary_location = str(shutil.which(CHROMIUM))
        for flag in (*FLAGS, f"--user-data-dir={self._profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, Driver(str(shutil.which(DRIVER))))
        self._agent = str(self.driver.execute_script("return navigator.userAgent"))

    def look(self, look: Look) -> None:
        """Take a size, a language and a theme, as the system of a reader has them."""
        cdp = self.driver.execute_cdp_cmd
        metrics = {"width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": look.is_phone}
        cdp("Emulation.setDeviceMetricsOverride", metrics)
        cdp("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": look.theme}]})
        cdp("Emulation.setUserAgentOverride", {"userAgent": self._agent, "acceptLanguage": look.language})

    def open(self, url: str) -> None:
        """Open a page anew, even where only the part after the # differs."""
        self.driver.get("about:blank")
        self.driver.get(url)

    def forget(self) -> None:
        """Leave the page, and forget cookies and what pages have kept."""
        self.driver.get("about:blank")  # what the page still asks for would bring a cookie back
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "local_storage"})

    def find(self, css: str) -> WebElement:
        """Return an element, once it is there."""
        found: WebElement = self.until(lambda driver: driver.find_element(By.CSS_SELECTOR, css))
        return found

    def all(self, css: str) -> list[WebElement]:
        """Return all elements that are there now."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        """Return the text of an element as one line."""
        return re.sub(r"\s+", " ", self.find(css).text).strip()

    def until(self, ready: Callable[[webdriver.Chrome], Any], seconds: float = WAIT) -> Any:
        """Wait until something is true, and return it."""
        waiting = WebDriverWait(self.driver, seconds, poll_frequency=0.05, ignored_exceptions=[Exception])
        try:
            return waiting.until(ready)
        except TimeoutException:
            page = self.driver.find_element(By.TAG_NAME, "body").text
            raise AssertionError(
                f"not within {seconds:g} s at {self.driver.current_url}, which shows:\n{page}"
            ) from None

    def shows(self, text: str, seconds: float = WAIT) -> None:
        """Wait until a text can be read."""
        self.until(lambda driver: text in driver.find_element(By.TAG_NAME, "body").text, seconds)

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def focused(self) -> str:
        """Return what the focus is on: its id, or its text."""
        element = self.driver.switch_to.active_element
        return str(element.get_attribute("id") or element.text or element.get_attribute("aria-label") or "")

    def complaints(self) -> list[str]:
        """Return what the browser has complained of: errors of scripts and of the security policy."""
        entries: list[dict[str, Any]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]  # untyped upstream
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def picture(self, path: Path) -> None:
        """Keep a screenshot."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.driver.quit()
        shutil.rmtree(self._profile, ignore_errors=True)
