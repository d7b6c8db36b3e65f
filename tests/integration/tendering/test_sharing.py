"""Experts of a partner centre: offered as commitments, drawn by index, named when they come."""

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from clients.verifying.case import Case
from clients.verifying.draws import check_committee, check_draw
from clients.verifying.report import Notes, Status
from tendering import centre_wire as wire
from tendering.actions import draws, experts
from tendering.domain.experts import Relation, RelationKind
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.draws import DrawOver, PoolTooSmall
from tendering.domain.refusals.partners import ShareSettled
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.seat_invitations import InvitationOver
from tendering.domain.roles import Role
from tendering.domain.sharing import login_of, stand_in
from tendering.domain.tender import Previous, Tender
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_of
from tendering.storage import draws as stored_draws
from tendering.storage import (
    journal,
    people,
    shared_experts,
    tenders,
)
from tendering.storage.connection import Connection, Pool, open_pool, reading, transaction
from tests.integration.tendering.a_draw import (
    NOW,
    VRF_SEED,
    an_expert,
    ready_to_draw,
)
from tests.integration.tendering.registered import organization, person
from tests.integration.tendering.two_centres import (
    HASH,
    KEYS,
    NEEDS,
    TERM,
    Centres,
    asked,
    freeze_and_draw,
    share,
    side,
)
from tests.support.postgres import Cluster


@pytest.fixture
async def centres(pool: Pool, postgres: Cluster, tmp_path: Path) -> AsyncIterator[Centres]:
    """The sharer's fourth expert has shares in a bidder; the fifth is of another region."""
    tender = await ready_to_draw(pool, tmp_path)
    async with (
        postgres.migrated() as database,
        open_pool(database.app_dsn, size=4) as other,
    ):
        host, sharer = await side(pool, KEYS[0], KEYS[1]), await side(other, KEYS[1], KEYS[0])
        found = []
        async with transaction(other) as connection:
            employer = await organization(connection, 61, Role.EXPERT, at=NOW)
            for number in range(5):
                found.append(await person(connection, employer.id, f"shared{number}", at=NOW))
                one = replace(
                    an_expert(number, found[number], tender),
                    name=f"示范共享专家{number}",
                    region="510100" if number == 4 else "510300",
                    specialities=frozenset({"B01"}),
                    relations=(Relation(RelationKind.SHAREHOLDER, tender.bidder_uscc),)
                    if number == 3
                    else (),
                )
                await experts.register_expert(connection, one, at=NOW)
        yield Centres(tender, host, sharer, found)


class Streams:
    """The streams of a tender as the verifier reads them, some entries changed."""

    all = Case.all

    def __init__(self, entries: dict[Stream, list[Entry]], kind: str, **members: Any) -> None:
        self.streams = {
            stream: [
                replace(one, body={**one.body, **members}) if one.kind == kind else one
                for one in found
            ]
            for stream, found in entries.items()
        }


def replayed(
    entries: dict[Stream, list[Entry]],
    kind: str = "",
    tender: Tender | None = None,
    **members: Any,
) -> Status:
    """The whole check of a `tender` whose group goes on; of another the names alone."""
    notes = Notes()
    case: Any = Streams(entries, kind, **members)
    if tender is not None:
        case.tender = tender
        check_draw(case, notes)
    check_committee(case, notes)
    return notes.as_check("", "").status


async def test_a_partners_experts_are_drawn_by_index_and_named_when_they_come(
    centres: Centres,
) -> None:
    request_id = await asked(centres)
    offered = await share(centres, request_id, agreed=True)
    with pytest.raises(ShareSettled):
        await share(centres, request_id, agreed=True)
    await centres.carry(centres.sharer, centres.host)
    drawn = await freeze_and_draw(centres)
    sent = await centres.carry(centres.host, centres.sharer)
    first, second = await centres.drawn()
    unnamed = json.dumps([one.body for one in await centres.committee()], ensure_ascii=False)
    await refuse_what_is_forged(centres, request_id, first.place)
    with pytest.raises(NotFound):
        await centres.answer(first, accept=True, person=second.person_id)
    with pytest.raises(ReasonMissing):
        await centres.answer(first, accept=False, reason="")
    with pytest.raises(InvitationOver):
        await centres.answer(first, accept=True, at=TERM)

    await centres.answer(first, accept=False)
    await centres.carry(centres.sharer, centres.host)
    await centres.carry(centres.host, centres.sharer)
    third = next(one for one in await centres.drawn() if one.status == "drawn" and one != second)
    for one in (second, third):
        await centres.answer(one, accept=True)
    await centres.carry(centres.sharer, centres.host)

    async with reading(centres.host.pool) as connection:
        seats = await stored_draws.seats(connection, centres.tender.id)
        logins = [
            await people.credentials(connection, login_of(stand_in(request_id, one.place)))
            for one in (first, second)
        ]
        entries = {
            stream: await journal.after(connection, centres.tender.id, stream, 0)
            for stream in (Stream.PUBLIC, Stream.COMMITTEE)
        }
    assert (offered.offered, offered.status) == (3, "shared")
    assert [one.venue for one in drawn.seats].count("示范三市") == 2
    assert sent == ["expert.drawn", "expert.drawn"]
    assert "示范共享专家" not in unnamed
    theirs = [one.name for one in seats if one.venue == "示范三市" and one.status == "seated"]
    assert sorted(name[:-1] for name in theirs) == ["示范共享专家"] * 2
    assert [found is not None and found[1] for found in logins] == ["-", HASH]
    assert replayed(entries) is Status.HOLDS
    named = next(one for one in entries[Stream.COMMITTEE] if one.kind == "expert.named")
    other = named.body["sealed"] | {"name": "示范专家乙"}  # type: ignore[operator]
    for kind, members in (
        ("expert.named", {"sealed": other}),
        ("expert.named", {"expert": named.body["sealed"]}),
        ("experts.offered", {"request_id": str(uuid4())}),
        ("experts.asked", {"partner": {"public_key": "00" * 32}}),
        ("draw.pool_frozen", {"shared": 0}),
    ):
        assert replayed(entries, kind, **members) is Status.FAILS, (kind, members)
    await the_group_goes_on(centres)


