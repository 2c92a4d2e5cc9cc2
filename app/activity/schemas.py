"""Parameters and results of the functions about charts and progress."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from app.activity.charts import LANGUAGES, NAMES
from app.activity.period import KINDS
from app.activity.progress import STATES
from app.fields import Identifier, Integer, Integers, StrictSchema, Text

LTIS_LIMIT = 1_000
CODES_LIMIT = 1_000
ROSTER_LIMIT = 10_000
SIZE_LIMIT = 1_000
DAY = 86_400
PERIOD_LIMIT = 3_660 * DAY


def choice(names: tuple[str, ...], default: str, what: str) -> Text:
    """Return a field for one of some names; the empty string stands for the default."""
    allowed = validate.OneOf(("", *names), error=f"must be one of {', '.join(names)}")
    return Text(load_default="", validate=allowed, metadata={"description": f"{what}; default {default}"})


def amount(default: int, maximum: int, what: str) -> Integer:
    """Return a field for a number from 1; 0 stands for the default."""
    return Integer(
        minimum=0, maximum=maximum, load_default=0, metadata={"description": f"{what}; 0: the default, {default}"}
    )


def wanted_fields(limit: int = 255) -> Mapping[str, Any]:
    """Return the fields that say which executions are meant."""
    return {
        "course_id": Identifier(required=True, metadata={"description": "id of the course"}),
        "inst_id": Integer(
            minimum=0, load_default=0, metadata={"description": "id of the mod_lticontainer instance; 0: all"}
        ),
        "lti_ids": fields.List(
            Identifier(),
            load_default=[],
            validate=validate.Length(max=LTIS_LIMIT, error="must have at most {max} elements"),
            metadata={"description": "ids of LTI activities; none: all"},
        ),
        "username": Text(limit=limit, load_default="", metadata={"description": "as shown; empty: all users"}),
        "filename": Text(limit=limit, load_default="", metadata={"description": "as shown; empty: all files"}),
    }


def span_fields() -> Mapping[str, Any]:
    """Return the fields that say which time is meant."""
    when = "ISO 8601; without an offset in the zone; for the period any"
    return {
        "start": Text(limit=40, load_default="", metadata={"description": f"start of the period, {when}"}),
        "end": Text(limit=40, load_default="", metadata={"description": f"end of the period, {when}"}),
        "zone": Text(
            limit=64, load_default="", metadata={"description": "time zone of labels; empty: the service's own"}
        ),
    }


def size_fields() -> Mapping[str, Any]:
    """Return the fields of the plugin's settings of an instance."""
    return {
        "during_realtime": amount(5_400, PERIOD_LIMIT, "seconds of the period real"),
        "during_anytime": amount(604_800, PERIOD_LIMIT, "seconds of the period any, where start or end is empty"),
        "chart_bar_usernum": amount(15, SIZE_LIMIT, "users on a page of users_bar"),
        "chart_bar_codenum": amount(15, SIZE_LIMIT, "code numbers on a page of codecell_bar"),
        "chart_line_usernum": amount(10, 100, "users on a page of codecell_line"),
        "chart_line_interval": amount(1_800, DAY, "seconds that a line of codecell_line goes on after a run"),
    }


LANG = {"lang": choice(LANGUAGES, "en", "language of titles")}
PERIOD = {"period": choice(KINDS, "any", "period")}

