"""Slots of time by which executions are found and counted.

Source of `OK_STATUSES`: the plugin, which counts an answer that came before its question as OK, too.
"""

from __future__ import annotations

from app.storage.tables import SLOT_US

OK_STATUSES = ("ok", "ok/nc")
ABORTED_STATUSES = ("aborted", "aborted/nc", "abort", "abort/nc")
__all__ = ["ABORTED_STATUSES", "OK_STATUSES", "SLOT_US"]
