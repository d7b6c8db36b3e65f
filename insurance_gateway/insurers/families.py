"""Guarantors of every family behind one line: our own format, SM2-signed JSON, and XML.

The message is the same internal one; the family says in which names, units and envelope it goes.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

import aiohttp

from crypto.gm_curve import reduced_scalar
from crypto.gm_sm2 import MATERIAL_BYTES
from crypto.request_signatures import WireRefused
from insurance_gateway import gm_envelope, xml_envelope
from insurance_gateway.forms import GM_NAMES, XML_NAMES, call_of, read_form, to_form
from insurance_gateway.insurers.insurer import Insurer, InsurerRefused, InsurerUnavailable
from insurance_gateway.insurers.posting import post
from insurance_gateway.line_keys import gm_keys, line_secret
from insurance_gateway.storage.guarantors import Family, Guarantor
from insurance_gateway.wire import (
    LIST_BYTES_MAX,
    IssuedAsked,
    IssuedList,
    Quote,
    QuoteRequest,
    ToGuarantor,
)

# Where no area is known: the code of the whole country.
AREA = "100000"
Answer = TypeVar("Answer", Quote, IssuedList)


@dataclass(frozen=True, slots=True)
class Families:
    """Each guarantor's line, by its family."""

    lines: Mapping[Family, Insurer]

    async def quote(self, guarantor: Guarantor, asked: QuoteRequest) -> Quote:
        """What a cover costs."""
        return await self.lines[guarantor.family].quote(guarantor, asked)

    async def send(self, guarantor: Guarantor, message_id: UUID, message: ToGuarantor) -> None:
        """Hand over a message."""
        await self.lines[guarantor.family].send(guarantor, message_id, message)

    async def issued(self, guarantor: Guarantor, asked: IssuedAsked) -> IssuedList:
        """The list of a day."""
        return await self.lines[guarantor.family].issued(guarantor, asked)


@dataclass(frozen=True, slots=True)
class GmJson:
    """The JSON family with SM2 and SM3: `POST {endpoint}/{call}`."""

    http: aiohttp.ClientSession = field(repr=False)
    seed: bytes = field(repr=False)
    now: Callable[[], datetime]
    seconds_max: float

    async def quote(self, guarantor: Guarantor, asked: QuoteRequest) -> Quote:
        """What a cover costs."""
        return _read(await self._ask(guarantor, asked), Quote, GM_NAMES)

    async def issued(self, guarantor: Guarantor, asked: IssuedAsked) -> IssuedList:
        """The list of a day."""
        return _read(await self._ask(guarantor, asked), IssuedList, GM_NAMES)

    async def send(self, guarantor: Guarantor, message_id: UUID, message: ToGuarantor) -> None:
        """Hand over a message; the order number in it makes repetition harmless."""
        del message_id
        await self._ask(guarantor, message)

    async def _ask(
        self, guarantor: Guarantor, message: QuoteRequest | IssuedAsked | ToGuarantor
    ) -> dict[str, str]:
        keys = gm_keys(self.seed)
        body = gm_envelope.seal(
            to_form(message, GM_NAMES),
            keys,
            guarantor.public_key,
            at=self.now(),
            nonce=secrets.token_hex(16),
            ephemeral=reduced_scalar(secrets.token_bytes(MATERIAL_BYTES)),
        )
        url = f"{guarantor.endpoint}/{call_of(message)}"
        headers = {"Content-Type": "application/json"}
        answer = await post(
            self.http,
            url,
            body,
            headers,
            seconds_max=self.seconds_max,
            bytes_max=LIST_BYTES_MAX,
        )
        try:
            form = gm_envelope.read_answer(body, answer, guarantor.public_key)
        except WireRefused as error:
            raise InsurerUnavailable(str(error)) from error
        if form.pop("status", "") != "1":
            raise InsurerRefused(form.get("ackMsg", "")[:200])
        return form


@dataclass(frozen=True, slots=True)
class XmlForms:
    """The XML family: `POST {endpoint}/{call}`."""

    http: aiohttp.ClientSession = field(repr=False)
    seed: bytes = field(repr=False)
    now: Callable[[], datetime]
    seconds_max: float

    async def quote(self, guarantor: Guarantor, asked: QuoteRequest) -> Quote:
        """What a cover costs."""
        return _read(await self._ask(guarantor, uuid4(), asked), Quote, XML_NAMES)

    async def issued(self, guarantor: Guarantor, asked: IssuedAsked) -> IssuedList:
        """The list of a day."""
        return _read(await self._ask(guarantor, uuid4(), asked), IssuedList, XML_NAMES)

    async def send(self, guarantor: Guarantor, message_id: UUID, message: ToGuarantor) -> None:
        """Hand over a message, under the same request id in every attempt."""
        await self._ask(guarantor, message_id, message)

    async def _ask(
        self,
        guarantor: Guarantor,
        message_id: UUID,
        message: QuoteRequest | IssuedAsked | ToGuarantor,
    ) -> dict[str, str]:
        secret, at = line_secret(self.seed, guarantor.public_key), self.now()
        request_id = f"{AREA}{message_id}"
        form = to_form(message, XML_NAMES)
        call = call_of(message)
        body = xml_envelope.seal(call, form, secret, request_id=request_id, at=at)
        url = f"{guarantor.endpoint}/{call}"
        headers = {"Content-Type": "application/xml"}
        answer = await post(
            self.http,
            url,
            body,
            headers,
            seconds_max=self.seconds_max,
            bytes_max=LIST_BYTES_MAX,
        )
        try:
            told = xml_envelope.read_answer(answer, [secret], request_id=request_id, at=self.now())
        except WireRefused as error:
            raise InsurerUnavailable(str(error)) from error
        if told.pop("resultFlag", "") != "1":
            raise InsurerRefused(told.get("resultMessage", "")[:200])
        told.pop("resultMessage", None)
        return told


def _read(form: dict[str, str], kind: type[Answer], names: Mapping[str, str]) -> Answer:
    form.pop("ackMsg", None)
    try:
        answer: Answer = read_form(form, kind, names)
    except WireRefused as error:
        raise InsurerRefused(f"the answer is not in the form agreed: {error}") from error
    return answer
