"""How volumes and containers of a course are named on a container host.

A volume is `lms_vol_NAME_COURSEID_MOODLEHOST` or `lms_sub_...`; a container of the spawner is
`jupyterhub-COURSEID-LTIID-MOODLEHOST-RANDOM-USER`. Host and user may hold `-`, so names are read with
the host that is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.fields import INT32_MAX

ROLES: Mapping[str, str] = {"task": "lms_vol_", "submit": "lms_sub_"}
LABELS: Mapping[str, str] = {"task": "Task Volume", "submit": "Submit Volume"}
LABELS_JA: Mapping[str, str] = {"task": "課題用ボリューム", "submit": "提出用ボリューム"}
FULL_LIMIT = 255
"""A volume is a folder on the engine's disk."""
_SHORT = re.compile("[a-z0-9]+")
_ENGINE_NAME = re.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_RANDOM = "[A-Za-z0-9]{8}"


class NameFault(ValueError):
    """A name that is no name for a volume; the text says why."""


@dataclass(frozen=True, slots=True)
class VolumeName:
    """The name of a volume of one course, in parts and in full."""

    role: str
    short: str
    full: str


@dataclass(frozen=True, slots=True)
class ContainerName:
    """What the name of a spawner's container tells."""

    lti_id: int
    user: str


@dataclass(frozen=True, slots=True)
class CourseNames:
    """The names of one course of one Moodle host."""

    course_id: int
    moodle_host: str

    def volume(self, role: str, typed: str) -> VolumeName:
        """Return the name of a new volume; upper case is lowered.

        :param role: `task` or `submit`.
        :raises NameFault: other characters than letters and digits, or too long.
        """
        short = typed.lower() if typed.isascii() else typed
        if not _SHORT.fullmatch(short):
            raise NameFault("must be letters a to z and digits only")
        full = f"{ROLES[role]}{short}{self._end}"
        if len(full) > FULL_LIMIT:
            limit = len(short) - (len(full) - FULL_LIMIT)
            raise NameFault(f"has {len(short)} characters, the limit is {limit}")
        return VolumeName(role, short, full)

    def read_volume(self, full: str) -> VolumeName | None:
        """Return the parts of a full name; None where it is no volume of this course and Moodle host."""
        for role, start in ROLES.items():
            short = full[len(start) : -len(self._end)]
            if short and full == f"{start}{short}{self._end}" and self._is_engine_name(full):
                return VolumeName(role, short, full)
        return None

    def read_container(self, name: str) -> ContainerName | None:
        """Return the parts of a container's name; None where it is none of this course and Moodle host."""
        host = re.escape(self.moodle_host)
        found = re.fullmatch(f"jupyterhub-{self.course_id}-([0-9]{{1,10}})-{host}-{_RANDOM}-(.+)", name)
        return ContainerName(int(found[1]), found[2]) if found and int(found[1]) <= INT32_MAX else None

    @property
    def _end(self) -> str:
        return f"_{self.course_id}_{self.moodle_host}"

    @staticmethod
    def _is_engine_name(full: str) -> bool:
        return len(full) <= FULL_LIMIT and _ENGINE_NAME.fullmatch(full) is not None


def user_of(moodle_host: str, course_id: int, name: str) -> str | None:
    """Return the user of a container of a course by its name; None where it is none of the spawner's."""
    found = CourseNames(course_id, moodle_host).read_container(name)
    return found.user if found else None
