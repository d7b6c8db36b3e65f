"""Evaluation rooms for tests: a sound room, and a whole evaluation played through it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from msgspec import structs

from evaluation_rooms import commands as c
from evaluation_rooms.deciding import decide
from evaluation_rooms.events import RoomEvent, RoomOpened, to_event
from evaluation_rooms.fold import apply, opened
from evaluation_rooms.messages import encode
from evaluation_rooms.phases import Phase
from evaluation_rooms.protocol import Session
from evaluation_rooms.room import Room
from evaluation_rooms.seating import STATEMENT_KINDS
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.terms import NamedBid, ObjectiveMark, ReviewItem, SeatTerms, Terms
from tendering.domain.journal import Entry, Stream

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TENDER = UUID(int=0x7E)
ROOM = UUID(int=0x400)
HOST = UUID(int=0x40)
MEMBERS = 5
BIDS = 3

METHOD: dict[str, Any] = {
    "format": "kaibiao/method/v1",
    "id": "comprehensive",
    "version": "1",
    "title": "综合评估法",
    "rounding": "half_up",
    "criteria": [
        {
            "id": "design",
            "title": "施工组织设计",
            "section": "technical",
            "kind": "subjective",
            "max_points": "15",
            "decimals": 1,
        },
        {
            "id": "quality",
            "title": "质量保证措施",
            "section": "technical",
            "kind": "subjective",
            "max_points": "25",
            "decimals": 1,
        },
        {
            "id": "credit",
            "title": "企业信用",
            "section": "business",
            "kind": "objective",
            "max_points": "10",
            "decimals": 2,
        },
    ],
    "price": {
        "max_points": "50",
        "benchmark": {"kind": "mean", "float_percent": "0", "decimals": 2},
        "curve": {
            "kind": "deviation",
            "points_above": "1",
            "points_below": "0.5",
            "deviation_decimals": 2,
        },
        "decimals": 2,
    },
    "members": {"combine": "mean", "decimals": 2},
    "totals": {"section_decimals": 2, "decimals": 2, "ties": ["price_low", "draw"]},
}
# The same with a benchmark and a K that are drawn at the opening.
DRAWN_METHOD: dict[str, Any] = METHOD | {
    "id": "comprehensive-drawn",
    "price": METHOD["price"]
    | {
        "benchmark": {
            "kind": "drawn",
            "id": "方法",
            "among": [
                {
                    "title": "算术平均值下浮K",
                    "of": {
                        "kind": "mean",
                        "float_drawn": {"id": "K", "from": "1.00", "to": "3.50", "decimals": 2},
                        "decimals": 2,
                    },
                },
                {"title": "最低报价", "of": {"kind": "lowest", "decimals": 2}},
                {"title": "算术平均值", "of": {"kind": "mean", "decimals": 2}},
            ],
        }
    },
}


def person(seat: int) -> UUID:
    """The person on a member's seat."""
    return UUID(int=0x100 + seat)


def a_room_opening(
    *,
    members: int = MEMBERS,
    bids: int = BIDS,
    blind: bool = True,
    outlier_percent: int = 0,
    ceiling_price_fen: int | None = 200_000_000,
    tender_id: UUID = TENDER,
    room_id: UUID = ROOM,
) -> RoomOpened:
    """How a sound room opens: prices 1,000,000.00, 1,020,000.00, ... yuan."""
    return RoomOpened(
        room_id=room_id,
        tender_id=tender_id,
        lot="1",
        terms=Terms(
            blind=blind,
            opens_at=AT - timedelta(hours=1),
            closes_at=AT + timedelta(hours=12),
            committee_min=3,
            outlier_percent=outlier_percent,
            ceiling_price_fen=ceiling_price_fen,
            items=(
                ReviewItem("seal", "form", "签字盖章", "实施条例 第五十一条"),
                ReviewItem("licence", "qualification", "资质等级", "实施条例 第五十一条"),
            ),
            method=METHOD,
        ),
        seats=tuple(
            SeatTerms(
                number=seat,
                role="member",
                site="示范市" if seat % 2 else "示范二市",
                name=f"示范专家{seat}",
                expert_id=UUID(int=0x200 + seat),
                person_id=person(seat),
            )
            for seat in range(1, members + 1)
        ),
        bids=tuple(
            NamedBid(
                number=number,
                bidder_id=UUID(int=0x300 + number),
                name=f"示范建设{number:02d}有限公司",
                price_fen=100_000_000 + 2_000_000 * (number - 1),
                form={"duration_days": 300},
            )
            for number in range(1, bids + 1)
        ),
        objective=tuple(
            ObjectiveMark(number, "credit", Decimal("8.00"), "信用等级 A")
            for number in range(1, bids + 1)
        ),
        numbering_seed="5e" * 32,
    )


