"""What a command shows on a terminal while it works, and what it leaves behind when it breaks off."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pyarrow.parquet as pq
import pytest
from sqlalchemy import insert

from app.activity.execution import Execution, Selection
from app.activity.executions_store import PAGE, ExecutionStore
from app.errors import ServiceUnavailable
from app.storage import tables as t
from tests.support.cli import run, run_here
from tests.support.databases import new_database
from tests.support.process import ROOT, environment
from tests.support.site import Site

RUNS = PAGE + 100


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A course with more runs than a page of an export or a transaction of a purge takes."""
    made = Site(new_database("sqlite", tmp_path))
    made.upgrade()
    with made.parts.database.writing() as connection:
        times = {"course": 2, "asked_us": 1_600_000_000_000_000, "answered_us": 1_600_000_000_000_001}
        rows = [{"session": f"s{n // 50}", "message": f"m{n}", "username": "anna"} | times for n in range(RUNS)]
        connection.execute(insert(t.executions), rows)
        sessions = [{"session": f"s{n}", "course": 2, "updatetm": 1_600_000_000} for n in range(RUNS // 50)]
        connection.execute(insert(t.session), sessions)
    yield made
    made.close()


def on_terminal(site: Site, *args: str) -> tuple[str, str]:
    """Run a command whose standard error is a terminal; return both outputs."""
    ours, its = os.openpty()
    command = [sys.executable, "-m", "app", *args]
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment(site.env | {"TERM": "xterm"}), stdout=subprocess.PIPE, stderr=its
    )
    os.close(its)
    seen = bytearray()

    def read() -> None:
        try:
            while chunk := os.read(ours, 4096):
                seen.extend(chunk)
        except OSError:  # Linux says so where the other end is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    printed, _ = running.communicate(timeout=60)
    reader.join(10)
    os.close(ours)
    assert running.returncode == 0, seen
    return printed.decode(), seen.decode()


def test_a_long_purge_shows_how_far_it_is(site: Site) -> None:
    printed, shown = on_terminal(site, "activity", "purge", "--older-than", "10", "--course", "2", "--yes")
    assert f"Erased: {RUNS} runs" in printed
    assert "course 2" in shown
    assert "100%" in shown
    assert len({part for part in shown.split("\r") if "%" in part}) > 2


def test_a_long_erasure_shows_how_far_it_is(site: Site) -> None:
    printed, shown = on_terminal(site, "activity", "erase", "anna", "--yes")
    assert f"Erased: {RUNS} runs" in printed
    assert "sessions" in shown
    assert "100%" in shown


def test_an_export_shows_how_far_it_is_and_only_on_the_terminal(site: Site) -> None:
    printed, shown = on_terminal(site, "activity", "export", "--course", "2")
    assert printed.count("\n") == RUNS + 1
    assert "MB" in shown
    assert "MB" not in printed
    assert run("activity", "export", "--course", "2", env=site.env).stderr == ""


@contextmanager
def second_page_fails() -> Iterator[None]:
    """Let the database go away behind the first page of an export."""
    read = ExecutionStore.pages

    def pages(store: ExecutionStore, selection: Selection) -> Iterator[Sequence[Execution]]:
        yield next(read(store, selection))
        raise ServiceUnavailable("The database is gone")

    with mock.patch.object(ExecutionStore, "pages", pages):
        yield


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_is_there_only_once_it_is_whole(site: Site, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "runs"
    args = ("activity", "export", "--course", "2", "--format", kind, "--output", str(path))
    assert run_here(*args, env=site.env).returncode == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if kind == "parquet":
        assert pq.read_table(path).num_rows == RUNS
    path.write_text("the one before")
    path.chmod(0o640)
    with second_page_fails():
        done = run_here(*args, env=site.env)
    assert done.returncode == 1
    assert "The database is gone" in done.stderr
    assert path.read_text() == "the one before"
    assert list(folder.iterdir()) == [path]
    assert run_here(*args, env=site.env).returncode == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_full_disk_is_one_sentence_and_leaves_nothing(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with mock.patch("app.cli.common.os.fsync", side_effect=full):
        done = run_here("activity", "export", "--course", "2", "--output", str(folder / "runs"), env=site.env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {folder / 'runs'} can't be written: No space left on device\n"
    assert list(folder.iterdir()) == []
