"""What the evaluation report prints, out of an outcome and the report that its rules assembled."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from evaluation_rooms.enquiry_events import Enquiry
from evaluation_rooms.results import EvaluationOutcome, bid_key, member_key
from tendering.documents import data
from tendering.documents.typesetting import Signer
from tendering.domain.evaluation_report import (
    LOW_PRICE,
    NOT_CONFIRMED,
    EvaluationReport,
    Rejection,
)
from tendering.domain.methods.price_terms import PriceMethod
from tendering.domain.methods.score import Scored


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
    scored = report.scored
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
            *(() if method.scored is None else (_price_criterion(method.scored),)),
        ),
        members=tuple(
            data.Member(
                one.number,
                one.name,
                one.site,
                one.number == came_to.chair,
                came_to.dissents.get(one.number, "") or _refusal(came_to, one.number),
            )
            for one in came_to.members
        ),
        bids=_bids(report),
        rejected=tuple(_rejected(came_to, report, one) for one in report.rejections),
        price_notes=() if scored is None else tuple(_price_notes(scored)),
        price_rows=() if scored is None else tuple(_price_rows(scored)),
        by_lowest_price=method.scored is None,
        marks=tuple(_marks(came_to, report)),
        findings=tuple(
            (_finding(came_to, number), _answer(came_to, one.number))
            for number, one in enumerate(came_to.findings)
        ),
        enquiries=tuple(map(_enquiry, came_to.enquiries)),
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


_BY_PRICE = {LOW_PRICE: "异常低价", NOT_CONFIRMED: "不确认修正后的报价"}
_KINDS = {"subjective": "主观", "objective": "客观"}
_SECTIONS = {"technical": "·技术", "business": "·商务"}


def _price_criterion(price: PriceMethod) -> tuple[str, str, str]:
    return ("投标报价", "客观·价格", f"{price.max_points:f}")


def _price_notes(scored: Scored) -> Iterator[str]:
    """What holds for all bids: what was drawn, the benchmark, what to look at."""
    for name, drawn in scored.case.draws.items():
        balls = "、".join(str(ball.drawn) for ball in drawn.balls)
        yield f"抽取{name}＝{drawn.shown}（依次抽得{balls}），由评标委员会抽取的种子得出。"
    for line in () if scored.prices is None else scored.prices.lines:
        title = f"{line.line.title}：" if scored.method.price.by_line else ""
        yield title + line.benchmark.words.zh
    for group in scored.brands:
        yield f"{group.brand}：{'、'.join(group.bids)}号品牌相同，{group.forward}号代表该品牌。"
    for trigger in scored.triggers:
        yield f"{trigger.bid}号{trigger.words.zh}"
    for finding in scored.findings:
        yield finding.words.zh


def _price_rows(scored: Scored) -> Iterator[tuple[str, str]]:
    """Each bid's way from its price to its points, or to the price that is compared."""
    for bid, correction in scored.corrections.items():
        for said in correction.steps:
            yield bid, said.zh
    for line in () if scored.prices is None else scored.prices.lines:
        for row in line.rows:
            evaluated = f"{row.price.words.zh}；" if row.price.words.zh else ""
            yield row.bid, evaluated + line.words(row).zh
    for one in scored.compared:
        yield one.bid, one.words.zh or f"评审价格{one.evaluated_yuan:f}元，按投标报价。"


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
    items = {item.item: item.title for item in came_to.evaluation.items} | _BY_PRICE
    items |= {motion.item: "评标委员会动议" for motion in came_to.evaluation.motions}
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
        f"{rejection.votes_against}/{len(rejection.votes)}否决" if rejection.votes else "—",
        reasons or "—",
    )


def _refusal(came_to: EvaluationOutcome, seat: int) -> str:
    basis = came_to.refusals.get(seat)
    return "" if basis is None else f"拒绝签字且未书面说明理由，视为同意评标结论（{basis}）"


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


def _enquiry(enquiry: Enquiry) -> tuple[str, str, str]:
    answer = "逾期未答复" if enquiry.answered is None else enquiry.answered.text
    return bid_key(enquiry.asked.bid), enquiry.asked.question, answer


def _answer(came_to: EvaluationOutcome, finding: int) -> str:
    """Who answered, and what."""
    answered = came_to.answers.get(finding)
    if answered is None:
        return "—"
    names = {member.number: member.name for member in came_to.members}
    return f"{answered.seat}号席 {names[answered.seat]}：{answered.reason}"


def _finding(came_to: EvaluationOutcome, index: int) -> str:
    found = came_to.findings[index]
    whose = "" if found.seat is None else f"{found.seat}号席对"
    return f"{whose}{bid_key(found.bid)}号投标文件{found.message_zh}"
