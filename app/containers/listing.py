"""Images as teachers see them: `name : tag`, the site's own first, filtered by plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.containers.answers import SHORT, Image

DEFAULT = "default"
"""Stands for the site's own image."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the list; the default has no image behind it."""

    name: str
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A filter: plain words that must be in a name, and words that must not."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Words:
        """Read words separated by commas or white space; `*` matches all, `-` in front means without."""
        words = [word for word in re.split(r"[,\s]+", text) if word.strip("*")]
        unwanted = tuple(word[1:] for word in words if word.startswith("-") and word != "-")
        return cls(tuple(word for word in words if not word.startswith("-")), unwanted)

    def match(self, name: str) -> bool:
        """Say whether a name is shown."""
        return all(word in name for word in self.wanted) and not any(word in name for word in self.unwanted)


def list_images(images: Iterable[Image], words: Words) -> list[Shown]:
    """Return the lines: the default, then images by name, each tag a line; those without one by short id."""
    named = [Shown(name, image) for image in images for name in _names(image)]
    return [Shown(DEFAULT), *sorted((s for s in named if _matches(s, words)), key=lambda shown: shown.name)]


def _matches(shown: Shown, words: Words) -> bool:
    # `a:b` and `a : b` are one name to whoever types a filter.
    return words.match(shown.name) or words.match(shown.name.replace(" : ", ":"))


def _names(image: Image) -> tuple[str, ...]:
    return tuple(_spaced(tag) for tag in image.tags) or (image.id[:SHORT],)


def _spaced(tag: str) -> str:
    name, colon, version = tag.rpartition(":")
    return f"{name} : {version}" if colon else tag
