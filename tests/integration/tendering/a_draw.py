"""A tender ready to be drawn for, its contributors with their keys, and their steps."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from tendering.actions import contributions, draws, experts
from tendering.api import contributions as doors
from tendering.domain.contribution_steps import CONTRIBUTION_WINDOW, Gathering
from tendering.domain.contributions import (
    CONTRIBUTION_LABEL,
    RECORD_LABEL,
    contribution_statement,
    record_statement,
)
from tendering.domain.experts import Expert, Need, Relation, RelationKind
from tendering.domain.journal import Entry, Stream
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import draws as stored
from tendering.storage import journal, tenders
from tendering.storage.connection import Connection, Pool, reading, transaction
from tests.integration.tendering.locked_bids import Opened, opened
from tests.integration.tendering.registered import organization, person
from tests.support.archive_parties import Party
from tests.support.contributing import Made, made, share_of

Step = doors.SealStep | doors.RevealStep | doors.CheckStep | doors.ShareStep
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
VRF_SEED = bytes(range(32))
NEEDS = (
    Need("示范市", "510100", "A08", 3, 2),
    Need("示范二市", "510200", "A08", 1, 1),
    Need("示范三市", "", "A08", 1, 1),
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A tender whose bids are open, and everybody who contributes to its draw."""

    opened: Opened

    @property
    def id(self) -> UUID:
        return self.opened.id

    @property
    def procuring_entity_id(self) -> UUID:
        return self.opened.play.entity.id

    @property
    def supervisor_id(self) -> UUID:
        return self.opened.play.supervisor.id

    @property
    def bidder_uscc(self) -> str:
        return self.opened.play.bidders[0].uscc

    @property
    def parties(self) -> list[tuple[Party, Role]]:
        play = self.opened.play
        return [
            (play.entity, Role.PROCURING_ENTITY),
            (play.supervisor, Role.SUPERVISOR),
            *((holder, Role.KEY_HOLDER) for holder in play.holders),
        ]


async def ready_to_draw(pool: Pool, folder: Path) -> Drawing:
    """A tender whose bids are open, and twenty experts, one of them tied to a bidder."""
    drawing = Drawing(await opened(pool, folder))
    async with transaction(pool) as connection:
        locked = await tenders.lock(connection, drawing.id)
        await tenders.save(connection, replace(locked, status=TenderStatus.OPENED))
        employer = await organization(connection, 4, Role.EXPERT, at=NOW)
        for number in range(20):
            await register(connection, number, drawing, employer.id)
    return drawing


async def register(connection: Connection, number: int, tender: Drawing, employer: UUID) -> Expert:
    person_id = await person(connection, employer, f"expert{number:02}", at=NOW)
    expert = an_expert(number, person_id, tender)
    await experts.register_expert(connection, expert, at=NOW)
    return expert


def an_expert(number: int, person_id: UUID, tender: Drawing) -> Expert:
    """An expert of the pool; number 7 has shares in a bidder."""
    relation = Relation(RelationKind.SHAREHOLDER, tender.bidder_uscc)
    return Expert(
        id=UUID(int=0x1000 + number),
        person_id=person_id,
        name=f"示范专家{number:02}",
        region="510200" if number % 4 == 0 else "510100",
        employer="示范大学",
        employer_uscc="",
        specialities=frozenset({"A08"}),
        experience_years=12,
        expires_on=date(2030, 1, 1),
        relations=(relation,) if number == 7 else (),
    )


async def freeze(pool: Pool, tender: Drawing) -> stored.DrawRecord:
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


async def gathering(pool: Pool, tender: Drawing) -> Gathering:
    async with reading(pool) as connection:
        record = await stored.get(connection, tender.id)
        assert record is not None
        return await contributions.gathered(
            connection, await tenders.get(connection, tender.id), record
        )


async def seal(pool: Pool, tender: Drawing, *, without: UUID | None = None) -> dict[UUID, Made]:
    """Everybody seals, `without` one who has, and every key holder looks at everything."""
    subject = (await gathering(pool, tender)).subject
    everything = {party.id: made(subject, party.id) for party, _ in tender.parties}
    for party, role in tender.parties:
        if party.id == without:
            continue
        contribution = everything[party.id].contribution
        said = contribution_statement(subject, contribution)
        await post(
            pool,
            tender,
            (party, role),
            doors.SealStep(
                contribution.container,
                contribution.recipient,
                cast("Any", party.sign(CONTRIBUTION_LABEL, said)),
            ),
        )
    for number, holder in enumerate(tender.opened.play.holders, start=1):
        for one in (await gathering(pool, tender)).contributions:
            said = record_statement(subject, one, number=number, usable=True)
            body = doors.CheckStep(
                one.organization_id,
                usable=True,
                statement=cast("Any", holder.sign(RECORD_LABEL, said)),
            )
            await post(pool, tender, (holder, Role.KEY_HOLDER), body)
    return everything


async def post(
    pool: Pool, tender: Drawing, by: tuple[Party, Role], body: Step, *, at: datetime = NOW
) -> None:
    actor, context = tender.opened.actor(*by), tender.opened.context
    async with transaction(pool) as connection:
        if isinstance(body, doors.SealStep | doors.RevealStep):
            await doors.post_contribution(
                context, actor, connection, received_at=at, tender_id=tender.id, body=body
            )
        else:
            await doors.post_record(
                context, actor, connection, received_at=at, tender_id=tender.id, body=body
            )


async def close(pool: Pool, tender: Drawing, *, at: datetime = NOW) -> None:
    actor = tender.opened.actor(*tender.parties[0])
    async with transaction(pool) as connection:
        await doors.post_closing(actor, connection, at, tender.id)


async def give(
    pool: Pool,
    tender: Drawing,
    one: Made,
    number: int,
    *,
    at: datetime = NOW + CONTRIBUTION_WINDOW,
) -> None:
    """Key holder `number` opens a contribution once its maker's time is over."""
    key = tender.opened.play.holder_keys[number - 1]
    subject = (await gathering(pool, tender)).subject
    share = share_of(subject, one.contribution, number, key)
    holder = (tender.opened.play.holders[number - 1], Role.KEY_HOLDER)
    body = doors.ShareStep(one.contribution.organization_id, share)
    await post(pool, tender, holder, body, at=at)


async def contribute(pool: Pool, tender: Drawing, *, silent: int = 0) -> dict[UUID, Made]:
    """Everything up to the draw; the first `silent` parties do not open what they sealed."""
    everything = await seal(pool, tender)
    await close(pool, tender)
    for party, role in tender.parties[silent:]:
        body = doors.RevealStep(everything[party.id].file_key)
        await post(pool, tender, (party, role), body)
    return everything


async def run(pool: Pool, tender: Drawing) -> None:
    async with transaction(pool) as connection:
        await draws.run_draw(
            connection,
            tender.id,
            organization_id=tender.procuring_entity_id,
            vrf_seed=VRF_SEED,
            at=NOW,
        )


async def entries(pool: Pool, tender: Drawing, stream: Stream) -> dict[str, Entry]:
    async with reading(pool) as connection:
        found = await journal.after(connection, tender.id, stream, 0)
    return {entry.kind: entry for entry in found}


def hexed(body: Any, key: str) -> bytes:
    return bytes.fromhex(cast("str", body[key]))
