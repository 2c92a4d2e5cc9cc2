"""A container engine for one call, Docker's or Podman's: its images, volumes and containers.

Podman's Docker-compatible API answers the same calls.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import docker

from app.containers import answers
from app.containers.answers import Container, EngineInfo, Image, Sample, Volume
from app.containers.deadline import Deadline
from app.containers.link import Link
from app.containers.sizes import Sizes
from app.errors import CallError, EngineLost, HostLost

T = TypeVar("T")

SECOND_SAMPLE = 0.25
"""Seconds between two samples of what containers use: one alone tells no rate."""
AT_ONCE = 16
WORTH_A_TRY = 0.3
READ_SIZE = 64 * 1024
MEASUREMENT = 120.0
"""Seconds that an engine may take to add up the sizes of its volumes."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a container uses: since when it is in its state, cores, bytes of memory; None where time was short."""

    since: str
    cores: float | None
    memory: int | None


class Engine:
    """One call's way to an engine.

    Every method raises CallError where it can't be done. What only reads is asked a second time where
    the connection was cut.
    """

    def __init__(self, link: Link, sizes: Sizes, deadline: Deadline) -> None:
        self._link = link
        self._sizes = sizes
        self._deadline = deadline

    def info(self) -> EngineInfo:
        """Return which engine it is."""
        return self._link.info(self._deadline)

    def images(self) -> list[Image]:
        """Return all images."""
        return self._ask(lambda client: answers.images(client.images()))

    def volumes(self) -> list[Volume]:
        """Return all volumes."""
        return self._ask(lambda client: answers.volumes(client.volumes()))

    def volume_sizes(self) -> Mapping[str, int]:
        """Return bytes by volume, of those that are known."""
        later = Engine(self._link, self._sizes, Deadline(MEASUREMENT))
        return self._sizes.get(lambda: later._ask(lambda client: answers.sizes(client.df())))

    def create_volume(self, name: str) -> Volume:
        """Make a volume, or return the one that is there."""
        return self._do(lambda client: answers.volume(client.create_volume(name)))

    def remove_volume(self, name: str) -> None:
        """Remove a volume; raises link.Conflict where a container uses it, link.Gone."""
        self._do(lambda client: client.remove_volume(name))
        self._sizes.forget()

    def carry(self, image: str, name: str, volume: str, path: str, labels: Mapping[str, str]) -> str:
        """Make a container that holds a volume at a path, to be read and never started; return its id."""
        return self._do(lambda client: answers.made(_carry(client, image, name, volume, path, labels)))

    def read(self, container: str, path: str) -> Generator[bytes]:
        """Yield a tar of a folder of a container. The answer must begin in time, and may not fall silent."""
        with self._link.client(self._deadline) as client:
            pieces, _ = client.get_archive(container, path, chunk_size=READ_SIZE)
            yield from pieces

    def labelled(self, label: str) -> dict[str, Mapping[str, str]]:
        """Return the labels of all containers that have this one, by id."""
        return self._ask(lambda client: answers.labels(client.containers(all=True, filters={"label": label})))

    def remove(self, container: str) -> None:
        """Remove a container; raises link.Gone."""
        self._do(lambda client: client.remove_container(container, force=True))

    def containers(self) -> list[Container]:
        """Return all containers, those that ended too."""
        return self._ask(lambda client: answers.containers(client.containers(all=True)))

    def stop(self, container: str, grace: int) -> None:
        """Stop a container, by force after `grace` seconds; raises link.Gone."""
        self._do(lambda client: client.stop(container, timeout=grace), Deadline(grace + self._deadline.seconds))

    def use(self, containers: Sequence[Container]) -> dict[str, Use]:
        """Return what containers use, by id: all at once, two samples of each that runs."""
        if not containers:
            return {}
        running = [container for container in containers if container.state == "running"]
        with ThreadPoolExecutor(min(AT_ONCE, len(containers)), thread_name_prefix="stats") as pool:
            first = list(pool.map(self._sample, running))
            began = time.monotonic()
            since = list(pool.map(self._since, containers))
            if running:
                time.sleep(max(0.0, min(SECOND_SAMPLE - (time.monotonic() - began), self._deadline.left())))
            second = list(pool.map(self._sample, running))
        rates = {c.id: _rate(a, b) for c, a, b in zip(running, first, second, strict=True)}
        return {c.id: Use(s, *rates.get(c.id, (None, None))) for c, s in zip(containers, since, strict=True)}

    def _sample(self, container: Container) -> Sample | None:
        return self._maybe(lambda client: answers.sample(client.stats(container.id, stream=False, one_shot=True)))

    def _since(self, container: Container) -> str:
        found = self._maybe(lambda client: answers.since(client.inspect_container(container.id)))
        return found or container.created

    def _maybe(self, ask: Callable[[docker.APIClient], T]) -> T | None:
        try:
            return None if self._deadline.over else self._do(ask)
        except CallError:
            return None

    def _ask(self, ask: Callable[[docker.APIClient], T]) -> T:
        try:
            return self._do(ask)
        except (EngineLost, HostLost):
            if self._deadline.left() < WORTH_A_TRY:
                raise
            return self._do(ask)

    def _do(self, act: Callable[[docker.APIClient], T], deadline: Deadline | None = None) -> T:
        with self._link.client(deadline or self._deadline) as client:
            return act(client)


def _carry(
    client: docker.APIClient, image: str, name: str, volume: str, path: str, labels: Mapping[str, str]
) -> object:
    host = client.create_host_config(binds=[f"{volume}:{path}:ro"], network_mode="none")
    # An image may have no command of its own, and one has to be there.
    return client.create_container(image, ["never-started"], name=name, labels=dict(labels), host_config=host)


def _rate(first: Sample | None, second: Sample | None) -> tuple[float | None, int | None]:
    newest = second or first
    used = answers.cores(first, second) if first and second else None
    return used, newest.memory if newest else None
