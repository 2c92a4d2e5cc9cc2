"""Text -> parameters and findings -> text."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.custom_params.clean import Clock, clean_params
from app.custom_params.findings import Finding, found
from app.custom_params.lines import Line, join_lines, split_text
from app.custom_params.model import (
    CLOSE,
    PREFIX,
    ROLES,
    SINGLES,
    SYSTEM,
    Params,
    System,
    Volume,
    is_close,
    key_of,
    launch_name,
    role_of,
)
from app.custom_params.words import clean_volume_name


def parse(text: str, clock: Clock | None = None) -> tuple[Params, list[Finding]]:
    """Return what a saved text says, as a save would store it, and findings.

    What is an error stays as it was typed. Volumes keep their names.

    :raises TooManyLines: more lines than are read.
    """
    lines, findings = split_text(text)
    reader = _Reader(findings)
    for name, value in lines:
        reader.take(name, value)
    params, more = clean_params(reader.params(), clock or Clock())
    return params, findings + more


def join(params: Params) -> str:
    """Return the text of parameters; the order of lines is the plugin's, closing times after all volumes."""
    lines: list[Line] = [(PREFIX + name, value) for name in SINGLES if (value := getattr(params, name))]
    for volume in params.volumes:
        lines.append((volume.line_name, f"{volume.link}:{volume.users}" if volume.users else volume.link))
    lines += ((volume.line_name + CLOSE, volume.close) for volume in params.volumes if volume.close)
    if params.iframe:
        lines.append((f"{PREFIX}iframe", "1"))
    lines += ((PREFIX + name, value) for name in SYSTEM if (value := getattr(params.system, name)))
    if params.system.serverpath == "":
        lines.append((f"{PREFIX}serverpath", ""))
    return join_lines([*lines, *params.others])


@dataclass
class _Reader:
    """Sorts the lines of one text; of two with the same name the first one counts."""

    findings: list[Finding]
    singles: dict[str, str] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    launched: dict[str, str] = field(default_factory=dict)
    closes: dict[str, int] = field(default_factory=dict)
    others: dict[int, Line] = field(default_factory=dict)
    other_names: set[str] = field(default_factory=set)

    def take(self, name: str, value: str) -> None:
        """Sort one line in."""
        key = key_of(name)
        role = role_of(key)
        if not role:
            self._keep(name, value)
            return
        if key != name:
            self.findings.append(found(key, name, key, "name_changed"))
        if key in self.singles or key in self.volumes or key in self.closes:
            self.findings.append(found(key, value, "", "duplicate_name"))
        elif role == "single":
            self._take_single(key, value)
        elif is_close(key):
            # One of the other lines, in its place, until its volume is known.
            self.closes[key] = len(self.others)
            self.others[len(self.others)] = (name, value)
        else:
            self._take_volume(key, role, value)

    def params(self) -> Params:
        """Return the lines as parameters, not cleaned yet."""
        self._place_closes()
        values = {key.removeprefix(PREFIX): value for key, value in self.singles.items()}
        system = System(**{name: values[name] for name in SYSTEM if name in values})
        iframe = self._iframe(values.get("iframe", ""))
        volumes, others = tuple(self.volumes.values()), tuple(self.others.values())
        singles = {name: values[name] for name in SINGLES if name in values}
        return Params(iframe=iframe, volumes=volumes, system=system, others=others, **singles)

    def _keep(self, name: str, value: str) -> None:
        code = "no_equals" if not name else "duplicate_other" if name in self.other_names else "unknown_name"
        self.findings.append(found(name, value, value, code))
        self.others[len(self.others)] = (name, value)
        self.other_names.add(name)

    def _take_single(self, key: str, value: str) -> None:
        self.singles[key] = value
        if not value and key != f"{PREFIX}serverpath":
            self.findings.append(found(key, "", "", "empty_value"))

    def _take_volume(self, key: str, role: str, value: str) -> None:
        link, colon, users = value.partition(":")
        users, second, _ = users.partition(":")
        if second:
            self.findings.append(found(key, value, f"{link}:{users}", "second_colon"))
        if colon and not users:
            self.findings.append(found(key, value, link, "empty_value"))
        self.volumes[key] = Volume(role, key.removeprefix(ROLES[role]), link, users)
        self.launched.setdefault(launch_name(key), key)

    def _iframe(self, value: str) -> bool:
        if value.strip() not in ("", "1"):
            self.findings.append(found(f"{PREFIX}iframe", value, "", "iframe"))
        return value.strip() == "1"

    def _place_closes(self) -> None:
        for key, place in self.closes.items():
            volume, value = self._volume_of(key), self.others[place][1]
            if volume is None:
                self.findings.append(found(key, value, value, "close_without_volume"))
                continue
            del self.others[place]
            if not value:
                self.findings.append(found(key, "", "", "empty_value"))
            self.volumes[volume.line_name] = Volume(volume.role, volume.name, volume.link, volume.users, value)

    def _volume_of(self, key: str) -> Volume | None:
        """Return the volume of a closing time; the plugin wrote its name as it was typed, `Report_1`."""
        own = key.removesuffix(CLOSE)
        same = own if own in self.volumes else self.launched.get(launch_name(own))
        if same:
            return self.volumes[same]
        start = ROLES["submit"]
        volume = self.volumes.get(start + clean_volume_name(own.removeprefix(start)))
        if volume is None or volume.close or volume.line_name + CLOSE in self.closes:
            return None
        self.findings.append(found(volume.line_name, key, volume.line_name + CLOSE, "close_moved"))
        return volume
