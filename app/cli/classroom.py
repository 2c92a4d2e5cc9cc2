"""Sends a made-up lesson to a service over the endpoints that Moodle and proxies use."""

from __future__ import annotations

import heapq
import http.client
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from urllib.parse import quote, urlencode

from app.cli.lesson import ACTIVITIES, COURSE_ID, INST_ID, Sent, Student, lesson, make_cells, make_students
from app.cli.send import is_error

REST = "/webservice/rest/server.php"
FUNCTION = "mod_lticontainer_write_nblogs"
TIMEOUT = 30
SENDERS = 8
PAUSE = 2.0
"""Seconds before a record that was not taken is sent again."""


class NotTaken(Exception):
    """The service does not take what is sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send, and with which token."""

    host: str
    port: int
    token: str

    def call(self, function: str, arguments: Mapping[str, object]) -> None:
        """Call a function over JSON, as Moodle does."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        self._post(f"/api/v1/{function}", json.dumps(arguments).encode(), headers)

    def send(self, record: Mapping[str, str]) -> None:
        """Send one record over Moodle REST, over a connection of its own, as a proxy does."""
        path = f"{REST}?wsfunction={FUNCTION}&wstoken={quote(self.token)}&moodlewsrestformat=json"
        form = urlencode({f"nb_logs[0][{name}]": value for name, value in record.items()}).encode()
        self._post(path, form, {"Content-Type": "application/x-www-form-urlencoded"})

    def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        try:
            connection.request("POST", path, body, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NotTaken(f"{self.host}:{self.port} does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status != 200 or is_error(text):
            raise NotTaken(text.decode("utf-8", "replace"))


class Classroom:
    """A class whose lesson is under way: :meth:`catch_up` sends its past, :meth:`go_on` the rest in its time."""

    def __init__(self, target: Target, count: int, seed: int, now: datetime) -> None:
        self._target = target
        self._now = now
        self.students: list[Student] = make_students(count, seed)
        cells = make_cells()
        self._ahead: list[Iterator[Sent]] = [lesson(student, cells, now, seed) for student in self.students]
        self._later: list[Sent] = []

    def enrol(self) -> None:
        """Tell, as Moodle does, which course the activities belong to and who is in it."""
        ltis = [
            {"lti_id": lti_id, "course_id": COURSE_ID, "inst_id": INST_ID, "name": name}
            for lti_id, name in ACTIVITIES.items()
        ]
        self._target.call("register_ltis", {"ltis": ltis})
        users = [student.username for student in self.students]
        self._target.call("set_roster", {"course_id": COURSE_ID, "users": users})

    def catch_up(self) -> int:
        """Send what is due by now, each student's records in order; return how many."""
        with ThreadPoolExecutor(SENDERS) as pool:
            return sum(pool.map(self._send_past, range(len(self._ahead))))

    def _send_past(self, index: int) -> int:
        past = list(takewhile(self._is_past, self._ahead[index]))
        for sent in past:
            self._target.send(sent.record)
        return len(past)

    def _is_past(self, sent: Sent) -> bool:
        if sent.at <= self._now:
            return True
        self._later.append(sent)  # takewhile has taken it
        return False

    def go_on(self, stopped: threading.Event) -> None:
        """Send each record as its time comes, until all are sent or it is stopped; faults are waited out."""
        rest = heapq.merge(self._first_of_each(), *self._ahead, key=_when)
        send_in_time(rest, self._target.send, stopped)

    def _first_of_each(self) -> list[Sent]:
        return sorted(self._later, key=_when)


def send_in_time(
    records: Iterable[Sent], send: Callable[[Mapping[str, str]], None], stopped: threading.Event
) -> None:
    """Send records at their times; one that is not taken is tried again, as nothing must be lost."""
    for sent in records:
        wait = (sent.at - datetime.now(UTC)).total_seconds()
        while not stopped.wait(max(0.0, wait)):
            try:
                send(sent.record)
                break
            except NotTaken:
                wait = PAUSE
        if stopped.is_set():
            return


def _when(sent: Sent) -> datetime:
    return sent.at
