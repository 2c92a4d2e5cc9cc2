"""The page's files: read once, named by a digest of all of them, so that browsers keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, plain and compressed."""

    kind: str
    body: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by their path below the folder."""

    digest: str
    files: dict[str, Asset]

    def modules(self) -> list[str]:
        """Return the page's own modules, which the browser may fetch at once."""
        return sorted(name for name in self.files if name.endswith(".js") and "/" not in name)


def read_assets(folder: Path = FOLDER) -> Assets:
    """Read all files of a folder whose kind the page knows."""
    files: dict[str, Asset] = {}
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in KINDS):
        name, body = path.relative_to(folder).as_posix(), path.read_bytes()
        whole.update(name.encode() + b"\0" + body)
        files[name] = Asset(KINDS[path.suffix], body, gzip.compress(body, 6, mtime=0))
    return Assets(whole.hexdigest()[:16], files)
