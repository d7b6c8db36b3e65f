"""Signing issued documents: prepare, complete, go on without a signature that does not come.

Each signature keeps in the document what tells that its certificate was not revoked (PAdES B-LT).
Making and checking a PDF signature takes a second of computing: it happens in a thread between a
read and a transaction, which then finds out whether somebody was faster.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.certificates import facts
from crypto.errors import BadCertificate, CryptoError
from crypto.pdf_signatures import verify_pdf
from tendering.actions.certificates import lists_for, require_valid
from tendering.actions.contracts import record_signed
from tendering.actions.issued_documents import Address, find, read_pdf
from tendering.actions.opening_records import RECORDS, record_opening
from tendering.documents import signing
from tendering.domain.issuing import (
    DocumentKind,
    IssuedDocument,
    Signatory,
    decide_signature,
    decide_waiver,
    require_turn,
    signed_by,
)
from tendering.domain.journal import Event
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.signatures import DocumentChanged, NotASignatory, SignatureRefused
from tendering.domain.tender import Tender, require_party
from tendering.domain.time_stamping import Stamper
from tendering.keys import PlatformKeys
from tendering.storage import issued_documents, journal, tenders
from tendering.storage.connection import Connection, Pool, reading, transaction
from tendering.storage.issued_documents import Preparation


@dataclass(frozen=True, slots=True)
class Stamping:
    """The platform's own time-stamping authority, and 16 fresh random bytes for one token."""

    stamper: Stamper
    chance: bytes


async def prepare_signature(
    pool: Pool,
    keys: PlatformKeys,
    address: Address,
    *,
    preparation_id: UUID,
    certificate: bytes,
    chain: Sequence[bytes],
    by: Actor,
    at: datetime,
) -> Preparation:
    """Append the actor's signature field to the document, with all but the signature value.

    `certificate` and `chain` are DER. Raises NotFound, NotASignatory, SignatureRefused,
    DocumentChanged.
    """
    async with reading(pool) as connection:
        document = await find(connection, address, by)
        turn = require_turn(document, by)
        await _require_certificate(connection, keys, turn, certificate, by=by, at=at)
        pdf = await read_pdf(connection, document)
        lists = await lists_for(connection, keys, certificate, at=at)
    prepared = await asyncio.to_thread(
        _prepared,
        pdf,
        f"{document.number} {turn.title} {turn.name}",
        turn,
        certificates=[certificate, *chain],
        lists=lists,
        at=at,
    )
    preparation = Preparation(
        preparation_id, turn.place, certificate, prepared.attributes, prepared.pdf
    )
    async with transaction(pool) as connection:
        await tenders.lock(connection, address.tender_id)
        await _require_unchanged(connection, document)
        await issued_documents.save_preparation(connection, document, preparation)
    return preparation


async def find_preparation(
    connection: Connection, address: Address, preparation_id: UUID, *, by: Actor
) -> Preparation:
    """What waits for the actor's signature, to be checked before it is given. Raises NotFound."""
    document = await find(connection, address, by)
    preparation = await issued_documents.get_preparation(connection, document, preparation_id)
    turn = document.next
    if preparation is None or turn is None or not turn.is_of(by):
        raise NotFound
    return preparation


async def complete_signature(
    pool: Pool,
    keys: PlatformKeys,
    address: Address,
    *,
    preparation_id: UUID,
    signature: bytes,
    stamping: Stamping,
    by: Actor,
    at: datetime,
) -> None:
    """Put the actor's signature (DER, ECDSA) and a time stamp into the prepared document.

    Again with the same preparation it does nothing: the first answer may have been lost. Raises
    NotFound, NotASignatory, SignatureRefused, DocumentChanged.
    """
    async with reading(pool) as connection:
        document = await find(connection, address, by)
        if signed_by(document, by, preparation_id):
            return
        turn = require_turn(document, by)
        preparation = await issued_documents.get_preparation(connection, document, preparation_id)
        if preparation is None or preparation.place != turn.place:
            raise DocumentChanged("this preparation is not the newest: prepare anew")
        # The certificate may have expired, or been revoked, since the document was prepared.
        await _require_certificate(connection, keys, turn, preparation.certificate, by=by, at=at)
    pdf = await asyncio.to_thread(_completed, preparation, signature, keys, stamping, at)
    async with transaction(pool) as connection:
        tender = await tenders.lock(connection, address.tender_id)
        current = await _current(connection, document)
        if signed_by(current, by, preparation_id):
            return
        if current.digest != document.digest:
            raise DocumentChanged("somebody signed meanwhile")
        after, events = decide_signature(
            current,
            turn,
            preparation=preparation_id,
            digest=hashlib.sha256(pdf).digest(),
            at=at,
        )
        await _save(connection, tender, after, pdf, events, at=at)


