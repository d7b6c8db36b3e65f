"""An evaluation from outside its room: opened from the opening, its report issued, handed over."""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from evaluation_rooms.actions.opening_rooms import Wanted, open_from_draw
from evaluation_rooms.actions.rooms import Done, close_room, outcome, room_of
from evaluation_rooms.phases import Phase
from evaluation_rooms.report_data import report_data
from evaluation_rooms.results import EvaluationOutcome
from evaluation_rooms.room import Seat
from evaluation_rooms.seating import certificate_of
from evaluation_rooms.storage import rooms
from evaluation_rooms.terms import ReviewItem
from tendering.actions.evaluations import record_evaluation
from tendering.actions.issued_documents import (
    Marks,
    document_heading,
    find_issued,
    issue,
    marks_of,
    placed,
    signers_of,
)
from tendering.actions.opening_records import RECORDS
from tendering.actions.qualifications import qualified_of
from tendering.documents.data import EvaluationReport
from tendering.documents.evaluation_report import render_evaluation_report
from tendering.domain.evaluation_report import assemble
from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.domain.methods.method import Criterion, parse_method
from tendering.domain.methods.totals import why_not_points
from tendering.domain.parties import Actor
from tendering.domain.procedure import Qualification
from tendering.domain.refusals.signatures import DocumentChanged, SignaturesMissing
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Tender, require_party
from tendering.rulebooks import rulebook_for
from tendering.storage import openings, people, tenders
from tendering.storage.connection import Connection, Pool, reading, transaction

# How long a room stands open: an evaluation takes a day, rarely three.
WINDOW: Final = timedelta(hours=72)
TRIES_MAX: Final = 3
_KIND: Final = DocumentKind.EVALUATION_REPORT

# 实施条例 第五十一条 lists why a bid is rejected; used where the tender documents list no items.
DEFAULT_ITEMS: Final = (
    ReviewItem("signature", "form", "投标文件签字盖章", "招标投标法实施条例 第五十一条（一）"),
    ReviewItem("qualification", "qualification", "资格条件", "招标投标法实施条例 第五十一条（三）"),
    ReviewItem("price", "response", "投标报价", "招标投标法实施条例 第五十一条（五）"),
    ReviewItem("response", "response", "实质性要求和条件", "招标投标法实施条例 第五十一条（六）"),
)
# 87号令 第六十三条 is what government procurement has in its place.
PROCUREMENT_ITEMS: Final = (
    ReviewItem("signature", "form", "投标文件签署、盖章", "87号令 第六十三条（二）"),
    ReviewItem("qualification", "qualification", "资格条件", "87号令 第六十三条（三）"),
    ReviewItem("price", "response", "投标报价", "87号令 第六十三条（四）"),
    ReviewItem("response", "response", "采购人不能接受的附加条件", "87号令 第六十三条（五）"),
)


@dataclass(frozen=True, slots=True)
class Chance:
    """Identity and chance of a new room: its id, and 32 random bytes that number the bids."""

    room_id: UUID
    seed: bytes


@dataclass(frozen=True, slots=True)
class _Draft:
    """A report with its signatories, and the state of the journal it speaks of."""

    data: EvaluationReport
    signatories: tuple[Signatory, ...]
    marks: Marks


async def open_evaluation(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    chance: Chance,
    *,
    by: Actor,
    at: datetime,
    recorded_by_venue: bool = False,
) -> Done:
    """Open the room of a lot as the tender documents say; objective marks follow from the bids.

    Raises NotFound, Forbidden, WrongPhase, DrawNotPrepared, RoomExists, and what makes a room
    unsound.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    published = tender.committee
    outlier_percent = published.get("outlier_percent", 0)
    wanted = Wanted(
        room_id=chance.room_id,
        lot=lot,
        opens_at=at,
        closes_at=at + WINDOW,
        blind=published.get("blind") is True,
        outlier_percent=outlier_percent if isinstance(outlier_percent, int) else 0,
        items=None if published.get("review_items") else _default_items(tender),
        objective=await _objective(connection, tender, lot),
        recorded_by_venue=recorded_by_venue,
    )
    return await open_from_draw(
        connection,
        tender_id,
        wanted,
        organization_id=by.organization_id,
        seed=chance.seed,
        at=at,
    )


async def issue_report(
    pool: Pool, tender_id: UUID, lot: str, *, by: Actor, at: datetime, address: str = ""
) -> IssuedDocument:
    """Make the report of a room whose members have confirmed it, for them to sign; secret.

    Again, it is the same one. Raises NotFound, Forbidden, WrongPhase, DocumentChanged.
    """
    for _ in range(TRIES_MAX):
        async with reading(pool) as connection:
            tender = await tenders.get(connection, tender_id)
            require_party(tender, by.organization_id)
            existing = await find_issued(connection, tender, _KIND, lot)
            if existing is not None:
                return existing
            draft = await _draft(connection, tender, lot, at=at, address=address)
        rendered = await asyncio.to_thread(render_evaluation_report, draft.data)
        async with transaction(pool) as connection:
            tender = await tenders.lock(connection, tender_id)
            if await marks_of(connection, tender_id) == draft.marks:
                return await issue(
                    connection,
                    tender,
                    _KIND,
                    rendered.pdf,
                    placed(draft.signatories, rendered),
                    lot=lot,
                    secret=True,
                    at=at,
                )
    raise DocumentChanged("the evaluation still goes on: try again")


async def close_evaluation(
    connection: Connection, tender_id: UUID, lot: str, *, by: Actor, at: datetime
) -> None:
    """Close the room when its report is signed, and hand the result over.

    Raises NotFound, Forbidden, WrongPhase, SignaturesMissing, RoomWindowClosed.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    room_id = await room_of(connection, tender_id, lot)
    document = await find_issued(connection, tender, _KIND, lot)
    if document is None or document.completed_at is None:
        raise SignaturesMissing(kind=_KIND)
    room = await rooms.load(connection, tender_id, room_id)
    # The host may have closed the room itself; what it came to stands all the same.
    closed = room.phase is Phase.CLOSED
    came_to = (
        await outcome(connection, room_id)
        if closed
        else await close_room(connection, room_id, at=at)
    )
    report = assemble(came_to.evaluation, rulebook_for(tender, at))
    await record_evaluation(
        connection, tender, report, document, outcome_digest=came_to.digest, at=at
    )


