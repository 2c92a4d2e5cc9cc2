"""`lticontainer params`: custom parameters from standard input, for administrators and scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, tzinfo
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import click
from marshmallow import ValidationError

from app.cli.common import printable
from app.custom_params.clean import Clock, clean_params
from app.custom_params.diff import diff as compare
from app.custom_params.findings import Finding, has_errors
from app.custom_params.lines import TooManyLines
from app.custom_params.model import Params
from app.custom_params.text import join
from app.custom_params.text import parse as parse_text
from app.custom_params.wire import ParamsSchema, from_wire, to_wire
from app.fields import schema_faults


class Zone(click.ParamType):  # type: ignore[type-arg]  # generic for the type checker only
    """The name of a time zone."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tzinfo:
        """Return the zone."""
        try:
            return UTC if value == "UTC" else ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            self.fail(f"there is no time zone {value}", param, ctx)


ZONE = click.option(
    "--zone", type=Zone(), default="UTC", help="Zone of times that name none, such as Asia/Tokyo.  [default: UTC]"
)


@click.group()
def params() -> None:
    """Read, write and compare LTI custom parameters; no settings are needed."""


@params.command("parse")
@ZONE
def parse(zone: tzinfo) -> None:
    """Print the text on standard input as JSON: the structure, and what is found in it."""
    found, findings = _read("standard input", _decode(sys.stdin.buffer.read()), zone)
    document = {"params": to_wire(found), "findings": [asdict(finding) for finding in findings]}
    click.echo(json.dumps(document, indent=2))
    _end(findings)


@params.command("build")
@ZONE
def build(zone: tzinfo) -> None:
    """Print the text of the JSON on standard input, as `params parse` prints it.

    The system's own lines stay as they are, and no policy is applied. What is found goes to standard error.
    """
    typed = _load(_decode(sys.stdin.buffer.read()))
    cleaned, findings = clean_params(typed, Clock(zone))
    _tell(findings)
    if not has_errors(findings):
        sys.stdout.buffer.write(join(cleaned).encode())
        sys.stdout.buffer.flush()
    _end(findings)


@params.command("diff")
@click.argument("old", type=click.File("rb"))
@click.argument("new", type=click.File("rb"))
@click.option("--language", type=click.Choice(["en", "ja"]), default="en", show_default=True)
@ZONE
def diff(old: BinaryIO, new: BinaryIO, language: str, zone: tzinfo) -> None:
    """Say what changes from the text in the file OLD to that in NEW; `-` is standard input."""
    files = {"OLD": old, "NEW": new}
    texts = [_read(name, _decode(file.read()), zone)[0] for name, file in files.items()]
    changes = compare(texts[0], texts[1], Clock(zone))
    for change in changes:
        click.echo(printable(change.sentence_ja if language == "ja" else change.sentence_en))


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise click.ClickException(f"the input is not UTF-8 at byte {error.start + 1}") from None


def _read(name: str, text: str, zone: tzinfo) -> tuple[Params, list[Finding]]:
    try:
        return parse_text(text, Clock(zone))
    except TooManyLines as error:
        raise click.ClickException(f"{name} {error}") from None


def _load(text: str) -> Params:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise click.ClickException("the input is no JSON") from None
    struct = document.get("params", document) if isinstance(document, dict) else document
    try:
        return from_wire(ParamsSchema().load(struct))
    except ValidationError as error:
        faults = [f"{name}: {fault}" if name else fault for name, fault in schema_faults(error).items()]
        raise click.ClickException("; ".join(faults)) from None


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings:
        click.echo(printable(f"{finding.severity}: {finding.sentence_en}"), err=True)


def _end(findings: Sequence[Finding]) -> None:
    if has_errors(findings):
        sys.exit(1)
