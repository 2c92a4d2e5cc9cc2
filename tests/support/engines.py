"""Real container engines of our own, Docker and Podman: their data, their sockets, gone when we are done.

They run as root, with everything in a folder of their own, and without a network: containers made in
tests name `network_mode="none"`.
"""

from __future__ import annotations

import atexit
import io
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self, TypeVar

import docker

from tests.support import process
from tests.support.programs import PATH, program
from tests.support.skip import missing

E = TypeVar("E", bound="Engine")
IMAGE = "lticontainer/busybox:test"
"""A small image that every engine here has."""
_APPLETS = ("sh", "sleep", "cat", "echo", "ls", "true", "tar", "dd", "mkdir", "sync")


class Engine(ABC):
    """A container engine; its socket stays the same over restarts. As a context manager it starts and closes."""

    kind: ClassVar[str]
    programs: ClassVar[tuple[tuple[str, str], ...]]
    """Programs and their Debian packages."""

    def __init__(self) -> None:
        # A socket's path has to stay under 108 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix=f"{self.kind}-", dir="/tmp"))
        self.directory.chmod(0o711)
        self.socket = self.directory / f"{self.kind}.sock"
        self.log_file = self.directory / "log"
        self._gid = 0
        self._process: process.Process | None = None

    @classmethod
    def available(cls) -> str | None:
        """Return why this engine can't be started here, or None when it can."""
        if os.geteuid() != 0:
            return f"running {cls.kind} in tests needs root"
        for name, package in (*cls.programs, ("busybox", "busybox-static")):
            if shutil.which(name, path=PATH) is None:
                return f"{name} is not installed (Debian: {package})"
        return None

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """Return the command line of the server."""

    def _environment(self) -> dict[str, str]:
        return process.environment({"PATH": PATH})

    def start(self) -> None:
        """Start the server, on new or kept data, and return when it answers; raises process.NotStarted."""
        if self._process is not None:
            raise RuntimeError(f"{self.kind} is running already")
        self.socket.unlink(missing_ok=True)
        server = process.spawn(self._command(), log=self.log_file, env=self._environment())
        process.await_ready(server, self._answers, 60, self.log_file)
        self._process = server
        self._open_socket()

    def stop(self) -> None:
        """Shut the server down in order; images and volumes stay."""
        if self._process is not None:
            process.end_group(self._process, 20)
            self._process = None

    def restart(self) -> None:
        """Stop in order, and start on the same data and socket."""
        self.stop()
        self.start()

    def admit(self, gid: int) -> None:
        """Let a group use the socket, and nobody else but root."""
        self._gid = gid
        self._open_socket()

    def client(self, timeout: float = 30) -> docker.APIClient:
        """Return a client of the bare socket."""
        return docker.APIClient(f"unix://{self.socket}", version="1.40", timeout=int(timeout))

    def import_image(self, name: str = IMAGE) -> None:
        """Make an image of busybox alone."""
        repository, _, tag = name.rpartition(":")
        with self.client() as client:
            # Podman takes no tag here.
            client.import_image_from_data(busybox_tar(), repository=repository, tag="latest")
            if tag != "latest":
                client.tag(f"{repository}:latest", repository, tag)
                client.remove_image(f"{repository}:latest")

    def run(
        self, name: str, command: Sequence[str] = ("sleep", "600"), volumes: Sequence[str] = (), user: str = ""
    ) -> str:
        """Start a container with volumes mounted at /NAME, and return its id."""
        with self.client() as client:
            host = client.create_host_config(
                network_mode="none", binds=[f"{volume}:/{volume}" for volume in volumes], init=False
            )
            made = client.create_container(
                IMAGE, command=list(command), name=name, user=user or None, host_config=host
            )
            client.start(made["Id"])
        return str(made["Id"])

    def remove_all(self) -> None:
        """Remove every container and every volume."""
        with self.client() as client:
            for container in client.containers(all=True, quiet=True):
                client.remove_container(container["Id"], force=True)
            for volume in client.volumes()["Volumes"] or ():
                client.remove_volume(volume["Name"])

    def close(self) -> None:
        """Stop, and remove what we made."""
        if self._process is not None:
            with suppress(docker.errors.DockerException, OSError):
                self.remove_all()
        self.stop()
        self._unmount()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
            self.import_image()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open_socket(self) -> None:
        if self.socket.exists():
            os.chown(self.socket, 0, self._gid)
            self.socket.chmod(0o660)

    def _answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            probe.connect(str(self.socket))
            probe.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
            return b" 200 " in probe.recv(64)
        return False

    def _unmount(self) -> None:
        """Give back what a killed engine has left mounted in our folder."""
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
        for mount in sorted((m for m in mounts if m.startswith(f"{self.directory}/")), reverse=True):
            subprocess.run([program("umount"), "--lazy", mount], check=False, capture_output=True)


class Docker(Engine):
    """dockerd with a containerd of its own."""

    kind = "docker"
    programs = (("dockerd", "docker.io"), ("containerd", "docker.io"), ("iptables", "iptables"))

    def __init__(self, storage: str = "overlay2") -> None:
        super().__init__()
        self._storage = storage

    def _command(self) -> Sequence[str]:
        return [
            program("dockerd"),
            f"--config-file={self._configuration()}",
            f"--host=unix://{self.socket}",
            f"--data-root={self.directory}/data",
            f"--exec-root={self.directory}/run",
            f"--pidfile={self.directory}/pid",
            f"--storage-driver={self._storage}",
            "--iptables=false",
            "--ip6tables=false",
            "--bridge=none",
        ]

    def _configuration(self) -> Path:
        path = self.directory / "daemon.json"
        path.write_text("{}", "ascii")  # the machine's own must not decide a test
        return path

    def start(self) -> None:
        """Start dockerd; with the plain storage driver where the machine has no overlay."""
        try:
            super().start()
        except process.NotStarted:
            if self._storage == "vfs":
                raise
            self._storage = "vfs"
            super().start()


class Podman(Engine):
    """`podman system service`, with a storage of its own."""

    kind = "podman"
    programs = (("podman", "podman"), ("conmon", "conmon"))

    def _command(self) -> Sequence[str]:
        return [
            program("podman"),
            f"--root={self.directory}/data",
            f"--runroot={self.directory}/run",
            f"--tmpdir={self.directory}/tmp",
            "--storage-driver=vfs",
            "--cgroup-manager=cgroupfs",
            "system",
            "service",
            "--time=0",
            f"unix://{self.socket}",
        ]

    def _environment(self) -> dict[str, str]:
        path = self.directory / "containers.conf"
        # Podman's own limits are over what a container host may itself be allowed.
        path.write_text(
            '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\nnetns = "none"\n'
            '[engine]\nevents_logger = "file"\n',
            "ascii",
        )
        return super()._environment() | {"CONTAINERS_CONF": str(path)}


@cache
def busybox_tar() -> bytes:
    """Return a file system as a tar archive: busybox, and links that name its commands."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(program("busybox"), "bin/busybox")
        for name in _APPLETS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return packed.getvalue()


def shared_docker() -> Docker:
    """Return the Docker of this test run; skips the test where there can be none. Nobody may stop it."""
    if reason := Docker.available():
        missing(reason)
    return _docker()


def shared_podman() -> Podman:
    """Return the Podman of this test run, as `shared_docker`."""
    if reason := Podman.available():
        missing(reason)
    return _podman()


@cache
def _docker() -> Docker:
    return _kept(Docker())


@cache
def _podman() -> Podman:
    return _kept(Podman())


def _kept(engine: E) -> E:
    atexit.register(engine.close)
    engine.start()
    engine.import_image()
    return engine
