"""Interfaces of other families for the simulated sides: one protocol, SM2-signed JSON and XML.

A dialect seals and opens for one side. `Line` tells notices in it, and `speaking` puts the doors of
a family before an insurer that was written for our own format.
"""

import base64
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

import aiohttp
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from clients.insurer_sdk import ANSWER_BYTES_MAX, Answered
from clients.platform import PREFIX
from crypto.gm_curve import reduced_scalar
from crypto.gm_sm2 import MATERIAL_BYTES, generate_sm2_key
from crypto.request_signatures import WireRefused
from insurance_gateway import gm_envelope, xml_envelope
from insurance_gateway.forms import (
    GM_NAMES,
    XML_NAMES,
    Form,
    read_call,
    tell_forms,
    to_form,
)
from insurance_gateway.gm_envelope import GmKeys
from insurance_gateway.openapi import ASKED
from insurance_gateway.wire import Notice

TOLD: Final = "told"
AREA: Final = "510100"
# How the platform's doors for the families are called.
DOOR_WORDS: Final = {"gm_json": "gm", "xml": "xml"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Dialect(Protocol):
    """How one side of a family seals, opens and answers. What is opened may raise WireRefused."""

    @property
    def names(self) -> Mapping[str, str]:
        """What the family calls our members."""

    @property
    def media_type(self) -> str:
        """Of its bodies."""

    def address(self, door: str, call: str) -> str:
        """Where a call to a door of the platform goes."""

    def seal(self, call: str, form: Form, *, at: datetime) -> bytes:
        """A call."""

    def open(self, call: str, body: bytes, *, at: datetime) -> tuple[str, dict[str, str]]:
        """A call and its form."""

    def answer(self, asked: bytes, form: Form, *, fault: str, at: datetime) -> bytes:
        """An answer: a fault, or a form."""

    def read_answer(self, asked: bytes, body: bytes, *, at: datetime) -> tuple[str, dict[str, str]]:
        """What is wrong, or empty, and the form."""

    def stranger(self) -> "Dialect":
        """The same with keys that nobody knows."""


@dataclass(frozen=True, slots=True)
class GmDialect:
    """SM2, SM3 and JSON. `peer`: both points of the other side."""

    keys: GmKeys = field(repr=False)
    peer: bytes
    names: Mapping[str, str] = field(default_factory=lambda: GM_NAMES)
    media_type: str = "application/json"

    def address(self, door: str, call: str) -> str:
        """A path for each call."""
        return f"{door}/{call}"

    def seal(self, call: str, form: Form, *, at: datetime) -> bytes:
        """A call; its name stands in the path alone."""
        del call
        ephemeral = reduced_scalar(secrets.token_bytes(MATERIAL_BYTES))
        nonce = secrets.token_hex(16)
        return gm_envelope.seal(form, self.keys, self.peer, at=at, nonce=nonce, ephemeral=ephemeral)

    def open(self, call: str, body: bytes, *, at: datetime) -> tuple[str, dict[str, str]]:
        """A call and its form."""
        return call, gm_envelope.unseal(body, self.keys, self.peer, at=at)[0]

    def answer(self, asked: bytes, form: Form, *, fault: str, at: datetime) -> bytes:
        """An answer that repeats nonce and time."""
        del at
        told = {**form, "status": "0" if fault else "1", "ackMsg": fault}
        return gm_envelope.answer(asked, self.keys, told)

    def read_answer(self, asked: bytes, body: bytes, *, at: datetime) -> tuple[str, dict[str, str]]:
        """What is wrong, or empty, and the form."""
        del at
        form = gm_envelope.read_answer(asked, body, self.peer)
        status, said = form.pop("status", ""), form.pop("ackMsg", "")
        return ("" if status == "1" else said or "status 0"), form

    def stranger(self) -> "GmDialect":
        """Keys of nobody."""
        return GmDialect(fresh_gm_keys(), self.peer)


@dataclass(frozen=True, slots=True)
class XmlDialect:
    """XML and a shared secret."""

    secret: bytes = field(repr=False)
    names: Mapping[str, str] = field(default_factory=lambda: XML_NAMES)
    media_type: str = "application/xml"

    def address(self, door: str, call: str) -> str:
        """One address: the root element says what is called."""
        del call
        return door

    def seal(self, call: str, form: Form, *, at: datetime) -> bytes:
        """A call under a fresh id."""
        return xml_envelope.seal(call, form, self.secret, request_id=f"{AREA}{uuid4()}", at=at)

    def open(self, call: str, body: bytes, *, at: datetime) -> tuple[str, dict[str, str]]:
        """A call and its form; the path is not asked."""
        del call
        opened = xml_envelope.unseal(body, [self.secret], at=at)
        return opened.call, opened.form

    def answer(self, asked: bytes, form: Form, *, fault: str, at: datetime) -> bytes:
        """An answer under the id of what was asked."""
        told = {**form, "resultFlag": "0" if fault else "1", "resultMessage": fault}
        asked_id = xml_envelope.request_id_of(asked)
        return xml_envelope.answer(told, self.secret, request_id=asked_id, at=at)

    def read_answer(self, asked: bytes, body: bytes, *, at: datetime) -> tuple[str, dict[str, str]]:
        """What is wrong, or empty, and the form."""
        asked_id = xml_envelope.request_id_of(asked)
        form = xml_envelope.read_answer(body, [self.secret], request_id=asked_id, at=at)
        flag, said = form.pop("resultFlag", ""), form.pop("resultMessage", "")
        return ("" if flag == "1" else said or "resultFlag 0"), form

    def stranger(self) -> "XmlDialect":
        """A secret of nobody."""
        return XmlDialect(secrets.token_bytes(32))


@dataclass(frozen=True, slots=True)
class Line:
    """Tells notices to a platform in a dialect; `door` is the address for this guarantor."""

    dialect: Dialect
    door: str
    http: aiohttp.ClientSession = field(repr=False)
    now: Callable[[], Awaitable[datetime]]

    async def tell(
        self, guarantor_id: UUID, notice: Notice, *, key: Ed25519PrivateKey | None = None
    ) -> Answered:
        """Send what a notice is in this family; with `key` by a stranger. The first that fails."""
        dialect = self.dialect if key is None else self.dialect.stranger()
        file = base64.b64decode((notice.policy or {}).get("pdf", ""))
        answered = Answered(HTTPStatus.OK, "")
        for call, form in tell_forms(notice, dialect.names, file):
            answered = await self._call(dialect, guarantor_id, call, form)
            if answered.status != HTTPStatus.OK:
                break
        return answered

    async def _call(self, dialect: Dialect, guarantor_id: UUID, call: str, form: Form) -> Answered:
        at = await self.now()
        body = dialect.seal(call, form, at=at)
        url = dialect.address(self.door.format(guarantor_id=guarantor_id), call)
        headers = {"Content-Type": dialect.media_type}
        async with self.http.post(url, data=body, headers=headers) as response:
            answer = await response.content.read(ANSWER_BYTES_MAX)
            if response.status != HTTPStatus.OK:
                return Answered(response.status, answer.decode("utf-8", "replace"))
        try:
            fault, _ = self.dialect.read_answer(body, answer, at=await self.now())
        except WireRefused as error:
            fault = str(error)
        return Answered(HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK, fault)

    async def platform_key(self) -> str:
        """No Ed25519 key is asked for here."""
        raise NotImplementedError


def door_of(platform: str, family: str) -> str:
    """The address of the platform's door for a family, with a place for the guarantor's id."""
    return f"{platform}{PREFIX}/insurance/{DOOR_WORDS[family]}/{{guarantor_id}}"


def speaking(
    dialect: Dialect,
    handlers: Mapping[Any, Handler],
    now: Callable[[], Awaitable[datetime]],
) -> Handler:
    """One handler for all calls: opens them, hands the message on, and answers in the family."""

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fault, form = "", {}
        try:
            call, told = dialect.open(request.match_info["call"], body, at=await now())
            message = read_call(call, told, dialect.names)
            request[TOLD] = message
            response = await handlers[type(message)](request)
            if isinstance(response, web.Response) and response.body:
                form = _form(response.body, type(message), dialect.names)
        except WireRefused as error:
            fault = str(error)
        except web.HTTPClientError as error:
            fault = (error.text or "refused").strip()
        sealed = dialect.answer(body, form, fault=fault, at=await now())
        return web.Response(body=sealed, content_type=dialect.media_type)

    return handle


def fresh_gm_keys() -> GmKeys:
    """Keys of one side. Raises ProviderMissing."""
    return GmKeys(generate_sm2_key(), generate_sm2_key())


def _form(body: Any, asked: type[Any], names: Mapping[str, str]) -> dict[str, str]:
    answer: Struct = msgspec.json.decode(body, type=dict(ASKED.values())[asked])
    return to_form(answer, names)
