"""The `tags` of a cell: a JSON array as text, of which two kinds of entries say where the cell belongs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

# Only for text that is no JSON: hand-made tags, or a client that cuts them.
_ENTRY = re.compile(r'"\s*(filename|codenum)\s*:([^"]*)"')


@dataclass(frozen=True, slots=True)
class CellTags:
    """What the tags say; the empty string where they don't."""

    filename: str = ""
    codenum: str = ""


def parse_tags(text: str) -> CellTags:
    """Read every `"filename:VALUE"` and `"codenum:VALUE"`; the last of each counts.

    White space after the colon is dropped. Values may hold spaces, dots and any script.
    """
    found: dict[str, str] = {}
    for entry in _entries(text):
        name, colon, value = entry.partition(":")
        if colon and name.strip() in ("filename", "codenum"):
            found[name.strip()] = value.strip()
    return CellTags(**found)


def _entries(text: str) -> list[str]:
    if not text:
        return []
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return [f"{name}:{value}" for name, value in _ENTRY.findall(text)]
    return [entry for entry in entries if isinstance(entry, str)] if isinstance(entries, list) else []
