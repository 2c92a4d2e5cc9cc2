"""How a MariaDB server is found, given its data directory, and called."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

USER = "lticontainer"
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def available() -> str | None:
    """Return why MariaDB can't be started here, or None when it can."""
    for program in ("mariadbd", "mariadb-install-db"):
        if shutil.which(program, path=_PATH) is None:
            return f"{program} is not installed (Debian: mariadb-server-core)"
    if importlib.util.find_spec("pymysql") is None:
        return "PyMySQL is not installed"
    return None


def initialise(directory: Path) -> Path:
    """Make the system tables under `directory` unless they are there; return the data directory.

    Takes half a second, so no template is kept. Raises RuntimeError with the installer's output.
    """
    data = directory / "data"
    if (data / "mysql").is_dir():
        return data
    directory.mkdir(parents=True, exist_ok=True)
    command = [
        _program("mariadb-install-db"),
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        f"--datadir={data}",
        *_as_user(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)  # half a directory would pass for a whole one
        raise RuntimeError(f"mariadb-install-db failed:\n{done.stdout}{done.stderr}")
    return data


def write_accounts(path: Path, password: str) -> None:
    """Write the SQL that the server runs before it answers: who may come in, and from where."""
    # A root account without password on a TCP port would open the machine to its other users.
    path.write_text(
        "DELETE FROM mysql.global_priv WHERE User IN ('', 'root') AND Host <> 'localhost';\n"
        "DELETE FROM mysql.global_priv WHERE User = '';\n"
        "FLUSH PRIVILEGES;\n"
        f"CREATE USER IF NOT EXISTS '{USER}'@'127.0.0.1';\n"
        f"ALTER USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{password}';\n",
        "utf-8",
    )
    path.chmod(0o600)


def command(data: Path, own: Path, port: int, options: Sequence[str]) -> list[str]:
    """Return the command line of a server whose socket, pid file, temporary files and accounts lie in `own`."""
    # A server that starts removes what it takes for leftovers in its folder for temporary files: not another's.
    temporary = own / "tmp"
    temporary.mkdir(exist_ok=True)
    return [
        _program("mariadbd"),
        "--no-defaults",
        *_as_user(),
        f"--datadir={data}",
        f"--socket={own / 'socket'}",
        f"--pid-file={own / 'pid'}",
        f"--tmpdir={temporary}",
        f"--init-file={own / 'accounts.sql'}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=1",
        "--character-set-server=utf8mb4",
        *options,
    ]


def _program(name: str) -> str:
    found = shutil.which(name, path=_PATH)
    if found is None:
        raise RuntimeError(f"{name} is not installed (Debian: mariadb-server-core)")
    return found


def _as_user() -> list[str]:
    # mariadbd refuses to run as root unless it is told to.
    return ["--user=root"] if os.geteuid() == 0 else []
