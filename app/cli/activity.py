"""`lticontainer activity`: cell runs, taken away, looked at, and erased."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from app.activity.privacy import Erased, check_user
from app.audit.entry import Target
from app.audit.trail import Trail
from app.auth.caller import ADMIN, Caller
from app.cli.common import Progress, actor, bar, print_table, printable, service, when, whole_file
from app.downloads import DownloadCall
from app.errors import InvalidParameter
from app.factory import Service
from app.registry import PREFIX, RawRequest, load_arguments

COURSE = click.IntRange(1, 2**31 - 1)
COURSE_OR_NONE = click.IntRange(0, 2**31 - 1)
DAYS = click.IntRange(0, 36_500)
DAY = 86_400
FORMATS = {
    "csv": "executions.csv",
    "jsonl": "executions.jsonl",
    "parquet": "executions.parquet",
    "xapi": "xapi/statements",
}
_NO_RULE = "No course says how long its records are kept, nor does the setting keep_days."
ALL_STATEMENTS = 10_000_000
_CALLER = Caller("command line", frozenset({ADMIN}))


@click.group()
def activity() -> None:
    """Take cell runs away, look at a class, and erase what is no longer wanted."""


@activity.command()
@click.option("--course", type=COURSE, required=True, help="Id of the course.")
@click.option(
    "--format", "kind", type=click.Choice(list(FORMATS)), default="csv", show_default=True, help="Format."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; without it, or with `-`, standard output.",
)
@click.option("--username", default="", help="One user.")
@click.option("--filename", default="", help="One notebook.")
@click.option("--start", default="", help="ISO 8601: runs from this time on.")
@click.option("--end", default="", help="ISO 8601: runs before this time.")
@click.option("--zone", default="", help="Zone of all times, such as Asia/Tokyo.")
@click.option("--pseudonymous", is_flag=True, help="Pseudonyms for users, sessions and messages.")
def export(kind: str, output: Path | None, course: int, **options: Any) -> None:
    """Write the cell runs of a course to a file.

    A file is there only once it is whole, and a new one is for its owner only.
    """
    parts = service()
    download = parts.downloads.by_path[FORMATS[kind]]
    given = {"course_id": course, **options} | ({"limit": ALL_STATEMENTS} if kind == "xapi" else {})
    arguments = load_arguments(download.params, given)
    content = download.handler(DownloadCall(_CALLER, download, arguments))
    place = nullcontext(sys.stdout.buffer) if output is None or str(output) == "-" else whole_file(output)
    with place as file:
        written = 0
        for chunk in content.chunks:
            file.write(chunk)
            written += len(chunk)
            _say(f"{written / 1e6:.1f} MB")
        file.flush()
    _say("")


@activity.command()
@click.option("--course", type=COURSE, required=True, help="Id of the course.")
@click.option("--filename", default="", help="One notebook.")
def progress(course: int, filename: str) -> None:
    """Show the class: each student's state and what is solved."""
    parts = service()
    function = parts.registry.functions[f"{PREFIX}get_progress"]
    roster = parts.registry.functions[f"{PREFIX}get_roster"]
    request = RawRequest("command line", function.name, b"")
    users = parts.registry.call(_CALLER, roster, {"course_id": course}, request)["users"]
    arguments = {"course_id": course, "filename": filename, "roster": users}
    found = parts.registry.call(_CALLER, function, arguments, request)
    rows = [
        (student["username"], student["state"], sum(1 for ok in student["oks"] if ok > 0), len(found["cells"]))
        for student in found["students"]
    ]
    print_table(("user", "state", "solved", "of"), rows)


@activity.command()
@click.option("--course", "courses", type=COURSE_OR_NONE, multiple=True, help="Only this course; 0: none known.")
@click.option("--older-than", type=DAYS, metavar="DAYS", help="Instead of what settings and courses say.")
@click.option("--yes", is_flag=True, help="Do it; without this nothing is erased.")
def purge(courses: Sequence[int], older_than: int | None, yes: bool) -> None:
    """Erase cell runs that are older than their course keeps them."""
    parts = service()
    kept = {rule.course: rule.keep_days for rule in parts.rules.list() if rule.keep_days is not None}
    found = []
    for course in courses or parts.retention.courses():
        days = older_than if older_than is not None else kept.get(course, parts.settings.keep_days or None)
        if days is not None:
            before = int(time.time()) - days * DAY
            found.append((course, before, parts.retention.count(course, before)))
    if not found:
        click.echo(_NO_RULE if parts.retention.courses() else "Nothing is stored.")
        return
    rows = [
        (course or "unknown", when(before), e.executions, e.sessions, e.rejects) for course, before, e in found
    ]
    print_table(("course", "older than", "runs", "sessions without runs", "rejected records"), rows)
    if not yes:
        click.echo("Nothing is erased yet; that needs --yes.")
        return
    erased = Erased()
    for course, before, there in found:
        if course and there == Erased():
            continue  # nothing that would have to be written down
        with bar(f"course {course}") as tell:
            erased += _purge(parts, course, before, tell)
    _tell(erased)
    for course, _, _ in found:
        if parts.pseudonym_keys.made_at(course) is not None and not parts.retention.has_runs(course):
            forget = f"`lticontainer activity forget-pseudonyms {course}`"
            click.echo(f"Course {course} has no runs left. The key of its pseudonyms stays: {forget} ends that.")


