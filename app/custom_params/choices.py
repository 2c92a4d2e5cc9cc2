"""The choices of the form, so that no form repeats them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.custom_params.clean import START_PAGES

NO_LIMIT = ("no limit", "制限なし")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: what is stored, and its label in English and Japanese."""

    value: str
    label_en: str
    label_ja: str


def _amount(value: int | str, label: str) -> Choice:
    return Choice(str(value), label, label)


def _memory(size: int, unit: str) -> Choice:
    return _amount(f"{size * (2**20 if unit == 'MiB' else 2**30):,}", f"{size} {unit}")


_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNITS = {"m": ("min", "分"), "h": ("h", "時間"), "d": ("days", "日"), "w": ("weeks", "週間")}
_TIMES = ("30m", "60m", "90m", "120m", "3h", "5h", "8h", "12h", "24h", "2d", "4d", "1w", "2w", "4w")


def _time(text: str) -> Choice:
    count, unit = int(text[:-1]), text[-1]
    english, japanese = _UNITS[unit]
    english = english.removesuffix("s") if count == 1 else english
    return Choice(str(count * _SECONDS[unit]), f"{count} {english}", f"{count} {japanese}")


CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "cpulimit": (
        *(_amount(text, text) for text in ("0.1", "0.2", "0.3", "0.5", *map(str, range(1, 11)))),
        Choice("0.0", *NO_LIMIT),
    ),
    "memlimit": (
        *(_memory(size, "MiB") for size in (300, 500, 800)),
        *(_memory(size, "GiB") for size in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16)),
        Choice("0", *NO_LIMIT),
    ),
    "actlimit": (*map(_time, _TIMES), Choice("0", *NO_LIMIT)),
    "defurl": tuple(
        Choice(page, label, label) for page, label in zip(START_PAGES, ("JupyterLab", "Notebook"), strict=True)
    ),
}
