"""`lticontainer audit`: the log of changes."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from app.audit.entry import Entry, Filter, State
from app.cli.common import print_table, service, when

WIDTH = 60
DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


@click.group()
def audit() -> None:
    """Look at the log of changes: who changed what, on whose behalf, where, and with what result."""


@audit.command("list")
@click.option("--caller", help="Only by this token, such as `token:3`.")
@click.option("--on-behalf", help="Only on behalf of this person.")
@click.option("--person", help="Only on behalf of this person, or on their data; also what erasures have hidden.")
@click.option("--action", help="Only this action, such as `delete_volumes`.")
@click.option("--host", help="Only on this host.")
@click.option("--course", type=click.IntRange(1), help="Only in this course.")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only acts that got so far.")
@click.option("--since", type=click.DateTime(DATES), help="Only from this day or moment on, in UTC.")
@click.option(
    "--until", type=click.DateTime(DATES), help="Only up to this moment, or to the end of this day, in UTC."
)
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="The newest so many."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(
    caller: str | None,
    on_behalf: str | None,
    person: str | None,
    action: str | None,
    host: str | None,
    course: int | None,
    state: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List changes, oldest first.

    The state `intent` means that the act was begun and that its end was never written: look at the host.
    """
    state_wanted = None if state is None else State(state)
    if person == "":
        raise click.BadParameter("is empty", param_hint="--person")
    parts = service()
    names = None if person is None else parts.persons.spellings(person)
    wanted = Filter(caller, on_behalf, action, host, course, state_wanted, _start(since), _end(until), names)
    entries = parts.audit.list(wanted, limit)
    if as_json:
        for entry in entries:
            click.echo(json.dumps(_as_json(entry)))
        return
    head = ("id", "time", "caller", "on behalf of", "action", "host", "course", "object", "state", "result")
    print_table(head, [_as_row(entry) for entry in entries])


@audit.command("purge")
@click.option(
    "--days", type=click.IntRange(1, 36_500), help="Older than so many days; otherwise the setting audit_days."
)
def purge(days: int | None) -> None:
    """Remove old entries. The service does so by itself with each new one, by the setting audit_days."""
    parts = service()
    days = days or parts.settings.audit_days
    if not days:
        raise click.UsageError("the setting audit_days is 0, which keeps all; give --days")
    click.echo(f"{parts.audit.purge(days)} entries older than {days} days are removed.")


def _start(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp())


def _end(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    whole_day = moment.time() == datetime.min.time()
    return _start(moment + timedelta(days=1) if whole_day else moment)


def _as_row(entry: Entry) -> tuple[object, ...]:
    actor, target = entry.actor, entry.target
    return (
        entry.id,
        when(entry.began_at),
        f"{actor.key} {actor.name}",
        actor.on_behalf or "-",
        entry.action,
        target.host or "-",
        target.course or "-",
        target.object[:WIDTH] or "-",
        entry.state,
        entry.result[:WIDTH],
    )


def _as_json(entry: Entry) -> dict[str, object]:
    began, ended = when(entry.began_at), None if entry.ended_at is None else when(entry.ended_at)
    actor = {"caller": entry.actor.key, "caller_name": entry.actor.name, "on_behalf": entry.actor.on_behalf}
    where = {"action": entry.action, **asdict(entry.target)}
    return {"id": entry.id, "began_at": began, "ended_at": ended, **actor, **where} | {
        "state": entry.state,
        "result": entry.result,
    }
