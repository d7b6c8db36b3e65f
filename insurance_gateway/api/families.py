"""The doors for guarantors of the other families: SM2-signed JSON, and XML.

They answer as their family does: status and reason in a signed envelope. What was refused stands in
the guarantor's console as well.
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from aiohttp import web

from crypto.request_signatures import Signed, WireRefused
from insurance_gateway import gm_envelope, xml_envelope
from insurance_gateway.api.taking import keep_file, note_refusal, take_notice
from insurance_gateway.context import InsuranceContext
from insurance_gateway.forms import GM_NAMES, XML_NAMES, Told, read_told
from insurance_gateway.line_keys import gm_keys, line_secret
from insurance_gateway.storage import guarantors
from insurance_gateway.storage.guarantors import Family, Guarantor
from tendering.api import requests
from tendering.api.problems import EdgeProblem
from tendering.domain.refusals import Refused
from tendering.domain.refusals.guarantees import GuarantorUnknown
from tendering.storage.connection import reading, transaction

BYTES_MAX: Final = xml_envelope.BYTES_MAX
XML: Final = "application/xml"
GmCall = Literal["status", "result", "file", "matter"]


async def post_gm_call(
    insurance: InsuranceContext, request: web.Request, guarantor_id: UUID, call: GmCall
) -> web.Response:
    """A call of a guarantor of the JSON family that signs with SM2 and SM3."""
    body = await requests.read_json(request, bytes_max=BYTES_MAX)
    at = insurance.now()
    guarantor = await _of_family(insurance, guarantor_id, "gm_json")
    keys = gm_keys(insurance.seed)
    status, said = "1", ""
    try:
        form, signed = _unsealed_gm(insurance, guarantor, body, at)
        told = read_told(call, form, GM_NAMES, guarantor_id=guarantor.id)
        said = await _take(insurance, guarantor, told, signed, at)
    except (WireRefused, Refused, EdgeProblem) as refusal:
        status, said = "0", str(refusal)
        await note_refusal(insurance, guarantor, call, _code(refusal), said)
    answer = gm_envelope.answer(body, keys, {"status": status, "ackMsg": said[:200]})
    return web.Response(body=answer, content_type="application/json")


async def post_xml_call(
    insurance: InsuranceContext, request: web.Request, guarantor_id: UUID
) -> web.Response:
    """A call of a guarantor of the XML family; the root element says which."""
    body = await requests.read_json(request, bytes_max=BYTES_MAX, media_type=XML)
    at = insurance.now()
    guarantor = await _of_family(insurance, guarantor_id, "xml")
    known = [line_secret(insurance.seed, key) for key in guarantor.keys_at(at)]
    flag, said = "1", ""
    try:
        opened = xml_envelope.unseal(body, known, at=at)
        told = read_told(opened.call, opened.form, XML_NAMES, guarantor_id=guarantor.id)
        said = await _take(insurance, guarantor, told, opened.signed, at)
    except (WireRefused, Refused, EdgeProblem) as refusal:
        flag, said = "0", str(refusal)
        await note_refusal(insurance, guarantor, "xml", _code(refusal), said)
    answer = xml_envelope.answer(
        {"resultFlag": flag, "resultMessage": said[:200]},
        known[0],
        request_id=xml_envelope.request_id_of(body),
        at=at,
    )
    return web.Response(body=answer, content_type=XML)


def fresh_salt() -> bytes:
    """What the secret shared with a guarantor of the XML family is derived from."""
    return secrets.token_bytes(32)


def _unsealed_gm(
    insurance: InsuranceContext, guarantor: Guarantor, body: bytes, at: datetime
) -> tuple[dict[str, str], Signed]:
    """The form, signed by the guarantor's key or, while it changes, by the one before."""
    keys = gm_keys(insurance.seed)
    newest, *older = guarantor.keys_at(at)
    for key in older:
        try:
            return gm_envelope.unseal(body, keys, key, at=at)
        except WireRefused:
            continue
    return gm_envelope.unseal(body, keys, newest, at=at)


async def _of_family(insurance: InsuranceContext, guarantor_id: UUID, family: Family) -> Guarantor:
    async with reading(insurance.pool) as connection:
        guarantor = await guarantors.get(connection, guarantor_id)
    if guarantor.family != family:
        raise GuarantorUnknown
    return guarantor


async def _take(
    insurance: InsuranceContext, guarantor: Guarantor, told: Told, signed: Signed, at: datetime
) -> str:
    """Keep the file, take in the notices; why the order does not move, if so."""
    if told.file is not None:
        digest = hashlib.sha256(told.file).digest()
        async with transaction(insurance.pool) as connection:
            await keep_file(connection, guarantor, told.order_id, digest, told.file, at=at)
    reason = ""
    for number, notice in enumerate(told.notices):
        # One message, several notices: each has a nonce of its own.
        each = replace(signed, nonce=f"{signed.nonce}:{number}")
        order = await take_notice(insurance, guarantor, notice, each, at=at)
        reason = order.reason
    return reason


def _code(refusal: WireRefused | Refused | EdgeProblem) -> str:
    return "message-signature-refused" if isinstance(refusal, WireRefused) else refusal.code
