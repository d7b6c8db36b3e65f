"""Who may sit: the committee's shape, the time window, signed statements, recusal, replacement.

Also the numbers that stand for the bids in the room, so that a blind part stays blind.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from evaluation_rooms.commands import CheckIn, RecuseSeat, ReplaceSeat
from evaluation_rooms.events import RoomEvent, RoomOpened, SeatCheckedIn, SeatRecused, SeatReplaced
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room, Seat, SeatRole
from evaluation_rooms.terms import SeatTerms
from tendering.domain.methods.by_room import require_by_room
from tendering.domain.methods.method import Method
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.refusals.rooms import (
    AlreadyCheckedIn,
    CommitteeUnsound,
    NotCheckedIn,
    NotYourPart,
    PointsOutOfRange,
    ReasonMissing,
    SeatNotVacant,
    StatementsIncomplete,
)
from tendering.domain.refusals.tenders import WrongPhase

STATEMENT_LABEL: Final = "kaibiao/expert-statement/v1"
# 12号令 第十三条: discipline, confidentiality, recusal; 发改法规〔2026〕195号: AI assists only.
STATEMENT_KINDS: Final = frozenset({"discipline", "confidentiality", "recusal", "ai_use"})
_NUMBERING: Final = b"kaibiao/room-numbering/v1\0"
_SEATS_CHANGE_IN: Final = frozenset(
    {Phase.PREPARATION, Phase.CHAIR, Phase.PRELIMINARY, Phase.CLARIFICATION, Phase.TECHNICAL}
)


def numbered(bidders: Iterable[UUID], seed: bytes) -> list[UUID]:
    """The bidders in the order of their room numbers 1..n: a permutation that `seed` decides."""
    return sorted(bidders, key=lambda bidder: sha256(_NUMBERING + seed + bidder.bytes).digest())


def require_sound(event: RoomOpened, method: Method) -> None:
    """Refuse a room that could never come to a result.

    Raises CommitteeUnsound, EvaluationIncomplete, PointsOutOfRange, MethodInvalid.
    """
    terms = event.terms
    require_by_room(
        method, has_ceiling=terms.ceiling_price_fen is not None, parts=terms.parts_fen.keys()
    )
    if method.drawn and not terms.seed:
        raise EvaluationIncomplete("the method leaves something to the draw, and there was none")
    members = [seat for seat in event.seats if seat.role == SeatRole.MEMBER]
    # 招标投标法 第三十七条: at least five, an odd number; 87号令 has its own least number.
    if len(members) < event.terms.committee_min or len(members) % 2 == 0:
        raise CommitteeUnsound(members=len(members), committee_min=event.terms.committee_min)
    if not _distinct(event.seats) or any(seat.expert_id is None for seat in members):
        raise CommitteeUnsound("a person or a number appears twice, or a member is no expert")
    if sorted(bid.number for bid in event.bids) != list(range(1, len(event.bids) + 1)):
        raise EvaluationIncomplete("bids are numbered from 1 without gaps")
    if not event.bids:
        raise EvaluationIncomplete("there is no bid to evaluate")
    wanted = {
        (bid.number, one.id)
        for bid in event.bids
        for one in method.criteria
        if one.kind == "objective"
    }
    if {(mark.bid, mark.criterion) for mark in event.objective} != wanted:
        raise EvaluationIncomplete("objective marks are computed for every bid and criterion")
    for mark in event.objective:
        criterion = method.criterion(mark.criterion)
        assert criterion is not None
        if not 0 <= mark.points <= criterion.max_points:
            raise PointsOutOfRange(bid=mark.bid, criterion=mark.criterion)


def require_member(room: Room, seat: int) -> Seat:
    """The member of that seat, checked in. Raises NotFound, NotYourPart, NotCheckedIn."""
    found = room.seat(seat)
    if found.role is not SeatRole.MEMBER or found.recused:
        raise NotYourPart
    if not found.checked_in:
        raise NotCheckedIn
    return found


def decide_check_in(room: Room, command: CheckIn) -> tuple[RoomEvent, ...]:
    """A member sits down with all statements signed; one that declares a conflict leaves instead.

    Raises NotYourPart, AlreadyCheckedIn, WrongPhase, StatementsIncomplete, ReasonMissing.
    """
    seat = room.seat(command.seat)
    if seat.role is not SeatRole.MEMBER or seat.recused or seat.person_id != command.person_id:
        raise NotYourPart
    if seat.checked_in:
        raise AlreadyCheckedIn
    _require_seats_may_change(room)
    bodies = [_statement_body(signed, room, seat) for signed in command.statements]
    kinds = [body["kind"] for body in bodies]
    if set(kinds) != STATEMENT_KINDS or len(kinds) != len(STATEMENT_KINDS):
        raise StatementsIncomplete(missing=sorted(STATEMENT_KINDS - set(kinds)))
    if len({str(signed["certificate"]) for signed in command.statements}) != 1:
        raise StatementsIncomplete("all statements are signed with one key")
    # A key that two members use proves nothing about either of them.
    others = [one for one in room.members if one.number != seat.number and one.statements]
    if str(command.statements[0]["certificate"]) in map(certificate_of, others):
        raise StatementsIncomplete("another member signed with this key")
    statements = tuple(dict(signed) for signed in command.statements)
    recusal = next(body for body in bodies if body["kind"] == "recusal")
    # 12号令 第十二条: who has an interest leaves of their own accord.
    if recusal["conflict"]:
        reason = str(recusal.get("reason") or "conflict of interest declared")
        return (SeatRecused(room.id, seat.number, reason, statements),)
    return (SeatCheckedIn(room.id, seat.number, statements),)


def decide_recusal(room: Room, command: RecuseSeat) -> tuple[RoomEvent, ...]:
    """A member must leave, for a reason. Raises NotYourPart, WrongPhase, ReasonMissing."""
    seat = room.seat(command.seat)
    if seat.role is not SeatRole.MEMBER or seat.recused:
        raise NotYourPart
    _require_seats_may_change(room)
    if not command.reason.strip():
        raise ReasonMissing
    return (SeatRecused(room.id, seat.number, command.reason, tuple(map(dict, seat.statements))),)


def decide_replacement(room: Room, command: ReplaceSeat) -> tuple[RoomEvent, ...]:
    """The next expert takes a vacant seat. Raises SeatNotVacant, CommitteeUnsound, WrongPhase."""
    seat = room.seat(command.seat)
    _require_seats_may_change(room)
    if not seat.recused:
        raise SeatNotVacant
    if any(command.person_id == other.person_id for other in room.seats):
        raise CommitteeUnsound("this person has a seat in the room, or had this one")
    return (
        SeatReplaced(
            room.id,
            seat.number,
            command.name,
            command.site,
            command.expert_id,
            command.person_id,
            command.reason,
        ),
    )


def certificate_of(seat: Seat) -> str:
    """The certificate (base64) with which a member signed at check-in. Raises NotCheckedIn."""
    if not seat.statements:
        raise NotCheckedIn
    return str(seat.statements[0]["certificate"])


def _require_seats_may_change(room: Room) -> None:
    if room.phase not in _SEATS_CHANGE_IN or room.revealed:
        raise WrongPhase(phase=room.phase, allowed=sorted(_SEATS_CHANGE_IN))


def _statement_body(signed: Mapping[str, Any], room: Room, seat: Seat) -> Mapping[str, Any]:
    """The statement, which names this room, seat and person. Its signature was verified before."""
    body = signed.get("statement")
    if not isinstance(body, Mapping):
        raise StatementsIncomplete("a statement is an object")
    expected = {
        "room_id": str(room.id),
        "tender_id": str(room.tender_id),
        "seat": seat.number,
        "person_id": str(seat.person_id),
    }
    if any(body.get(key) != value for key, value in expected.items()):
        raise StatementsIncomplete("a statement names another room, seat or person")
    if not isinstance(body.get("kind"), str):
        raise StatementsIncomplete("a statement has a kind")
    if body["kind"] == "recusal" and not isinstance(body.get("conflict"), bool):
        raise StatementsIncomplete("the recusal statement says whether there is a conflict")
    return body


def _distinct(seats: Sequence[SeatTerms]) -> bool:
    numbers = {seat.number for seat in seats}
    people = {seat.person_id for seat in seats}
    return len(numbers) == len(people) == len(seats)
