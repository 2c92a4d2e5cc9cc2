"""What the code declares, in the words that the reference pages and the example settings must use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from app.settings import PREFIX, Settings

HEADING = re.compile(r"^### `([^`]+)`$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LIMITS = {Ge: "at least", Gt: "more than", Le: "at most", Lt: "less than"}


def sections(path: Path) -> dict[str, str]:
    """Return the text under each heading of the form ### `name`; raises ValueError on a name that comes twice."""
    parts = HEADING.split(_blank_fences(path.read_text("utf-8")))
    names, texts = parts[1::2], parts[2::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{path.name}: a heading comes twice: {sorted(n for n in names if names.count(n) > 1)}")
    return dict(zip(names, texts, strict=True))


def one_line(text: str) -> str:
    """Return text with all white space as single spaces, so that lines may be broken anywhere."""
    return " ".join(text.split())


def default_of(field: FieldInfo) -> str | None:
    """Return a setting's default as TOML, None where it has none; secrets in defaults are none."""
    if field.is_required():
        return None
    return json.dumps(_plain(field.get_default(call_default_factory=True)))


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_defaults=True)
    if isinstance(value, list):
        return [_plain(element) for element in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def setting_lines(name: str) -> list[str]:
    """Return what the page on settings says of one: description, variable, default, limits."""
    field = Settings.model_fields[name]
    default = default_of(field)
    lines = [str(field.description), f"- Variable: `{PREFIX}{name.upper()}`"]
    lines.append("- Required." if default is None else f"- Default: `{default}`")
    limits = [
        f"{word} {getattr(entry, kind.__name__.lower()):,}".replace(",", "_")
        for entry in field.metadata
        for kind, word in _LIMITS.items()
        if isinstance(entry, kind)
    ]
    return [*lines, f"- Limits: {', '.join(limits)}."] if limits else lines


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Yield every command and every group below this one, as `db` and `db upgrade`."""
    for name, command in group.commands.items():
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def _blank_fences(text: str) -> str:
    # A comment in a shell example is no heading.
    return _FENCED.sub(lambda found: "\n" * found.group().count("\n"), text)
