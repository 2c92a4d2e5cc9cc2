"""Parameters as they were typed -> as they are stored, with a finding for every change and every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any

from app.custom_params.amounts import AMOUNTS, clean_amount
from app.custom_params.findings import Finding, found
from app.custom_params.lines import BYTE_ORDER_MARK, CONTROL, is_one_line, split_line
from app.custom_params.model import CLOSE, PREFIX, SINGLES, SYSTEM, Params, System, is_close, key_of, taken_for
from app.custom_params.volumes import clean_volumes
from app.custom_params.words import Cleaned, clean_image, clean_users, narrow

START_PAGES = ("/lab", "/tree")
IMAGE_EXAMPLE = "jupyterhub-ltids/jupyter-singleuser : latest"

_BREAKS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Clock:
    """The zone of times that name none, and the present as Unix seconds; None: nothing is over."""

    zone: tzinfo = UTC
    now: int | None = None


def _clean_page(text: str) -> Cleaned:
    value, codes = narrow(text)
    return (value, codes) if value in ("", *START_PAGES) else (text, ["not_a_choice"])


_CLEANERS: Mapping[str, Callable[[str], Cleaned]] = {
    "users": clean_users,
    "teachers": clean_users,
    "image": clean_image,
    "defurl": _clean_page,
}


def clean_params(
    params: Params, clock: Clock, saved: frozenset[str] | None = None
) -> tuple[Params, list[Finding]]:
    """Return parameters as they are stored, and findings.

    What is an error stays as it was typed. Cleaning what is clean changes nothing.

    :param saved: launch names of the volumes that Moodle has now; None: not known. See clean_volumes.
    """
    findings: list[Finding] = []
    values: dict[str, Any] = {name: _clean_single(name, getattr(params, name), findings) for name in SINGLES}
    volumes = clean_volumes(params.volumes, clock.zone, clock.now, saved, findings)
    system = _clean_system(params.system, findings)
    cleaned = replace(params, volumes=volumes, system=system, **values)
    _check_others(cleaned, findings)
    return cleaned, findings


def _clean_single(name: str, typed: str, findings: list[Finding]) -> str:
    if not typed:
        return typed
    stored, codes = clean_amount(name, typed) if name in AMOUNTS else _CLEANERS[name](typed)
    findings += (found(PREFIX + name, typed, stored, code, _limit(name, code)) for code in codes)
    return stored


def _limit(name: str, code: str) -> str | tuple[str, str]:
    match code:
        case "not_a_number":
            return AMOUNTS[name].example
        case "out_of_range":
            return AMOUNTS[name].in_words(AMOUNTS[name].highest)
        case "image_name":
            return IMAGE_EXAMPLE
        case _:
            return ", ".join(START_PAGES)


def _clean_system(system: System, findings: list[Finding]) -> System:
    changed = {}
    for name in SYSTEM:
        typed: str = getattr(system, name) or ""
        stored = typed if is_one_line(typed) else " ".join(_BREAKS.split(typed.replace(BYTE_ORDER_MARK, "")))
        stored = stored.strip()
        if stored != typed:
            changed[name] = stored
            findings.append(found(PREFIX + name, typed, stored, "spaces_removed"))
        if CONTROL.search(stored):
            findings.append(found(PREFIX + name, typed, typed, "control_character"))
    return replace(system, **changed) if changed else system


def _check_others(params: Params, findings: list[Finding]) -> None:
    """Refuse what would be read again as something else than one of the other lines."""
    closing = {volume.line_name + CLOSE for volume in params.volumes if volume.role == "submit"}
    for name, value in params.others:
        row = f"{name}={value}" if name else value
        key = key_of(name)
        known = key in closing if is_close(key) else key
        if not row.strip() or not is_one_line(row) or split_line(row) != (name, value) or known:
            findings.append(found(name, value, value, "others_name"))
        elif effect := taken_for(name):
            findings.append(found(name, value, value, "taken_for", PREFIX + effect))
