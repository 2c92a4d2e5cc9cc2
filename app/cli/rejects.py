"""`lticontainer rejects`: records that could not be stored."""

from __future__ import annotations

import json
import sys

import click

from app.cli.common import ROW, print_table, service, when
from app.errors import CallError
from app.factory import Service
from app.nblogs.rejects import KeptReject
from app.protocols.replay import decode_kept

WIDTH = 90


@click.group()
def rejects() -> None:
    """Look at rejected records, store them once their cause is mended, or throw them away."""


@rejects.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(as_json: bool) -> None:
    """List rejected records, oldest first."""
    kept = service().rejects.list()
    if as_json:
        for entry in kept:
            click.echo(json.dumps(_as_json(entry)))
        return
    rows = [
        (e.id, when(e.received_at), e.caller.key, e.reject.function, e.reject.code, e.reject.reason[:WIDTH])
        for e in kept
    ]
    print_table(("id", "received", "sender", "function", "code", "reason"), rows)


@rejects.command()
@click.argument("reject_id", type=ROW, metavar="ID")
def show(reject_id: int) -> None:
    """Show one rejected record: its head as JSON lines on standard error, its raw bytes on standard output."""
    entry = _get(service(), reject_id)
    click.echo(json.dumps(_as_json(entry), indent=2, ensure_ascii=False), err=True)
    sys.stdout.buffer.write(entry.reject.raw)
    click.echo()


@rejects.command()
@click.argument("ids", type=ROW, nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="All of them.")
def replay(ids: tuple[int, ...], every: bool) -> None:
    """Try to store rejected records again, as their sender and with that sender's rights.

    What is stored leaves the list; the rest stays, and the exit code is 1.
    """
    parts = service()
    entries = _choose(parts, ids, every)
    left = 0
    for entry in entries:
        reason = _replay(parts, entry)
        left += bool(reason)
        click.echo(f"{entry.id}: {reason or 'stored'}")
    sys.exit(1 if left else 0)


@rejects.command()
@click.argument("ids", type=ROW, nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.confirmation_option(prompt="Throw them away for good?")
def discard(ids: tuple[int, ...], every: bool) -> None:
    """Throw rejected records away."""
    parts = service()
    for entry in _choose(parts, ids, every):
        parts.rejects.discard(entry.id)
        click.echo(f"{entry.id}: discarded")


def _choose(parts: Service, ids: tuple[int, ...], every: bool) -> list[KeptReject]:
    if every == bool(ids):
        raise click.UsageError("name IDs, or give --all")
    return parts.rejects.list() if every else [_get(parts, reject_id) for reject_id in ids]


def _get(parts: Service, reject_id: int) -> KeptReject:
    entry = parts.rejects.get(reject_id)
    if entry is None:
        raise click.ClickException(f"there is no rejected record {reject_id}")
    return entry


def _replay(parts: Service, entry: KeptReject) -> str | None:
    """Return why a reject still can't be stored, or None."""
    function = parts.registry.find(entry.reject.function)
    if function is None:
        return f"there is no function {entry.reject.function}"
    try:
        arguments = decode_kept(function, entry.reject.protocol, entry.reject.raw, entry.reject.whole)
        parts.registry.replay(entry.caller, function, arguments, entry.reject.protocol)
    except CallError as error:
        return error.detail or error.message
    parts.rejects.discard(entry.id)
    return None


def _as_json(entry: KeptReject) -> dict[str, object]:
    reject = entry.reject
    return {
        "id": entry.id,
        "received_at": when(entry.received_at),
        "sender": entry.caller.key,
        "protocol": reject.protocol,
        "function": reject.function,
        "code": reject.code,
        "reason": reject.reason,
        "session": reject.session,
        "username": reject.username,
        "whole_request": reject.whole,
        "bytes": len(reject.raw),
        "raw": reject.raw.decode("utf-8", "backslashreplace"),
    }
