"""Routes: a table of doors, and the frame around every handler.

A handler is a plain typed function. At start its signature is read once; for each request the
frame checks who asks, reads what was sent, opens the transaction, and passes everything by
parameter name. What is declared here is also what `openapi.py` tells the world.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, TypeVar, get_origin
from uuid import UUID

import msgspec
from aiohttp import web

from tendering.api import requests
from tendering.api.auth import Session, authorized, session_of
from tendering.api.context import Context
from tendering.api.idempotency import Deed, once, same_answer
from tendering.api.problems import EdgeProblem, IdempotencyKeyRequired
from tendering.api.signatures import Signature, read_signature
from tendering.domain.parties import Actor
from tendering.domain.permissions import PERMISSIONS
from tendering.domain.refusals import Refused
from tendering.domain.venues import TOKEN, WORKSTATION
from tendering.storage.connection import Connection, reading, transaction

PREFIX: Final = "/api/v1"
BODY_BYTES_MAX: Final = 64 * 1024
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
ROUTE: Final = web.RequestKey("route", object)  # the Route that answers, for log and metrics

# "transaction": key, deed and answer are one commit. "natural": the deed recognizes its own
# repetition. "answer": nothing is changed, and the answer is kept. "none": no key is asked for.
Idempotency = Literal["none", "transaction", "natural", "answer"]
# A handler whose path names no tender says with this to which one something happened.
Touches = Callable[[UUID], None]
Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Route:
    """One door. `path` stands below /api/v1 and names its parameters in braces.

    `action` is a row of PERMISSIONS; None means that everybody may, logged in or not (a handler
    that asks for `actor: Actor` still needs somebody to be logged in). `errors` are the refusals
    that its rules raise. `secret` routes are logged and counted without saying which tender they
    touch. Streams name the media types they take and give. `statuses` are further answers that the
    handler itself gives, such as 206. `reads` is the type of a JSON body that the handler reads by
    itself, because it needs the very bytes.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    handler: Callable[..., Any]
    action: str | None = None
    status: int = 200
    idempotency: Idempotency = "none"
    errors: tuple[type[Refused] | type[EdgeProblem], ...] = ()
    tags: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    body_bytes_max: int = BODY_BYTES_MAX
    accepts: str = "application/json"
    reads: Any = None
    produces: str = "application/json"
    produces_also: tuple[str, ...] = ()
    secret: bool = False
    documented: bool = True


@dataclass(frozen=True, slots=True)
class Tagged(Generic[Value_co]):
    """An answer with its entity tag, without quotes (RFC 9110 §8.8.3)."""

    value: Value_co
    etag: str


