"""Deeds of the draw: freeze the pool, draw, replace; under the tender's lock."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from crypto.draw import SALT_BYTES, vrf_output, vrf_prove, vrf_public
from tendering.actions import shared_seats
from tendering.actions.contributions import gathered
from tendering.domain import draw_steps
from tendering.domain.contribution_steps import require_opened
from tendering.domain.contributions import seed_of, vrf_input
from tendering.domain.draw import Draw, DrawnSeat, draw_committee, following
from tendering.domain.experts import Earlier, Expert, Need
from tendering.domain.journal import Event, Stream
from tendering.domain.kept_groups import KeptGroup, keeps_group, kept, stand_ins
from tendering.domain.opening import OpeningPhase
from tendering.domain.projects import project_number
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.draws import DrawNotPrepared, DrawOver, PoolTooSmall
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Tender, TenderStatus, require_party, require_status
from tendering.rulebooks import rulebook_for
from tendering.storage import draws, experts, journal, openings, tenders
from tendering.storage.connection import Connection
from tendering.storage.draws import CommitteeSeat, DrawRecord


async def freeze_pool(
    connection: Connection,
    tender_id: UUID,
    *,
    organization_id: UUID,
    needs: Sequence[Need],
    representatives: int,
    vrf_seed: bytes,
    random_bytes: Callable[[int], bytes],
    at: datetime,
) -> DrawRecord:
    """Freeze the pool of a tender whose bids are open: whoever has an interest is known by then.

    Where the method leaves a coefficient to the draw, it may begin while everybody is in the hall,
    once all prices are shown. `random_bytes` makes the salts of the commitments.

    Raises Forbidden, WrongPhase, DrawOver, PoolTooSmall, Invalid (a committee of the wrong shape).
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, organization_id)
    bidders: frozenset[UUID] = frozenset()
    if draw_steps.leaves_to_draw(tender):
        bidders = await _opened_bidders(connection, tender)
    else:
        require_status(tender, TenderStatus.OPENED)
    serving = await experts.list_serving(connection)
    shared = await shared_seats.shared_entries(connection, tender_id, tuple(needs))
    frozen = draw_steps.decide_freeze(
        serving,
        needs,
        rulebook_for(tender, at),
        interested=await draws.interested_uscc(connection, tender_id),
        earlier=Earlier(project_number(tender), await draws.judged_before(connection, tender_id)),
        representatives=representatives,
        budget_fen=tender.budget_fen,
        shape=tender.round.committee,
        is_complex=tender.circumstances.is_complex,
        salts=[random_bytes(SALT_BYTES) for _ in serving],
        vrf_public=vrf_public(vrf_seed),
        bidders=bidders,
        shared=shared,
        at=at,
    )
    fresh = await draws.insert(
        connection,
        tender_id,
        frozen.pool,
        representatives=representatives,
        vrf_public=vrf_public(vrf_seed),
        bidders=bidders,
        at=at,
    )
    if not fresh:
        raise DrawOver("the pool of this tender is frozen already")
    await journal.append(connection, tender_id, Stream.PUBLIC, frozen.public, at=at)
    await journal.append(connection, tender_id, Stream.COMMITTEE, frozen.sealed, at=at)
    return await _prepared(connection, tender_id)


