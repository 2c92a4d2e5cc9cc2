"""A site on Moodle's tables: the service's own tables in one database, Moodle's in another of the same server."""

from __future__ import annotations

from tests.support.databases import shared_mariadb
from tests.support.mariadb import MariaDB
from tests.support.moodle_tables import Moodle
from tests.support.site import Row, Site

DATA = ("client_data", "server_data", "session", "tags")


class MoodleSite(Site):
    """A site whose records go to Moodle's data tables.

    :param together: the service's own tables are in Moodle's database too.
    """

    def __init__(self, server: MariaDB | None = None, *, together: bool = False) -> None:
        server = server or shared_mariadb()
        self.moodle = Moodle(server)
        self.together = together
        super().__init__(server.url(self.moodle.database) if together else server.create_database())

    @property
    def env(self) -> dict[str, str]:
        """What a service of this site is told."""
        database = {} if self.together else {"LTICONTAINER_MOODLE_DATABASE": self.moodle.database}
        return super().env | {"LTICONTAINER_MOODLE_PREFIX": self.moodle.prefix} | database

    def rows(self, table: str, **where: object) -> list[Row]:
        """Return the rows of a table, of the data tables those of Moodle."""
        if table in DATA:
            return self.moodle.rows(f"lticontainer_{table}", **where)
        return super().rows(table, **where)

    def count(self, table: str) -> int:
        """Return the number of rows of a table, of the data tables those of Moodle."""
        return self.moodle.count(f"lticontainer_{table}") if table in DATA else super().count(table)
