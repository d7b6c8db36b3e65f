"""What befalls the third bidder of the small tender when its bid does not open by itself."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from crypto.canonical import JsonValue
from crypto.errors import BadShare
from crypto.seal_header import header_digest
from crypto.seal_opening import file_key_from_shares, unwrap_share
from tendering.domain.bid import WITHDRAWAL_LABEL
from tendering.domain.fault import BidFault, attribute_bid
from tendering.domain.journal import Stream
from tendering.domain.opening import (
    DISCLOSURE_LABEL,
    RECORD_UNUSABLE,
    REFUSAL_LABEL,
    Opening,
    Refusal,
    decide_disclosure,
    decide_fault,
    decide_refusal,
)
from tendering.domain.opening_window import Decision, decide_consent, decide_proposal
from tendering.domain.published_keys import to_base64
from tests.support.archive_committee import TENDER_ID
from tests.support.archive_faults import HandedIn, verdict_on
from tests.support.archive_parties import BidMade, Party, sabotaged_envelope

if TYPE_CHECKING:
    from tests.support.archive_play import TenderPlay


def agree_to_go_on(play: "TenderPlay", opening: Opening, at: datetime) -> None:
    """Host and supervisor agree about a lot of which too few bids opened."""
    least = play.tender.round.bidders_min
    if len(opening.unlocked) >= least.count:
        return
    shortfall, proposed = decide_proposal(
        opening, least, decision=Decision.GO_ON, reason="其余投标有效", at=at
    )
    _, decided = decide_consent(replace(opening, shortfall=shortfall), reason="同意")
    play.public(proposed, at)
    play.public(decided, at)


def clear(play: "TenderPlay", opening: Opening, at: datetime) -> None:
    """The third bidder publishes its file keys, and is judged anew."""
    bidder, made = play.bids()[2]
    digests = {kind: sha256(key).hexdigest() for kind, key in made.file_keys.items()}
    statement: dict[str, JsonValue] = {
        "tender_id": str(TENDER_ID),
        "lot": "1",
        "bidder_id": str(bidder.id),
        "counter": made.bid.counter,
        "file_key_digests": dict(digests),
    }
    signed = bidder.sign(DISCLOSURE_LABEL, statement)
    disclose(play, opening, signed, at=at)
    fault = verdict_on(play.tender, made, play.handed)
    play.public(decide_fault(opening, bidder_id=bidder.id, fault=fault), at)


def withdrawal(bidder: Party) -> dict[str, JsonValue]:
    """A bidder takes its first bid for the lot back, under its signature."""
    said: dict[str, JsonValue] = {
        "tender_id": str(TENDER_ID),
        "lot": "1",
        "bidder_id": str(bidder.id),
        "counter": 1,
    }
    signed = bidder.sign(WITHDRAWAL_LABEL, said)
    assert isinstance(signed, dict)
    return signed


def invalid(play: "TenderPlay", made: BidMade) -> BidFault:
    """Only one envelope is invalid."""
    handed = HandedIn(file_keys=made.file_keys, in_time=True)
    found = verdict_on(play.tender, made, handed)
    kind = sabotaged_envelope(play.sabotage)
    return attribute_bid({kind: found.findings[kind]})


def disclose(play: "TenderPlay", opening: Opening, statement: JsonValue, *, at: datetime) -> None:
    """File keys that are right come into custody."""
    bidder, made = play.bids()[2]
    event = decide_disclosure(
        opening,
        bidder_id=bidder.id,
        file_keys={kind: to_base64(key) for kind, key in made.file_keys.items()},
        statement=statement,
        received_at=at,
    )
    play.handed.file_keys = made.file_keys
    play.handed.in_time = bool(event.body["in_time"])
    play.journals.append(Stream.CUSTODY, event, at)


def remedied(
    play: "TenderPlay", opening: Opening, bidder: Party, made: BidMade, at: datetime
) -> dict[str, bytes] | None:
    """The key holders' part; the file keys if it was enough."""
    play.handed.asked = True
    opening = replace(opening, key_lost=frozenset({bidder.id}))
    for number, key in enumerate(play.holder_keys, start=1):
        try:
            shares = {
                one.kind: unwrap_share(made.containers[one.kind], number, key, one.context)
                for one in made.bid.envelopes
            }
        except BadShare:
            shares = {}
        if not shares or (play.sabotage == "lying-holders" and number > 1):
            refuse(play, opening, number, at=at)
            continue
        for kind, share in shares.items():
            play.handed.shares.setdefault(kind, {})[number] = share
        body: dict[str, JsonValue] = {
            "lot": "1",
            "bidder_id": str(bidder.id),
            "number": number,
            "shares": {kind: to_base64(share) for kind, share in shares.items()},
        }
        play.custody("share.received", body, at)
    found = {
        one.kind: file_key_from_shares(
            made.containers[one.kind], play.handed.shares.get(one.kind, {}), one.context
        )[0]
        for one in made.bid.envelopes
    }
    keys = {kind: key for kind, key in found.items() if key is not None}
    return keys if len(keys) == len(found) else None


def refuse(play: "TenderPlay", opening: Opening, number: int, *, at: datetime) -> None:
    """A key holder calls its record unusable, under its signature."""
    bidder, made = play.bids()[2]
    digests = {kind: header_digest(data).hex() for kind, data in made.containers.items()}
    refusal = Refusal(TENDER_ID, "1", bidder.id, made.bid.counter, number, RECORD_UNUSABLE, digests)
    signed = play.holders[number - 1].sign(REFUSAL_LABEL, refusal.statement())
    event = decide_refusal(opening, refusal, statement=signed, at=at)
    play.handed.refusals.add(number)
    play.journals.append(Stream.CUSTODY, event, at)
