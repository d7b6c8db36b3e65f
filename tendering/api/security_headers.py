"""Headers that every answer carries: what a browser may do with it, and the request's id."""

import re
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from tendering.api.problems import BEGUN, REQUEST_ID

Signal = Callable[[web.Request, web.StreamResponse], Awaitable[None]]

HSTS: Final = "max-age=31536000"

ALWAYS: Final = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
_PASSKEYS_ONLY: Final = (
    "publickey-credentials-get=(self), publickey-credentials-create=(self), "
    "geolocation=(), payment=(), usb=(), interest-cohort=()"
)
# The pages of the rooms show people; no other answer has anything to do with a camera, and no
# frame of somebody else's gets one.
PAGE_MAY: Final = f"camera=(self), microphone=(self), display-capture=(self), {_PASSKEYS_ONLY}"
OTHERS_MAY: Final = f"camera=(), microphone=(), display-capture=(), {_PASSKEYS_ONLY}"
# The document that seals bids, and its worker, and the worker that verifies archives: they see
# files and prices, and may tell nobody.
SEALING: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'none'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_SEALS: Final = re.compile(r"/seal\.html|/assets/(seal|verify)\.worker-[A-Za-z0-9_-]+\.js")
# What is no page may load nothing, should a browser ever show it as one.
NO_PAGE: Final = "default-src 'none'; frame-ancestors 'none'"


def security_headers(public_address: str) -> Signal:
    """A handler for `on_response_prepare`. `public_address` is scheme, host and port."""
    page = content_security_policy(public_address)
    https = urlsplit(public_address).scheme == "https"

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        request[BEGUN] = response
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = "kaibiao"  # aiohttp has put its version there
        if https:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        is_page = response.content_type == "text/html"
        seals = _SEALS.fullmatch(request.path) is not None
        policy = SEALING if seals else page if is_page else NO_PAGE
        may = PAGE_MAY if is_page and not seals else OTHERS_MAY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", may)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if REQUEST_ID in request:
            response.headers["X-Request-Id"] = request[REQUEST_ID]

    return add_headers


def content_security_policy(public_address: str) -> str:
    """The policy of our pages: everything from here, WebAssembly yes, inline nothing.

    Older browsers do not count a WebSocket as 'self', so its address is named.
    """
    parts = urlsplit(public_address)
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' {socket}",
            "font-src 'self'",
            "media-src 'self' blob:",
            "manifest-src 'self'",
            "worker-src 'self' blob:",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
