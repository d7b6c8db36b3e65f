"""Sealed bids over HTTP: submit, withdraw, and see one's own."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from crypto.canonical import digest
from tendering.actions.bids import ReceiptTerms, check_containers, submit_bid, withdraw_bid
from tendering.actions.statements import require_statement, statement_by
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, LotNumber
from tendering.domain.bid import (
    COUNTER_MAX,
    MANIFEST_LABEL,
    WITHDRAWAL_LABEL,
    SealedBid,
    SealedEnvelope,
)
from tendering.domain.fields import Fields
from tendering.domain.receipts import receipt_json
from tendering.domain.refusals import ManifestMismatch
from tendering.domain.tender import ENVELOPES, SUBMISSION_SECONDS_MAX, Tender
from tendering.domain.uploads import Upload, require_owner
from tendering.storage import bids, receipts, tenders, uploads
from tendering.storage.connection import Connection, reading, transaction
from tendering.unlocking import read_header

Counter = Annotated[int, Meta(ge=1, le=COUNTER_MAX)]


class EnvelopeUploads(Struct, frozen=True, forbid_unknown_fields=True):
    """The uploads that hold the three containers."""

    qualification: UUID
    technical: UUID
    price: UUID


class PostBid(Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed bid: `manifest` is the bidder's signed statement about its containers."""

    lot: LotNumber
    counter: Counter
    uploads: EnvelopeUploads
    manifest: dict[str, Any]


class PostWithdrawal(Struct, frozen=True, forbid_unknown_fields=True):
    """A withdrawal and the bidder's signature under it."""

    lot: LotNumber
    counter: Counter
    statement: dict[str, Any]


class OwnBid(Struct, frozen=True):
    """A submission of one's own; `receipt` is its acknowledgement."""

    lot: str
    counter: int
    status: str
    received_at: Instant
    manifest_digest: str
    receipt: dict[str, Any]


class OwnBids(Struct, frozen=True):
    """One's own submissions to a tender."""

    items: list[OwnBid]


async def post_bid(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostBid,
) -> dict[str, Any]:
    """Submit a sealed bid, or replace one's earlier bid. The same manifest again: same receipt."""
    # What takes longer is cut off: otherwise the opening could overtake a bid that was in time.
    async with asyncio.timeout(SUBMISSION_SECONDS_MAX):
        return await _submit(context, actor, tender_id, body, received_at=received_at)


async def _submit(
    context: Context, actor: Actor, tender_id: UUID, body: PostBid, *, received_at: datetime
) -> dict[str, Any]:
    async with reading(context.pool) as connection:
        known = await receipts.of_bidder(
            connection,
            bidder_id=actor.organization_id,
            manifest_digest=digest(MANIFEST_LABEL, body.manifest),
            act="bid.submitted",
        )
        if known is not None and known.submission.tender_id == tender_id:
            return receipt_json(known)
        tender = await tenders.get(connection, tender_id)
        found = await uploads.get_all(
            connection, [getattr(body.uploads, kind) for kind in ENVELOPES]
        )
        statement = await statement_by(
            connection,
            context.keys,
            body.manifest,
            label=MANIFEST_LABEL,
            uscc=actor.uscc,
            at=received_at,
        )
    bid = _parse_bid(tender, actor, body, found, statement)
    headers = {
        envelope.kind: await asyncio.to_thread(read_header, context.blobs, envelope)
        for envelope in bid.envelopes
    }
    said = statement if isinstance(statement, dict) else {}
    ephemeral_keys = check_containers(tender, bid, headers, said)
    async with transaction(context.pool) as connection:
        receipt = await submit_bid(
            connection, bid, ephemeral_keys, _terms(context), received_at=received_at
        )
    return receipt_json(receipt)


async def post_withdrawal(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostWithdrawal,
) -> dict[str, Any]:
    """Take one's bid back before the deadline."""
    statement = await statement_by(
        connection,
        context.keys,
        body.statement,
        label=WITHDRAWAL_LABEL,
        uscc=actor.uscc,
        at=received_at,
    )
    require_statement(
        statement,
        {
            "tender_id": str(tender_id),
            "lot": body.lot,
            "bidder_id": str(actor.organization_id),
            "counter": body.counter,
        },
    )
    receipt = await withdraw_bid(
        connection,
        tender_id,
        _terms(context),
        lot=body.lot,
        bidder_id=actor.organization_id,
        counter=body.counter,
        received_at=received_at,
    )
    return receipt_json(receipt)


async def get_own_bids(connection: Connection, actor: Actor, tender_id: UUID) -> OwnBids:
    """One's own submissions."""
    items = []
    for stored in await bids.list_of_bidder(connection, tender_id, actor.organization_id):
        receipt = await receipts.of_bidder(
            connection,
            bidder_id=actor.organization_id,
            manifest_digest=stored.bid.manifest_digest,
            act="bid.submitted",
        )
        assert receipt is not None
        items.append(
            OwnBid(
                stored.bid.lot,
                stored.bid.counter,
                stored.status,
                stored.received_at,
                stored.bid.manifest_digest.hex(),
                receipt_json(receipt),
            )
        )
    return OwnBids(items)


def _parse_bid(
    tender: Tender, actor: Actor, body: PostBid, found: Sequence[Upload], statement: object
) -> SealedBid:
    """The bid as the manifest says it, over the uploads as they lie on the disk."""
    fields = Fields(statement, "manifest", ManifestMismatch)
    envelopes = []
    for upload, kind, said in zip(
        found, ENVELOPES, fields.each("envelopes", most=len(ENVELOPES)), strict=False
    ):
        require_owner(upload, actor.organization_id)
        envelope = SealedEnvelope(
            kind=kind,
            upload_id=upload.id,
            context=_hex(said, "context"),
            digest=upload.digest,
            size_bytes=upload.size_bytes,
            recipient=said.text("recipient"),
        )
        envelopes.append(envelope)
    return SealedBid(
        tender.id,
        body.lot,
        actor.organization_id,
        body.counter,
        tuple(envelopes),
        body.manifest,
    )


def _hex(fields: Fields, key: str) -> bytes:
    try:
        return bytes.fromhex(fields.text(key))
    except ValueError as error:
        raise ManifestMismatch("not hexadecimal", field=key) from error


def _terms(context: Context) -> ReceiptTerms:
    return ReceiptTerms(
        key=context.keys.receipt,
        origin=context.keys.log.name,
        within_seconds=context.log_interval_seconds,
        leaf_nonce=secrets.token_bytes(32),
        custody_nonce=secrets.token_bytes(32),
    )
