"""The made-up class: the same for the same seed, with all states in it, and sent in its time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from app.cli.classroom import NotTaken, send_in_time
from app.cli.lesson import LESSON, NAMES, Sent, Student, lesson, make_cells, make_students
from app.nblogs.record import FIELDS

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
CELLS = make_cells()


def sent_by(student: Student, seed: int = 1) -> list[Sent]:
    return list(islice(lesson(student, CELLS, NOW, seed), 2000))


def of_way(way: str) -> Student:
    return next(student for student in make_students(40, 1) if student.way == way)


def statuses(records: list[Sent]) -> list[str]:
    return [sent.record["status"] for sent in records if sent.record["host"] == "server"]


def test_the_same_seed_makes_the_same_class() -> None:
    assert make_students(40, 7) == make_students(40, 7)
    assert make_students(40, 7) != make_students(40, 8)
    assert sent_by(of_way("steady")) == sent_by(of_way("steady"))


@pytest.mark.parametrize("count", [1, 40, 500, 2000])
def test_a_class_has_as_many_students_as_asked_for_and_no_name_twice(count: int) -> None:
    assert len({student.username for student in make_students(count, 1)}) == count


def test_a_class_of_forty_has_students_of_every_kind_and_of_several_scripts() -> None:
    ways = Counter(student.way for student in make_students(40, 1))
    assert ways == {"steady": 22, "finished": 7, "stuck": 4, "absent": 3, "silent": 2, "opened": 2}
    assert len(set(NAMES)) == 40
    assert [name for name in NAMES if name.isascii()]
    assert [name for name in NAMES if "\u4e00" <= name[0] <= "\u9fff"]


def test_records_have_the_fields_of_a_proxy_s_and_come_in_order() -> None:
    for student in make_students(40, 1):
        records = sent_by(student)
        assert all(sent.record.keys() <= set(FIELDS) for sent in records)
        asked = [sent.at for sent in records if sent.record["host"] == "client"]
        assert asked == sorted(asked)
        assert all(sent.at >= NOW - LESSON for sent in records)


def test_the_finished_have_every_cell_before_now_and_the_absent_send_nothing() -> None:
    finished = [sent for sent in sent_by(of_way("finished")) if sent.at <= NOW]
    assert {sent.record["cell_id"] for sent in finished if sent.record["host"] == "client"} == {
        cell.cell_id for cell in CELLS
    }
    assert statuses(finished)[-1] == "ok"
    assert sent_by(of_way("absent")) == []
    assert [sent.record["host"] for sent in sent_by(of_way("opened"))] == ["ltictr"]


def test_the_stuck_have_failed_three_times_running_and_go_on() -> None:
    for way in ("stuck", "silent"):
        past = [sent for sent in sent_by(of_way(way)) if sent.at <= NOW]
        assert statuses(past)[-3:] == ["error"] * 3
    assert [sent for sent in sent_by(of_way("stuck")) if sent.at > NOW]


def test_the_steady_are_in_the_middle_of_it() -> None:
    for student in (student for student in make_students(40, 1) if student.way == "steady"):
        records = sent_by(student)
        past = {sent.record["cell_id"] for sent in records if sent.at <= NOW and sent.record["host"] == "client"}
        assert 3 <= len(past) < len(CELLS)
        assert [sent for sent in records if sent.at > NOW]


def test_a_record_that_is_not_taken_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Mapping[str, str]] = []
    faults = [NotTaken("down")]

    def send(record: Mapping[str, str]) -> None:
        if faults:
            raise faults.pop()
        taken.append(record)

    monkeypatch.setattr("app.cli.classroom.PAUSE", 0.01)
    due = datetime.now(UTC) - timedelta(seconds=1)
    send_in_time([Sent(due, {"session": "a"}), Sent(due, {"session": "b"})], send, threading.Event())
    assert taken == [{"session": "a"}, {"session": "b"}]


def test_what_lies_ahead_waits_for_its_time_and_stops_when_told() -> None:
    taken: list[Mapping[str, str]] = []
    stopped = threading.Event()
    soon = datetime.now(UTC) + timedelta(seconds=0.2)
    records = [Sent(soon, {"session": "a"}), Sent(soon + timedelta(hours=1), {"session": "b"})]
    sender = threading.Thread(target=send_in_time, args=(records, taken.append, stopped))
    sender.start()
    assert taken == []
    sender.join(1)
    assert taken == [{"session": "a"}]
    stopped.set()
    sender.join(5)
    assert not sender.is_alive()
    assert taken == [{"session": "a"}]
