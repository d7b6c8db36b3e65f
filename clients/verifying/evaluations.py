"""The evaluation, replayed: every score, total and rank computed again from the members' acts."""

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from clients.verifying import site_links
from clients.verifying.bodies import Reported
from clients.verifying.bodies_outages import EvaluationVoided
from clients.verifying.case import Case, place
from clients.verifying.draws import drawn_experts
from clients.verifying.re_evaluations import check_voided, reports_of
from clients.verifying.report import MALFORMED, Notes
from clients.verifying.room_steps import check_step
from clients.verifying.rooms import RoomInputs, check_opening, check_prices
from crypto.canonical import canonical
from evaluation_rooms import events as e
from evaluation_rooms.fold import apply, opened
from evaluation_rooms.phases import Phase
from evaluation_rooms.results import bid_key, evaluation_of
from evaluation_rooms.room import Room
from tendering.domain.archive import evaluation_path, issued_path
from tendering.domain.evaluation_report import rejections
from tendering.domain.journal import Entry, Stream
from tendering.domain.procedure import Outcome
from tendering.domain.re_evaluation import VOIDED

REPORT_KIND: Final = "evaluation_report"


def check_evaluation(case: Case, notes: Notes) -> None:
    """Rooms open with what the opening and the draw left; every result follows from the acts."""
    if Stream.COMMITTEE not in case.streams:
        notes.skips("the committee's votes, scores and results")
        return
    case.rooms = _replayed(case, notes)
    for entry, why in site_links.faults_of(case.streams[Stream.COMMITTEE]):
        notes.fails(place(entry), why)
    for room in case.rooms.values():
        if room.phase is Phase.VOID:
            notes.remark(f"a room of lot {room.lot} is void: its committee could not go on")
        elif room.phase is not Phase.CLOSED:
            notes.remark(f"the room of lot {room.lot} was never closed")


def check_reports(case: Case, notes: Notes) -> None:
    """What was published of an evaluation is what its committee confirmed and signed."""
    check_voided(case, notes)
    if Stream.COMMITTEE not in case.streams:
        notes.skips("the report behind what was published of the evaluation")
        return
    for entry, body, room, edition, stands in reports_of(case):
        if room is None or room.results.report is None:
            notes.fails(place(entry), "there is no room with a report for this lot")
            continue
        _check_report(case, entry, body, room, notes)
        if stands:
            path = evaluation_path(body.lot)
            notes.require(
                case.archive.bytes(path) == canonical(room.results.report.outcome),
                path,
                f"not the outcome in the committee's stream for lot {body.lot}",
            )
        paper = issued_path(REPORT_KIND, body.lot, edition)
        notes.require(
            sha256(case.archive.bytes(paper)).hexdigest() == body.report_digest,
            paper,
            f"not the signed report of {place(entry)}",
        )


def ranking_of(room: Room) -> list[dict[str, Any]]:
    """The ranking as candidates are published from it; empty when no bid was left."""
    if room.results.totals is None:
        return []
    bids = {bid_key(bid.number): bid for bid in room.bids}
    return [
        {
            "rank": row["rank"],
            "bid": row["bid"],
            "bidder_id": str(bids[row["bid"]].bidder_id),
            "bidder_name": bids[row["bid"]].name,
            "price_fen": bids[row["bid"]].price_fen,
            "total": row["total"],
            "tie": row["tie"],
        }
        for row in room.results.totals["ranking"]
    ]


def _check_report(case: Case, entry: Entry, body: Reported, room: Room, notes: Notes) -> None:
    draft = room.results.report
    assert draft is not None
    where = place(entry)
    notes.require(
        body.outcome_digest == draft.digest, where, "not the outcome that the members confirmed"
    )
    notes.require(body.method_digest == room.method.digest().hex(), where, "by another method")
    members = ("rank", "bidder_id", "bidder_name", "total")
    computed = [{member: row[member] for member in members} for row in ranking_of(room)]
    notes.require(list(body.ranking) == computed, where, "another ranking than the committee's")
    names = {bid_key(bid.number): bid for bid in room.bids}
    rejected = [
        {
            "bidder_id": str(names[one.bid].bidder_id),
            "bidder_name": names[one.bid].name,
            "law": one.law,
        }
        for one in rejections(evaluation_of(room))
    ]
    notes.require(list(body.rejected) == rejected, where, "other rejections than were voted")
    gone = {one.bid for one in rejections(evaluation_of(room))}
    admitted = tuple(bid.bidder_id for key, bid in names.items() if key not in gone)
    admits = case.tender.round.outcome is Outcome.ADMISSIONS
    notes.require(
        body.admitted == (admitted if admits else None), where, "others are admitted than passed"
    )


def _replayed(case: Case, notes: Notes) -> dict[UUID, Room]:
    rooms: dict[UUID, Room] = {}
    inputs = RoomInputs.of(case, drawn_experts(case))
    held: Counter[str] = Counter()
    for entry in case.streams[Stream.COMMITTEE]:
        event = _event(entry, notes)
        if event is None:
            continue
        if isinstance(event, e.RoomOpened):
            notes.require(
                event.room_id not in rooms and event.tender_id == case.tender.id,
                place(entry),
                "a room that is open already, or of another tender",
            )
            _check_again(case, entry, event.lot, held[event.lot], notes)
            held[event.lot] += 1
            seated = replace(inputs, experts=drawn_experts(case, before=entry.seq))
            check_opening(case, seated, entry, event, notes)
            rooms[event.room_id] = opened(event)
            continue
        room = rooms.get(event.room_id)
        if room is None:
            notes.fails(place(entry), "speaks of a room that was never opened")
            continue
        try:
            if isinstance(event, e.PricesEntered) and (why := check_prices(inputs, room, event)):
                notes.fails(place(entry), why)
            if check_step(case, room, entry, event, notes):
                rooms[event.room_id] = apply(room, event)
        except MALFORMED as error:
            notes.fails(place(entry), f"cannot be replayed: {type(error).__name__}: {error}")
    return rooms


def _check_again(case: Case, entry: Entry, lot: str, held: int, notes: Notes) -> None:
    """A lot has one room, and one more for each evaluation that is void by then."""
    void = [
        one
        for one, body in case.all(Stream.PUBLIC, VOIDED, EvaluationVoided)
        if body.lot == lot and one.at <= entry.at
    ]
    notes.require(len(void) >= held, place(entry), "a second room for an evaluation that stands")


def _event(entry: Entry, notes: Notes) -> e.RoomEvent | None:
    try:
        return e.from_event(entry.kind, entry.body)
    except msgspec.ValidationError as error:
        notes.fails(place(entry), str(error))
        return None