@dataclass(frozen=True, slots=True)
class Headed(Generic[Value_co]):
    """An answer with headers of its own. Never stored for replay, so it may carry a cookie."""

    value: Value_co
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def mount(
    app: web.Application,
    routes: Sequence[Route],
    context: Context,
    *,
    parts: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Add the routes to an application, each behind the frame.

    `parts` are further living objects that handlers may name as parameters, for the packages that
    have their own. A wrong table or signature is our mistake and fails here, at start.
    """
    for route in routes:
        assert route.action is None or route.action in PERMISSIONS, f"no action {route.action}"
        signature = read_signature(route.handler, route.path, parts)
        # What has headers of its own may carry a credential, and those are not kept for replay.
        stored = route.idempotency in {"transaction", "answer"}
        assert not (stored and get_origin(signature.answer) is Headed), route.path
        # It asks others, who may be slow: no connection is held meanwhile.
        assert not (route.idempotency == "answer" and signature.connection), route.path
        frame = _Frame(route, signature, context, parts)
        if route.method == "GET":
            app.router.add_get(PREFIX + route.path, frame.answer)  # answers HEAD too
        else:
            app.router.add_route(route.method, PREFIX + route.path, frame.answer)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Everything between aiohttp and one handler."""

    route: Route
    signature: Signature
    context: Context
    parts: Mapping[str, object]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request: who, what, then the deed. Refusals pass through to the middleware."""
        request[ROUTE] = self.route
        session = await self._session(request)
        key = self._idempotency_key(request)
        arguments: dict[str, object] = {
            name: value for name, value in self.parts.items() if name in self.signature.parts
        }
        arguments |= requests.path_arguments(self.signature, request)
        arguments |= requests.query_arguments(self.signature, request)
        raw = b""
        if self.signature.body is not None:
            raw = await requests.read_json(request, bytes_max=self.route.body_bytes_max)
            arguments["body"] = requests.decode(self.signature.body, raw)
        if self.signature.if_match is not None:
            arguments["if_match"] = requests.if_match(self.signature.if_match, request)
        touched: set[UUID] = set()
        arguments |= self._given(request, session, key, touched.add)
        response = await self._do(request, session, key, raw, arguments)
        self._tell(touched, arguments)
        return _unless_unchanged(request, response)

    async def _session(self, request: web.Request) -> Session | None:
        if self.route.action is None and not self.signature.asks_who:
            return None
        session = await session_of(request, self.context)
        if self.route.action is None and not self.signature.needs_login:
            return session
        return authorized(session, self.route.action)

    def _idempotency_key(self, request: web.Request) -> str:
        if self.route.idempotency == "none":
            return ""
        key = request.headers.get("Idempotency-Key", "")
        if not requests.IDEMPOTENCY_KEY.fullmatch(key):
            raise IdempotencyKeyRequired
        return key

    def _given(
        self, request: web.Request, session: Session | None, key: str, touches: Touches
    ) -> dict[str, object]:
        # Taken when the request has arrived in full: this instant decides whether a bid is late.
        received_at: datetime = self.context.now()
        given = {
            "context": self.context,
            "session": session,
            "actor": None if session is None else _at_workstation(session.actor, request),
            "request": request,
            "received_at": received_at,
            "idempotency_key": key,
            "touches": touches,
        }
        return {name: value for name, value in given.items() if name in self.signature.given}

    async def _do(
        self,
        request: web.Request,
        session: Session | None,
        key: str,
        raw: bytes,
        arguments: dict[str, object],
    ) -> web.StreamResponse:
        handler = self.route.handler
        if self.route.idempotency in {"transaction", "answer"}:
            deed = Deed.of(request, session, key, raw, f"{self.route.method} {self.route.path}")

            async def act(connection: Connection) -> web.Response:
                return self._kept(await handler(**arguments, connection=connection))

            async def ask() -> web.Response:
                return self._kept(await handler(**arguments))

            if self.route.idempotency == "answer":
                return await same_answer(self.context.pool, deed, ask)
            return await once(self.context.pool, deed, act)
        if not self.signature.connection:
            return self._shape(await handler(**arguments))
        if self.route.method in SAFE_METHODS:
            async with reading(self.context.pool) as connection:
                return self._shape(await handler(**arguments, connection=connection))
        async with transaction(self.context.pool) as connection:
            return self._shape(await handler(**arguments, connection=connection))

    def _shape(self, answer: object) -> web.StreamResponse:
        """A value becomes JSON, None an empty 204, a stream stays what it is."""
        headers: dict[str, str] = {}
        if isinstance(answer, web.StreamResponse):
            return answer
        if isinstance(answer, Headed):
            headers |= answer.headers
            answer = answer.value
        if isinstance(answer, Tagged):
            headers["ETag"] = f'"{answer.etag}"'
            answer = answer.value
        if answer is None:
            return web.Response(status=204, headers=headers)
        return web.Response(
            body=msgspec.json.encode(answer),
            status=self.route.status,
            content_type="application/json",
            headers=headers,
        )

    def _kept(self, answer: object) -> web.Response:
        shaped = self._shape(answer)
        assert isinstance(shaped, web.Response), "a stream cannot be replayed"
        return shaped

    def _tell(self, touched: set[UUID], arguments: Mapping[str, object]) -> None:
        """Tell the bus, after the commit: the tender of the path, and what the handler named."""
        tender_id = arguments.get("tender_id")
        if self.route.method not in SAFE_METHODS and isinstance(tender_id, UUID):
            touched.add(tender_id)
        for each in touched:
            self.context.touched(each)


def _at_workstation(actor: Actor, request: web.Request) -> Actor:
    """The actor, with what the workstation shows at which they act, if it is one of a venue."""
    shown = request.headers.get(WORKSTATION, "")
    return replace(actor, workstation=shown) if TOKEN.fullmatch(shown) else actor


def _unless_unchanged(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """304 in the place of a public answer that the asker has already (RFC 9110 §13.1.2)."""
    cached = response.headers.get("Cache-Control", "")
    if request.method not in SAFE_METHODS or not cached.startswith("public") or response.prepared:
        return response
    tag = response.headers.get("ETag", "").strip('"')
    if not tag or all(one.value not in {tag, "*"} for one in request.if_none_match or ()):
        return response
    return web.Response(status=304, headers={"ETag": f'"{tag}"', "Cache-Control": cached})
