"""The procuring entity's check of qualification after the opening (87号令 第四十四条)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.procedure import Qualification
from tendering.domain.qualification import Verdict, decide_qualification
from tendering.domain.refusals.tenders import QualificationMissing
from tendering.domain.tender import Tender, TenderStatus, require_party
from tendering.storage import journal, openings, qualifications, tenders
from tendering.storage.connection import Connection


async def check_qualification(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    verdicts: Sequence[Verdict],
    *,
    by: Actor,
    at: datetime,
) -> Tender:
    """Enter who is qualified; with too few of them the tender has failed.

    Raises NotFound, Forbidden, WrongPhase, QualificationChecked, Invalid, ReasonMissing.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    checked = decide_qualification(
        tender,
        lot,
        verdicts,
        opened=await _opened(connection, tender_id, lot),
        checked_before=bool(await qualifications.list_of_lot(connection, tender_id, lot)),
    )
    await qualifications.insert_all(connection, tender_id, lot, verdicts, at=at)
    await journal.append(connection, tender_id, Stream.CUSTODY, checked.reasoned, at=at)
    await journal.append(connection, tender_id, Stream.PUBLIC, checked.told, at=at)
    if checked.failed is None:
        return tender
    failed = replace(tender, status=TenderStatus.FAILED, version=tender.version + 1)
    await tenders.save(connection, failed)
    await journal.append(connection, tender_id, Stream.PUBLIC, checked.failed, at=at)
    return failed


async def qualified_of(connection: Connection, tender: Tender, lot: str) -> frozenset[UUID]:
    """The bidders of a lot whose bids may be evaluated. Raises QualificationMissing."""
    opened = await _opened(connection, tender.id, lot)
    if tender.round.qualification is not Qualification.PROCURING_ENTITY:
        return opened
    verdicts = await qualifications.list_of_lot(connection, tender.id, lot)
    if not verdicts:
        raise QualificationMissing(lot=lot)
    return frozenset(one.bidder_id for one in verdicts if one.passes)


async def _opened(connection: Connection, tender_id: UUID, lot: str) -> frozenset[UUID]:
    return frozenset(
        one.bidder_id
        for one in await openings.unlocks(connection, tender_id, lot)
        if one.unlocked_by is not None
    )
