"""The Service that other tests lean on, run here with a small application instead of ours."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.support.process import NotStarted
from tests.support.rawhttp import send
from tests.support.service import Service

APP = """
import os
print("told:", os.environ.get("LTICONTAINER_X"), os.environ.get("LTICONTAINER_STRAY"), flush=True)
def app(environ, start_response):
    if environ["PATH_INFO"] == "/health":
        start_response("200 OK", [])
        return [b"ok"]
    start_response("200 OK", [])
    return [b"%d %d" % (os.getppid(), os.getpid())]
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LTICONTAINER_STRAY", "a developer's own")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "gunicorn.conf.py").write_text("worker_class = 'gthread'\n")
    (tmp_path / "wsgi.py").write_text(APP)
    return tmp_path


def pids(service: Service) -> list[int]:
    """Return the master's pid and one worker's."""
    body = send(service.port, b"GET /pids HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").body
    return [int(pid) for pid in body.split()]


def gone(pid: int) -> bool:
    """Wait for a pid to go: a killed worker is reaped by init, not by us."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return True
        time.sleep(0.05)
    return False


def test_it_starts_with_the_settings_given_and_leaves_nothing_behind(root: Path) -> None:
    with Service({"LTICONTAINER_X": "yes"}, root=root, workers=1) as service:
        processes = pids(service)
    assert all(gone(pid) for pid in processes)
    assert "told: yes None" in service.log()


def test_a_hard_kill_ends_master_and_workers_and_it_starts_again_on_its_port(root: Path) -> None:
    with Service({}, root=root) as service:
        before, port = pids(service), service.port
        service.kill_hard()
        assert all(gone(pid) for pid in before)
        with pytest.raises(ConnectionError):  # reset, where the other worker is still dying
            pids(service)
        service.start()
        assert service.port == port
        assert pids(service) != before


def test_a_service_that_cannot_start_shows_its_log(root: Path) -> None:
    (root / "wsgi.py").write_text("raise RuntimeError('no secret key')")
    with pytest.raises(NotStarted, match="no secret key"), Service({}, root=root):
        pytest.fail("it has started")


def test_a_failing_block_notes_the_log(root: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught, Service({}, root=root):
        _ = 1 / 0
    assert "told: None None" in caught.value.__notes__[0]
