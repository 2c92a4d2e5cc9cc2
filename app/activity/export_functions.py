"""Executions as researchers take them away: a page by call, all as a file, or as xAPI statements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode, urlsplit

from marshmallow import fields

from app.activity.csv_format import write_csv
from app.activity.execution import FIELDS, Selection, Values
from app.activity.executions_store import ExecutionStore
from app.activity.identity import Identities
from app.activity.jsonl_format import write_jsonl
from app.activity.parquet_format import load_pyarrow, write_parquet
from app.activity.presenting import Presenter
from app.activity.pseudonyms import Pseudonyms
from app.activity.selecting import SELECTING, SelectionSchema, read_cursor, read_selection, read_zone, write_cursor
from app.activity.xapi import VERSION, Statements, take
from app.auth.caller import Caller
from app.downloads import Content, Download, DownloadCall, Places
from app.fields import Flag, Integer, StrictSchema, Text
from app.registry import PREFIX, Call, ExternalFunction

SCOPE = "activity:read"
PAGE_DEFAULT, PAGE_LIMIT = 100, 1_000
STATEMENTS_DEFAULT, STATEMENTS_LIMIT = 10_000, 10_000_000
EXAMPLE: Mapping[str, Any] = {"course_id": 2, "start": "2026-11-23T00:00:00+09:00", "zone": "Asia/Tokyo"}

_PSEUDONYMOUS = Flag(
    load_default=False,
    metadata={"description": "true: users, sessions and messages are pseudonyms of this course"},
)
_CURSOR = Text(limit=64, load_default="", metadata={"description": "where to go on, from the answer before"})


class FileSchema(SelectionSchema):
    """Parameters of a file."""

    pseudonymous = _PSEUDONYMOUS


class CsvSchema(FileSchema):
    """Parameters of executions.csv."""

    bom = Flag(load_default=False, metadata={"description": "true: begin with a byte order mark, for Excel"})


class StatementsSchema(FileSchema):
    """Parameters of xapi/statements."""

    limit = Integer(
        minimum=1,
        maximum=STATEMENTS_LIMIT,
        load_default=STATEMENTS_DEFAULT,
        metadata={"description": "the most statements in one answer"},
    )
    cursor = _CURSOR


class StatementResultSchema(StrictSchema):
    """What xapi/statements answers, as the xAPI names it."""

    statements = fields.List(fields.Dict(), required=True)
    more = fields.String(required=True, metadata={"description": "path and query of the rest; empty at the end"})


class GetExecutionsSchema(FileSchema):
    """Parameters of get_executions."""

    limit = Integer(
        minimum=1,
        maximum=PAGE_LIMIT,
        load_default=PAGE_DEFAULT,
        metadata={"description": "the most executions in one answer"},
    )
    cursor = _CURSOR


def _column(name: str, kind: str, meaning: str) -> fields.Field[Any]:
    make = Integer if name == "course_id" else Text
    return make(required=True, metadata={"description": meaning + (" (seconds)" if kind == "seconds" else "")})


ExecutionSchema = StrictSchema.from_dict(
    {field.name: _column(field.name, field.kind, field.meaning) for field in FIELDS}, name="Execution"
)


class ExecutionsSchema(StrictSchema):
    """Result of get_executions."""

    executions = fields.List(fields.Nested(ExecutionSchema), required=True)
    next_cursor = Text(required=True, metadata={"description": "the cursor of the next page; empty at the end"})


@dataclass(frozen=True, slots=True)
class ExportSite:
    """What exports need to know of the site; `key_of` returns what gives the key of a course's pseudonyms."""

    moodle_url: str
    public_url: str
    key_of: Callable[[int], Callable[[], bytes]]
    zone: tzinfo


