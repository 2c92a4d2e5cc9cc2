"""A container that is never started: it only holds a volume, so that the engine hands out what is in it.

It is made, read and removed within one download. One that a killed process has left behind is known by
its labels, and removed with the next download from that host.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.containers.engine import Engine
from app.containers.faults import fault
from app.containers.link import Gone
from app.errors import CallError, EngineFailed

UNTIL = "lticontainer.archive.until"
"""Label: the second since 1970 after which nobody needs it any more."""
OWNER = "lticontainer.archive.owner"
"""Label: the process that made it."""
LONGEST = 2 * 3600
"""Seconds that a download may take."""
NO_IMAGE = "it has no image from which a container could be made; pull one first"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Makes carriers on one host; `engine` gives a call's way to its engine."""

    host: str
    engine: Callable[[], Engine]

    @contextmanager
    def holding(self, volume: str) -> Iterator[Generator[bytes]]:
        """Yield the tar of a volume, whose name was found before; the container is removed at the end.

        :raises CallError: the engine can't make it, or has no image to make it of.
        """
        self.sweep()
        mark = secrets.token_hex(4)
        # A path that is in no image: where it is in one, an empty volume would be filled from there.
        path = f"/lticontainer-{mark}"
        labels = {UNTIL: str(int(time.time()) + LONGEST), OWNER: _owner()}
        name = f"lticontainer-archive-{mark}"
        container = self.engine().carry(self._image(), name, volume, path, labels)
        try:
            # Docker removes no container that it still reads from: the reading ends first.
            with closing(self.engine().read(container, f"{path}/.")) as tar:
                yield tar
        finally:
            self._remove(container)

    def sweep(self) -> int:
        """Remove carriers that nobody needs any more, and return how many those were."""
        left = [id for id, labels in self.engine().labelled(UNTIL).items() if _is_left(labels)]
        for container in left:
            log.warning("host %s: a container of a download that broke off is removed", self.host)
            self._remove(container)
        return len(left)

    def _image(self) -> str:
        # The smallest: a storage driver without layers copies it.
        images = sorted(self.engine().images(), key=lambda image: (image.size, image.id))
        if not images:
            raise fault(EngineFailed, host=self.host, why=NO_IMAGE)
        return images[0].id

    def _remove(self, container: str) -> None:
        try:
            self.engine().remove(container)
        except Gone:
            pass
        except CallError as error:
            log.error("host %s: container %.12s could not be removed: %s", self.host, container, error.detail)


def _is_left(labels: Mapping[str, str]) -> bool:
    until = labels.get(UNTIL, "")
    machine, _, process = labels.get(OWNER, "").rpartition(" ")
    here = machine == socket.gethostname() and process != "" and process not in _alive(process)
    return here or (until.isascii() and until.isdigit() and int(until) < time.time())


def _owner() -> str:
    return f"{socket.gethostname()} {_process(str(os.getpid()))}"


def _alive(process: str) -> tuple[str, ...]:
    return (_process(process.partition(":")[0]),)


def _process(pid: str) -> str:
    """Return a process's number and the moment it began, which tells it from a later one of that number."""
    try:
        fields = Path("/proc", pid, "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    # A dead one is listed until somebody asks how it ended.
    return "" if fields[0] in ("Z", "X") else f"{pid}:{fields[19]}"
