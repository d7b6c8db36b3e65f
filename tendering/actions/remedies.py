"""Deeds about bids that their bidders cannot unlock: shares, refusals, published file keys.

All evidence goes to the custody stream and is read from there when somebody has to answer for a
bid: the platform judges by exactly what an archive shows everybody.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.statements import require_statement, statement_by
from tendering.domain.bid import BidStatus
from tendering.domain.fault import BidFault
from tendering.domain.journal import Event, Stream
from tendering.domain.key_policy import number_for
from tendering.domain.opening import (
    DISCLOSURE_LABEL,
    RECORD_UNUSABLE,
    REFUSAL_LABEL,
    Opening,
    OpeningPhase,
    Refusal,
    decide_disclosure,
    decide_fault,
    decide_lost_key,
    decide_refusal,
    is_revoked,
)
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.tender import TenderStatus, require_status
from tendering.keys import PlatformKeys
from tendering.storage import bids, journal, openings, tenders
from tendering.storage.connection import Connection
from tendering.unlocking import Handed

_EVIDENCE = ("share.received", "share.refused", "file_key.disclosed")


async def declare_lost_key(
    connection: Connection, tender_id: UUID, lot: str, *, by: Actor, at: datetime
) -> None:
    """A bidder cannot unlock: the key holders may act. Raises WrongPhase, UnlockWindowClosed."""
    await tenders.lock(connection, tender_id)
    opening = await openings.get(connection, tender_id, lot)
    event = decide_lost_key(opening, bidder_id=by.organization_id, at=at)
    if by.organization_id in opening.key_lost:
        return
    await openings.mark_lost(connection, tender_id, lot, by.organization_id)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def add_shares(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    bidder_id: UUID,
    *,
    number: int,
    shares: Mapping[str, bytes],
    at: datetime,
) -> None:
    """Keep a key holder's shares, which fit their commitments: nobody could make them up."""
    tender = await tenders.lock(connection, tender_id)
    opening = await openings.get(connection, tender_id, lot)
    if bidder_id not in opening.key_lost:
        raise NotFound("the bidder has not declared its key lost")
    known = await openings.shares_of(connection, tender_id, lot, bidder_id)
    if all(number in known.get(kind, {}) for kind in tender.round.kinds_in(opening.session)):
        return
    await openings.add_shares(
        connection, tender_id, lot, bidder_id, number=number, shares=shares, at=at
    )
    event = Event(
        "share.received",
        {
            "lot": lot,
            "session": opening.session,
            "bidder_id": str(bidder_id),
            "number": number,
            "shares": {kind: base64.b64encode(share).decode() for kind, share in shares.items()},
        },
    )
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def refuse_share(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    lot: str,
    bidder_id: UUID,
    *,
    reason: str,
    header_digests: Mapping[str, str],
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """A key holder says under its signature that it has no share to give, and why.

    `header_digests`: of the headers in custody, which the holder must have seen. Raises
    NotKeyHolder, SignatureRefused, WrongPhase, AlreadyUnlocked, UnlockWindowClosed.
    """
    said = await statement_by(connection, keys, statement, label=REFUSAL_LABEL, uscc=by.uscc, at=at)
    tender = await tenders.lock(connection, tender_id)
    opening = await openings.get(connection, tender_id, lot)
    stored = await bids.standing(connection, tender_id, lot=lot, bidder_id=bidder_id)
    number = number_for(tender, stored.bid.manifest, by.organization_id)
    refusal = Refusal(tender_id, lot, bidder_id, stored.bid.counter, number, reason, header_digests)
    require_statement(said, refusal.statement())
    event = decide_refusal(opening, refusal, statement=dict(statement), at=at)
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def keep_file_keys(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    bidder_id: UUID,
    *,
    file_keys: Mapping[str, bytes],
    statement: Mapping[str, JsonValue] | None,
    received_at: datetime,
) -> None:
    """Keep the right file keys of a bid that does not open: with them anybody can say why.

    `statement` when the bidder publishes them of its own accord. Raises NotFound, AlreadyUnlocked.
    """
    tender = await tenders.lock(connection, tender_id)
    over = {
        TenderStatus.AWARDED,
        TenderStatus.CONTINUED,
        TenderStatus.FAILED,
        TenderStatus.TERMINATED,
    }
    require_status(tender, *(status for status in TenderStatus if status not in over))
    opening = await openings.get(connection, tender_id, lot)
    event = decide_disclosure(
        opening,
        bidder_id=bidder_id,
        file_keys={kind: base64.b64encode(key).decode() for kind, key in file_keys.items()},
        statement=None if statement is None else dict(statement),
        received_at=received_at,
    )
    known = await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, [event.kind])
    if statement is None and any(_is_about(one.body, opening, bidder_id) for one in known):
        return
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=received_at)


