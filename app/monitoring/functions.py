"""The function that proves that no record is lost: what came in is stored, was there, or is kept aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.fields import Integer, StrictSchema, Text
from app.registry import PREFIX, Call, ExternalFunction, every_course

MEANINGS = {
    "received": "records that callers with a valid token sent",
    "stored": "records that were stored and committed",
    "duplicate": "records that were there already",
    "withheld": "records that were not stored, because their course wants none to be",
    "rejected": "records that could not be stored and are kept aside, or were refused",
}


class RecordCountsSchema(StrictSchema):
    """Result of get_record_counts. Counts are decimal text: they may pass XML-RPC's integers."""

    received = Text(required=True, metadata={"description": MEANINGS["received"]})
    stored = Text(required=True, metadata={"description": MEANINGS["stored"]})
    duplicate = Text(required=True, metadata={"description": MEANINGS["duplicate"]})
    withheld = Text(required=True, metadata={"description": MEANINGS["withheld"]})
    rejected = Text(required=True, metadata={"description": MEANINGS["rejected"]})
    waiting = Integer(required=True, metadata={"description": "cell runs of which one part is not there yet"})


def functions(
    count_records: Callable[[], Mapping[str, int]], count_waiting: Callable[[], int]
) -> tuple[ExternalFunction, ...]:
    """Return the functions of this subject.

    :param count_records: tells the counts of :data:`MEANINGS` since this machine's service started.
    """

    def get_record_counts(_call: Call) -> Mapping[str, Any]:
        counts = count_records()
        return {name: str(counts[name]) for name in MEANINGS} | {"waiting": count_waiting()}

    return (
        ExternalFunction(
            name=f"{PREFIX}get_record_counts",
            summary="Tell how many records came in, and what became of them.",
            description="Counts are those of the whole site since the service started on the machine that "
            "answers: received is all the others but `waiting` together, and the records under way.",
            scope="activity:read",
            params=StrictSchema(),
            positional=(),
            result=RecordCountsSchema(),
            handler=get_record_counts,
            covers=every_course,
        ),
    )