async def run_draw(
    connection: Connection,
    tender_id: UUID,
    *,
    organization_id: UUID,
    vrf_seed: bytes,
    called: bool = False,
    at: datetime,
) -> Draw:
    """Draw the committee, once every contribution is open.

    `vrf_seed` is the platform's key; its public half stands with the pool. `called`: whoever is
    drawn is asked (`seat_invitations`).

    Raises Forbidden, DrawNotPrepared, DrawOver, ContributionsMissing, Invalid where nobody is asked
    though partner centres share experts.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, organization_id)
    record = await _undrawn(connection, tender_id)
    if vrf_public(vrf_seed) != record.vrf_public:
        raise DrawNotPrepared("the platform's key is not the one frozen with the pool")
    if not called and any(not one.salt for one in record.pool.sealed):
        raise Invalid("experts of partner centres are asked: the draw needs a call")
    gathering = await gathered(connection, tender, record)
    outcome = require_opened(gathering)
    subject = gathering.subject
    proof = vrf_prove(vrf_seed, vrf_input(subject, outcome.values))
    seed = seed_of(subject, outcome.values, vrf_output(proof))
    drawn = draw_committee(record.pool.entries, record.pool.needs, seed=seed)
    await draws.save_result(connection, tender_id, seed=seed, vrf_proof=proof, at=at)
    places = [record.pool.sealed[one.index].expert_id for one in (*drawn.seats, *drawn.reserves)]
    await shared_seats.stand_for(connection, tender_id, places, at=at)
    await draws.insert_seats(
        connection, tender_id, record.pool, seats=drawn.seats, reserves=drawn.reserves
    )
    public = draw_steps.drawn_public(
        record.pool, drawn, gathering, outcome, seed=seed, vrf_proof=proof
    )
    names = await _names(connection, record, [*drawn.seats, *drawn.reserves])
    sealed = draw_steps.seated(record.pool, drawn, names, called=called)
    await journal.append(connection, tender_id, Stream.PUBLIC, public, at=at)
    await journal.append(connection, tender_id, Stream.COMMITTEE, sealed, at=at)
    return drawn


async def keep_group(connection: Connection, tender: Tender, *, at: datetime) -> None:
    """Seat the group of the round before, where one group sees all rounds; else nothing.

    The caller holds the tender's lock. Raises DrawNotPrepared.
    """
    if not keeps_group(tender.round):
        return
    assert tender.previous is not None, "a later round follows from one"
    previous_id = tender.previous.tender_id
    await draws.keep(connection, tender.id, previous_id=previous_id)
    record = await _prepared(connection, tender.id)
    assert record.seed is not None, "a group is kept that was drawn"
    drawn = await draws.seats(connection, tender.id)
    seats = {
        one.seat: DrawnSeat(one.need, one.venue, one.place)
        for one in drawn
        if one.status == "seated" and one.seat is not None
    }
    left, reserves = (
        tuple(DrawnSeat(one.need, one.venue, one.place) for one in drawn if one.status == status)
        for status in ("replaced", "reserve")
    )
    public = kept(previous_id, record.pool, KeptGroup(seats, left), seed=record.seed)
    names = await _names(connection, record, [*seats.values(), *reserves])
    places = Draw(tuple(seats[number] for number in sorted(seats)), reserves, ())
    sealed = draw_steps.seated(record.pool, places, names, stand_ins=stand_ins(record.pool))
    await journal.append(connection, tender.id, Stream.PUBLIC, public, at=at)
    await journal.append(connection, tender.id, Stream.COMMITTEE, sealed, at=at)
    await shared_seats.name_again(connection, tender.id, record.pool, seats, at=at)


async def replace_member(
    connection: Connection, tender_id: UUID, *, seat: int, reason: str, at: datetime
) -> CommitteeSeat:
    """Seat the next in the drawn order (条例 第四十八条: what the one who left decided is void).

    Nobody is asked, so partners' places are passed over: a room does not wait for a name. Raises
    NotFound when nobody sits there, DrawNotPrepared, PoolTooSmall.
    """
    await tenders.lock(connection, tender_id)
    return await _replace(connection, tender_id, seat=seat, reason=reason, at=at)


async def replace_committee(
    connection: Connection, tender_id: UUID, *, reason: str, at: datetime
) -> None:
    """Give every seat to the next in the drawn order: nobody who sat stays. Raises PoolTooSmall.

    The caller holds the tender's lock; it may stand still.
    """
    for member in await draws.seats(connection, tender_id):
        if member.status == "seated" and member.seat is not None:
            await _replace(connection, tender_id, seat=member.seat, reason=reason, at=at)


async def follow(
    connection: Connection,
    tender_id: UUID,
    *,
    seat: int,
    reason: str,
    called: bool = True,
    at: datetime,
) -> CommitteeSeat | None:
    """The next in the drawn order, for the seat; None: it is vacant from now on.

    `called`: as in `run_draw`. The caller holds the tender's lock. Raises NotFound when nobody
    sits there, DrawNotPrepared.
    """
    record, left, place = await _next(connection, tender_id, seat, asked=called)
    if place is None:
        await draws.vacate_seat(connection, tender_id, left)
        return None
    said: dict[str, JsonValue] = (
        {"reason": reason, "called": True} if called else {"reason": reason}
    )
    return await _reseat(connection, record, left, place, said, at=at)


async def _replace(
    connection: Connection, tender_id: UUID, *, seat: int, reason: str, at: datetime
) -> CommitteeSeat:
    record, left, place = await _next(connection, tender_id, seat, asked=False)
    if place is None:
        raise PoolTooSmall("nobody is left who fits", need=left.need)
    return await _reseat(connection, record, left, place, {"reason": reason}, at=at)


async def _next(
    connection: Connection, tender_id: UUID, seat: int, *, asked: bool
) -> tuple[DrawRecord, CommitteeSeat, int | None]:
    """The draw, who sits there, and the place that is next; a partner's only if `asked`."""
    record = await _prepared(connection, tender_id)
    if record.seed is None:
        raise DrawNotPrepared("the committee has not been drawn")
    drawn = await draws.seats(connection, tender_id)
    left = next((one for one in drawn if one.seat == seat and one.status == "seated"), None)
    if left is None:
        raise NotFound("nobody sits there", seat=seat)
    entries = record.pool.entries
    order = draw_committee(entries, record.pool.needs, seed=record.seed).permutation
    taken = frozenset(one.place for one in drawn if one.status != "reserve")
    passed = frozenset() if asked else record.pool.shared
    return record, left, following(entries, order, left.need, taken=taken | passed)


