"""The pool of experts and the draw over HTTP. What is public about a draw suffices to repeat it."""

import secrets
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import draws, experts
from tendering.actions.contributions import gathered
from tendering.actions.seat_invitations import Asking, draw_and_invite
from tendering.api.context import Actor, Context
from tendering.api.contributions import ContributionAnswer, contribution_answers
from tendering.api.fields import Instant, Line, PageLimit, Uscc, in_utc
from tendering.domain.disclosure import sees_all
from tendering.domain.draw import NEEDS_MAX, draw_committee, entries_json
from tendering.domain.experts import Expert, Need, Relation, RelationKind, needs_json
from tendering.domain.refusals import NotFound
from tendering.domain.seat_invitations import ANSWER_MINUTES_MAX, ANSWER_MINUTES_MIN, Call
from tendering.storage import draws as stored
from tendering.storage import experts as stored_experts
from tendering.storage import tenders
from tendering.storage.connection import Connection

Region = Annotated[str, Meta(pattern=r"^[0-9]{6}(?!\n)$", description="GB/T 2260 code")]
AnyRegion = Annotated[str, Meta(pattern=r"^([0-9]{6})?(?!\n)$", description="GB/T 2260, or empty")]
Small = Annotated[int, Meta(ge=0, le=99)]


class NeedBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Seats at a venue for experts of a region (empty: any) and speciality, and reserves."""

    venue: Line
    region: AnyRegion
    speciality: Line
    seats: Annotated[int, Meta(ge=1, le=99)]
    reserves: Small = 0


class PostPool(Struct, frozen=True, forbid_unknown_fields=True):
    """Freeze the pool for these needs; so many representatives complete the committee."""

    needs: Annotated[list[NeedBody], Meta(min_length=1, max_length=NEEDS_MAX)]
    representatives: Small = 0


class CallBody(Struct, frozen=True, forbid_unknown_fields=True):
    """When the evaluation begins, and how many minutes each drawn expert has to answer."""

    begins_at: Instant
    answer_minutes: Annotated[int, Meta(ge=ANSWER_MINUTES_MIN, le=ANSWER_MINUTES_MAX)]


class PostDraw(Struct, frozen=True, forbid_unknown_fields=True):
    """Draw; with a call everybody drawn is asked, and whoever declines is followed by the next."""

    call: CallBody | None = None


class DrawAnswer(Struct, frozen=True):
    """Everything public about a draw. `entries` are the frozen pool, in order, without names.

    `seats` and `reserves` name places in it; `seed` and what follows come with the draw.
    `kept_from`: the round whose group goes on, so that this is its draw.
    """

    state: str
    needs: list[Any]
    representatives: int
    pool_root: str
    entries: list[Any]
    vrf_public: str
    frozen_at: Instant
    closed_at: Instant | None
    contributions: list[ContributionAnswer]
    seed: str | None
    vrf_proof: str | None
    permutation_digest: str | None
    drawn_at: Instant | None
    kept_from: UUID | None
    seats: list[Any]
    reserves: list[Any]


class RelationBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A tie to an organization; `until` is its last day.

    Of `drafted`: the `project` whose plan or documents the expert has written.
    """

    kind: RelationKind
    uscc: Uscc | None = None
    until: date | None = None
    project: Line | None = None


class PostExpert(Struct, frozen=True, forbid_unknown_fields=True):
    """Take an expert into the pool; the person has an account already."""

    person_id: UUID
    name: Line
    region: Region
    employer: Line
    specialities: Annotated[list[Line], Meta(min_length=1, max_length=50)]
    experience_years: Annotated[int, Meta(ge=0, le=80)]
    expires_on: date
    employer_uscc: Uscc | None = None
    relations: Annotated[list[RelationBody], Meta(max_length=100)] = []


class ExpertAnswer(Struct, frozen=True):
    """An expert of the pool."""

    id: UUID
    person_id: UUID
    name: str
    region: str
    employer: str
    specialities: list[str]
    experience_years: int
    expires_on: date


class ExpertPage(Struct, frozen=True):
    """A page of the pool; `next` is the last id when there may be more."""

    items: list[ExpertAnswer]
    next: UUID | None


