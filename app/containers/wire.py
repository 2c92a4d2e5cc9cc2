"""The structs of container hosts that travel over all protocols.

Sizes in bytes are decimal texts, as XML-RPC has no integers from 2**31; what is not known is empty.
"""

from __future__ import annotations

from marshmallow import fields, validate

from app.containers.host import ENGINES
from app.containers.naming import ROLES
from app.fields import Flag, Identifier, Integer, StrictSchema, Text

NAMES_LIMIT = 200
"""The most volumes or users that one call names."""
NAME_LIMIT = 1_000


def text(description: str, limit: int = 65_535) -> Text:
    """Return a required field for text."""
    return Text(limit=limit, required=True, metadata={"description": description})


def named(description: str) -> fields.List[str]:
    """Return a required list of names."""
    return fields.List(
        text(description, NAME_LIMIT),
        required=True,
        validate=validate.Length(1, NAMES_LIMIT, error="must have {min} to {max} elements"),
        metadata={"description": description},
    )


class HostSchema(StrictSchema):
    """A container host that the caller may use."""

    name = text("name of the host")
    engine = text(f"engine that is configured: {', '.join(ENGINES)}")
    local = Flag(required=True, metadata={"description": "whether it is the service's own machine"})


class HostsSchema(StrictSchema):
    """Result of get_hosts."""

    hosts = fields.List(fields.Nested(HostSchema), required=True)


class ForCourseSchema(StrictSchema):
    """Parameters that may name a course."""

    course_id = Integer(
        minimum=0,
        load_default=0,
        metadata={
            "description": "only hosts that this course may use; 0: those of every course that the caller covers"
        },
    )


class OfHostSchema(ForCourseSchema):
    """Parameters that name a host, and may name a course."""

    host = text("name of the host", NAME_LIMIT)


class OfCourseSchema(StrictSchema):
    """Parameters that name a host and a course."""

    host = text("name of the host", NAME_LIMIT)
    course_id = Identifier(required=True, metadata={"description": "id of the course"})


class StepSchema(StrictSchema):
    """One step of the way to an engine."""

    name = text("name, connect, greeting, host_key, login, socket, engine")
    ok = Flag(required=True, metadata={"description": "whether it went well"})
    sentence_en = text("what was found, or what is wrong and what helps, in English")
    sentence_ja = text("the same in Japanese")


class CheckedSchema(StrictSchema):
    """Result of check_host."""

    ok = Flag(required=True, metadata={"description": "whether the engine can be used"})
    engine = text("docker or podman; empty where the way ends before it")
    version = text("version of the engine")
    api_version = text("version of its API")
    steps = fields.List(fields.Nested(StepSchema), required=True)


class ImagesOfSchema(OfHostSchema):
    """Parameters of get_images."""

    filter = Text(
        limit=NAME_LIMIT,
        load_default="",
        metadata={"description": "words that must be in a name; with - in front: must not"},
    )


class ImageSchema(StrictSchema):
    """An image; the first one is default, the site's own."""

    name = text("name : tag, or the short id of one without")
    id = text("its id; empty for default")
    size = text("bytes, decimal")
    created = text("when it was made, ISO 8601 in UTC")


class ImagesSchema(StrictSchema):
    """Result of get_images."""

    images = fields.List(fields.Nested(ImageSchema), required=True)


class CourseVolumeSchema(StrictSchema):
    """A volume of a course."""

    role = text("task or submit")
    label_en = text("Task Volume or Submit Volume")
    label_ja = text("the same in Japanese")
    name = text("short name")
    full_name = text("name on the container host")
    driver = text("driver of the volume")
    size = text("bytes, decimal; empty where the engine does not tell it in time")
    created = text("when it was made, ISO 8601 in UTC; empty where the engine does not tell")
    used_by = fields.List(Text(), required=True, metadata={"description": "names of containers that use it"})


class VolumesSchema(StrictSchema):
    """Result of get_volumes."""

    volumes = fields.List(fields.Nested(CourseVolumeSchema), required=True)


class NewVolumeSchema(StrictSchema):
    """A volume to be made."""

    role = Text(
        required=True,
        validate=validate.OneOf(tuple(ROLES), error="must be one of task, submit"),
        metadata={"description": "task or submit"},
    )
    name = text("short name: letters and digits; upper case is lowered", NAME_LIMIT)


class CreateSchema(OfCourseSchema):
    """Parameters of create_volumes."""

    volumes = fields.List(
        fields.Nested(NewVolumeSchema),
        required=True,
        validate=validate.Length(1, NAMES_LIMIT, error="must have {min} to {max} elements"),
    )


class DeleteSchema(OfCourseSchema):
    """Parameters of delete_volumes."""

    names = named("full names of volumes of the course")


class VolumeResultSchema(StrictSchema):
    """What became of one volume."""

    name = text("full name")
    status = text("what became of it")
    sentence_en = text("the same for people, in English")
    sentence_ja = text("the same in Japanese")
    used_by = fields.List(Text(), required=True, metadata={"description": "containers that keep it in use"})


class VolumeResultsSchema(StrictSchema):
    """Result of create_volumes and delete_volumes: a line for each volume, in the order of the call."""

    results = fields.List(fields.Nested(VolumeResultSchema), required=True)


class ContainerSchema(StrictSchema):
    """A container of the spawner."""

    name = text("name on the container host")
    user = text("user, as the name holds it")
    lti_id = Identifier(required=True, metadata={"description": "id of the LTI activity"})
    image = text("image that it runs")
    state = text("running, exited and the like; stopping while a call of stop_containers is under way")
    since = text("since when it is in this state, ISO 8601 in UTC")
    cpu = text("cores in use, decimal; empty where it does not run or time was short")
    memory = text("bytes in use, decimal; empty as above")


class ContainersSchema(StrictSchema):
    """Result of get_containers."""

    containers = fields.List(fields.Nested(ContainerSchema), required=True)


class StopSchema(OfCourseSchema):
    """Parameters of stop_containers."""

    users = named("users whose containers are stopped")
    wait = Integer(
        minimum=0,
        maximum=60,
        load_default=60,
        metadata={"description": "seconds after which the answer comes, even where containers are still stopping"},
    )


class StoppedSchema(StrictSchema):
    """What became of one container."""

    user = text("user")
    name = text("name of the container; empty where none runs")
    status = text("stopped, stopping, notrunning or failed")
    sentence_en = text("the same for people, in English")
    sentence_ja = text("the same in Japanese")


class StopsSchema(StrictSchema):
    """Result of stop_containers."""

    results = fields.List(fields.Nested(StoppedSchema), required=True)
