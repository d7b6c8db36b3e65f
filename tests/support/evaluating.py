"""An evaluation on a real database, from the drawn committee to the signing of the report."""

import base64
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID, uuid4

from evaluation_rooms import commands as c
from evaluation_rooms.actions.evaluations import Chance, open_evaluation
from evaluation_rooms.actions.rooms import act
from evaluation_rooms.phases import Phase
from evaluation_rooms.recording import REQUIRED
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.actions.opening_records import issue_opening_record, record_opening
from tendering.domain.draw import draw_committee, freeze_pool
from tendering.domain.experts import Expert, Need
from tendering.domain.parties import Actor, Person
from tendering.domain.roles import Role
from tendering.keys import PlatformKeys
from tendering.storage import draws, people, tenders
from tendering.storage import experts as stored_experts
from tendering.storage.connection import Connection, Pool, reading, transaction
from tests.support.evaluation import (
    MEMBERS,
    check_ins,
    confirmations,
    decisions,
    elects,
    scores,
    votes,
)
from tests.support.opened import NOW, PUBLISHED, OpenedLot, Party, certified, party

_Step: TypeAlias = tuple[Callable[[Room], Iterable[c.Command]], Phase]
HOST = Standing(Viewer.HOST)
SEED = b"s" * 32
SALT = b"n" * 32


async def opened(pool: Pool, lot: OpenedLot) -> None:
    """Make the opening record, as if everybody had signed it."""
    record = await issue_opening_record(pool, lot.id, "1", by=lot.host.actor, at=NOW)
    async with transaction(pool) as connection:
        tender = await tenders.lock(connection, lot.id)
        await record_opening(connection, tender, record, at=NOW)


async def seat_committee(
    pool: Pool, keys: PlatformKeys, tender_id: UUID, *, spare: int = 0
) -> tuple[Party, ...]:
    """Five drawn members, each with an account and a certificate, by seat; then those to spare."""
    async with transaction(pool) as connection:
        employer = (await party(connection, keys, 70, Role.EXPERT)).actor
        made = [
            await _member(connection, keys, employer, number)
            for number in range(1, MEMBERS + spare + 1)
        ]
        seats = await draw_among(connection, tender_id, [expert for expert, _ in made])
    members = {expert.id: member for expert, member in made}
    drawn = [members.pop(seat) for seat in seats]
    return (*drawn, *members.values())


async def draw_among(
    connection: Connection, tender_id: UUID, experts: Sequence[Expert]
) -> list[UUID]:
    """Draw five of these, as the platform does once all contributions are open; ids by seat."""
    need = Need("示范市", "", "A01", MEMBERS, 0)
    frozen = freeze_pool([(one, (0,)) for one in experts], [need], [SALT] * len(experts))
    drawn = draw_committee(frozen.entries, frozen.needs, seed=SEED)
    await draws.insert(
        connection,
        tender_id,
        frozen,
        representatives=0,
        vrf_public=bytes(32),
        bidders=frozenset(),
        at=NOW,
    )
    await draws.save_result(connection, tender_id, seed=SEED, vrf_proof=bytes(80), at=NOW)
    await draws.insert_seats(
        connection, tender_id, frozen, seats=drawn.seats, reserves=drawn.reserves
    )
    return [frozen.sealed[seat.index].expert_id for seat in drawn.seats]


async def at_signing(
    pool: Pool,
    lot: OpenedLot,
    members: tuple[Party, ...],
    *,
    rejected: frozenset[int] = frozenset(),
    at: datetime = NOW,
    scored: bool = True,
    prices: Callable[[UUID], Awaitable[None]] | None = None,
) -> UUID:
    """A room whose members have confirmed the report; its id.

    `prices` is what happens, once the marks are locked, until a room of its id knows sealed prices.
    """
    room_id = uuid4()
    async with transaction(pool) as connection:
        await open_evaluation(
            connection, lot.id, "1", Chance(room_id, SEED), by=lot.host.actor, at=at
        )
    scoring: list[_Step] = [
        (scores, Phase.PRICE),
        (_nothing, Phase.TOTALS),
        (_nothing, Phase.CHECKS),
        (decisions, Phase.REPORT),
    ]
    left = scored and len(rejected) < len(lot.bidders)
    steps: list[_Step] = [
        (lambda room: _signed_check_ins(room, members), Phase.CHAIR),
        (elects, Phase.PRELIMINARY),
        (
            lambda room: votes(room, rejected=rejected),
            Phase.TECHNICAL if left else Phase.REPORT,
        ),
        *(scoring if left else []),
        (confirmations, Phase.SIGNING),
    ]
    for commands, phase in steps:
        if prices is not None and phase is Phase.PRICE:
            await _do(pool, lot.id, room_id, commands, None, at=at + timedelta(minutes=1))
            await prices(room_id)
            await _do(pool, lot.id, room_id, _nothing, phase, at=at + timedelta(minutes=1))
            continue
        await _do(pool, lot.id, room_id, commands, phase, at=at + timedelta(minutes=1))
    return room_id


async def _do(
    pool: Pool,
    tender_id: UUID,
    room_id: UUID,
    commands: Callable[[Room], Iterable[c.Command]],
    phase: Phase | None,
    *,
    at: datetime,
) -> None:
    async with reading(pool) as connection:
        room = await rooms.load(connection, tender_id, room_id)
    async with transaction(pool) as connection:
        leads = [] if phase is None else [c.AdvancePhase(None, phase)]
        for command in [*commands(room), *leads]:
            await act(connection, room_id, command, HOST, at=at)


def _signed_check_ins(room: Room, members: tuple[Party, ...]) -> Iterable[c.Command]:
    """The rules look at the certificate; the signatures were verified before.

    Where the evaluation is recorded as a whole every member is then seen and heard.
    """
    for command in check_ins(room):
        assert isinstance(command, c.CheckIn)
        certificate = base64.b64encode(members[command.seat - 1].certificate).decode()
        yield c.CheckIn(
            command.seat,
            command.person_id,
            tuple(dict(one) | {"certificate": certificate} for one in command.statements),
        )
    if room.terms.recording == REQUIRED:
        yield from (c.BeginMedia(one.number) for one in room.members)


def _nothing(_room: Room) -> Iterable[c.Command]:
    return ()


async def _member(
    connection: Connection, keys: PlatformKeys, employer: Actor, number: int
) -> tuple[Expert, Party]:
    person = Person(
        uuid4(), employer.organization_id, f"示范专家{number}", f"member{number}", False
    )
    await people.insert(connection, person, password_hash="-", at=PUBLISHED)
    expert = Expert(
        uuid4(),
        person.id,
        person.name,
        "510100",
        "示范单位",
        "",
        frozenset({"A01"}),
        10,
        date(2028, 1, 1),
    )
    await stored_experts.insert(connection, expert, at=PUBLISHED)
    actor = Actor(
        person.id, employer.organization_id, Role.EXPERT, employer.organization_name, employer.uscc
    )
    return expert, await certified(connection, keys, actor, at=PUBLISHED)
