"""Cell runs as statements of the Experience API 1.0.3, for a learning record store; no I/O.

Source: https://github.com/adlnet/xAPI-Spec, version 1.0.3, part two. A store never changes a statement, so a run
is told once it is complete: asked and answered. Its id stays the same, so a store takes it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from app.activity.execution import MICROSECOND, Execution, result_of
from app.activity.presenting import Presenter, moment

VERSION = "1.0.3"
VERB = {"id": "http://adlnet.gov/expapi/verbs/attempted", "display": {"en-US": "attempted", "ja-JP": "試みた"}}
CELL = "http://adlnet.gov/expapi/activities/interaction"
MODULE = "http://adlnet.gov/expapi/activities/module"
COURSE = "http://adlnet.gov/expapi/activities/course"
NO_USER = ".anyone"
_NAMELESS = ("", "username")
_REMEMBERED = 10_000


def is_complete(execution: Execution) -> bool:
    """Say whether both parts of a run have come."""
    return execution.asked_us is not None and execution.answered_us is not None


class Statements:
    """Makes statements of one Moodle site; `moodle_url` is its address without a slash at the end."""

    def __init__(self, moodle_url: str, presenter: Presenter) -> None:
        self._url = moodle_url
        self._presenter = presenter
        self._object = lru_cache(maxsize=_REMEMBERED)(self._make_object)
        self._context = lru_cache(maxsize=_REMEMBERED)(self._make_context)

    def of(self, execution: Execution) -> dict[str, Any]:
        """Return the statement of a complete run."""
        e = self._presenter.hide(execution)
        name = NO_USER if e.username in _NAMELESS else e.username
        return {
            "id": self._presenter.identities.of(e.session, e.message),
            "actor": {"objectType": "Agent", "account": {"homePage": self._url, "name": name}},
            "verb": VERB,
            "object": self._object(e.course_id, e.lti_id, e.filename, e.codenum, e.cell_id),
            "result": self._result(e),
            "context": self._context(e.session, e.course_id, e.lti_id),
            "timestamp": moment(e.answered_us or 0, UTC).isoformat(timespec="milliseconds"),
            "version": VERSION,
        }

    def _result(self, e: Execution) -> dict[str, Any]:
        result = result_of(e)
        found: dict[str, Any] = {"completion": result != "aborted"}
        if result != "aborted":  # it was not tried, so it neither succeeded nor failed
            found["success"] = result == "ok"
        if e.duration_us is not None:
            found["duration"] = duration(e.duration_us)
        return found | {"extensions": {f"{self._url}/mod/lticontainer/xapi/status": e.status}}

    def _make_object(self, course: int, lti: int, filename: str, codenum: str, cell_id: str) -> dict[str, Any]:
        cell = codenum or cell_id
        path = "/".join(quote(part or "-", safe="") for part in (str(course), str(lti), filename, cell))
        name = ", ".join(part for part in (filename, f"cell {cell}" if cell else "") if part) or "a cell"
        return {
            "objectType": "Activity",
            "id": f"{self._url}/mod/lticontainer/xapi/cells/{path}",
            "definition": {"type": CELL, "name": {"en-US": name}},
        }

    def _make_context(self, session: str, course: int, lti: int) -> dict[str, Any]:
        activities = {"grouping": [self._activity(f"course/view.php?id={course}", COURSE)]}
        if lti:
            activities["parent"] = [self._activity(f"mod/lti/view.php?l={lti}", MODULE)]
        return {
            "registration": self._presenter.identities.registration(session),
            "platform": "Jupyter",
            "contextActivities": activities,
        }

    def _activity(self, path: str, kind: str) -> dict[str, Any]:
        return {"objectType": "Activity", "id": f"{self._url}/{path}", "definition": {"type": kind}}


def duration(microseconds: int) -> str:
    """Return a length of time as ISO 8601, to the hundredth of a second, as xAPI has it: `PT1.5S`."""
    hundredths = round(microseconds / (MICROSECOND // 100))
    whole, rest = divmod(hundredths, 100)
    return f"PT{whole}.{rest:02d}S" if rest else f"PT{whole}S"


def take(pages: Iterable[Sequence[Execution]], limit: int) -> Iterator[tuple[list[Execution], int]]:
    """Yield the complete runs of each page, at most `limit` in all; with the row to go on after, 0 at the end."""
    for page in pages:
        found = [execution for execution in page if is_complete(execution)]
        if len(found) >= limit:
            kept = found[:limit]
            yield kept, kept[-1].row_id
            return
        limit -= len(found)
        yield found, 0
