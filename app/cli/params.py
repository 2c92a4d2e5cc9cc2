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
from marshmallow import Schema, ValidationError

from app.cli.common import printable, service
from app.custom_params.build import Built, Context
from app.custom_params.clean import Clock, clean_params
from app.custom_params.contexts import ContextSchema
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
    """Read, write and compare LTI custom parameters; only `build --context` needs settings."""


@params.command("parse")
@ZONE
def parse(zone: tzinfo) -> None:
    """Print the text on standard input as JSON: the structure, and what is found in it."""
    found, findings = _read("standard input", _decode(sys.stdin.buffer.read()), zone)
    document = {"params": to_wire(found), "findings": [asdict(finding) for finding in findings]}
    click.echo(json.dumps(document, indent=2))
    _end(findings)


@params.command("build")
@click.option(
    "--context",
    "context_file",
    type=click.File("rb"),
    help="JSON file with the activity: course_id, course_name, lti_id, lti_name, inst_id, launch_container.",
)
@ZONE
def build(context_file: BinaryIO | None, zone: tzinfo) -> None:
    """Print the text of the JSON on standard input, as `params parse` prints it.

    Without --context the system's own lines stay as they are, and no policy is applied. With it they are made
    anew for that registered activity, within the policy, as build_custom_params does; this needs the settings
    and the database, and times that name no zone are those of the settings. What is found goes to standard error.
    """
    context = None
    if context_file:
        context = Context(**_check(_document(context_file, "the context"), ContextSchema(), "the context"))
    document = _document(sys.stdin.buffer, "the input")
    struct = document.get("params", document) if isinstance(document, dict) else document
    typed = from_wire(_check(struct, ParamsSchema(), "the input"))
    built = service().params_writer.build(typed, context) if context else _normalise(typed, zone)
    _tell(built.findings)
    if not has_errors(built.findings):
        sys.stdout.buffer.write(built.text.encode())
        sys.stdout.buffer.flush()
    _end(built.findings)


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


def _decode(data: bytes, name: str = "the input") -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{name} is not UTF-8 at byte {error.start + 1}") from None


def _read(name: str, text: str, zone: tzinfo) -> tuple[Params, list[Finding]]:
    try:
        return parse_text(text, Clock(zone))
    except TooManyLines as error:
        raise click.ClickException(f"{name} {error}") from None


def _normalise(typed: Params, zone: tzinfo) -> Built:
    cleaned, findings = clean_params(typed, Clock(zone))
    return Built("" if has_errors(findings) else join(cleaned), findings, ())


def _document(file: BinaryIO, name: str) -> Any:
    try:
        return json.loads(_decode(file.read(), name))
    except (ValueError, RecursionError):
        raise click.ClickException(f"{name} is no JSON") from None


def _check(struct: Any, schema: Schema, name: str) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(struct)
    except ValidationError as error:
        faults = [f"{field}: {fault}" if field else fault for field, fault in schema_faults(error).items()]
        raise click.ClickException(f"{name}: {'; '.join(faults)}") from None
    return loaded


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings:
        click.echo(printable(f"{finding.severity}: {finding.sentence_en}"), err=True)


def _end(findings: Sequence[Finding]) -> None:
    if has_errors(findings):
        sys.exit(1)
