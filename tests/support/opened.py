"""A lot whose prices were read out, put into the tables with its parties and their certificates."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from stdnum.cn import uscc

from crypto.canonical import JsonValue
from crypto.certificates import make_request
from crypto.keys import SigningKey, generate_signing_key
from tendering.actions.certificates import request_certificate
from tendering.domain import timetable as dates
from tendering.domain.bid import SealedBid, SealedEnvelope
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import OpenedEnvelope, Opening, OpeningPhase, UnlockedBy
from tendering.domain.parties import Actor, Organization, Person, Session
from tendering.domain.roles import Role
from tendering.domain.tender import ENVELOPES, KeyHolder, Lot, Tender, TenderStatus, Terms
from tendering.keys import PlatformKeys
from tendering.rulebooks import holiday_calendar, rulebook_of
from tendering.storage import journal, openings, organizations, people, tenders
from tendering.storage.connection import Connection, Pool, transaction
from tests.support.evaluation import METHOD
from tests.support.taking_in import insert_bid

DEADLINE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PUBLISHED = DEADLINE - timedelta(days=30)
OPENED = DEADLINE + timedelta(minutes=1)
NOW = DEADLINE + timedelta(hours=2)
BIDDERS = 3


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who acts, with a certified key."""

    actor: Actor
    key: SigningKey = field(repr=False)
    certificate: bytes = field(repr=False)

    def sign(self, attributes: bytes) -> bytes:
        """ECDSA over the attributes of a prepared PDF, as the party's own program does it."""
        return self.key.private.sign(attributes, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True, slots=True)
class OpenedLot:
    """A tender with one lot, and who is party to it."""

    id: UUID
    host: Party
    supervisor: Party
    bidders: tuple[Party, ...]
    holders: tuple[Party, ...]


async def revealed_lot(pool: Pool, keys: PlatformKeys, *, bidders: int = BIDDERS) -> OpenedLot:
    """Prices 1,000,000.00, 1,020,000.00, ... yuan; the last bidder's opened by key holders."""
    async with transaction(pool) as connection:
        host = await party(connection, keys, 1, Role.PROCURING_ENTITY)
        supervisor = await party(connection, keys, 2, Role.SUPERVISOR)
        holders = [await party(connection, keys, 10 + one, Role.KEY_HOLDER) for one in range(3)]
        bidding = [await party(connection, keys, 20 + one, Role.BIDDER) for one in range(bidders)]
        lot = OpenedLot(uuid4(), host, supervisor, tuple(bidding), tuple(holders))
        await tenders.insert(connection, a_tender(lot), at=PUBLISHED)
        for place, bidder in enumerate(bidding):
            bid = locked_bid(lot.id, bidder)
            await insert_bid(
                connection, bid, received_at=DEADLINE - timedelta(minutes=bidders - place)
            )
        await _open(connection, lot)
    return lot


def a_tender(lot: OpenedLot, *, status: TenderStatus = TenderStatus.OPENING) -> Tender:
    """The tender of a lot, as published a month before the deadline."""
    plan = dates.plan(
        rulebook_of("construction"),
        holiday_calendar(),
        published_at=PUBLISHED,
        deadline=DEADLINE,
    )
    return Tender(
        id=lot.id,
        number="KB-2026-0001",
        title="示范小学教学楼工程",
        description="示范",
        regime="construction",
        region="510100",
        status=status,
        procuring_entity_id=lot.host.actor.organization_id,
        agency_id=None,
        supervisor_id=lot.supervisor.actor.organization_id,
        lots=(Lot("1", "施工", 180_000_000, 200_000_000, 2_000_000),),
        threshold=2,
        key_holders=tuple(
            KeyHolder(number, one.actor.organization_id, one.actor.organization_name)
            for number, one in enumerate(lot.holders, start=1)
        ),
        documents=(),
        method=METHOD,
        committee={},
        terms=Terms(90, 30, 60),
        deadline=DEADLINE,
        published_at=PUBLISHED,
        timetable=dates.to_json(plan),
        demonstration=True,
    )


