"""What each entry makes of a room: the journal folded is the state, for whoever replays it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec import structs

from evaluation_rooms import blind_events as b
from evaluation_rooms import course_events as k
from evaluation_rooms import enquiry_events as q
from evaluation_rooms import events as e
from evaluation_rooms import media_fold
from evaluation_rooms import motion_events as m
from evaluation_rooms.page_events import PageShown
from evaluation_rooms.phases import Guide, Phase
from evaluation_rooms.room import Election, Results, Room, Seat, SeatRole
from tendering.domain.journal import Entry


def opened(event: e.RoomOpened) -> Room:
    """The room as it opens."""
    seats = tuple(
        Seat(seat.number, SeatRole(seat.role), seat.site, seat.name, seat.expert_id, seat.person_id)
        for seat in event.seats
    )
    return Room(
        id=event.room_id,
        tender_id=event.tender_id,
        lot=event.lot,
        phase=Phase.PREPARATION,
        terms=event.terms,
        numbering_seed=event.numbering_seed,
        seats=seats,
        bids=event.bids,
        objective={(mark.bid, mark.criterion): mark for mark in event.objective},
        chair=None,
        election=_first_round(seats),
        votes={},
        rejected=frozenset(),
        marks={},
        revealed=False,
        named=False,
        confirmed={},
        results=Results(),
    )


def apply(room: Room, event: e.RoomEvent) -> Room:
    """The room after an event. Asserts that the event was decided for a room in this state."""
    assert event.room_id == room.id
    change = _CHANGES.get(type(event))
    return room if change is None else change(room, event)


def rooms_of(entries: Iterable[Entry]) -> dict[UUID, Room]:
    """All rooms of a tender, folded from its committee stream. Raises ValueError for bad bodies."""
    rooms: dict[UUID, Room] = {}
    for entry in entries:
        follow(rooms, entry)
    return rooms


def follow(rooms: dict[UUID, Room], entry: Entry) -> e.RoomEvent | None:
    """Fold one more entry into `rooms`; return its event, None when it is not a room's."""
    event = e.from_event(entry.kind, entry.body)
    if event is None:
        return None
    if isinstance(event, e.RoomOpened):
        rooms[event.room_id] = opened(event)
    else:
        rooms[event.room_id] = apply(rooms[event.room_id], event)
    return event


def _first_round(seats: tuple[Seat, ...]) -> Election:
    members = tuple(seat.number for seat in seats if seat.role is SeatRole.MEMBER)
    return Election(round=1, candidates=members)


def _with_seat(room: Room, number: int, **changes: Any) -> Room:
    seats = tuple(
        replace(seat, **changes) if seat.number == number else seat for seat in room.seats
    )
    return replace(room, seats=seats)


def _checked_in(room: Room, event: e.SeatCheckedIn) -> Room:
    return _with_seat(room, event.seat, checked_in=True, statements=event.statements)


def _recused(room: Room, event: e.SeatRecused) -> Room:
    vacated = media_fold.without_camera(_without_opinions(room, event.seat), event.seat)
    return _with_seat(
        vacated, event.seat, checked_in=False, recused=True, statements=event.statements
    )


def _replaced(room: Room, event: e.SeatReplaced) -> Room:
    return _with_seat(
        _without_opinions(room, event.seat),
        event.seat,
        name=event.name,
        site=event.site,
        expert_id=event.expert_id,
        person_id=event.person_id,
        checked_in=False,
        recused=False,
        statements=(),
    )


def _without_opinions(room: Room, seat: int) -> Room:
    # 实施条例 第四十八条: the opinions of a member who is replaced are void.
    room = _with_seat(room, seat, locked=False)
    round_now = room.election.round
    lost_chair = room.chair == seat
    election = replace(
        room.election,
        votes={key: vote for key, vote in room.election.votes.items() if key != (round_now, seat)},
    )
    if lost_chair:
        election = replace(
            election,
            round=round_now + 1,
            candidates=tuple(member.number for member in room.members),
        )
    return replace(
        room,
        chair=None if lost_chair else room.chair,
        election=election,
        votes={key: vote for key, vote in room.votes.items() if key[0] != seat},
        marks={key: points for key, points in room.marks.items() if key[0] != seat},
        confirmed={key: one for key, one in room.confirmed.items() if key != seat},
        motions={number: one.without_vote(seat) for number, one in room.motions.items()},
    )


def _phase(room: Room, event: e.PhaseChanged) -> Room:
    if event.by == Guide.CONSENT:
        # What was computed since the phase they go back to is void; checks keep the totals.
        kept = room.results if event.to == Phase.CHECKS else Results()
        results = Results(price=kept.price, totals=kept.totals, corrected=kept.corrected)
        room = replace(room, results=results)
    return replace(room, phase=Phase(event.to), step_back=None)


