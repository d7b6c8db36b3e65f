"""Documents the platform issues, and their signatures, over HTTP."""

import secrets
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from aiohttp import web
from msgspec import Meta, Struct

from tendering.actions import issued_documents, signatures
from tendering.actions.announcements import Issuing, issue_announcement
from tendering.actions.issued_documents import Address
from tendering.actions.opening_records import issue_opening_record
from tendering.actions.signatures import Stamping
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, Line, LotNumber
from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.domain.time_stamping import SERIAL_BYTES, Stamper
from tendering.keeping import keep_opened_bids
from tendering.storage.connection import Connection

CERTIFICATE_BYTES_MAX = 16 * 1024
CHAIN_MAX = 3
SIGNATURE_BYTES_MAX = 80  # ECDSA on P-256, DER

EditionNumber = Annotated[int, Meta(ge=1, le=99)]
Certificate = Annotated[bytes, Meta(min_length=1, max_length=CERTIFICATE_BYTES_MAX)]


class PostPreparation(Struct, frozen=True, forbid_unknown_fields=True):
    """The certificate to sign with, DER, and the authorities above it, its issuer first."""

    certificate: Certificate
    chain: Annotated[list[Certificate], Meta(max_length=CHAIN_MAX)] = []


class PostSignature(Struct, frozen=True, forbid_unknown_fields=True):
    """The signature over the preparation's attributes: ECDSA P-256 with SHA-256, DER."""

    preparation: UUID
    signature: Annotated[bytes, Meta(min_length=8, max_length=SIGNATURE_BYTES_MAX)]


class PostOpeningRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """The lot whose opening is to be recorded."""

    lot: LotNumber


class PostIssued(Struct, frozen=True, forbid_unknown_fields=True):
    """What to issue: `lot` is the lot of a result, the number of a clarification, else empty."""

    kind: Literal["notice", "clarification", "result", "termination"]
    lot: LotNumber | None = None


