"""The evaluation, replayed: every score, total and rank computed again from the members' acts."""

from uuid import UUID

import msgspec

from clients.verifying.bodies import Reported
from clients.verifying.case import Case, place
from clients.verifying.draws import drawn_experts
from clients.verifying.report import MALFORMED, Notes
from clients.verifying.room_steps import check_step
from clients.verifying.rooms import RoomInputs, check_opening
from crypto.canonical import canonical
from evaluation_rooms import events as e
from evaluation_rooms.fold import apply, opened
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from tendering.domain.archive import evaluation_path
from tendering.domain.journal import Entry, Stream


def check_evaluation(case: Case, notes: Notes) -> None:
    """Rooms open with what the opening and the draw left; every result follows from the acts."""
    if Stream.COMMITTEE not in case.streams:
        notes.skips("the committee's votes, scores and results")
        return
    case.rooms = _replayed(case, notes)
    for room in case.rooms.values():
        if room.phase is not Phase.CLOSED:
            notes.remark(f"the room of lot {room.lot} was never closed")


def check_reports(case: Case, notes: Notes) -> None:
    """What was published of an evaluation is what its committee confirmed."""
    reports = case.all(Stream.PUBLIC, "evaluation.reported", Reported)
    if Stream.COMMITTEE not in case.streams:
        notes.skips("the report behind what was published of the evaluation")
        return
    by_lot = {room.lot: room for room in case.rooms.values()}
    for entry, body in reports:
        room = by_lot.get(body.lot)
        draft = None if room is None else room.results.report
        if room is None or draft is None:
            notes.fails(place(entry), "there is no room with a report for this lot")
            continue
        notes.require(
            body.report_digest == draft.digest, place(entry), "not the digest that was confirmed"
        )
        expected = [] if room.results.totals is None else room.results.totals["ranking"]
        notes.require(
            not body.ranking or _projected(expected, body.ranking) == list(body.ranking),
            place(entry),
            "another ranking than the committee's",
        )
        path = evaluation_path(body.lot)
        notes.require(
            path in case.archive and case.archive.bytes(path) == canonical(draft.outcome),
            path,
            f"not the outcome in the committee's stream for lot {body.lot}",
        )


def _projected(
    computed: list[dict[str, object]], published: tuple[dict[str, object], ...]
) -> list[dict[str, object]]:
    """The computed rows, cut to the members that were published."""
    if len(computed) != len(published):
        return computed
    return [
        {key: row.get(key, value) for key, value in shown.items()}
        for row, shown in zip(computed, published, strict=True)
    ]


def _replayed(case: Case, notes: Notes) -> dict[UUID, Room]:
    rooms: dict[UUID, Room] = {}
    inputs = RoomInputs.of(case, drawn_experts(case))
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
            check_opening(case, inputs, entry, event, notes)
            rooms[event.room_id] = opened(event)
            continue
        room = rooms.get(event.room_id)
        if room is None:
            notes.fails(place(entry), "speaks of a room that was never opened")
            continue
        try:
            if check_step(case, room, entry, event, notes):
                rooms[event.room_id] = apply(room, event)
        except MALFORMED as error:
            notes.fails(place(entry), f"cannot be replayed: {type(error).__name__}: {error}")
    return rooms


def _event(entry: Entry, notes: Notes) -> e.RoomEvent | None:
    try:
        return e.from_event(entry.kind, entry.body)
    except msgspec.ValidationError as error:
        notes.fails(place(entry), str(error))
        return None
