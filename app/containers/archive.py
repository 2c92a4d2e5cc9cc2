"""The download of a volume's content: what students handed in, or a task, to take home."""

from __future__ import annotations

import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from marshmallow import fields, validate

from app.audit.entry import Target
from app.audit.trail import Act, Trail
from app.containers.carrier import LONGEST, Carrier
from app.containers.changes import WRITE
from app.containers.faults import fault
from app.containers.functions import covers_its_course
from app.containers.hosts import Hosts
from app.containers.naming import CourseNames, VolumeName
from app.containers.packing import PACKERS, Tally, pack
from app.containers.results import Result, result
from app.containers.wire import OfCourseSchema
from app.downloads import Content, Download, DownloadCall, Places
from app.errors import EngineNonsense, EngineTimeout, InvalidParameter
from app.fields import Text

ACTION = "archive_volume"
SHOWN = 100


class ArchiveSchema(OfCourseSchema):
    """Parameters of the archive."""

    volume = Text(limit=255, required=True, metadata={"description": "full name of a volume of that course"})
    format = fields.String(
        load_default="tar.gz",
        validate=validate.OneOf(list(PACKERS), error="must be one of: {choices}"),
        metadata={"description": "`tar.gz` or `zip`"},
    )


def archive_download(hosts: Hosts, moodle_host: str, trail: Trail, places: Places) -> Download:
    """Return the download; `places` limits how many of them may be under way."""

    def handle(call: DownloadCall) -> Content:
        arguments = call.arguments
        host = hosts.find(arguments["host"], call.caller, arguments["course_id"])
        names = CourseNames(arguments["course_id"], moodle_host)
        name = names.read_volume(arguments["volume"])
        if name is None:
            shown = arguments["volume"][:SHOWN]
            raise _wrong(f"volume {shown!r} is no volume of this course", result("refused", shown))
        packer = PACKERS[arguments["format"]]()
        today = datetime.now(UTC).strftime("%Y%m%d")
        filename = f"{name.short}_{name.role}_course{names.course_id}_{today}.{packer.ending}"

        def chunks() -> Iterator[bytes]:
            carrier = Carrier(host.name, lambda: hosts.engine(host))
            tally = Tally()
            with (
                places.one(),
                trail.act(call.actor, ACTION, Target(host.name, names.course_id, name.full)) as act,
            ):
                _check_there(carrier, name)
                with _told(act, host.name, tally), carrier.holding(name.full) as tar:
                    yield from pack(_in_time(host.name, tar), name.short, packer, tally)

        return Content(packer.content_type, filename, chunks())

    return Download(
        path="volumes/archive",
        summary="What is in a task or submit volume of a course, as tar.gz or zip.",
        description="Everything lies in one folder. Names that would lead out of it, links that do, devices and "
        "pipes are left out; `_left_out.txt` in the archive then says which.",
        scope=WRITE,
        params=ArchiveSchema(),
        content_type="application/octet-stream",
        handler=handle,
        covers=covers_its_course,
        example={"host": "local", "course_id": 2, "volume": "lms_sub_report1_2_moodle.example.org"},
    )


def _check_there(carrier: Carrier, name: VolumeName) -> None:
    # To make a container with a volume that is not there would make the volume.
    if all(volume.name != name.full for volume in carrier.engine().volumes()):
        detail = f"volume {name.full!r}: there is none of that name on host {carrier.host!r}"
        raise _wrong(detail, result("notfound", name.full))


def _wrong(detail: str, told: Result) -> InvalidParameter:
    sentences = {"sentence_en": told.sentence_en, "sentence_ja": told.sentence_ja}
    return InvalidParameter(detail, [{"field": "volume", "message": detail} | sentences])


@contextmanager
def _told(act: Act, host: str, tally: Tally) -> Iterator[None]:
    """Note in the log of changes what went out, and turn a broken tar into an error of the host."""
    try:
        yield
    except GeneratorExit:
        act.fail(f"broken off by the client after {_amount(tally)}")
        raise
    except tarfile.TarError as error:
        raise fault(EngineNonsense, host=host, socket="", why=f"no tar: {error}") from error
    act.result = _amount(tally)


def _amount(tally: Tally) -> str:
    left_out = f", {tally.left_out} entries left out" if tally.left_out else ""
    return f"{tally.files} files, {tally.bytes} bytes{left_out}"


def _in_time(host: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    end = time.monotonic() + LONGEST
    for piece in pieces:
        if time.monotonic() > end:
            raise fault(EngineTimeout, host=host, seconds=LONGEST)
        yield piece