def _paused(room: Room, event: k.RoomPaused) -> Room:
    return replace(room, pauses={**room.pauses, event.number: k.Standstill(event)})


def _resumed(room: Room, event: k.RoomResumed) -> Room:
    pause = structs.replace(room.pauses[event.number], until=event.until)
    return replace(room, pauses={**room.pauses, event.number: pause})


def _voided(room: Room, _event: k.RoomVoided) -> Room:
    # Who sat where stays, with what they decided; nobody of them has a part here any more.
    seats = tuple(
        replace(seat, checked_in=False, recused=True) if seat.role is SeatRole.MEMBER else seat
        for seat in room.seats
    )
    return replace(room, phase=Phase.VOID, seats=seats)


def _step_back(room: Room, event: k.StepBackProposed) -> Room:
    return replace(room, step_back=k.StepBack(event))


def _step_back_answer(room: Room, event: k.StepBackAnswered) -> Room:
    assert room.step_back is not None
    if not event.agree:
        return replace(room, step_back=None)
    agreed = tuple(sorted({*room.step_back.agreed, event.seat}))
    return replace(room, step_back=structs.replace(room.step_back, agreed=agreed))


def _time_requested(room: Room, event: k.TimeRequested) -> Room:
    number = len(room.time_requests) + 1
    return replace(room, time_requests={**room.time_requests, number: event})


def _chair_vote(room: Room, event: e.ChairVoteCast) -> Room:
    votes = {**room.election.votes, (event.round, event.seat): event.candidate}
    return replace(room, election=replace(room.election, votes=votes))


def _chair_round(room: Room, event: e.ChairRoundClosed) -> Room:
    if event.elected is not None:
        return replace(room, chair=event.elected)
    election = replace(room.election, round=event.round + 1, candidates=event.candidates)
    return replace(room, election=election)


def _review(room: Room, event: e.ReviewVoted) -> Room:
    return replace(room, votes={**room.votes, (event.seat, event.bid, event.item): event})


def _preliminary(room: Room, event: e.PreliminaryDecided) -> Room:
    seats = room.seats
    kept_out = room.unconfirmed | room.carried(m.About.REJECTION)
    if room.rejected - kept_out - set(event.rejected):
        # Held again, the review let a bid back in: every sheet lacks its points.
        seats = tuple(replace(seat, locked=False) for seat in seats)
    return replace(room, seats=seats, rejected=frozenset(event.rejected) | kept_out)


def _score(room: Room, event: e.ScoreSubmitted | e.ScoreCorrected) -> Room:
    marks = {**room.marks, (event.seat, event.bid, event.criterion): event.points}
    room = replace(room, marks=marks)
    if isinstance(event, e.ScoreCorrected):
        room = replace(room, results=replace(room.results, corrected=True))
    return room


def _locked(room: Room, event: e.ScoresLocked) -> Room:
    return _with_seat(room, event.seat, locked=True)


def _revealed(room: Room, _event: e.ScoresRevealed) -> Room:
    return replace(room, revealed=True)


def _objective(room: Room, event: e.ObjectiveConfirmed) -> Room:
    return replace(room, confirmed={**room.confirmed, event.seat: event})


def _objective_corrected(room: Room, event: e.ObjectiveCorrected) -> Room:
    mark = event.mark
    objective = {**room.objective, (mark.bid, mark.criterion): mark}
    return replace(room, objective=objective, confirmed={})


def _prices(room: Room, event: e.PricesEntered) -> Room:
    read = {price.bid: price for price in event.prices}
    bids = tuple(
        structs.replace(
            bid, price_fen=read[bid.number].price_fen, form=bid.form | read[bid.number].form
        )
        if bid.number in read
        else bid
        for bid in room.bids
    )
    return replace(room, bids=bids, priced=True, unopened=frozenset(event.unopened))


def _price_answered(room: Room, event: e.PriceAnswered) -> Room:
    rejected = room.rejected if event.confirmed else room.rejected | {event.bid}
    return replace(room, rejected=rejected, price_answers={**room.price_answers, event.bid: event})


def _price_explained(room: Room, event: e.PriceExplained) -> Room:
    return replace(room, explanations={**room.explanations, event.bid: event})


def _low_prices(room: Room, event: e.LowPricesDecided) -> Room:
    return replace(room, rejected=room.rejected | set(event.rejected))


def _named(room: Room, _event: e.BidsNamed) -> Room:
    return replace(room, named=True)


def _price(room: Room, event: e.PriceScored) -> Room:
    return replace(room, results=replace(room.results, price=event.result))


def _totals(room: Room, event: e.TotalsComputed) -> Room:
    results = replace(room.results, totals=event.result, corrected=False)
    return replace(room, results=results)


