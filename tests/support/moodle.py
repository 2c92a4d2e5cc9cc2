"""A real Moodle, installed from a source tree on a database server of ours, administered by its own functions.

The tree is not part of this project: `MOODLE_DIR` names one. It is copied, and stays as it is.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.mariadb import MariaDB
from tests.support.moodle_database import Server, database_on
from tests.support.moodle_tables import DB_WRITE, PLUGIN_TABLES, PREFIX, WRITE
from tests.support.process import ROOT
from tests.support.recordings import COURSE, LTI

VARIABLE = "MOODLE_DIR"
EXTENSIONS = ("curl", "gd", "intl", "mbstring", "mysqli", "soap", "xml", "zip")
INSTALL_SECONDS = 600
_PHP = ("php", "-d", "max_input_vars=5000", "-d", "memory_limit=512M")
_CONFIG = """<?php
unset($CFG);
global $CFG;
$CFG = new stdClass();
$CFG->dblibrary = 'native';
{database}
$CFG->prefix = {prefix};
$CFG->wwwroot = {wwwroot};
$CFG->dataroot = {dataroot};
$CFG->admin = 'admin';
$CFG->noemailever = true;
$CFG->directorypermissions = 02777;
{more}
require_once({setup});
"""


def missing_part() -> str | None:
    """Return why no Moodle can be installed here, or None."""
    tree = os.environ.get(VARIABLE, "")
    if not tree:
        return f"{VARIABLE} names no Moodle source tree"
    if not (code_of(Path(tree)) / "version.php").is_file():
        return f"{VARIABLE}: {tree} is no Moodle source tree"
    if shutil.which("php") is None:
        return "php is not installed (Debian: php-cli)"
    loaded = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout.lower().split()
    lacking = [name for name in EXTENSIONS if name not in loaded]
    return f"PHP lacks {', '.join(lacking)} (Debian: php-{lacking[0]})" if lacking else None


def code_of(tree: Path) -> Path:
    """Return the folder with Moodle's code: since 5.1 that is `public`."""
    return tree / "public" if (tree / "public/version.php").is_file() else tree


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


