"""When a token of Moodle's was used last, written where Moodle's administrators look for it.

It is written once a minute for each token at most, as Moodle does (`update_token_lastaccess` in its
`webservice/lib.php`), and no request fails for it: where the account lacks the right, or another transaction holds
the row, the time stays as it was.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from threading import Lock

from sqlalchemy import column, table, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import ServiceUnavailable
from app.moodle.schema import MoodleTables
from app.storage.database import Database, describe

SECONDS = 60
KEPT = 4096
# A row that is held for longer is left alone.
_WAIT = "SET @lticontainer_wait = @@innodb_lock_wait_timeout, SESSION innodb_lock_wait_timeout = 1"
_AS_BEFORE = "SET SESSION innodb_lock_wait_timeout = @lticontainer_wait"

log = logging.getLogger(__name__)


class LastAccess:
    """Writes the time at which tokens are used."""

    def __init__(self, database: Database, tables: MoodleTables) -> None:
        self._database = database
        tokens = tables.external_tokens
        self._table = table(tokens.name, column("id"), column("lastaccess"), schema=tokens.schema)
        self._noted: OrderedDict[int, float] = OrderedDict()
        self._lock = Lock()

    def __call__(self, token_id: int) -> None:
        """Note that the token with this id is used now."""
        now = time.time()
        if self._is_due(token_id, now):
            try:
                self._write(token_id, int(now))
            except (DBAPIError, PoolTimeout, ServiceUnavailable) as error:
                name = describe(error) if isinstance(error, DBAPIError) else type(error).__name__
                log.info("the last access of Moodle's token %d was not written: %s", token_id, name)

    def _is_due(self, token_id: int, now: float) -> bool:
        with self._lock:
            due = now >= self._noted.get(token_id, 0) + SECONDS
            if due:
                self._noted[token_id] = now
                self._noted.move_to_end(token_id)
                if len(self._noted) > KEPT:
                    self._noted.popitem(last=False)
            return due

    def _write(self, token_id: int, now: int) -> None:
        c = self._table.c
        # Another worker, or Moodle, may have written it meanwhile.
        old = c.lastaccess.is_(None) | (c.lastaccess <= now - SECONDS)
        with self._database.writing() as connection:
            connection.exec_driver_sql(_WAIT)
            try:
                connection.execute(update(self._table).where(c.id == token_id, old).values(lastaccess=now))
            finally:
                connection.exec_driver_sql(_AS_BEFORE)
