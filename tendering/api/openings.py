"""The opening over HTTP: sign in, unlock, the key holders' remedy, reveal, confirm."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from crypto.canonical import JsonValue
from crypto.sealed_file import check_share
from tendering.actions import openings as deeds
from tendering.actions import remedies
from tendering.actions.opening_attempts import bid_to_look_at, note_attempt
from tendering.actions.small_containers import place_containers
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, LotNumber
from tendering.api.tender_views import visible_tender
from tendering.domain.disclosure import sees_all
from tendering.domain.key_policy import number_for
from tendering.domain.opening import OpeningPhase, UnlockedBy, require_unlocking
from tendering.domain.opening_forms import form_to_read
from tendering.domain.refusals import NotFound, Refused
from tendering.domain.refusals.openings import BidDoesNotOpen, WrongShare
from tendering.domain.tender import ENVELOPES, Tender, TenderStatus
from tendering.keeping import keep_after_verdict
from tendering.remedies import (
    judge,
    judge_locked,
    open_in_thread,
    open_with_shares,
)
from tendering.storage import bids, openings, tenders
from tendering.storage.bids import StoredBid
from tendering.storage.connection import Connection, reading, transaction
from tendering.unlocking import envelopes_in, read_header, stored_digests

Secret16 = Annotated[bytes, Meta(min_length=16, max_length=16)]


class LotBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which lot."""

    lot: LotNumber


class FileKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """16 bytes for each container that the tender asks for. Never the opening key itself."""

    qualification: Secret16 | None = None
    technical: Secret16 | None = None
    price: Secret16 | None = None

    def by_kind(self) -> dict[str, bytes]:
        """What was sent, in the order of the envelopes."""
        sent = {kind: getattr(self, kind) for kind in ENVELOPES}
        return {kind: key for kind, key in sent.items() if key is not None}


class PostUnlock(Struct, frozen=True, forbid_unknown_fields=True):
    """Unlock one's bid."""

    lot: LotNumber
    file_keys: FileKeys


class Verdict(Struct, frozen=True):
    """What unlocking showed of one container; digest in hex."""

    kind: str
    rederives: bool
    plaintext_digest: str


class UnlockAnswer(Struct, frozen=True):
    """The verdicts of one's bid."""

    verdicts: list[Verdict]


class PostShares(Struct, frozen=True, forbid_unknown_fields=True):
    """A key holder's shares of one bid, 16 bytes each."""

    lot: LotNumber
    bidder_id: UUID
    shares: FileKeys


class SharesAnswer(Struct, frozen=True):
    """Whether the bid is open now."""

    unlocked: bool


class PostFileKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The file keys of a bid that did not open, published by its bidder, with its signature."""

    lot: LotNumber
    file_keys: FileKeys
    statement: dict[str, Any]


class FaultAnswer(Struct, frozen=True):
    """Who answers for a bid that did not open, whether that is proved, and why."""

    whose: str
    proved: bool
    kind: str
    cause: str


class BidRow(Struct, frozen=True):
    """A bid in the opening; `form` only after the reveal, `verdicts` of a first session to its own

    bidder: to whom the journal does not tell them yet.
    """

    bidder_id: UUID
    bidder_name: str
    uscc: str
    place: int
    key_lost: bool
    unlocked_by: str | None
    form: dict[str, Any] | None
    confirmed: bool
    verdicts: list[Verdict] = []


class LotOpening(Struct, frozen=True):
    """The newest session of the opening of one lot; `kinds` are the envelopes that it unlocks."""

    lot: str
    phase: str
    opened_at: Instant
    unlock_until: Instant
    bids: list[BidRow]
    session: int
    kinds: list[str]


class OpeningView(Struct, frozen=True):
    """The opening as everybody may see it: nothing before the deadline and the drain."""

    status: str
    lots: list[LotOpening]


async def get_opening(connection: Connection, actor: Actor | None, tender_id: UUID) -> OpeningView:
    """How the opening stands; of a first round whose bidders are secret, to them their own part."""
    tender = await visible_tender(connection, tender_id, actor)
    asker = None if actor is None else actor.organization_id
    sees_others, lots = sees_all(tender, actor), []
    for lot in await openings.list_lots(connection, tender_id):
        opening = await openings.get(connection, tender_id, lot)
        kinds = tender.round.kinds_in(opening.session)
        revealed = opening.phase is not OpeningPhase.UNLOCK
        rows = [
            BidRow(
                bidder_id=bid.bidder_id,
                bidder_name=bid.bidder_name,
                uscc=bid.uscc,
                place=bid.place if sees_others else 1,
                key_lost=bid.key_lost,
                unlocked_by=bid.unlocked_by,
                form=form_to_read(bid.forms, kinds, later=tender.round.later)
                if revealed and bid.unlocked_by is not None
                else None,
                confirmed=bid.confirmed_at is not None,
                verdicts=[
                    Verdict(one.kind, one.rederives, one.plaintext_digest.hex())
                    for one in bid.envelopes
                ]
                if bid.bidder_id == asker and bid.session == 1
                else [],
            )
            for bid in await openings.unlocks(connection, tender_id, lot, session=opening.session)
            if sees_others or bid.bidder_id == asker
        ]
        if not rows and not sees_others:
            continue
        begun, until = opening.opened_at, opening.unlock_until
        lots.append(
            LotOpening(lot, opening.phase, begun, until, rows, opening.session, list(kinds))
        )
    return OpeningView(tender.status, lots)


async def post_sign_in(
    actor: Actor, connection: Connection, received_at: datetime, tender_id: UUID, body: LotBody
) -> None:
    """Sign in to the opening."""
    await deeds.sign_in(connection, tender_id, body.lot, by=actor, at=received_at)


async def post_unlock(
    context: Context, actor: Actor, received_at: datetime, tender_id: UUID, body: PostUnlock
) -> UnlockAnswer:
    """Unlock one's bid with its file keys; the verdict is public at once, the price is not.

    An attempt that fails is kept in custody as evidence: what had reached the platform, and when.
    """
    try:
        return await _unlocked(context, actor, received_at, tender_id, body)
    except Refused as refused:
        in_custody = await _in_custody(context, actor, tender_id, body.lot)
        async with transaction(context.pool) as connection:
            await note_attempt(
                connection,
                tender_id,
                body.lot,
                file_keys=body.file_keys.by_kind(),
                refused=refused,
                in_custody=in_custody,
                by=actor,
                at=received_at,
            )
        raise


async def _in_custody(
    context: Context, actor: Actor, tender_id: UUID, lot: str
) -> dict[str, JsonValue]:
    """Are the containers those of the receipt? Asked once a session: reading them all is work."""
    async with reading(context.pool) as connection:
        found = await bid_to_look_at(connection, tender_id, lot, by=actor)
        if found is None:
            return {}
        bid, session = found
        tender = await tenders.get(connection, tender_id)
        await place_containers(connection, context.blobs, bid)
    envelopes = envelopes_in(bid, tender, session)
    async with context.opening.now():
        stored = await asyncio.to_thread(stored_digests, context.blobs, envelopes)
    receipt = {envelope.kind: envelope.digest.hex() for envelope in envelopes}
    return {
        kind: {"receipt": receipt[kind], "stored": None if digest is None else digest.hex()}
        for kind, digest in stored.items()
    }


async def _unlocked(
    context: Context, actor: Actor, received_at: datetime, tender_id: UUID, body: PostUnlock
) -> UnlockAnswer:
    bidder_id = actor.organization_id
    keys = body.file_keys.by_kind()
    async with reading(context.pool) as connection:
        tender, stored, session = await _locked_bid(
            connection, tender_id, body.lot, bidder_id, received_at
        )
        await place_containers(connection, context.blobs, stored.bid)
    try:
        opened = await open_in_thread(context, tender, stored.bid, keys, session=session)
    except BidDoesNotOpen:
        # The keys are right: whatever is wrong, they are the bidder's evidence.
        async with transaction(context.pool) as connection:
            await remedies.keep_file_keys(
                connection,
                tender_id,
                body.lot,
                bidder_id,
                file_keys=keys,
                statement=None,
                received_at=received_at,
            )
        raise
    async with transaction(context.pool) as connection:
        await deeds.record_unlock(
            connection,
            tender_id,
            opened,
            by=UnlockedBy.BIDDER,
            received_at=received_at,
            at=received_at,
        )
    context.touched(tender_id)
    await keep_after_verdict(context, stored.bid, opened)
    return UnlockAnswer(
        [
            Verdict(each.kind, each.rederives, each.plaintext_digest.hex())
            for each in opened.envelopes
        ]
    )


async def post_lost_key(
    actor: Actor, connection: Connection, received_at: datetime, tender_id: UUID, body: LotBody
) -> None:
    """Declare that one cannot unlock: the key holders may."""
    await remedies.declare_lost_key(connection, tender_id, body.lot, by=actor, at=received_at)


async def post_shares(
    context: Context, actor: Actor, received_at: datetime, tender_id: UUID, body: PostShares
) -> SharesAnswer:
    """Hand in one's shares of a bid; with enough of them the bid opens."""
    shares = body.shares.by_kind()
    async with reading(context.pool) as connection:
        tender, stored, session = await _locked_bid(
            connection, tender_id, body.lot, body.bidder_id, received_at
        )
        await place_containers(connection, context.blobs, stored.bid)
    number = number_for(tender, stored.bid.manifest, actor.organization_id)
    if set(shares) != set(tender.round.kinds_in(session)):
        raise WrongShare("there is one share for each envelope")
    headers = {
        envelope.kind: await asyncio.to_thread(read_header, context.blobs, envelope)
        for envelope in envelopes_in(stored.bid, tender, session)
    }
    contexts = {envelope.kind: envelope.context for envelope in stored.bid.envelopes}
    for kind, share in shares.items():
        if not check_share(headers[kind], number, share, contexts[kind]):
            raise WrongShare(kind=kind)
    async with transaction(context.pool) as connection:
        await remedies.add_shares(
            connection,
            tender_id,
            body.lot,
            body.bidder_id,
            number=number,
            shares=shares,
            at=received_at,
        )
    return SharesAnswer(await open_with_shares(context, tender_id, body.lot, body.bidder_id))


