"""The sshd, Docker and Podman that other tests lean on: they start, answer, restart and go away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from tests.support.accounts import LOCKED, Account
from tests.support.engines import IMAGE, Docker, Engine, Podman, shared_docker, shared_podman
from tests.support.skip import missing
from tests.support.sshd import Sshd, available, make_key


@pytest.fixture(params=[shared_docker, shared_podman], ids=["docker", "podman"])
def engine(request: pytest.FixtureRequest) -> Engine:
    started: Engine = request.param()
    return started


def test_an_engine_runs_containers_with_volumes(engine: Engine) -> None:
    with engine.client() as client:
        assert IMAGE in str(client.images())
        client.create_volume("smoke")
        ran = engine.run("smoke", ["sh", "-c", "echo hello > /smoke/file; sleep 60"], ["smoke"])
        assert client.inspect_container(ran)["State"]["Running"]
        client.remove_container(ran, force=True)
        client.remove_volume("smoke")


@pytest.mark.parametrize("kind", [Docker, Podman])
def test_an_engine_keeps_its_data_over_a_restart_and_leaves_nothing(kind: type[Engine]) -> None:
    if reason := kind.available():
        missing(reason)
    with kind() as engine:
        with engine.client() as client:
            client.create_volume("kept")
        engine.restart()
        with engine.client() as client:
            assert [volume["Name"] for volume in client.volumes()["Volumes"]] == ["kept"]
        directory = engine.directory
    assert not directory.exists()
    assert str(directory) not in Path("/proc/mounts").read_text("utf-8")


@pytest.fixture(scope="module")
def sshd() -> Iterator[Sshd]:
    if reason := available():
        missing(reason)
    with Sshd() as server:
        yield server


@contextmanager
def transport(server: Sshd) -> Iterator[paramiko.Transport]:
    with socket.create_connection((server.address, server.port)) as plain:
        made = paramiko.Transport(plain)
        try:
            made.start_client(timeout=5)
            yield made
        finally:
            made.close()
            made.join(5)


def test_sshd_lets_a_key_in_for_a_user_without_a_shell(sshd: Sshd, tmp_path: Path) -> None:
    with Account() as account:
        sshd.allow(account.name, make_key(tmp_path / "key"))
        key = paramiko.Ed25519Key.from_private_key_file(str(tmp_path / "key"))
        with transport(sshd) as made:
            assert sshd.host_key.split()[1] == made.get_remote_server_key().get_base64()
            made.auth_publickey(account.name, key)
            assert made.is_authenticated()
            assert len(sshd.connections()) == 1
            assert sshd.cut() == 1
            made.join(5)
            assert not made.is_active()


def test_sshd_takes_a_password_and_refuses_a_locked_account(sshd: Sshd, tmp_path: Path) -> None:
    with Account("secret-7") as account, transport(sshd) as made:
        made.auth_password(account.name, "secret-7")
        assert made.is_authenticated()
    with Account(LOCKED) as account, transport(sshd) as made:
        sshd.allow(account.name, make_key(tmp_path / "key"))
        key = paramiko.Ed25519Key.from_private_key_file(str(tmp_path / "key"))
        with pytest.raises(paramiko.AuthenticationException):
            made.auth_publickey(account.name, key)
