"""Drawn experts are asked: they accept, decline, stay silent; the next in the order is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from clients.verifying.invitations import check_invitations
from clients.verifying.report import Notes, Status
from tendering.actions import seat_invitations as deeds
from tendering.actions.seat_invitations import Asking, draw_and_invite
from tendering.clockwork import ask_the_next
from tendering.domain.draw import Draw
from tendering.domain.journal import Entry, Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.seat_invitations import InvitationOver, SeatsUnanswered
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.domain.seat_invitations import Call, Invitation, InvitationStatus
from tendering.domain.tender import TenderStatus
from tendering.storage import draws, experts, journal, messages, people, seat_invitations, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.a_draw import (
    NOW,
    VRF_SEED,
    Drawing,
    contribute,
    freeze,
    ready_to_draw,
)
from tests.support.two_processes import two_at_once

CALL = Call(NOW + timedelta(hours=20), 30)
TERM = NOW + timedelta(minutes=30)
S = InvitationStatus


@pytest.fixture
async def tender(pool: Pool, tmp_path: Path) -> Drawing:
    """A tender whose five seats are drawn and asked for; twenty experts, one of them barred."""
    drawing = await ready_to_draw(pool, tmp_path)
    await freeze(pool, drawing)
    await contribute(pool, drawing)
    return drawing


async def draw(pool: Pool, tender: Drawing, call: Call = CALL) -> Draw:
    async with transaction(pool) as connection:
        return await draw_and_invite(
            connection,
            tender.id,
            Asking(call, uuid4),
            organization_id=tender.procuring_entity_id,
            vrf_seed=VRF_SEED,
            at=NOW,
        )


async def asked(pool: Pool, tender: Drawing, seat: int) -> Invitation:
    """Who was asked last for a seat, if they have not gone."""
    async with reading(pool) as connection:
        found = await seat_invitations.list_of_tender(connection, tender.id)
    (one,) = [one for one in found if one.seat == seat and one.status in {S.INVITED, S.ACCEPTED}]
    return one


async def expert_of(pool: Pool, invitation: Invitation) -> Actor:
    async with reading(pool) as connection:
        known = await experts.list_by_ids(connection, [invitation.expert_id])
        person_id = known[invitation.expert_id].person_id
        person = await people.get(connection, person_id)
    assert person is not None
    return Actor(person_id, person.organization_id, Role.EXPERT, "示范大学", "")


async def answer(
    pool: Pool,
    invitation: Invitation,
    *,
    accept: bool,
    reason: str = "出差",
    at: datetime = NOW,
    by: Actor | None = None,
) -> Invitation:
    actor = by or await expert_of(pool, invitation)
    async with transaction(pool) as connection:
        return await deeds.answer(
            connection,
            invitation.id,
            accept=accept,
            reason=reason,
            by=actor,
            new_id=uuid4,
            at=at,
        )


async def committee(pool: Pool, tender: Drawing) -> list[Entry]:
    async with reading(pool) as connection:
        return await journal.after(connection, tender.id, Stream.COMMITTEE, 0)


def replayed(entries: Sequence[Entry]) -> tuple[Status, str]:
    """What the verifier says to a committee's stream."""
    notes = Notes()
    check_invitations(cast("Any", SimpleNamespace(streams={Stream.COMMITTEE: entries})), notes)
    check = notes.as_check("", "")
    return check.status, check.detail


async def test_who_is_asked_sees_no_tender_before_accepting_and_no_message_names_it(
    pool: Pool, tender: Drawing
) -> None:
    await draw(pool, tender)
    invitation = await asked(pool, tender, 2)
    expert = await expert_of(pool, invitation)
    async with reading(pool) as connection:
        before = await messages.list_of(connection, expert, before=None, limit=9)
        own = await seat_invitations.list_of_person(connection, expert.person_id)

    accepted = await answer(pool, invitation, accept=True)
    again = await answer(pool, invitation, accept=True, at=TERM)
    async with reading(pool) as connection:
        after = await messages.list_of(connection, expert, before=None, limit=9)

    assert before == []
    assert [(one.id, one.status, one.respond_until) for one in own] == [
        (invitation.id, S.INVITED, TERM)
    ]
    assert accepted == again == replace(invitation, status=S.ACCEPTED)
    assert [one.tender_id for one in after] == [tender.id]


async def test_the_next_in_the_drawn_order_is_asked_when_somebody_declines(
    pool: Pool, tender: Drawing
) -> None:
    drawn = await draw(pool, tender)
    first = await asked(pool, tender, 1)

    await answer(pool, first, accept=False)
    second = await asked(pool, tender, 1)
    await answer(pool, second, accept=True)
    # At the last minute, long after the term.
    await answer(pool, second, accept=False, reason="须回避", at=CALL.begins_at)
    third = await asked(pool, tender, 1)
    async with reading(pool) as connection:
        seats = await draws.seats(connection, tender.id)

    places = {one.expert_id: one.place for one in seats}
    reserves = [one.index for one in drawn.reserves if one.need == 0]
    assert [places[one.expert_id] for one in (second, third)] == reserves
    assert third.respond_until == CALL.begins_at + timedelta(minutes=30)
    with pytest.raises(InvitationOver):
        await answer(pool, first, accept=True)
    with pytest.raises(NotFound):
        await answer(pool, third, accept=True, by=await expert_of(pool, first))
    assert replayed(await committee(pool, tender))[0] is Status.HOLDS


