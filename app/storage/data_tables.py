"""The four data tables of records, wherever they are: the service's own, or others with the same columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BINARY, ColumnElement, String, Table, cast, type_coerce

from app.storage import tables as t


@dataclass(frozen=True, slots=True)
class DataTables:
    """The tables that the plugin had, too.

    `loose`: their collation may ignore case and accents, so texts are compared by their bytes where that matters.
    """

    client_data: Table
    server_data: Table
    session: Table
    tags: Table
    loose: bool = False

    @property
    def records(self) -> tuple[Table, Table]:
        """The tables with a row for each client record, and for each server record."""
        return self.client_data, self.server_data

    def exact(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a text that is grouped and ordered by code point."""
        return type_coerce(cast(column, BINARY), String()) if self.loose else column

    @staticmethod
    def indexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a text that compares as its index does."""
        return type_coerce(column, String())


OWN = DataTables(t.client_data, t.server_data, t.session, t.tags)
