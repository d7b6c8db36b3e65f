"""Deeds about the validity of bids: extended on request, answered by each bidder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.statements import require_statement, statement_by
from tendering.domain.bid import BidStatus
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.tender import Tender
from tendering.domain.validity import (
    ANSWER_LABEL,
    ANSWERED,
    EXTENSION_LABEL,
    REQUESTED,
    Extension,
    answer_statement,
    decide_answer,
    decide_extension,
    extension_statement,
    extensions_of,
)
from tendering.keys import PlatformKeys
from tendering.storage import bid_securities, bids, journal, tenders
from tendering.storage.connection import Connection

_STANDS = frozenset({BidStatus.SUBMITTED, BidStatus.UNLOCKED})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the bidders of a lot: `days` of validity in all, from the deadline."""

    lot: str
    days: int
    respond_until: datetime
    reason: str


async def list_extensions(connection: Connection, tender_id: UUID) -> tuple[Extension, ...]:
    """Every request with its answers, as the public stream tells them."""
    kinds = (REQUESTED, ANSWERED)
    return extensions_of(await journal.list_of_kinds(connection, tender_id, Stream.PUBLIC, kinds))


async def request_extension(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    wanted: Wanted,
    *,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> Extension:
    """Ask all bidders whose bids stand. Raises what `decide_extension` raises, SignatureRefused."""
    said = await statement_by(
        connection, keys, statement, label=EXTENSION_LABEL, uscc=by.uscc, at=at
    )
    # Also while the tender stands still: that is when validity runs out.
    tender = await tenders.lock_also_suspended(connection, tender_id)
    extension, event = decide_extension(
        tender,
        await list_extensions(connection, tender_id),
        wanted.lot,
        days=wanted.days,
        respond_until=wanted.respond_until,
        reason=wanted.reason,
        bidders=await _standing(connection, tender, wanted.lot),
        by=by,
        at=at,
    )
    expected = extension_statement(
        tender_id,
        wanted.lot,
        extension.number,
        days=wanted.days,
        respond_until=wanted.respond_until,
        reason=wanted.reason,
    )
    require_statement(said, expected)
    event.body["signed"] = dict(statement)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    return extension


async def answer_extension(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    lot: str,
    number: int,
    *,
    accepts: bool,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """A bidder accepts or refuses; the same twice is once. Raises what `decide_answer` raises."""
    said = await statement_by(connection, keys, statement, label=ANSWER_LABEL, uscc=by.uscc, at=at)
    require_statement(said, answer_statement(tender_id, lot, number, accepts=accepts))
    await tenders.lock_also_suspended(connection, tender_id)
    place = (tender_id, lot, by.organization_id)
    securities = await bid_securities.of_all(connection, [place])
    event = decide_answer(
        await list_extensions(connection, tender_id),
        lot,
        number,
        accepts=accepts,
        bidder_id=by.organization_id,
        security=securities.get(place),
        at=at,
    )
    if event is not None:
        event.body["signed"] = dict(statement)
        await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def _standing(connection: Connection, tender: Tender, lot: str) -> frozenset[UUID]:
    return frozenset(
        one.bid.bidder_id
        for one in await bids.list_all(connection, tender.id)
        if one.bid.lot == lot and one.status in _STANDS
    )
