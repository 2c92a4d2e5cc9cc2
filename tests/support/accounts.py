"""System users of our own, without a login shell, gone when we are done."""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import subprocess
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

SHELL = "/usr/sbin/nologin"
LOCKED, KEY_ONLY = "!", "*"
"""What useradd leaves in the place of a password: sshd refuses even the key. And what lets the key in."""


class Account:
    """A user with a group of its own and no shell; `password` in clear, or KEY_ONLY, or LOCKED.

    Needs root. Made at once; `close` removes it, at the latest at the end of this process.
    """

    def __init__(self, password: str = KEY_ONLY) -> None:
        self.name = f"lt{secrets.token_hex(5)}"
        self._owner = os.getpid()
        _run(["useradd", "--user-group", "--no-create-home", "--shell", SHELL, self.name])
        atexit.register(self.close)
        self.gid = pwd.getpwnam(self.name).pw_gid
        self.set_password(password)

    def set_password(self, password: str) -> None:
        """Give another password, or none."""
        if password in (LOCKED, KEY_ONLY):
            _run(["usermod", "--password", password, self.name])
        else:
            _run(["chpasswd"], f"{self.name}:{password}\n")

    def close(self) -> None:
        """Remove the user and its group; idempotent."""
        if self.name and self._owner == os.getpid():
            _run(["userdel", "--force", self.name])
            self.name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _run(command: Sequence[str], text: str = "") -> None:
    """Run a command that locks /etc/passwd, which others may hold at the moment; raises RuntimeError."""
    for _ in range(50):
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        if "lock" not in done.stderr:
            break
        time.sleep(0.1)
    raise RuntimeError(f"{command[0]} failed: {done.stderr}")
