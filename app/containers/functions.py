"""The functions by which teachers see hosts, images, volumes and containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from app.audit.trail import Trail
from app.auth.caller import Caller
from app.containers.answers import Container, moment
from app.containers.check import walk
from app.containers.engine import Engine, Use
from app.containers.host import Host
from app.containers.hosts import Hosts
from app.containers.listing import Shown, Words, list_images
from app.containers.naming import LABELS, LABELS_JA, CourseNames
from app.containers.stopping import ACTION, LONGEST, state_of
from app.containers.wire import (
    CheckedSchema,
    ContainersSchema,
    ForCourseSchema,
    HostsSchema,
    ImagesOfSchema,
    ImagesSchema,
    OfCourseSchema,
    OfHostSchema,
    VolumesSchema,
)
from app.registry import PREFIX, Call, ExternalFunction, every_course

READ = "containers:read"


def reading_functions(
    hosts: Hosts, moodle_host: str, unseal: Callable[[Host], str], trail: Trail
) -> tuple[ExternalFunction, ...]:
    """Return the functions that only look."""

    def get_hosts(call: Call) -> Mapping[str, Any]:
        seen = hosts.seen_by(call.caller, _course(call))
        return {"hosts": [{"name": h.name, "engine": h.engine, "local": h.is_local} for h in seen]}

    def check_host(call: Call) -> Mapping[str, Any]:
        report = walk(_host(call), unseal)
        found = report.engine
        engine = (found.kind, found.version, found.api_version) if found else ("", "", "")
        names = ("engine", "version", "api_version")
        steps = [asdict(step) for step in report.steps]
        return {"ok": report.error is None, "steps": steps} | dict(zip(names, engine, strict=True))

    def get_images(call: Call) -> Mapping[str, Any]:
        words = Words.read(call.arguments["filter"])
        engine = hosts.engine(_host(call))
        return {"images": [_image(shown) for shown in list_images(engine.images(), words)]}

    def get_volumes(call: Call) -> Mapping[str, Any]:
        engine, names = _of_course(call)
        found = [(volume, name) for volume in engine.volumes() if (name := names.read_volume(volume.name))]
        if not found:
            return {"volumes": []}
        users = users_of(engine.containers())
        sizes = engine.volume_sizes()
        return {
            "volumes": [
                {
                    "role": name.role,
                    "label_en": LABELS[name.role],
                    "label_ja": LABELS_JA[name.role],
                    "name": name.short,
                    "full_name": name.full,
                    "driver": volume.driver,
                    "size": str(sizes.get(name.full, "")),
                    "created": volume.created,
                    "used_by": users.get(name.full, []),
                }
                for volume, name in sorted(found, key=lambda pair: pair[1].full)
            ]
        }

    def get_containers(call: Call) -> Mapping[str, Any]:
        engine, names = _of_course(call)
        found = [(c, name) for c in engine.containers() if (name := names.read_container(c.name))]
        used = engine.use([container for container, _ in found])
        stopping = trail.under_way(ACTION, call.arguments["host"], call.arguments["course_id"], LONGEST)
        return {
            "containers": [
                {"name": c.name, "user": name.user, "lti_id": name.lti_id, "image": c.image}
                | {"state": state_of(c, stopping)}
                | _use(used[c.id])
                for c, name in sorted(found, key=lambda pair: (pair[1].user, pair[0].name))
            ]
        }

    def _of_course(call: Call) -> tuple[Engine, CourseNames]:
        return hosts.engine(_host(call)), CourseNames(call.arguments["course_id"], moodle_host)

    def _host(call: Call) -> Host:
        return hosts.find(call.arguments["host"], call.caller, _course(call))

    return (
        ExternalFunction(
            name=f"{PREFIX}get_hosts",
            summary="List the container hosts that the caller, or a course, may use.",
            description="A host that is limited to courses is listed for those who cover one of them; "
            "where a course is named, for this course alone.",
            scope=READ,
            params=ForCourseSchema(),
            positional=("course_id",),
            result=HostsSchema(),
            handler=get_hosts,
            covers=covers_a_course,
        ),
        ExternalFunction(
            name=f"{PREFIX}check_host",
            summary="Walk to a container host's engine, and say which step fails.",
            description="Over a connection of its own. The steps end with the one that fails.",
            scope=READ,
            params=OfHostSchema(),
            positional=("host", "course_id"),
            result=CheckedSchema(),
            handler=check_host,
            covers=covers_a_course,
            example={"host": "local"},
        ),
        ExternalFunction(
            name=f"{PREFIX}get_images",
            summary="List the images on a container host.",
            description="The first is `default`, which stands for the site's own image. The filter's words are "
            "plain text, separated by commas or white space.",
            scope=READ,
            params=ImagesOfSchema(),
            positional=("host", "filter", "course_id"),
            result=ImagesSchema(),
            handler=get_images,
            covers=covers_a_course,
            example={"host": "local", "filter": "jupyter -old"},
        ),
        ExternalFunction(
            name=f"{PREFIX}get_volumes",
            summary="List the task and submit volumes of a course.",
            scope=READ,
            params=OfCourseSchema(),
            positional=("host", "course_id"),
            result=VolumesSchema(),
            handler=get_volumes,
            covers=covers_its_course,
            example={"host": "local", "course_id": 2},
        ),
        ExternalFunction(
            name=f"{PREFIX}get_containers",
            summary="List the containers of a course, with what they use.",
            scope=READ,
            params=OfCourseSchema(),
            positional=("host", "course_id"),
            result=ContainersSchema(),
            handler=get_containers,
            covers=covers_its_course,
            example={"host": "local", "course_id": 2},
        ),
    )


def covers_its_course(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Say whether a caller covers the course that is named."""
    return caller.covers_course(arguments["course_id"])


def covers_a_course(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Say whether a caller covers the course that is named; where none is, any service token will do."""
    return covers_its_course(caller, arguments) if arguments["course_id"] else every_course(caller, arguments)


def users_of(containers: list[Container]) -> dict[str, list[str]]:
    """Return the names of containers by the volume that they use."""
    users: dict[str, list[str]] = {}
    for container in containers:
        for volume in container.volumes:
            users.setdefault(volume, []).append(container.name)
    return users


def _course(call: Call) -> int | None:
    return call.arguments["course_id"] or None


def _image(shown: Shown) -> Mapping[str, str]:
    image = shown.image
    if image is None:
        return {"name": shown.name, "id": "", "size": "", "created": ""}
    return {"name": shown.name, "id": image.id, "size": str(image.size), "created": moment(image.created)}


def _use(use: Use) -> dict[str, str]:
    cpu = "" if use.cores is None else f"{use.cores:.2f}"
    return {"since": use.since, "cpu": cpu, "memory": "" if use.memory is None else str(use.memory)}
