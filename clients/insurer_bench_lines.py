"""The lines of the bench: our own signed format, and the families of SM2-signed JSON and XML."""

import asyncio
import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from clients.insurer_bench import Answer, Bench, problem
from clients.insurer_dialects import Dialect
from clients.platform import PREFIX
from clients.serving import Clock
from crypto.errors import CryptoError
from crypto.request_signatures import (
    Message,
    WireRefused,
    sign_request,
    verify_request,
    webhook_headers,
)
from crypto.signing import SignedStatement, verify_statement
from insurance_gateway.forms import instant_text, read_form, read_told, to_form
from insurance_gateway.openapi import ASKED
from insurance_gateway.payment_wire import STATEMENT_BYTES_MAX
from insurance_gateway.policy_file import read_policy_file
from insurance_gateway.wire import (
    DOOR_OF,
    POLICY_LABEL,
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
JSON: Final = "application/json"
MALFORMED: Final = (b"", b"{", b"[]", b'{"order_id":"x"}', b"\xff")


@dataclass(slots=True)
class OwnLine:
    """Our own format. `insurer_key`: 32 bytes; `roots`: of certificates, none means any."""

    http: aiohttp.ClientSession
    key: Ed25519PrivateKey
    endpoint: str
    insurer_key: bytes
    roots: list[bytes]
    nonces: set[str] = field(default_factory=set)
    clock: Clock = field(default_factory=Clock)

    async def send(self, message: Struct, message_id: UUID | None = None) -> Answer:
        """Tell the insurer something, signed as the platform signs."""
        return await self._signed(DOOR_OF[type(message)], encode(message), message_id=message_id)

    async def unsigned(self, message: Struct) -> Answer:
        """With no signature."""
        url = self._url(DOOR_OF[type(message)])
        return await _post(self.http, url, encode(message), {"Content-Type": JSON})

    async def forged(self, message: Struct) -> Answer:
        """Signed by a stranger."""
        return await self._signed(
            DOOR_OF[type(message)], encode(message), key=Ed25519PrivateKey.generate()
        )

    async def changed(self, message: Struct) -> Answer:
        """Changed after signing."""
        return await self._signed(
            DOOR_OF[type(message)], encode(message), signed_body=encode(message) + b" "
        )

    async def dated(self, message: Struct, at: datetime) -> Answer:
        """Signed at another time."""
        return await self._signed(DOOR_OF[type(message)], encode(message), at=at)

    async def malformed(self, door: str) -> list[tuple[str, int]]:
        """Signed, and not in the form agreed."""
        found = []
        for body in MALFORMED:
            status, _ = await self._signed(door, body)
            found.append((repr(body), status))
        return found

    async def _signed(
        self,
        door: str,
        body: bytes,
        *,
        message_id: UUID | None = None,
        key: Ed25519PrivateKey | None = None,
        at: datetime | None = None,
        signed_body: bytes | None = None,
    ) -> Answer:
        """Status and answer; with `key`, `at` or `signed_body` the signatures are not in order."""
        url = self._url(door)
        at = at or await self.clock.now()
        signed = body if signed_body is None else signed_body
        headers = sign_request(
            Message("POST", url, {"Content-Type": JSON}),
            signed,
            key or self.key,
            tag=TAG,
            at=at,
            nonce=secrets.token_urlsafe(NONCE_BYTES),
        )
        headers |= webhook_headers(message_id or uuid4(), signed, key or self.key, at=at)
        return await _post(self.http, url, body, headers)

    def _url(self, door: str) -> str:
        return f"{self.endpoint.rstrip('/')}/{VERSION}/{door}"

    def mount(self, app: web.Application, bench: Bench) -> None:
        """The platform's key, and the door for notices."""

        async def key(_request: web.Request) -> web.Response:
            public = self.key.public_key().public_bytes_raw()
            told = base64.b64encode(public).decode("ascii")
            return web.json_response({"items": [], "platform_key": told})

        async def notice(request: web.Request) -> web.Response:
            body = await request.read()
            try:
                said = self._verified(bench, request, body, at=await bench.clock.now())
            except (WireRefused, msgspec.DecodeError, UnicodeDecodeError) as error:
                bench.refuse(str(error))
                return problem(HTTPStatus.FORBIDDEN, "message-signature-refused", str(error))
            status, why = bench.take(said)
            if status != HTTPStatus.OK:
                return problem(status, status.name.lower().replace("_", "-"), why)
            state = bench.heard[said.order_id].state
            return web.json_response({"order_id": str(said.order_id), "state": state, "reason": ""})

        app.router.add_get(f"{PREFIX}/insurance/guarantors", key)
        app.router.add_post(f"{PREFIX}/insurance/callbacks/{{guarantor_id}}", notice)

    def _verified(self, bench: Bench, request: web.Request, body: bytes, *, at: datetime) -> Notice:
        headers = {name.lower(): value for name, value in request.headers.items()}
        message = Message("POST", f"{bench.address}{request.path}", headers)
        signed = verify_request(message, body, self.insurer_key, tag=TAG, at=at)
        if signed.nonce in self.nonces:
            raise WireRefused("a nonce is used twice: sign every attempt anew")
        self.nonces.add(signed.nonce)
        notice = msgspec.json.decode(body, type=Notice)
        require_consistent(notice)
        return notice

    async def read_policy(self, notice: Notice, *, at: datetime) -> Policy:
        """A signed statement."""
        try:
            signed = SignedStatement.from_value(notice.policy)
            roots = self.roots or [signed.certificate]
            verify_statement(signed, label=POLICY_LABEL, trusted_roots=roots, at=at)
        except CryptoError as error:
            raise WireRefused(f"the policy's signature: {error}") from error
        return read_policy(signed.statement)


@dataclass(slots=True)
class FamilyLine:
    """Another family, by its dialect. What it says no to counts as 422; `roots` sign policies."""

    http: aiohttp.ClientSession
    dialect: Dialect
    word: str
    endpoint: str
    roots: list[bytes]
    files: dict[str, bytes] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)

    async def send(self, message: Struct, message_id: UUID | None = None) -> Answer:
        """Tell the insurer something, as the platform does."""
        del message_id
        return await self._say(message, self.dialect)

    async def unsigned(self, message: Struct) -> Answer:
        """The bare form, in no envelope."""
        form = msgspec.json.encode(to_form(message, self.dialect.names))
        return await self._ask(DOOR_OF[type(message)], form, type(message))

    async def forged(self, message: Struct) -> Answer:
        """Sealed by a stranger."""
        return await self._say(message, self.dialect.stranger())

    async def changed(self, message: Struct) -> Answer:
        """Changed after sealing: the time it was said at."""
        at = await self.clock.now()
        sealed = self._sealed(message, self.dialect, at)
        later = instant_text(at + timedelta(milliseconds=2)).encode()
        changed = sealed.replace(instant_text(at).encode(), later)
        assert changed != sealed, "an envelope says its time"
        return await self._ask(DOOR_OF[type(message)], changed, type(message))

    async def dated(self, message: Struct, at: datetime) -> Answer:
        """Sealed at another time."""
        return await self._say(message, self.dialect, at)

    async def malformed(self, door: str) -> list[tuple[str, int]]:
        """Sealed, and not in the form agreed; and no envelope at all."""
        at, names = await self.clock.now(), self.dialect.names
        forms: list[dict[str, str]] = [{}, {"more": "x"}, {names["order_id"]: "x"}]
        bodies = [self.dialect.seal(door, form, at=at) for form in forms]
        bodies += [b"", b"{", b"<a>", b"\xff"]
        found = []
        for body in bodies:
            status, _ = await self._ask(door, body, None)
            found.append((repr(body[:40]), status))
        return found

    async def _say(self, message: Struct, dialect: Dialect, at: datetime | None = None) -> Answer:
        sealed = self._sealed(message, dialect, at or await self.clock.now())
        return await self._ask(DOOR_OF[type(message)], sealed, type(message))

    def _sealed(self, message: Struct, dialect: Dialect, at: datetime) -> bytes:
        form = to_form(message, self.dialect.names)
        return dialect.seal(DOOR_OF[type(message)], form, at=at)

    async def _ask(self, call: str, body: bytes, kind: type[Any] | None) -> Answer:
        url = f"{self.endpoint.rstrip('/')}/{call}"
        headers = {"Content-Type": self.dialect.media_type}
        status, answer = await _post(self.http, url, body, headers)
        if status != HTTPStatus.OK:
            return status, answer
        try:
            fault, form = self.dialect.read_answer(body, answer, at=await self.clock.now())
        except WireRefused as error:
            # To what cannot be read there is no answer that names it.
            fault, form = f"the answer does not hold: {error}", {}
        if fault:
            return HTTPStatus.UNPROCESSABLE_ENTITY, fault.encode()
        answers = dict(ASKED.values())
        if kind not in answers:
            return status, b""
        try:
            return status, encode(read_form(form, answers[kind], self.dialect.names))
        except WireRefused as error:
            return status, str(error).encode()

    def mount(self, app: web.Application, bench: Bench) -> None:
        """The family's door for calls."""

        async def call(request: web.Request) -> web.Response:
            body, at = await request.read(), await bench.clock.now()
            try:
                name, form = self.dialect.open(request.match_info.get("call", ""), body, at=at)
                told = read_told(name, form, self.dialect.names, guarantor_id=bench.guarantor_id)
            except WireRefused as error:
                bench.refuse(str(error))
                return self._answer(body, str(error), at)
            if told.file is not None:
                self.files[hashlib.sha256(told.file).hexdigest()] = told.file
            for notice in told.notices:
                status, why = bench.take(notice)
                if status == HTTPStatus.SERVICE_UNAVAILABLE:
                    return problem(status, "outage", why)
                if status != HTTPStatus.OK:
                    return self._answer(body, why, at)
            return self._answer(body, "", at)

        door = f"{PREFIX}/insurance/{self.word}/{{guarantor_id}}"
        app.router.add_post(door, call)
        app.router.add_post(f"{door}/{{call}}", call)

    def _answer(self, asked: bytes, fault: str, at: datetime) -> web.Response:
        body = self.dialect.answer(asked, {}, fault=fault, at=at)
        return web.Response(body=body, content_type=self.dialect.media_type)

    async def read_policy(self, notice: Notice, *, at: datetime) -> Policy:
        """A signed PDF."""
        told = str((notice.policy or {}).get("file_sha256", ""))
        if told not in self.files:
            raise WireRefused("the file of the policy was not handed in")
        content = self.files[told]
        signed = await asyncio.to_thread(read_policy_file, content, roots=self.roots, at=at)
        return signed.policy


async def _post(
    http: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]
) -> Answer:
    """A request as it stands; 0 and the reason when there was no answer."""
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS_MAX)
    try:
        async with http.post(
            url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            return response.status, await response.content.read(STATEMENT_BYTES_MAX)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return 0, f"{type(error).__name__}: {error}".encode()
