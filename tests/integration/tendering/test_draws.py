"""A draw on a real database: frozen, contributed to, drawn, verified from the journal, replaced."""

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from crypto.draw import vrf_public
from tendering.actions import draws, experts
from tendering.domain.draw import (
    Contribution,
    PoolEntry,
    contribution_commitment,
    verify_draw,
    verify_opening,
)
from tendering.domain.experts import Expert, Need, Relation, RelationKind
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import (
    AlreadyRegistered,
    ContributionsMissing,
    DrawNotPrepared,
    DrawOver,
    Forbidden,
    NotFound,
)
from tendering.storage import draws as stored
from tendering.storage import experts as stored_experts
from tendering.storage import journal
from tendering.storage.connection import Connection, Pool, reading, transaction
from tests.integration.tendering.opened_tender import OpenedTender, insert_opened_tender, person

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
VRF_SEED = bytes(range(32))
NEEDS = (
    Need("示范市", "510100", "A08", 3, 2),
    Need("示范二市", "510200", "A08", 1, 1),
    Need("示范三市", "", "A08", 1, 1),
)


@pytest.fixture
async def tender(pool: Pool) -> OpenedTender:
    """A tender whose bids are open, and twenty experts, one of them tied to a bidder."""
    async with transaction(pool) as connection:
        opened = await insert_opened_tender(connection, at=NOW)
        for number in range(20):
            await register(connection, number, opened)
    return opened


async def register(connection: Connection, number: int, tender: OpenedTender) -> Expert:
    relation = Relation(RelationKind.SHAREHOLDER, tender.bidder_uscc)
    expert = Expert(
        id=UUID(int=0x1000 + number),
        person_id=await person(connection, tender.expert_employer, f"expert{number:02}", at=NOW),
        name=f"示范专家{number:02}",
        region="510200" if number % 4 == 0 else "510100",
        employer="示范大学",
        employer_uscc="",
        specialities=frozenset({"A08"}),
        experience_years=12,
        expires_on=date(2030, 1, 1),
        relations=(relation,) if number == 7 else (),
    )
    await experts.register_expert(connection, expert, at=NOW)
    return expert


async def freeze(pool: Pool, tender: OpenedTender) -> stored.DrawRecord:
    async with transaction(pool) as connection:
        return await draws.freeze_pool(
            connection,
            tender.id,
            organization_id=tender.procuring_entity_id,
            needs=NEEDS,
            representatives=0,
            vrf_seed=VRF_SEED,
            random_bytes=secrets.token_bytes,
            at=NOW,
        )


async def contribute(pool: Pool, tender: OpenedTender) -> None:
    parties = (tender.procuring_entity_id, tender.supervisor_id)
    nonces = {party: secrets.token_bytes(32) for party in parties}
    async with transaction(pool) as connection:
        for party, nonce in nonces.items():
            await draws.commit_contribution(
                connection,
                tender.id,
                organization_id=party,
                commitment=contribution_commitment(tender.id, party, nonce),
                at=NOW,
            )
        for party, nonce in nonces.items():
            await draws.reveal_contribution(
                connection, tender.id, organization_id=party, nonce=nonce, at=NOW
            )


async def run(pool: Pool, tender: OpenedTender) -> None:
    async with transaction(pool) as connection:
        await draws.run_draw(
            connection,
            tender.id,
            organization_id=tender.procuring_entity_id,
            vrf_seed=VRF_SEED,
            at=NOW,
        )


async def entries(pool: Pool, tender: OpenedTender, stream: Stream) -> dict[str, Entry]:
    async with reading(pool) as connection:
        found = await journal.after(connection, tender.id, stream, 0)
    return {entry.kind: entry for entry in found}


def hexed(body: Any, key: str) -> bytes:
    return bytes.fromhex(cast("str", body[key]))


async def test_a_draw_can_be_computed_again_from_the_public_journal(
    pool: Pool, tender: OpenedTender
) -> None:
    await freeze(pool, tender)
    await contribute(pool, tender)
    await run(pool, tender)

    public = await entries(pool, tender, Stream.PUBLIC)
    frozen: Any = public["draw.pool_frozen"].body
    drawn: Any = public["committee.drawn"].body
    async with reading(pool) as connection:
        contributions = await stored.contributions(connection, tender.id)
    seed, draw = verify_draw(
        tender.id,
        [PoolEntry(hexed(one, "commitment"), tuple(one["needs"])) for one in frozen["entries"]],
        [Need(**need) for need in frozen["needs"]],
        [
            Contribution(
                one.contribution.organization_id,
                one.contribution.commitment,
                one.contribution.nonce,
            )
            for one in contributions
        ],
        vrf_public=hexed(frozen, "vrf_public"),
        vrf_proof=hexed(drawn, "vrf_proof"),
    )

    assert seed == hexed(drawn, "seed")
    assert [seat.index for seat in draw.seats] == [seat["index"] for seat in drawn["seats"]]
    assert draw.permutation_digest() == hexed(drawn, "permutation_digest")
    assert hexed(frozen, "vrf_public") == vrf_public(VRF_SEED)


