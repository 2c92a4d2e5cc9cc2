"""Who calls, and what that caller covers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from app.auth.addresses import Address

ADMIN = "admin"
SUBJECTS = ("nblogs", "ltis", "params", "containers", "activity")
SCOPES: tuple[str, ...] = (
    *(f"{subject}:{verb}" for subject in SUBJECTS for verb in ("read", "write")),
    ADMIN,
)
"""Every scope there is. `admin` holds all others."""

TELLING = 16
"""So many characters of a token, and more, are never shown."""
REMOVED = "[token removed]"


@dataclass(frozen=True, slots=True)
class Activity:
    """The one LTI activity that an activity token is bound to, and the counter it was made with."""

    inst_id: int
    lti_id: int
    counter: int


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller whose token was found and is in force.

    `token_id` is the row of a service token, or with `moodle` of Moodle's token; None for an activity token.
    `address` is where a caller with Moodle's token calls from. `courses` None means every course. `name` is for
    logs and lists; it is never the token. `epoch` is how often any token had been revoked or rotated when this
    one was looked up: as long as that stands, the caller is in force; -1 where nothing tells.
    """

    name: str
    scopes: frozenset[str]
    token_id: int | None = None
    courses: frozenset[int] | None = None
    activity: Activity | None = None
    secret: str = field(default="", repr=False)
    epoch: int = field(default=0, compare=False)
    moodle: bool = False
    address: Address | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """A short name of the token itself, to count and to bind by: `token:3`, `moodle:3`, `activity:1:7`."""
        if self.activity:
            return f"activity:{self.activity.inst_id}:{self.activity.lti_id}"
        return f"{'moodle' if self.moodle else 'token'}:{self.token_id}"

    @property
    def identity(self) -> tuple[str, int]:
        """Tell this token from a rotated one of the same activity."""
        return self.key, self.activity.counter if self.activity else 0

    @property
    def limited(self) -> bool:
        """Say whether some course or activity of the site is closed to this caller."""
        return self.activity is not None or self.courses is not None

    def has_scope(self, scope: str) -> bool:
        """Say whether the caller may use functions of this scope."""
        return scope in self.scopes or ADMIN in self.scopes

    def hide(self, text: str) -> str:
        """Return text without the token, whole or cut off after a while, as a shortened value may hold it."""
        head = self.secret[:TELLING]
        start = text.find(head) if head else -1
        while start >= 0:
            end = start + TELLING
            while end < len(text) and self.secret.startswith(text[start : end + 1]):
                end += 1
            text = text[:start] + REMOVED + text[end:]
            start = text.find(head, start + len(REMOVED))
        return text

    def covers_course(self, course: int) -> bool:
        """Say whether the caller may see and change what belongs to this course."""
        return self.activity is None and (self.courses is None or course in self.courses)

    def covers_courses(self, courses: Collection[int]) -> bool:
        """Say whether every one of these courses is covered."""
        return all(self.covers_course(course) for course in courses)
