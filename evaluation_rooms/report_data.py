"""What the evaluation report prints, out of an outcome and the report that its rules assembled."""

from collections.abc import Sequence
from datetime import datetime

from evaluation_rooms.results import EvaluationOutcome, bid_key, member_key
from tendering.documents import data
from tendering.documents.typesetting import Signer
from tendering.domain.evaluation_report import EvaluationReport, Rejection


def report_data(
    came_to: EvaluationOutcome,
    report: EvaluationReport,
    *,
    heading: data.Heading,
    opened_at: datetime,
    opening_record_digest: str,
    committee: data.JournalMark,
    signers: Sequence[Signer],
) -> data.EvaluationReport:
    """The report as it is set in type. `report` is what `assemble` made of `came_to.evaluation`."""
    method = came_to.evaluation.method
    prices = report.prices
    return data.EvaluationReport(
        heading=heading,
        opened_at=opened_at,
        opening_record_digest=opening_record_digest,
        method_title=f"{method.title}（{method.id} {method.version}）",
        method_digest=report.method_digest.hex(),
        criteria=(
            *(
                (one.title, _KINDS[one.kind] + _SECTIONS[one.section], f"{one.max_points:f}")
                for one in method.criteria
            ),
            ("投标报价", "客观·价格", f"{method.price.max_points:f}"),
        ),
        members=tuple(
            data.Member(
                one.number,
                one.name,
                one.site,
                one.number == came_to.chair,
                came_to.dissents.get(one.number, ""),
            )
            for one in came_to.members
        ),
        bids=_bids(report),
        rejected=tuple(_rejected(came_to, report, one) for one in report.rejections),
        price_explanation="" if prices is None else prices.benchmark.explanation_zh,
        price_rows=()
        if prices is None
        else tuple((row.bid, row.explanation_zh) for row in prices.rows),
        marks=tuple(_marks(came_to, report)),
        findings=tuple(
            (_finding(came_to, number), came_to.answers.get(one.number, "—"))
            for number, one in enumerate(came_to.findings)
        ),
        candidates=tuple(
            data.CandidateRow(one.rank, one.bidder_name, one.price_fen, f"{one.total:f}")
            for one in report.candidates
        ),
        competition_lacking=report.competition_lacking,
        all_rejected_because=report.all_rejected_because or "",
        outcome_digest=came_to.digest,
        committee=committee,
        signers=tuple(signers),
    )


_KINDS = {"subjective": "主观", "objective": "客观"}
_SECTIONS = {"technical": "·技术", "business": "·商务"}


def _bids(report: EvaluationReport) -> tuple[data.EvaluatedBid, ...]:
    """Ranked bids first, best first; then the rejected ones."""
    bids = {bid.bid: bid for bid in report.bids}
    rows = [] if report.ranking is None else list(report.ranking.rows)
    ranked = [
        data.EvaluatedBid(
            row.bid,
            bids[row.bid].bidder_name,
            bids[row.bid].price_fen,
            f"{row.technical:f}",
            f"{row.business:f}",
            f"{row.price:f}",
            f"{row.total:f}",
            str(row.rank),
        )
        for row in rows
    ]
    gone = [bid for bid in report.bids if all(row.bid != bid.bid for row in rows)]
    return (
        *ranked,
        *(
            data.EvaluatedBid(bid.bid, bid.bidder_name, bid.price_fen, "", "", "", "", "")
            for bid in gone
        ),
    )


def _rejected(
    came_to: EvaluationOutcome, report: EvaluationReport, rejection: Rejection
) -> data.RejectedBid:
    names = {member_key(one.number): one.name for one in came_to.members}
    items = {item.item: item.title for item in came_to.evaluation.items}
    bid = next(one for one in report.bids if one.bid == rejection.bid)
    reasons = "；".join(
        f"{names[vote.member]}：{vote.reason}" + (f"（{vote.evidence}）" if vote.evidence else "")
        for vote in rejection.votes
        if not vote.passes
    )
    return data.RejectedBid(
        bid.bid,
        bid.bidder_name,
        items[rejection.item],
        rejection.law,
        f"{rejection.votes_against}/{len(rejection.votes)}否决",
        reasons,
    )


def _marks(came_to: EvaluationOutcome, report: EvaluationReport) -> list[data.Mark]:
    """Every member's sheet: members in order of their seats, bids and criteria in theirs."""
    gone = {rejection.bid for rejection in report.rejections}
    sheets = came_to.evaluation.sheets
    return [
        data.Mark(f"{one.number}号席 {one.name}", bid.bid, criterion.title, f"{points:f}")
        for one in came_to.members
        for bid in report.bids
        if bid.bid not in gone
        for criterion in came_to.evaluation.method.criteria
        if (points := sheets[member_key(one.number)].get(bid.bid, {}).get(criterion.id)) is not None
    ]


def _finding(came_to: EvaluationOutcome, index: int) -> str:
    found = came_to.findings[index]
    whose = "" if found.seat is None else f"{found.seat}号席对"
    return f"{whose}{bid_key(found.bid)}号投标文件{found.message_zh}"
