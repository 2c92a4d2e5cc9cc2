"""What engines answer, checked member by member: JSON -> dataclasses, without I/O.

What has another shape raises ValueError: something else than an engine may answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NO_TAG = "<none>:<none>"
SHORT = 12


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """An engine: `docker` or `podman`, its version, and the newest and oldest version of its API."""

    kind: str
    version: str
    api_version: str
    oldest_api_version: str

    def api_up_to(self, newest: str) -> str:
        """Return the version of the API to ask for, by one who knows those up to `newest`."""
        return max(min(newest, self.api_version, key=_numbers), self.oldest_api_version, key=_numbers)


@dataclass(frozen=True, slots=True)
class Image:
    """An image. `size` in bytes, `created` in seconds since 1970."""

    id: str
    tags: tuple[str, ...]
    size: int
    created: int


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume. `created` is ISO 8601 in UTC, empty where the engine does not tell."""

    name: str
    driver: str
    created: str


@dataclass(frozen=True, slots=True)
class Container:
    """A container. `volumes` are the names of those it uses; `created` is ISO 8601 in UTC."""

    id: str
    name: str
    image: str
    state: str
    created: str
    volumes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a container has used: processor time in ns, memory in bytes, and the moment in seconds since 1970."""

    read_at: float
    cpu_ns: int
    memory: int


def info(data: Any) -> EngineInfo:
    """Read the answer of /version."""
    answer = _struct(data)
    names = [str(_struct(part).get("Name", "")) for part in _list(answer.get("Components") or [])]
    kind = "podman" if any("podman" in name.lower() for name in names) else "docker"
    newest = _version(answer.get("ApiVersion"))
    return EngineInfo(kind, _text(answer, "Version"), newest, _version(answer.get("MinAPIVersion") or newest))


def images(data: Any) -> list[Image]:
    """Read the answer of /images/json."""
    return [_image(_struct(entry)) for entry in _list(data)]


def volumes(data: Any) -> list[Volume]:
    """Read the answer of /volumes."""
    return [volume(entry) for entry in _list(_struct(data).get("Volumes") or [])]


def volume(data: Any) -> Volume:
    """Read one volume, as /volumes/create answers."""
    entry = _struct(data)
    return Volume(_text(entry, "Name"), str(entry.get("Driver") or ""), moment(entry.get("CreatedAt")))


def sizes(data: Any) -> dict[str, int]:
    """Read the volumes in the answer of /system/df: bytes by name, of those that it knows."""
    found = {}
    for entry in map(_struct, _list(_struct(data).get("Volumes") or [])):
        size = (entry.get("UsageData") or {}).get("Size", -1)
        if isinstance(size, int) and size >= 0:
            found[_text(entry, "Name")] = size
    return found


def containers(data: Any) -> list[Container]:
    """Read the answer of /containers/json."""
    return [_container(_struct(entry)) for entry in _list(data)]


def made(data: Any) -> str:
    """Read the id in the answer of /containers/create."""
    return _text(_struct(data), "Id")


def labels(data: Any) -> dict[str, Mapping[str, str]]:
    """Read the labels in the answer of /containers/json, by the container's id."""
    return {
        _text(entry, "Id"): {str(k): str(v) for k, v in _struct(entry.get("Labels") or {}).items()}
        for entry in map(_struct, _list(data))
    }


def since(data: Any) -> str:
    """Read when a container came into its state, from /containers/ID/json."""
    state = _struct(_struct(data).get("State"))
    return moment(state.get("StartedAt") if state.get("Running") else state.get("FinishedAt"))


def sample(data: Any) -> Sample:
    """Read one answer of /containers/ID/stats."""
    answer = _struct(data)
    memory = answer.get("memory_stats") or {}
    details = memory.get("stats") or {}
    # Pages of files that the kernel may drop at any time don't count, as in `docker stats`.
    cache = details.get("total_inactive_file", details.get("inactive_file", 0))
    usage = _number(memory, "usage")
    used = usage - cache if isinstance(cache, int) and cache < usage else usage
    cpu = _number(_struct(_struct(answer.get("cpu_stats")).get("cpu_usage")), "total_usage")
    return Sample(_parsed(_text(answer, "read")).timestamp(), cpu, used)


def cores(first: Sample, second: Sample) -> float | None:
    """Return how many cores a container used between two samples; None where no time has passed."""
    seconds = second.read_at - first.read_at
    return max(0.0, (second.cpu_ns - first.cpu_ns) / 1e9 / seconds) if seconds > 0 else None


def moment(value: Any) -> str:
    """Return an engine's time as ISO 8601 in UTC, in seconds; empty for none (the year 1)."""
    if not value:
        return ""
    when = datetime.fromtimestamp(value, UTC) if type(value) is int else _parsed(str(value))
    return "" if when.year == 1 else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parsed(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _image(entry: Mapping[str, Any]) -> Image:
    tags = tuple(str(tag) for tag in _list(entry.get("RepoTags") or []) if tag != NO_TAG)
    identity = _text(entry, "Id").removeprefix("sha256:")
    return Image(identity, tags, _number(entry, "Size"), _number(entry, "Created"))


def _container(entry: Mapping[str, Any]) -> Container:
    names = _list(entry.get("Names") or [])
    mounts = [_struct(mount) for mount in _list(entry.get("Mounts") or [])]
    used = tuple(str(mount["Name"]) for mount in mounts if mount.get("Type") == "volume" and mount.get("Name"))
    return Container(
        _text(entry, "Id"),
        str(names[0]).removeprefix("/") if names else "",
        str(entry.get("Image") or ""),
        str(entry.get("State") or ""),
        moment(entry.get("Created")),
        used,
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _version(value: Any) -> str:
    if not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", str(value)):
        raise ValueError("no version of an API")
    return str(value)


def _struct(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{type(value).__name__} where an object should be")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{type(value).__name__} where a list should be")
    return value


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise ValueError(f"no text {name}")
    return value


def _number(entry: Mapping[str, Any], name: str) -> int:
    value = entry.get(name)
    if type(value) is not int:
        raise ValueError(f"no number {name}")
    return value
