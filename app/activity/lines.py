"""Rows as lines of one text: PyMySQL takes longer to make rows and columns than the server takes to find them."""

from __future__ import annotations

from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, String, cast

from app.storage.driver import SEPARATOR

LINE = "\x1e"
"""Between two lines; between the parts of a line stands SEPARATOR. No text that is stored holds either."""


def joined(*parts: ColumnElement[str]) -> ColumnElement[str]:
    """Select texts as one line."""
    return reduce(lambda left, right: left.concat(SEPARATOR).concat(right), parts)


def as_text(value: ColumnElement[Any]) -> ColumnElement[str]:
    """Select a value as text."""
    return cast(value, String)
