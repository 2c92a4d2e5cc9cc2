"""The archive of a volume, from real engines: over the whole way, and what is left behind when it breaks off."""

from __future__ import annotations

import io
import json
import os
import socket
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.audit.entry import Entry, Filter, State
from app.containers.carrier import OWNER, UNTIL, Carrier
from app.containers.host import LOCAL, Host
from tests.support.clients import get
from tests.support.container_host import shared_engine, shared_host
from tests.support.engines import IMAGE, Docker, Engine, Podman, shared_docker, shared_podman
from tests.support.service import Service
from tests.support.site import Site, call

GIGABYTE = 2**30
COURSE = 2
VOLUME = "lms_sub_report1_2_moodle.example.org"
OTHER = "lms_sub_report1_3_moodle.example.org"
ENGINES = {"docker": shared_docker, "podman": shared_podman}


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    found: Engine = ENGINES[request.param]()
    found.remove_all()
    with found.client() as client:
        for name in (VOLUME, OTHER):
            client.create_volume(name)
    yield found
    found.remove_all()


@pytest.fixture
def volume(engine: Engine) -> Path:
    """The folder of the volume on this machine."""
    with engine.client() as client:
        return Path(client.inspect_volume(VOLUME)["Mountpoint"])


@pytest.fixture
def local(engine: Engine, sqlite_site: Site) -> Site:
    """A site whose host `local` has this engine."""
    sqlite_site.parts.host_store.add(Host(LOCAL, engine.kind, socket=str(engine.socket)))
    return sqlite_site


def token(site: Site, *courses: int) -> str:
    return site.token("containers:write", courses=courses or None)


def path(**query: str) -> str:
    query = {"host": LOCAL, "course_id": str(COURSE), "volume": VOLUME} | query
    return f"/api/v1/volumes/archive?{urlencode(query)}"


def left(engine: Engine) -> int:
    with engine.client() as client:
        return len(client.containers(all=True))


def entry(site: Site) -> Entry:
    """Return the one entry in the log of changes, once it has ended."""
    for _ in range(200):
        (found,) = site.parts.audit.list(Filter(), 10)
        if found.state is not State.INTENT:
            return found
        time.sleep(0.05)
    raise AssertionError("the entry never ended")


def fill(volume: Path) -> None:
    (volume / "学生1").mkdir()
    (volume / "学生1" / "課題.ipynb").write_bytes(b"report")
    (volume / "学生1" / "link").symlink_to("課題.ipynb")
    (volume / "out").symlink_to("/etc/passwd")
    os.mkfifo(volume / "pipe")
    Path(os.fsdecode(os.fsencode(volume) + b"/" + "名前".encode("cp932"))).write_bytes(b"sjis")


def test_a_volume_is_taken_home_as_tar_and_as_zip(local: Site, engine: Engine, volume: Path) -> None:
    fill(volume)
    own = token(local, COURSE)
    with Service(local.env) as service:
        headers = (f"Authorization: Bearer {own}", "On-Behalf-Of: hanako")
        packed = get(service.port, path(), *headers)
        zipped = get(service.port, path(format="zip"), *headers)
    assert (packed.status, zipped.status) == (200, 200), packed.body
    wanted = {"report1/学生1/課題.ipynb": b"report", "report1/名前": b"sjis"}
    with tarfile.open(fileobj=io.BytesIO(packed.body)) as tar:
        found = {m.name: tar.extractfile(m).read() for m in tar if m.isreg()}  # type: ignore[union-attr]
        assert tar.getmember("report1/学生1/link").linkname == "課題.ipynb"
    assert {name: data for name, data in found.items() if "_left" not in name} == wanted
    said = found["report1/_left_out.txt"].decode()
    assert "out: a link that leads out" in said
    assert "pipe: no file" in said
    with zipfile.ZipFile(io.BytesIO(zipped.body)) as file:
        assert {n: file.read(n) for n in wanted} == wanted
    assert left(engine) == 0
    first, _ = local.parts.audit.list(Filter(), 10)
    assert (first.action, first.target.host, first.target.course) == ("archive_volume", LOCAL, COURSE)
    assert (first.target.object, first.state, first.actor.on_behalf) == (VOLUME, State.DONE, "hanako")
    assert first.result == "2 files, 10 bytes, 2 entries left out"


