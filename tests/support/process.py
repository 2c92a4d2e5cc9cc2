"""Start and end the processes a test needs, by their own pid and in no other way."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Process = subprocess.Popen[bytes]

ROOT = Path(__file__).resolve().parents[2]
_started: list[tuple[int, Process]] = []


class NotStarted(RuntimeError):
    """A server ended or stayed silent instead of becoming ready; the text ends with its log."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with `extra`, but none of its own service settings."""
    # What a developer has exported for the service or for gunicorn must not decide a test.
    own = {k: v for k, v in os.environ.items() if not k.startswith(("LTICONTAINER_", "GUNICORN_"))}
    return own | dict(extra)


def spawn(command: Sequence[str], *, log: Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Process:
    """Start a process that leads its own session and appends its output to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _started.append((os.getpid(), process))
    return process


def exited(process: Process) -> bool:
    """Tell whether the process has ended, without reaping it."""
    # Popen.poll() reaps, and a reaped pid may become somebody else's process group.
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def kill_group(process: Process) -> None:
    """SIGKILL the process and everything in its group, then reap it; idempotent."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_group(process: Process, deadline: float) -> None:
    """SIGTERM the process by pid, and SIGKILL what is left of its group after `deadline` seconds."""
    if process.returncode is None:
        os.kill(process.pid, signal.SIGTERM)
        limit = time.monotonic() + deadline
        while not exited(process) and time.monotonic() < limit:
            time.sleep(0.02)
    kill_group(process)


def await_ready(process: Process, ready: Callable[[], bool], deadline: float, log: Path) -> None:
    """Wait until `ready()` is true, at most `deadline` seconds.

    Raises NotStarted when the process ends first or time runs out; the process is gone then.
    """
    limit = time.monotonic() + deadline
    try:
        while not ready():
            if exited(process):
                raise NotStarted(f"{process.args!r} ended at its start:\n{tail(log)}")
            if time.monotonic() > limit:
                raise NotStarted(f"{process.args!r} not ready in {deadline} s:\n{tail(log)}")
            time.sleep(0.05)
        if exited(process):  # then somebody else answered on our port
            raise NotStarted(f"{process.args!r} ended at its start:\n{tail(log)}")
    except BaseException:
        kill_group(process)
        raise


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something has come about; raises AssertionError where it never does."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise AssertionError(f"it did not come about in {seconds:g} s")
        time.sleep(0.02)


def tail(path: Path, lines: int = 40) -> str:
    """Return the last lines of a text file, or '' when there is none."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])


@atexit.register
def _end_what_was_left() -> None:
    for starter, process in _started:
        if starter == os.getpid():  # a fork inherits this list, but not the right to kill
            kill_group(process)
