"""`python -m tests.benchmarks.hosts`: Docker behind SSH on the loopback interface, beside Docker's own client.

A real sshd, a real dockerd, the service under gunicorn. Exit code 1 when a target is missed, 2 where a
part is missing. `--markdown FILE` writes the page of the documentation.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from app.storage.migrate import upgrade
from tests.benchmarks.machine import describe
from tests.support import sshd
from tests.support.container_host import SshHost
from tests.support.engines import Docker, Engine, Podman
from tests.support.programs import program
from tests.support.service import Service
from tests.support.site import Site

ROUNDS = 7
WARM, COMMANDS, COLD, CREATED, AT_ONCE = 60, 3, 7, 8, 20
COURSE = 2


@dataclass(frozen=True)
class Figure:
    """What was measured, in ms or as a plain number, and what it may be at most or must be at least."""

    engine: str
    what: str
    value: float
    unit: str
    target: float | None = None
    least: bool = False

    @property
    def passed(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.target is None:
            return None
        return self.value >= self.target if self.least else self.value < self.target

    def row(self) -> tuple[str, ...]:
        """Return the line of the table."""
        sign = "" if self.target is None else f"{'>=' if self.least else '<'} {self.target:g} {self.unit}".strip()
        word = {None: "", True: "pass", False: "FAIL"}[self.passed]
        return self.engine, self.what, f"{self.value:.2f} {self.unit}".strip(), sign, word


HEADINGS = ("engine", "what", "measured", "target", "result")
EXPLAINED = """\
- *Image list, warm*: `POST /api/v1/get_images`, from the first byte of the request to the last of the
  answer, over a kept HTTP connection. Each asks the engine: nothing is cached.
- *Times faster than `docker images`*: Docker's own client on the bare socket, without SSH, in the same run; the
  median of its times by that of ours. For Podman the same client asks Podman's socket.
- *First call, cold*: with a new SSH connection, key exchange, login, channel, and the question for the version.
- *Volume create over the engine's own time*: a `create_volumes` call with one volume, which lists the volumes,
  writes the log of changes before and after, and makes the volume; less the median of the bare request.
- *Rounds*: seven, each of a second or two, so that the figures that are compared met the same machine.
- *Connections for 20 lists at once*: SSH connections of the host after 20 threads asked at the same moment."""
HEAD = """# Benchmarks of container hosts

How long teachers wait for images and volumes of another machine. The figures are of one run on one machine;
`make bench` measures yours. A program has written this page:
`python -m tests.benchmarks.hosts --markdown docs/benchmarks-hosts.md`.

