"""Periods, zones and summer time of the charts, over all three protocols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.protocols.wires import Answer, Wire
from tests.support.site import cell_run, seen
from tests.support.web import WebSite

CHART = "mod_lticontainer_get_chart"
DASHBOARD = "mod_lticontainer_get_dashboard"
FILTERS = "mod_lticontainer_get_filters"
BERLIN = "Europe/Berlin"


def ask(web: WebSite, wire: Wire, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Call with all parameters in their order, as XML-RPC wants them; `arguments` beside the defaults."""
    function = web.parts.registry.find(name)
    assert function is not None
    defaults = {key: function.params.fields[key].load_default for key in function.positional}
    return wire.call(name, {**defaults, "course_id": 2, **arguments}, web.token("activity:read"))


def chart(web: WebSite, wire: Wire, **arguments: Any) -> Mapping[str, Any]:
    result = ask(web, wire, CHART, arguments).result
    assert result is not None
    return result


@pytest.mark.parametrize("name", [CHART, DASHBOARD, FILTERS])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"start": "2026-04-07", "end": "2026-04-06"}, ("start 2026-04-07", "end 2026-04-06")),
        ({"start": "2026-04-07", "end": "2026-04-07"}, ("start 2026-04-07", "end 2026-04-07")),
        ({"start": "yesterday"}, ("start: 'yesterday'", "ISO 8601")),
        ({"end": "2026-02-30"}, ("end: '2026-02-30'",)),
        ({"end": "0001-01-01"}, ("end: ", "1970 to 9000")),
        ({"zone": "Mars/Olympus"}, ("zone: 'Mars/Olympus'", "Asia/Tokyo")),
        ({"zone": "../../etc/passwd"}, ("zone: ",)),
    ],
)
def test_a_bad_period_is_named(
    web: WebSite, wire: Wire, name: str, arguments: Mapping[str, str], said: tuple[str, ...]
) -> None:
    answer = ask(web, wire, name, arguments)
    assert answer.code == "invalidparameter"
    assert all(part in answer.detail for part in said)


def test_a_period_of_years_has_days_for_labels(web: WebSite, wire: Wire) -> None:
    found = chart(web, wire, chart="codecell_line", start="2020-01-01", end="2026-01-01", zone="UTC")
    assert found["step"] % 86_400 == 0
    assert 1 < len(found["labels"]) <= 600
    assert (found["start"], found["end"]) == ("2020-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("day", "hours", "twos", "offsets"),
    [
        ("2026-03-29", 23, [], ("+01:00", "+02:00")),
        ("2026-07-01", 24, ["02:00"], ("+02:00", "+02:00")),
        ("2026-10-25", 25, ["02:00+02:00", "02:00+01:00"], ("+02:00", "+01:00")),
    ],
)
def test_labels_follow_the_clock_of_the_zone_when_summer_time_begins_and_ends(
    web: WebSite, wire: Wire, day: str, hours: int, twos: list[str], offsets: tuple[str, str]
) -> None:
    found = chart(web, wire, chart="codecell_line", start=day, end=f"{day}T23:59:59.999999", zone=BERLIN)
    assert (found["start"][-6:], found["end"][-6:]) == offsets
    assert len(found["labels"]) == hours * 3_600 // found["step"]
    clocks = [label.split()[-1] for label in found["labels"]]
    assert [clock for clock in clocks if clock[:5] == "02:00"] == twos
    assert [clocks.count(hour) for hour in ("01:00", "03:00")] == [1, 1]
    # An offset is written where the clock shows a time twice, and nowhere else.
    assert {clock[:2] for clock in clocks if len(clock) > 5} == {two[:2] for two in twos if len(two) > 5}
    assert len(set(found["labels"])) == len(found["labels"])


def test_what_is_unknown_is_empty_and_no_error(web: WebSite, wire: Wire) -> None:
    web.register(7, 2)
    wire.write([seen("s", 7), *cell_run("s", "m")], web.token("nblogs:write"))
    for unknown in (
        {"course_id": 99},
        {"lti_ids": [99]},
        {"inst_id": 99},
        {"username": "nobody"},
        {"filename": "x"},
    ):
        pie = chart(web, wire, **{"course_id": 2, "chart": "total_pie", "start": "1990-01-01", **unknown})
        assert (pie["labels"], pie["series"]) == (["OK", "ERROR"], [{"name": "runs", "values": [0, 0]}])
        bar = chart(web, wire, **{"course_id": 2, "chart": "users_bar", "start": "1990-01-01", **unknown})
        assert bar["labels"] == []
        assert (bar["page"], bar["pages"]) == (1, 1)


def test_names_with_markup_arrive_as_they_are(web: WebSite, wire: Wire) -> None:
    web.register(7, 2)
    name = "<b>佐藤</b> & \"x\" 'y' =cmd"
    client, server = cell_run("s", "m")
    wire.write([seen("s", 7), client, server | {"username": name}], web.token("nblogs:write"))
    assert chart(web, wire, chart="users_bar", start="1990-01-01")["labels"] == [name]
