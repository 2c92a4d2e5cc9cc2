"""The functions by which teachers' pages see what a class is doing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import tzinfo
from typing import Any, Protocol

from marshmallow import Schema

from app.activity import schemas
from app.activity.charts import (
    NAMES,
    Chart,
    Count,
    Frame,
    Name,
    Sizes,
    codecell_bar,
    codecell_line,
    line_users,
    total_pie,
    users_bar,
)
from app.activity.filter import Filter
from app.activity.labels import shown_file, shown_user
from app.activity.period import KINDS, Period, PeriodError, any_period, find_zone, real_period, show_time
from app.activity.progress import CellReport, MatrixTooLarge, Thresholds, progress
from app.activity.store import ActivityStore
from app.auth.caller import Caller
from app.errors import InvalidParameter
from app.registry import PREFIX, Call, ExternalFunction

READ = "activity:read"
MATRIX_MAX = 200_000
Arguments = Mapping[str, Any]

WANTED = ("course_id", "inst_id", "lti_ids")
SIZES = ("chart_bar_usernum", "chart_bar_codenum", "chart_line_usernum", "chart_line_interval")
LENGTHS = ("during_realtime", "during_anytime")
CHART = (
    *("chart", *WANTED, "period", "start", "end", "username", "filename"),
    *(*SIZES, *LENGTHS, "page", "zone", "lang"),
)
DASHBOARD = (*WANTED, "start", "end", "username", "filename", *SIZES, *LENGTHS, "zone", "lang")
FILTERS = (*WANTED, "period", "start", "end", "username", "filename", *LENGTHS, "zone")
PROGRESS = ("course_id", "lti_ids", "filename", "codenums", "roster", "inst_id", "zone")
"""XML-RPC's order of parameters."""


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> int:
        """Return microseconds since 1970 UTC."""


def _now_us() -> int:
    return time.time_ns() // 1000


def functions(
    store: ActivityStore, zone: tzinfo, limits: Thresholds, now_us: Clock = _now_us
) -> tuple[ExternalFunction, ...]:
    """Return the functions about charts and progress; `zone` is that of callers who name none."""
    view = View(store, zone, limits, now_us)
    return (
        _declare(
            "get_chart",
            "Draw one chart.",
            "Shows executions that have both parts. Nothing found is an empty chart, no error.",
            schemas.ChartParams,
            CHART,
            schemas.ChartSchema,
            view.chart,
        ),
        _declare(
            "get_dashboard",
            "Draw the four charts for now, and for a period: the first page of each.",
            "As eight calls of get_chart, in one.",
            schemas.DashboardParams,
            DASHBOARD,
            schemas.DashboardSchema,
            view.dashboard,
        ),
        _declare(
            "get_filters",
            "Tell which users, files and activities occur in a period.",
            "",
            schemas.FiltersParams,
            FILTERS,
            schemas.FiltersSchema,
            view.filters,
        ),
        _declare(
            "get_progress",
            "Show the class as a matrix: each student's tries on each code cell.",
            "Aborted runs are no tries.",
            schemas.ProgressParams,
            PROGRESS,
            schemas.ProgressSchema,
            view.progress,
        ),
    )


def its_course(caller: Caller, arguments: Arguments) -> bool:
    """Cover a function that names one course as `course_id`."""
    return caller.covers_course(arguments["course_id"])


def _declare(
    name: str,
    summary: str,
    description: str,
    params: type[Schema],
    positional: tuple[str, ...],
    result: type[Schema],
    handler: Callable[[Arguments], Arguments],
) -> ExternalFunction:
    def handle(call: Call) -> Arguments:
        try:
            return handler(call.arguments)
        except PeriodError as error:
            raise InvalidParameter(str(error)) from None

    return ExternalFunction(
        name=f"{PREFIX}{name}",
        summary=summary,
        description=description,
        scope=READ,
        params=params(),
        positional=positional,
        result=result(),
        handler=handle,
        covers=its_course,
        example={"chart": "users_bar", "course_id": 2} if "chart" in positional else {"course_id": 2},
    )


