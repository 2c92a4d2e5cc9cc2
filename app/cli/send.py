"""`lticontainer send`: sends recorded requests to a service, to try it out."""

from __future__ import annotations

import re
import socket
import ssl
import sys
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import quote, urlsplit

import click

from app.settings import SEND_TOKEN_VARIABLE

TIMEOUT = 30
_TOKEN = re.compile(rb"(wstoken=)[^&\s]*")
_HOST = re.compile(rb"(?im)^Host:[^\r\n]*")


@click.command()
@click.option("--url", required=True, help="Address of the service, such as http://127.0.0.1:8088")
@click.option(
    "--token",
    required=True,
    envvar=SEND_TOKEN_VARIABLE,
    help="Token to put in place of the recorded one; `-` reads it from standard input.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def send(url: str, token: str, files: tuple[Path, ...]) -> None:
    """Send recorded .http requests byte by byte, each over a connection of its own, as a proxy does.

    Prints the answers. The exit code is 1 when any of them is an error.
    """
    if token == "-":  # noqa: S105  # the sign for standard input, not a token
        token = sys.stdin.readline().strip()
    try:
        target = urlsplit(url)
        port = target.port
    except ValueError:  # the port is no number
        target, port = urlsplit(""), None
    if target.scheme not in ("http", "https") or not target.hostname:
        raise click.BadParameter("must be http://HOST:PORT or https://HOST:PORT", param_hint="--url")
    failed = 0
    for file in files:
        try:
            status, body = _exchange(
                target.scheme, target.hostname, port, _fill(file.read_bytes(), token, target.netloc)
            )
        except (OSError, HTTPException) as error:
            raise click.ClickException(f"{file.name}: {target.netloc} does not answer: {error}") from error
        ok = status == 200 and not is_error(body)
        failed += not ok
        click.echo(f"{file.name}: {status} {'stored' if ok else body.decode('utf-8', 'replace').strip()}")
    click.echo(f"{len(files) - failed} of {len(files)} requests succeeded.")
    sys.exit(1 if failed else 0)


def is_error(body: bytes) -> bool:
    """Say whether an answer is an error of one of the protocols that answer errors with HTTP 200."""
    return any(sign in body for sign in (b"<EXCEPTION", b'"exception"', b"<fault>"))


def _fill(request: bytes, token: str, host: str) -> bytes:
    head, separator, body = request.partition(b"\r\n\r\n")
    line, newline, headers = head.partition(b"\r\n")
    line = _TOKEN.sub(lambda match: match.group(1) + quote(token).encode(), line, count=1)
    return line + newline + _HOST.sub(b"Host: " + host.encode(), headers) + separator + body


def _exchange(scheme: str, host: str, port: int | None, request: bytes) -> tuple[int, bytes]:
    with socket.create_connection((host, port or (443 if scheme == "https" else 80)), TIMEOUT) as plain:
        connection = plain
        if scheme == "https":
            connection = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        return response.status, response.read()