async def _reseat(
    connection: Connection,
    record: DrawRecord,
    left: CommitteeSeat,
    place: int,
    said: dict[str, JsonValue],
    *,
    at: datetime,
) -> CommitteeSeat:
    tender_id, seat = record.tender_id, left.seat
    expert_id = record.pool.sealed[place].expert_id
    await shared_seats.stand_for(connection, tender_id, [expert_id], at=at)
    await draws.replace_seat(connection, tender_id, left, place=place, expert_id=expert_id)
    stepped_in = DrawnSeat(left.need, left.venue, place)
    names = await _names(connection, record, [stepped_in])
    commitment = record.pool.entries[place].commitment.hex()
    asked = "called" in said
    body: dict[str, JsonValue] = {"seat": seat, "index": place, "commitment": commitment}
    replaced = Event("committee.replaced", body | {"asked": asked})
    await journal.append(connection, tender_id, Stream.PUBLIC, replaced, at=at)
    opened = draw_steps.opened(record.pool, stepped_in, names)
    reseated = Event("committee.reseated", opened | {"seat": seat, "left": left.place} | said)
    await journal.append(connection, tender_id, Stream.COMMITTEE, reseated, at=at)
    expert = names[expert_id]
    return CommitteeSeat(
        place, left.need, left.venue, expert_id, expert.person_id, expert.name, seat, "seated"
    )


async def _opened_bidders(connection: Connection, tender: Tender) -> frozenset[UUID]:
    """Whose bids are open, once nobody can still unlock one. Raises WrongPhase."""
    require_status(tender, TenderStatus.OPENING, TenderStatus.OPENED)
    found: set[UUID] = set()
    for lot in await openings.list_lots(connection, tender.id):
        opening = await openings.get(connection, tender.id, lot)
        if opening.phase is OpeningPhase.UNLOCK:
            raise WrongPhase("not all prices are shown", phase=opening.phase, lot=lot)
        found |= opening.unlocked
    return frozenset(found)


async def _prepared(connection: Connection, tender_id: UUID) -> DrawRecord:
    record = await draws.get(connection, tender_id)
    if record is None:
        raise DrawNotPrepared
    return record


async def _undrawn(connection: Connection, tender_id: UUID) -> DrawRecord:
    record = await _prepared(connection, tender_id)
    if record.drawn_at is not None:
        raise DrawOver("the committee has been drawn")
    return record


async def _names(
    connection: Connection, record: DrawRecord, seats: Sequence[DrawnSeat]
) -> dict[UUID, Expert]:
    ids = [record.pool.sealed[seat.index].expert_id for seat in seats]
    return await experts.list_by_ids(connection, ids)
