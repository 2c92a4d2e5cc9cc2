"""Every string of the page in one catalogue, English and Japanese side by side."""

from __future__ import annotations

import json
from pathlib import Path

from werkzeug.datastructures import LanguageAccept

LANGUAGES = ("en", "ja")
FILE = Path(__file__).parent / "catalogue.json"

Catalogue = dict[str, dict[str, str]]


def read_catalogue() -> Catalogue:
    """Return language -> key -> text."""
    entries: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))
    return {language: {key: entry[language] for key, entry in entries.items()} for language in LANGUAGES}


def choose_language(accepted: LanguageAccept) -> str:
    """Return the language of a browser's Accept-Language that the page has; English where it has none."""
    for tag in accepted.values():  # best first; ja-JP is ja
        if tag.split("-")[0].lower() in LANGUAGES:
            return tag.split("-")[0].lower()
    return LANGUAGES[0]
