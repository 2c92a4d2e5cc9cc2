"""A download from the real service: an error after the first byte is a broken transfer."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import rawhttp
from tests.support.process import ROOT
from tests.support.service import Service
from tests.support.site import Site

# A WSGI file like the project's, with one download that fails after a while.
WSGI = """
from app import factory
from app.downloads import Content, Download
from app.fields import Integer, StrictSchema

class Params(StrictSchema):
    fails_at = Integer(load_default=-1)

def chunks(fails_at):
    for number in range(20):
        if number == fails_at:
            raise RuntimeError("it broke")
        yield b"x" * 10_000

extra = Download("x.bin", "Some x.", None, Params(), "application/octet-stream",
    lambda call: Content("application/octet-stream", "x.bin", chunks(**call.arguments)), lambda caller, _: True)
Downloads = factory.Downloads
factory.Downloads = lambda downloads, authenticator: Downloads((*downloads, extra), authenticator)
app = factory.create_app()
"""


@pytest.fixture
def service(sqlite_site: Site, tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "wsgi.py").write_text(WSGI)
    (tmp_path / "config").symlink_to(ROOT / "config")
    with Service(sqlite_site.env, root=tmp_path) as running:
        yield running


def get(service: Service, token: str, query: str = "", *, version: str = "1.1") -> rawhttp.Response:
    head = f"GET /api/v1/x.bin{query} HTTP/{version}\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    return rawhttp.send(service.port, head.encode())


def test_a_whole_file_arrives_and_a_broken_one_is_seen(service: Service, sqlite_site: Site) -> None:
    token = sqlite_site.token("activity:read")
    assert len(get(service, token).body) == 200_000
    for fails_at in (1, 10, 19):
        with pytest.raises(http.client.IncompleteRead):
            get(service, token, f"?fails_at={fails_at}")
    assert get(service, token, "?fails_at=0").status == 500
    assert get(service, token, version="1.0").status == 400
    assert token not in service.log()
