"""Downloads: `GET /api/v1/PATH?PARAMETERS`, streamed; errors before the first byte are problem details.

After the first byte an error can't be told any more: the stream is cut, so that the client sees a broken
transfer. HTTP/1.0 can't tell a broken transfer from a complete one, so it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote

from flask import Flask, Response, request
from marshmallow import Schema, fields

from app.downloads import Content, Download, Downloads
from app.errors import CallError, InvalidParameter, MalformedRequest, MethodNotAllowed
from app.fields import decode_strings
from app.protocols.exchange import Exchange, read_on_behalf
from app.protocols.json_api import METHODS, ROOT, bearer, problem
from app.registry import log_unforeseen

FIELDS_LIMIT = 1000
SHOWN = 100
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def connect(app: Flask, downloads: Downloads, exchange: Exchange) -> None:
    """Serve every download under its path."""
    for download in downloads.by_path.values():
        if exchange.registry.find(download.path):
            raise ValueError(f"{download.path} is the name of a function")
        app.add_url_rule(
            f"{ROOT}{download.path}",
            f"download {download.path}",
            _view(downloads, exchange, download),
            methods=METHODS,
            provide_automatic_options=False,
        )


def _view(downloads: Downloads, exchange: Exchange, download: Download) -> Callable[[], Response]:
    def answer() -> Response:
        try:
            caller, found = downloads.authorise(download.path, bearer(), exchange.address(request))
            arguments = decode_query(found.params, request.query_string)
            content = downloads.open(caller, found, arguments, read_on_behalf(request))
            return send(download.path, content, head=request.method == "HEAD")
        except CallError:
            raise
        except Exception as error:
            raise log_unforeseen(download.path) from error

    def serve() -> Response:
        try:
            _check_request()
            return answer()
        except CallError as error:
            return _refusal(error)

    return serve


def _refusal(error: CallError) -> Response:
    response = problem(error)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = "GET, HEAD"
    return response


def _check_request() -> None:
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed("Downloads are fetched by GET")
    if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        raise MalformedRequest("Downloads need HTTP/1.1: with HTTP/1.0 a broken transfer would look complete")


def decode_query(schema: Schema, query: bytes) -> dict[str, Any]:
    """Return the parameters that a query string means, decoded as far as the schema makes their types clear.

    :raises MalformedRequest: it is no UTF-8, or has more than 1000 fields.
    :raises InvalidParameter: one that is no list comes twice.
    """
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_LIMIT
        )
    except UnicodeError:
        raise MalformedRequest("The query string is not percent-encoded UTF-8") from None
    except ValueError:
        raise MalformedRequest(f"The query string has more than {FIELDS_LIMIT} fields") from None
    given: dict[str, Any] = {}
    for name, text in pairs:
        field = schema.fields.get(name)
        if isinstance(field, fields.List):
            given.setdefault(name, []).append(text)
        elif name in given:
            raise InvalidParameter(f"{name[:SHOWN]}: is given twice")
        else:
            given[name] = _flag(text) if isinstance(field, fields.Boolean) else text
    return dict(decode_strings(schema, given))


def _flag(text: str) -> str:
    return {"true": "1", "false": "0"}.get(text, text)


def send(name: str, content: Content, *, head: bool = False) -> Response:
    """Return a response that streams a content; its first piece is read now, so that an error can be told.

    :param name: what the log calls it.
    :param head: the headers alone.
    :raises CallError: the content can't be made.
    """
    chunks = content.chunks
    close = getattr(chunks, "close", lambda: None)
    try:
        first = b"" if head else next(chunks, b"")
    except BaseException:
        close()
        raise
    response = Response(
        () if head else _rest(name, first, chunks), content_type=content.content_type, headers=HEADERS
    )
    response.headers.update(content.headers)
    response.headers["Content-Disposition"] = _disposition(content.filename)
    response.call_on_close(close)
    if head:
        # Werkzeug would say 0; how long it gets is not known.
        response.automatically_set_content_length = False
    return response


def _rest(name: str, first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield first
        yield from chunks
    except Exception:
        # gunicorn closes the connection without the last chunk, which is how a client sees it.
        log_unforeseen(name)
        raise


def _disposition(filename: str) -> str:
    """Return the header of RFC 6266, with a plain name for those who know no other."""
    plain = "".join(
        letter if (letter.isalnum() and letter.isascii()) or letter in "-_." else "_" for letter in filename
    )
    encoded = quote(filename, safe="")
    return f'attachment; filename="{plain}"' + (f"; filename*=UTF-8''{encoded}" if plain != filename else "")
