"""An evaluation is void: what hung on it stays to be read, and its lot is evaluated anew."""

from datetime import datetime
from uuid import UUID

from tendering.actions.draws import replace_committee
from tendering.actions.failed_lots import repeated_of
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Event, Stream
from tendering.domain.parties import Actor
from tendering.domain.re_evaluation import VOIDED, Committee, Error, decide_correction
from tendering.domain.tender import Tender, require_party
from tendering.storage import candidates, issued_documents, journal, tenders
from tendering.storage.connection import Connection

_OF_THE_EVALUATION = (DocumentKind.EVALUATION_REPORT, DocumentKind.CANDIDATES)


async def correct_evaluation(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    error: Error,
    text: str,
    *,
    by: Actor,
    at: datetime,
) -> Tender:
    """Have the committee evaluate a lot anew for an error in its report (host).

    Raises NotFound, Forbidden, WrongPhase.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    tender.lot(lot)
    evaluated = await open_to_doubt(connection, tender_id)
    again, event = decide_correction(tender, lot, error, text, evaluated=evaluated)
    await tenders.save(connection, again)
    await put_aside(connection, tender_id, event, at=at)
    return again


async def open_to_doubt(connection: Connection, tender_id: UUID) -> frozenset[str]:
    """The lots whose evaluation is reported, that were never awarded, nor are tendered again."""
    reported = {one.lot for one in await candidates.list_evaluations(connection, tender_id)}
    awarded = {one.lot for one in await candidates.list_all_awards(connection, tender_id)}
    return frozenset(reported - awarded).difference(*await repeated_of(connection, tender_id))


async def count_voided(connection: Connection, tender_id: UUID, lot: str) -> int:
    """How many evaluations of a lot are void."""
    told = await journal.list_of_kinds(connection, tender_id, Stream.PUBLIC, [VOIDED])
    return sum(1 for entry in told if entry.body["lot"] == lot)


async def put_aside(connection: Connection, tender_id: UUID, event: Event, *, at: datetime) -> None:
    """Enter that an evaluation is void; its documents are, and its result is gone.

    The room with its marks is kept. A new committee is the next in the drawn order. Raises
    PoolTooSmall. The caller holds the tender's lock.
    """
    lot = str(event.body["lot"])
    await candidates.discard(connection, tender_id, lot)
    await issued_documents.void(connection, tender_id, lot, _OF_THE_EVALUATION, at=at)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    if event.body["committee"] == Committee.NEW:
        await replace_committee(connection, tender_id, reason=event.kind, at=at)
