"""What the custom parameters of one activity say, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "lms_"
CLOSE = "_close"
ROLES: Mapping[str, str] = {"task": "lms_vol_", "submit": "lms_sub_", "personal": "lms_prs_"}
"""Role of a volume -> how its line begins."""
SINGLES = ("users", "teachers", "image", "cpulimit", "memlimit", "actlimit", "defurl")
"""What a teacher chooses, in the order of the lines; each is `lms_` and the name."""
SYSTEM = ("sessioninfo", "course", "ltiname", "rpctoken", "serverurl", "serverpath")
"""What the service writes, in the order of the lines, after lms_iframe."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume; `role` is a key of ROLES, `close` a Unix time in decimal, for the role submit only."""

    role: str
    name: str
    link: str
    users: str = ""
    close: str = ""

    @property
    def line_name(self) -> str:
        """The name of its line."""
        return ROLES[self.role] + self.name


@dataclass(frozen=True, slots=True)
class System:
    """The lines that the service writes; an empty one has no line."""

    sessioninfo: str = ""
    course: str = ""
    ltiname: str = ""
    rpctoken: str = ""
    serverurl: str = ""
    serverpath: str = ""


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of one activity; an empty text has no line.

    `others` are all lines that are none of the rest, as (name, value); a line without a name before `=`
    is ("", whole line). They are kept as they are.
    """

    users: str = ""
    teachers: str = ""
    image: str = ""
    cpulimit: str = ""
    memlimit: str = ""
    actlimit: str = ""
    defurl: str = ""
    iframe: bool = False
    volumes: tuple[Volume, ...] = ()
    system: System = field(default_factory=System)
    others: tuple[tuple[str, str], ...] = ()


_NAMES = frozenset((*SINGLES, "iframe", *SYSTEM))


def role_of(name: str) -> str:
    """Return what the line of this name says: a role, `single` for the other known ones, or an empty text."""
    key = name.strip().lower()
    if not key.startswith(PREFIX):
        return ""
    if key.removeprefix(PREFIX) in _NAMES:
        return "single"
    return next((role for role, start in ROLES.items() if key.startswith(start) and key != start), "")


def is_close(name: str) -> bool:
    """Say whether the line of this name is a closing time: `lms_sub_NAME_close`."""
    key = name.strip().lower()
    start = ROLES["submit"]
    return key.startswith(start) and key.endswith(CLOSE) and len(key) > len(start + CLOSE)
