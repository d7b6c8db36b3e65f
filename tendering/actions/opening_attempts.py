"""What a bidder tried in vain at the opening: evidence about whose fault it was, kept in custody.

电子招标投标办法 第三十一条 asks why a bid did not open. What reached the platform, in time or not,
with which keys and under which certificates, is therefore entered as it happened; the first time in
a session also whether the containers are still those of the receipt.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.bid import SealedBid
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.opening import Opening
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound, Refused
from tendering.domain.refusals.openings import OpeningNotStarted
from tendering.storage import bids, certificates, journal, openings, tenders
from tendering.storage.connection import Connection

ATTEMPT: Final = "unlock.attempted"
# Enough for evidence; whoever tries on and on cannot fill the journal.
ATTEMPTS_MAX: Final = 50


async def bid_to_look_at(
    connection: Connection, tender_id: UUID, lot: str, *, by: Actor
) -> tuple[SealedBid, int] | None:
    """The bid whose containers are to be compared with its receipt, and the session.

    None after the first attempt of the session, which has told it; and of whoever has none here.
    """
    opening = await _locked_opening(connection, tender_id, lot, by=by)
    if opening is None:
        return None
    earlier = await _earlier(connection, tender_id, by=by)
    if any((one["lot"], one["session"]) == (lot, opening.session) for one in earlier):
        return None
    stored = await bids.standing(connection, tender_id, lot=lot, bidder_id=by.organization_id)
    return stored.bid, opening.session


async def note_attempt(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    *,
    file_keys: Mapping[str, bytes],
    refused: Refused,
    in_custody: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """Enter an attempt to unlock that was `refused`; of somebody with a bid here only.

    Wrong file keys are kept as digests: the bidder can show what it sent, nobody learns it.
    `in_custody`: by kind, the digest of the receipt and of what is stored; empty if not looked at.
    """
    try:
        await tenders.lock_also_suspended(connection, tender_id)
    except NotFound:
        return
    opening = await _locked_opening(connection, tender_id, lot, by=by)
    if opening is None or len(await _earlier(connection, tender_id, by=by)) >= ATTEMPTS_MAX:
        return
    held = await certificates.list_of_organization(connection, by.organization_id)
    states: list[JsonValue] = [
        {
            "serial": one.serial,
            "not_after": instant(one.not_after),
            "revoked_at": None if one.revoked_at is None else instant(one.revoked_at),
        }
        for one in held
    ]
    event = Event(
        ATTEMPT,
        {
            "lot": lot,
            "session": opening.session,
            "bidder_id": str(by.organization_id),
            "code": refused.code,
            "error": refused.detail,
            "received_at": instant(at),
            "unlock_until": instant(opening.unlock_until),
            "file_key_digests": {
                kind: sha256(key).hexdigest() for kind, key in sorted(file_keys.items())
            },
            "certificates": states,
            "in_custody": dict(in_custody),
        },
    )
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def _locked_opening(
    connection: Connection, tender_id: UUID, lot: str, *, by: Actor
) -> Opening | None:
    """The opening in which somebody's bid waits to be unlocked."""
    try:
        opening = await openings.get(connection, tender_id, lot)
    except (NotFound, OpeningNotStarted):
        return None
    waits = by.organization_id in opening.bidders and by.organization_id not in opening.unlocked
    return opening if waits else None


async def _earlier(
    connection: Connection, tender_id: UUID, *, by: Actor
) -> list[dict[str, JsonValue]]:
    entries = await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, [ATTEMPT])
    return [one.body for one in entries if one.body["bidder_id"] == str(by.organization_id)]
