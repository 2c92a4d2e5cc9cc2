"""The last statements of a transaction may carry its COMMIT; nothing else in it is lost, or let through."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.nblogs.statements import Statements
from app.storage import tables as t
from app.storage.driver import run_steps
from app.storage.layout import OWN
from tests.support.site import Site

MARKS = [{"mark": bytes([number]) * 28} for number in range(4)]


def test_they_are_committed(site: Site) -> None:
    add_marks = Statements(is_sqlite=site.parts.database.is_sqlite, layout=OWN).add_marks
    with site.parts.database.writing() as connection:
        run_steps(connection, [(add_marks, MARKS)], as_block=site.parts.database.kind == "mariadb")
    assert site.count("marks") == len(MARKS)


def test_a_statement_after_them_is_committed_too(site: Site) -> None:
    add_marks = Statements(is_sqlite=site.parts.database.is_sqlite, layout=OWN).add_marks
    with site.parts.database.writing() as connection:
        run_steps(connection, [(add_marks, MARKS[:2])], as_block=site.parts.database.kind == "mariadb")
        connection.execute(insert(t.marks), MARKS[2:])
    assert site.count("marks") == len(MARKS)


def test_an_error_in_the_last_of_them_takes_the_others_back(site: Site) -> None:
    add_marks = Statements(is_sqlite=site.parts.database.is_sqlite, layout=OWN).add_marks
    steps = [(add_marks, MARKS[:2]), (add_marks, MARKS[1:3])]
    as_block = site.parts.database.kind == "mariadb"
    with pytest.raises(IntegrityError):
        site.parts.database.write(run_steps, steps, as_block=as_block)
    assert site.count("marks") == 0


def test_a_transaction_that_only_read_after_one_that_wrote_ends(site: Site) -> None:
    add_marks = Statements(is_sqlite=site.parts.database.is_sqlite, layout=OWN).add_marks
    with site.parts.database.writing() as connection:
        run_steps(connection, [(add_marks, MARKS[:1])], as_block=site.parts.database.kind == "mariadb")
    with site.parts.database.writing() as connection:
        connection.execute(t.marks.select().with_for_update()).all()
    with site.parts.database.writing() as connection:  # would wait for the lock of one that did not end
        connection.execute(t.marks.delete())
    assert site.count("marks") == 0
