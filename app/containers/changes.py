"""The functions by which teachers make and delete volumes, and stop containers.

What happens on a host can't be rolled back: each act is written to the log of changes before it is
done, and its result after it. Every call may be repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from app.audit.entry import Target
from app.audit.trail import Trail
from app.containers.answers import Container
from app.containers.carrier import Carrier
from app.containers.engine import Engine
from app.containers.functions import covers_its_course, users_of
from app.containers.hosts import Hosts
from app.containers.link import Conflict, Gone
from app.containers.naming import CourseNames, NameFault, VolumeName
from app.containers.results import FAILED, Result, failure, result
from app.containers.stopping import ENDED, GRACE, side_by_side
from app.containers.stopping import stop as stop_one
from app.containers.wire import CreateSchema, DeleteSchema, StopSchema, StopsSchema, VolumeResultsSchema
from app.errors import CallError, EngineFailed, InvalidParameter, Problem
from app.registry import PREFIX, Call, ExternalFunction

WRITE = "containers:write"
Act = tuple[str, Callable[[], Result]]
"""The name of a volume, and what is done with it."""
SHOWN = 100


def writing_functions(hosts: Hosts, moodle_host: str, trail: Trail) -> tuple[ExternalFunction, ...]:
    """Return the functions that change something on a host."""

    def create(call: Call) -> Mapping[str, Any]:
        wanted = new_names(_names(call), call.arguments["volumes"])
        engine = _engine(call)
        there = {volume.name for volume in engine.volumes()}

        def make(name: VolumeName) -> Result:
            engine.create_volume(name.full)
            return result("existed" if name.full in there else "created", name.full)

        return _results(_one_by_one(call, [(name.full, partial(make, name)) for name in wanted]))

    def delete(call: Call) -> Mapping[str, Any]:
        names, engine = _names(call), _engine(call)
        carrier = Carrier(call.arguments["host"], lambda: engine)

        def remove(name: str, *, again: bool = True) -> Result:
            try:
                engine.remove_volume(name)
            except Gone:
                return result("notfound", name)
            except Conflict:
                if again and carrier.sweep():  # it was a download that broke off which held it
                    return remove(name, again=False)
                return result("inuse", name, users_of(engine.containers()).get(name, ()))
            return result("deleted", name)

        own = [name for name in dict.fromkeys(call.arguments["names"]) if names.read_volume(name)]
        done = {one.name: one for one in _one_by_one(call, [(name, partial(remove, name)) for name in own])}
        return _results([done.get(name) or result("refused", name) for name in call.arguments["names"]])

    def stop(call: Call) -> Mapping[str, Any]:
        until = time.monotonic() + call.arguments["wait"]
        names, engine = _names(call), _engine(call)
        running: dict[str, list[Container]] = {user: [] for user in call.arguments["users"]}
        for container in engine.containers():
            name = names.read_container(container.name)
            if name and name.user in running and container.state not in ENDED:
                running[name.user].append(container)

        pairs = [(user, container) for user, found in running.items() for container in found]
        acts = [(c.name, partial(_act, call, c.name, partial(stop_one, engine, c))) for _, c in pairs]
        stopped = [_stopped(user, one) for (user, _), one in zip(pairs, side_by_side(acts, until), strict=True)]
        idle = [_stopped(user, result("notrunning", user), "") for user, found in running.items() if not found]
        return {"results": stopped + idle}

    def _names(call: Call) -> CourseNames:
        return CourseNames(call.arguments["course_id"], moodle_host)

    def _engine(call: Call) -> Engine:
        arguments = call.arguments
        return hosts.engine(hosts.find(arguments["host"], call.caller, arguments["course_id"]))

    def _one_by_one(call: Call, acts: Sequence[Act]) -> list[Result]:
        """Run acts in their order; once the host itself fails, the rest is not tried."""
        done: list[Result] = []
        broken: CallError | None = None
        for name, act in acts:
            try:
                done.append(failure(name, broken) if broken else _act(call, name, act))
            except CallError as error:
                if not done:
                    raise  # nothing has changed, so the error alone says it all
                broken = error
                done.append(failure(name, error))
        return done

    def _act(call: Call, name: str, act: Callable[[], Result], noted: Callable[[], None] | None = None) -> Result:
        target = Target(call.arguments["host"], call.arguments["course_id"], name)
        with trail.act(call.actor, call.function.short_name, target) as entry:
            if noted:
                noted()
            try:
                found = act()
            except EngineFailed as error:
                found = failure(name, error)
            if found.status in (FAILED, "inuse"):
                entry.fail(found.sentence_en)
            else:
                entry.result = found.status
        return found

    return (
        ExternalFunction(
            name=f"{PREFIX}create_volumes",
            summary="Make task and submit volumes of a course.",
            description="A volume that is there already stays as it is. Where a name is wrong none is made.",
            scope=WRITE,
            params=CreateSchema(),
            positional=("host", "course_id", "volumes"),
            result=VolumeResultsSchema(),
            handler=create,
            covers=covers_its_course,
            writes=True,
            example={"host": "local", "course_id": 2, "volumes": [{"role": "task", "name": "lesson1"}]},
        ),
        ExternalFunction(
            name=f"{PREFIX}delete_volumes",
            summary="Delete volumes of a course, with all that is in them.",
            description="Each name has a result of its own; one that is refused does not stop the others. "
            "A volume in use is not deleted.",
            scope=WRITE,
            params=DeleteSchema(),
            positional=("host", "course_id", "names"),
            result=VolumeResultsSchema(),
            handler=delete,
            covers=covers_its_course,
            writes=True,
            example={"host": "local", "course_id": 2, "names": ["lms_vol_lesson1_2_moodle.example.org"]},
        ),
        ExternalFunction(
            name=f"{PREFIX}stop_containers",
            summary="Stop the containers of users within a course.",
            description=f"A container that does not end within {GRACE} seconds is ended by force. What is under "
            "way when the caller does not want to wait any longer goes on; its status is `stopping`.",
            scope=WRITE,
            params=StopSchema(),
            positional=("host", "course_id", "users", "wait"),
            result=StopsSchema(),
            handler=stop,
            covers=covers_its_course,
            writes=True,
            example={"host": "local", "course_id": 2, "users": ["student1"]},
        ),
    )


def new_names(names: CourseNames, volumes: Sequence[Mapping[str, str]]) -> list[VolumeName]:
    """Return the names of volumes to be made, each once.

    :raises InvalidParameter: some are wrong; it says which.
    """
    found: list[VolumeName] = []
    problems: list[Problem] = []
    for index, volume in enumerate(volumes):
        try:
            found.append(names.volume(volume["role"], volume["name"]))
        except NameFault as fault:
            field, value = f"volumes[{index}].name", volume["name"][:SHOWN]
            problems.append({"index": index, "field": field, "value": value, "message": str(fault)})
    if problems:
        raise InvalidParameter(
            "; ".join(f"{p['field']} {p['value']!r} {p['message']}" for p in problems[:10]), problems
        )
    return list(dict.fromkeys(found))


def _stopped(user: str, one: Result, name: str | None = None) -> Mapping[str, str]:
    shown = {"user": user, "name": one.name if name is None else name, "status": one.status}
    return shown | {"sentence_en": one.sentence_en, "sentence_ja": one.sentence_ja}


def _results(results: Sequence[Result]) -> Mapping[str, Any]:
    return {"results": [asdict(one) for one in results]}
