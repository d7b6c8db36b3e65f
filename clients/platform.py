"""A party's line to a platform: one login, JSON in and out, and no act done twice or lost.

Every act carries an Idempotency-Key and is repeated under the same key while the platform cannot
be reached, so a platform that is killed and started again costs time and nothing else. What the
platform refuses becomes `PlatformRefused` with the stable code of docs/api/refusals.md.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4
from weakref import WeakSet

import aiohttp
from aiohttp.connector import Connection

from clients.transcript import Exchange, http_exchange
from clients.transfer import ANSWER_SECONDS_MAX, Answering, Meter, in_pieces
from tendering.domain.journal import parse_instant
from tendering.domain.venues import WORKSTATION

PREFIX: Final = "/api/v1"
PATIENCE_SECONDS: Final = 60.0
CONNECT_SECONDS_MAX: Final = 10.0
PAUSE_SECONDS_MIN: Final = 0.1
PAUSE_SECONDS_MAX: Final = 2.0
ANSWER_BYTES_MAX: Final = 64 << 20
_AWAY: Final = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)

Json = dict[str, Any]
Query = Mapping[str, str | int]


class PlatformRefused(Exception):
    """The platform said no, and will say it again: `code` and `parameters` say why."""

    def __init__(self, code: str, status: int, detail: str, parameters: Json) -> None:
        """Keep the members of the problem document (RFC 9457)."""
        super().__init__(f"{code} ({status}): {detail} {parameters or ''}".rstrip())
        self.code, self.status, self.detail, self.parameters = code, status, detail, parameters


class PlatformUnreachable(Exception):
    """The platform did not answer for as long as the caller was willing to wait."""


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom the platform knows this line."""

    person_id: UUID
    organization_id: UUID
    role: str
    organization_name: str
    uscc: str


