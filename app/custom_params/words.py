"""How single values are cleaned: names of users and volumes, links, images.

Each function returns what is stored, and the codes of what was changed or is wrong.
"""

from __future__ import annotations

import re
import unicodedata

Cleaned = tuple[str, list[str]]

INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Marks of direction, zero-width characters, soft hyphens."""
_USERS = re.compile(r"(?:[a-z0-9.@_-]+|\*)(?:, *(?:[a-z0-9.@_-]+|\*))*")
_NOT_USER = re.compile(r"[^a-z0-9.@_*-]")
_VOLUME = re.compile("[a-z0-9]+")
_NOT_VOLUME = re.compile("[^a-z0-9]")
_PLAIN_LINK = re.compile(r"-?[A-Za-z0-9_-]+")
_NOT_LINK = re.compile(r"""["'`$;&|<>\\*?:(){}\[\]!~^%/\x00-\x1f\x7f]""")
"""What the spawner, the plugin or the container's start script drops."""
_OUTSIDE = ("..", "-..")
_IMAGE = re.compile(
    r"[a-z0-9][a-z0-9.-]*(?::[0-9]{1,5}(?=/))?(?:[._/-]+[a-z0-9]+)*"
    r"(?: ?: ?[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?",
)
IMAGE_LIMIT = 512


def is_volume_name(name: str) -> bool:
    """Say whether a name is one for a new volume."""
    return _VOLUME.fullmatch(name) is not None


def narrow(text: str) -> Cleaned:
    """Take out what can't be seen, white space around, and full-width forms."""
    codes = []
    seen = INVISIBLE.sub("", text)
    if seen != text:
        codes.append("invisible_removed")
    half = unicodedata.normalize("NFKC", seen).replace("、", ",") if not seen.isascii() else seen
    if half != seen:
        codes.append("full_width")
    bare = half.strip()
    if bare != half:
        codes.append("spaces_removed")
    return bare, codes


def clean_users(text: str) -> Cleaned:
    """Return user names separated by commas: what Moodle accepts in a user name, and `*`.

    Spaces after a comma stay. Names with only a space between them are the error names_without_comma.
    """
    if not text or _USERS.fullmatch(text):
        return text, []
    value, codes = narrow(text)
    lowered = value.lower()
    if lowered != value:
        codes.append("lowered")
    names: list[str] = []
    for part in lowered.split(","):
        name = part.strip()
        if len(name.split()) > 1:
            return text, ["names_without_comma"]
        kept = _NOT_USER.sub("", name)
        if kept != name:
            codes.append("characters_removed")
        if not kept:
            codes.append("empty_name")
            continue
        indent = " " * (len(part) - len(part.lstrip())) if names else ""
        if indent + name != part:
            codes.append("spaces_removed")
        names.append(indent + kept)
    return ",".join(names), list(dict.fromkeys(codes))


def clean_volume_name(name: str) -> str:
    """Return the name of a new volume: lower-case letters and digits; empty where none is left."""
    return _NOT_VOLUME.sub("", unicodedata.normalize("NFKC", name).lower())


def clean_link(text: str) -> Cleaned:
    """Return the link of a volume as the container gets it; `.` is the home folder itself."""
    if _PLAIN_LINK.fullmatch(text):
        return text, []
    codes = []
    seen = INVISIBLE.sub("", text)
    if seen != text:
        codes.append("invisible_removed")
    bare = "".join(seen.split())
    if bare != seen:
        codes.append("spaces_removed")
    kept = _NOT_LINK.sub("", bare)
    if kept != bare:
        codes.append("characters_removed")
    return (text, ["link_outside"]) if kept in _OUTSIDE else (kept, codes)


def clean_image(text: str) -> Cleaned:
    """Return `name:tag` or `name : tag`; empty for `default`. Only a tag may hold upper case."""
    value, codes = narrow(text)
    if value.lower() == "default":
        return "", ["image_default"]
    if not value or (len(value) <= IMAGE_LIMIT and _IMAGE.fullmatch(value)):
        return value, codes
    name, colon, tag = value.rpartition(":")
    lowered = name.lower() + colon + tag if name and "/" not in tag else value.lower()
    if len(value) > IMAGE_LIMIT or not _IMAGE.fullmatch(lowered):
        return text, ["image_name"]
    return lowered, [*codes, "lowered"]
