"""The Moodle that is imported from; it is only read."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from sqlalchemy import Table, func, select

from app.ltis.store import Lti
from app.moodle.import_rows import Row
from app.moodle.schema import MoodleTables
from app.storage.database import Database


class Source:
    """Reads activities, and the rows of the data tables in the order of their ids."""

    def __init__(self, database: Database, tables: MoodleTables) -> None:
        self._source = database
        self._moodle = tables

    @property
    def tables(self) -> dict[str, Table]:
        """The data tables, in the order in which they are to be brought."""
        return {
            "session": self._moodle.lticontainer_session,
            "tags": self._moodle.lticontainer_tags,
            "client_data": self._moodle.lticontainer_client_data,
            "server_data": self._moodle.lticontainer_server_data,
        }

    def identity(self) -> str:
        """Return what stands for this Moodle, however it is reached."""
        c = self._moodle.config.c
        with self._source.reading() as connection:
            name = connection.execute(select(c.value).where(c.name == "siteidentifier")).scalar()
            url = self._source.engine.url
            place = name or f"{url.host}:{url.port}/{url.database}"
        return blake2b(f"{place} {self._moodle.config.name}".encode(), digest_size=16).hexdigest()

    def last_id(self, table: Table) -> int:
        """Return the last id of a table."""
        with self._source.reading() as connection:
            return int(connection.execute(select(func.max(table.c.id))).scalar() or 0)

    def count(self, table: Table, last: int) -> int:
        """Return how many rows there are up to an id."""
        query = select(func.count()).select_from(table).where(table.c.id <= last)
        with self._source.reading() as connection:
            return int(connection.execute(query).scalar_one()) if last else 0

    def batches(self, table: Table, after: int, end: int, limit: int) -> Iterator[tuple[list[Row], int]]:
        """Yield rows with ids behind one, up to another, and the last id of each lot."""
        while after < end:
            query = select(table).where(table.c.id > after, table.c.id <= end).order_by(table.c.id).limit(limit)
            with self._source.reading() as connection:
                rows = [dict(row) for row in connection.execute(query).mappings()]
            if not rows:
                return
            after = rows[-1]["id"]
            yield rows, after

    def activities(self) -> list[Lti]:
        """Return the activities that sessions name, and those of courses with an instance of the plugin."""
        m = self._moodle
        lti, session, instance = m.lti.c, m.lticontainer_session.c, m.lticontainer.c
        last = select(func.max(session.id)).where(session.lti_id != 0).group_by(session.lti_id)
        named = select(session.lti_id, session.course, session.inst_id).where(session.id.in_(last))
        instances = select(instance.course, func.min(instance.id)).group_by(instance.course)
        with self._source.reading() as connection:
            seen = {row[0]: row for row in connection.execute(named)}
            of_course = {row[0]: row[1] for row in connection.execute(instances)}
            found = {
                row.id: Lti(row.id, row.course, seen[row.id][2] or of_course.get(row.course, 0), row.name)
                if row.id in seen
                else Lti(row.id, row.course, of_course[row.course], row.name)
                for row in connection.execute(select(lti.id, lti.course, lti.name))
                if row.id in seen or row.course in of_course
            }
        # An activity that is gone from Moodle is still in its sessions.
        found |= {i: Lti(i, row[1], row[2]) for i, row in seen.items() if i not in found and row[1]}
        return [found[i] for i in sorted(found)]
