"""A site whose MariaDB is reached through an sshd of our own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support import sshd as servers
from tests.support.accounts import Account
from tests.support.databases import shared_mariadb
from tests.support.programs import program
from tests.support.site import Site
from tests.support.skip import missing
from tests.support.sshd import Sshd, make_key


def fingerprint(public_key: Path) -> str:
    """Return what ssh-keygen prints for a public key."""
    command = [program("ssh-keygen"), "-l", "-f", str(public_key)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]


class TunnelSite(Site):
    """A site with its SSH server; `settings` win over those that work."""

    def __init__(self, sshd: Sshd, account: Account, key: Path, **settings: str) -> None:
        super().__init__(shared_mariadb().create_database())
        self.sshd, self.account = sshd, account
        self.settings = {
            "database_ssh_host": sshd.address,
            "database_ssh_port": str(sshd.port),
            "database_ssh_user": account.name,
            "database_ssh_fingerprint": fingerprint(sshd.directory / "host_key.pub"),
            "database_ssh_key_file": str(key),
        } | settings

    @property
    def env(self) -> dict[str, str]:
        """What a service of this site is told."""
        return super().env | {f"LTICONTAINER_{name.upper()}": value for name, value in self.settings.items()}


def open_way(sshd: Sshd, account: Account, folder: Path) -> Path:
    """Make a key that opens an account, and return its file."""
    key = folder / "key"
    sshd.allow(account.name, make_key(key))
    return key


def need_sshd() -> None:
    """Skip the test where there can be no sshd."""
    if reason := servers.available():
        missing(reason)
