"""What is counted of executions: by which slots of time they are found, and by which units counted; no I/O.

Source of `OK_STATUSES`: the plugin, which counts an answer that came before its question as OK, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OK_STATUSES = ("ok", "ok/nc")
ABORTED_STATUSES = ("aborted", "aborted/nc", "abort", "abort/nc")
SLOT_US = 1_200_000_000
"""Twenty minutes: executions are found by the slot of their answer."""
UNIT_US = 18 * SLOT_US
"""Six hours: executions are counted by the unit of their answer."""
KEYS = ("course", "unit_us", "username", "codenum", "filename", "lti_id", "inst_id")

Key = tuple[int, int, str, str, str, int, int]
Row = Mapping[str, Any]


def key_of(execution: Row) -> Key | None:
    """Return where an execution is counted, in the order of KEYS; None where it is not."""
    e = execution
    if not e["course"] or e["asked_us"] is None or e["answered_us"] is None:
        return None
    rest = abs(e["answered_us"]) % UNIT_US  # SQL's remainder has the sign of the dividend
    unit = e["answered_us"] - (rest if e["answered_us"] >= 0 else -rest)
    return (e["course"], unit, e["username"], e["codenum"], e["filename"], e["lti_id"], e["inst_id"])


class CountChanges:
    """What a transaction adds to the counts, and takes from them."""

    def __init__(self) -> None:
        self._found: dict[Key, list[int]] = {}

    def move(self, old: Row | None, new: Row) -> None:
        """Count an execution as `new` that was counted as `old`."""
        if old is not None:
            self._add(old, -1)
        self._add(new, 1)

    def remove(self, old: Row) -> None:
        """Count an execution no longer."""
        self._add(old, -1)

    def _add(self, execution: Row, number: int) -> None:
        key = key_of(execution)
        if key is not None:
            self._found.setdefault(key, [0, 0])[execution["status"] not in OK_STATUSES] += number

    def rows(self) -> list[dict[str, Any]]:
        """Return what changes, in the order of the keys, so that writers don't wait in a circle."""
        return [
            {**dict(zip(KEYS, key, strict=True)), "ok": ok, "error": error}
            for key, (ok, error) in sorted(self._found.items())
            if ok or error
        ]
