"""A party's line to a platform: one login, JSON in and out, and no act done twice or lost.

Every act carries an Idempotency-Key and is repeated under the same key while the platform cannot
be reached, so a platform that is killed and started again costs time and nothing else. What the
platform refuses becomes `PlatformRefused` with the stable code of docs/api/refusals.md.
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp

from tendering.domain.journal import parse_instant

PREFIX: Final = "/api/v1"
PATIENCE_SECONDS: Final = 60.0
REQUEST_SECONDS_MAX: Final = 120.0
CONNECT_SECONDS_MAX: Final = 10.0
PAUSE_SECONDS_MIN: Final = 0.1
PAUSE_SECONDS_MAX: Final = 2.0
ANSWER_BYTES_MAX: Final = 64 << 20
READ_BYTES: Final = 1 << 20
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
    """The line. `address` is scheme, host and port; `patience_seconds` bounds all repetition."""

    address: str
    http: aiohttp.ClientSession = field(repr=False)
    patience_seconds: float = PATIENCE_SECONDS
    identity: Identity | None = None
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

    @property
    def me(self) -> Identity:
        """As whom this line is logged in."""
        assert self.identity is not None, "log in first"
        return self.identity

    async def get(self, path: str, query: Query | None = None) -> Any:
        """The JSON at a path below /api/v1."""
        return json.loads(await self.call("GET", path, query=query))

    async def post(self, path: str, body: object = None, query: Query | None = None) -> Any:
        """Do an act; its answer, or None when there is none."""
        answer = await self.call("POST", path, body={} if body is None else body, query=query)
        return json.loads(answer) if answer else None

    async def put(self, path: str, body: object, *, if_match: str | None = None) -> Any:
        """Put a thing; its answer, or None when there is none."""
        headers = {} if if_match is None else {"If-Match": f'"{if_match}"'}
        answer = await self.call("PUT", path, body=body, headers=headers)
        return json.loads(answer) if answer else None

    async def put_bytes(self, path: str, content: bytes, query: Query | None = None) -> None:
        """Put raw bytes."""
        headers = {"Content-Type": "application/octet-stream"}
        await self.call("PUT", path, content=content, query=query, headers=headers)

    async def get_bytes(self, path: str, query: Query | None = None) -> bytes:
        """A small thing that is not JSON."""
        return await self.call("GET", path, query=query)

    async def download(self, path: str, target: Path, query: Query | None = None) -> int:
        """Write what is at a path into a file, which appears when complete; its size in bytes."""
        partial = target.with_name(target.name + ".partial")
        waiting = _Patience(self.patience_seconds)
        while True:
            try:
                async with self._sent("GET", path, query=query) as response:
                    await _require_success(response)
                    size = await _save(response, partial)
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
        waiting = _Patience(patience)
        may_log_in = True
        while True:
            try:
                async with self._sent(
                    method, path, content=content, query=query, headers=sent
                ) as response:
                    await _require_success(response)
                    return await _read(response)
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
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        sent = dict(headers or {})
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        address = f"{self.address}{PREFIX}{path}"
        # As a stream a large body goes out in pieces, and others have their turn in between.
        data = None if content is None else io.BytesIO(content)
        async with self.http.request(
            method, address, data=data, params=query, headers=sent
        ) as response:
            yield response


@asynccontextmanager
async def open_platform(
    address: str, *, patience_seconds: float = PATIENCE_SECONDS
) -> AsyncIterator[Platform]:
    """A line to the platform at `address`, not logged in yet."""
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS_MAX, sock_connect=CONNECT_SECONDS_MAX)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        yield Platform(address.rstrip("/"), http, patience_seconds)


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

    def __init__(self, seconds: float) -> None:
        self._until = asyncio.get_running_loop().time() + seconds
        self._next_seconds = PAUSE_SECONDS_MIN

    async def pause(self, why: Exception, seconds: float | None = None) -> None:
        """Wait before the next attempt. Raises PlatformUnreachable when patience is at its end."""
        seconds = self._next_seconds if seconds is None else float(seconds)
        if asyncio.get_running_loop().time() + seconds > self._until:
            raise PlatformUnreachable(str(why)) from why
        await asyncio.sleep(seconds)
        self._next_seconds = min(self._next_seconds * 2, PAUSE_SECONDS_MAX)


async def _require_success(response: aiohttp.ClientResponse) -> None:
    """Raise what a problem document says."""
    if response.status < HTTPStatus.BAD_REQUEST:
        return
    if response.status in _AWAY:
        raise PlatformAway(f"{response.url.path}: {response.status}")
    try:
        problem = json.loads(await _read(response))
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    raise PlatformRefused(
        str(problem.get("code", "unknown")),
        response.status,
        f"{response.method} {response.url.path}: {problem.get('detail', '')}",
        problem.get("parameters", {}),
    )


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(READ_BYTES):
        content += chunk
        if len(content) > ANSWER_BYTES_MAX:
            raise PlatformRefused("answer-too-large", response.status, "", {})
    return bytes(content)


async def _save(response: aiohttp.ClientResponse, target: Path) -> int:
    size = 0
    with target.open("wb") as file:
        async for chunk in response.content.iter_chunked(READ_BYTES):
            await asyncio.to_thread(file.write, chunk)
            size += len(chunk)
    return size
