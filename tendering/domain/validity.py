"""Extension of bid validity (延长投标有效期): asked of all bidders of a lot, answered by each.

《工程建设项目施工招标投标办法》第二十九条 (not verified against the text): in writing, before the
validity ends; who agrees keeps its bid as it is and its security lasts as long; who refuses loses
its bid and keeps its security. Silence is no consent: such a bid ends when it would have ended.
All of it is public, and follows from the public stream alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.bid_security import BidSecurity
from tendering.domain.calendar import civil_day, day_begins
from tendering.domain.fields import Fields
from tendering.domain.journal import Entry, Event, instant
from tendering.domain.parties import Actor
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.awards import BidLapsed, ExtensionUnlawful
from tendering.domain.refusals.remedies import AlreadyAnswered
from tendering.domain.tender import Tender, TenderStatus, require_party, require_status
from tendering.domain.timetable import VALIDITY_DAYS_MAX

REQUESTED: Final = "validity.extension_requested"
ANSWERED: Final = "validity.extension_answered"
EXTENSION_LABEL: Final = "kaibiao/validity-extension/v1"
ANSWER_LABEL: Final = "kaibiao/validity-answer/v1"
REASON_MAX: Final = 2000
_BIDDERS_MAX: Final = 100_000
_NUMBER_MAX: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Extension:
    """One request: `days` of validity in all, counted from the deadline; answers by bidder."""

    lot: str
    number: int
    days: int
    until: datetime
    respond_until: datetime
    reason: str
    bidders: frozenset[UUID]
    at: datetime
    answers: Mapping[UUID, bool] = field(default_factory=dict)


def valid_until(tender: Tender, days: int) -> datetime:
    """The first instant at which bids of so many days are valid no more (E09)."""
    return day_begins(civil_day(tender.deadline) + timedelta(days=days + 1))


def extension_statement(
    tender_id: UUID, lot: str, number: int, *, days: int, respond_until: datetime, reason: str
) -> dict[str, JsonValue]:
    """What the procuring entity or its agency signs."""
    return {
        "tender_id": str(tender_id),
        "lot": lot,
        "number": number,
        "days": days,
        "respond_until": instant(respond_until),
        "reason": reason,
    }


def answer_statement(
    tender_id: UUID, lot: str, number: int, *, accepts: bool
) -> dict[str, JsonValue]:
    """What a bidder signs."""
    return {"tender_id": str(tender_id), "lot": lot, "number": number, "accepts": accepts}


def decide_extension(
    tender: Tender,
    before: Sequence[Extension],
    lot: str,
    *,
    days: int,
    respond_until: datetime,
    reason: str,
    bidders: frozenset[UUID],
    by: Actor,
    at: datetime,
) -> tuple[Extension, Event]:
    """Ask all bidders of a lot whose bids stand.

    Raises Forbidden, NotFound, Invalid, WrongPhase, ExtensionUnlawful.
    """
    require_party(tender, by.organization_id)
    # Names are public from the opening on; before the deadline nothing has begun to run.
    require_status(
        tender,
        TenderStatus.OPENING,
        TenderStatus.OPENED,
        TenderStatus.EVALUATING,
        TenderStatus.EVALUATED,
        TenderStatus.CANDIDATES_PUBLISHED,
    )
    tender.lot(lot)
    of_lot = [one for one in before if one.lot == lot]
    newest = of_lot[-1].days if of_lot else tender.terms.bid_validity_days
    ends = valid_until(tender, newest)
    if not reason.strip() or len(reason) > REASON_MAX:
        raise Invalid("an extension has a reason", most=REASON_MAX)
    if not newest < days <= VALIDITY_DAYS_MAX:
        raise ExtensionUnlawful(why="not-longer", days=newest)
    if at >= ends:
        raise ExtensionUnlawful(why="validity-over", until=instant(ends))
    if not at < respond_until <= ends:
        raise ExtensionUnlawful(why="no-time-to-answer", until=instant(ends))
    asked = frozenset(one for one in bidders if validity_of(tender, before, lot, one) is not None)
    if not asked:
        raise ExtensionUnlawful(why="nobody-to-ask", until=instant(ends))
    extension = Extension(
        lot,
        len(of_lot) + 1,
        days,
        valid_until(tender, days),
        respond_until,
        reason,
        asked,
        at,
    )
    return extension, Event(REQUESTED, _requested(extension))


def decide_answer(
    extensions: Sequence[Extension],
    lot: str,
    number: int,
    *,
    accepts: bool,
    bidder_id: UUID,
    security: BidSecurity | None,
    at: datetime,
) -> Event | None:
    """A bidder's answer; None when the same was said before.

    Raises NotFound for whoever is not asked, ExtensionUnlawful after the term, AlreadyAnswered.
    The event says whether the bidder's security lasts as long as its bid does now.
    """
    extension = next((one for one in extensions if (one.lot, one.number) == (lot, number)), None)
    if extension is None or bidder_id not in extension.bidders:
        raise NotFound("no such question to you")
    if bidder_id in extension.answers:
        if extension.answers[bidder_id] is accepts:
            return None
        raise AlreadyAnswered
    if at >= extension.respond_until:
        raise ExtensionUnlawful(why="answered-late", until=instant(extension.respond_until))
    lasts = security is None or security.valid_until >= extension.until
    return Event(
        ANSWERED,
        {
            "lot": lot,
            "number": number,
            "bidder_id": str(bidder_id),
            "accepts": accepts,
            "security_lasts": lasts if accepts else None,
        },
    )


def extensions_of(entries: Iterable[Entry]) -> tuple[Extension, ...]:
    """Every request with its answers, from entries of the public stream. Raises Invalid."""
    found: dict[tuple[str, int], Extension] = {}
    for entry in entries:
        if entry.kind == REQUESTED:
            extension = _extension(entry)
            found[extension.lot, extension.number] = extension
        elif entry.kind == ANSWERED:
            fields = Fields(entry.body, ANSWERED, Invalid)
            key = fields.text("lot"), fields.integer("number", least=1, most=_NUMBER_MAX)
            if key not in found:
                raise Invalid("an answer to nothing")
            answers = dict(found[key].answers)
            answers[UUID(fields.text("bidder_id"))] = fields.flag("accepts", default=False)
            found[key] = replace(found[key], answers=answers)
    return tuple(found.values())


def refusal_of(entries: Iterable[Entry], lot: str, bidder_id: UUID) -> Entry | None:
    """The entry by which a bidder refused to let its bid be valid for longer, if it did."""
    for entry in entries:
        said = (entry.kind, entry.body.get("lot"), entry.body.get("bidder_id"))
        if said == (ANSWERED, lot, str(bidder_id)) and entry.body.get("accepts") is False:
            return entry
    return None


def validity_of(
    tender: Tender, extensions: Iterable[Extension], lot: str, bidder_id: UUID
) -> datetime | None:
    """Until when a bid is valid: the first instant too late; None when its bidder let it lapse."""
    until = valid_until(tender, tender.terms.bid_validity_days)
    for one in extensions:
        if one.lot != lot:
            continue
        if one.answers.get(bidder_id) is False:
            return None
        if one.answers.get(bidder_id) is True:
            until = one.until
    return until


def require_valid(
    tender: Tender, extensions: Iterable[Extension], lot: str, bidder_id: UUID, *, at: datetime
) -> None:
    """An award is made to a bid that is still valid. Raises BidLapsed."""
    until = validity_of(tender, extensions, lot, bidder_id)
    if until is None or at >= until:
        raise BidLapsed(lot=lot, until=None if until is None else instant(until))


def _requested(extension: Extension) -> dict[str, JsonValue]:
    return {
        "lot": extension.lot,
        "number": extension.number,
        "days": extension.days,
        "until": instant(extension.until),
        "respond_until": instant(extension.respond_until),
        "reason": extension.reason,
        "bidders": sorted(map(str, extension.bidders)),
    }


def _extension(entry: Entry) -> Extension:
    fields = Fields(entry.body, REQUESTED, Invalid)
    return Extension(
        fields.text("lot"),
        fields.integer("number", least=1, most=_NUMBER_MAX),
        fields.integer("days", least=1, most=VALIDITY_DAYS_MAX),
        fields.moment("until"),
        fields.moment("respond_until"),
        fields.text("reason"),
        frozenset(UUID(one) for one in fields.texts("bidders", most=_BIDDERS_MAX)),
        entry.at,
    )
