"""What the site and its courses allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase

from app.custom_params.amounts import AMOUNTS, number
from app.custom_params.findings import Finding, found
from app.custom_params.model import PREFIX, Params, taken_for


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed; None: everything. `images` are patterns of `name:tag`; none at all: the site's own only.

    `cpulimit` in cores, `memlimit` in bytes, `actlimit` in seconds.
    """

    images: tuple[str, ...] | None = None
    cpulimit: Decimal | None = None
    memlimit: Decimal | None = None
    actlimit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of the site, and those of single courses, which win where they are set."""

    site: Limits = field(default_factory=Limits)
    courses: Mapping[int, Limits] = field(default_factory=dict)

    def of(self, course_id: int) -> Limits:
        """Return the limits of a course."""
        site, course = self.site, self.courses.get(course_id, Limits())
        return Limits(
            site.images if course.images is None else course.images,
            site.cpulimit if course.cpulimit is None else course.cpulimit,
            site.memlimit if course.memlimit is None else course.memlimit,
            site.actlimit if course.actlimit is None else course.actlimit,
        )


def check_policy(params: Params, limits: Limits) -> list[Finding]:
    """Return an error for everything in cleaned parameters that is not allowed.

    An empty value is the site's own choice, and allowed; `0`, no limit, is more than any limit.
    """
    findings = []
    if params.image and limits.images is not None and not _allowed(params.image, limits.images):
        allowed = ", ".join(limits.images) or "default"
        findings.append(found(f"{PREFIX}image", params.image, params.image, "policy_image", allowed))
    for name, amount in AMOUNTS.items():
        typed, highest = getattr(params, name), getattr(limits, name)
        if highest is None:
            continue
        limit = amount.in_words(highest)
        if amount.form.fullmatch(typed) and not 0 < number(typed) <= highest:
            findings.append(found(PREFIX + name, typed, typed, "policy_limit", limit))
        # An unknown line that the spawner takes for this one is no way around the policy.
        hidden = ((line, value) for line, value in params.others if taken_for(line) == name)
        findings += (found(line, value, value, "policy_limit", limit) for line, value in hidden)
    return findings


def _allowed(image: str, patterns: tuple[str, ...]) -> bool:
    plain = image.replace(" ", "")
    if ":" not in plain.rpartition("/")[2]:
        plain += ":latest"
    return any(fnmatchcase(plain, pattern.replace(" ", "")) for pattern in patterns)