async def post_file_keys(
    context: Context, actor: Actor, received_at: datetime, tender_id: UUID, body: PostFileKeys
) -> FaultAnswer:
    """Publish the file keys of one's bid that did not open, to clear oneself; who is at fault."""
    bidder_id = actor.organization_id
    keys = body.file_keys.by_kind()
    async with transaction(context.pool) as connection:
        stored = await bids.standing(connection, tender_id, lot=body.lot, bidder_id=bidder_id)
        await remedies.require_disclosure(
            connection,
            context.keys,
            tender_id,
            lot=body.lot,
            counter=stored.bid.counter,
            file_keys=keys,
            statement=body.statement,
            by=actor,
            at=received_at,
        )
        await remedies.keep_file_keys(
            connection,
            tender_id,
            body.lot,
            bidder_id,
            file_keys=keys,
            statement=body.statement,
            received_at=received_at,
        )
    fault = await judge(context, tender_id, body.lot, bidder_id)
    async with transaction(context.pool) as connection:
        await remedies.enter_fault(
            connection, tender_id, body.lot, bidder_id, fault, at=context.now()
        )
    return FaultAnswer(fault.whose, fault.proved, fault.kind, fault.cause)


async def post_reveal(
    context: Context, actor: Actor, received_at: datetime, tender_id: UUID, body: LotBody
) -> None:
    """Show all prices of a lot at once; what did not open gets its verdict."""
    faults = await judge_locked(context, tender_id, body.lot, at=received_at)
    async with transaction(context.pool) as connection:
        await deeds.reveal(connection, tender_id, body.lot, faults=faults, by=actor, at=received_at)


async def post_confirmation(
    actor: Actor, connection: Connection, received_at: datetime, tender_id: UUID, body: LotBody
) -> None:
    """Confirm one's row of the reading-out."""
    await deeds.confirm(connection, tender_id, body.lot, by=actor, at=received_at)


async def _locked_bid(
    connection: Connection, tender_id: UUID, lot: str, bidder_id: UUID, at: datetime
) -> tuple[Tender, StoredBid, int]:
    """The bid to be unlocked and the session, refused early: it is asked again under the lock."""
    tender = await tenders.get(connection, tender_id)
    if tender.status is TenderStatus.DRAFT:
        raise NotFound
    opening = await openings.get(connection, tender_id, lot)
    require_unlocking(opening, bidder_id=bidder_id, at=at)
    stored = await bids.standing(connection, tender_id, lot=lot, bidder_id=bidder_id)
    return tender, stored, opening.session
