"""Names inside an archive that are safe to unpack anywhere: plain rules, without I/O.

What students hand in is unpacked on teachers' machines, of any system. So a name never leads out of the
archive's own folder, holds nothing that steers a terminal or that Windows takes for a path, and is
UTF-8. A name that has to be changed gets a mark of its own, so that two of them never meet.
"""

from __future__ import annotations

import hashlib
import re

LEGACY_ENCODINGS = ("cp932", "euc_jp")
"""What names of files from Japanese systems are in, where they are no UTF-8."""
_UNSAFE = re.compile(
    '[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff\\\\:*?"<>|]'
)
_ENDING = re.compile("[. ]+$")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def safe_path(name: str) -> tuple[str, ...] | None:
    """Return the parts of a safe path; None where a part is `..`.

    :param name: as tarfile gives it, bytes that are no UTF-8 as surrogates. Absolute paths become relative.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if ".." in parts else tuple(safe_part(part) for part in parts)


def safe_part(part: str) -> str:
    """Return a safe name of one file or folder; one that is safe already stays as it is."""
    text = _decoded(part)
    clean = _ENDING.sub("_", _UNSAFE.sub("_", text))
    if _RESERVED.fullmatch(clean):
        clean = f"_{clean}"
    if clean == text:
        return text
    mark = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    stem, dot, ending = clean.partition(".")
    return f"{stem}~{mark}{dot}{ending}"


def safe_link(folder: tuple[str, ...], target: str) -> str | None:
    """Return the safe target of a symbolic link; None where it could lead out of the archive.

    :param folder: the safe path of the folder that holds the link.
    """
    parts = [part for part in target.split("/") if part not in ("", ".")]
    up = next((i for i, part in enumerate(parts) if part != ".."), len(parts))
    # A `..` further on would count from where another link leads to, which no text can tell.
    if target.startswith("/") or not parts or up > len(folder) or ".." in parts[up:]:
        return None
    return "/".join([*parts[:up], *(safe_part(part) for part in parts[up:])])


def _decoded(part: str) -> str:
    if not any("\udc80" <= letter <= "\udcff" for letter in part):
        return part
    raw = part.encode("utf-8", "surrogateescape")
    for encoding in LEGACY_ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("ascii", "backslashreplace")
