"""A network namespace with one end of a wire in it, whose answers can be dropped."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess

from tests.support.programs import PATH, program
from tests.support.running import Running


def available() -> str | None:
    """Return why there can be no namespace here, or None when there can."""
    if os.geteuid() != 0:
        return "a network namespace needs root"
    if shutil.which("ip", path=PATH) is None:
        return "ip is not installed (Debian: iproute2)"
    made = subprocess.run([program("ip"), "netns", "add", "ltprobe"], capture_output=True, text=True, check=False)
    subprocess.run([program("ip"), "netns", "delete", "ltprobe"], capture_output=True, check=False)
    return None if made.returncode == 0 else f"no network namespace can be made: {made.stderr.strip()}"


class Namespace(Running):
    """A machine of its own as far as the network goes; `address` is its, `gateway` ours. A context manager."""

    def __init__(self) -> None:
        word = secrets.token_hex(3)
        self.name = f"lt{word}"
        self._wire = f"lt{word}a"
        net = f"10.{210 + secrets.randbelow(40)}.{secrets.randbelow(256)}"
        self.gateway, self.address = f"{net}.1", f"{net}.2"
        self.prefix = [program("ip"), "netns", "exec", self.name]

    def start(self) -> None:
        """Make the namespace, and the wire to it."""
        _ip("netns", "add", self.name)
        _ip("link", "add", self._wire, "type", "veth", "peer", "name", "wire", "netns", self.name)
        _ip("address", "add", f"{self.gateway}/30", "dev", self._wire)
        _ip("link", "set", self._wire, "up")
        _ip("-n", self.name, "address", "add", f"{self.address}/30", "dev", "wire")
        _ip("-n", self.name, "link", "set", "wire", "up")
        _ip("-n", self.name, "link", "set", "lo", "up")

    def drop(self) -> None:
        """Let no packet come back."""
        _ip("-n", self.name, "route", "add", "blackhole", f"{self.gateway}/32")

    def pass_on(self) -> None:
        """Let packets come back again."""
        _ip("-n", self.name, "route", "delete", "blackhole", f"{self.gateway}/32")

    def close(self) -> None:
        """Remove the namespace, and the wire with it."""
        subprocess.run([program("ip"), "netns", "delete", self.name], capture_output=True, check=False)
        subprocess.run([program("ip"), "link", "delete", self._wire], capture_output=True, check=False)


def _ip(*words: str) -> None:
    subprocess.run([program("ip"), *words], capture_output=True, text=True, check=True)
