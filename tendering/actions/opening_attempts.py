"""What a bidder tried in vain at the opening: evidence about whose fault it was, kept in custody.

电子招标投标办法 第三十一条 asks why a bid did not open. What reached the platform, in time or not,
with which keys and under which certificates, is therefore entered as it happened.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.openings import OpeningNotStarted
from tendering.storage import certificates, journal, openings, tenders
from tendering.storage.connection import Connection

ATTEMPT: Final = "unlock.attempted"
# Enough for evidence; whoever tries on and on cannot fill the journal.
ATTEMPTS_MAX: Final = 50


async def note_attempt(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    *,
    file_keys: Mapping[str, bytes],
    code: str,
    by: Actor,
    at: datetime,
) -> None:
    """Enter an attempt to unlock that was refused with `code`; of somebody with a bid here only.

    Wrong file keys are kept as digests: the bidder can show what it sent, nobody learns it.
    """
    try:
        await tenders.lock_also_suspended(connection, tender_id)
        opening = await openings.get(connection, tender_id, lot)
    except (NotFound, OpeningNotStarted):
        return
    bidder = str(by.organization_id)
    if by.organization_id not in opening.bidders or by.organization_id in opening.unlocked:
        return
    earlier = await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, [ATTEMPT])
    if sum(one.body["bidder_id"] == bidder for one in earlier) >= ATTEMPTS_MAX:
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
            "bidder_id": bidder,
            "code": code,
            "received_at": instant(at),
            "unlock_until": instant(opening.unlock_until),
            "file_key_digests": {
                kind: sha256(key).hexdigest() for kind, key in sorted(file_keys.items())
            },
            "certificates": states,
        },
    )
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)
