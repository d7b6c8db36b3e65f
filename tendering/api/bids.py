"""Sealed bids over HTTP: submit, withdraw, and see one's own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from crypto.canonical import digest
from crypto.container_digest import part_root
from crypto.seal_header import SEALED_HEADER_BYTES_MAX
from tendering.actions.bids import check_containers, withdraw_bid
from tendering.actions.statements import Said, read_statement, require_statement, statement_by
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, LotNumber
from tendering.api.problems import BodyTooLarge, InvalidRequest
from tendering.domain.bid import (
    COUNTER_MAX,
    MANIFEST_LABEL,
    WITHDRAWAL_LABEL,
    BidStatus,
    SealedBid,
    SealedEnvelope,
)
from tendering.domain.custody import Arrived
from tendering.domain.fields import Fields
from tendering.domain.key_policy import policy_digest, require_version, under, version_of
from tendering.domain.receipts import Receipt, receipt_json
from tendering.domain.refusals import Refused
from tendering.domain.refusals.bids import ManifestMismatch, StorageFull
from tendering.domain.tender import ENVELOPES, SUBMISSION_SECONDS_MAX, Tender, TenderStatus
from tendering.domain.uploads import SMALL_BYTES_MAX, require_owner
from tendering.group_writer import KnownTender
from tendering.storage import bids, receipts, tenders, uploads
from tendering.storage.connection import Connection, reading
from tendering.unlocking import read_head

Container = Annotated[bytes, Meta(min_length=1, max_length=SMALL_BYTES_MAX)]
Counter = Annotated[int, Meta(ge=1, le=COUNTER_MAX)]


class EnvelopeUploads(Struct, frozen=True, forbid_unknown_fields=True):
    """The uploads that hold the containers: one for each envelope that the tender asks for."""

    qualification: UUID | None = None
    technical: UUID | None = None
    price: UUID | None = None


class EnvelopeContainers(Struct, frozen=True, forbid_unknown_fields=True):
    """The containers themselves, in base64; together at most 128 KiB."""

    qualification: Container | None = None
    technical: Container | None = None
    price: Container | None = None


class PostBid(Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed bid: `manifest` is the bidder's signed statement about its containers.

    They are `uploads`, or if they are small they may come along as `containers`: one of the two.
    """

    lot: LotNumber
    counter: Counter
    manifest: dict[str, Any]
    uploads: EnvelopeUploads | None = None
    containers: EnvelopeContainers | None = None


class PostWithdrawal(Struct, frozen=True, forbid_unknown_fields=True):
    """A withdrawal and the bidder's signature under it."""

    lot: LotNumber
    counter: Counter
    statement: dict[str, Any]


class OwnBid(Struct, frozen=True):
    """A submission of one's own; `receipt` is its acknowledgement.

    `seal_again`: a key holder was replaced since it was sealed. It stays valid, but if its bidder
    loses its own key only those of its key holders can help that are left.
    """

    lot: str
    counter: int
    status: str
    received_at: Instant
    manifest_digest: str
    receipt: dict[str, Any]
    seal_again: bool


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
    await context.intake.turns.take()
    files = await _files(context, actor, body)
    said = read_statement(
        context.keys, body.manifest, label=MANIFEST_LABEL, uscc=actor.uscc, at=received_at
    )
    try:
        known = await context.intake.tender(tender_id)
        try:
            arrived = _at_the_door(known, actor, body, files, said, received_at=received_at)
        except Refused:
            # The tender may have changed since it was read.
            known = await context.intake.tender(tender_id, fresh=True)
            arrived = _at_the_door(known, actor, body, files, said, received_at=received_at)
    except Refused:
        # What was taken in once is answered the same for ever, whatever the door says today.
        receipt = await _given_before(context, actor, tender_id, body)
        if receipt is None:
            raise
        return receipt_json(receipt)
    return receipt_json(await context.intake.submit(arrived))


async def _given_before(
    context: Context, actor: Actor, tender_id: UUID, body: PostBid
) -> Receipt | None:
    async with reading(context.pool) as connection:
        receipt = await receipts.of_bidder(
            connection,
            bidder_id=actor.organization_id,
            manifest_digest=digest(MANIFEST_LABEL, body.manifest),
            act="bid.submitted",
        )
    if receipt is None or receipt.submission.tender_id != tender_id:
        return None
    return receipt


@dataclass(frozen=True, slots=True)
class _File:
    """A container as it lies here: its digest as the platform computed it, its first bytes."""

    id: UUID
    digest: bytes
    size_bytes: int
    head: bytes
    content: bytes | None = None


