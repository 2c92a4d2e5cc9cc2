"""The `lticontainer` command, as a process of its own or in this one."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

from sqlalchemy import Engine

from app import factory
from app.cli import database, main, moodle
from app.storage.database import make_engine
from tests.support.process import ROOT, environment


def run(
    *args: str, env: Mapping[str, str], input: str | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run `lticontainer ARGS` with `env` as its settings; output is text, the exit code unchecked.

    Raises subprocess.TimeoutExpired after `timeout` seconds, when the process is gone already.
    """
    return subprocess.run(
        [sys.executable, "-m", "app", *args],
        cwd=ROOT,
        env=environment(env),
        input=input or "",  # never our own terminal, where a question would wait for ever
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )


def run_here(*args: str, env: Mapping[str, str], input: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command that starts no other program in this process, a hundred times faster.

    What would be a traceback in the terminal is one in `stderr`.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        _connections_closed(),
        mock.patch.dict(os.environ, environment(env), clear=True),
        mock.patch.object(sys, "argv", ["lticontainer", *args]),
        mock.patch.object(sys, "stdin", io.StringIO(input)),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = _exit_code(err)
    printed, said = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(["lticontainer", *args], code, printed, said)


@contextlib.contextmanager
def _connections_closed() -> Iterator[None]:
    """Close at the end what the end of a process would close."""
    engines: list[Engine] = []

    def make(*args: Any, **options: Any) -> Engine:
        engines.append(make_engine(*args, **options))
        return engines[-1]

    with (
        mock.patch.object(factory, "make_engine", make),
        mock.patch.object(database, "make_engine", make),
        mock.patch.object(moodle, "make_engine", make),
    ):
        yield
    for engine in engines:
        engine.dispose()


def _exit_code(err: io.TextIOWrapper) -> int:
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):  # Python prints it, and exits with 1
            err.write(f"{end.code}\n")
            return 1
        return int(end.code or 0)
    except Exception:  # noqa: BLE001  # a process would print it and end
        err.write(traceback.format_exc())
        return 1
    return 0
