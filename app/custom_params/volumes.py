"""Volumes as they were typed -> as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from app.custom_params.closing import clean_close
from app.custom_params.findings import Finding, found
from app.custom_params.lines import is_one_line
from app.custom_params.model import CLOSE, Volume
from app.custom_params.words import clean_link, clean_users, clean_volume_name, is_volume_name

HOME = ("", ".")
"""Links that several volumes may have: none, and the home folder, where each stands under its own name."""


def clean_volumes(
    volumes: Sequence[Volume], zone: tzinfo, now: int | None, saved: frozenset[str] | None, findings: list[Finding]
) -> tuple[Volume, ...]:
    """Return volumes as they are stored; of two with the same name or the same link the first one counts.

    :param saved: launch names of the volumes that Moodle has now, which keep their names; None: not known, so
        every name that a saved text can hold is kept.
    """
    kept: list[Volume] = []
    names: set[str] = set()
    links: set[str] = set()
    for typed in volumes:
        own: list[Finding] = []
        volume = _clean_name(typed, saved, own)
        volume = _clean_rest(volume, zone, now, own)
        if volume.launch_name in names:
            findings.append(found(volume.line_name, typed.link, "", "duplicate_name"))
            continue
        if volume.link in links:
            findings.append(found(volume.line_name, typed.link, "", "duplicate_link"))
            continue
        names.add(volume.launch_name)
        if volume.link.removeprefix("-") not in HOME:
            links.add(volume.link)
        kept.append(volume)
        findings += own
    return tuple(kept)


def _clean_name(volume: Volume, saved: frozenset[str] | None, findings: list[Finding]) -> Volume:
    typed = volume.name
    if is_volume_name(typed):
        return volume
    lowered = replace(volume, name=typed.strip().lower())
    if lowered.launch_name in saved if saved is not None else lowered == volume:
        return _keep_name(volume, lowered, findings)
    name = clean_volume_name(typed)
    if not name:
        findings.append(found(volume.line_name, typed, typed, "volume_name"))
        return volume
    stored = replace(volume, name=name)
    findings.append(found(stored.line_name, typed, name, "volume_name_changed"))
    return stored


def _keep_name(volume: Volume, lowered: Volume, findings: list[Finding]) -> Volume:
    name = lowered.name
    # A name that could not be read again from its own line would be lost with the next save.
    unreadable = not name or "=" in name or not is_one_line(name)
    if unreadable or (volume.role == "submit" and name.endswith(CLOSE)):
        findings.append(found(volume.line_name, volume.name, volume.name, "volume_name"))
        return volume
    if name != volume.name:
        findings.append(found(lowered.line_name, volume.name, name, "volume_name_changed"))
    if not is_volume_name(name):
        findings.append(found(lowered.line_name, name, name, "volume_name_kept"))
    return lowered


def _clean_rest(volume: Volume, zone: tzinfo, now: int | None, findings: list[Finding]) -> Volume:
    field = volume.line_name
    link, codes = clean_link(volume.link)
    findings += (found(field, volume.link, link, code) for code in codes)
    if not link:
        findings.append(found(field, volume.link, "", "link_missing"))
    users, codes = clean_users(volume.users)
    findings += (found(field, volume.users, users, code) for code in codes)
    close = volume.close
    if close and volume.role != "submit":
        findings.append(found(field, close, close, "close_role"))
    elif close:
        close, more = clean_close(field + CLOSE, close, zone, now)
        findings += more
    return replace(volume, link=link, users=users, close=close)
