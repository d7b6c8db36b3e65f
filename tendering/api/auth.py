"""Who asks: the session behind a request, and whether its role may try the action.

A session is shown as `Authorization: Bearer` by programs, as the cookie `__Host-session` by
browsers. Only the cookie is sent by itself, so only it needs the X-CSRF-Token header.
"""

import hashlib
import hmac
import re
from typing import Final

from aiohttp import web

from tendering.api.context import Context
from tendering.api.problems import CsrfTokenMissing, Unauthenticated
from tendering.domain.parties import Session
from tendering.domain.permissions import may
from tendering.domain.refusals import Forbidden
from tendering.domain.roles import Role

__all__ = ["Session", "authorized", "session_of", "token_digest"]

COOKIE: Final = "__Host-session"
CSRF_HEADER: Final = "X-CSRF-Token"
ROLE: Final = web.RequestKey("role", Role)  # for the log

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_BEARER: Final = re.compile(r"Bearer +([A-Za-z0-9_-]{43})", re.IGNORECASE)


def token_digest(token: str) -> bytes:
    """What is stored of a session token: SHA-256, 32 bytes. The token has 256 bits of chance."""
    return hashlib.sha256(token.encode()).digest()


async def session_of(request: web.Request, context: Context) -> Session | None:
    """The living session that a request shows; None without one.

    Raises CsrfTokenMissing when a cookie session asks for a change without its token.
    """
    by_header = "Authorization" in request.headers
    token = _bearer_token(request) if by_header else request.cookies.get(COOKIE, "")
    if not _TOKEN.fullmatch(token):
        return None
    digest = token_digest(token)
    session = await context.sessions.get(context.pool, digest, at=context.now())
    if session is None:
        return None
    if not by_header and request.method not in {"GET", "HEAD"}:
        shown = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(shown.encode("utf-8", "replace"), session.csrf_token.encode()):
            raise CsrfTokenMissing
    request[ROLE] = session.actor.role
    return session


def authorized(session: Session | None, action: str | None) -> Session:
    """The session, if its role may try the action. Raises Unauthenticated or Forbidden."""
    if session is None:
        raise Unauthenticated
    if action is not None and not may(session.actor.role, action):
        raise Forbidden(action=action, role=session.actor.role)
    return session


def _bearer_token(request: web.Request) -> str:
    match = _BEARER.fullmatch(request.headers["Authorization"].strip())
    return match[1] if match else ""