async def party(connection: Connection, keys: PlatformKeys, number: int, role: Role) -> Party:
    """An organization with one administrator and a certificate."""
    body = f"91510100MA{number:07d}"
    organization = Organization(
        uuid4(), body + uscc.calc_check_digit(body), f"示范单位{number}", frozenset({role})
    )
    person = Person(
        uuid4(), organization.id, f"示范人员{number}", f"login{number}", is_administrator=True
    )
    await organizations.insert(connection, organization, at=PUBLISHED)
    await people.insert(connection, person, password_hash="-", at=PUBLISHED)
    actor = Actor(person.id, organization.id, role, organization.name, organization.uscc)
    return await certified(connection, keys, actor, at=PUBLISHED)


async def certified(
    connection: Connection, keys: PlatformKeys, actor: Actor, *, at: datetime
) -> Party:
    """The actor with a fresh key and its certificate."""
    key = generate_signing_key()
    csr = make_request(key, common_name="-", organization="-", uscc=actor.uscc)
    session = Session(b"-", actor, "-", is_administrator=True)
    certificate = await request_certificate(connection, keys, csr, by=session, at=at)
    return Party(actor, key, certificate.der)


def price_form(number: int) -> dict[str, JsonValue]:
    """What the price envelope of a bidder says; bidders are numbered from 0."""
    return {
        "price_fen": 100_000_000 + 2_000_000 * number,
        "duration_days": 300,
        "quality": "合格",
        "project_manager": f"示范经理{number}",
    }


def forms(number: int) -> dict[str, Mapping[str, Any]]:
    """All forms of a bidder."""
    return {
        "qualification": {"objective": {"credit": "8.00"}},
        "technical": {},
        "price": price_form(number),
    }


def plaintext_digest(number: int, kind: str) -> bytes:
    """The digest of a bundle that nobody looks into."""
    return hashlib.sha256(f"{number}/{kind}".encode()).digest()


async def _open(connection: Connection, lot: OpenedLot) -> None:
    opening = Opening(
        "1",
        OpeningPhase.UNLOCK,
        OPENED,
        OPENED + timedelta(minutes=30),
        tuple(one.actor.organization_id for one in lot.bidders),
        frozenset(),
        frozenset(),
    )
    await openings.insert(connection, lot.id, opening)
    for number, bidder in enumerate(lot.bidders):
        last = number == len(lot.bidders) - 1
        await openings.save_unlock(
            connection,
            lot.id,
            "1",
            bidder.actor.organization_id,
            by=UnlockedBy.KEY_HOLDERS if last else UnlockedBy.BIDDER,
            envelopes=[
                OpenedEnvelope(kind, bytes(32), plaintext_digest(number, kind), rederives=True)
                for kind in ENVELOPES
            ],
            forms=forms(number),
            at=OPENED,
        )
        for holder in (1, 3) if last else ():
            await openings.add_shares(
                connection,
                lot.id,
                "1",
                bidder.actor.organization_id,
                number=holder,
                shares={"price": bytes(16)},
                at=OPENED,
            )
    await openings.set_phase(connection, lot.id, "1", OpeningPhase.REVEALED, at=OPENED)
    event = Event("prices.revealed", {"lot": "1", "rows": [], "deemed_revoked": []})
    await journal.append(connection, lot.id, Stream.PUBLIC, event, at=OPENED)


def locked_bid(tender_id: UUID, bidder: Party) -> SealedBid:
    """A bid that nobody looks into."""
    envelopes = tuple(
        SealedEnvelope(kind, uuid4(), bytes(32), bytes(32), 1, "age1") for kind in ENVELOPES
    )
    bidder_id = bidder.actor.organization_id
    manifest = {"bidder_id": str(bidder_id)}
    return SealedBid(tender_id, "1", bidder_id, 1, envelopes, manifest)
