"""The sealed intake on a real database: custody, receipts, replacement, the deadline."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from crypto.keys import NoteKey
from tendering.actions.bid_securities import record
from tendering.actions.bids import ReceiptTerms, withdraw_bid
from tendering.actions.openings import close_submission
from tendering.domain.bid import SealedBid
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.journal import Stream, verify_chain
from tendering.domain.receipts import Receipt
from tendering.domain.refusals import Refused
from tendering.domain.refusals.bids import (
    BidSecurityMissing,
    CounterNotFresh,
    DeadlinePassed,
    EphemeralKeyReused,
    NoBid,
)
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.domain.uploads import Upload
from tendering.storage import bids, journal, openings, tenders, uploads
from tendering.storage.connection import Pool, RaiseException, reading, transaction
from tests.integration.tendering.registered import organization
from tests.support.make import DEADLINE, ENTITY, MOMENT, SUPERVISOR, TENDER, a_bid, a_tender
from tests.support.taking_in import submit_bid

KEY = NoteKey.from_seed("kaibiao.example/receipt", bytes(32))
BIDDERS = tuple(UUID(int=0x400 + number) for number in range(4))
CLOSING = DEADLINE + timedelta(seconds=10)


@pytest.fixture
async def intake(pool: Pool) -> Pool:
    """A published tender and four bidders whose bids are secured."""
    tender = a_tender()
    async with transaction(pool) as connection:
        parties = [(ENTITY, Role.PROCURING_ENTITY), (SUPERVISOR, Role.SUPERVISOR)]
        parties += [(holder.organization_id, Role.KEY_HOLDER) for holder in tender.key_holders]
        parties += [(bidder, Role.BIDDER) for bidder in BIDDERS]
        for number, (organization_id, role) in enumerate(parties, start=1):
            await organization(
                connection, number, role, at=DEADLINE, organization_id=organization_id
            )
        await tenders.insert(connection, tender, at=DEADLINE)
        for bidder in BIDDERS:
            await record(connection, a_security(bidder), at=DEADLINE - timedelta(days=1))
    return pool


def a_security(bidder: UUID) -> BidSecurity:
    """A guarantee that covers the lot."""
    return BidSecurity(
        TENDER,
        "1",
        bidder,
        SecurityForm.GUARANTEE_INSURANCE,
        200_000_00,
        DEADLINE + timedelta(days=120),
        None,
        "示范保函",
    )


async def submit(
    pool: Pool,
    bidder: UUID = BIDDERS[0],
    counter: int = 1,
    *,
    at: datetime = DEADLINE - MOMENT,
    ephemeral: bytes | None = None,
) -> Receipt:
    """Submit a bid as the edge does; every container's bytes are taken to be there."""
    bid = a_bid(bidder_id=bidder, counter=counter)
    bid = _with_uploads(bid)
    unique = bidder.bytes + counter.to_bytes(16, "big")
    async with transaction(pool) as connection:
        for envelope in bid.envelopes:
            upload = Upload(envelope.upload_id, bidder, 10, 8 << 20, {})
            await uploads.insert(connection, upload)
    async with transaction(pool) as connection:
        return await submit_bid(
            connection, bid, [ephemeral or unique], _terms(unique), received_at=at
        )


def _with_uploads(bid: SealedBid) -> SealedBid:
    base = (bid.bidder_id.int << 16) + (bid.counter << 4)
    envelopes = tuple(
        replace(envelope, upload_id=UUID(int=base + place))
        for place, envelope in enumerate(bid.envelopes)
    )
    return replace(bid, envelopes=envelopes)


def _terms(nonce: bytes) -> ReceiptTerms:
    return ReceiptTerms(
        key=KEY, origin="kaibiao.example/log", within_seconds=60, nonce=lambda: nonce
    )


async def _custody(pool: Pool) -> list[str]:
    async with reading(pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.CUSTODY, 0)
    verify_chain(TENDER, Stream.CUSTODY, entries)
    return [entry.kind for entry in entries if entry.kind.startswith("bid.")]


async def test_a_bid_in_time_is_in_custody_and_acknowledged(intake: Pool) -> None:
    receipt = await submit(intake)

    async with reading(intake) as connection:
        standing = await bids.list_standing(connection, TENDER)
    assert [bid.bidder_id for bid in standing] == [BIDDERS[0]]
    assert receipt.submission.received_at == DEADLINE - MOMENT


