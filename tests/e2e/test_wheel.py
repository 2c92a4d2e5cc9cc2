"""The wheel holds all that the service needs: installed into an empty environment, it is used from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import process
from tests.support.clients import get
from tests.support.process import ROOT
from tests.support.rawhttp import recorded

pytestmark = pytest.mark.slow
CLASS = [str(path) for path in recorded(ROOT / "tests/data/wire")]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "var", "tests", "*.egg-info")


def run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a program that must succeed, with none of our own tree on its path."""
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    given = process.environment({}) | (env or {})
    told = {name: value for name, value in given.items() if name in own or name in (env or {})}
    done = subprocess.run(command, cwd=cwd, env=told, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree: the tree itself stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "tree", ignore=LEFT_OUT)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder)]
    run(*pip, str(folder / "tree"), cwd=folder)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The folder of programs of an environment that holds the wheel and what it asks for, and nothing else."""
    place = wheel.parent / "venv"
    venv.create(place, with_pip=True)
    run(str(place / "bin/python"), "-m", "pip", "install", "--quiet", str(wheel), cwd=wheel.parent)
    return place / "bin"


def test_the_wheel_holds_code_migrations_settings_and_templates_and_no_tests(wheel: Path) -> None:
    import zipfile

    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "wsgi.py",
        "app/py.typed",
        "app/_config/gunicorn.conf.py",
        "app/_sql/env.py",
        "app/_sql/schema-mariadb.sql",
        "app/_sql/schema-sqlite.sql",
        "app/_sql/versions/0001_first_tables.py",
        "app/_sql/versions/0002_audit.py",
    }
    wanted |= {f"app/templates/{path.name}" for path in (ROOT / "app/templates").iterdir()}
    wanted |= {str(path.relative_to(ROOT)) for path in (ROOT / "app").rglob("*.py")}
    assert wanted - names == set()
    assert [name for name in names if name.startswith(("tests", "docs"))] == []


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"LTICONTAINER_CONFIG": str(tmp_path / "lticontainer.toml")}


@pytest.fixture
def served(installed: Path, tmp_path: Path, env: dict[str, str]) -> Iterator[int]:
    """The port of a service that was set up and started as the manual says, from a folder of its own."""
    program = str(installed / "lticontainer")
    url = f"sqlite:///{tmp_path / 'service.sqlite3'}"
    run(program, "init", "--moodle-url", "https://moodle.example.org", "--database-url", url, cwd=tmp_path)
    run(program, "db", "upgrade", cwd=tmp_path, env=env)
    port, log = process.free_port(), tmp_path / "log"
    told = process.environment(env)
    told.pop("PYTHONPATH", None)
    server = process.spawn([program, "serve", "--bind", f"127.0.0.1:{port}"], log=log, cwd=tmp_path, env=told)
    process.await_ready(server, lambda: healthy(port), 30, log)
    yield port
    process.end_group(server, 20)


def healthy(port: int) -> bool:
    try:
        return get(port, "/health").status == 200
    except OSError:
        return False


def test_from_any_folder_it_is_set_up_serves_and_stores_a_recorded_class(
    installed: Path, served: int, tmp_path: Path, env: dict[str, str]
) -> None:
    program = str(installed / "lticontainer")
    create = ("token", "create", "--name", "proxy", "--scope", "nblogs:write")
    token = run(program, *create, cwd=tmp_path, env=env).strip()
    said = run(program, "send", "--url", f"http://127.0.0.1:{served}", "--token", token, *CLASS, cwd=tmp_path)
    assert said.endswith("17 of 17 requests succeeded.\n")
    assert b"write_nblogs" in get(served, "/api/v1/docs").body
    assert re.search(rb"lticontainer_records_stored_total 17", get(served, "/metrics").body)


def test_gunicorn_starts_the_same_service_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import app, wsgi; from app.resources import resource_dir; print(app.__file__, resource_dir('config'))"
    env = {"LTICONTAINER_SECRET_KEY": "A" * 43 + "=", "LTICONTAINER_MOODLE_URL": "https://moodle.example.org"}
    said = run(str(installed / "python"), "-I", "-c", code, cwd=tmp_path, env=env)
    assert all(str(installed.parent) in path for path in said.split())
