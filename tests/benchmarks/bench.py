"""Run the benchmarks: rounds of every case in turn, on each database in each set-up, then medians."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks import baseline
from tests.benchmarks.cases import BASELINE, BATCH, NAIVE, SERVICE, Case
from tests.benchmarks.contender import Contender
from tests.benchmarks.figures import Figure, Memory, Options
from tests.benchmarks.load import Load
from tests.benchmarks.servers import (
    Gunicorn,
    mariadb_rows,
    naive_rows,
    prepare,
    settings,
    sqlite_rows,
)
from tests.benchmarks.setups import Series, SetUp, series
from tests.support.mariadb import MariaDB


def progress(text: str) -> None:
    """Tell the one who waits what is going on."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def on_mariadb(setup: SetUp) -> Iterator[tuple[Contender, Contender]]:
    """Start MariaDB, the baseline and the service; yield both, the baseline first."""
    with MariaDB(buffer_pool="256M") as server:
        naive, url = server.create_database(), server.create_database()
        with baseline.connect(naive) as connection:
            connection.cursor().execute(baseline.TABLE)
        with _servers(setup, settings(url), naive) as (reference, service, token):
            yield (
                Contender(reference, "", naive_rows(server, naive), by_host=False),
                Contender(service, token, mariadb_rows(server, url)),
            )


@contextmanager
def on_sqlite(setup: SetUp) -> Iterator[tuple[Contender, Contender]]:
    """Start the baseline and the service on a file; yield both, the baseline first."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "bench.sqlite"
        with _servers(setup, settings(f"sqlite:///{file}"), "") as (reference, service, token):
            yield Contender(reference, "", None), Contender(service, token, sqlite_rows(file))


@contextmanager
def _servers(setup: SetUp, env: dict[str, str], naive: str) -> Iterator[tuple[Gunicorn, Gunicorn, str]]:
    token = prepare(env)
    counts = setup.workers, setup.threads
    reference_env = env | {"BASELINE_DATABASE_URL": naive}
    with (
        Gunicorn("tests.benchmarks.baseline:app", reference_env, *counts) as reference,
        Gunicorn("wsgi:app", env, *counts) as service,
    ):
        yield reference, service, token


def measure(options: Options, what: Series, reference: Contender, service: Contender) -> list[Figure]:
    """Run every case once a round, so that a slow minute of the machine hits all of them."""
    for case in what.cases:
        _contender(case, reference, service).warm_up(case)
    rounds: list[dict[str, Load]] = []
    for number in range(options.rounds):
        loads: dict[str, Load] = {}
        for case in what.cases:
            result = _contender(case, reference, service).measure(case, options.seconds)
            loads[case.name] = result
            progress(
                f"{_place(what)} {number + 1}/{options.rounds} {case.title}: {result.rate:,.0f} requests/s,"
                f" {result.rate * case.batch:,.0f} records/s, p50 {result.p50:.1f} ms"
            )
        rounds.append(loads)
    return [_figure(what, case, rounds) for case in what.cases]


def _place(what: Series) -> str:
    return f"{what.database}, {what.setup.short}"


def _contender(case: Case, reference: Contender, service: Contender) -> Contender:
    return reference if case in (BASELINE, NAIVE) else service


def _figure(what: Series, case: Case, rounds: Sequence[dict[str, Load]]) -> Figure:
    loads = [each[case.name] for each in rounds]
    rate = median(load.rate for load in loads)
    # A ratio is taken within its round, where both sides had the same neighbours.
    ratio = median(each[case.name].rate / each[case.against].rate for each in rounds) if case.against else None
    return Figure(
        database=what.database,
        setup=what.setup,
        name=case.name,
        title=case.title,
        requests=rate,
        records=rate * case.batch,
        p50=median(load.p50 for load in loads),
        p95=median(load.p95 for load in loads),
        p99=median(load.p99 for load in loads),
        ratio=ratio,
        against=case.against,
        target=what.target(case),
        generator=median(load.cpu / load.seconds for load in loads),
    )


def memory(options: Options, what: Series, service: Contender) -> Memory:
    """Send many records, and read the workers' memory on the way."""
    case = next(case for case in SERVICE if case.name == f"json-{BATCH}")
    service.warm_up(case)
    workers = set(service.server.memory())
    resident: dict[str, int] = {}
    done = 0
    for share in (10, 50, 100):
        upto = options.memory_records[what.database] * share // 100 // BATCH
        service.send(case, upto - done, seconds=600)
        done = upto
        now = service.server.memory()
        resident[f"{share} %"] = sum(now.values())
        progress(f"{_place(what)}: memory after {done * BATCH:,} records: {sum(now.values()) / 1024:,.1f} MiB")
    return Memory(what.database, what.setup, done * BATCH, resident, same_workers=workers == set(now))


def run(options: Options) -> tuple[list[Figure], list[Memory]]:
    """Run what `options` ask for; raises contender.Failed on a wrong answer or a lost record."""
    figures: list[Figure] = []
    memories: list[Memory] = []
    start = {"MariaDB": on_mariadb, "SQLite": on_sqlite}
    for what in series(options.only, options.setup):
        progress(f"{what.database}, {what.setup.long}: starting")
        with start[what.database](what.setup) as (reference, service):
            if what.cases:
                figures += measure(options, what, reference, service)
            if what.memory:
                memories.append(memory(options, what, service))
    return figures, memories
