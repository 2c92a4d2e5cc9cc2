"""The service behind a real nginx with the site files of config/: it works, and no log holds a token."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from threading import Thread

import pytest

from app.auth.authenticator import new_token
from app.settings import Settings
from tests.support import cli, nginx
from tests.support.nginx import CONFIG, HOST, Nginx
from tests.support.process import ROOT
from tests.support.rawhttp import recorded
from tests.support.service import Service
from tests.support.site import Site
from tests.support.skip import missing

WIRE = ROOT / "tests/data/wire"
REQUESTS = [str(path) for path in recorded(WIRE)]
PROXY = "127.0.0.1/32"
CLIENT = "127.0.0.2"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    if reason := nginx.available():
        missing(reason)
    site = Site(f"sqlite:///{tmp_path / 'service.sqlite3'}")
    site.upgrade()
    yield site
    site.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "nginx"
    folder.mkdir()
    return folder


def behind_proxy(site: Site) -> Service:
    return Service(site.env | {"LTICONTAINER_TRUSTED_PROXIES": PROXY}, workers=1)


def send(front: Nginx, token: str, files: list[str] | None = None) -> tuple[int, str]:
    """Send recorded requests as a proxy does, checking the certificate; return exit code and output."""
    env = {"SSL_CERT_FILE": str(front.certificate)}
    url = f"https://{HOST}:{front.port}"
    done = cli.run("send", "--url", url, "--token", "-", *(files or REQUESTS), env=env, input=f"{token}\n")
    return done.returncode, done.stdout + done.stderr


def ask(front: Nginx, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """Send one request from an address that is not the proxy's; return status and body."""
    connection = http.client.HTTPSConnection(
        HOST, front.port, context=front.context(), source_address=(CLIENT, 0), timeout=20
    )
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def site_info(front: Nginx, token: str, **headers: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content_Type": "application/json"} | headers
    return ask(front, "POST", "/api/v1/get_site_info", b"{}", **headers)[0]


@contextmanager
def breaking_off() -> Iterator[int]:
    """Yield the port of a server that reads requests, and closes instead of answering."""
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65_536)

        thread = Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def assert_in_no_file(folder: Path, token: str) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "lticontainer.log" for path in files)
    assert [path for path in files if token.encode() in path.read_bytes()] == []


def test_recorded_requests_are_stored_and_no_log_holds_the_token(site: Site, folder: Path) -> None:
    token = site.token()
    with behind_proxy(site) as service, Nginx(folder, service.port) as front:
        code, output = send(front, token)
        assert code == 0, output
        assert token not in service.log()
    assert site.count("executions") == 7
    log = front.log("lticontainer.log")
    assert log.count('"POST /moodle/webservice/rest/server.php HTTP/1.1" 200') == 7
    assert log.count("wstoken") == 0
    assert_in_no_file(folder, token)


def test_errors_leave_the_token_in_no_log_either(site: Site, folder: Path) -> None:
    token = site.token()
    query = f"?wsfunction=mod_lticontainer_write_nblogs&wstoken={token}"
    with behind_proxy(site) as service, Nginx(folder, service.port) as front:
        too_long = Settings.model_fields["max_body_bytes"].default + 1
        assert ask(front, "POST", f"/webservice/rest/server.php{query}", b"x" * too_long)[0] == 413
        assert ask(front, "GET", f"/elsewhere{query}")[0] == 404
        assert ask(front, "GET", f"/elsewhere{query}&{'x' * 12_000}")[0] == 414
        service.kill_hard()
        code, output = send(front, token, files=REQUESTS[:1])
        assert (code, "502" in output) == (1, True)
    assert '" 502 ' in front.log("lticontainer.log")
    assert "[removed]" not in front.log("error.log")
    assert_in_no_file(folder, token)


def test_it_is_published_under_a_path_of_moodles_host(site: Site, folder: Path) -> None:
    token = site.token("nblogs:write")
    with behind_proxy(site) as service, Nginx(folder, service.port, under_a_path=True) as front:
        path = "/lticontainer/webservice/rest/server.php"
        query = f"?wsfunction=mod_lticontainer_write_nblogs&wstoken={token}&moodlewsrestformat=json"
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        body = b"nb_logs[0][host]=ltictr&nb_logs[0][lti_id]=1&nb_logs[0][inst_id]=1&nb_logs[0][session]=s1"
        assert ask(front, "POST", path + query, body, **form) == (200, b"[]")
        assert ask(front, "POST", path.replace("/webservice", "//webservice") + query, body, **form) == (
            200,
            b"[]",
        )
        status, health = ask(front, "GET", "/lticontainer/health")
        assert (status, json.loads(health)["status"]) == (200, "ok")
        assert ask(front, "GET", "/lticontainer/metrics")[0] == 403
        assert ask(front, "GET", "/login/index.php") == (200, b"Moodle's PHP")
        service.kill_hard()
        assert ask(front, "POST", path + query, body, **form)[0] == 502
    assert site.count("session") == 1
    assert_in_no_file(folder, token)


@pytest.mark.parametrize("path", ["/metrics", "//metrics", "/%6detrics", "/api/v1/../../metrics", "/x/metrics"])
def test_metrics_are_not_read_through_nginx(site: Site, folder: Path, path: str) -> None:
    with behind_proxy(site) as service, Nginx(folder, service.port) as front:
        assert ask(front, "GET", path)[0] in (403, 404)
        assert ask(front, "GET", "/health")[0] == 200


def test_the_service_learns_the_clients_address_and_believes_nobody_else(site: Site, folder: Path) -> None:
    near, far = new_token(), new_token()
    site.parts.tokens.add(near, "near", ["nblogs:write"], None, [ip_network(CLIENT)], None)
    site.parts.tokens.add(far, "far", ["nblogs:write"], None, [ip_network("192.0.2.1")], None)
    with behind_proxy(site) as service, Nginx(folder, service.port) as front:
        assert site_info(front, near) == 200
        assert site_info(front, near, X_Forwarded_For="192.0.2.1") == 200
        assert site_info(front, far, X_Forwarded_For="192.0.2.1") == 403


def test_a_machine_that_breaks_off_loses_no_record(site: Site, folder: Path) -> None:
    token = site.token()
    with (
        breaking_off() as broken,
        behind_proxy(site) as service,
        Nginx(folder, broken, service.port) as front,
    ):
        code, output = send(front, token)
        assert code == 0, output
    assert f"{HOST}:{broken}, {HOST}:{service.port}" in front.log("lticontainer.log")
    assert site.count("executions") == 7


@pytest.mark.parametrize("file", ["nginx.conf", "nginx-location.conf"])
def test_nginx_takes_bodies_as_long_as_the_service_does(file: str) -> None:
    megabytes = Settings.model_fields["max_body_bytes"].default // 2**20
    assert f"client_max_body_size {megabytes}m;" in (CONFIG / file).read_text()
