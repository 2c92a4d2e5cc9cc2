"""Long lists in pieces that one statement can take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield items, so many at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