class View:
    """What the functions do with their arguments."""

    def __init__(self, store: ActivityStore, zone: tzinfo, limits: Thresholds, now_us: Clock) -> None:
        self._store = store
        self._zone = zone
        self._limits = limits
        self._now_us = now_us

    def chart(self, given: Arguments) -> Arguments:
        """Return one page of one chart."""
        frame = self._frame(given, self._period(given, given["period"] or "any"), given["page"])
        wanted = _filter(given)
        name: Name = given["chart"] or "total_pie"
        chart = self._draw(name, wanted, frame, self._store.counts(wanted, frame.period))
        return {field.name: getattr(chart, field.name) for field in fields(chart)}

    def dashboard(self, given: Arguments) -> Arguments:
        """Return all charts of both periods."""
        wanted, charts = _filter(given), list[Chart]()
        for kind in KINDS:
            frame = self._frame(given, self._period(given, kind))
            counts = self._store.counts(wanted, frame.period)
            charts += [self._draw(name, wanted, frame, counts) for name in NAMES]
        return {"charts": charts, "version": self._store.version(wanted.course_id, self._now_us())}

    def filters(self, given: Arguments) -> Arguments:
        """Return users, files and activities."""
        found = self._store.occurring(_filter(given), self._period(given, given["period"] or "any"))
        return {
            "users": sorted({shown_user(entry.username) for entry in found}),
            "files": sorted({shown_file(entry.filename) for entry in found}),
            "activities": [
                {"lti_id": lti_id, "inst_id": inst_id, "name": name}
                for lti_id, inst_id, name in sorted({(e.lti_id, e.inst_id, e.activity) for e in found if e.lti_id})
            ],
        }

    def progress(self, given: Arguments) -> Arguments:
        """Return the matrix."""
        now = self._now_us()
        wanted = Filter(given["course_id"], given["inst_id"], given["lti_ids"], "", given["filename"])
        roster = {shown_user(name) for name in given["roster"] if name}
        try:
            found = progress(
                self._store.tries(wanted), given["codenums"], roster, self._limits, now, fields_max=MATRIX_MAX
            )
        except MatrixTooLarge as error:
            raise InvalidParameter(
                f"{error}, the limit is {MATRIX_MAX}; name a filename, lti_ids or codenums"
            ) from None
        return {
            "now": show_time(now, self._zone_of(given)),
            "cells": [_cell(report) for report in found.cells],
            "students": found.students,
            "hardest": found.hardest,
        }

    def _draw(self, name: Name, wanted: Filter, frame: Frame, counts: list[Count]) -> Chart:
        match name:
            case "total_pie":
                return total_pie(counts, frame)
            case "users_bar":
                return users_bar(counts, frame)
            case "codecell_bar":
                return codecell_bar(counts, frame)
            case "codecell_line":
                users, pages = line_users(counts, frame)
                runs = self._store.last_runs(wanted, users, frame.period) if users else ()
                return codecell_line(users, pages, runs, frame)

    def _period(self, given: Arguments, kind: str) -> Period:
        now = self._now_us()
        if kind == "real":
            return real_period(now, given["during_realtime"] or 5_400)
        zone = self._zone_of(given)
        return any_period(now, given["during_anytime"] or 604_800, given["start"], given["end"], zone)

    def _zone_of(self, given: Arguments) -> tzinfo:
        return find_zone(given["zone"]) if given["zone"] else self._zone

    def _frame(self, given: Arguments, period: Period, page: int = 1) -> Frame:
        usual = Sizes()
        sizes = Sizes(
            given["chart_bar_usernum"] or usual.bar_users,
            given["chart_bar_codenum"] or usual.bar_codes,
            given["chart_line_usernum"] or usual.line_users,
            given["chart_line_interval"] or usual.line_interval,
        )
        return Frame(period, self._zone_of(given), given["lang"] or "en", sizes, page)


def _filter(given: Arguments) -> Filter:
    return Filter(given["course_id"], given["inst_id"], given["lti_ids"], given["username"], given["filename"])


def _cell(report: CellReport) -> Arguments:
    return {
        "filename": report.cell.filename,
        "codenum": report.cell.code,
        "label": report.cell.label,
        "students": report.students,
        "solved": report.solved,
        "tries": report.tries,
        "errors": report.errors,
        "error_percent": report.error_percent,
        "median_tries": _decimal(report.median_tries),
        "median_seconds": _decimal(report.median_seconds),
    }


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}".removesuffix(".0")
