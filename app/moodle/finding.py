"""What a look at Moodle's database finds: what is so, and where it is not as it should be, what to do."""

from __future__ import annotations

from dataclasses import dataclass

OK, WARNING, ERROR = "ok", "warning", "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. `remedy` is empty where nothing is to be done."""

    level: str
    check: str
    text: str
    remedy: str = ""
