"""The procuring entity's check of qualification after the opening (87号令 第四十四条)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tendering.actions.evaluations import end_without_failed
from tendering.actions.failed_lots import failed_of
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.procedure import Qualification
from tendering.domain.qualification import Verdict, are_too_few, decide_qualification
from tendering.domain.refusals.tenders import QualificationMissing, WrongPhase
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
    """Enter who is qualified; with too few of them the lot has failed, the last one's tender too.

    Raises NotFound, Forbidden, WrongPhase, QualificationChecked, Invalid, ReasonMissing.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    failed = await failed_of(connection, tender_id)
    others = {*await openings.list_lots(connection, tender_id)} - {lot} - failed.keys()
    checked = decide_qualification(
        tender,
        lot,
        verdicts,
        opened=await _opened(connection, tender_id, lot),
        checked_before=bool(await qualifications.list_of_lot(connection, tender_id, lot)),
        others=others,
    )
    await qualifications.insert_all(connection, tender_id, lot, verdicts, at=at)
    await journal.append(connection, tender_id, Stream.CUSTODY, checked.reasoned, at=at)
    await journal.append(connection, tender_id, Stream.PUBLIC, checked.told, at=at)
    if checked.failed is None:
        return tender
    await journal.append(connection, tender_id, Stream.PUBLIC, checked.failed, at=at)
    if not others:
        ended = replace(tender, status=TenderStatus.FAILED, version=tender.version + 1)
        await tenders.save(connection, ended)
        return ended
    if tender.status is TenderStatus.EVALUATING:
        await end_without_failed(connection, tender, at=at)
    return await tenders.get(connection, tender_id)


async def qualified_of(connection: Connection, tender: Tender, lot: str) -> frozenset[UUID]:
    """The bidders of a lot whose bids may be evaluated.

    Raises QualificationMissing; WrongPhase where they are too few.
    """
    opened = await _opened(connection, tender.id, lot)
    if tender.round.qualification is not Qualification.PROCURING_ENTITY:
        return opened
    verdicts = await qualifications.list_of_lot(connection, tender.id, lot)
    if not verdicts:
        raise QualificationMissing(lot=lot)
    passed = frozenset(one.bidder_id for one in verdicts if one.passes)
    if are_too_few(tender, len(passed)):
        raise WrongPhase("too few are qualified: the lot has failed", lot=lot)
    return passed


async def _opened(connection: Connection, tender_id: UUID, lot: str) -> frozenset[UUID]:
    return frozenset(
        one.bidder_id
        for one in await openings.unlocks(connection, tender_id, lot)
        if one.unlocked_by is not None
    )
