"""`python -m tests.benchmarks.moodle_writing`: records a second on Moodle's own tables, against the service's own.

Both on one MariaDB, in turns, each with a gunicorn and new tables; tokens are those of each side. Exit code 1 when
the target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from tests.support.load import Load
from tests.support.mariadb import MariaDB
from tests.support.moodle_site import MoodleSite
from tests.support.service import Service
from tests.support.site import Site

TURNS = 5
SECONDS = 4.0
SENDERS = 8
TARGET = 0.4
"""The least share of the own tables' rate."""
LIMIT = 1_000_000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.moodle_writing", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of one turn")
    seconds = parser.parse_args().seconds
    own: list[float] = []
    moodle: list[float] = []
    with MariaDB(buffer_pool="512M") as server:
        for _ in range(TURNS):
            own.append(rate(own_site(server), seconds))
            moodle.append(rate(MoodleSite(server), seconds))
    share = statistics.median(m / o for m, o in zip(moodle, own, strict=True))
    for what, rates in (("own tables", own), ("Moodle's tables", moodle)):
        print(f"| {what} | {statistics.median(rates):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} |")
    verdict = "" if share >= TARGET else ", **missed**"
    print(f"Moodle's tables take {share:.2f} of the records that the own ones take (target {TARGET}{verdict}).")
    return 0 if share >= TARGET else 1


def own_site(server: MariaDB) -> Site:
    """Return a site on tables of its own."""
    return Site(server.create_database())


def rate(site: Site, seconds: float) -> float:
    """Return how many records a second a new service of a site commits."""
    site.upgrade()
    token = site.moodle.token() if isinstance(site, MoodleSite) else site.token("nblogs:write")
    try:
        with Service(site.env) as service, Load([service.port], token, senders=SENDERS, limit=LIMIT) as load:
            load.wait_for(100)
            before, begin = len(load.acknowledged), time.perf_counter()
            time.sleep(seconds)
            done = (len(load.acknowledged) - before) / (time.perf_counter() - begin)
            load.stop()
        if load.refused:
            raise RuntimeError(f"refused: {load.refused[0]!r}")
        return done
    finally:
        site.close()


if __name__ == "__main__":
    sys.exit(main())
