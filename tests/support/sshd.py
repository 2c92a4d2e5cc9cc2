"""A real OpenSSH server of our own on a loopback port, for users that have no login shell."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.support import process
from tests.support.programs import PATH, program
from tests.support.running import Running

__all__ = ["Sshd", "available", "make_key"]

_PRIVILEGE_SEPARATION = Path("/run/sshd")


def available() -> str | None:
    """Return why sshd and its users can't be had here, or None when they can."""
    if os.geteuid() != 0:
        return "making a system user and running sshd for it needs root"
    for name in ("sshd", "ssh-keygen", "useradd"):
        if shutil.which(name, path=PATH) is None:
            return f"{name} is not installed (Debian: openssh-server)"
    return None


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> str:
    """Make a private key at `path`, and return its public half as one line."""
    path.unlink(missing_ok=True)
    command = [program("ssh-keygen"), "-q", "-t", kind, "-N", passphrase, "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path.with_name(f"{path.name}.pub").read_text("ascii").strip()


class Sshd(Running):
    """An sshd on a free loopback port; port and host keys stay the same over restarts.

    `allow` says which public keys open which account; `options` are lines of sshd_config, which win
    over ours; `address` is what it listens on; `prefix` is a command that runs it.
    As a context manager it starts and closes.
    """

    def __init__(
        self,
        options: Sequence[str] = (),
        *,
        address: str = "127.0.0.1",
        kind: str = "ed25519",
        prefix: Sequence[str] = (),
    ) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="sshd-"))
        self.directory.chmod(0o711)  # sshd reads the keys of a user as that user
        self.address = address
        self.port = process.free_port()
        self.log_file = self.directory / "log"
        self._prefix = list(prefix)
        self._options = list(options)
        self._process: process.Process | None = None
        self.host_key = make_key(self.directory / "host_key", kind)

    def new_host_key(self, kind: str = "ed25519") -> None:
        """Change the host key, as someone in between would; takes effect with the next start."""
        self.host_key = make_key(self.directory / "host_key", kind)

    def allow(self, account: str, public_key: str) -> None:
        """Let a public key in as an account."""
        path = self.directory / f"keys-{account}"
        path.write_text(public_key + "\n", "ascii")
        path.chmod(0o644)

    def start(self) -> None:
        """Start the server and return when it sends its banner; raises process.NotStarted."""
        if self._process is not None:
            raise RuntimeError("sshd is running already")
        _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        config = self.directory / "sshd_config"
        config.write_text("\n".join([*self._options, *self._lines()]) + "\n", "utf-8")
        command = [*self._prefix, program("sshd"), "-D", "-e", "-f", str(config)]
        server = process.spawn(command, log=self.log_file)
        process.await_ready(server, self._answers, 15, self.log_file)
        self._process = server

    def stop(self) -> None:
        """End the server and every connection to it."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGSTOP)  # or one more might come in behind our back
            self.cut()
            process.kill_group(self._process)
            self._process = None

    def restart(self) -> None:
        """Stop, and start on the same port."""
        self.stop()
        self.start()

    def cut(self) -> int:
        """Kill the processes of all open connections, by pid; return how many connections there were."""
        connections = self.connections()
        for pid in _with_children(connections):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(connections)

    def freeze(self) -> list[int]:
        """SIGSTOP the server and its connections, which then accept and answer nothing; `thaw` undoes it."""
        assert self._process is not None
        pids = [self._process.pid, *_with_children(self.connections())]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        return pids

    @staticmethod
    def thaw(pids: Sequence[int]) -> None:
        """Let frozen processes go on."""
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def connections(self) -> list[int]:
        """Return the process ids of the open connections, one for each."""
        return [] if self._process is None else _children(self._process.pid)

    def log(self) -> str:
        """Return what the server has said."""
        return process.tail(self.log_file, 400)

    def close(self) -> None:
        """Stop, and remove what we made."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((self.address, self.port), 1) as probe:
            return probe.recv(4) == b"SSH-"
        return False

    def _lines(self) -> list[str]:
        return [
            f"ListenAddress {self.address}:{self.port}",
            f"HostKey {self.directory}/host_key",
            f"AuthorizedKeysFile {self.directory}/keys-%u",
            f"PidFile {self.directory}/pid",
            "PasswordAuthentication yes",
            "PubkeyAuthentication yes",
            "KbdInteractiveAuthentication no",
            "AllowStreamLocalForwarding yes",
            "UsePAM no",
            "UseDNS no",
            "StrictModes no",
            "MaxStartups 100",
            "LogLevel VERBOSE",
        ]


def _with_children(pids: Sequence[int]) -> list[int]:
    return [*(child for pid in pids for child in _children(pid)), *pids]


def _children(parent: int) -> list[int]:
    # sshd gives every connection a session of its own, so its group does not hold them.
    try:
        text = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
    except OSError:
        return []
    return [int(word) for word in text.split()]
