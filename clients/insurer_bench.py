"""A platform for one insurer, in memory: what `kaibiao insurer simulate-platform` and a conformance
run put in front of an insurer's endpoint.

It signs as the platform does, takes notices as the platform does, by the same tables, and keeps
everything it heard, for the run to judge.
"""

import asyncio
import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from clients.platform import PREFIX
from clients.serving import Clock
from crypto.certificates import facts
from crypto.errors import CryptoError
from crypto.request_signatures import (
    Message,
    WireRefused,
    sign_request,
    verify_request,
    webhook_headers,
)
from crypto.signing import SignedStatement, verify_statement
from insurance_gateway.guarantee import GuaranteeState, Reception, reception, state_after
from insurance_gateway.wire import (
    DOOR_OF,
    MATTER_STEP_OF,
    MESSAGE_BYTES_MAX,
    POLICY_LABEL,
    STEP_OF,
    TAG,
    VERSION,
    Notice,
    Policy,
    encode,
    read_policy,
    require_consistent,
)

REQUEST_SECONDS_MAX: Final = 10.0
NONCE_BYTES: Final = 18


@dataclass(slots=True)
class Heard:
    """What an insurer said about one order: notices as they came, by their ids, applied once."""

    state: GuaranteeState = GuaranteeState.APPLIED
    notices: dict[UUID, Notice] = field(default_factory=dict)
    repeated: int = 0


@dataclass(slots=True)
class Bench:
    """The platform. `insurer_key`: 32 bytes; `roots`: whom policies' certificates must come from.

    `refusals_left` notices are answered 503 first: an insurer must send them again.
    """

    http: aiohttp.ClientSession
    key: Ed25519PrivateKey
    endpoint: str
    insurer_key: bytes
    roots: list[bytes]
    address: str = ""
    guarantor_id: UUID = field(default_factory=uuid4)
    heard: dict[UUID, Heard] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    refusals_left: int = 0
    refused_once: set[UUID] = field(default_factory=set)
    nonces: set[str] = field(default_factory=set)
    clock: Clock = field(default_factory=Clock)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        """The platform's doors, as far as an insurer knocks at them."""
        app = web.Application(client_max_size=MESSAGE_BYTES_MAX)
        app.router.add_get(f"{PREFIX}/clock", self._clock)
        app.router.add_get(f"{PREFIX}/insurance/guarantors", self._key)
        app.router.add_post(f"{PREFIX}/insurance/callbacks/{{guarantor_id}}", self._notice)
        return app

    async def send(self, message: Struct, message_id: UUID | None = None) -> tuple[int, bytes]:
        """Tell the insurer something, signed as the platform signs."""
        return await self.send_raw(DOOR_OF[type(message)], encode(message), message_id)

    async def send_raw(
        self,
        door: str,
        body: bytes,
        message_id: UUID | None = None,
        *,
        key: Ed25519PrivateKey | None = None,
        at: datetime | None = None,
        signed_body: bytes | None = None,
    ) -> tuple[int, bytes]:
        """Status and answer; with `key`, `at` or `signed_body` the signatures are not in order."""
        url = f"{self.endpoint.rstrip('/')}/{VERSION}/{door}"
        at = at or await self.clock.now()
        signed = body if signed_body is None else signed_body
        headers = sign_request(
            Message("POST", url, {"Content-Type": "application/json"}),
            signed,
            key or self.key,
            tag=TAG,
            at=at,
            nonce=secrets.token_urlsafe(NONCE_BYTES),
        )
        headers |= webhook_headers(message_id or uuid4(), signed, key or self.key, at=at)
        return await self.post(door, body, headers)

    async def post(self, door: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """A request as it stands; 0 and the reason when there was no answer."""
        url = f"{self.endpoint.rstrip('/')}/{VERSION}/{door}"
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS_MAX)
        try:
            async with self.http.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.content.read(MESSAGE_BYTES_MAX)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return 0, f"{type(error).__name__}: {error}".encode()

    def read_policy(self, notice: Notice, *, at: datetime) -> Policy:
        """The policy of a notice, its signature checked. Raises WireRefused."""
        try:
            signed = SignedStatement.from_value(notice.policy)
            roots = self.roots or [signed.certificate]
            verify_statement(signed, label=POLICY_LABEL, trusted_roots=roots, at=at)
            facts(signed.certificate)
        except CryptoError as error:
            raise WireRefused(f"the policy's signature: {error}") from error
        return read_policy(signed.statement)

    async def _clock(self, _request: web.Request) -> web.Response:
        return web.json_response({"now": (await self.clock.now()).isoformat()})

    async def _key(self, _request: web.Request) -> web.Response:
        public = self.key.public_key().public_bytes_raw()
        return web.json_response(
            {"items": [], "platform_key": base64.b64encode(public).decode("ascii")}
        )

    async def _notice(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            notice = self._verified(request, body, at=await self.clock.now())
        except (WireRefused, msgspec.DecodeError, UnicodeDecodeError) as error:
            self.faults.append(f"a notice is refused: {error}")
            self.news.set()
            return _problem(HTTPStatus.FORBIDDEN, "message-signature-refused", str(error))
        heard = self.heard.get(notice.order_id)
        if heard is None:
            return _problem(HTTPStatus.NOT_FOUND, "not-found", "no such order")
        if self.refusals_left and notice.id not in self.refused_once:
            self.refusals_left -= 1
            self.refused_once.add(notice.id)
            return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "outage", "try again")
        known = heard.notices.get(notice.id)
        if known is not None and known != notice:
            self.faults.append("one notice id with two contents")
            return _problem(HTTPStatus.CONFLICT, "message-conflict", "another content")
        heard.repeated += known is not None
        heard.notices[notice.id] = notice
        _settle(heard)
        self.news.set()
        answer = {"order_id": str(notice.order_id), "state": heard.state, "reason": ""}
        return web.json_response(answer)

    def _verified(self, request: web.Request, body: bytes, *, at: datetime) -> Notice:
        headers = {name.lower(): value for name, value in request.headers.items()}
        url = f"{self.address}{request.path}"
        message = Message("POST", url, headers)
        signed = verify_request(message, body, self.insurer_key, tag=TAG, at=at)
        if signed.nonce in self.nonces:
            raise WireRefused("a nonce is used twice: sign every attempt anew")
        self.nonces.add(signed.nonce)
        notice = msgspec.json.decode(body, type=Notice)
        require_consistent(notice)
        return notice


def _settle(heard: Heard) -> None:
    """Apply what has come, whatever its order, until nothing more moves."""
    steps = [STEP_OF[one.state] for one in heard.notices.values() if one.state in STEP_OF]
    moved = True
    while moved:
        moved = False
        for step in steps:
            if reception(heard.state, step) is Reception.NOW:
                heard.state = state_after(heard.state, step)
                moved = True


def matter_notices(heard: Heard, matter_id: UUID) -> list[Notice]:
    """What was said about a matter, in the order of arrival."""
    return [
        one
        for one in heard.notices.values()
        if one.matter_id == matter_id and one.state in MATTER_STEP_OF
    ]


def _problem(status: HTTPStatus, code: str, detail: str) -> web.Response:
    body: dict[str, Any] = {"type": f"urn:problem:{code}", "code": code, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")
