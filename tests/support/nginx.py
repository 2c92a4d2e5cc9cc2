"""A real nginx on a loopback port, with our own site in it and all its files in one folder."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import socket
import ssl
import subprocess
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support import process

HOST = "127.0.0.1"
CONFIG = process.ROOT / "config"
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def available() -> str | None:
    """Return why nginx can't be started here, or None when it can."""
    if shutil.which("nginx", path=_PATH) is None:
        return "nginx is not installed (Debian: nginx)"
    return None


class Nginx:
    """nginx with config/nginx.conf, or with config/nginx-location.conf in a server of another site.

    Ports, certificate and log folder are the only things that are changed in those files. As a
    context manager it starts and stops.
    """

    def __init__(self, folder: Path, *upstream_ports: int, under_a_path: bool = False) -> None:
        self.port = process.free_port()
        self.certificate = folder / "certificate.pem"
        self.logs = folder / "logs"
        self._folder = folder
        self._process: process.Process | None = None
        self.logs.mkdir()
        _make_certificate(self.certificate, folder / "key.pem")
        machines = " ".join(f"server {HOST}:{port};" for port in upstream_ports)
        self._write("http.conf", "nginx-http.conf", {"server 127.0.0.1:8088;": machines})
        if under_a_path:
            self._write("location.conf", "nginx-location.conf", self._log_folder())
            (folder / "site.conf").write_text(_OTHER_SITE.format(port=self.port, folder=folder))
        else:
            self._write("site.conf", "nginx.conf", self._log_folder() | self._addresses())
        (folder / "nginx.conf").write_text(self._whole())

    def context(self) -> ssl.SSLContext:
        """Return what a client needs to trust this server."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def start(self) -> None:
        """Start nginx and return when it listens; raises RuntimeError where it refuses its configuration."""
        program = str(shutil.which("nginx", path=_PATH))
        command = [
            program,
            "-p",
            str(self._folder),
            "-c",
            str(self._folder / "nginx.conf"),
            "-e",
            "logs/start.log",
        ]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=30, check=False)
        if tested.returncode != 0:
            raise RuntimeError(tested.stderr)
        started = process.spawn(command, log=self.logs / "output.log")
        process.await_ready(started, self._listens, 10, self.logs / "output.log")
        self._process = started

    def stop(self) -> None:
        """End nginx; its logs stay."""
        if self._process is not None:
            process.end_group(self._process, 10)
            self._process = None

    def log(self, name: str) -> str:
        """Return the text of one log."""
        return (self.logs / name).read_text("utf-8", "replace")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _write(self, name: str, source: str, changes: dict[str, str]) -> None:
        text = (CONFIG / source).read_text("utf-8")
        for old, new in changes.items():
            if text.count(old) != 1:
                raise ValueError(f"{source}: {old!r} is there {text.count(old)} times, not once")
            text = text.replace(old, new)
        (self._folder / name).write_text(text, "utf-8")

    def _log_folder(self) -> dict[str, str]:
        return {"access_log /var/log/nginx/": f"access_log {self.logs}/"}

    def _addresses(self) -> dict[str, str]:
        text = (CONFIG / "nginx.conf").read_text("utf-8")
        certificate, key = (
            re.findall(rf"{name}\s+(\S+);", text)[0] for name in ("certificate", "certificate_key")
        )
        return {
            "listen 443 ssl;": f"listen {HOST}:{self.port} ssl;",
            "    listen [::]:443 ssl;\n": "",
            f"{certificate};": f"{self.certificate};",
            f"{key};": f"{self._folder / 'key.pem'};",
        }

    def _whole(self) -> str:
        places = "\n".join(f"    {name}_temp_path {self._folder}/{name};" for name in _TEMPORARY)
        # The server-wide log at its most talkative: whatever of a site's requests leaks, leaks into it.
        return _WHOLE.format(
            user="user root;" if os.geteuid() == 0 else "", folder=self._folder, logs=self.logs, places=places
        )

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0


_WHOLE = """\
{user}
daemon off;
pid {folder}/pid;
worker_processes 1;
error_log {logs}/error.log info;
events {{ worker_connections 256; }}
http {{
{places}
    access_log {logs}/access.log;
    include {folder}/http.conf;
    include {folder}/site.conf;
}}
"""

_OTHER_SITE = """\
server {{
    listen 127.0.0.1:{port} ssl;
    server_name moodle.example.org;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{ return 200 "Moodle"; }}
    location ~ [^/]\\.php(/|$) {{ return 200 "Moodle's PHP"; }}
    include {folder}/location.conf;
}}
"""


def _make_certificate(path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_path.write_bytes(key.private_bytes(pem, pkcs8, plain))
    key_path.chmod(0o600)