def a_sealed_opening() -> RoomOpened:
    """The same room of a tender with two envelopes: no price is known."""
    opening = a_room_opening()
    return structs.replace(
        opening,
        terms=structs.replace(opening.terms, sealed_prices=True),
        bids=tuple(structs.replace(bid, price_fen=None, form={}) for bid in opening.bids),
    )


def a_room(**terms: Any) -> Room:
    """A room that has just opened."""
    return opened(a_room_opening(**terms))


def statements(
    seat: int,
    *,
    person_id: UUID | None = None,
    conflict: bool = False,
    room: UUID = ROOM,
    tender: UUID = TENDER,
) -> tuple[dict[str, Any], ...]:
    """What a member signs at check-in; signatures are not looked at by the rules."""
    return tuple(
        {
            "label": "kaibiao/expert-statement/v1",
            "statement": statement_body(
                kind, seat, person_id or person(seat), conflict=conflict, room=room, tender=tender
            ),
            "certificate": f"Y2VydGlmaWNhdGU{seat}",
            "signature": "c2lnbmF0dXJl",
        }
        for kind in sorted(STATEMENT_KINDS)
    )


def statement_body(
    kind: str, seat: int, person_id: UUID, *, conflict: bool, room: UUID, tender: UUID
) -> dict[str, Any]:
    """One statement before it is signed."""
    body: dict[str, Any] = {
        "kind": kind,
        "room_id": str(room),
        "tender_id": str(tender),
        "seat": seat,
        "person_id": str(person_id),
    }
    return body | {"conflict": conflict} if kind == "recusal" else body


def points_of(seat: int, bid: int, criterion: str) -> Decimal:
    """Distinct, plausible points: 9.1 and the like."""
    return Decimal(seat + bid + (5 if criterion == "design" else 12)) + Decimal("0.5")


def check_ins(room: Room) -> Iterator[c.Command]:
    """Everybody sits down."""
    for member in room.members:
        yield c.CheckIn(
            member.number,
            member.person_id,
            statements(
                member.number, person_id=member.person_id, room=room.id, tender=room.tender_id
            ),
        )


def votes(room: Room, *, rejected: frozenset[int] = frozenset()) -> Iterator[c.Command]:
    """Everybody votes on everything; a majority fails the rejected bids on the first item."""
    first = room.terms.items[0].id
    for member in room.members:
        for bid in room.bids:
            for item in room.terms.items:
                fails = bid.number in rejected and item.id == first and member.number != 1
                reason = "没有法定代表人签字" if fails else ""
                yield c.VoteOnItem(
                    member.number, bid.number, item.id, not fails, reason, "第3页" if fails else ""
                )


def scores(room: Room) -> Iterator[c.Command]:
    """Everybody scores every bid that is left, and locks."""
    for member in room.members:
        for bid in room.bids_left:
            for criterion in room.subjective:
                yield c.SubmitScore(
                    member.number,
                    bid,
                    criterion.id,
                    points_of(member.number, bid, criterion.id),
                )
        yield c.ConfirmObjective(member.number, True, "")
        yield c.LockScores(member.number, None)


