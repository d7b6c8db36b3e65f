"""A host that draws a committee, a centre that shares experts, and the line between them."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.request_signatures import Message, sign_request
from tendering import centre_wire as wire
from tendering.actions import dispatch, draws, sharing
from tendering.actions.seat_invitations import Asking, draw_and_invite
from tendering.domain.dispatch import Evidence, Partner
from tendering.domain.draw import Draw
from tendering.domain.experts import Need
from tendering.domain.journal import Entry, Stream
from tendering.domain.parties import Actor
from tendering.domain.roles import Role
from tendering.domain.seat_invitations import Call
from tendering.domain.sharing import Shared
from tendering.storage import (
    journal,
    partner_messages,
    partners,
    shared_experts,
)
from tendering.storage.connection import Pool, reading, transaction
from tendering.storage.partner_messages import Parcel
from tendering.storage.shared_experts import Share
from tests.integration.tendering.a_draw import (
    NOW,
    VRF_SEED,
    Drawing,
    contribute,
)
from tests.integration.tendering.registered import organization

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
        async with transaction(sender.pool) as connection, reading(sender.pool) as other:
            due = await partner_messages.claim(connection, limit=1, lease_seconds=60.0)
            rival = other.transaction()
            await rival.start()
            rest = await partner_messages.claim(other, limit=99, lease_seconds=60.0)
            await rival.rollback()
        assert not {one.id for one in due} & {one.id for one in rest}
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
