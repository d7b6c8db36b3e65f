"""Groups: what has queued is decided one by one and written together; nobody harms anybody."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tendering.actions.bid_securities import record
from tendering.actions.bids import ReceiptTerms
from tendering.domain.custody import Arrived
from tendering.domain.journal import Stream, verify_chain
from tendering.domain.key_policy import policy_digest
from tendering.domain.receipts import Receipt
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.bids import (
    CounterNotFresh,
    DeadlinePassed,
    EphemeralKeyReused,
    ManifestMismatch,
    NotAcceptingBids,
    UploadIncomplete,
)
from tendering.domain.tender import TenderStatus
from tendering.domain.uploads import Upload
from tendering.group_writer import GroupWriter, writing_groups
from tendering.storage import bids, journal, key_holders, small_containers, tenders, uploads
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.test_bids import BIDDERS, KEY, a_security, intake
from tests.support.make import DEADLINE, MOMENT, TENDER, a_bid, a_tender

__all__ = ["intake"]

IN_TIME = DEADLINE - MOMENT


@pytest.fixture
async def writer(intake: Pool) -> AsyncIterator[GroupWriter]:
    """A writer on the published tender of the intake."""
    nonces = iter(range(1, 1000))
    terms = ReceiptTerms(
        key=KEY,
        origin="kaibiao.example/log",
        within_seconds=60,
        nonce=lambda: next(nonces).to_bytes(32, "big"),
    )
    async with writing_groups(intake, terms) as running:
        yield running


async def an_arrival(
    writer: GroupWriter,
    bidder: UUID = BIDDERS[0],
    counter: int = 1,
    *,
    at: datetime = IN_TIME,
    keys: tuple[bytes, ...] | None = None,
) -> Arrived:
    """A submission behind the door, with its containers inside the request."""
    async with reading(writer.pool) as connection:
        tender = await tenders.get(connection, TENDER)
    bid = a_bid(bidder_id=bidder, counter=counter)
    base = (bidder.int << 16) + (counter << 4)
    envelopes = tuple(
        replace(envelope, upload_id=UUID(int=base + place))
        for place, envelope in enumerate(bid.envelopes)
    )
    return Arrived(
        bid=replace(bid, envelopes=envelopes),
        ephemeral_keys=keys or (base.to_bytes(32, "big"),),
        key_policy_digest=policy_digest(tender),
        received_at=at,
        contents={envelope.upload_id: b"a container" for envelope in envelopes},
    )


async def outcomes(writer: GroupWriter, *arrivals: Arrived) -> list[Receipt | BaseException]:
    """What becomes of submissions that come at once: the first of them finds the writer idle."""
    return await asyncio.gather(*map(writer.submit, arrivals), return_exceptions=True)


async def until_blocked(pool: Pool) -> None:
    """Wait until somebody waits for a lock."""
    async with asyncio.timeout(10), reading(pool) as connection:
        while True:
            if await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                return
            await asyncio.sleep(0.01)


async def custody(pool: Pool) -> list[tuple[UUID, int]]:
    """Who is in custody with which counter, by the journal, whose chain holds."""
    async with reading(pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.CUSTODY, 0)
    verify_chain(TENDER, Stream.CUSTODY, entries)
    return [
        (UUID(str(entry.body["bidder_id"])), int(str(entry.body["counter"])))
        for entry in entries
        if entry.kind == "bid.submitted"
    ]


async def test_a_group_is_in_custody_in_the_order_of_its_queue(writer: GroupWriter) -> None:
    arrivals = [await an_arrival(writer, bidder) for bidder in BIDDERS]

    given = await outcomes(writer, *arrivals)

    assert [one.submission.bidder_id for one in given if isinstance(one, Receipt)] == [*BIDDERS]
    assert [bidder for bidder, _ in await custody(writer.pool)] == [*BIDDERS]


async def test_containers_that_came_along_are_kept_with_the_bid(writer: GroupWriter) -> None:
    arrived = await an_arrival(writer)

    await writer.submit(arrived)

    async with reading(writer.pool) as connection:
        kept = await small_containers.list_of(connection, TENDER, list(arrived.contents))
    assert kept == arrived.contents


async def test_who_is_refused_does_not_harm_the_others_of_the_group(writer: GroupWriter) -> None:
    good = [await an_arrival(writer, bidder) for bidder in BIDDERS[:2]]
    late = await an_arrival(writer, BIDDERS[2], at=DEADLINE)
    copied = await an_arrival(writer, BIDDERS[3], keys=good[0].ephemeral_keys)

    given = await outcomes(writer, good[0], late, copied, good[1])

    assert [type(one) for one in given] == [Receipt, DeadlinePassed, EphemeralKeyReused, Receipt]
    assert [bidder for bidder, _ in await custody(writer.pool)] == [*BIDDERS[:2]]


async def test_the_key_of_a_refused_container_may_be_used_by_its_owner(
    writer: GroupWriter,
) -> None:
    owner = await an_arrival(writer, BIDDERS[0])
    late = await an_arrival(writer, BIDDERS[1], at=DEADLINE, keys=owner.ephemeral_keys)

    given = await outcomes(writer, late, owner)

    assert [type(one) for one in given] == [DeadlinePassed, Receipt]


async def test_the_same_submission_twice_in_a_group_gets_one_receipt(writer: GroupWriter) -> None:
    arrived = await an_arrival(writer)

    given = await outcomes(writer, arrived, arrived, await an_arrival(writer, BIDDERS[1]), arrived)

    assert given[0] == given[1] == given[3]
    assert len(await custody(writer.pool)) == 2


async def test_the_same_submission_after_the_deadline_gets_the_receipt_it_had(
    writer: GroupWriter,
) -> None:
    arrived = await an_arrival(writer)
    first = await writer.submit(arrived)

    again = await writer.submit(replace(arrived, received_at=DEADLINE + timedelta(hours=1)))

    assert again == first


async def test_two_submissions_of_a_bidder_in_a_group_leave_the_later_one_standing(
    writer: GroupWriter,
) -> None:
    first, second, stale = [await an_arrival(writer, counter=counter) for counter in (1, 3, 2)]

    given = await outcomes(writer, await an_arrival(writer, BIDDERS[1]), first, second, stale)

    assert [type(one) for one in given] == [Receipt, Receipt, Receipt, CounterNotFresh]
    async with reading(writer.pool) as connection:
        mine = await bids.list_of_bidder(connection, TENDER, BIDDERS[0])
    assert [(one.bid.counter, str(one.status)) for one in mine] == [
        (1, "replaced"),
        (3, "submitted"),
    ]


async def test_a_replacement_of_an_earlier_group_says_what_it_replaces(
    writer: GroupWriter,
) -> None:
    await writer.submit(await an_arrival(writer, counter=1))

    await writer.submit(await an_arrival(writer, counter=2))

    async with reading(writer.pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.CUSTODY, 0)
        standing = await bids.standing(connection, TENDER, lot="1", bidder_id=BIDDERS[0])
    assert [one.body.get("replaces") for one in entries if one.kind == "bid.submitted"] == [None, 1]
    assert standing.bid.counter == 2


async def test_a_tender_whose_lock_is_held_keeps_no_other_tender_waiting(
    writer: GroupWriter,
) -> None:
    other = a_tender(id=UUID(int=0x101), number="KB-2026-0002")
    async with transaction(writer.pool) as connection:
        await tenders.insert(connection, other, at=DEADLINE)
        secured = replace(a_security(BIDDERS[1]), tender_id=other.id)
        await record(connection, secured, at=DEADLINE - timedelta(days=1))
    here, there = await an_arrival(writer), await an_arrival(writer, BIDDERS[1])
    there = replace(there, bid=replace(there.bid, tender_id=other.id))

    async with transaction(writer.pool) as connection:
        await tenders.lock(connection, TENDER)
        waiting = asyncio.create_task(writer.submit(here))
        given = await writer.submit(there)
        assert not waiting.done()

    assert given.submission.tender_id == other.id
    assert (await waiting).submission.tender_id == TENDER


async def test_what_queued_behind_the_opening_is_refused_by_the_opening(
    writer: GroupWriter,
) -> None:
    async with transaction(writer.pool) as connection:
        tender = await tenders.lock(connection, TENDER)
        waiting = asyncio.create_task(writer.submit(await an_arrival(writer)))
        await until_blocked(writer.pool)
        await tenders.save(connection, replace(tender, status=TenderStatus.OPENING))

    with pytest.raises(NotAcceptingBids):
        await waiting


async def test_a_key_holder_replaced_behind_the_door_is_noticed_under_the_lock(
    writer: GroupWriter,
) -> None:
    arrived = await an_arrival(writer)
    await writer.tender(TENDER)
    async with transaction(writer.pool) as connection:
        await key_holders.announce_key(
            connection, TENDER, 1, public_key=bytes([9]) * 32, announcement={"another": "key"}
        )

    with pytest.raises(ManifestMismatch):
        await writer.submit(arrived)


async def test_an_upload_that_was_cleared_away_is_missed_before_the_bid_counts(
    writer: GroupWriter,
) -> None:
    arrived = replace(await an_arrival(writer), contents={})
    async with transaction(writer.pool) as connection:
        for upload_id in arrived.uploads[:2]:
            await uploads.insert(connection, Upload(upload_id, BIDDERS[0], 10, 8 << 20, {}))

    with pytest.raises(UploadIncomplete):
        await writer.submit(arrived)


async def test_an_upload_held_by_a_submission_is_not_cleared_away(writer: GroupWriter) -> None:
    arrived = replace(await an_arrival(writer), contents={})
    async with transaction(writer.pool) as connection:
        for upload_id in arrived.uploads:
            await uploads.insert(connection, Upload(upload_id, BIDDERS[0], 10, 8 << 20, {}))

    async with transaction(writer.pool) as connection:
        await uploads.hold(connection, arrived.uploads)
        async with transaction(writer.pool) as another:
            assert await uploads.delete_abandoned(another, hours=0, limit=10) == []
    await writer.submit(arrived)

    async with transaction(writer.pool) as connection:
        assert await uploads.delete_abandoned(connection, hours=0, limit=10) == []


async def test_there_is_no_such_tender(writer: GroupWriter) -> None:
    arrived = await an_arrival(writer)

    with pytest.raises(NotFound):
        await writer.submit(replace(arrived, bid=replace(arrived.bid, tender_id=UUID(int=1))))


async def test_who_gives_up_waiting_harms_nobody(writer: GroupWriter) -> None:
    async with transaction(writer.pool) as connection:
        await tenders.lock(connection, TENDER)
        first = asyncio.create_task(writer.submit(await an_arrival(writer)))
        impatient = asyncio.create_task(writer.submit(await an_arrival(writer, BIDDERS[1])))
        await until_blocked(writer.pool)
        impatient.cancel()
    await first

    await writer.submit(await an_arrival(writer, BIDDERS[2]))

    taken = [bidder for bidder, _ in await custody(writer.pool)]
    assert taken[0] == BIDDERS[0]
    assert taken[-1] == BIDDERS[2]


async def test_two_writers_take_turns_on_one_tender(writer: GroupWriter) -> None:
    async with writing_groups(writer.pool, writer.terms) as another:
        arrivals = [
            (one, await an_arrival(writer, bidder, counter))
            for counter in (1, 2, 3)
            for bidder, one in zip(BIDDERS, (writer, another, writer, another), strict=True)
        ]

        async with asyncio.TaskGroup() as group:
            for one, arrived in arrivals:
                group.create_task(one.submit(arrived))

    assert sorted(await custody(writer.pool)) == sorted(
        (bidder, counter) for bidder in BIDDERS for counter in (1, 2, 3)
    )


async def test_a_key_taken_by_another_process_at_the_same_moment_is_refused_alone(
    writer: GroupWriter,
) -> None:
    copied = await an_arrival(writer, BIDDERS[0])
    honest = await an_arrival(writer, BIDDERS[1])
    async with transaction(writer.pool) as connection:
        # Committed only when the group has read the keys it knows and waits to write its own.
        await bids.add_ephemeral_keys(connection, copied.ephemeral_keys)
        group = asyncio.create_task(outcomes(writer, copied, honest))
        await until_blocked(writer.pool)

    given = await group

    assert [type(one) for one in given] == [EphemeralKeyReused, Receipt]


async def test_a_clock_that_jumps_back_dates_no_entry_before_its_predecessor(
    writer: GroupWriter,
) -> None:
    first = await writer.submit(await an_arrival(writer))
    before = IN_TIME - timedelta(hours=1)

    second, third = await outcomes(
        writer,
        await an_arrival(writer, BIDDERS[1], at=before),
        await an_arrival(writer, BIDDERS[2], at=before),
    )

    async with reading(writer.pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.CUSTODY, 0)
    dates = [entry.at for entry in entries]
    assert dates == sorted(dates)
    assert isinstance(second, Receipt)
    assert isinstance(third, Receipt)
    # A receipt says what the platform's clock said, whichever way that went.
    assert first.submission.received_at == IN_TIME
    assert second.submission.received_at == third.submission.received_at == before