@pytest.mark.parametrize("kind", list(ENGINES))
def test_it_comes_over_ssh_too(sqlite_site: Site, kind: str) -> None:
    host, engine = shared_host(kind), shared_engine(kind)
    sqlite_site.parts.host_store.add(host)
    with engine.client() as client:
        client.create_volume(VOLUME)
        folder = Path(client.inspect_volume(VOLUME)["Mountpoint"])
        (folder / "data").write_bytes(os.urandom(5 * 2**20))
        with Service(sqlite_site.env) as service:
            answer = get(service.port, path(host=host.name), f"Authorization: Bearer {token(sqlite_site)}")
        assert answer.status == 200, answer.body
        with tarfile.open(fileobj=io.BytesIO(answer.body)) as tar:
            found = tar.extractfile("report1/data")
            assert found is not None
            assert found.read() == (folder / "data").read_bytes()
        client.remove_volume(VOLUME)  # nothing holds it any more


def test_a_volume_that_a_killed_process_holds_can_be_deleted(local: Site, engine: Engine) -> None:
    with engine.client() as client:
        bound = client.create_host_config(binds=[f"{VOLUME}:/x:ro"])
        dead = {UNTIL: str(int(time.time()) + 60), OWNER: f"{socket.gethostname()} 999999:1"}
        client.create_container(IMAGE, ["x"], name="left", labels=dead, host_config=bound)
        client.create_container(IMAGE, ["x"], name="used", host_config=bound)
        arguments = {"host": LOCAL, "course_id": COURSE, "names": [VOLUME]}

        def delete() -> str:
            done = call(local.parts, "mod_lticontainer_delete_volumes", arguments, token(local, COURSE))
            return str(done["results"][0]["status"])

        assert delete() == "inuse"
        assert [c["Names"][0].strip("/") for c in client.containers(all=True)] == ["used"]
        client.remove_container("used")
        client.create_container(IMAGE, ["x"], name="left", labels=dead, host_config=bound)
        assert delete() == "deleted"


def test_only_volumes_of_a_covered_course_are_given(local: Site, engine: Engine, volume: Path) -> None:
    own = token(local, COURSE)
    reader = local.token("containers:read", courses=[COURSE])
    refused = {
        path(volume=OTHER): 422,
        path(volume=OTHER, course_id="3"): 403,
        path(volume="lms_sub_gone_2_moodle.example.org"): 422,
        path(volume="../../etc_2_moodle.example.org"): 422,
        path(volume=VOLUME + "/../x"): 422,
        path(format="rar"): 422,
        path(host="nowhere"): 404,
    }
    with Service(local.env) as service:
        for url, status in refused.items():
            answer = get(service.port, url, f"Authorization: Bearer {own}")
            assert (answer.status, url) == (status, url), answer.body
            assert json.loads(answer.body)["errorcode"]
        assert get(service.port, path(), f"Authorization: Bearer {reader}").status == 403
        assert get(service.port, path(), "Authorization: Bearer x").status == 401
    with engine.client() as client:
        assert len(client.volumes()["Volumes"]) == 2  # none was made by asking for it
    assert left(engine) == 0


def test_an_empty_volume_stays_empty(local: Site, engine: Engine, volume: Path) -> None:
    with Service(local.env) as service:
        answer = get(service.port, path(), f"Authorization: Bearer {token(local)}")
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as tar:
        assert tar.getnames() == ["report1"]
    assert list(volume.iterdir()) == []


def test_a_client_that_goes_away_leaves_no_container(local: Site, engine: Engine, volume: Path) -> None:
    with (volume / "big").open("wb") as file:
        for _ in range(64):
            file.write(os.urandom(2**20))
    with Service(local.env) as service:
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            request = f"GET {path()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(local)}\r\n\r\n"
            client.sendall(request.encode())
            assert client.recv(100).startswith(b"HTTP/1.1 200")
            assert left(engine) == 1
        assert entry(local).result.startswith("broken off by the client after")
        assert left(engine) == 0
        with engine.client() as docker:
            docker.remove_volume(OTHER)