class Exporter:
    """Answers the functions and downloads of this module."""

    def __init__(self, store: ExecutionStore, site: ExportSite) -> None:
        self._store = store
        self._site = site
        self._identities = Identities(site.moodle_url)

    def presenter(self, arguments: Mapping[str, Any]) -> Presenter:
        """Return how a caller wants executions to be shown; raises PseudonymsLost."""
        hidden = Pseudonyms(self._site.key_of(arguments["course_id"])) if arguments["pseudonymous"] else None
        return Presenter(self._identities, self._zone(arguments), hidden)

    def _zone(self, arguments: Mapping[str, Any]) -> tzinfo:
        return read_zone(arguments, self._site.zone)

    def page(self, call: Call) -> Mapping[str, Any]:
        """Return one page of executions."""
        arguments = call.arguments
        selection, limit = read_selection(arguments, self._zone(arguments)), arguments["limit"]
        presenter = self.presenter(arguments)
        found = self._store.page(selection, read_cursor(selection, arguments["cursor"]), limit + 1)
        more = len(found) > limit
        return {
            "executions": [as_struct(presenter.texts(execution)) for execution in found[:limit]],
            "next_cursor": write_cursor(selection, found[limit - 1].row_id) if more else "",
        }

    def csv(self, call: DownloadCall) -> Content:
        """Return executions as CSV."""
        rows = self._rows(call, as_text=True)
        return Content(
            "text/csv; charset=utf-8", self._name(call, "csv"), write_csv(rows, bom=call.arguments["bom"])
        )

    def jsonl(self, call: DownloadCall) -> Content:
        """Return executions as JSON Lines."""
        return Content("application/jsonl", self._name(call, "jsonl"), write_jsonl(self._rows(call, as_text=True)))

    def parquet(self, call: DownloadCall) -> Content:
        """Return executions as Parquet."""
        load_pyarrow()
        rows = write_parquet(self._rows(call, as_text=False), self._zone(call.arguments))
        return Content("application/vnd.apache.parquet", self._name(call, "parquet"), rows)

    def statements(self, call: DownloadCall) -> Content:
        """Return executions as xAPI statements."""
        arguments = call.arguments
        selection = read_selection(arguments, self._zone(arguments))
        pages = self._store.pages(selection, read_cursor(selection, arguments["cursor"]))
        statements = Statements(self._site.moodle_url, self.presenter(arguments))

        def more(after: int) -> str:
            return _more(self._site, call, write_cursor(selection, after))

        def chunks() -> Iterator[bytes]:
            yield b'{"statements":['
            comma, rest = b"", ""
            for found, after in take(pages, arguments["limit"]):
                if found:
                    yield comma + ",".join([_encode(statements.of(execution)) for execution in found]).encode()
                    comma = b","
                rest = more(after) if after else ""
            yield b'],"more":' + json.dumps(rest).encode() + b"}\n"

        return Content(
            "application/json", self._name(call, "json"), chunks(), {"X-Experience-API-Version": VERSION}
        )

    def _rows(self, call: DownloadCall, *, as_text: bool) -> Iterator[list[Values]]:
        selection, presenter = (
            read_selection(call.arguments, self._zone(call.arguments)),
            self.presenter(call.arguments),
        )
        show = presenter.texts if as_text else presenter.values
        return _shown(self._store, selection, show)

    @staticmethod
    def _name(call: DownloadCall, ending: str) -> str:
        kind = "-pseudonymous" if call.arguments["pseudonymous"] else ""
        return f"executions-course-{call.arguments['course_id']}{kind}.{ending}"


def _more(site: ExportSite, call: DownloadCall, cursor: str) -> str:
    """Return path and query of the rest, as the xAPI wants it: without scheme and host."""
    given = dict(call.arguments) | {"cursor": cursor}
    query = {name: str(v).lower() if isinstance(v, bool) else v for name, v in given.items() if v not in ("", [])}
    return f"{urlsplit(site.public_url).path}/api/v1/{call.download.path}?{urlencode(query, doseq=True)}"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def _shown(store: ExecutionStore, selection: Selection, show: Any) -> Iterator[list[Values]]:
    for page in store.pages(selection):
        yield [show(execution) for execution in page]


def as_struct(values: Sequence[Any]) -> dict[str, Any]:
    """Return an execution as all protocols can carry it: texts, but for the course."""
    named = zip(FIELDS, values, strict=True)
    return {
        field.name: value if field.name == "course_id" else "" if value is None else str(value)
        for field, value in named
    }


def of_its_course(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Cover what belongs to the course that is named."""
    return caller.covers_course(arguments["course_id"])


def functions(exporter: Exporter) -> tuple[ExternalFunction, ...]:
    """Return the functions of this module."""
    return (
        ExternalFunction(
            name=f"{PREFIX}get_executions",
            summary="Return the cell runs of a course, page by page.",
            description="In the order in which their first record came. A run keeps its place when its answer "
            "comes; each page shows runs as they are when it is asked for. All members but course_id are text, "
            "also ids, which may be longer than XML-RPC's integers.",
            scope=SCOPE,
            params=GetExecutionsSchema(),
            positional=(*SELECTING, "pseudonymous", "limit", "cursor"),
            result=ExecutionsSchema(),
            handler=exporter.page,
            covers=of_its_course,
            example={"course_id": 2},
        ),
    )


def downloads(exporter: Exporter, places: Places) -> tuple[Download, ...]:
    """Return the downloads of this module; `places` limits how many of them may be under way."""
    text = "One row for each cell run of a course. The data dictionary names the columns."

    def declare(path: str, summary: str, make: Callable[[DownloadCall], Content], **values: Any) -> Download:
        def handle(call: DownloadCall) -> Content:
            content = make(call)
            return replace(content, chunks=places.hold(content.chunks))

        given: dict[str, Any] = {"params": FileSchema(), "description": text, "example": EXAMPLE} | values
        return Download(path=path, summary=summary, scope=SCOPE, covers=of_its_course, handler=handle, **given)

    return (
        declare(
            "executions.csv",
            "Cell runs as CSV.",
            exporter.csv,
            params=CsvSchema(),
            content_type="text/csv",
            description=f"{text} An apostrophe is put in front of texts that a spreadsheet would run.",
        ),
        declare(
            "executions.jsonl",
            "Cell runs as JSON Lines.",
            exporter.jsonl,
            content_type="application/jsonl",
        ),
        declare(
            "executions.parquet",
            "Cell runs as Apache Parquet.",
            exporter.parquet,
            content_type="application/vnd.apache.parquet",
        ),
        declare(
            "xapi/statements",
            "Cell runs as xAPI statements.",
            exporter.statements,
            params=StatementsSchema(),
            content_type="application/json",
            result=StatementResultSchema(),
            description="Statements of xAPI 1.0.3 of the runs that were asked and answered. Ids stay the same, so "
            "a record store takes each once.",
        ),
    )
