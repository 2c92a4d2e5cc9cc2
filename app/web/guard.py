"""What keeps other pages out of this one: whom a request comes from, and the headers of every answer.

Sources: Fetch Metadata Request Headers (W3C), Content Security Policy Level 3, Trusted Types.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request, Response

_POLICY = (
    "default-src 'none'",
    "script-src 'nonce-{nonce}'",
    "style-src 'nonce-{nonce}'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def comes_from_own_page(request: Request) -> bool:
    """Say whether a page of this very origin sent the request.

    Browsers say so in Sec-Fetch-Site, on plain http not always: then the Origin tells. nginx may leave
    the port out of Host, so hosts are compared without.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    try:
        host = urlsplit(request.headers.get("Origin", "")).hostname
        return host is not None and host == urlsplit(f"//{request.host}").hostname
    except ValueError:
        return False


def speaks_https(request: Request) -> bool:
    """Say whether the browser came by https; its own Origin tells, behind any chain of proxies."""
    forwarded = request.headers.get("X-Forwarded-Proto", "")
    origin = request.headers.get("Origin", "")
    return request.is_secure or forwarded == "https" or origin.startswith("https://")


def protect(response: Response, nonce: str | None = None) -> Response:
    """Set the security headers; a page has a nonce for its own scripts and styles, other answers run nothing."""
    policy = "; ".join(_POLICY).format(nonce=nonce) if nonce else "default-src 'none'; frame-ancestors 'none'"
    response.headers["Content-Security-Policy"] = policy
    response.headers.update(_HEADERS)
    return response
