"""The page's routes: the page itself, its files, in, out, and its questions.

All addresses in the page are relative and the cookie has no Path, so it works under any prefix: browsers
then send the cookie to `page/...` beside the page, and nowhere else on that host.
"""

from __future__ import annotations

import gzip
import json
import secrets
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from flask import Blueprint, Flask, Response, render_template, request

from app.auth.addresses import Address
from app.errors import AccessDenied, CallError, InvalidParameter, InvalidToken
from app.web.assets import read_assets
from app.web.calls import Asker, read_questions
from app.web.catalogue import LANGUAGES, choose_language, read_catalogue
from app.web.cookie import NAME, CookieSeal
from app.web.guard import comes_from_own_page, protect, speaks_https

WORTH_PACKING = 2_000
FOR_EVER = "public, max-age=31536000, immutable"

AddressOf = Callable[..., Address | None]
Redeem = Callable[[str], str]
View = Callable[[], Response]


def connect(
    app: Flask,
    asker: Asker,
    seal: CookieSeal,
    redeem: Redeem,
    address_of: AddressOf,
    problem: Callable[[CallError], Response],
) -> None:
    """Serve the page.

    :param redeem: turns the code of a login link into its token, once; empty where it is not valid.
    :param problem: turns an error into an answer.
    """
    page = Blueprint("page", __name__, template_folder="templates")
    assets = read_assets()
    catalogue = read_catalogue()

    @page.get("/")
    def show() -> Response:
        nonce = secrets.token_urlsafe(16)
        text = render_template(
            "page.html",
            nonce=nonce,
            root=f"page/static/{assets.digest}",
            modules=assets.modules(),
            language=choose_language(request.accept_languages),
            languages=LANGUAGES,
            catalogue=catalogue,
        )
        return protect(_packed(text.encode(), "text/html; charset=utf-8", keep=False), nonce)

    @page.get("/page/static/<digest>/<path:name>")
    def static(digest: str, name: str) -> Response:
        asset = assets.files.get(name)
        if asset is None:
            return protect(Response("no such file\n", status=404, content_type="text/plain"))
        packed = request.accept_encodings["gzip"] > 0
        response = Response(asset.packed if packed else asset.body, content_type=asset.kind)
        response.headers["Cache-Control"] = FOR_EVER if digest == assets.digest else "no-store"
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return protect(response)

    def guarded(view: View) -> View:
        @wraps(view)
        def handle() -> Response:
            try:
                if not comes_from_own_page(request):
                    raise AccessDenied("Only the page itself may ask here")
                response = view()
            except CallError as error:
                response = problem(error)
                response.headers["Cache-Control"] = "no-store"
                response.headers.pop("WWW-Authenticate", None)
                if isinstance(error, InvalidToken):
                    response.delete_cookie(NAME, path=None)
            return protect(response)

        return handle

    @page.post("/page/login")
    @guarded
    def login() -> Response:
        given = _object()
        code = given.get("code")
        token = redeem(code) if isinstance(code, str) else given.get("token")
        if not isinstance(token, str):
            raise InvalidParameter("token must be text")
        if code is not None and not token:
            raise InvalidToken("The login link was used already, or is too old")
        asker.find(token.strip(), address_of(request))
        response = _done()
        response.set_cookie(
            NAME,
            seal.seal(token.strip()),
            max_age=seal.seconds,
            path=None,
            secure=speaks_https(request),
            httponly=True,
            samesite="Strict",
        )
        return response

    @page.post("/page/logout")
    @guarded
    def logout() -> Response:
        response = _done()
        response.delete_cookie(NAME, path=None)
        return response

    @page.post("/page/calls")
    @guarded
    def calls() -> Response:
        token = seal.open(request.cookies.get(NAME, ""))
        caller = asker.find(token, address_of(request))
        return _packed(asker.answer(caller, read_questions(_object())), "application/json", keep=True)

    app.register_blueprint(page)


def _object() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidParameter("The body is no JSON object")
    return body


def _done() -> Response:
    response = Response(json.dumps({}), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _packed(body: bytes, kind: str, *, keep: bool) -> Response:
    """Return an answer, compressed where that is worth it; `keep` where the next asker may get the same."""
    packs = len(body) > WORTH_PACKING and request.accept_encodings["gzip"] > 0
    pack = _pack if keep else _pack.__wrapped__
    response = Response(pack(body) if packs else body, content_type=kind)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Encoding"
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=16)
def _pack(body: bytes) -> bytes:
    return gzip.compress(body, 1, mtime=0)