async def _files(context: Context, actor: Actor, body: PostBid) -> list[_File]:
    """The containers in the order of the envelopes."""
    if (body.uploads is None) == (body.containers is None):
        raise InvalidRequest("either uploads or containers", field="uploads")
    if body.containers is not None:
        contents = list(_by_kind(body.containers).values())
        if sum(map(len, contents)) > SMALL_BYTES_MAX:
            raise BodyTooLarge(bytes_max=SMALL_BYTES_MAX)
        if context.blobs.is_full:
            raise StorageFull
        return [
            _File(
                uuid4(),
                part_root(content),
                len(content),
                content[:SEALED_HEADER_BYTES_MAX],
                content,
            )
            for content in contents
        ]
    async with reading(context.pool) as connection:
        found = await uploads.get_all(connection, list(_by_kind(body.uploads).values()))
    for upload in found:
        require_owner(upload, actor.organization_id)
    heads = await asyncio.to_thread(
        lambda: [read_head(context.blobs.path(upload.id)) for upload in found]
    )
    return [
        _File(upload.id, upload.digest, upload.size_bytes, head)
        for upload, head in zip(found, heads, strict=True)
    ]


def _at_the_door(
    known: KnownTender,
    actor: Actor,
    body: PostBid,
    files: Sequence[_File],
    said: Said,
    *,
    received_at: datetime,
) -> Arrived:
    """All checks that need no key and no lock.

    Raises KeyPolicyReplaced, ManifestMismatch, ContainerRefused.
    """
    version = version_of(known.tender, body.manifest)
    require_version(known.tender, version, received_at=received_at)
    tender = under(known.tender, version)
    bid = _parse_bid(tender, actor, body, files, said.statement)
    heads = {envelope.kind: file.head for envelope, file in zip(bid.envelopes, files, strict=False)}
    statement = said.statement if isinstance(said.statement, dict) else {}
    return Arrived(
        bid=bid,
        ephemeral_keys=tuple(check_containers(tender, bid, heads, statement)),
        key_policy_digest=known.policy_digest if tender is known.tender else policy_digest(tender),
        received_at=received_at,
        certificate=said.certificate,
        serial=said.serial,
        contents={file.id: file.content for file in files if file.content is not None},
    )


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
        context.intake.terms,
        lot=body.lot,
        bidder_id=actor.organization_id,
        counter=body.counter,
        statement=body.statement,
        received_at=received_at,
    )
    return receipt_json(receipt)


async def get_own_bids(connection: Connection, actor: Actor, tender_id: UUID) -> OwnBids:
    """One's own submissions."""
    items: list[OwnBid] = []
    found = await bids.list_of_bidder(connection, tender_id, actor.organization_id)
    if not found:
        return OwnBids(items)
    tender = await tenders.get(connection, tender_id)
    for stored in found:
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
                seal_again=version_of(tender, stored.bid.manifest) < tender.policy_version
                and (stored.status, tender.status) == (BidStatus.SUBMITTED, TenderStatus.PUBLISHED),
            )
        )
    return OwnBids(items)


def _parse_bid(
    tender: Tender, actor: Actor, body: PostBid, files: Sequence[_File], statement: object
) -> SealedBid:
    """The bid as the manifest says it, over the containers as they lie here."""
    fields = Fields(statement, "manifest", ManifestMismatch)
    envelopes = [
        SealedEnvelope(
            kind=kind,
            upload_id=file.id,
            context=_hex(said, "context"),
            digest=file.digest,
            size_bytes=file.size_bytes,
            recipient=said.text("recipient"),
        )
        for file, kind, said in zip(
            files,
            _by_kind(body.uploads or body.containers),
            fields.each("envelopes", most=len(ENVELOPES)),
            strict=False,
        )
    ]
    return SealedBid(
        tender.id,
        body.lot,
        actor.organization_id,
        body.counter,
        tuple(envelopes),
        body.manifest,
    )


def _by_kind(sent: EnvelopeUploads | EnvelopeContainers | None) -> dict[str, Any]:
    """What was sent, in the order of the envelopes."""
    return {kind: one for kind in ENVELOPES if (one := getattr(sent, kind, None)) is not None}


def _hex(fields: Fields, key: str) -> bytes:
    try:
        return bytes.fromhex(fields.text(key))
    except ValueError as error:
        raise ManifestMismatch("not hexadecimal", field=key) from error
