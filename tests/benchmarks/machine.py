"""What the figures were measured on, without naming whose it is."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

PACKAGES = ("gunicorn", "gunicorn_h1c", "Flask", "SQLAlchemy", "PyMySQL")


def describe() -> dict[str, str]:
    """Return the processor, memory, disk and versions, ready to print."""
    processor = _first("/proc/cpuinfo", r"model name\s*: (.*)")
    memory = int(_first("/proc/meminfo", r"MemTotal:\s*(\d+)")) / 2**20
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "fsync": f"{_fsync() * 1000:.2f} ms (4 KiB)",
        "system": f"Linux {platform.release().split('-')[0]}",
        "Python": platform.python_version(),
        "MariaDB": _mariadb(),
        **{package: _version(package) for package in PACKAGES},
    }


def _first(path: str, pattern: str) -> str:
    found = re.search(pattern, Path(path).read_text("utf-8"))
    return found[1] if found else "0"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _mariadb() -> str:
    paths = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    told = subprocess.run(
        ["mariadbd", "--version"], env={"PATH": paths}, capture_output=True, text=True, check=False
    )
    found = re.search(r"Ver (\d[\d.]*)", told.stdout)
    return found[1] if found else "unknown"


def _fsync() -> float:
    """Return the median seconds of a small write that reaches the disk: the price of one commit."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(200):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return median(times)