async def require_disclosure(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    *,
    lot: str,
    counter: int,
    file_keys: Mapping[str, bytes],
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """The bidder has signed that these are the keys of its bid. Raises SignatureRefused."""
    said = await statement_by(
        connection, keys, statement, label=DISCLOSURE_LABEL, uscc=by.uscc, at=at
    )
    expected: dict[str, JsonValue] = {
        "tender_id": str(tender_id),
        "lot": lot,
        "bidder_id": str(by.organization_id),
        "counter": counter,
        # Not the keys themselves: a statement may be shown to people who may not read the bid.
        "file_key_digests": {
            kind: sha256(key).hexdigest() for kind, key in sorted(file_keys.items())
        },
    }
    require_statement(said, expected)


async def enter_fault(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    bidder_id: UUID,
    fault: BidFault,
    *,
    at: datetime,
) -> None:
    """After the reveal a bid is judged anew; before, its verdict comes with the reveal."""
    await tenders.lock(connection, tender_id)
    opening = await openings.get(connection, tender_id, lot)
    if opening.phase is OpeningPhase.UNLOCK:
        return
    event = decide_fault(opening, bidder_id=bidder_id, fault=fault)
    status = BidStatus.DEEMED_REVOKED if is_revoked(fault) else BidStatus.DEEMED_WITHDRAWN
    await bids.set_status(connection, tender_id, lot=lot, bidder_id=bidder_id, status=status)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def handed_in(connection: Connection, tender_id: UUID, lot: str, bidder_id: UUID) -> Handed:
    """Everything that came into custody, in this session, about a bid that did not open."""
    opening = await openings.get(connection, tender_id, lot)
    shares: dict[str, dict[int, bytes]] = {}
    file_keys: dict[str, bytes] = {}
    refusals, in_time = set(), False
    for entry in await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, _EVIDENCE):
        body = entry.body
        if not _is_about(body, opening, bidder_id):
            continue
        if entry.kind == "share.received":
            for kind, share in _decoded(body["shares"]).items():
                shares.setdefault(kind, {})[_number(body)] = share
        elif entry.kind == "file_key.disclosed":
            file_keys |= _decoded(body["file_keys"])
            in_time = in_time or body["in_time"] is True
        elif body["reason"] == RECORD_UNUSABLE:
            refusals.add(_number(body))
    return Handed(
        shares=shares,
        refusals=frozenset(refusals),
        file_keys=file_keys,
        in_time=in_time,
        asked=bidder_id in opening.key_lost,
    )


def _is_about(body: Mapping[str, JsonValue], opening: Opening, bidder_id: UUID) -> bool:
    about = (opening.lot, opening.session, str(bidder_id))
    return (body.get("lot"), body.get("session"), body.get("bidder_id")) == about


def _number(body: Mapping[str, JsonValue]) -> int:
    number = body["number"]
    assert isinstance(number, int)
    return number


def _decoded(value: JsonValue) -> dict[str, bytes]:
    assert isinstance(value, dict)
    return {kind: base64.b64decode(str(text)) for kind, text in value.items()}
