"""The functions by which proxies bring in notebook records."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from app.auth.caller import Caller
from app.fields import EachOf, StrictSchema, Text
from app.nblogs.record import FIELDS
from app.nblogs.recorder import Recorder, Source
from app.nblogs.store import WIDTHS
from app.registry import PREFIX, Call, ExternalFunction

SCOPE = "nblogs:write"

_MEANINGS = {
    "host": "what was seen: ltictr (a browser session; also any other value), client (a cell was sent to the "
    "kernel), server (the kernel answered)",
    "inst_id": "id of the mod_lticontainer instance, in decimal",
    "lti_id": "id of the LTI activity, in decimal",
    "session": "Jupyter session id",
    "message": "msg_id of the execute_request",
    "status": "status of the execute_reply: ok, error, aborted",
    "username": "user name that the kernel reports",
    "cell_id": "notebook cell id",
    "tags": 'cell tags, a JSON array as text, such as ["filename:Task1.ipynb", "codenum:3"]',
    "date": "ISO 8601 time with Z or an offset",
}


def _field(name: str) -> Text:
    limit = WIDTHS.get(name)
    metadata = {"description": _MEANINGS[name]} | ({"maxLength": limit} if limit else {})
    return Text(load_default="", metadata=metadata)


RecordSchema = StrictSchema.from_dict({name: _field(name) for name in FIELDS}, name="Record")


class Nothing(StrictSchema):
    """An empty result."""


def every_record(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Let records through: whether the token covers each one is decided beside its session, in the store."""
    return True


def functions(recorder: Recorder, max_records: int) -> tuple[ExternalFunction, ...]:
    """Return the functions of this subject."""

    def declare(name: str, parameter: str, single: bool, summary: str, description: str) -> ExternalFunction:
        field = EachOf(RecordSchema, limit=max_records, single=single, required=True)

        def write(call: Call, replayed: bool = False) -> Mapping[str, Any]:
            source = Source(call.protocol, call.function.name, parameter, replayed)
            recorder.record(call.caller, call.arguments[parameter], source)
            return {}

        return ExternalFunction(
            name=name,
            summary=summary,
            description=description,
            scope=SCOPE,
            params=StrictSchema.from_dict({parameter: field}, name=f"{name}_parameters")(),
            positional=(parameter,),
            result=Nothing(),
            handler=write,
            covers=every_record,
            writes=True,
            keep=recorder.keep_request,
            replay=partial(write, replayed=True),
            unescaped=FIELDS if single else (),
            rechecks=True,
            example={parameter: [EXAMPLE]},
        )

    text = "One record or a list of records. {}"
    return (
        declare(
            f"{PREFIX}write_nblogs",
            "nb_logs",
            False,
            "Store notebook records.",
            "Every record of the list is stored, in order. A record that can't be stored is kept among the "
            "rejected ones and does not lose its neighbours. Sending a record again changes nothing.",
        ),
        declare(
            f"{PREFIX}write_nbdata",
            "nb_data",
            True,
            "Store notebook records, as feserver and early proxies send them.",
            text.format("Otherwise as mod_lticontainer_write_nblogs."),
        ),
        declare(
            "mod_mdlds_write_nbdata",
            "nb_data",
            True,
            "The name that mod_lticontainer_write_nbdata had in older set-ups.",
            text.format("Otherwise as mod_lticontainer_write_nblogs."),
        ),
    )


EXAMPLE: Mapping[str, str] = {
    "host": "client",
    "session": "c6c26813-66e6-4eeb-8b26-9ced5c9bed1c",
    "message": "2945274d-e84f-45b2-8d46-7fbf08992055",
    "cell_id": "c1",
    "tags": '["filename:Task1.ipynb", "codenum:1"]',
    "date": "2026-11-23T10:00:00.123Z",
}