async def test_nothing_of_a_bid_is_in_the_public_stream(intake: Pool) -> None:
    await submit(intake)

    async with reading(intake) as connection:
        assert await journal.after(connection, TENDER, Stream.PUBLIC, 0) == []


async def test_a_late_bid_leaves_nothing(intake: Pool) -> None:
    with pytest.raises(DeadlinePassed):
        await submit(intake, at=DEADLINE)

    assert await _custody(intake) == []


async def test_an_unsecured_bid_leaves_nothing(intake: Pool) -> None:
    async with transaction(intake) as connection:
        weak = replace(a_security(BIDDERS[0]), amount_fen=1)
        await record(connection, weak, at=DEADLINE - timedelta(hours=1))

    with pytest.raises(BidSecurityMissing):
        await submit(intake)
    assert await _custody(intake) == []


async def test_a_replacement_leaves_one_standing_bid(intake: Pool) -> None:
    await submit(intake, counter=1)
    await submit(intake, counter=2)

    async with reading(intake) as connection:
        standing = await bids.list_standing(connection, TENDER)
    assert [bid.counter for bid in standing] == [2]


async def test_an_older_counter_is_refused(intake: Pool) -> None:
    await submit(intake, counter=2)

    with pytest.raises(CounterNotFresh):
        await submit(intake, counter=1)


async def test_a_copied_container_is_refused(intake: Pool) -> None:
    await submit(intake, BIDDERS[0], ephemeral=bytes(32))

    with pytest.raises(EphemeralKeyReused):
        await submit(intake, BIDDERS[1], ephemeral=bytes(32))
    assert await _custody(intake) == ["bid.submitted"]


async def test_a_withdrawn_bid_does_not_stand(intake: Pool) -> None:
    await submit(intake)
    async with transaction(intake) as connection:
        await withdraw_bid(
            connection,
            TENDER,
            _terms(bytes(32)),
            lot="1",
            bidder_id=BIDDERS[0],
            counter=1,
            statement={},
            received_at=DEADLINE - MOMENT,
        )

    async with reading(intake) as connection:
        assert await bids.list_standing(connection, TENDER) == []
    with pytest.raises(NoBid):
        async with transaction(intake) as connection:
            await withdraw_bid(
                connection,
                TENDER,
                _terms(bytes([1]) * 32),
                lot="1",
                bidder_id=BIDDERS[0],
                counter=1,
                statement={},
                received_at=DEADLINE - MOMENT,
            )


async def test_submissions_at_once_follow_one_another_without_gaps(intake: Pool) -> None:
    async with asyncio.TaskGroup() as group:
        for bidder in BIDDERS:
            group.create_task(submit(intake, bidder))

    assert await _custody(intake) == ["bid.submitted"] * 4


async def test_the_opening_begins_once_and_binds_the_custody_stream(intake: Pool) -> None:
    for bidder in BIDDERS:
        await submit(intake, bidder)

    async def close() -> bool:
        try:
            async with transaction(intake) as connection:
                await close_submission(connection, TENDER, checkpoint=None, at=CLOSING)
        except Refused:
            return False
        return True

    assert sorted(await asyncio.gather(close(), close())) == [False, True]
    async with reading(intake) as connection:
        tender = await tenders.get(connection, TENDER)
        opening = await openings.get(connection, TENDER, "1")
        custody = await journal.head(connection, TENDER, Stream.CUSTODY)
        public = await journal.after(connection, TENDER, Stream.PUBLIC, 0)
    assert tender.status is TenderStatus.OPENING
    assert len(opening.bidders) == 4
    assert public[0].body["custody"] == {"seq": custody[0], "head": custody[1].hex()}


async def test_the_journal_cannot_be_changed_by_the_application(intake: Pool) -> None:
    await submit(intake)

    for statement in ("DELETE FROM tendering.journal", "UPDATE tendering.journal SET seq = 9"):
        with pytest.raises(Exception, match=r"permission denied|append-only") as refused:
            async with transaction(intake) as connection:
                await connection.execute(statement)
        assert refused.type is RaiseException or "InsufficientPrivilege" in refused.type.__name__
