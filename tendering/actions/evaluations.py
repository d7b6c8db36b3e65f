"""Taking over what an evaluation came to, when its room closes and its report is signed."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from crypto.canonical import JsonValue
from tendering.actions.failed_lots import failed_of
from tendering.actions.rounds import failed_for_too_few
from tendering.domain.evaluation_json import to_json
from tendering.domain.evaluation_report import EvaluationReport
from tendering.domain.failed_lots import LotCause, lot_failed
from tendering.domain.issuing import IssuedDocument
from tendering.domain.journal import Event, Stream
from tendering.domain.procedure import Outcome
from tendering.domain.refusals import NotFound
from tendering.domain.tender import Tender, TenderStatus, require_status, require_transition
from tendering.storage import candidates, journal, openings, tenders
from tendering.storage.candidates import StoredEvaluation
from tendering.storage.connection import Connection


async def record_evaluation(
    connection: Connection,
    tender: Tender,
    report: EvaluationReport,
    document: IssuedDocument,
    *,
    outcome_digest: str,
    at: datetime,
) -> None:
    """Keep the result of a lot and say so in public; with the last lot the tender is evaluated.

    `document` is the signed report. The caller holds the tender's lock and has closed the room in
    the same transaction, so that the head of the committee's stream is its last. Raises WrongPhase.
    """
    require_status(tender, TenderStatus.EVALUATING)
    evaluation = StoredEvaluation(report.lot, to_json(report), document.digest, at)
    await candidates.insert_evaluation(connection, tender.id, evaluation)
    seq, head = await journal.head(connection, tender.id, Stream.COMMITTEE)
    body: dict[str, JsonValue] = {
        "lot": report.lot,
        "committee": {"seq": seq, "head": head.hex()},
        "report_digest": document.digest.hex(),
        "outcome_digest": outcome_digest,
        "method_digest": report.method_digest.hex(),
        "ranking": _ranking(report),
        "rejected": _rejected(report),
        "admitted": _admitted(report) if tender.round.outcome is Outcome.ADMISSIONS else None,
    }
    event = Event("evaluation.reported", body)
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    await end_without_failed(connection, tender, at=at)


async def end_without_failed(connection: Connection, tender: Tender, *, at: datetime) -> None:
    """End the evaluation when all lots are reported but those that failed by themselves.

    The caller holds the tender's lock.
    """
    reported = await candidates.list_evaluations(connection, tender.id)
    failed = await failed_of(connection, tender.id)
    awaited = {*await openings.list_lots(connection, tender.id)} - failed.keys()
    if awaited <= {one.lot for one in reported}:
        await _end(connection, tender, reported, failed, at=at)


async def evaluation_of(connection: Connection, tender: Tender, lot: str) -> StoredEvaluation:
    """What the evaluation of a lot came to. Raises NotFound."""
    tender.lot(lot)
    for evaluation in await candidates.list_evaluations(connection, tender.id):
        if evaluation.lot == lot:
            return evaluation
    raise NotFound("the evaluation of this lot is not reported", lot=lot)


async def _end(
    connection: Connection,
    tender: Tender,
    reported: list[StoredEvaluation],
    failed: Collection[str],
    *,
    at: datetime,
) -> None:
    status = TenderStatus.EVALUATED
    if tender.round.outcome is Outcome.ADMISSIONS:
        status = await failed_for_too_few(connection, tender, at=at) or status
    # 招标投标法 第四十二条: all bids of every lot were rejected, so the tender is repeated.
    elif not any(one.candidates for one in reported):
        status = TenderStatus.FAILED
        lots: list[JsonValue] = [one.lot for one in reported]
        event = Event("tender.failed", {"without_candidates": lots})
        await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    else:
        # The same of a lot among others: they go on, it is tendered again.
        for one in reported:
            if not one.candidates and one.lot not in failed:
                event = lot_failed(one.lot, LotCause.WITHOUT_CANDIDATES)
                await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    require_transition(tender, status)
    await tenders.save(connection, replace(tender, status=status, version=tender.version + 1))


def _admitted(report: EvaluationReport) -> list[JsonValue]:
    """Who goes on to the next round, in the order of the bids."""
    gone = {rejection.bid for rejection in report.rejections}
    return [str(bid.bidder_id) for bid in report.bids if bid.bid not in gone]


def _ranking(report: EvaluationReport) -> list[JsonValue]:
    if report.ranking is None:
        return []
    bids = {bid.bid: bid for bid in report.bids}
    return [
        {
            "rank": row.rank,
            "bidder_id": str(bids[row.bid].bidder_id),
            "bidder_name": bids[row.bid].bidder_name,
            "total": f"{row.total:f}",
        }
        for row in report.ranking.rows
    ]


def _rejected(report: EvaluationReport) -> list[JsonValue]:
    """Who was rejected and by which rule; who voted how is the committee's."""
    bids = {bid.bid: bid for bid in report.bids}
    return [
        {
            "bidder_id": str(bids[one.bid].bidder_id),
            "bidder_name": bids[one.bid].bidder_name,
            "law": one.law,
        }
        for one in report.rejections
    ]