class Play:
    """A room played command by command, with the journal that it makes."""

    def __init__(self, opening: RoomOpened | None = None, *, at: datetime = AT) -> None:
        """Begin with the opening."""
        opening = a_room_opening() if opening is None else opening
        self.at = at
        self.usual = opening == a_room_opening() and at == AT
        self.room = opened(opening)
        self.events: list[RoomEvent] = [opening]

    def do(self, *commands: c.Command) -> tuple[RoomEvent, ...]:
        """Do what is commanded, in order; the events of the last."""
        events: tuple[RoomEvent, ...] = ()
        for command in commands:
            events = decide(self.room, command, at=self.at)
            for event in events:
                self.room = apply(self.room, event)
            self.events += events
        return events

    def do_all(self, commands: Iterable[c.Command]) -> None:
        """As `do`, for a generator."""
        self.do(*commands)

    def lead(self, to: Phase) -> tuple[RoomEvent, ...]:
        """The host leads on."""
        return self.do(c.AdvancePhase(None, to))

    def until(self, phase: Phase) -> "Play":
        """Play as members and a host would, until the room is in `phase`."""
        if self.usual and len(self.events) == 1:
            played = _usual_play(phase)
            self.room, self.events = played.room, list(played.events)
            return self
        return self.walk(phase)

    def walk(self, phase: Phase) -> "Play":
        """As `until`, every step anew, from wherever the room is."""
        if phase is Phase.CLARIFICATION and self.room.phase is not phase:
            self.walk(Phase.PRELIMINARY).lead(phase)
        for at_phase, to, commands in _PLOT:
            if self.room.phase is at_phase and self.room.phase is not phase:
                self.do_all(commands(self.room))
                self.lead(to)
        assert self.room.phase is phase
        return self

    def entries(self) -> list[Entry]:
        """What the journal would hold."""
        made = []
        for seq, event in enumerate(self.events, start=1):
            written = to_event(event)
            made.append(
                Entry(
                    TENDER, Stream.COMMITTEE, seq, written.kind, written.body, self.at, b"\0" * 32
                )
            )
        return made


@cache
def _usual_play(phase: Phase) -> Play:
    """The usual room on its way to `phase`, played once: what has happened does not change."""
    return Play().walk(phase)


def elects(room: Room) -> Iterator[c.Command]:
    """Seat 1 takes the chair."""
    for member in room.members:
        yield c.VoteForChair(member.number, 1)


def confirmations(room: Room) -> Iterator[c.Command]:
    """Everybody agrees with the report."""
    assert room.results.report is not None
    for member in room.members:
        yield c.ConfirmReport(member.number, room.results.report.digest, True, "", None)


def decisions(room: Room) -> Iterator[c.Command]:
    """The chair says for the committee why it stays as the checks found it."""
    assert room.chair is not None
    for finding in room.results.findings:
        if finding.severity == "decide":
            yield c.AnswerFinding(room.chair, finding.number, "事实清楚，无需澄清", None)


def nothing(_room: Room) -> Iterator[c.Command]:
    """The system's own phases need nobody."""
    yield from ()


_PLOT = (
    (Phase.PREPARATION, Phase.CHAIR, check_ins),
    (Phase.CHAIR, Phase.PRELIMINARY, elects),
    (Phase.PRELIMINARY, Phase.TECHNICAL, votes),
    (Phase.TECHNICAL, Phase.PRICE, scores),
    (Phase.PRICE, Phase.TOTALS, nothing),
    (Phase.TOTALS, Phase.CHECKS, nothing),
    (Phase.CHECKS, Phase.REPORT, decisions),
    (Phase.REPORT, Phase.SIGNING, confirmations),
    (Phase.SIGNING, Phase.CLOSED, nothing),
)


# Those from whom something is kept while a phase lasts.
OBSERVERS = (
    Standing(Viewer.MEMBER, 1, person(1)),
    Standing(Viewer.HOST),
    Standing(Viewer.GUEST_OPERATOR),
)


def seen(play: Play, observer: Standing) -> list[bytes]:
    """All that the observer was shown, and the snapshot that would be shown now."""
    session = Session(ROOM)
    session.join(observer, is_hall=False)
    views = [session.view(entry, play.room) for entry in play.entries()]
    frames = [encode(view) for view in views if view is not None]
    return [*frames, encode(session.snapshot(play.room, len(play.events)))]
