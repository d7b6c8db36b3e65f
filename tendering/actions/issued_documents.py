"""Issuing a PDF that parties sign in turn, and reading what was issued, as far as one may."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from tendering.documents.data import Heading, JournalMark
from tendering.documents.typesetting import Rendered, Signer
from tendering.domain.disclosure import sees_all
from tendering.domain.issuing import (
    OF_THE_TENDER,
    DocumentKind,
    IssuedDocument,
    Place,
    Signatory,
    document_number,
    in_order,
    issued,
    proof_address,
)
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.signatures import DocumentChanged
from tendering.domain.roles import Role
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import issued_documents, journal, organizations, tenders
from tendering.storage.connection import Connection

# What is issued of a first round while its bidders are secret, and tells of none of them.
_SAY_NO_NAMES: Final = frozenset(
    {DocumentKind.NOTICE, DocumentKind.CLARIFICATION, DocumentKind.TERMINATION}
)


@dataclass(frozen=True, slots=True)
class Address:
    """Which document: with an empty `lot`, the only one of its kind.

    With an `edition`, that one, though it be void; without, the newest.
    """

    tender_id: UUID
    kind: DocumentKind
    lot: str = ""
    edition: int | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """How far the streams of a tender had come when a document was put together."""

    public: JournalMark
    custody: JournalMark
    committee: JournalMark


async def issue(
    connection: Connection,
    tender: Tender,
    kind: DocumentKind,
    pdf: bytes,
    signatories: Sequence[Signatory],
    *,
    lot: str = "",
    secret: bool = False,
    at: datetime,
) -> IssuedDocument:
    """Issue a PDF; the signatories sign it in the order given. The caller holds the tender's lock.

    A `secret` document is told of in the committee's stream. Raises DocumentChanged when the lot
    has one of this kind already.
    """
    edition = await issued_documents.next_edition(connection, tender.id, kind, lot)
    document = IssuedDocument(
        tender_id=tender.id,
        lot=lot,
        kind=kind,
        number=document_number(tender.number, kind, lot, edition),
        digest=hashlib.sha256(pdf).digest(),
        signatories=in_order(signatories),
        secret=secret,
        issued_at=at,
        edition=edition,
    )
    if not await issued_documents.insert(connection, document, pdf):
        raise DocumentChanged("this document has been issued already", kind=kind, lot=lot)
    await journal.append(connection, tender.id, document.stream, issued(document), at=at)
    return document


async def find_issued(
    connection: Connection, tender: Tender, kind: DocumentKind, lot: str
) -> IssuedDocument | None:
    """The document of this kind that stands for the lot, whoever may see it.

    Raises NotFound: no such lot.
    """
    tender.lot(lot)
    return await issued_documents.get(connection, tender.id, kind, lot)


async def marks_of(connection: Connection, tender_id: UUID) -> Marks:
    """How far the journal has come. Every deed leaves an entry: equal marks, equal state."""
    heads = [await journal.head(connection, tender_id, stream) for stream in Stream]
    marks = {
        stream: JournalMark(seq, head.hex())
        for stream, (seq, head) in zip(Stream, heads, strict=True)
    }
    return Marks(marks[Stream.PUBLIC], marks[Stream.CUSTODY], marks[Stream.COMMITTEE])


async def document_heading(
    connection: Connection,
    tender: Tender,
    kind: DocumentKind,
    lot: str,
    *,
    at: datetime,
    address: str = "",
) -> Heading:
    """What stands at the head of a document of the lot. Raises NotFound: no such lot.

    `address` is the platform's own, as browsers see it; without it the document has no QR code.
    """
    of_lot = "" if kind in OF_THE_TENDER else lot
    edition = await issued_documents.next_edition(connection, tender.id, kind, lot)
    return Heading(
        number=document_number(tender.number, kind, lot, edition),
        tender_number=tender.number,
        tender_title=tender.title,
        lot=of_lot,
        lot_title=tender.lot(of_lot).title if of_lot else "",
        procuring_entity=await named(connection, tender.procuring_entity_id),
        agency="" if tender.agency_id is None else await named(connection, tender.agency_id),
        made_at=at,
        demonstration=tender.demonstration,
        proof=proof_address(address, tender.id, kind, lot) if address else "",
    )


async def named(connection: Connection, organization_id: UUID) -> str:
    """The name of an organization that is party to something."""
    organization = await organizations.get(connection, organization_id)
    assert organization is not None, "a party is registered"
    return organization.name


def signers_of(signatories: Sequence[Signatory]) -> tuple[Signer, ...]:
    """The same as the page shows them."""
    return tuple(Signer(one.title, one.name, one.person_id is not None) for one in signatories)


def placed(signatories: Sequence[Signatory], rendered: Rendered) -> tuple[Signatory, ...]:
    """The same, each with the place on the page that was kept for it."""
    return tuple(
        replace(one, box=Place(place.page, *place.box))
        for one, place in zip(signatories, rendered.places, strict=True)
    )


async def list_visible(
    connection: Connection, tender_id: UUID, actor: Actor | None
) -> list[IssuedDocument]:
    """The documents of a tender that the asker may see. Raises NotFound."""
    tender = await tenders.get(connection, tender_id)
    return [
        document
        for document in await issued_documents.list_of_tender(connection, tender_id)
        if _may_see(tender, document, actor)
    ]


async def find(connection: Connection, address: Address, actor: Actor | None) -> IssuedDocument:
    """The document at an address. Raises NotFound, also when it is not for the asker's eyes."""
    found = [
        document
        for document in await list_visible(connection, address.tender_id, actor)
        if document.kind is address.kind
        and address.lot in {"", document.lot}
        and address.edition in {None, document.edition}
    ]
    if len({document.lot for document in found}) != 1:
        raise NotFound("name the lot" if found else "")
    return max(found, key=lambda document: document.edition)


async def read_pdf(connection: Connection, document: IssuedDocument) -> bytes:
    """The bytes of a document that was found. Raises DocumentChanged: it was signed meanwhile."""
    pdf = await issued_documents.pdf_of(connection, document)
    if pdf is None:
        raise DocumentChanged
    return pdf


def _may_see(tender: Tender, document: IssuedDocument, actor: Actor | None) -> bool:
    if not document.secret:
        told = document.kind in _SAY_NO_NAMES or sees_all(tender, actor)
        return told and tender.status is not TenderStatus.DRAFT
    if actor is None:
        return False
    if actor.role in {Role.PROCURING_ENTITY, Role.AGENCY}:
        return actor.organization_id in {tender.procuring_entity_id, tender.agency_id}
    if actor.role is Role.SUPERVISOR:
        return actor.organization_id == tender.supervisor_id
    return any(one.is_of(actor) for one in document.signatories)
