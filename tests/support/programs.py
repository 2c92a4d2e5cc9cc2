"""Where system programs are, those of administrators too."""

from __future__ import annotations

import os
import shutil

PATH = os.pathsep.join(["/usr/sbin", "/usr/bin", "/sbin", "/bin", os.environ.get("PATH", "")])
"""The distribution's own first: another program of the same name may lie in front of it."""


def program(name: str) -> str:
    """Return the path of a program; raises RuntimeError."""
    found = shutil.which(name, path=PATH)
    if found is None:
        raise RuntimeError(f"{name} is not installed")
    return found