ChartParams = StrictSchema.from_dict(
    {
        "chart": choice(NAMES, "total_pie", "name of the chart"),
        **wanted_fields(),
        **PERIOD,
        **span_fields(),
        **size_fields(),
        "page": Integer(minimum=1, maximum=100_000, load_default=1, metadata={"description": "from 1"}),
        **LANG,
    },
    name="ChartParams",
)
DashboardParams = StrictSchema.from_dict(
    {**wanted_fields(), **span_fields(), **size_fields(), **LANG}, name="DashboardParams"
)
FiltersParams = StrictSchema.from_dict(
    {**wanted_fields(), **PERIOD, **span_fields(), "during_realtime": size_fields()["during_realtime"],
     "during_anytime": size_fields()["during_anytime"]},
    name="FiltersParams",
)  # fmt: skip
_WANTED = wanted_fields()
ProgressParams = StrictSchema.from_dict(
    {
        **{name: _WANTED[name] for name in ("course_id", "lti_ids", "filename")},
        "codenums": fields.List(
            Integer(minimum=0, maximum=999_999_999),
            load_default=[],
            validate=validate.Length(max=CODES_LIMIT, error="must have at most {max} elements"),
            metadata={"description": "code numbers that make up the task; none: all that anyone has run"},
        ),
        "roster": fields.List(
            Text(limit=255),
            load_default=[],
            validate=validate.Length(max=ROSTER_LIMIT, error="must have at most {max} elements"),
            metadata={"description": "user names of the class; those without a run are shown, too"},
        ),
        "inst_id": _WANTED["inst_id"],
        "zone": span_fields()["zone"],
    },
    name="ProgressParams",
)


class SeriesSchema(StrictSchema):
    """The values of one name."""

    name = Text(required=True)
    values = Integers(required=True, metadata={"description": "one for each label; -1: a gap"})


class ChartSchema(StrictSchema):
    """One page of a chart."""

    chart = Text(required=True)
    period = Text(required=True)
    title = Text(required=True)
    labels = fields.List(Text(), required=True)
    series = fields.List(fields.Nested(SeriesSchema), required=True)
    start = Text(required=True, metadata={"description": "ISO 8601"})
    end = Text(required=True, metadata={"description": "ISO 8601"})
    step = Integer(required=True, metadata={"description": "seconds from label to label; 0: labels are no times"})
    page = Integer(required=True)
    pages = Integer(required=True)


class DashboardSchema(StrictSchema):
    """Result of get_dashboard."""

    charts = fields.List(fields.Nested(ChartSchema), required=True)
    version = Text(required=True, metadata={"description": "changes when there is something new"})


class ActivitySchema(StrictSchema):
    """An LTI activity that occurs."""

    lti_id = Integer(required=True)
    inst_id = Integer(required=True)
    name = Text(required=True)


class FiltersSchema(StrictSchema):
    """Result of get_filters."""

    users = fields.List(Text(), required=True)
    files = fields.List(Text(), required=True)
    activities = fields.List(fields.Nested(ActivitySchema), required=True)


class CellSchema(StrictSchema):
    """A column of the matrix, and how hard the cell is."""

    filename = Text(required=True)
    codenum = Integer(required=True)
    label = Text(required=True)
    students = Integer(required=True, metadata={"description": "who have tried it"})
    solved = Integer(required=True, metadata={"description": "who have an OK"})
    tries = Integer(required=True)
    errors = Integer(required=True)
    error_percent = Integer(required=True)
    median_tries = Text(required=True, metadata={"description": "to the first OK, in decimal; empty: unknown"})
    median_seconds = Text(required=True, metadata={"description": "to the first OK, in decimal; empty: unknown"})


class StudentSchema(StrictSchema):
    """A row of the matrix; the lists have one number for each cell."""

    username = Text(required=True)
    state = Text(required=True, metadata={"description": ", ".join(STATES)})
    last_age = Integer(required=True, metadata={"description": "seconds since the last try; -1: none"})
    cells = Integers(required=True, metadata={"description": "0 not run, 1 ok, 2 error"})
    oks = Integers(required=True)
    errors = Integers(required=True)
    ages = Integers(required=True, metadata={"description": "seconds since the last try; -1: none"})
    seconds = Integers(required=True, metadata={"description": "what the tries took"})


class ProgressSchema(StrictSchema):
    """Result of get_progress."""

    now = Text(required=True, metadata={"description": "ISO 8601: what the ages count from"})
    cells = fields.List(fields.Nested(CellSchema), required=True)
    students = fields.List(fields.Nested(StudentSchema), required=True)
    hardest = Integers(required=True, metadata={"description": "indexes of cells, the hardest first"})
