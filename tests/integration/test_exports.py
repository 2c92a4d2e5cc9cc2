"""Cell runs taken away, read back by other programs, on both databases."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import insert
from werkzeug.test import TestResponse

from app.activity.csv_format import unguard
from app.activity.execution import FIELDS, NAMES
from app.storage import tables as t
from tests.support.process import ROOT
from tests.support.site import MOODLE_URL, Row, call, cell_run, seen
from tests.support.web import WebSite
from tests.support.xapi import check_statement

EPOCH_US = 1_795_428_000_000_000  # 2026-11-23T10:00:00Z
NASTY = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'quoted",
    '"',
    "a,b",
    "行\n列",
    "ＡＢ",
    "＝1",
]


@pytest.fixture
def web(database_url: str, no_environment: None) -> Iterator[WebSite]:
    made = WebSite(database_url)
    made.upgrade()
    yield made
    made.close()


def run(number: int, **values: Any) -> Row:
    """Return a row of executions that was asked and answered."""
    asked = EPOCH_US + number * 60_000_000
    plain = {
        "session": f"session-{number // 10}",
        "message": f"message-{number}",
        "course": 2,
        "inst_id": 1,
        "lti_id": 7,
        "username": f"student{number % 3}",
        "filename": "Task1.ipynb",
        "codenum": str(number % 5),
        "cell_id": f"cell-{number % 5}",
        "status": "ok",
        "asked_us": asked,
        "answered_us": asked + 1_234_567,
    }
    return plain | values


def store(web: WebSite, rows: list[Row]) -> list[Row]:
    with web.parts.database.writing() as connection:
        connection.execute(insert(t.executions), rows)
    return rows


def mixed(count: int) -> list[Row]:
    """Return rows of every kind: nasty texts, running, without client, negative durations, another course."""
    chance = random.Random(5)
    rows = [run(n, filename=chance.choice([*NASTY, "Task1.ipynb", ""])) for n in range(count)]
    for row in chance.sample(rows, count // 4):
        kind = chance.choice(["running", "unasked", "negative", "error", "aborted", "nobody", "elsewhere"])
        row |= {
            "running": {"answered_us": None, "status": "", "username": ""},
            "unasked": {"asked_us": None, "filename": "", "codenum": "", "cell_id": ""},
            "negative": {"asked_us": row["answered_us"] + 5},
            "error": {"status": "error"},
            "aborted": {"status": "aborted"},
            "nobody": {"username": "username"},
            "elsewhere": {"course": 3},
        }[kind]
    return rows


def get(web: WebSite, path: str, token: str | None = None, **query: Any) -> TestResponse:
    token = token or web.token("activity:read")
    headers = {"Authorization": f"Bearer {token}"}
    return web.client.get(f"/api/v1/{path}", query_string={"course_id": 2} | query, headers=headers)


def expected(row: Row, zone: str = "UTC") -> dict[str, Any]:
    """Return what an export must show of a row, computed in another way."""

    def shown(us: int | None) -> str | None:
        if us is None:
            return None
        whole = datetime.fromtimestamp(us // 1_000_000, ZoneInfo(zone)).isoformat()
        return f"{whole[:19]}.{us % 1_000_000:06d}{whole[19:]}"

    asked, answered = row["asked_us"], row["answered_us"]
    known = asked is not None and answered is not None and 0 <= answered - asked <= 86_400_000_000
    ends = {"ok": "ok", "ok/nc": "ok", "aborted": "aborted", "abort": "aborted"}
    site = uuid.uuid5(uuid.NAMESPACE_URL, MOODLE_URL)
    return {
        "id": str(uuid.uuid5(site, f"{row['session']}/{row['message']}")),
        "course_id": row["course"],
        **{name: row[name] for name in NAMES[2:11]},
        "result": "running" if answered is None else ends.get(row["status"], "error"),
        "asked_at": shown(asked),
        "answered_at": shown(answered),
        "duration": (answered - asked) / 1_000_000 if known else None,
    }


def read_csv(text: str) -> list[dict[str, Any]]:
    """Return the rows as a reader does who knows the data dictionary."""
    found = []
    for row in csv.DictReader(io.StringIO(text, newline="")):
        values: dict[str, Any] = {}
        for field in FIELDS:
            cell = row[field.name]
            if field.kind == "text":
                values[field.name] = unguard(cell)
            elif field.kind == "time":
                values[field.name] = cell or None
            else:
                values[field.name] = json.loads(cell) if cell else None
        found.append(values)
    return found


def test_csv_is_read_back_as_it_was(web: WebSite) -> None:
    rows = store(web, mixed(500))
    answer = get(web, "executions.csv", zone="Asia/Tokyo")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert read_csv(answer.text) == [expected(row, "Asia/Tokyo") for row in rows if row["course"] == 2]


def test_no_cell_of_csv_is_a_formula(web: WebSite) -> None:
    store(web, [run(n, filename=text, username=text) for n, text in enumerate(NASTY)])
    for row in csv.reader(io.StringIO(get(web, "executions.csv").text, newline="")):
        assert [cell for cell in row if re.match("[=+\\-@\t\r＝＋－＠]", cell)] == []  # are meant


def test_a_byte_order_mark_comes_when_it_is_asked_for(web: WebSite) -> None:
    store(web, mixed(5))
    assert get(web, "executions.csv").data[:2] == b"id"
    assert get(web, "executions.csv", bom="true").data[:5] == b"\xef\xbb\xbfid"


def test_json_lines_are_read_back_as_they_were(web: WebSite) -> None:
    rows = store(web, mixed(500))
    lines = get(web, "executions.jsonl").text.split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [expected(row) for row in rows if row["course"] == 2]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_parquet_is_read_back_as_it_was(web: WebSite, zone: str) -> None:
    rows = store(web, mixed(500))
    table = pq.read_table(io.BytesIO(get(web, "executions.parquet", zone=zone).data))
    assert table.schema.field("asked_at").type == pa.timestamp("us", tz=zone)
    found = table.to_pylist()
    for values in found:
        for name in ("asked_at", "answered_at"):
            values[name] = values[name] and values[name].isoformat(timespec="microseconds")
    assert found == [expected(row, zone) for row in rows if row["course"] == 2]


def test_parquet_without_pyarrow_is_a_clear_error(web: WebSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = get(web, "executions.parquet")
    assert (answer.status_code, answer.json and answer.json["errorcode"]) == (501, "notinstalled")
    assert answer.json is not None
    assert "lticontainer[parquet]" in answer.json["detail"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_no_rows_are_an_empty_file(web: WebSite, kind: str) -> None:
    answer = get(web, f"executions.{kind}")
    assert answer.status_code == 200
    if kind == "csv":
        assert answer.text == ",".join(NAMES) + "\r\n"
    elif kind == "jsonl":
        assert answer.data == b""
    else:
        assert pq.read_table(io.BytesIO(answer.data)).num_rows == 0


def test_statements_are_as_the_xapi_wants_them(web: WebSite) -> None:
    rows = store(web, mixed(500))
    body = get(web, "xapi/statements").json
    assert body is not None
    assert body.keys() == {"statements", "more"}
    complete = [r for r in rows if r["course"] == 2 and r["asked_us"] is not None and r["answered_us"] is not None]
    assert [s["id"] for s in body["statements"]] == [expected(row)["id"] for row in complete]
    for statement, row in zip(body["statements"], complete, strict=True):
        check_statement(statement)
        result = expected(row)["result"]
        assert statement["result"].get("success") == (None if result == "aborted" else result == "ok")
        name = ".anyone" if row["username"] in ("", "username") else row["username"]
        assert statement["actor"]["account"] == {"homePage": MOODLE_URL, "name": name}


def test_statements_go_on_behind_more(web: WebSite) -> None:
    store(web, mixed(300))
    whole = get(web, "xapi/statements").json
    assert whole is not None
    headers = {"Authorization": f"Bearer {web.token('activity:read')}"}
    found: list[Any] = []
    path = "/api/v1/xapi/statements?course_id=2&limit=40&pseudonymous=false"
    while path:
        body = web.client.get(path, headers=headers).json
        assert body is not None
        assert len(body["statements"]) <= 40
        found += body["statements"]
        path = body["more"]
    assert found == whole["statements"]


def test_a_record_store_that_is_sent_all_of_it_again_has_each_statement_once(web: WebSite) -> None:
    """As it tells statements apart by their ids: also when rows are made anew, on another machine."""
    web.register(7, 2)
    records = [seen("s", 7)]
    for number in range(30):
        records += cell_run("s", f"m{number}", number % 3)
    store: dict[str, Any] = {}

    def send() -> int:
        path, sent = "/api/v1/xapi/statements?course_id=2&limit=7", 0
        headers = {"Authorization": f"Bearer {web.token('activity:read')}"}
        while path:
            body = web.client.get(path, headers=headers).json
            assert body is not None
            for statement in body["statements"]:
                assert store.setdefault(statement["id"], statement) == statement  # another one would be a conflict
                sent += 1
            path = body["more"]
        return sent

    call(web.parts, "mod_lticontainer_write_nblogs", {"nb_logs": records[:31]}, web.token())
    assert (send(), len(store)) == (15, 15)
    call(web.parts, "mod_lticontainer_write_nblogs", {"nb_logs": records}, web.token())
    assert (send(), len(store)) == (30, 30)
    with web.parts.database.writing() as connection:
        connection.execute(t.executions.delete())
    web.more_parts().rebuilder.rebuild(None, lambda *_: None)
    assert (send(), len(store)) == (30, 30)


def test_pages_of_the_function_are_the_same_rows(web: WebSite) -> None:
    rows = [expected(row) for row in store(web, mixed(250)) if row["course"] == 2]
    token, found, cursor = web.token("activity:read"), [], ""
    while True:
        arguments = {"course_id": 2, "limit": 37, "cursor": cursor}
        answer = call(web.parts, "mod_lticontainer_get_executions", arguments, token)
        found += answer["executions"]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    texts = [{n: v if n == "course_id" else "" if v is None else str(v) for n, v in row.items()} for row in rows]
    assert found == texts


def test_a_run_that_changes_meanwhile_keeps_its_place(web: WebSite) -> None:
    store(web, [run(n, answered_us=None, status="", username="") for n in range(4)])
    token = web.token("activity:read")
    arguments = {"course_id": 2, "limit": 2}
    first = call(web.parts, "mod_lticontainer_get_executions", arguments, token)
    with web.parts.database.writing() as connection:
        connection.execute(t.executions.update().values(answered_us=EPOCH_US, status="ok"))
    store(web, [run(9)])
    arguments["cursor"] = first["next_cursor"]
    second = call(web.parts, "mod_lticontainer_get_executions", arguments, token)
    shown = [(row["message"], row["result"]) for row in first["executions"] + second["executions"]]
    assert shown == [
        ("message-0", "running"),
        ("message-1", "running"),
        ("message-2", "ok"),
        ("message-3", "ok"),
    ]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"username": "student1"}, [1, 4, 7]),
        ({"username": ".anyone"}, [10, 11]),
        ({"filename": ".none"}, [12]),
        ({"lti_ids": [8, 9]}, [13, 14]),
        ({"inst_id": 5}, [15]),
        ({"start": "2026-11-23T10:13:01Z"}, [13, 14, 15]),
        ({"end": "2026-11-23T19:01:01.234567", "zone": "Asia/Tokyo"}, [0]),
        ({"end": "2026-11-23T19:01:01.234568", "zone": "Asia/Tokyo"}, [0, 1]),
        ({"username": "no one"}, []),
    ],
)
def test_filters(web: WebSite, query: dict[str, Any], numbers: list[int]) -> None:
    rows = [run(n) for n in range(16)]
    rows[10]["username"], rows[11]["username"], rows[12]["filename"] = "", "username", ""
    rows[13]["lti_id"], rows[14]["lti_id"], rows[15]["inst_id"] = 8, 9, 5
    for row in rows[8:10] + rows[12:]:
        row["username"] = "other"
    store(web, rows)
    lines = get(web, "executions.jsonl", **query).text.splitlines()
    assert [json.loads(line)["message"] for line in lines] == [f"message-{n}" for n in numbers]


def test_pseudonyms_hide_whose_runs_they_are_and_stay_the_same(web: WebSite) -> None:
    rows = store(web, [run(n) for n in range(30)] + [run(99, course=3, username="student1")])
    for path in ("executions.csv", "executions.jsonl", "xapi/statements"):
        once, again = (get(web, path, pseudonymous="true").text for _ in range(2))
        assert once == again
        assert [w for w in ("student", "session-", "message-", expected(rows[0])["id"]) if w in once] == []
    lines = [json.loads(x) for x in get(web, "executions.jsonl", pseudonymous="true").text.splitlines()]
    assert [line["codenum"] for line in lines] == [row["codenum"] for row in rows[:30]]
    by_user = {row["username"]: line["username"] for row, line in zip(rows[:30], lines, strict=True)}
    assert len(set(by_user.values())) == 3
    other = json.loads(get(web, "executions.jsonl", course_id=3, pseudonymous="true").text)
    assert other["username"] != by_user["student1"]


def test_durations_are_right_however_the_database_sorts(web: WebSite) -> None:
    """MariaDB 10.11 reads garbage from a computed column where it sorts rows; these come in no order."""
    chance = random.Random(7)
    rows = [
        run(n, course=2 + n % 2, username=f"student{n % 7}", session=f"session-{n % 40}", answered_us=answered)
        for n in range(30_000)
        for taken in [chance.choice([-1, 0, 1, 999_999, chance.randrange(10**10), 86_400_000_000, 86_400_000_001])]
        for answered in [EPOCH_US + n * 60_000_000 + taken]
    ]
    chance.shuffle(rows)
    store(web, rows)

    def durations(found: list[Row]) -> list[float | None]:
        return [expected(row)["duration"] for row in found]

    def known(values: list[float | None]) -> list[float]:
        return sorted(value for value in values if value is not None)

    everyone = [row for row in rows if row["course"] == 2]
    told = [json.loads(line)["duration"] for line in get(web, "executions.jsonl").text.splitlines()]
    assert told == durations(everyone)
    assert sum(known(told)) == pytest.approx(sum(known(durations(everyone))))
    assert known(told) == known(durations(everyone))
    one = [row for row in everyone if row["username"] == "student3"]
    some = get(web, "executions.jsonl", username="student3", start="1990-01-01").text
    told = [json.loads(line)["duration"] for line in some.splitlines()]
    assert known(told) == known(durations(one))
    arguments = {"username": "student3", "course_id": 2, "limit": 1000}
    found = call(web.parts, "mod_lticontainer_get_user_data", arguments, web.token("activity:read"))
    told = [float(each["duration"]) if each["duration"] else None for each in found["executions"]]
    assert told == durations(one)[:1000]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"start": "yesterday"}, "start"),
        ({"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T10:00:00Z"}, "is not before end"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"course_id": 0}, "course_id"),
        ({"username": "x" * 256}, "username"),
        ({"cursor": "AAAA"}, "cursor"),
        ({"cursor": "A" * 22}, "other parameters"),
        ({"limit": 0}, "limit"),
    ],
)
def test_wrong_parameters_are_named(web: WebSite, query: dict[str, Any], said: str) -> None:
    answer = get(web, "xapi/statements", **query)
    assert (answer.status_code, answer.json and answer.json["errorcode"]) == (422, "invalidparameter")
    assert answer.json is not None
    assert said in answer.json["detail"]


def test_a_course_of_others_is_not_shown(web: WebSite) -> None:
    store(web, mixed(20))
    token = web.token("activity:read", courses=[3])
    for path in ("executions.csv", "executions.jsonl", "executions.parquet", "xapi/statements"):
        assert get(web, path, token).status_code == 403
        assert get(web, path, web.token("nblogs:read")).status_code == 403
        assert get(web, path, token, course_id=3).status_code == 200


def test_rows_are_read_in_the_order_of_an_index(web: WebSite) -> None:
    store(web, mixed(200))
    statement = "SELECT id FROM lticontainer_executions {} WHERE course = 2 AND id > 5 ORDER BY id LIMIT 10"
    with web.parts.database.reading() as connection:
        if web.parts.database.is_sqlite:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.format('')}")]
            assert not any("TEMP B-TREE" in step for step in plan), plan
        else:
            forced = statement.format(f"FORCE INDEX ({t.EXECUTIONS_BY_COURSE})")
            (step,) = connection.exec_driver_sql(f"EXPLAIN {forced}").mappings()
            assert step["key"] == t.EXECUTIONS_BY_COURSE
            assert "filesort" not in step["Extra"]


def test_the_example_for_researchers_works_as_it_is_written(web: WebSite, tmp_path: Path) -> None:
    rows = [run(0, username="a", codenum="1"), run(1, username="a", codenum="1", status="error")]
    rows += [run(2, username="a", codenum="2"), run(3, username="b", codenum="1", filename="=1+1")]
    store(web, [*rows, run(4, username="b", codenum="2", status="aborted")])
    page = (ROOT / "docs/how-to/research.md").read_text("utf-8")
    query = re.search(r"executions\.csv\?([^\"]+)", page)
    code = re.search(r"```python\n(import pandas.+?)```", page, re.DOTALL)
    assert query is not None
    assert code is not None
    answer = web.client.get(
        f"/api/v1/executions.csv?{query[1]}", headers={"Authorization": f"Bearer {web.token('activity:read')}"}
    )
    (tmp_path / "runs.csv").write_bytes(answer.data)
    script = f"{code[1]}\nprint(sorted(table.values.tolist()), runs['filename'].iloc[3], runs['asked_at'].iloc[0])"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[[1, 0], [2, 1]] =1+1 2026-11-23 10:00:00+00:00"


def test_the_data_dictionary_is_that_of_the_code() -> None:
    page = (ROOT / "docs/how-to/research.md").read_text("utf-8")
    found = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
    assert found == [(field.name, field.meaning) for field in FIELDS]


def test_a_client_that_goes_away_leaves_no_connection_behind(web: WebSite) -> None:
    store(web, mixed(6000))
    for _ in range(40):
        with contextlib.closing(get(web, "executions.csv")) as answer:
            next(iter(answer.response))
    assert web.parts.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool's own
