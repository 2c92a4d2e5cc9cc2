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
        """Say whether a name is shown; `a:b` and `a : b` are one name to whoever types a filter."""
        forms = name, name.replace(" : ", ":")
        if any(word in form for word in self.unwanted for form in forms):
            return False
        return all(any(word in form for form in forms) for word in self.wanted)


def list_images(images: Iterable[Image], words: Words) -> list[Shown]:
    """Return the lines: the default, then images by name, each tag a line; those without one by short id."""
    named = [Shown(name, image) for image in images for name in _names(image)]
    return [Shown(DEFAULT), *sorted((s for s in named if words.match(s.name)), key=lambda shown: shown.name)]


def _names(image: Image) -> tuple[str, ...]:
    return tuple(_spaced(tag) for tag in image.tags) or (image.id[:SHORT],)


def _spaced(tag: str) -> str:
    name, colon, version = tag.rpartition(":")
    return f"{name} : {version}" if colon else tag
