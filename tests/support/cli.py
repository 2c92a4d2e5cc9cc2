"""The `lticontainer` command as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

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
