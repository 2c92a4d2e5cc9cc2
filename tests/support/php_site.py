"""A PHP application over HTTP: a real nginx in front of a real PHP-FPM, on a loopback port."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import process

HOST = "127.0.0.1"
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
_COMPLAINT = re.compile(
    r"PHP \w+( \w+)?:|Debugging:|Coding error|Error (reading|writing)|database error", re.IGNORECASE
)
_OTHERS = re.compile(r"/iomad|requirejs/\w+\.tmp\): Failed to open stream: File exists")
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def fpm() -> str | None:
    """Return the path of PHP-FPM, the newest that is installed, or None."""
    for folder in _PATH.split(os.pathsep):
        names = [path.name for path in Path(folder or ".").glob("php-fpm*")]
        if found := sorted(name for name in names if re.fullmatch(r"php-fpm[\d.]*", name)):
            return str(Path(folder) / found[-1])
    return None


def available() -> str | None:
    """Return why no PHP application can be served here, or None."""
    if fpm() is None:
        return "PHP-FPM is not installed (Debian: php-fpm)"
    if shutil.which("nginx", path=_PATH) is None:
        return "nginx is not installed (Debian: nginx)"
    return None


class PhpSite:
    """nginx and PHP-FPM; the port stays the same over restarts. As a context manager it starts and closes.

    :param workers: how many requests PHP works on at a time.
    :param input_vars: PHP's max_input_vars.
    :param told_port: the port that the application is told, where it has to be another than that of nginx.
    """

    def __init__(self, *, workers: int = 6, input_vars: int = 5000, told_port: int | None = None) -> None:
        self.port = process.free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._told_port = told_port or self.port
        self._workers = workers
        self._input_vars = input_vars
        self._own = Path(tempfile.mkdtemp(prefix="php-"))
        self._own.chmod(0o755)
        self.php_log = self._own / "php.log"
        self._started: list[process.Process] = []

    def start(self, code: Path) -> None:
        """Serve a folder, and return when nginx listens; raises process.NotStarted."""
        program = fpm()
        if program is None:
            raise RuntimeError(available())
        is_root = os.geteuid() == 0
        places = "\n".join(f"    {name}_temp_path {self._own}/{name};" for name in _TEMPORARY)
        user, as_user = ("user root;", "user = root\ngroup = root") if is_root else ("", "")
        pool = _FPM.format(own=self._own, user=as_user, workers=self._workers)
        (self._own / "fpm.conf").write_text(pool)
        ports = {"port": self.port, "told_port": self._told_port}
        site = _NGINX.format(own=self._own, places=places, user=user, code=code, **ports)
        (self._own / "nginx.conf").write_text(site)
        limits = ["-d", f"max_input_vars={self._input_vars}"]
        root = ["-R"] if is_root else []
        self._spawn([program, "-F", *root, *limits, "-y", str(self._own / "fpm.conf")], self._fpm_listens)
        nginx = str(shutil.which("nginx", path=_PATH))
        command = [nginx, "-p", str(self._own), "-c", str(self._own / "nginx.conf"), "-e", "nginx-start.log"]
        self._spawn(command, self._listens)

    def close(self) -> None:
        """End both, and remove their files."""
        for started in reversed(self._started):
            process.end_group(started, 10)
        self._started.clear()
        shutil.rmtree(self._own, ignore_errors=True)

    def complaints(self) -> str:
        """Return what PHP has logged so far: notices, warnings, errors, and Moodle's own debugging messages.

        Refusals, which Moodle logs as exceptions, are none. Not ours is what IOMAD's additions to Moodle complain
        of themselves, and that two requests write Moodle's cache of scripts at once.
        """
        text = self.php_log.read_text("utf-8", "replace") if self.php_log.exists() else ""
        return "\n".join(
            line for line in text.splitlines() if _COMPLAINT.search(line) and not _OTHERS.search(line)
        )

    def forget(self) -> None:
        """Empty PHP's log."""
        if self.php_log.exists():
            self.php_log.write_bytes(b"")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _spawn(self, command: list[str], ready: Callable[[], bool]) -> None:
        log = self._own / "output.log"
        started = process.spawn(command, log=log)
        self._started.append(started)
        process.await_ready(started, ready, 20, log)

    def _fpm_listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._own / "fpm.sock")) == 0

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0


_FPM = """\
[global]
error_log = {own}/fpm.log
daemonize = no
[moodle]
{user}
listen = {own}/fpm.sock
pm = static
pm.max_children = {workers}
catch_workers_output = yes
php_admin_value[error_log] = {own}/php.log
php_admin_value[log_errors] = 1
php_admin_value[display_errors] = 0
php_admin_value[error_reporting] = 32767
php_admin_value[memory_limit] = 512M
php_admin_value[opcache.enable] = 1
php_admin_value[upload_max_filesize] = 20M
php_admin_value[post_max_size] = 20M
"""

_NGINX = """\
{user}
daemon off;
pid {own}/nginx.pid;
worker_processes 1;
error_log {own}/nginx-error.log info;
events {{ worker_connections 256; }}
http {{
{places}
    access_log {own}/nginx-access.log;
    include /etc/nginx/mime.types;
    client_max_body_size 20m;
    fastcgi_read_timeout 120s;
    server {{
        listen 127.0.0.1:{port};
        root {code};
        index index.php;
        location ~ [^/]\\.php(/|$) {{
            fastcgi_split_path_info ^(.+\\.php)(/.*)$;
            fastcgi_pass unix:{own}/fpm.sock;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_param PATH_INFO $fastcgi_path_info;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param SCRIPT_NAME $fastcgi_script_name;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param DOCUMENT_URI $document_uri;
            fastcgi_param DOCUMENT_ROOT $document_root;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
            fastcgi_param REQUEST_SCHEME $scheme;
            fastcgi_param GATEWAY_INTERFACE CGI/1.1;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param SERVER_ADDR $server_addr;
            fastcgi_param SERVER_PORT {told_port};
            fastcgi_param SERVER_NAME $host;
            fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;
            fastcgi_param REMOTE_PORT $remote_port;
        }}
    }}
}}
"""
