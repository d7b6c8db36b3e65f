"""Evaluations that are void: each for a ruling or an error of the law, and done anew."""

from collections import Counter
from typing import Any

from clients.verifying.bodies import EvaluationVoided, Reported
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from evaluation_rooms.room import Room
from tendering.domain.complaints import RE_EVALUATING
from tendering.domain.journal import Entry, Stream
from tendering.domain.re_evaluation import LAWS, VOIDED, Committee, Error

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
    """An evaluation is void only while its report stands and nothing is awarded, with a cause."""
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
            notes.require(
                lot in reported and lot not in awarded, where, "void without a report, or awarded"
            )
            _check_cause(case, entry, body, shown, notes)
            after = told[number + 1 :]
            replaced = next(
                (n for n, one in enumerate(after) if one.kind != "committee.replaced"), len(after)
            )
            anew = body.committee == Committee.NEW
            notes.require(
                replaced == (_seats(case) if anew else 0),
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
    drawn = [one.body for one in case.streams[Stream.PUBLIC] if one.kind == "committee.drawn"]
    seats: Any = drawn[0].get("seats") if drawn else None
    return len(seats) if isinstance(seats, list) else 0
