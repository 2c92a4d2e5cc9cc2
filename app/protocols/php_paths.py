"""Moodle's script paths, wherever a site has them.

A proxy builds its URL from Moodle's wwwroot, so any prefix may stand in front, and two slashes where
that is empty. A redirect would lose the record: none of today's clients follows one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

REST = "/webservice/rest/server.php"
XMLRPC = "/webservice/xmlrpc/server.php"
_SLASHES = re.compile("//+")

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def canonical_path(path: str) -> str:
    """Return the path under which a request is served."""
    path = _SLASHES.sub("/", path)
    for script in (REST, XMLRPC):
        if path.endswith(script):
            return script
    return path


def accept_any_prefix(app: Wsgi, mounts: Mapping[str, Wsgi]) -> Wsgi:
    """Wrap a WSGI application so that it is reached under every form of Moodle's script paths.

    :param mounts: applications that serve a canonical path instead.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"] = canonical_path(environ.get("PATH_INFO", ""))
        return mounts.get(path, app)(environ, start_response)

    return wrapped