def _purge(parts: Service, course: int, before: int, progress: Progress) -> Erased:
    target = Target(course=course, object=f"what is older than {when(before)}")
    with Trail(parts.audit).act(actor(), "purge_activity", target) as act:
        erased = parts.retention.erase(course, before, progress)
        act.result = erased.summary
    return erased


@activity.command()
@click.argument("username")
@click.option("--course", type=COURSE, help="Only what belongs to this course.")
@click.option("--yes", is_flag=True, help="Do it; without this nothing is erased.")
def erase(username: str, course: int | None, yes: bool) -> None:
    """Erase what is stored of a person."""
    parts = service()
    course = course or 0
    try:
        check_user(username)
    except InvalidParameter as error:
        raise click.ClickException(error.detail) from None
    if not yes:
        sessions = parts.privacy.sessions(username, course)
        rejects = len(parts.privacy.rejects(username, course, sessions))
        rosters = len(parts.privacy.rosters(username, course))
        found = f"{len(sessions)} sessions and {rejects} rejected records, and is on {rosters} rosters"
        click.echo(f"{printable(username)} has {found}.")
        click.echo("Nothing is erased yet; that needs --yes.")
        return
    with bar("sessions") as tell:
        erased = parts.eraser.erase(actor(), username, course, tell)
    _tell(erased)


@activity.command("forget-pseudonyms")
@click.argument("course", type=COURSE)
@click.option("--yes", is_flag=True, help="Do it without a question.")
def forget_pseudonyms(course: int, yes: bool) -> None:
    """Throw the key of the pseudonyms of COURSE away, for good.

    Nobody can tell then whose the pseudonyms in earlier exports are. Later exports have new ones.
    """
    parts = service()
    made = parts.pseudonym_keys.made_at(course)
    if made is None:
        click.echo(f"Course {course} has no key of pseudonyms.")
        return
    if not yes:
        click.echo(f"Exports of course {course} since {when(made)} will match neither later ones nor names.")
        click.confirm("Throw the key away for good?", abort=True)
    with Trail(parts.audit).act(actor(), "forget_pseudonyms", Target(course=course)) as act:
        act.result = "thrown away" if parts.pseudonym_keys.forget(course) else "there was none"
    click.echo(f"The key of course {course} is thrown away. Its next export with pseudonyms makes a new one.")


@activity.command()
@click.argument("choice", type=click.Choice(["on", "off"]), required=False, metavar="on|off")
@click.option("--course", type=COURSE, help="Id of the course.")
def consent(choice: str | None, course: int | None) -> None:
    """Say whether records of a course are stored; without arguments, show what courses have decided."""
    parts = service()
    if (choice is None) != (course is None):
        raise click.UsageError("give on or off together with --course")
    if choice is not None and course is not None:
        with Trail(parts.audit).act(actor(), "set_consent", Target(course=course, object=choice)) as act:
            act.result = f"was {'on' if parts.rules.get(course).records else 'off'}"
            parts.rules.set_records(course, records=choice == "on")
    _show_rules(parts)


@activity.command()
@click.option("--course", type=COURSE, required=True, help="Id of the course.")
@click.option("--days", type=DAYS, help="Days after which its runs may be purged; without it as the setting says.")
def keep(course: int, days: int | None) -> None:
    """Say how long the records of a course are kept."""
    parts = service()
    with Trail(parts.audit).act(actor(), "set_retention", Target(course=course, object=_days(days))) as act:
        act.result = f"was {_days(parts.rules.get(course).keep_days)}"
        parts.rules.set_keep_days(course, days)
    _show_rules(parts)


@activity.command()
@click.option("--course", type=COURSE, help="Only this course; --new begins where it did.")
@click.option("--new", "only_new", is_flag=True, help="Only rows new since the last rebuild; for a timer.")
def rebuild(course: int | None, only_new: bool) -> None:
    """Make cell runs anew from the rows of records that are there, and count them.

    For rows that others have written: the plugin, while the service was off. It may be cut off and run again.
    """
    if course is not None and only_new:
        raise click.UsageError("give --course or --new, not both")
    rebuilder = service().rebuilder
    with bar("rows") as tell:
        done = rebuilder.catch_up(tell) if only_new else rebuilder.rebuild(course, tell)
    click.echo(f"{done.rows} rows read; {done.changed} runs and {done.counts} counts were not as they should be.")
    if done.left_out:
        click.echo(f"{done.left_out} rows are left out: an id ends with a space, or a text can't be stored.")
    if done.closed:
        click.echo(f"{done.closed} rows are left alone: their courses want nothing to be stored.")


def _days(days: int | None) -> str:
    return "as the setting says" if days is None else f"{days} days"


def _show_rules(parts: Service) -> None:
    rows = [
        (rule.course, "on" if rule.records else "off", "-" if rule.keep_days is None else rule.keep_days)
        for rule in parts.rules.list()
    ]
    print_table(("course", "records", "days kept"), rows)


def _tell(erased: Erased) -> None:
    click.echo(f"Erased: {erased.summary}.")


def _say(text: str) -> None:
    """Show how far it is, where somebody looks on."""
    if sys.stderr.isatty():
        click.echo(f"\r{text:<20}" if text else "", err=True, nl=not text)