A real OpenSSH server on the loopback interface, a user without a login shell, a real engine, the service under
gunicorn with one worker, SQLite."""


class Caller:
    """A client that keeps its connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def call(self, function: str, **arguments: Any) -> Any:
        """Call a function; raises RuntimeError."""
        self._connection.request("POST", f"/api/v1/{function}", json.dumps(arguments), self._headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            raise RuntimeError(f"{function}: {answer}")
        return answer


@contextmanager
def running(engine: Engine) -> Iterator[tuple[Site, SshHost, int]]:
    """Run everything, with one worker: the cold call must not meet a second one that is warm."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ssh = stack.enter_context(SshHost())
        site = Site(f"sqlite:///{folder}/service.sqlite3")
        stack.callback(site.close)
        upgrade(site.parts.database.engine)
        site.parts.host_store.add(ssh.host(engine, name="hub"))
        service = stack.enter_context(Service(site.env, workers=1, threads=32))
        yield site, ssh, service.port


def measure(engine: Engine) -> list[Figure]:
    """Return the figures of one engine."""
    name = engine.kind.capitalize()
    with running(engine) as (site, ssh, port):
        caller = Caller(port, site.token("containers:read", "containers:write"))
        cold = []
        for _ in range(COLD):
            ssh.sshd.cut()
            time.sleep(0.2)
            cold.append(timed(lambda: caller.call("get_images", host="hub")))
        rounds = [Round.measure(engine, caller, number) for number in range(ROUNDS)]
        at_once(port, site.token("containers:read"))
        connections = len(ssh.sshd.connections())
    best = min(rounds, key=lambda one: one.warm)
    least = min(rounds, key=lambda one: one.overhead)
    ratio = median(one.command / one.warm for one in rounds)
    return [
        Figure(name, "image list, warm, p50 of the best round", best.warm, "ms", 5.0),
        Figure(name, "image list, warm, p50 of the worst round", max(one.warm for one in rounds), "ms"),
        Figure(name, "a call that asks no engine (`get_site_info`), p50 of that round", best.plain, "ms"),
        Figure(name, "`docker images` on the bare socket, p50 of that round", best.command, "ms"),
        Figure(name, "times faster than `docker images`, median of the rounds", ratio, "", 3.0, least=True),
        Figure(name, "first call, cold, median", median(cold), "ms", 500.0),
        Figure(name, "first call, cold, slowest", max(cold), "ms"),
        Figure(name, "volume create over the engine's own time, best round", least.overhead, "ms", 15.0),
        Figure(name, "volume create on the bare socket, p50 of that round", least.bare, "ms"),
        Figure(name, "connections for 20 lists at once", connections, "", 2.0),
    ]


@dataclass(frozen=True)
class Round:
    """Medians of one round, in ms; all of it took a second, so that the machine was the same for all."""

    warm: float
    plain: float
    command: float
    overhead: float
    bare: float

    @classmethod
    def measure(cls, engine: Engine, caller: Caller, number: int) -> Round:
        """Measure one round."""
        warm = [timed(lambda: caller.call("get_images", host="hub")) for _ in range(WARM)]
        plain = [timed(lambda: caller.call("get_site_info")) for _ in range(WARM)]
        command = [program("docker"), "--host", f"unix://{engine.socket}", "images"]
        client = [timed(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(COMMANDS)]
        created, bare = create(engine, caller, number)
        overhead = median(created) - median(bare)
        return cls(median(warm), median(plain), median(client), overhead, median(bare))


def create(engine: Engine, caller: Caller, number: int) -> tuple[list[float], list[float]]:
    """Return ms of creating a volume through the service and on the bare socket, in turns."""
    created, bare = [], []

    def through(name: str) -> None:
        caller.call("create_volumes", host="hub", course_id=COURSE, volumes=[{"role": "task", "name": name}])

    with engine.client() as client:
        for index in range(CREATED):
            name = f"r{number}v{index}"
            created.append(timed(partial(through, name)))
            bare.append(timed(partial(client.create_volume, f"bare{name}")))
    return created, bare


def at_once(port: int, token: str) -> None:
    """Ask for AT_ONCE lists at the same moment."""
    barrier = threading.Barrier(AT_ONCE)

    def ask() -> None:
        caller = Caller(port, token)
        barrier.wait()
        caller.call("get_images", host="hub")

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def timed(act: Callable[[], object]) -> float:
    """Return the ms that an act takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def page(figures: list[Figure], machine: dict[str, str]) -> str:
    """Return the page of the documentation."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(figure.row() for figure in figures)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    about = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    parts = (HEAD, "## Machine", about, "## Figures", lines, "## What is measured", EXPLAINED)
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Measure both engines, print, and write what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.hosts", description=__doc__)
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page of the documentation")
    asked = parser.parse_args()
    if problem := sshd.available() or Docker.available() or Podman.available():
        print(problem, file=sys.stderr)
        return 2
    load = f"{os.getloadavg()[0]:.1f} before the run, from other work on this machine"
    figures: list[Figure] = []
    for kind in (Docker, Podman):
        with kind() as engine:
            figures += measure(engine)
    print("\n".join("  ".join(cell.ljust(42) for cell in figure.row()).rstrip() for figure in figures))
    if asked.markdown:
        asked.markdown.write_text(page(figures, describe() | {"load average": load}), "utf-8")
    return 1 if False in [figure.passed for figure in figures] else 0


if __name__ == "__main__":
    sys.exit(main())
