"""A class of students in a site's database, written through the function that proxies call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from app.cli.lesson import ACTIVITIES, COURSE_ID, lesson, make_cells, make_students
from tests.support.site import Site, call, record

WRITE = "mod_lticontainer_write_nblogs"
AT_ONCE = 5_000


def write(site: Site, records: Iterable[Mapping[str, str]]) -> None:
    """Write records, many a request."""
    token, waiting = site.token("nblogs:write"), list(records)
    for start in range(0, len(waiting), AT_ONCE):
        call(site.parts, WRITE, {"nb_logs": waiting[start : start + AT_ONCE]}, token)


def enrol(site: Site, users: Iterable[str], course_id: int = COURSE_ID) -> None:
    """Say who belongs to a course."""
    arguments = {"course_id": course_id, "users": list(users)}
    call(site.parts, "mod_lticontainer_set_roster", arguments, site.token("ltis:write"))


def seat_class(site: Site, count: int = 40, seed: int = 1) -> None:
    """Bring a lesson up to now, with everyone on the roster."""
    now = datetime.now(UTC)
    for lti_id in ACTIVITIES:
        site.register(lti_id, COURSE_ID)
    students = make_students(count, seed)
    cells = make_cells()
    enrol(site, (student.username for student in students))
    for student in students:
        past = takewhile(lambda sent: sent.at <= now, lesson(student, cells, now, seed))
        write(site, (record(**sent.record) for sent in past))


def runs(
    user: str, *cells: tuple[str, str, str], session: str = "", ago: timedelta = timedelta(minutes=1)
) -> list[dict[str, str]]:
    """Return the records of a user's runs: (file, code number, status), one second apart, a while ago."""
    own = session or f"session of {user[:60]}"
    made = [record(host="ltictr", session=own, inst_id="1", lti_id="1")]
    at = datetime.now(UTC) - ago
    for number, (filename, codenum, status) in enumerate(cells):
        at += timedelta(seconds=1)
        date = at.isoformat(timespec="milliseconds")
        tags = f'["filename:{filename}", "codenum:{codenum}"]'
        ids = {"session": own, "message": f"{own} {at.timestamp()} {number}"[-120:]}
        made.append(record(host="client", cell_id=f"{codenum}", tags=tags, date=date, **ids))
        made.append(record(host="server", status=status, username=user, date=date, **ids))
    return made
