"""What the commands share."""

from __future__ import annotations

import os
import pwd
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from app.audit.entry import COMMAND_LINE, Actor
from app.factory import Service, build_service
from app.settings import load_settings

ROW = click.IntRange(1, 2**63 - 1)
"""The id of a row."""

Progress = Callable[[int, int], None]
"""Called with what is done, and what there is in all."""


def service() -> Service:
    """Return the parts of the service, from the settings of this process."""
    return build_service(load_settings())


def actor() -> Actor:
    """Return who runs this command, for the log of changes; behind sudo, on whose behalf root does."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user need not have a name
        name = str(os.getuid())
    return Actor(COMMAND_LINE, name, os.environ.get("SUDO_USER", ""))


def when(seconds: int | None) -> str:
    """Return a time as people read it, in UTC; `-` for none."""
    return "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns that are as wide as they need to be."""
    cells = [[printable(str(cell)) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def printable(text: str) -> str:
    """Return text without control characters: what students type must not steer an administrator's terminal."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", text)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that is there only once the block has ended well; until then, what was there before stays.

    A new one is for its owner only; one that is replaced keeps its mode.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".lticontainer-")
    except OSError as error:
        raise click.ClickException(f"{path} can't be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            Path(name).chmod(path.stat().st_mode & 0o777)
        Path(name).replace(path)
    except OSError as error:
        raise click.ClickException(f"{path} can't be written: {error.strerror}") from error
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """Show a bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield _ignore
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as shown:

        def tell(done: int, total: int) -> None:
            shown.length = max(total, 1)
            shown.update(done - shown.pos)

        yield tell


def _ignore(done: int, total: int) -> None:
    """Show nothing."""