async def the_group_goes_on(centres: Centres) -> None:
    """A later round knows who came from the partner, and seats nobody unasked whom it does not."""
    host, goods = centres.host.pool, rulebook_of("government_procurement")
    async with transaction(host) as connection:
        first = await tenders.get(connection, centres.tender.id)
        second = replace(
            first,
            id=uuid4(),
            number="KB-2026-0002",
            previous=Previous(first.id, bytes(32)),
            round=round_of("competitive-negotiation", 2, goods),
        )
        await tenders.insert(connection, second, at=NOW)
        await draws.keep_group(connection, second, at=NOW)
        seats = await stored_draws.seats(connection, second.id)
        theirs = [one.seat for one in seats if one.venue == "示范三市" and one.status == "seated"]
        for seat in theirs:
            assert seat is not None
            with pytest.raises(PoolTooSmall):
                await draws.replace_member(connection, second.id, seat=seat, reason="病", at=NOW)
        await draws.replace_member(connection, second.id, seat=1, reason="病", at=NOW)
        entries = {
            stream: await journal.after(connection, second.id, stream, 0)
            for stream in (Stream.PUBLIC, Stream.COMMITTEE)
        }
    assert len(theirs) == 2
    assert replayed(entries, tender=second) is Status.HOLDS
    other = [{"index": 0, "expert_id": str(uuid4())}]
    for kind, members in (
        ("committee.seated", {"shared": other}),
        ("committee.kept", {"shared": 0}),
        ("expert.named", {"salt": "00" * 32}),
        ("expert.named", {"index": 0}),
        ("committee.replaced", {"asked": True}),
    ):
        assert replayed(entries, kind, tender=second, **members) is Status.FAILS, (kind, members)


async def refuse_what_is_forged(centres: Centres, request_id: UUID, place: int) -> None:
    """Who was not sealed is not named, and what was not asked is not taken."""
    said: dict[str, Any] = {"id": uuid4(), "subject": request_id, "number": 2, "place": place}
    stranger = wire.SharedExpert(uuid4(), "示范专家乙", "510300", "示范大学", "", ("B01",))
    forged = wire.ExpertNamed(expert=stranger, salt="0" * 64, password_hash=HASH, **said)
    unasked = wire.ExpertDeclined(reason="-", **(said | {"place": 1_999}))
    nobodys = wire.ExpertDeclined(reason="-", **(said | {"subject": uuid4(), "number": 1}))
    again = wire.ExpertDrawn(
        venue="示范三市",
        speciality="B01",
        begins_at=NOW,
        respond_until=TERM,
        **(said | {"number": 4}),
    )

    costly = wire.encode(forged).replace(b"m=65536", b"m=9999999")
    with pytest.raises(msgspec.ValidationError):
        wire.MESSAGE.decode(costly)
    with pytest.raises(Invalid):
        await centres.receive(centres.host, forged, {})
    for message in (unasked, nobodys):
        with pytest.raises(NotFound):
            await centres.receive(centres.host, message, {})
    with pytest.raises(NotFound):
        await centres.receive(centres.sharer, again, {})
    with pytest.raises(DrawOver):
        await asked(centres)


async def test_a_centre_may_refuse_and_a_draw_of_shared_places_asks_everybody(
    centres: Centres,
) -> None:
    request_id = await asked(centres)
    with pytest.raises(ReasonMissing):
        await share(centres, request_id, agreed=False)
    refused = await share(centres, request_id, agreed=False, reason="专家另有任务")
    second = await asked(centres)
    await share(centres, second, agreed=True)
    await centres.carry(centres.sharer, centres.host)
    async with transaction(centres.host.pool) as connection:
        found = await shared_experts.list_requests(connection, centres.tender.id)
        with pytest.raises(Invalid):
            await freeze_and_draw_uncalled(connection, centres)

    assert (refused.status, refused.offered) == ("refused", 0)
    offers = {one.id: one.offer for one in found}
    assert [len(one.places) for name in (request_id, second) if (one := offers[name])] == [0, 3]


async def freeze_and_draw_uncalled(connection: Connection, centres: Centres) -> None:
    tender = centres.tender
    await draws.freeze_pool(
        connection,
        tender.id,
        organization_id=tender.procuring_entity_id,
        needs=NEEDS,
        representatives=0,
        vrf_seed=VRF_SEED,
        random_bytes=secrets.token_bytes,
        at=NOW,
    )
    await draws.run_draw(
        connection,
        tender.id,
        organization_id=tender.procuring_entity_id,
        vrf_seed=VRF_SEED,
        at=NOW,
    )
