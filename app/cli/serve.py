"""`lticontainer serve`: gunicorn, with the settings that come with the service."""

from __future__ import annotations

import os
import sys

import click

from app.resources import resource_dir
from app.settings import check_bind, load_settings


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Address to listen on; otherwise the setting `bind`.")
@click.option("--workers", type=click.IntRange(1, 512), help="Worker processes; otherwise the setting `workers`.")
def serve(bind: str | None, workers: int | None) -> None:
    """Run the service under gunicorn until it is stopped."""
    load_settings()  # a wrong setting is one sentence here, and a traceback in gunicorn
    if bind is not None:
        _check_bind(bind)
    arguments = ["-m", "gunicorn", "-c", str(resource_dir("config") / "gunicorn.conf.py")]
    arguments += ["--bind", bind] if bind else []
    arguments += ["--workers", str(workers)] if workers else []
    os.execv(sys.executable, [sys.executable, *arguments, "app.factory:create_app()"])  # noqa: S606  # no shell, our own arguments


def _check_bind(bind: str) -> None:
    try:
        check_bind(bind)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--bind") from None