@dataclass(slots=True)
class Platform:
    """The line. `address` is scheme, host and port; `patience_seconds` bounds all repetition.

    `on_trouble` is told each time that an attempt has failed and another one will follow, `heard`
    of each exchange. `workstation` is the token of a venue's workstation (`clients.venues`).
    """

    address: str
    http: aiohttp.ClientSession = field(repr=False)
    patience_seconds: float = PATIENCE_SECONDS
    identity: Identity | None = None
    on_trouble: Callable[[Exception], None] | None = None
    heard: Callable[[Exchange], None] | None = None
    workstation: str = field(default="", repr=False)
    _login: Json | None = field(default=None, repr=False)
    _token: str = field(default="", repr=False)

    async def log_in(self, login: str, password: str, role: str | None = None) -> Identity:
        """Log in; from then on every request is made as this person. Raises PlatformRefused."""
        self._login = {"login": login, "password": password}
        if role is not None:
            self._login["role"] = role
        await self._begin_session()
        assert self.identity is not None
        return self.identity

    def resume(
        self, token: str, identity: Identity, *, login: str = "", password: str | None = None
    ) -> None:
        """Go on in a session of an earlier line; with a password a new one may follow it."""
        self._token, self.identity = token, identity
        if password is not None:
            self._login = {"login": login, "password": password, "role": identity.role}

    @property
    def token(self) -> str:
        """What the session is resumed with: a secret. Empty before the log-in."""
        return self._token

    @property
    def me(self) -> Identity:
        """As whom this line is logged in."""
        assert self.identity is not None, "log in first"
        return self.identity

    async def get(self, path: str, query: Query | None = None) -> Any:
        """The JSON at a path below /api/v1."""
        return json.loads(await self.call("GET", path, query=query))

    async def post(
        self,
        path: str,
        body: object = None,
        query: Query | None = None,
        *,
        key: UUID | None = None,
    ) -> Any:
        """Do an act; its answer, or None when there is none.

        `key`: the Idempotency-Key, for a caller that may have to repeat the act after a crash.
        """
        headers = {} if key is None else {"Idempotency-Key": str(key)}
        answer = await self.call(
            "POST", path, body={} if body is None else body, query=query, headers=headers
        )
        return json.loads(answer) if answer else None

    async def put(self, path: str, body: object, *, if_match: str | None = None) -> Any:
        """Put a thing; its answer, or None when there is none."""
        headers = {} if if_match is None else {"If-Match": f'"{if_match}"'}
        answer = await self.call("PUT", path, body=body, headers=headers)
        return json.loads(answer) if answer else None

    async def put_bytes(
        self,
        path: str,
        content: bytes,
        query: Query | None = None,
        *,
        moved: Callable[[int], None] | None = None,
    ) -> None:
        """Put raw bytes. `moved` is told how many more have left, less than 0 when all go again."""
        headers = {"Content-Type": "application/octet-stream"}
        await self.call("PUT", path, content=content, query=query, headers=headers, moved=moved)

    async def get_bytes(self, path: str, query: Query | None = None) -> bytes:
        """A small thing that is not JSON."""
        return await self.call("GET", path, query=query)

    async def download(self, path: str, target: Path, query: Query | None = None) -> int:
        """Write what is at a path into a file, which appears when complete; its size in bytes."""
        partial = target.with_name(target.name + ".partial")
        waiting = _Patience(self.patience_seconds, self.on_trouble)
        while True:
            try:
                async with self._sent("GET", path, query=query) as exchange:
                    await self._require_success(exchange)
                    size = await _save(exchange, partial)
                    self._note(exchange, None)
            except _LOST as error:
                await waiting.pause(error)
                continue
            partial.rename(target)
            return size

    async def clock(self) -> datetime:
        """The platform's time: what it will date a deed with."""
        return parse_instant((await self.get("/clock"))["now"])

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        patience_seconds: float | None = None,
        moved: Callable[[int], None] | None = None,
    ) -> bytes:
        """One request, repeated under one key until it is answered; the answer's bytes.

        With `patience_seconds` 0 it is sent once. Raises PlatformRefused, PlatformUnreachable.
        """
        sent = dict(headers or {})
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        if method == "POST":
            sent.setdefault("Idempotency-Key", str(uuid4()))
        patience = self.patience_seconds if patience_seconds is None else patience_seconds
        waiting = _Patience(patience, self.on_trouble)
        meter = Meter(moved)
        may_log_in = True
        while True:
            meter.begin()
            try:
                async with self._sent(
                    method, path, content=content, query=query, headers=sent, meter=meter
                ) as exchange:
                    await self._require_success(exchange)
                    answer = await _read(exchange)
                    self._note(exchange, answer)
                    return answer
            except _LOST as error:
                await waiting.pause(error)
            except PlatformRefused as refusal:
                if refusal.code == "too-many-attempts":
                    await waiting.pause(refusal, refusal.parameters.get("retry_after_seconds"))
                elif refusal.code == "unauthenticated" and self._login and may_log_in:
                    may_log_in = False
                    await self._begin_session()
                else:
                    raise

    async def _require_success(self, exchange: Answering) -> None:
        response = exchange.response
        if response.status < HTTPStatus.BAD_REQUEST:
            return
        if response.status in _AWAY:
            raise PlatformAway(f"{response.url.path}: {response.status}")
        answer = await _read(exchange)
        self._note(exchange, answer)
        raise _refusal(response, answer)

    def _note(self, exchange: Answering, answer: bytes | None) -> None:
        if self.heard is None:
            return
        response = exchange.response
        self.heard(
            http_exchange(
                response.method,
                response.url.path_qs.removeprefix(PREFIX),
                sent=response.request_info.headers,
                content=exchange.asked,
                status=response.status,
                received=response.headers,
                answer=answer,
            )
        )

    async def _begin_session(self) -> None:
        self._token = ""
        answer = await self.post("/sessions", self._login)
        actor = answer["actor"]
        self._token = answer["token"]
        self.identity = Identity(
            person_id=UUID(actor["person_id"]),
            organization_id=UUID(actor["organization_id"]),
            role=actor["role"],
            organization_name=actor["organization_name"],
            uscc=actor["uscc"],
        )

    @asynccontextmanager
    async def _sent(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        meter: Meter | None = None,
    ) -> AsyncIterator[Answering]:
        sent = dict(headers or {})
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        if self.workstation:
            sent[WORKSTATION] = self.workstation
        address = f"{self.address}{PREFIX}{path}"
        async with asyncio.timeout(ANSWER_SECONDS_MAX) as limit:
            data = None
            if content is not None:
                sent["Content-Length"] = str(len(content))
                data = in_pieces(content, limit, meter or Meter(None))
            async with self.http.request(
                method, address, data=data, params=query, headers=sent
            ) as response:
                yield Answering(response, limit, content)