def _checks(room: Room, event: e.ChecksMade) -> Room:
    return replace(room, results=replace(room.results, findings=event.findings, answers={}))


def _answered(room: Room, event: e.FindingAnswered) -> Room:
    answers = {**room.results.answers, event.finding: event}
    return replace(room, results=replace(room.results, answers=answers))


def _drafted(room: Room, event: e.ReportDrafted) -> Room:
    results = replace(room.results, report=event, confirmations={}, refusals={})
    return replace(room, results=results)


def _confirmed(room: Room, event: e.ReportConfirmed) -> Room:
    results = room.results
    confirmations = {**results.confirmations, event.seat: event}
    # Who speaks after all has not refused.
    refusals = {seat: one for seat, one in results.refusals.items() if seat != event.seat}
    results = replace(results, confirmations=confirmations, refusals=refusals)
    return replace(room, results=results)


def _refused(room: Room, event: m.ReportRefused) -> Room:
    refusals = {**room.results.refusals, event.seat: event}
    return replace(room, results=replace(room.results, refusals=refusals))


def _edition(room: Room, event: b.BlindSearched) -> Room:
    return replace(room, editions={**room.editions, event.bid: event})


def _page(room: Room, event: PageShown) -> Room:
    return replace(room, pages={**room.pages, event.number: event})


def _leak_decided(room: Room, event: b.LeakDecided) -> Room:
    return replace(room, leak_decisions={**room.leak_decisions, event.number: event})


def _motion(room: Room, event: m.MotionMade) -> Room:
    return replace(room, motions={**room.motions, event.motion: m.Motion(event)})


def _motion_vote(room: Room, event: m.MotionVoted) -> Room:
    motion = room.motions[event.motion].with_vote(event)
    return replace(room, motions={**room.motions, event.motion: motion})


def _motion_decided(room: Room, event: m.MotionDecided) -> Room:
    motion = structs.replace(room.motions[event.motion], decided=event)
    room = replace(room, motions={**room.motions, event.motion: motion})
    if not motion.is_carried_about(m.About.REJECTION):
        return room
    return replace(room, rejected=room.rejected | {motion.made.bid})


def _enquiry(room: Room, event: q.EnquiryAsked) -> Room:
    return replace(room, enquiries={**room.enquiries, event.number: q.Enquiry(event)})


def _enquiry_answered(room: Room, event: q.EnquiryAnswered) -> Room:
    enquiry = structs.replace(room.enquiries[event.number], answered=event)
    return replace(room, enquiries={**room.enquiries, event.number: enquiry})


def _enquiry_lapsed(room: Room, event: q.EnquiryLapsed) -> Room:
    enquiry = structs.replace(room.enquiries[event.number], lapsed=True)
    return replace(room, enquiries={**room.enquiries, event.number: enquiry})


_CHANGES: Final[Mapping[type, Callable[[Room, Any], Room]]] = MappingProxyType(
    {
        e.SeatCheckedIn: _checked_in,
        e.SeatRecused: _recused,
        e.SeatReplaced: _replaced,
        e.PhaseChanged: _phase,
        e.ChairVoteCast: _chair_vote,
        e.ChairRoundClosed: _chair_round,
        e.ReviewVoted: _review,
        e.PreliminaryDecided: _preliminary,
        e.ScoreSubmitted: _score,
        e.ScoreCorrected: _score,
        e.ScoresLocked: _locked,
        e.ScoresRevealed: _revealed,
        e.ObjectiveConfirmed: _objective,
        e.ObjectiveCorrected: _objective_corrected,
        e.PricesEntered: _prices,
        e.PriceAnswered: _price_answered,
        e.PriceExplained: _price_explained,
        e.LowPricesDecided: _low_prices,
        e.BidsNamed: _named,
        e.PriceScored: _price,
        e.TotalsComputed: _totals,
        e.ChecksMade: _checks,
        e.FindingAnswered: _answered,
        e.ReportDrafted: _drafted,
        e.ReportConfirmed: _confirmed,
        m.ReportRefused: _refused,
        k.RoomPaused: _paused,
        k.RoomResumed: _resumed,
        k.RoomVoided: _voided,
        k.StepBackProposed: _step_back,
        k.StepBackAnswered: _step_back_answer,
        b.BlindSearched: _edition,
        b.LeakDecided: _leak_decided,
        k.TimeRequested: _time_requested,
        PageShown: _page,
        m.MotionMade: _motion,
        m.MotionVoted: _motion_vote,
        m.MotionDecided: _motion_decided,
        q.EnquiryAsked: _enquiry,
        q.EnquiryAnswered: _enquiry_answered,
        q.EnquiryLapsed: _enquiry_lapsed,
        **media_fold.CHANGES,
    }
)