async def _draft(
    connection: Connection, tender: Tender, lot: str, *, at: datetime, address: str
) -> _Draft:
    """Everything is read after the marks: if they still stand later, nothing has changed."""
    marks = await marks_of(connection, tender.id)
    room_id = await room_of(connection, tender.id, lot)
    room = await rooms.load(connection, tender.id, room_id)
    if room.phase not in {Phase.SIGNING, Phase.CLOSED}:
        raise WrongPhase(phase=room.phase, allowed=[Phase.SIGNING])
    came_to = await outcome(connection, room_id)
    signatories = await _signatories(connection, came_to)
    opening = await openings.get(connection, tender.id, lot)
    record = await find_issued(connection, tender, RECORDS[opening.session - 1], lot)
    assert record is not None, "the bids were opened with a record"
    data = report_data(
        came_to,
        assemble(came_to.evaluation, rulebook_for(tender, at)),
        heading=await document_heading(connection, tender, _KIND, lot, at=at, address=address),
        opened_at=opening.opened_at,
        opening_record_digest=record.digest.hex(),
        committee=marks.committee,
        signers=signers_of(signatories),
    )
    return _Draft(data, signatories, marks)


async def _signatories(connection: Connection, came_to: EvaluationOutcome) -> tuple[Signatory, ...]:
    """The members, the chair first, each with the certificate of the check-in."""
    ordered = sorted(came_to.members, key=lambda one: (one.number != came_to.chair, one.number))
    signatories = []
    for member in ordered:
        person = await people.get(connection, member.person_id)
        assert person is not None, "a member has an account"
        title = "评标委员会组长" if member.number == came_to.chair else "评标委员会成员"
        signatories.append(
            Signatory(
                0,
                person.organization_id,
                member.name,
                title,
                person_id=member.person_id,
                certificate=_certificate_digest(member),
                waivable=True,
            )
        )
    return tuple(signatories)


def _certificate_digest(member: Seat) -> str:
    return hashlib.sha256(base64.b64decode(certificate_of(member))).hexdigest()


async def _objective(
    connection: Connection, tender: Tender, lot: str
) -> dict[UUID, dict[str, tuple[Decimal, str]]]:
    """Points from what each bidder states in its qualification form, once for all members."""
    criteria = [one for one in parse_method(tender.method).criteria if one.kind == "objective"]
    qualified = await qualified_of(connection, tender, lot)
    return {
        bid.bidder_id: {one.id: _mark(one, bid.forms.get("qualification", {})) for one in criteria}
        for bid in await openings.unlocks(connection, tender.id, lot)
        if bid.unlocked_by is not None and bid.bidder_id in qualified
    }


def _default_items(tender: Tender) -> tuple[ReviewItem, ...]:
    """What this round's committee reviews; 87号令 第四十四条: qualification may be settled."""
    absent = set()
    if tender.round.qualification is not Qualification.COMMITTEE:
        absent.add("qualification")
    # Where it is still sealed, whether it answers the documents is one of the requirements.
    if not tender.round.has_price or tender.round.later:
        absent.add("price")
    works = tender.regime == "construction"
    items = DEFAULT_ITEMS if works else PROCUREMENT_ITEMS
    return tuple(item for item in items if item.id not in absent)


def _mark(criterion: Criterion, form: Mapping[str, JsonValue]) -> tuple[Decimal, str]:
    """What is not stated, or not as the method allows it, is worth nothing; members may correct."""
    stated = form.get("objective")
    said = stated.get(criterion.id) if isinstance(stated, dict) else None
    if not isinstance(said, str):
        return Decimal(0), "投标文件资格部分未填报"
    try:
        points = Decimal(said)
    except InvalidOperation:
        return Decimal(0), f"投标文件填报“{said[:40]}”，不是分值"
    if not points.is_finite() or why_not_points(criterion, points) is not None:
        return Decimal(0), f"投标文件填报“{said[:40]}”，不符合评分标准"
    return points, f"投标文件资格部分填报{said}分"
