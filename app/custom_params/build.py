"""Parameters and the activity they are for -> the text that Moodle keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from app.custom_params.clean import Clock, clean_params
from app.custom_params.findings import Finding, has_errors
from app.custom_params.model import Params, System
from app.custom_params.policy import Limits, check_policy
from app.custom_params.text import join, parse

EMBEDDED = (2, 3)
"""Moodle's numbers for a launch container that is embedded, with blocks and without (mod/lti/locallib.php)."""
PORTS = {"http": 80, "https": 443}
ENGINE_ROLES = ("task", "submit")
"""A personal volume is none of the container engine's."""


class OtherHost(ValueError):
    """The public URL is on another host than Moodle; the text names both."""


@dataclass(frozen=True, slots=True)
class Context:
    """The activity that parameters are for; `launch_container` is Moodle's number."""

    course_id: int
    course_name: str
    lti_id: int
    lti_name: str
    inst_id: int
    launch_container: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where proxies send records: `https://host:port` and a path; `host` is Moodle's."""

    url: str
    path: str
    host: str


@dataclass(frozen=True, slots=True)
class Built:
    """The text, empty where a finding is an error, and the engine volumes that it needs."""

    text: str
    findings: Sequence[Finding]
    volumes_to_create: Sequence[str]


def target_of(moodle_url: str, public_url: str = "") -> Target:
    """Return where proxies send records: to the service under `public_url`, or else to Moodle, which forwards.

    The port is always there, because a proxy reads a missing one as 0.

    :raises OtherHost: another host than Moodle's would orphan living volumes, whose names hold the host.
    """
    moodle, parts = urlsplit(moodle_url), urlsplit(public_url or moodle_url)
    if parts.hostname != moodle.hostname:
        raise OtherHost(f"public_url is on the host {parts.hostname}, Moodle on {moodle.hostname}")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    url = f"{parts.scheme}://{host}:{parts.port or PORTS[parts.scheme]}"
    return Target(url, parts.path.rstrip("/"), moodle.hostname or "")


def build(
    params: Params, context: Context, target: Target, token: str, limits: Limits, clock: Clock, saved: str | None
) -> Built:
    """Return the text of parameters for an activity; its system lines are made anew.

    :param token: an activity token, or an empty text for no line.
    :param saved: the text that Moodle keeps now, whose volumes keep their names; None: not known.
    :raises TooManyLines: `saved` has more lines than are read.
    """
    names = None if saved is None else frozenset(v.launch_name for v in parse(saved)[0].volumes)
    system = System(
        f"{context.inst_id},{context.lti_id}",
        context.course_name,
        context.lti_name,
        token,
        target.url,
        target.path,
    )
    whole = replace(params, system=system, iframe=context.launch_container in EMBEDDED)
    cleaned, findings = clean_params(whole, clock, names)
    findings += check_policy(cleaned, limits)
    if has_errors(findings):
        return Built("", findings, ())
    engine = [v.launch_name for v in cleaned.volumes if v.role in ENGINE_ROLES]
    return Built(join(cleaned), findings, [f"{n}_{context.course_id}_{target.host}" for n in engine])