class PostWaiver(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose signature is not waited for any longer, and why."""

    place: Annotated[int, Meta(ge=1, le=10_000)]
    reason: Line


class SignatoryAnswer(Struct, frozen=True):
    """Who signs at which place, and when it was done; `waived_because` when it was not."""

    place: int
    organization_id: UUID
    name: str
    title: str
    signed_at: Instant | None
    waived_because: str | None


class IssuedAnswer(Struct, frozen=True):
    """An issued document; `digest` is the SHA-256 of its newest PDF, hex.

    What belonged to a revoked award is void; what took its place is of the next `edition`.
    """

    kind: DocumentKind
    lot: str
    number: str
    digest: str
    signatories: list[SignatoryAnswer]
    issued_at: Instant
    completed_at: Instant | None
    edition: int = 1
    void_at: Instant | None = None


class IssuedList(Struct, frozen=True):
    """The documents that the asker may see, in the order they were issued."""

    items: list[IssuedAnswer]


class PreparationAnswer(Struct, frozen=True):
    """What to sign: `attributes`, DER; the prepared PDF that they speak of is at the `id`."""

    id: UUID
    attributes: bytes


async def get_issued(connection: Connection, actor: Actor | None, tender_id: UUID) -> IssuedList:
    """List the documents the platform has issued for a tender, with who signs and has signed."""
    found = await issued_documents.list_visible(connection, tender_id, actor)
    return IssuedList([issued_answer(document) for document in found])


async def get_issued_pdf(
    connection: Connection,
    actor: Actor | None,
    *,
    tender_id: UUID,
    kind: DocumentKind,
    lot: LotNumber | None = None,
    edition: EditionNumber | None = None,
) -> web.Response:
    """Read the newest PDF of a document; `lot` where there is one for each lot.

    `edition` for one that is void; without it the newest.
    """
    address = Address(tender_id, kind, lot or "", edition)
    document = await issued_documents.find(connection, address, actor)
    pdf = await issued_documents.read_pdf(connection, document)
    return _pdf(pdf, f"{document.number}.pdf")


async def post_signature_preparation(
    context: Context,
    actor: Actor,
    *,
    received_at: datetime,
    tender_id: UUID,
    kind: DocumentKind,
    body: PostPreparation,
    lot: LotNumber | None = None,
) -> PreparationAnswer:
    """Prepare your signature: the document gets your signature field, and you what to sign."""
    preparation = await signatures.prepare_signature(
        context.pool,
        context.keys,
        Address(tender_id, kind, lot or ""),
        preparation_id=uuid4(),
        certificate=body.certificate,
        chain=body.chain,
        by=actor,
        at=received_at,
    )
    return PreparationAnswer(preparation.id, preparation.attributes)


async def get_signature_preparation(
    connection: Connection,
    actor: Actor,
    *,
    tender_id: UUID,
    kind: DocumentKind,
    preparation_id: UUID,
    lot: LotNumber | None = None,
) -> web.Response:
    """Read the prepared PDF, to check before signing that the attributes speak of it."""
    preparation = await signatures.find_preparation(
        connection, Address(tender_id, kind, lot or ""), preparation_id, by=actor
    )
    return _pdf(preparation.pdf, f"{preparation_id}.pdf")


async def post_signature(
    context: Context,
    actor: Actor,
    *,
    received_at: datetime,
    tender_id: UUID,
    kind: DocumentKind,
    body: PostSignature,
    lot: LotNumber | None = None,
) -> None:
    """Give your signature; the platform adds a time stamp. The next one signs on top of it."""
    stamping = context.keys.timestamping
    await signatures.complete_signature(
        context.pool,
        context.keys,
        Address(tender_id, kind, lot or ""),
        preparation_id=body.preparation,
        signature=body.signature,
        stamping=Stamping(
            Stamper(stamping.certificate, stamping.key, context.demonstration),
            secrets.token_bytes(SERIAL_BYTES),
        ),
        by=actor,
        at=received_at,
    )


async def post_signature_waiver(
    connection: Connection,
    actor: Actor,
    *,
    received_at: datetime,
    tender_id: UUID,
    kind: DocumentKind,
    body: PostWaiver,
    lot: LotNumber | None = None,
) -> None:
    """Go on without a signature that did not come within half an hour of its turn (host)."""
    await signatures.waive_signature(
        connection,
        Address(tender_id, kind, lot or ""),
        place=body.place,
        reason=body.reason,
        by=actor,
        at=received_at,
    )


async def post_opening_record(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostOpeningRecord,
) -> IssuedAnswer:
    """Make the opening record of a lot and issue it for signature (host)."""
    # Whatever follows reads what the bids hold.
    await keep_opened_bids(context, tender_id, body.lot)
    document = await issue_opening_record(
        context.pool,
        tender_id,
        body.lot,
        by=actor,
        at=received_at,
        address=context.public_address,
    )
    return issued_answer(document)


async def post_issued(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostIssued,
) -> IssuedAnswer:
    """Issue the PDF of what was published: notice, clarification, result, termination (host)."""
    document = await issue_announcement(
        context.pool,
        Address(tender_id, DocumentKind(body.kind), body.lot or ""),
        Issuing(actor, received_at, context.public_address),
    )
    return issued_answer(document)


def issued_answer(document: IssuedDocument) -> IssuedAnswer:
    """A document as it is told of."""
    return IssuedAnswer(
        document.kind,
        document.lot,
        document.number,
        document.digest.hex(),
        [_signatory(one) for one in document.signatories],
        document.issued_at,
        document.completed_at,
        document.edition,
        document.void_at,
    )


def _signatory(one: Signatory) -> SignatoryAnswer:
    return SignatoryAnswer(
        one.place, one.organization_id, one.name, one.title, one.signed_at, one.waived_because
    )


def _pdf(content: bytes, name: str) -> web.Response:
    return web.Response(
        body=content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "private, no-cache",
        },
    )