class Moodle:
    """One installed Moodle; `close` removes the copy of its code, the database stays with its server."""

    def __init__(
        self,
        server: Server,
        tree: Path,
        *,
        wwwroot: str = "https://moodle.example.org",
        database: str | None = None,
        more_config: str = "",
    ) -> None:
        self.server = server
        self.on = database_on(server, database or f"moodle_{secrets.token_hex(4)}")
        self.wwwroot = wwwroot
        self._own = Path(tempfile.mkdtemp(prefix="moodle-"))
        self._root = self._own / "code"
        self.data = self._own / "data"
        self._tree = tree
        self._more_config = more_config

    @property
    def code(self) -> Path:
        """The folder with the copy of its code that is served."""
        return code_of(self._root)

    def copy(self) -> None:
        """Copy the code, and tell it where its database is."""
        # Links are made in a moment; what is changed afterwards is a new file.
        shutil.copytree(
            self._tree,
            self._root,
            ignore=shutil.ignore_patterns(".git", "node_modules"),
            copy_function=_link_or_copy,
        )
        self.data.mkdir()
        self._write_config()
        shutil.copyfile(ROOT / "tests/support/moodle_api.php", self.scripts / "moodle_api.php")

    def install(self) -> None:
        """Copy the code and install it; takes about a minute."""
        self.copy()
        self.on.create()
        # Thousands of commits of one row each; nothing is lost that could not be made again.
        careless = "SET GLOBAL innodb_flush_log_at_trx_commit = {}"
        if isinstance(self.server, MariaDB):
            self.server.execute(careless.format(0))
        self.run_script(
            "install_database.php",
            *("--agree-license", f"--adminpass=A-{secrets.token_hex(8)}", "--adminemail=admin@example.org"),
            *("--fullname=Test", "--shortname=test"),
        )
        if isinstance(self.server, MariaDB):
            self.server.execute(careless.format(1))

    @property
    def database(self) -> str:
        """The name of its database."""
        return self.on.name

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of its database on MariaDB, for a user who may do all there."""
        return self.mariadb.url(self.database)

    @property
    def mariadb(self) -> MariaDB:
        """Its server, where that is a MariaDB, which is what the service reads."""
        if not isinstance(self.server, MariaDB):
            raise RuntimeError("this Moodle is on PostgreSQL")
        return self.server

    def add_plugin(self) -> None:
        """Make what an installation of mod_lticontainer makes: tables, version, capability, service."""
        for name, columns in PLUGIN_TABLES.items():
            self.on.create_table(name, columns.format(p=PREFIX))
        self.execute(
            "INSERT INTO {config_plugins} (plugin, name, value) VALUES ('mod_lticontainer', 'version', %s)",
            ("2026012900",),
        )
        self.execute("INSERT INTO {modules} (name) VALUES ('lticontainer')")
        self.execute(
            "INSERT INTO {capabilities} (name, captype, contextlevel, component) VALUES (%s, 'write', 70, %s)",
            (DB_WRITE, "mod_lticontainer"),
        )
        self.call("add_function", WRITE)
        self.call("purge_caches")

    def add_class(self) -> None:
        """Make the course and the activity that recorded requests and golden records name: the first of each."""
        course = self.call("create_course", "python")
        lti = self.call("create_lti", course, self.call("create_tool", "https://hub.example.org/launch"), "Python")
        if (course, lti) != (COURSE, LTI):
            raise RuntimeError(f"this Moodle has courses already: the new one is {course}, its activity {lti}")

    @property
    def scripts(self) -> Path:
        """The folder of scripts for the command line; since 5.1 it is not under `public`."""
        place = self._root / "admin/cli"
        return place if place.is_dir() else code_of(self._root) / "admin/cli"

    def _write_config(self) -> None:
        values = {
            "prefix": PREFIX,
            "wwwroot": self.wwwroot,
            "dataroot": str(self.data),
            "setup": str(code_of(self._root) / "lib/setup.php"),
        }
        quoted = {name: f"'{value}'" for name, value in values.items()}
        text = _CONFIG.format(**quoted, database=self.on.config, more=self._more_config)
        place = self._root / "config.php"
        place.unlink(missing_ok=True)  # a link to that of the tree must not be written through
        place.write_text(text, "utf-8")

    def run_script(self, script: str, *arguments: str, input: str = "", check: bool = True) -> str:
        """Run one of Moodle's scripts for the command line; return what it prints, raise RuntimeError with it."""
        done = subprocess.run(
            [*_PHP, str(self.scripts / script), *arguments],
            input=input,
            capture_output=True,
            encoding="utf-8",
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{script} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def start_script(self, script: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of Moodle's scripts for the command line; whoever does that ends it."""
        command = [*_PHP, str(self.scripts / script), *arguments]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def call(self, name: str, *arguments: Any) -> Any:
        """Do one thing of moodle_api.php, and return its result."""
        return self.calls([name, *arguments])[0]

    def calls(self, *wanted: Sequence[Any]) -> list[Any]:
        """Do several things, each a name with its arguments, in one process of PHP; return their results."""
        told = self.run_script("moodle_api.php", input=json.dumps([[name, rest] for name, *rest in wanted]))
        try:
            return list(json.loads(told))
        except ValueError:
            raise RuntimeError(f"moodle_api.php says:\n{told[-3000:]}") from None

    @property
    def version(self) -> str:
        """The version of the code, such as `4.5.6 (Build: 20250811)`."""
        found = re.search(r"\$release\s*=\s*'([^']+)'", (code_of(self._root) / "version.php").read_text("utf-8"))
        return found[1] if found else ""

    def execute(self, sql: str, args: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Run a statement in its database; a table is written `{lti}`."""
        return self.on.execute(sql, args)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table without `id`, in its order."""
        columns = [name for name, *_ in self.on.columns(table) if name != "id"]
        found = self.execute(f"SELECT {', '.join(columns)} FROM {{{table}}} ORDER BY id")
        return [dict(zip(columns, row, strict=True)) for row in found]

    def close(self) -> None:
        """Remove the copy, and the database."""
        self.on.drop()
        self.remove_files()

    def remove_files(self) -> None:
        """Remove the copy of the code, and the data folder."""
        shutil.rmtree(self._own, ignore_errors=True)
