"""Logging without secrets."""

from __future__ import annotations

import logging
import re

_SECRETS = re.compile(r"(wstoken(?:=|%3D)|Bearer\s+)[^\s&\"']+", re.IGNORECASE)
REMOVED = r"\1[removed]"
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def scrub(text: str) -> str:
    """Return text without what follows `wstoken=` or `Bearer`."""
    return _SECRETS.sub(REMOVED, text)


class ScrubbingFormatter(logging.Formatter):
    """Formats entries, tracebacks included, and takes tokens out of the whole."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as text."""
        return scrub(super().format(record))


def configure_logging(level: str) -> None:
    """Send the service's own log to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(ScrubbingFormatter(FORMAT))
    logger = logging.getLogger("app")
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False
