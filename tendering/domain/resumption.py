"""The second session of an opening (复会, 双信封): prices, once the technical marks are locked.

Who judged the technical part must not have known a price, and who hands over the key of a price
must not be somebody whose bid was rejected already. The event binds the committee's stream where it
stood, so that anybody who may read that stream sees what was locked before a price was unlocked.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Event, instant
from tendering.domain.opening import Opening, OpeningPhase
from tendering.domain.refusals.openings import NoLaterSession
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Tender, TenderStatus, require_status

RESUMED = "opening.resumed"


def session_of(public: Iterable[Entry], lot: str, bidder_id: UUID) -> int:
    """Which session of a lot unlocks a bidder's bid, by the entries of the public record so far."""
    resumed = (one.body for one in public if one.kind == RESUMED and one.body.get("lot") == lot)
    sessions = [
        body["session"]
        for body in resumed
        if isinstance(body["bidders"], list | tuple) and str(bidder_id) in body["bidders"]
    ]
    return max((one for one in sessions if isinstance(one, int)), default=1)


def decide_resumption(
    tender: Tender,
    opening: Opening,
    *,
    room_id: UUID,
    left: Collection[UUID],
    committee: tuple[int, bytes],
    at: datetime,
) -> tuple[Opening, Event]:
    """Begin the second session for the bidders that are `left`.

    `committee` is the number and head of the committee's stream; that its marks are locked the
    caller has seen under the tender's lock. Raises NoLaterSession where all envelopes open
    together or this is the last session, WrongPhase before the first session's record is signed.
    """
    session = opening.session + 1
    if session > len(tender.round.sessions):
        raise NoLaterSession
    require_status(tender, TenderStatus.EVALUATING)
    if opening.phase is not OpeningPhase.RECORDED:
        raise WrongPhase(phase=opening.phase)
    bidders = tuple(one for one in opening.bidders if one in opening.unlocked and one in left)
    if not bidders:
        raise WrongPhase("no bid is left")
    until = at + timedelta(minutes=tender.terms.unlock_minutes)
    seq, head = committee
    body: dict[str, JsonValue] = {
        "lot": opening.lot,
        "session": session,
        "kinds": list(tender.round.kinds_in(session)),
        "unlock_until": instant(until),
        "bidders": [str(bidder) for bidder in bidders],
        "room_id": str(room_id),
        "committee": {"seq": seq, "head": head.hex()},
    }
    resumed = Opening(
        lot=opening.lot,
        phase=OpeningPhase.UNLOCK,
        opened_at=at,
        unlock_until=until,
        bidders=bidders,
        unlocked=frozenset(),
        key_lost=frozenset(),
        session=session,
    )
    return resumed, Event(RESUMED, body)
