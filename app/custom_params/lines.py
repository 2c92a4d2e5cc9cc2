"""Text -> lines of (name, value), and what is wrong with the text itself."""

from __future__ import annotations

import re

from app.custom_params.findings import Finding, found

LINES_LIMIT = 10_000
LINE_END = "\r\n"
BYTE_ORDER_MARK = "\ufeff"
_ENDS = re.compile(r"\r\n|\r|\n")
_LONE = re.compile(r"\r(?!\n)")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither a launch nor all protocols can carry."""

Line = tuple[str, str]
"""Name and value; a line that has no name before `=` is ("", whole line)."""


class TooManyLines(ValueError):
    """A text has more lines than are read; the text says how many and the limit."""


def split_text(text: str) -> tuple[list[Line], list[Finding]]:
    """Return the lines of a text that are not blank, and findings.

    :raises TooManyLines: more than LINES_LIMIT lines.
    """
    findings = []
    if BYTE_ORDER_MARK in text:
        text = text.replace(BYTE_ORDER_MARK, "")
        findings.append(found("", "", "", "byte_order_mark"))
    if _LONE.search(text):
        findings.append(found("", "", "", "line_ends"))
    rows = _ENDS.split(text) if text else []
    if len(rows) > LINES_LIMIT:
        raise TooManyLines(f"has {len(rows)} lines, the limit is {LINES_LIMIT}")
    filled = [row for row in rows if row.strip()]
    if len(filled) < len(rows):
        findings.append(found("", "", "", "blank_lines"))
    lines = [split_line(row) for row in filled]
    if CONTROL.search(text):
        for name, value in lines:
            if CONTROL.search(name) or CONTROL.search(value):
                findings.append(found(name, value, value, "control_character"))
    return lines, findings


def split_line(row: str) -> Line:
    """Return name and value of a line; the value is all that follows the first `=`."""
    name, equals, value = row.partition("=")
    return (name, value) if equals and name.strip() else ("", row)


def is_one_line(text: str) -> bool:
    """Say whether a text can stand in a line and be read again as it is."""
    return not (CONTROL.search(text) or "\r" in text or "\n" in text or BYTE_ORDER_MARK in text)


def join_lines(lines: list[Line]) -> str:
    """Return the text of lines, with CR LF between them."""
    return LINE_END.join(f"{name}={value}" if name else value for name, value in lines)
