"""Which tables records are written to: the service's own, or those of mod_lticontainer in Moodle's database.

Both have the same columns. Moodle's have no unique key of sessions, text that the plugin left out is NULL there
instead of empty, and the plugin may write them at the same time. Executions, marks and all else are in the
service's own tables in both layouts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, false, func, literal_column, or_

from app.storage import tables as t


@dataclass(frozen=True)
class Layout:
    """The four data tables, and the columns of the table that says which course an LTI activity belongs to.

    `exactly` turns a column of text into what is to be grouped by, where the column's collation takes texts for
    equal that are not. `own`: the tables are the service's own.
    """

    client_data: Table
    server_data: Table
    session: Table
    tags: Table
    lti_id: Column[Any]
    lti_course: Column[Any]
    lti_name: Column[Any]
    exactly: Callable[[ColumnElement[Any]], ColumnElement[Any]]
    own: bool = False

    def cells(self, cells: Collection[tuple[str, str]]) -> ColumnElement[bool]:
        """Return the condition that a row of `tags` is of one of these (cell_id, filename)."""
        c = self.tags.c

        def named(filename: str) -> ColumnElement[bool]:
            return c.filename == filename if filename else or_(c.filename == "", c.filename.is_(None))

        return or_(false(), *(and_(c.cell_id == cell, named(filename)) for cell, filename in sorted(cells)))

    def cell(self, cell_id: Any, filename: Any) -> ColumnElement[bool]:
        """Return the condition that a row of `tags` is of this cell, given as parameters."""
        c = self.tags.c
        same = self.exactly(func.coalesce(c.filename, literal_column("''"))) == filename
        # The loose one first: it is what the index serves.
        return and_(c.cell_id == cell_id, or_(c.filename == filename, c.filename.is_(None)), same)


OWN = Layout(
    client_data=t.client_data,
    server_data=t.server_data,
    session=t.session,
    tags=t.tags,
    lti_id=t.ltis.c.lti_id,
    lti_course=t.ltis.c.course,
    lti_name=t.ltis.c.name,
    exactly=lambda column: column,
    own=True,
)
