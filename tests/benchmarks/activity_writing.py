"""What writing pays for charts: the same records with the counts and the index, and without them.

Without counts nobody need know what an execution was before: only whether its question is there is asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, count
from statistics import median
from unittest.mock import patch

from app.joining import Key, Row
from app.nblogs import statements, store
from app.nblogs.plan import execution_rows
from app.storage.layout import OWN
from tests.support.site import Site, call, cell_run, seen

BATCH = 500
REQUESTS = 8
PAIRS = 5
SESSIONS = 40
INDEX = "ix_lticontainer_executions_charts"
_numbers = count(1)


def slower(site: Site) -> float:
    """Return by which share writing is slower with what is precomputed: 0.1 is ten per cent."""
    token = site.token("nblogs:write")
    site.register(1, 2)
    call(
        site.parts,
        "mod_lticontainer_write_nblogs",
        {"nb_logs": [seen(f"s{n}", 1) for n in range(SESSIONS)]},
        token,
    )
    _write(site, token)
    ratios = []
    for _ in range(PAIRS):
        with_counts = _write(site, token)
        _index(site, "DROP INDEX {} ON lticontainer_executions", "DROP INDEX {}")
        with _uncounted():
            without = _write(site, token)
        _index(site, _CREATE, f"{_CREATE} WHERE slot_us IS NOT NULL")
        ratios.append(with_counts / without)
    return median(ratios) - 1


@contextmanager
def _uncounted() -> Iterator[None]:
    with (
        patch.object(store, "counts", lambda *_: []),
        patch.object(statements, "executions", partial(statements.asked, OWN)),
        patch.object(
            store, "execution_rows", lambda *found: ([], sorted(chain(*execution_rows(*found)), key=_key))
        ),
    ):
        yield


def _key(row: Row) -> Key:
    return row["session"], row["message"]


_CREATE = (
    "CREATE INDEX {} ON lticontainer_executions (course, slot_us, username, answered_us, codenum, status, "
    "filename, lti_id, inst_id, asked_us)"
)


def _index(site: Site, mariadb: str, sqlite: str) -> None:
    statement = sqlite if site.parts.database.is_sqlite else mariadb
    with site.parts.database.engine.connect() as connection:
        connection.exec_driver_sql(statement.format(INDEX))
        connection.commit()


def _write(site: Site, token: str) -> float:
    taken = 0.0
    for _ in range(REQUESTS):
        runs = [(f"s{n % SESSIONS}", f"m{n}", n % 30) for n in (next(_numbers) for _ in range(BATCH // 2))]
        # As a class sends them: the questions of many first, then the answers.
        for part in (0, 1):
            records = [cell_run(session, message, number)[part] for session, message, number in runs]
            begin = time.perf_counter()
            call(site.parts, "mod_lticontainer_write_nblogs", {"nb_logs": records}, token)
            taken += time.perf_counter() - begin
    return taken
