"""Experts of a partner centre: offered as commitments, drawn by index, named when they come."""

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.verifying.case import Case
from clients.verifying.draws import check_committee
from clients.verifying.report import Notes, Status
from crypto.request_signatures import Message, sign_request
from tendering import centre_wire as wire
from tendering.actions import dispatch, draws, experts, sharing
from tendering.actions.seat_invitations import Asking, draw_and_invite
from tendering.domain.dispatch import Evidence, Partner
from tendering.domain.draw import Draw
from tendering.domain.experts import Need, Relation, RelationKind
from tendering.domain.journal import Entry, Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.draws import DrawOver
from tendering.domain.refusals.partners import ShareSettled
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.seat_invitations import InvitationOver
from tendering.domain.roles import Role
from tendering.domain.seat_invitations import Call
from tendering.domain.sharing import Shared, login_of, stand_in
from tendering.storage import draws as stored_draws
from tendering.storage import journal, partner_messages, partners, people, shared_experts
from tendering.storage.connection import Connection, Pool, open_pool, reading, transaction
from tendering.storage.partner_messages import Parcel
from tendering.storage.shared_experts import Share
from tests.integration.tendering.a_draw import (
    NOW,
    VRF_SEED,
    Drawing,
    an_expert,
    contribute,
    ready_to_draw,
)
from tests.integration.tendering.registered import organization, person
from tests.support.postgres import Cluster

KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in (1, 2)]
HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo"
URL = "https://centre.example/api/v1/partners/messages"
# Two seats only a partner's experts fit, and five of our own.
NEEDS = (Need("示范市", "510100", "A08", 5, 2), Need("示范三市", "510300", "B01", 2, 0))
CALL = Call(NOW + timedelta(hours=20), 30)
TERM = NOW + timedelta(minutes=30)


@dataclass
class Side:
    """A platform's database, the other one as its partner, and the key its messages carry."""

    pool: Pool
    partner: Partner
    key: Ed25519PrivateKey


@dataclass
class Centres:
    """A host with a tender to draw for, and a centre that shares four experts."""

    tender: Drawing
    host: Side
    sharer: Side
    people: list[UUID]

    async def carry(self, sender: Side, receiver: Side) -> list[str]:
        """Take what waits in an outbox to the other side, over the wire's bytes; its actions."""
        carried: list[str] = []
        while parcel := await self.claimed(sender):
            headers = sign_request(
                Message("POST", URL, {"Content-Type": "application/json"}),
                parcel.body,
                sender.key,
                tag=wire.TAG,
                at=NOW,
                nonce=uuid4().hex,
            )
            lowered = {name.lower(): value for name, value in headers.items()}
            await self.receive(receiver, wire.MESSAGE.decode(parcel.body), lowered)
            async with transaction(sender.pool) as connection:
                await partner_messages.delivered(connection, parcel)
            carried.append(parcel.action)
        return carried

    async def claimed(self, sender: Side) -> Parcel | None:
        async with transaction(sender.pool) as connection:
            due = await partner_messages.claim(connection, limit=1, lease_seconds=60.0)
        return due[0] if due else None

    async def receive(self, to: Side, message: wire.Message, headers: dict[str, str]) -> str:
        evidence = Evidence(URL, headers, wire.encode(message).decode())
        async with transaction(to.pool) as connection:
            standing, _ = await dispatch.receive(
                connection, to.partner, message, evidence, new_id=uuid4, at=NOW
            )
        return standing.status

    async def answer(self, held: Any, *, accept: bool, **changes: Any) -> Any:
        said: dict[str, Any] = {"reason": "出差", "password_hash": HASH, "at": NOW} | changes
        by = Actor(changes.pop("person", held.person_id), uuid4(), Role.EXPERT, "", "")
        said.pop("person", None)
        async with transaction(self.sharer.pool) as connection:
            return await sharing.answer_place(
                connection, held.share_id, held.place, accept=accept, by=by, **said
            )

    async def drawn(self) -> list[Any]:
        """The places that were drawn, as their experts see them, in order."""
        async with reading(self.sharer.pool) as connection:
            found = [await shared_experts.list_places_of(connection, one) for one in self.people]
        return [place for places in found for place in places]

    async def committee(self) -> list[Entry]:
        async with reading(self.host.pool) as connection:
            return await journal.after(connection, self.tender.id, Stream.COMMITTEE, 0)


async def side(pool: Pool, key: Ed25519PrivateKey, other: Ed25519PrivateKey) -> Side:
    async with transaction(pool) as connection:
        known = await organization(connection, 60, Role.VENUE_OPERATOR, at=NOW)
        partner = Partner(
            uuid4(), known.id, "https://x.example", other.public_key().public_bytes_raw()
        )
        await partners.insert(connection, partner, at=NOW)
    return Side(pool, partner, key)


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


async def asked(centres: Centres) -> UUID:
    """The host has asked, and the sharer knows of it."""
    tender, request_id = centres.tender, uuid4()
    by = Actor(uuid4(), tender.procuring_entity_id, Role.PROCURING_ENTITY, "", "")
    async with transaction(centres.host.pool) as connection:
        await sharing.ask(
            connection,
            tender.id,
            centres.host.partner.id,
            [Shared("B01", "510300", 2)],
            request_id=request_id,
            by=by,
            at=NOW,
        )
    assert await centres.carry(centres.host, centres.sharer) == ["experts.ask"]
    return request_id


async def share(centres: Centres, request_id: UUID, *, agreed: bool, reason: str = "") -> Share:
    async with transaction(centres.sharer.pool) as connection:
        return await sharing.answer_share(
            connection,
            request_id,
            share=agreed,
            reason=reason,
            random_bytes=secrets.token_bytes,
            at=NOW,
        )


async def freeze_and_draw(centres: Centres) -> Draw:
    """The pool is frozen with the partner's places, and the committee drawn and asked."""
    tender, host = centres.tender, centres.tender.procuring_entity_id
    async with transaction(centres.host.pool) as connection:
        await draws.freeze_pool(
            connection,
            tender.id,
            organization_id=host,
            needs=NEEDS,
            representatives=0,
            vrf_seed=VRF_SEED,
            random_bytes=secrets.token_bytes,
            at=NOW,
        )
    await contribute(centres.host.pool, tender)
    async with transaction(centres.host.pool) as connection:
        return await draw_and_invite(
            connection,
            tender.id,
            Asking(CALL, uuid4),
            organization_id=host,
            vrf_seed=VRF_SEED,
            at=NOW,
        )


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


def replayed(entries: dict[Stream, list[Entry]], kind: str = "", **members: Any) -> Status:
    notes = Notes()
    case: Any = Streams(entries, kind, **members)
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
