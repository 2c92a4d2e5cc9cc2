"""A lesson to look at: what a class of students runs, made up from a seed. Plain rules, no I/O.

Nobody in it is real. Each student has a way through the cells that is fixed from the start, into the future
too: what is due by now is the past of the lesson, the rest is sent as its time comes.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LESSON = timedelta(minutes=45)
COURSE_ID = 2
INST_ID = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell; `hard` is the chance that a try fails."""

    lti_id: int
    filename: str
    codenum: str
    cell_id: str
    hard: float


@dataclass(frozen=True, slots=True)
class Student:
    """A student and the way that this lesson takes for them."""

    username: str
    way: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A record and the moment when a proxy sends it."""

    at: datetime
    record: dict[str, str]


ACTIVITIES = {1: "Python 1: variables", 2: "Python 2: 繰り返し"}
NOTEBOOKS = {1: "Variables.ipynb", 2: "課題2 ループ.ipynb"}
HARD = (0.02, 0.05, 0.1, 0.3, 0.15, 0.6, 0.2, 0.1, 0.05, 0.12, 0.4, 0.7, 0.25, 0.5, 0.35, 0.3)
NAMES = (
    "sato.yui",
    "haruto.suzuki",
    "高橋.陽菜",
    "tanaka.ren",
    "伊藤.湊",
    "watanabe.mei",
    "yamamoto.sota",
    "中村.咲良",
    "kobayashi.aoi",
    "加藤.悠真",
    "yoshida.rin",
    "yamada.hina",
    "sasaki.kai",
    "山口.莉子",
    "matsumoto.yuto",
    "inoue.sara",
    "kimura.riku",
    "林.芽依",
    "shimizu.hana",
    "saito.itsuki",
    "anna.mueller",
    "élodie.martin",
    "liam.oconnor",
    "maria.garcia",
    "nguyen.van.an",
    "kim.minjun",
    "li.wei",
    "fatima.zahra",
    "olga.ivanova",
    "ahmed.hassan",
    "noah.smith",
    "emma.jensen",
    "lucas.silva",
    "priya.sharma",
    "zoe.papadaki",
    "mateusz.nowak",
    "森.大翔",
    "ikeda.nao",
    "hashimoto.ema",
    "阿部.蓮",
)
SHARES = {"stuck": 0.1, "silent": 0.05, "absent": 0.075, "opened": 0.05, "finished": 0.175}


def make_cells() -> list[Cell]:
    """Return the cells of both notebooks, in order."""
    half = len(HARD) // 2
    return [
        Cell(1 + index // half, NOTEBOOKS[1 + index // half], str(index % half + 1), f"cell-{index + 1:02}", hard)
        for index, hard in enumerate(HARD)
    ]


def make_students(count: int, seed: int) -> list[Student]:
    """Return a class, by name; beyond the given names students are numbered."""
    names = [NAMES[i] if i < len(NAMES) else f"student{i + 1:04}" for i in range(count)]
    ways = [way for way, share in SHARES.items() for _ in range(round(share * count))]
    ways += ["steady"] * (count - len(ways))
    random.Random(seed).shuffle(ways)
    return [Student(name, way) for name, way in sorted(zip(names, ways, strict=True))]


def lesson(student: Student, cells: list[Cell], now: datetime, seed: int) -> Iterator[Sent]:
    """Yield what a student's proxy sends, in order of time, from the start of the lesson into the next hours."""
    if student.way == "absent":
        return
    rng = random.Random(f"{seed} {student.username} {now.isoformat()}")
    at = now - LESSON + timedelta(seconds=rng.uniform(0, 240))
    sessions: dict[int, str] = {}
    for lti_id in ACTIVITIES:
        sessions[lti_id] = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    yield _opens(at, sessions[1], 1)
    if student.way == "opened":
        return
    yield from _work(student, cells, now, at, sessions, rng)


def _work(
    student: Student, cells: list[Cell], now: datetime, at: datetime, sessions: dict[int, str], rng: random.Random
) -> Iterator[Sent]:
    end, pause = _pace(student.way, len(cells), now - at, rng)
    for index, cell in enumerate(cells):
        if index and cell.lti_id != cells[index - 1].lti_id:
            yield _opens(at, sessions[cell.lti_id], cell.lti_id)
        halts = index == end
        tries = _tries(cell, rng) + (4 if halts else 0)
        step = pause / tries
        for number in range(tries):
            at += step * rng.uniform(0.6, 1.4)
            fails = number < tries - 1 or halts
            yield from _run(at, sessions[cell.lti_id], cell, student.username, "error" if fails else "ok", rng)
        if halts:
            if student.way == "stuck":  # goes on trying the same, until somebody helps
                yield from _tries_in_vain(at, now, sessions[cell.lti_id], cell, student.username, rng)
            return


def _pace(way: str, count: int, past: timedelta, rng: random.Random) -> tuple[int, timedelta]:
    """Return at which cell it comes to a halt, and how long each one takes."""
    if way == "finished":
        return count, past * rng.uniform(0.6, 0.95) / (count * 1.1)
    if way == "silent":  # an error, and then nothing for a quarter of an hour
        end = rng.choice((5, 11))
        return end, past * 0.55 / (end + 1)
    if way == "stuck":
        end = rng.choice((5, 11, 11, 13))
        return end, past * rng.uniform(0.7, 0.85) / (end + 1)
    return count, past / (count * rng.uniform(0.35, 0.85))


def _tries(cell: Cell, rng: random.Random) -> int:
    tries = 1
    while tries < 3 and rng.random() < cell.hard:
        tries += 1
    return tries


def _tries_in_vain(
    at: datetime, now: datetime, session: str, cell: Cell, username: str, rng: random.Random
) -> Iterator[Sent]:
    until = now + timedelta(minutes=rng.uniform(15, 40))
    while at < until:
        at += timedelta(seconds=rng.uniform(70, 200))
        yield from _run(at, session, cell, username, "error" if at < until else "ok", rng)


def _opens(at: datetime, session: str, lti_id: int) -> Sent:
    ids = {"inst_id": str(INST_ID), "lti_id": str(lti_id)}
    return Sent(at, {"host": "ltictr", **ids, "session": session})


def _run(at: datetime, session: str, cell: Cell, username: str, status: str, rng: random.Random) -> Iterator[Sent]:
    message = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    tags = f'["filename:{cell.filename}", "codenum:{cell.codenum}"]'
    asked = {"host": "client", "cell_id": cell.cell_id, "tags": tags, "date": _iso(at)}
    answered_at = at + timedelta(seconds=rng.lognormvariate(-0.7, 0.9))
    answered = {"host": "server", "status": status, "username": username, "date": _iso(answered_at)}
    yield Sent(at, {**asked, "session": session, "message": message})
    yield Sent(answered_at, {**answered, "session": session, "message": message})


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