async def test_silence_lets_the_next_be_asked_once_the_term_has_passed(
    pool: Pool, tender: Drawing
) -> None:
    await draw(pool, tender)
    kept = await asked(pool, tender, 3)
    await answer(pool, kept, accept=True)
    context = tender.opened.context

    early = await ask_the_next(context, at=TERM - timedelta(microseconds=1))
    both = await two_at_once(pool, tender.id, lambda: ask_the_next(context, at=TERM))
    nobody = await ask_the_next(context, at=TERM)
    silent = [await asked(pool, tender, seat) for seat in (1, 2, 4, 5)]

    assert (early, sorted(both), nobody) == (0, [0, 4], 0)
    assert (await asked(pool, tender, 3)).expert_id == kept.expert_id
    assert {one.respond_until for one in silent} == {TERM + timedelta(minutes=30)}
    status, detail = replayed(await committee(pool, tender))
    assert (status, detail) == (Status.HOLDS, "1 experts accepted")


async def test_a_pool_that_is_exhausted_leaves_the_seat_vacant_and_the_room_shut(
    pool: Pool, tender: Drawing
) -> None:
    await draw(pool, tender)
    for seat in (1, 2, 3, 5):
        await answer(pool, await asked(pool, tender, seat), accept=True)
    with pytest.raises(SeatsUnanswered) as waiting:
        async with transaction(pool) as connection:
            await deeds.require_answered(connection, tender.id)

    fit = await _who_fit(pool, tender, 4)
    declined = 0
    while await _vacant(pool, tender) == 0:
        await answer(pool, await asked(pool, tender, 4), accept=False)
        declined += 1

    entries = await committee(pool, tender)
    with pytest.raises(SeatsUnanswered) as vacant:
        async with transaction(pool) as connection:
            await deeds.require_answered(connection, tender.id)
    async with reading(pool) as connection:
        host = Actor(uuid4(), tender.procuring_entity_id, Role.PROCURING_ENTITY, "", "")
        told = await messages.list_of(connection, host, before=None, limit=200)
    assert declined == fit >= 1
    assert waiting.value.parameters == {"waiting": 1, "vacant": 0}
    assert vacant.value.parameters == {"waiting": 0, "vacant": 1}
    assert entries[-1].kind == "committee.exhausted"
    assert "committee.exhausted" in {one.kind for one in told}
    assert replayed(entries)[0] is Status.HOLDS


async def _who_fit(pool: Pool, tender: Drawing, seat: int) -> int:
    """How many of the pool fit a seat and sit on no other one."""
    async with reading(pool) as connection:
        record = await draws.get(connection, tender.id)
        seated = [one for one in await draws.seats(connection, tender.id) if one.status == "seated"]
    assert record is not None
    elsewhere = {one.place for one in seated if one.seat != seat}
    (need,) = [one.need for one in seated if one.seat == seat]
    entries = enumerate(record.pool.entries)
    return sum(need in entry.needs for place, entry in entries if place not in elsewhere)


async def _vacant(pool: Pool, tender: Drawing) -> int:
    async with reading(pool) as connection:
        return await deeds.count_vacant(connection, tender.id)


async def test_after_the_room_is_open_nobody_answers_and_nobody_lapses(
    pool: Pool, tender: Drawing
) -> None:
    await draw(pool, tender)
    invitation = await asked(pool, tender, 1)
    async with transaction(pool) as connection:
        locked = await tenders.lock(connection, tender.id)
        await tenders.save(connection, replace(locked, status=TenderStatus.EVALUATING))
        lapsed = await deeds.lapse(connection, tender.id, new_id=uuid4, at=TERM)

    assert lapsed == 0
    assert await ask_the_next(tender.opened.context, at=TERM) == 0
    with pytest.raises(WrongPhase):
        await answer(pool, invitation, accept=True)


async def test_a_senseless_call_draws_nobody(pool: Pool, tender: Drawing) -> None:
    with pytest.raises(Invalid):
        await draw(pool, tender, Call(NOW, 30))

    assert (await draw(pool, tender)).seats


async def test_what_the_verifier_refuses_of_invitations(pool: Pool, tender: Drawing) -> None:
    await draw(pool, tender)
    for seat in (1, 2, 3, 4):
        await answer(pool, await asked(pool, tender, seat), accept=True)
    await answer(pool, await asked(pool, tender, 5), accept=False)
    await ask_the_next(tender.opened.context, at=TERM)
    await answer(pool, await asked(pool, tender, 5), accept=True, at=TERM)
    entries = await committee(pool, tender)
    opened = replace(entries[-1], kind="room.opened", body={})

    def without(kind: str) -> list[Entry]:
        return [*(one for one in entries if one.kind != kind), opened]

    def other(kind: str, **members: Any) -> list[Entry]:
        return [
            replace(one, body={**one.body, **members}) if one.kind == kind else one
            for one in entries
        ]

    somebody = str(UUID(int=5))
    wrong = {
        "had nobody who had accepted": without("expert.accepted"),
        "asked without a call": without("committee.called"),
        "stepped in though nobody had left": without("expert.lapsed"),
        "not everybody was asked": other("committee.called", seats_asked=4),
        "another term than the others": other("committee.called", answer_minutes=31),
        "not who was drawn": other("expert.invited", expert_id=somebody),
        "somebody who was not asked": other("expert.accepted", expert={"id": somebody}),
        "after the term to answer": [
            replace(one, at=CALL.begins_at) if one.kind == "expert.accepted" else one
            for one in entries
        ],
        "passed over before the term": [
            replace(one, kind="expert.lapsed") if one.kind == "expert.declined" else one
            for one in entries
        ],
        "given up though nobody had left": [
            *entries,
            replace(opened, kind="committee.exhausted", body={"seat": 2}),
        ],
    }

    assert replayed([*entries, opened])[0] is Status.HOLDS
    for says, journaled in wrong.items():
        status, detail = replayed(journaled)
        assert (status, says in detail) == (Status.FAILS, True), (says, detail)