async def test_names_are_in_the_committee_stream_and_open_their_commitments(
    pool: Pool, tender: OpenedTender
) -> None:
    record = await freeze(pool, tender)
    await contribute(pool, tender)
    await run(pool, tender)

    public = await entries(pool, tender, Stream.PUBLIC)
    seated: Any = (await entries(pool, tender, Stream.COMMITTEE))["committee.seated"].body

    assert "示范专家" not in str([entry.body for entry in public.values()])
    assert len(seated["seats"]) == 5
    assert all(
        verify_opening(record.pool.entries[seat["index"]], seat["expert"], hexed(seat, "salt"))
        for seat in seated["seats"]
    )


async def test_an_expert_tied_to_a_bidder_is_not_in_the_pool(
    pool: Pool, tender: OpenedTender
) -> None:
    record = await freeze(pool, tender)

    recusals: Any = (await entries(pool, tender, Stream.COMMITTEE))["draw.recusals"].body
    assert len(record.pool.entries) == 19
    assert [one["expert_id"] for one in recusals["recusals"]] == [str(UUID(int=0x1007))]


async def test_the_next_in_the_order_takes_a_seat_that_became_free(
    pool: Pool, tender: OpenedTender
) -> None:
    await freeze(pool, tender)
    await contribute(pool, tender)
    await run(pool, tender)

    async with transaction(pool) as connection:
        first = await draws.replace_member(connection, tender.id, seat=2, reason="ill", at=NOW)
        second = await draws.replace_member(connection, tender.id, seat=2, reason="ill", at=NOW)
        seats = await stored.seats(connection, tender.id)

    reserves: Any = (await entries(pool, tender, Stream.PUBLIC))["committee.drawn"].body["reserves"]
    assert [first.place, second.place] == [
        reserve["index"] for reserve in reserves if reserve["need"] == 0
    ]
    assert [one.status for one in seats if one.seat == 2].count("seated") == 1
    assert [one.expert_id for one in seats if (one.seat, one.status) == (2, "seated")] == [
        second.expert_id
    ]


async def test_nobody_is_replaced_where_nobody_sits(pool: Pool, tender: OpenedTender) -> None:
    await freeze(pool, tender)
    async with transaction(pool) as connection:
        with pytest.raises(DrawNotPrepared):
            await draws.replace_member(connection, tender.id, seat=1, reason="ill", at=NOW)
    await contribute(pool, tender)
    await run(pool, tender)

    async with transaction(pool) as connection:
        with pytest.raises(NotFound):
            await draws.replace_member(connection, tender.id, seat=9, reason="ill", at=NOW)


async def test_there_is_one_draw_a_tender(pool: Pool, tender: OpenedTender) -> None:
    await freeze(pool, tender)
    with pytest.raises(DrawOver):
        await freeze(pool, tender)
    await contribute(pool, tender)
    await run(pool, tender)

    with pytest.raises(DrawOver):
        await run(pool, tender)


async def test_a_draw_without_contributions_waits(pool: Pool, tender: OpenedTender) -> None:
    await freeze(pool, tender)

    with pytest.raises(ContributionsMissing):
        await run(pool, tender)


async def test_a_draw_by_another_key_than_the_frozen_one_is_refused(
    pool: Pool, tender: OpenedTender
) -> None:
    await freeze(pool, tender)
    await contribute(pool, tender)

    async with transaction(pool) as connection:
        with pytest.raises(DrawNotPrepared):
            await draws.run_draw(
                connection,
                tender.id,
                organization_id=tender.procuring_entity_id,
                vrf_seed=bytes(32),
                at=NOW,
            )


async def test_nothing_is_drawn_before_the_pool_is_frozen(pool: Pool, tender: OpenedTender) -> None:
    with pytest.raises(DrawNotPrepared):
        await run(pool, tender)


async def test_only_who_runs_the_tender_draws(pool: Pool, tender: OpenedTender) -> None:
    async with transaction(pool) as connection:
        with pytest.raises(Forbidden):
            await draws.run_draw(
                connection,
                tender.id,
                organization_id=tender.supervisor_id,
                vrf_seed=VRF_SEED,
                at=NOW,
            )


async def test_a_person_is_in_the_pool_once(pool: Pool, tender: OpenedTender) -> None:
    async with transaction(pool) as connection:
        expert = await register(connection, 30, tender)
        with pytest.raises(AlreadyRegistered):
            await experts.register_expert(connection, replace(expert, id=uuid4()), at=NOW)
        with pytest.raises(NotFound):
            await experts.register_expert(
                connection, replace(expert, id=uuid4(), person_id=uuid4()), at=NOW
            )


async def test_the_pool_is_read_page_by_page(pool: Pool, tender: OpenedTender) -> None:
    async with reading(pool) as connection:
        first = await stored_experts.list_after(connection, after=None, limit=15)
        rest = await stored_experts.list_after(connection, after=first[-1].id, limit=15)

    assert [len(first), len(rest)] == [15, 5]
    assert first[7].relations == (Relation(RelationKind.SHAREHOLDER, tender.bidder_uscc),)
