"""Problems: every answer that says no, as RFC 9457 `application/problem+json`.

Three sources meet here and nowhere else: refusals of the rules, mistakes against the HTTP edge
(`EdgeProblem`), and whatever else went wrong, which is logged and answered without detail.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

import msgspec
from aiohttp import web

from crypto.canonical import JsonValue
from tendering.domain.refusals import Refused
from tendering.storage.connection import OUTAGES

MEDIA_TYPE: Final = "application/problem+json"
REQUEST_ID: Final = web.RequestKey("request_id", str)
BEGUN: Final = web.RequestKey("begun", web.StreamResponse)  # the answer whose headers are out
RETRY_AFTER_SECONDS: Final = 5

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out (RFC 9457); `code` is stable, `detail` for developers."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    parameters: dict[str, Any] = {}
    request_id: str = ""


class EdgeProblem(Exception):
    """A request that breaks the rules of the HTTP edge, before any rule of tendering is asked."""

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str = "", **parameters: JsonValue) -> None:
        """`detail` is an English sentence for developers; `parameters` are JSON values."""
        super().__init__(detail or (type(self).__doc__ or "").split("\n", maxsplit=1)[0])
        self.detail = str(self.args[0])
        self.parameters = parameters

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that the answer needs besides the usual ones."""
        return {}


class Malformed(EdgeProblem):
    """The body is not JSON, or the request cannot be read."""

    code = "malformed"
    status = 400


class IdempotencyKeyRequired(EdgeProblem):
    """This deed needs an Idempotency-Key header of 8 to 64 letters, digits, '-' or '_'."""

    code = "idempotency-key-required"
    status = 400


class Unauthenticated(EdgeProblem):
    """Log in first, or again."""

    code = "unauthenticated"
    status = 401

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 9110 §11.6.1: a 401 names the scheme that would do."""
        return {"WWW-Authenticate": 'Bearer realm="kaibiao"'}


class LoginRefused(Unauthenticated):
    """Login and password, or the passkey, do not fit together."""

    code = "login-refused"


class CsrfTokenMissing(EdgeProblem):
    """A session kept in a cookie must repeat its token in the X-CSRF-Token header."""

    code = "csrf-token-missing"
    status = 403


class RequestTimeout(EdgeProblem):
    """The body did not arrive in time."""

    code = "request-timeout"
    status = 408


class PreconditionFailed(EdgeProblem):
    """The thing is no longer as the If-Match header says: read it again."""

    code = "precondition-failed"
    status = 412


class BodyTooLarge(EdgeProblem):
    """The body is larger than this address takes."""

    code = "body-too-large"
    status = 413


class UnsupportedMediaType(EdgeProblem):
    """The body must be application/json, without content encoding."""

    code = "unsupported-media-type"
    status = 415


class InvalidRequest(EdgeProblem):
    """The body or the query breaks the schema; `field` names the place."""

    code = "invalid"
    status = 422


class IdempotencyKeyReused(EdgeProblem):
    """This Idempotency-Key was used for a different request."""

    code = "idempotency-key-reused"
    status = 422


class PreconditionRequired(EdgeProblem):
    """This deed needs an If-Match header with the entity tag you read."""

    code = "precondition-required"
    status = 428


class TooManyAttempts(EdgeProblem):
    """Too many attempts: wait."""

    code = "too-many-attempts"
    status = 429

    def __init__(self, retry_after_seconds: int = RETRY_AFTER_SECONDS) -> None:
        """Say how long to wait, in whole seconds."""
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 6585 §4: a 429 may say when to come back."""
        return {"Retry-After": str(self.retry_after_seconds)}


@web.middleware
async def problem_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what a handler raises into a problem document, once and for all routes."""
    try:
        return await handler(request)
    except (Refused, EdgeProblem) as refusal:
        return _refused(request, refusal)
    except web.HTTPException as answer:
        if answer.status < HTTPStatus.BAD_REQUEST:
            raise
        return _from_aiohttp(request, answer)
    except OUTAGES:
        log.warning("outage", exc_info=True, extra={"request_id": request.get(REQUEST_ID, "")})
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return _answer(request, 503, "unavailable", headers=headers)
    except Exception:
        log.exception("request failed", extra={"request_id": request.get(REQUEST_ID, "")})
        return _answer(request, 500, "internal-error")


def _refused(request: web.Request, refusal: Refused | EdgeProblem) -> web.StreamResponse:
    headers = refusal.headers if isinstance(refusal, EdgeProblem) else {}
    return _answer(
        request,
        refusal.status,
        refusal.code,
        detail=refusal.detail,
        parameters=refusal.parameters,
        headers=headers,
    )


def _from_aiohttp(request: web.Request, answer: web.HTTPException) -> web.StreamResponse:
    code = {404: "not-found", 405: "method-not-allowed", 413: BodyTooLarge.code}.get(
        answer.status, HTTPStatus(answer.status).phrase.lower().replace(" ", "-")
    )
    allow = {"Allow": answer.headers["Allow"]} if "Allow" in answer.headers else {}
    return _answer(request, answer.status, code, headers=allow)


def _answer(
    request: web.Request,
    status: int,
    code: str,
    *,
    detail: str = "",
    parameters: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.StreamResponse:
    if BEGUN in request:
        # Half an answer is out already: the only honest end is a broken line.
        if request.transport is not None:
            request.transport.abort()
        return request[BEGUN]
    problem = Problem(
        type=f"urn:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        parameters=dict(parameters or {}),
        request_id=request.get(REQUEST_ID, ""),
    )
    return web.Response(
        body=msgspec.json.encode(problem),
        status=status,
        content_type=MEDIA_TYPE,
        headers=headers,
    )
