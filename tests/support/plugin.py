"""The Moodle plugin's files, and what of them can be asked without a Moodle."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support.process import ROOT

PLUGIN = ROOT / "php-shim"
FIXTURES = PLUGIN / "tests/fixtures"
_DECLARED = ROOT / "tests/support/plugin_declared.php"


def php_missing() -> str | None:
    """Return why PHP can't be run here, or None."""
    return None if shutil.which("php") else "php is not installed (Debian: php-cli)"


def phpunit_missing() -> str | None:
    """Return why PHPUnit can't be run here, or None."""
    return php_missing() or (None if shutil.which("phpunit") else "phpunit is not installed (Debian: phpunit)")


def files(*endings: str) -> list[Path]:
    """Return the plugin's files with these endings, sorted."""
    return sorted(path for path in PLUGIN.rglob("*") if path.suffix in endings)


def declared() -> Any:
    """Return what db/ and the external classes declare: services, functions, capabilities, tasks."""
    done = subprocess.run(
        ["php", "-d", "error_reporting=-1", "-d", "display_errors=stderr", str(_DECLARED), str(PLUGIN)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    if done.stderr:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def as_fixture(value: object) -> str:
    """Return the text of a fixture."""
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