def test_what_a_killed_process_left_is_removed_with_the_next_archive(
    local: Site, engine: Engine, volume: Path
) -> None:
    (volume / "big").write_bytes(os.urandom(64 * 2**20))
    with Service(local.env) as service:
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            request = f"GET {path()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(local)}\r\n\r\n"
            client.sendall(request.encode())
            assert client.recv(100).startswith(b"HTTP/1.1 200")
            service.kill_hard()
        assert left(engine) == 1
        assert local.parts.audit.list(Filter(), 1)[0].state is State.INTENT
        service.start()
        (volume / "big").write_bytes(b"small")
        assert get(service.port, path(), f"Authorization: Bearer {token(local)}").status == 200
    assert left(engine) == 0


def test_a_carrier_that_others_use_is_left_to_them(local: Site, engine: Engine) -> None:
    host = local.parts.host_store.find(LOCAL)
    assert host is not None
    carrier = Carrier(LOCAL, lambda: local.parts.hosts.engine(host))
    with engine.client() as client:

        def make(name: str, labels: dict[str, str]) -> None:
            client.create_container(IMAGE, ["x"], name=name, labels=labels)

        later, before = str(int(time.time()) + 60), str(int(time.time()) - 60)
        make("in-use", {UNTIL: later, OWNER: "elsewhere 1:2"})
        make("too-old", {UNTIL: before, OWNER: "elsewhere 1:2"})
        make("of-a-dead-process", {UNTIL: later, OWNER: f"{socket.gethostname()} 999999:1"})
        make("odd", {UNTIL: "soon", OWNER: "nonsense"})
        make("somebody-elses", {"other": "1"})
        carrier.sweep()
        names = {c["Names"][0].strip("/") for c in client.containers(all=True)}
        assert names == {"in-use", "odd", "somebody-elses"}
        with carrier.holding(VOLUME) as tar:
            assert next(tar)
            carrier.sweep()
            assert len(client.containers(all=True)) == 4


def test_some_threads_are_always_left_for_everything_else(local: Site, engine: Engine, volume: Path) -> None:
    (volume / "big").write_bytes(os.urandom(32 * 2**20))
    with Service(local.env | {"LTICONTAINER_THREADS": "4"}, workers=1) as service:
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            request = f"GET {path()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(local)}\r\n\r\n"
            client.sendall(request.encode())
            assert client.recv(100).startswith(b"HTTP/1.1 200")
            second = get(service.port, path(), f"Authorization: Bearer {token(local)}")
            assert (second.status, json.loads(second.body)["errorcode"]) == (503, "busy")
        assert entry(local).state is State.FAILED
        assert get(service.port, path(), f"Authorization: Bearer {token(local)}").status == 200


@pytest.mark.slow
def test_a_gigabyte_takes_flat_memory(local: Site, engine: Engine, volume: Path) -> None:
    with (volume / "big").open("wb") as file:
        file.truncate(GIGABYTE)
    with Service(local.env, workers=1) as service:
        worker = worker_of(service)
        assert get(service.port, path(volume=VOLUME, format="rar"), f"Authorization: Bearer {token(local)}").status
        before = resident(worker)
        total = 0
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            request = f"GET {path()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(local)}\r\n\r\n"
            client.sendall(request.encode())
            client.settimeout(60)
            tail = b""
            while not tail.endswith(b"0\r\n\r\n"):
                data = client.recv(2**20)
                assert data
                total += len(data)
                tail = (tail + data)[-16:]
        assert total > GIGABYTE // 1100
        assert resident(worker) - before < 64 * 1024
    assert entry(local).result == f"1 files, {GIGABYTE} bytes"


def worker_of(service: Service) -> int:
    process = service._process
    assert process is not None
    text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
    return int(text.split()[0])


def resident(pid: int) -> int:
    """Return the most memory that a process has had so far, in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def test_the_engines_here_are_what_they_are_called() -> None:
    assert {kind: type(make()) for kind, make in ENGINES.items()} == {"docker": Docker, "podman": Podman}