@asynccontextmanager
async def open_platform(
    address: str, *, patience_seconds: float = PATIENCE_SECONDS
) -> AsyncIterator[Platform]:
    """A line to the platform at `address`, not logged in yet."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS_MAX)
    transports: WeakSet[asyncio.Transport] = WeakSet()
    async with aiohttp.ClientSession(timeout=timeout, request_class=_noting(transports)) as http:
        try:
            yield Platform(address.rstrip("/"), http, patience_seconds)
        finally:
            await http.close()
            # A transport that still holds bytes for somebody who does not read would never close.
            for transport in transports:
                # One whose socket is closed is gone, and cannot be told so again.
                if transport.get_extra_info("socket").fileno() != -1:
                    transport.abort()
            await asyncio.sleep(0)  # the loop closes them now


def _noting(transports: "WeakSet[asyncio.Transport]") -> type[aiohttp.ClientRequest]:
    """Requests that note over which transport they go out."""

    class Noted(aiohttp.ClientRequest):
        async def send(self, conn: Connection) -> aiohttp.ClientResponse:
            if conn.transport is not None:
                transports.add(conn.transport)
            return await super().send(conn)

    return Noted


class PlatformAway(Exception):
    """The platform, or what stands before it, said that it is not there just now."""


# ClientPayloadError: the platform died in the middle of its answer.
_LOST: Final = (
    aiohttp.ClientConnectionError,
    aiohttp.ClientPayloadError,
    TimeoutError,
    PlatformAway,
)


class _Patience:
    """Pauses that grow, within a bound."""

    def __init__(self, seconds: float, told: Callable[[Exception], None] | None) -> None:
        self._until = asyncio.get_running_loop().time() + seconds
        self._next_seconds = PAUSE_SECONDS_MIN
        self._told = told

    async def pause(self, why: Exception, seconds: float | None = None) -> None:
        """Wait before the next attempt. Raises PlatformUnreachable when patience is at its end."""
        seconds = self._next_seconds if seconds is None else float(seconds)
        if asyncio.get_running_loop().time() + seconds > self._until:
            raise PlatformUnreachable(str(why) or type(why).__name__) from why
        if self._told is not None:
            self._told(why)
        await asyncio.sleep(seconds)
        self._next_seconds = min(self._next_seconds * 2, PAUSE_SECONDS_MAX)


def _refusal(response: aiohttp.ClientResponse, answer: bytes) -> PlatformRefused:
    """What a problem document says."""
    try:
        problem = json.loads(answer)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    return PlatformRefused(
        str(problem.get("code", "unknown")),
        response.status,
        f"{response.method} {response.url.path}: {problem.get('detail', '')}",
        problem.get("parameters", {}),
    )


async def _read(exchange: Answering) -> bytes:
    content = bytearray()
    async for piece in exchange.pieces():
        content += piece
        if len(content) > ANSWER_BYTES_MAX:
            raise PlatformRefused("answer-too-large", exchange.response.status, "", {})
    return bytes(content)


async def _save(exchange: Answering, target: Path) -> int:
    size = 0
    with target.open("wb") as file:
        async for piece in exchange.pieces():
            await asyncio.to_thread(file.write, piece)
            size += len(piece)
    return size
