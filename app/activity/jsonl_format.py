"""JSON Lines: one object a line, UTF-8; no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from app.activity.execution import NAMES, Values

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def write_jsonl(pages: Iterable[Sequence[Values]]) -> Iterator[bytes]:
    """Yield the file, a page at a time; what is unknown is null."""
    for page in pages:
        lines = [_encode(dict(zip(NAMES, values, strict=True))) for values in page]
        yield ("\n".join(lines) + "\n").encode()
