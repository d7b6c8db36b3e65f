"""A draw on a real database: frozen, contributed to, drawn, verified from the journal, replaced."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from crypto.draw import vrf_public
from tendering.actions import draws, experts
from tendering.api.contributions import RevealStep, SealStep
from tendering.domain.conduct import Conduct, ConductKind
from tendering.domain.contribution_steps import CONTRIBUTION_WINDOW, require_opened
from tendering.domain.contributions import CONTRIBUTION_LABEL, contribution_statement
from tendering.domain.draw import PoolEntry, verify_draw, verify_opening
from tendering.domain.draw_steps import coefficients
from tendering.domain.experts import Need, Relation, RelationKind
from tendering.domain.journal import Stream
from tendering.domain.opening import OpeningPhase, UnlockedBy
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.accounts import AlreadyRegistered
from tendering.domain.refusals.draws import ContributionsMissing, DrawNotPrepared, DrawOver
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import draws as stored
from tendering.storage import experts as stored_experts
from tendering.storage import openings, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.a_draw import (
    NOW,
    VRF_SEED,
    Drawing,
    an_expert,
    close,
    contribute,
    entries,
    freeze,
    gathering,
    give,
    hexed,
    post,
    ready_to_draw,
    register,
    run,
    seal,
)
from tests.integration.tendering.registered import organization, person
from tests.support.contributing import made
from tests.support.evaluation import DRAWN_METHOD


@pytest.fixture
async def tender(pool: Pool, tmp_path: Path) -> Drawing:
    """A tender whose bids are open, and twenty experts, one of them tied to a bidder."""
    return await ready_to_draw(pool, tmp_path)


async def test_a_draw_can_be_computed_again_from_the_public_journal(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)
    await contribute(pool, tender)
    await run(pool, tender)

    public = await entries(pool, tender, Stream.PUBLIC)
    frozen: Any = public["draw.pool_frozen"].body
    drawn: Any = public["committee.drawn"].body
    outcome = require_opened(await gathering(pool, tender))
    seed, draw = verify_draw(
        (await gathering(pool, tender)).subject,
        [PoolEntry(hexed(one, "commitment"), tuple(one["needs"])) for one in frozen["entries"]],
        [Need(**need) for need in frozen["needs"]],
        outcome.values,
        vrf_public=hexed(frozen, "vrf_public"),
        vrf_proof=hexed(drawn, "vrf_proof"),
    )

    assert seed == hexed(drawn, "seed")
    assert [seat.index for seat in draw.seats] == [seat["index"] for seat in drawn["seats"]]
    assert draw.permutation_digest() == hexed(drawn, "permutation_digest")
    assert hexed(frozen, "vrf_public") == vrf_public(VRF_SEED)


async def test_names_are_in_the_committee_stream_and_open_their_commitments(
    pool: Pool, tender: Drawing
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


async def test_an_expert_tied_to_a_bidder_is_not_in_the_pool(pool: Pool, tender: Drawing) -> None:
    record = await freeze(pool, tender)

    recusals: Any = (await entries(pool, tender, Stream.COMMITTEE))["draw.recusals"].body
    assert len(record.pool.entries) == 19
    assert [one["expert_id"] for one in recusals["recusals"]] == [str(UUID(int=0x1007))]


async def test_who_is_suspended_is_not_in_the_pool_and_the_supervisor_reads_why(
    pool: Pool, tender: Drawing
) -> None:
    supervisor = tender.opened.actor(tender.parties[1][0], Role.SUPERVISOR)
    record = Conduct(ConductKind.SUSPENDED, NOW.date(), NOW.date(), "示范决定1号")
    async with transaction(pool) as connection:
        clerk = await person(connection, tender.supervisor_id, "clerk", at=NOW)
        by = replace(supervisor, person_id=clerk)
        await experts.record_conduct(connection, UUID(int=0x1003), record, by=by, at=NOW)

    frozen = await freeze(pool, tender)

    sealed: Any = (await entries(pool, tender, Stream.COMMITTEE))["draw.recusals"].body
    assert len(frozen.pool.entries) == 18
    assert sealed["barred"] == [
        {"expert_id": str(UUID(int=0x1003)), "kind": "suspended", "basis": "示范决定1号"}
    ]


async def test_the_next_in_the_order_takes_a_seat_that_became_free(
    pool: Pool, tender: Drawing
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


async def test_a_reserve_of_another_need_sits_for_the_need_of_the_seat(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)
    await contribute(pool, tender)
    await run(pool, tender)
    async with transaction(pool) as connection:
        before = await stored.seats(connection, tender.id)
        (left,) = [one for one in before if one.seat == 4]
        (reserve,) = [one for one in before if one.status == "reserve" and one.need == 2]
        await stored.replace_seat(
            connection, tender.id, left, place=reserve.place, expert_id=reserve.expert_id
        )
        after = await stored.seats(connection, tender.id)

    (seated,) = [one for one in after if (one.seat, one.status) == (4, "seated")]
    assert seated == replace(reserve, need=left.need, venue=left.venue, seat=4, status="seated")


async def test_a_new_committee_is_the_next_in_the_order_and_nobody_of_the_old(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)
    await contribute(pool, tender)
    await run(pool, tender)
    async with transaction(pool) as connection:
        before = await stored.seats(connection, tender.id)
        await draws.replace_committee(connection, tender.id, reason="ruling", at=NOW)
        after = await stored.seats(connection, tender.id)

    old = {one.expert_id for one in before if one.status == "seated"}
    new = {one.expert_id: one.seat for one in after if one.status == "seated"}
    assert len(new) == len(old)
    assert not old & new.keys()
    assert set(new.values()) == {one.seat for one in before if one.status == "seated"}


async def test_nobody_is_replaced_where_nobody_sits(pool: Pool, tender: Drawing) -> None:
    await freeze(pool, tender)
    async with transaction(pool) as connection:
        with pytest.raises(DrawNotPrepared):
            await draws.replace_member(connection, tender.id, seat=1, reason="ill", at=NOW)
    await contribute(pool, tender)
    await run(pool, tender)

    async with transaction(pool) as connection:
        with pytest.raises(NotFound):
            await draws.replace_member(connection, tender.id, seat=9, reason="ill", at=NOW)


async def test_there_is_one_draw_a_tender(pool: Pool, tender: Drawing) -> None:
    await freeze(pool, tender)
    with pytest.raises(DrawOver):
        await freeze(pool, tender)
    await contribute(pool, tender)
    await run(pool, tender)

    with pytest.raises(DrawOver):
        await run(pool, tender)


async def test_a_draw_without_contributions_waits(pool: Pool, tender: Drawing) -> None:
    await freeze(pool, tender)

    with pytest.raises(ContributionsMissing):
        await run(pool, tender)


async def test_a_draw_by_another_key_than_the_frozen_one_is_refused(
    pool: Pool, tender: Drawing
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


async def test_nothing_is_drawn_before_the_pool_is_frozen(pool: Pool, tender: Drawing) -> None:
    with pytest.raises(DrawNotPrepared):
        await run(pool, tender)


async def test_only_who_runs_the_tender_draws(pool: Pool, tender: Drawing) -> None:
    async with transaction(pool) as connection:
        with pytest.raises(Forbidden):
            await draws.run_draw(
                connection,
                tender.id,
                organization_id=tender.supervisor_id,
                vrf_seed=VRF_SEED,
                at=NOW,
            )


async def test_a_person_is_in_the_pool_once(pool: Pool, tender: Drawing) -> None:
    async with transaction(pool) as connection:
        employer = await organization(connection, 5, Role.EXPERT, at=NOW)
        expert = await register(connection, 30, tender, employer.id)
        with pytest.raises(AlreadyRegistered):
            await experts.register_expert(connection, replace(expert, id=uuid4()), at=NOW)
        with pytest.raises(NotFound):
            await experts.register_expert(
                connection, replace(expert, id=uuid4(), person_id=uuid4()), at=NOW
            )


async def test_the_pool_is_read_page_by_page(pool: Pool, tender: Drawing) -> None:
    async with reading(pool) as connection:
        first = await stored_experts.list_after(connection, after=None, limit=15)
        rest = await stored_experts.list_after(connection, after=first[-1].id, limit=15)

    assert [len(first), len(rest)] == [15, 5]
    assert first[7].relations == (Relation(RelationKind.SHAREHOLDER, tender.bidder_uscc),)


async def test_g11_nobody_is_drawn_who_could_be_known_at_the_opening(
    pool: Pool, tender: Drawing
) -> None:
    async with transaction(pool) as connection:
        locked = await tenders.lock(connection, tender.id)
        await tenders.save(connection, replace(locked, status=TenderStatus.OPENING))

    with pytest.raises(WrongPhase):
        await freeze(pool, tender)


async def test_g15_staff_of_the_procuring_entity_and_of_the_agency_are_never_drawn(
    pool: Pool, tender: Drawing
) -> None:
    async with transaction(pool) as connection:
        entity, agency = (
            tender.opened.play.entity,
            await organization(connection, 5, Role.AGENCY, at=NOW),
        )
        locked = await tenders.lock(connection, tender.id)
        await connection.execute(
            "UPDATE tendering.tenders SET agency_id = $2 WHERE id = $1", locked.id, agency.id
        )
        for number, uscc in ((30, entity.uscc), (31, agency.uscc)):
            person_id = await person(connection, agency.id, f"expert{number}", at=NOW)
            one = replace(an_expert(number, person_id, tender), employer_uscc=uscc, relations=())
            await experts.register_expert(connection, one, at=NOW)

    record = await freeze(pool, tender)

    recusals: Any = (await entries(pool, tender, Stream.COMMITTEE))["draw.recusals"].body
    barred = {one["expert_id"] for one in recusals["recusals"]}
    assert len(record.pool.entries) == 19
    assert {str(UUID(int=0x1000 + number)) for number in (30, 31)} <= barred


async def left_to_the_draw(pool: Pool, tender: Drawing, status: TenderStatus) -> Tender:
    """The method leaves a K to the draw; two of the bids are open."""
    async with transaction(pool) as connection:
        locked = await tenders.lock(connection, tender.id)
        changed = replace(locked, method=DRAWN_METHOD, status=status)
        await connection.execute(
            "UPDATE tendering.tenders SET method = $2 WHERE id = $1",
            tender.id,
            json.dumps(DRAWN_METHOD),
        )
        await tenders.save(connection, changed)
        for bidder in tender.opened.play.bidders[:2]:
            await openings.save_unlock(
                connection,
                tender.id,
                "1",
                bidder.id,
                by=UnlockedBy.BIDDER,
                envelopes=(),
                forms={},
                at=NOW,
            )
    return changed


async def test_bidders_contribute_to_a_draw_in_the_hall_that_leaves_a_coefficient_open(
    pool: Pool, tender: Drawing
) -> None:
    changed = await left_to_the_draw(pool, tender, TenderStatus.OPENING)
    first, second, third = tender.opened.play.bidders[:3]
    with pytest.raises(WrongPhase):
        await freeze(pool, tender)
    async with transaction(pool) as connection:
        await openings.set_phase(connection, tender.id, "1", OpeningPhase.REVEALED, at=NOW)

    record = await freeze(pool, tender)
    own = made((await gathering(pool, tender)).subject, first.id)
    said = contribution_statement((await gathering(pool, tender)).subject, own.contribution)
    step = SealStep(
        own.contribution.container,
        own.contribution.recipient,
        cast("Any", first.sign(CONTRIBUTION_LABEL, said)),
    )
    with pytest.raises(SignatureRefused):
        await post(pool, tender, (second, Role.BIDDER), step)
    with pytest.raises((Forbidden, SignatureRefused)):
        await post(pool, tender, (third, Role.BIDDER), step)
    await post(pool, tender, (first, Role.BIDDER), step)
    everything = await seal(pool, tender)
    await close(pool, tender, at=NOW + CONTRIBUTION_WINDOW)
    for party, role in tender.parties:
        await post(pool, tender, (party, role), RevealStep(everything[party.id].file_key))
    # The bidder does not open what it sealed: it cannot stop the draw with that.
    for number in (1, 2):
        await give(pool, tender, own, number, at=NOW + 2 * CONTRIBUTION_WINDOW)
    await run(pool, tender)

    drawn: Any = (await entries(pool, tender, Stream.PUBLIC))["committee.drawn"].body
    assert record.bidders == {first.id, second.id}
    assert drawn["opened_by_key_holders"] == [str(first.id)]
    assert drawn["coefficients"] == coefficients(changed, hexed(drawn, "seed"))
    assert [one["id"] for one in drawn["coefficients"]] == ["方法", "K"]


async def test_where_nothing_is_left_to_the_draw_it_waits_for_the_record_and_no_bidder_has_a_part(
    pool: Pool, tender: Drawing
) -> None:
    record = await freeze(pool, tender)

    assert record.bidders == frozenset()
