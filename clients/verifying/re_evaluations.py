"""Evaluations that are void: each for a ruling or an error of the law, and done anew."""

from collections import Counter
from typing import Any
from uuid import UUID

from clients.verifying.bodies import Reported
from clients.verifying.bodies_outages import Away, EvaluationVoided, OutageBody
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from tendering.domain.complaints import RE_EVALUATING
from tendering.domain.journal import Entry, Stream
from tendering.domain.kept_groups import KEPT
from tendering.domain.outages import ROOM_VOIDED, Evaluation
from tendering.domain.re_evaluation import LAWS, VOIDED, Committee, Error
from tendering.domain.suspension import OUTAGE

_KINDS = frozenset(
    {"evaluation.reported", "candidates.published", "award.notified", "committee.replaced", VOIDED}
)
_RULINGS = {str(remedy): committee for remedy, committee in RE_EVALUATING.items()}


def reports_of(case: Case) -> list[tuple[Entry, Reported, Room | None, int, bool]]:
    """Each report with the room it came from, which one of its lot it is, and whether it stands.

    A lot has one room for each evaluation, in the order of the committee's stream.
    """
    rooms: dict[str, list[Room]] = {}
    for room in case.rooms.values():
        # A room that an outage emptied came to no report.
        if room.phase is not Phase.VOID:
            rooms.setdefault(room.lot, []).append(room)
    told = case.all(Stream.PUBLIC, "evaluation.reported", Reported)
    left = Counter(body.lot for _, body in told)
    seen: Counter[str] = Counter()
    found: list[tuple[Entry, Reported, Room | None, int, bool]] = []
    for entry, body in told:
        number = seen[body.lot]
        seen[body.lot] += 1
        of_lot = rooms.get(body.lot, [])
        came_from = of_lot[number] if number < len(of_lot) else None
        found.append((entry, body, came_from, number + 1, seen[body.lot] == left[body.lot]))
    return found


def check_voided(case: Case, notes: Notes) -> None:
    """An evaluation is void only while its report stands and nothing is awarded, with a cause.

    One that an outage ended has no report.
    """
    bodies = {entry.seq: body for entry, body in case.all(Stream.PUBLIC, VOIDED, EvaluationVoided)}
    reported: set[str] = set()
    shown: set[str] = set()
    awarded: set[str] = set()
    told = [entry for entry in case.streams[Stream.PUBLIC] if entry.kind in _KINDS]
    for number, entry in enumerate(told):
        lot, where = str(entry.body.get("lot", "")), place(entry)
        if entry.kind == "evaluation.reported":
            notes.require(lot not in reported, where, "reported again, though its report stands")
            reported.add(lot)
        elif entry.kind == "candidates.published":
            shown.add(lot)
        elif entry.kind == "award.notified":
            awarded.add(lot)
        elif entry.kind == VOIDED and entry.seq in bodies:
            body = bodies[entry.seq]
            by_outage = body.outage is not None
            notes.require(
                (lot in reported) is not by_outage and lot not in awarded,
                where,
                "void without a report, or awarded",
            )
            _check_cause(case, entry, body, shown, notes)
            after = told[number + 1 :]
            if by_outage:
                # One committee sat for all lots, and is replaced once.
                after = [one for one in after if one.kind != VOIDED or one.at != entry.at]
            replaced = next(
                (n for n, one in enumerate(after) if one.kind != "committee.replaced"), len(after)
            )
            anew = body.committee == Committee.NEW
            notes.require(
                replaced == (_seats(case) - _vacant(case, entry) if anew else 0),
                where,
                f"{replaced} members were replaced, for the {body.committee} committee",
            )
            reported.discard(lot)
            shown.discard(lot)
            notes.remark(f"{where}: the evaluation of lot {lot} is void and done anew")


def _check_cause(
    case: Case, entry: Entry, body: EvaluationVoided, shown: set[str], notes: Notes
) -> None:
    where = place(entry)
    if body.outage is not None:
        notes.require(
            body.committee == Committee.NEW and _follows_outage(case, entry, body.outage),
            where,
            "void for an outage that asked for no new committee",
        )
        return
    if body.ruling is None:
        errors = {str(error) for error in Error}
        notes.require(
            body.error in errors
            and body.law == LAWS[case.tender.regime]
            and body.committee == Committee.SAME
            and body.lot not in shown,
            where,
            "void without one of the four errors, or after candidates were shown",
        )
        return
    rulings: list[dict[str, Any]] = [
        one.body
        for one in case.streams[Stream.PUBLIC][: entry.seq - 1]
        if one.kind == "complaint.ruled"
    ]
    committees = [
        _RULINGS.get(str(one.get("remedy")))
        for one in rulings
        if one.get("complaint_id") == str(body.ruling)
    ]
    notes.require(
        committees == [body.committee], where, "no ruling orders this evaluation done anew"
    )


def _seats(case: Case) -> int:
    told = case.streams[Stream.PUBLIC]
    drawn = [one.body for one in told if one.kind in {"committee.drawn", KEPT}]
    seats: Any = drawn[0].get("seats") if drawn else None
    return len(seats) if isinstance(seats, list) else 0


def _follows_outage(case: Case, entry: Entry, away: Away) -> bool:
    """Was there such an outage, settled in the same transaction, and is every room empty?"""
    settled = any(
        (body.since, body.until) == (away.since, away.until)
        and body.evaluation == Evaluation.NEW_COMMITTEE
        for one, body in case.all(Stream.PUBLIC, OUTAGE, OutageBody)
        if one.seq < entry.seq and one.at == entry.at
    )
    if Stream.COMMITTEE not in case.streams:
        return settled
    emptied = {
        UUID(str(one.body["room_id"]))
        for one in case.streams[Stream.COMMITTEE]
        if one.kind == ROOM_VOIDED and one.at == entry.at
    }
    lots = {room.lot for room_id, room in case.rooms.items() if room_id in emptied}
    return settled and str(entry.body["lot"]) in lots


def _vacant(case: Case, entry: Entry) -> int:
    """The seats for which nobody was left when the committee was replaced."""
    vacant: set[Any] = set()
    for one in case.streams.get(Stream.COMMITTEE, []):
        if one.at <= entry.at and one.kind == "committee.exhausted":
            vacant.add(one.body.get("seat"))
        elif one.at <= entry.at and one.kind == "committee.reseated":
            vacant.discard(one.body.get("seat"))
    return len(vacant)
