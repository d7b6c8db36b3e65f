"""Taking an award back: what hung on it is void, and stays to be read."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.contracts import find_contract
from tendering.domain.award_revocation import (
    Revocation,
    Standing,
    decide_revocation,
    same_revocation,
)
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.tender import require_party
from tendering.storage import candidates, contracts, issued_documents, journal, tenders
from tendering.storage.candidates import StoredAward
from tendering.storage.connection import Connection

# What is made for one winner, and nobody else.
_OF_THE_AWARD = (DocumentKind.AWARD_NOTICE, DocumentKind.RESULT, DocumentKind.CONTRACT)


async def revoke_award(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    said: Revocation,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """The winner of a lot falls away: the next can be chosen, or the tender has failed.

    The same again does nothing. Raises NotFound, Forbidden, WrongPhase, AwardNotRevocable.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    awards = await candidates.list_all_awards(connection, tender_id)
    of_lot = [one for one in awards if one.lot == lot]
    award = next((one for one in of_lot if one.revoked_at is None), None)
    if award is None:
        if any(same_revocation(one.revocation or {}, said) for one in of_lot[-1:]):
            return
        raise NotFound("the lot is not awarded", lot=lot)
    standing = await _standing(connection, tender_id, award, of_lot)
    after, events = decide_revocation(tender, standing, said)
    await put_away(connection, tender_id, lot, events[0].body, at=at)
    await tenders.save(connection, after)
    for event in events:
        await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def put_away(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    body: Mapping[str, JsonValue],
    *,
    at: datetime,
) -> None:
    """The award of a lot is revoked, its documents are void, a contract only drawn up is gone."""
    await candidates.revoke_award(connection, tender_id, lot, body, at=at)
    await issued_documents.void(connection, tender_id, lot, _OF_THE_AWARD, at=at)
    await contracts.discard(connection, tender_id, lot)


async def _standing(
    connection: Connection, tender_id: UUID, award: StoredAward, of_lot: list[StoredAward]
) -> Standing:
    shown = {one.lot: one for one in await candidates.list_candidates(connection, tender_id)}
    reports = await candidates.list_evaluations(connection, tender_id)
    others = {one.lot for one in reports if one.candidates and one.lot != award.lot}
    try:
        contracted = (await find_contract(connection, tender_id, award.lot)).signed_at is not None
    except NotFound:
        contracted = False
    listed = shown[award.lot].candidates
    return Standing(
        award.lot,
        next(one for one in listed if one.bid == award.bid),
        listed,
        gone={one.bid for one in of_lot if one.revoked_at is not None},
        others=others,
        contracted=contracted,
    )
