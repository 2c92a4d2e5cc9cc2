"""`lticontainer serve`: gunicorn, with the settings that come with the service."""

from __future__ import annotations

import os
import sys

import click

from app.resources import resource_dir
from app.settings import load_settings


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Address to listen on; otherwise the setting `bind`.")
@click.option("--workers", type=click.IntRange(1, 512), help="Worker processes; otherwise the setting `workers`.")
def serve(bind: str | None, workers: int | None) -> None:
    """Run the service under gunicorn until it is stopped."""
    load_settings()  # a wrong setting is one sentence here, and a traceback in gunicorn
    arguments = ["-m", "gunicorn", "-c", str(resource_dir("config") / "gunicorn.conf.py")]
    arguments += ["--bind", bind] if bind else []
    arguments += ["--workers", str(workers)] if workers else []
    os.execv(sys.executable, [sys.executable, *arguments, "app.factory:create_app()"])  # noqa: S606  # no shell, our own arguments