async def waive_signature(
    connection: Connection, address: Address, *, place: int, reason: str, by: Actor, at: datetime
) -> None:
    """The host goes on without a signature that did not come in time.

    Raises NotFound, Forbidden, DocumentChanged, ReasonMissing, SignaturesMissing.
    """
    tender = await tenders.lock(connection, address.tender_id)
    require_party(tender, by.organization_id)
    document = await find(connection, address, by)
    after, events = decide_waiver(document, place=place, reason=reason, at=at)
    await _save(connection, tender, after, None, events, at=at)


async def _save(
    connection: Connection,
    tender: Tender,
    document: IssuedDocument,
    pdf: bytes | None,
    events: Sequence[Event],
    *,
    at: datetime,
) -> None:
    await issued_documents.save(connection, document, pdf)
    await issued_documents.delete_preparation(connection, document)
    for event in events:
        await journal.append(connection, tender.id, document.stream, event, at=at)
    if document.completed_at is not None and document.kind in RECORDS:
        await record_opening(connection, tender, document, at=at)
    if document.completed_at is not None and document.kind is DocumentKind.CONTRACT:
        await record_signed(connection, tender, document, at=at)


async def _current(connection: Connection, document: IssuedDocument) -> IssuedDocument:
    """The document as it is now. Raises DocumentChanged: it is void."""
    current = await issued_documents.get(
        connection, document.tender_id, document.kind, document.lot
    )
    if current is None or current.edition != document.edition:
        raise DocumentChanged("the award is revoked, and this document void")
    return current


async def _require_unchanged(connection: Connection, document: IssuedDocument) -> None:
    if await _current(connection, document) != document:
        raise DocumentChanged("somebody signed meanwhile")


async def _require_certificate(
    connection: Connection,
    keys: PlatformKeys,
    turn: Signatory,
    certificate: bytes,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """May this certificate sign at this place? Raises SignatureRefused."""
    uscc = by.uscc
    if turn.certificate is not None:
        if hashlib.sha256(certificate).hexdigest() != turn.certificate:
            raise SignatureRefused("not the certificate this signatory checked in with")
        # A member answers as a person: whose code stands in the certificate does not matter.
        uscc = facts(certificate).uscc
    if turn.person_id is None and by.organization_id != turn.organization_id:
        raise NotASignatory
    await require_valid(connection, keys, certificate, uscc=uscc, at=at)


def _prepared(
    pdf: bytes,
    reason: str,
    turn: Signatory,
    *,
    certificates: Sequence[bytes],
    lists: Sequence[bytes],
    at: datetime,
) -> signing.Prepared:
    """Blocks for a second of computing. Raises SignatureRefused."""
    place = None
    if turn.box is not None:
        box = turn.box
        place = signing.SignaturePlace(box.page, (box.left, box.bottom, box.right, box.top))
    try:
        for each in certificates:
            facts(each)
        return signing.prepare(
            pdf,
            field=turn.field,
            certificate=certificates[0],
            chain=certificates[1:],
            signed_at=at,
            reason=reason,
            place=place,
            seal_text=turn.name if turn.person_id is None else None,
            revocation_lists=lists,
        )
    except BadCertificate as error:
        raise SignatureRefused(str(error)) from error


def _completed(
    preparation: Preparation,
    signature: bytes,
    keys: PlatformKeys,
    stamping: Stamping,
    at: datetime,
) -> bytes:
    """Blocks for a second of computing. Raises SignatureRefused."""

    async def stamp(digest: bytes) -> bytes:
        return stamping.stamper.stamp(digest, at=at, chance=stamping.chance)

    try:
        prepared = signing.Prepared.from_bytes(preparation.pdf)
        # `complete` waits for nothing but `stamp`; in this thread it has a loop of its own.
        pdf = asyncio.run(signing.complete(prepared, signature, timestamper=stamp))
        # Nothing is kept that somebody who checks it offline would not accept.
        verify_pdf(pdf, trusted_roots=keys.trusted_roots(), at=None)
    except CryptoError as error:
        raise SignatureRefused(str(error)) from error
    return pdf
