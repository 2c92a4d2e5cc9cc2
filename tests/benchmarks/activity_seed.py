"""A term of classes in a few seconds: executions made in the database itself.

Courses of 40 users and 30 cells. All runs lie in the last seven days, so that the period `any` shows every
one of its course: the hardest case.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, text

from app.activity.mending import mend_counts
from app.storage import tables as t
from app.storage.database import Database

COURSES = 4
USERS = 40
CELLS = 30
WEEK_US = 604_800_000_000
CHUNK = 250_000

# Numbers without a pattern from the number of a row, the same on every machine and database: n times a
# prime, modulo another one.
_ROWS = """
INSERT INTO lticontainer_executions
    (session, message, course, inst_id, lti_id, username, filename, codenum, cell_id, status,
    asked_us, answered_us)
SELECT {session}, {message}, 1 + n % {courses}, 1, 1 + n % {courses},
    {username}, 'Task1.ipynb', {codenum}, {cell}, CASE WHEN (n * 7919) % 10 < 7 THEN 'ok' ELSE 'error' END,
    :start + CAST(n * :step AS {integer}) - 1500000, :start + CAST(n * :step AS {integer})
FROM {numbers} WHERE n < :rows
"""
_USER = "(n * 104729 + n / 4 * 31) % 1000003 % 40"


def seed(database: Database, rows: int, now_us: int) -> None:
    """Fill the table of executions, and count them."""
    with database.engine.connect() as connection:
        for first in range(0, rows, CHUNK):
            _insert(connection, database.is_sqlite, first, min(rows, first + CHUNK), rows, now_us)
    mend_counts(database, None)
    with database.engine.connect() as connection:
        analyse = "ANALYZE" if database.is_sqlite else "ANALYZE TABLE lticontainer_executions, lticontainer_counts"
        connection.exec_driver_sql(analyse)
        connection.commit()


def _insert(connection: Connection, is_sqlite: bool, first: int, last: int, rows: int, now_us: int) -> None:
    statement = _sqlite(first, last) if is_sqlite else _mariadb(first, last)
    with connection.begin():
        if is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(text(statement), {"start": now_us - WEEK_US, "step": WEEK_US / rows, "rows": rows})


def _mariadb(first: int, last: int) -> str:
    user, cell = _USER.replace("n / 4", "(n DIV 4)"), "(1 + (n * 15485863) % 1000033 % 30)"
    return _ROWS.format(
        courses=COURSES,
        session=f"CONCAT('session-', {user})",
        message="CONCAT('message-', n)",
        username=f"CONCAT('student', LPAD({user}, 2, '0'))",
        codenum=f"CAST({cell} AS CHAR)",
        cell=f"CONCAT('cell-', {cell})",
        integer="SIGNED",
        numbers=f"(SELECT seq AS n FROM seq_{first}_to_{last - 1}) numbers",
    )


def _sqlite(first: int, last: int) -> str:
    user, cell = _USER, "(1 + (n * 15485863) % 1000033 % 30)"
    numbers = (
        f"(WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last - 1}) "
        "SELECT n FROM numbers)"
    )
    return _ROWS.format(
        courses=COURSES,
        session=f"'session-' || {user}",
        message="'message-' || n",
        username=f"'student' || substr('0' || {user}, -2)",
        codenum=f"CAST({cell} AS TEXT)",
        cell=f"'cell-' || {cell}",
        integer="INTEGER",
        numbers=numbers,
    )


CLASS_COURSE = 100
STUDENTS = 300
CLASS_CELLS = 60
TRIES = 4


def seed_class(database: Database, now_us: int) -> None:
    """Add a course of 300 students and 60 cells, four tries each."""
    rows = [
        {
            "session": f"class-{student}",
            "message": f"class-{cell}-{attempt}",
            "course": CLASS_COURSE,
            "inst_id": 1,
            "lti_id": 100,
            "username": f"student{student:03d}",
            "filename": "Task1.ipynb",
            "codenum": str(cell),
            "cell_id": f"cell-{cell}",
            "status": "ok" if (student * 31 + cell * 17 + attempt) % 3 else "error",
            "asked_us": now_us - 1_000_000 * (3_600 - 60 * cell + attempt * 5 + student % 7),
            "answered_us": now_us - 1_000_000 * (3_600 - 60 * cell + attempt * 5 + student % 7) + 400_000,
        }
        for student in range(STUDENTS)
        for cell in range(1, CLASS_CELLS + 1)
        for attempt in range(TRIES)
    ]
    with database.writing() as connection:
        for first in range(0, len(rows), 5_000):
            connection.execute(insert(t.executions), rows[first : first + 5_000])
    mend_counts(database, None)
