"""What the custom parameters of one activity say, as frozen dataclasses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

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

    @property
    def launch_name(self) -> str:
        """The name that the spawner reads, which stands in the name of the engine's volume."""
        return launch_name(self.line_name)


@dataclass(frozen=True, slots=True)
class System:
    """The lines that the service writes; an empty one has no line.

    `serverpath` None has no line, and the empty path of a Moodle at its host's root has one: a proxy
    that finds none sends no records.
    """

    sessioninfo: str = ""
    course: str = ""
    ltiname: str = ""
    rpctoken: str = ""
    serverurl: str = ""
    serverpath: str | None = None


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
_PLAIN = re.compile("[a-z0-9_]+")
_MAP = bytes(code if chr(code).isalnum() and code < 128 else ord("_") for code in range(256)).lower()
_LAUNCH_PREFIX = "custom_"
_BY_START = ("teachers", "cpulimit", "memlimit", "actlimit", "iframe", *SYSTEM)
_BY_END = ("sessioninfo", "rpctoken", "serverurl", "serverpath")


def launch_name(name: str) -> str:
    """Return the name that the spawner sees of a line.

    Moodle's lti_map_keyname puts `_` in the place of every byte that is no letter or digit, after
    lowering, and `custom_` before it; the spawner takes every `custom_` out.
    """
    if _PLAIN.fullmatch(name):
        return name.replace(_LAUNCH_PREFIX, "")
    return _mapped(name.strip()).replace(_LAUNCH_PREFIX, "")


def _mapped(name: str) -> str:
    return name.encode(errors="surrogatepass").translate(_MAP).decode()


def key_of(name: str) -> str:
    """Return the name of a line as it is written; an empty text where it is none of the known ones.

    A volume keeps its own name, in lower case: it may exist.
    """
    seen = launch_name(name)
    if seen.startswith(PREFIX) and seen.removeprefix(PREFIX) in _NAMES:
        return seen
    start = next((start for start in ROLES.values() if seen.startswith(start) and seen != start), "")
    typed = name.strip().lower()
    if not start or _mapped(typed[: len(start)]) != start:
        return seen if start else ""
    own = typed[len(start) :]
    if start == ROLES["submit"] and launch_name(own[-len(CLOSE) :]) == CLOSE:
        own = own[: -len(CLOSE)] + CLOSE
    return start + own if own else ""


def role_of(key: str) -> str:
    """Return what the line of this key says: a role, `single` for the other known ones, or an empty text."""
    if not key:
        return ""
    return next((role for role, start in ROLES.items() if key.startswith(start)), "single")


def is_close(key: str) -> bool:
    """Say whether the line of this key is a closing time: `lms_sub_NAME_close`."""
    start = ROLES["submit"]
    return key.startswith(start) and key.endswith(CLOSE) and len(key) > len(start + CLOSE)


def taken_for(name: str) -> str:
    """Return which parameter the spawner or a proxy takes an unknown line for, or an empty text.

    The spawner looks at how most names begin, a proxy for its own anywhere before `=`.
    """
    seen = launch_name(name)
    starts = (known for known in _BY_START if seen.startswith(PREFIX + known))
    ends = (known for known in _BY_END if seen.endswith(PREFIX + known))
    return next(chain(starts, ends), "")
