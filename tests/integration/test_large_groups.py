"""A group of requests may be larger than what the server takes in one statement; nobody in it pays for that."""

from __future__ import annotations

from app.nblogs.plan import Fate
from app.nblogs.record import FIELDS, Record, read_record
from app.nblogs.store import WIDTHS, Submission
from tests.support.mariadb import MariaDB, available
from tests.support.site import Site
from tests.support.skip import missing

LONGEST_TAGS = "\U0001f600" * WIDTHS["tags"]


def client(number: int, tags: str = "") -> Record:
    ids = {"session": "s", "message": f"m{number}", "cell_id": f"c{number}"}
    return read_record(dict.fromkeys(FIELDS, "") | {"host": "client", "tags": tags} | ids, WIDTHS)


def test_an_ordinary_record_is_stored_beside_requests_of_many_megabytes() -> None:
    if reason := available():
        missing(reason)
    with MariaDB(options=["--max-allowed-packet=1M"]) as server:
        site = Site(server.create_database())
        site.upgrade()
        caller, _ = site.parts.registry.authorise(
            "mod_lticontainer_write_nblogs", site.token("nblogs:write"), None
        )
        large = [[client(i, LONGEST_TAGS) for i in numbers] for numbers in (range(8), range(8, 16))]
        group = [Submission(caller, records) for records in (*large, [client(99)])]
        results = site.parts.recorder._store._write(group)
        fates = [outcome.fate for result in results if isinstance(result, list) for outcome in result]
        assert fates == [Fate.STORED] * 17
        assert site.count("client_data") == 17
        site.close()