async def post_pool(
    context: Context,
    actor: Actor,
    connection: Connection,
    *,
    received_at: datetime,
    tender_id: UUID,
    body: PostPool,
) -> DrawAnswer:
    """Freeze the pool of the draw: who may be drawn, without those who must stand back."""
    await draws.freeze_pool(
        connection,
        tender_id,
        organization_id=actor.organization_id,
        needs=[
            Need(need.venue, need.region, need.speciality, need.seats, need.reserves)
            for need in body.needs
        ],
        representatives=body.representatives,
        vrf_seed=context.keys.vrf_seed,
        random_bytes=secrets.token_bytes,
        at=received_at,
    )
    return await _answer(connection, tender_id)


async def post_draw(
    *,
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostDraw,
) -> DrawAnswer:
    """Draw the committee. Names stay sealed until the award."""
    if body.call is None:
        await draws.run_draw(
            connection,
            tender_id,
            organization_id=actor.organization_id,
            vrf_seed=context.keys.vrf_seed,
            at=received_at,
        )
    else:
        call = Call(in_utc(body.call.begins_at), body.call.answer_minutes)
        await draw_and_invite(
            connection,
            tender_id,
            Asking(call, uuid4),
            organization_id=actor.organization_id,
            vrf_seed=context.keys.vrf_seed,
            at=received_at,
        )
    return await _answer(connection, tender_id)


async def get_draw(connection: Connection, actor: Actor | None, tender_id: UUID) -> DrawAnswer:
    """The draw as everybody may see and repeat it; of a first round, once the last is closed."""
    tender = await tenders.get(connection, tender_id)
    if not sees_all(tender, actor):
        raise NotFound("there is no draw yet")
    return await _answer(connection, tender_id)


async def post_expert(
    connection: Connection, received_at: datetime, body: PostExpert
) -> ExpertAnswer:
    """Take an expert into the pool."""
    expert = Expert(
        id=uuid4(),
        person_id=body.person_id,
        name=body.name,
        region=body.region,
        employer=body.employer,
        employer_uscc=body.employer_uscc or "",
        specialities=frozenset(body.specialities),
        experience_years=body.experience_years,
        expires_on=body.expires_on,
        relations=tuple(
            Relation(one.kind, one.uscc or "", one.until, one.project or "")
            for one in body.relations
        ),
    )
    await experts.register_expert(connection, expert, at=received_at)
    return _expert(expert)


async def get_experts(
    connection: Connection, after: UUID | None = None, limit: PageLimit = 50
) -> ExpertPage:
    """The pool, by id."""
    found = await stored_experts.list_after(connection, after=after, limit=limit)
    return ExpertPage(
        [_expert(expert) for expert in found], found[-1].id if len(found) == limit else None
    )


def _expert(expert: Expert) -> ExpertAnswer:
    return ExpertAnswer(
        expert.id,
        expert.person_id,
        expert.name,
        expert.region,
        expert.employer,
        sorted(expert.specialities),
        expert.experience_years,
        expert.expires_on,
    )


async def _answer(connection: Connection, tender_id: UUID) -> DrawAnswer:
    record = await stored.get(connection, tender_id)
    if record is None:
        raise NotFound("there is no draw yet")
    tender = await tenders.get(connection, tender_id)
    pool = record.pool
    drawn = (
        None if record.seed is None else draw_committee(pool.entries, pool.needs, seed=record.seed)
    )
    return DrawAnswer(
        state="frozen" if drawn is None else "drawn",
        needs=needs_json(pool.needs),
        representatives=record.representatives,
        pool_root=pool.root().hex(),
        entries=entries_json(pool.entries),
        vrf_public=record.vrf_public.hex(),
        frozen_at=record.frozen_at,
        closed_at=record.closed_at,
        contributions=contribution_answers(await gathered(connection, tender, record)),
        seed=None if record.seed is None else record.seed.hex(),
        vrf_proof=None if record.vrf_proof is None else record.vrf_proof.hex(),
        permutation_digest=None if drawn is None else drawn.permutation_digest().hex(),
        drawn_at=record.drawn_at,
        kept_from=record.kept_from,
        seats=[] if drawn is None else [_place(seat.need, seat.index) for seat in drawn.seats],
        reserves=[]
        if drawn is None
        else [_place(seat.need, seat.index) for seat in drawn.reserves],
    )


def _place(need: int, index: int) -> dict[str, int]:
    return {"need": need, "index": index}
