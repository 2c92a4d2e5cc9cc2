"""`lticontainer lti`: LTI activities and their tokens."""

from __future__ import annotations

import click

from app.auth.activity_tokens import make_token
from app.cli.common import print_table, service
from app.fields import INT32_MAX
from app.ltis.store import CourseChange, Elsewhere, Lti, NotInMoodle
from app.ltis.unregistered_store import Place

ID = click.IntRange(1, INT32_MAX)


@click.group()
def lti() -> None:
    """Register LTI activities, and give out tokens that open one activity only."""


@lti.command("register")
@click.argument("lti_id", type=ID)
@click.option("--course", "course_id", type=ID, required=True, help="id of the activity's course.")
@click.option("--instance", "inst_id", type=ID, required=True, help="id of the mod_lticontainer instance.")
@click.option("--name", default="", help="Name of the activity, for lists.")
@click.option("--move", is_flag=True, help="Allow a registered activity to change its course.")
def register(lti_id: int, course_id: int, inst_id: int, name: str, move: bool) -> None:
    """Tell which course and instance the activity LTI_ID belongs to."""
    if len(name) > 255:
        raise click.BadParameter(f"has {len(name)} characters, the limit is 255", param_hint="--name")
    try:
        placed = service().ltis.register([Lti(lti_id, course_id, inst_id, name)], may_move=move)
    except CourseChange:
        raise click.ClickException(f"activity {lti_id} is registered in another course; --move moves it") from None
    except NotInMoodle:
        raise click.ClickException(
            f"Moodle has no activity {lti_id} in course {course_id}; "
            "on Moodle's tables nothing needs to be registered"
        ) from None
    click.echo(f"Activity {lti_id} is in course {course_id}; {placed} waiting sessions were placed.")


@lti.command("unregister")
@click.argument("lti_id", type=ID)
@click.option("--course", "course_id", type=ID, required=True, help="id of the course in which it was.")
def unregister(lti_id: int, course_id: int) -> None:
    """Tell that the activity LTI_ID is gone from Moodle: its tokens are refused, its records stay."""
    try:
        count = service().ltis.unregister([Place(lti_id, course_id)], everywhere=True)
    except Elsewhere:
        raise click.ClickException(f"activity {lti_id} is not registered in course {course_id}") from None
    click.echo(f"The tokens of activity {lti_id} are refused{'' if count else ', as they were before'}.")


@lti.command("list")
def list_command() -> None:
    """List activities; course 0 means that records named it and no one has registered it."""
    rows = [(row.lti_id, row.course_id, row.inst_id, row.name) for row in service().ltis.list()]
    print_table(("lti_id", "course_id", "inst_id", "name"), rows)


@lti.command("token")
@click.argument("inst_id", type=ID)
@click.argument("lti_id", type=ID)
def token(inst_id: int, lti_id: int) -> None:
    """Print the activity token of an activity: it may write that activity's records, and nothing else."""
    parts = service()
    click.echo(make_token(parts.activity_keys[0], inst_id, lti_id, parts.tokens.counter(inst_id, lti_id)))


@lti.command("rotate-token")
@click.argument("inst_id", type=ID)
@click.argument("lti_id", type=ID)
def rotate_token(inst_id: int, lti_id: int) -> None:
    """Make every earlier token of an activity void, and print the new one."""
    parts = service()
    counter = parts.tokens.raise_counter(inst_id, lti_id)
    click.echo(make_token(parts.activity_keys[0], inst_id, lti_id, counter))
