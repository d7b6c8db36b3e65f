"""The result of an evaluation, put together from what the members did: nothing is decided here.

Votes decide on rejections, sheets and prices on the ranking; the checks of 1117号文（五） and
87号令 第六十四条 run over all of it, and what they find stands in the report. Anyone who has the
committee's entries computes the same report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.candidates import Candidate
from tendering.domain.methods.method import Criterion, Method
from tendering.domain.methods.opened import LotTerms, PriceAnswer, scored_of
from tendering.domain.methods.score import Scored, final_ranking
from tendering.domain.methods.totals import Ranking, Sheets, why_not_points
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.rulebook import Rulebook

# What a bid is rejected for besides the items of the review.
LOW_PRICE: Final = "abnormally-low-price"
NOT_CONFIRMED: Final = "price-not-confirmed"
_LAWS: Final = {
    LOW_PRICE: "87号令 第六十条，12号令 第二十一条",
    NOT_CONFIRMED: "87号令 第五十九条",
}
_NO_ANSWERS: Final[Mapping[str, PriceAnswer]] = MappingProxyType({})
_NO_BILL: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """A bid as it came out of the opening. `bid` is its id in the sheets; `form` as read out.

    `bill_fen`: stated total and what the lines of a priced bill of quantities come to.
    """

    bid: str
    bidder_id: UUID
    bidder_name: str
    price_fen: int
    form: Mapping[str, JsonValue]
    bill_fen: Mapping[str, int] = field(default_factory=lambda: _NO_BILL)


@dataclass(frozen=True, slots=True)
class ReviewVote:
    """A member's vote on one item of the preliminary review; against: with reason and evidence."""

    member: str
    bid: str
    item: str
    passes: bool
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """What is reviewed, and the law or the clause by which a bid that fails it is rejected."""

    item: str
    title: str
    law: str


@dataclass(frozen=True, slots=True)
class RejectionMotion:
    """A motion that was carried: a bid is out by a law or clause that no item names.

    `in_detail`: its price had been looked at by then.
    """

    item: str
    bid: str
    law: str
    votes: tuple[ReviewVote, ...]
    in_detail: bool


@dataclass(frozen=True, slots=True)
class Rejection:
    """A bid the committee's majority rejected, and how everybody voted."""

    bid: str
    item: str
    law: str
    votes: tuple[ReviewVote, ...]

    @property
    def votes_against(self) -> int:
        """How many voted that the bid does not pass."""
        return sum(not vote.passes for vote in self.votes)


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found.

    `block`: must be put right; `explain`: the member changes it or says why; `decide`: the chair
    says for the committee why it stays so.
    """

    kind: str
    severity: str
    bid: str
    criterion: str
    member: str
    message_zh: str
    message_en: str


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Everything an evaluation comes to.

    `scored` and `ranking` are None when no bid is left. `competition_lacking`: fewer valid bids
    than E38 names, so that the committee may reject all; it must argue and record it.
    """

    lot: str
    method_digest: bytes
    bids: tuple[OpenedBid, ...]
    rejections: tuple[Rejection, ...]
    scored: Scored | None
    ranking: Ranking | None
    candidates: tuple[Candidate, ...]
    checks: tuple[Check, ...]
    competition_lacking: bool
    all_rejected_because: str | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What goes in. `members` are those whose opinions count, replaced ones left out.

    `outlier_percent`: how far a member's points may lie from the members' mean without a word; 0
    is no limit. Bids of a round that only admits are not scored. `reject_all_because`: the
    committee's argument under E38, if it decided so. `asked`: bids whose bidders the committee put
    a question to.
    """

    lot: str
    method: Method
    members: tuple[str, ...]
    bids: tuple[OpenedBid, ...]
    items: tuple[ReviewItem, ...]
    votes: tuple[ReviewVote, ...]
    sheets: Sheets
    terms: LotTerms
    price_answers: Mapping[str, PriceAnswer] = field(default_factory=lambda: _NO_ANSWERS)
    motions: tuple[RejectionMotion, ...] = ()
    outlier_percent: int = 0
    is_scored: bool = True
    reject_all_because: str | None = None
    asked: frozenset[str] = frozenset()


def assemble(evaluation: Evaluation, rulebook: Rulebook) -> EvaluationReport:
    """Put the report together. Raises EvaluationIncomplete, PriceAboveCeiling, MethodInvalid."""
    rejected = rejections(evaluation)
    gone = {rejection.bid for rejection in rejected}
    valid = [bid for bid in evaluation.bids if bid.bid not in gone]
    lacking = len(valid) < competition_min(rulebook)
    if evaluation.reject_all_because is not None and not lacking:
        raise EvaluationIncomplete("there is competition: not all bids may be rejected")
    scored, ranking = None, None
    if valid and evaluation.is_scored and evaluation.reject_all_because is None:
        scored = _scored(evaluation, rejected)
        ranking = final_ranking(scored)
    return EvaluationReport(
        lot=evaluation.lot,
        method_digest=evaluation.method.digest(),
        bids=evaluation.bids,
        rejections=rejected,
        scored=scored,
        ranking=ranking,
        candidates=_candidates(evaluation, ranking, rulebook.number("candidates_max")),
        checks=checks(evaluation, ranking) if evaluation.is_scored else (),
        competition_lacking=lacking,
        all_rejected_because=evaluation.reject_all_because,
    )


def rejections(evaluation: Evaluation) -> tuple[Rejection, ...]:
    """The bids a majority of the members voted down, each under the first item that did it.

    87号令 第六十一条: matters decided together go by majority. Raises EvaluationIncomplete when a
    member has not voted, or voted against without a reason.
    """
    rejected: list[Rejection] = []
    moved = {motion.bid: motion for motion in reversed(evaluation.motions)}
    for bid in evaluation.bids:
        answer, motion = evaluation.price_answers.get(bid.bid), moved.get(bid.bid)
        for item in evaluation.items:
            votes = _votes(evaluation, bid.bid, item.item)
            if 2 * sum(not vote.passes for vote in votes) > len(evaluation.members):
                rejected.append(Rejection(bid.bid, item.item, item.law, votes))
                break
        else:
            # 87号令 第五十九条: a corrected price the bidder does not confirm makes it invalid.
            if answer is not None and not answer.confirmed:
                rejected.append(Rejection(bid.bid, NOT_CONFIRMED, _LAWS[NOT_CONFIRMED], ()))
            elif motion is not None:
                rejected.append(Rejection(bid.bid, motion.item, motion.law, motion.votes))
            elif any(vote.bid == bid.bid and vote.item == LOW_PRICE for vote in evaluation.votes):
                votes = _votes(evaluation, bid.bid, LOW_PRICE)
                if 2 * sum(not vote.passes for vote in votes) > len(evaluation.members):
                    rejected.append(Rejection(bid.bid, LOW_PRICE, _LAWS[LOW_PRICE], votes))
    return tuple(rejected)


def checks(evaluation: Evaluation, ranking: Ranking | None) -> tuple[Check, ...]:
    """What 发改法规规〔2022〕1117号（五）and 87号令 第六十四条 have looked at before signing.

    Over all sheets points missing or out of range, unequal objective points, outliers; sums; low
    prices that stay; rejections of which the bidder was never asked. Raises EvaluationIncomplete.
    """
    found: list[Check] = []
    rejected = rejections(evaluation)
    valid = {bid.bid for bid in evaluation.bids} - {one.bid for one in rejected}
    for bid in sorted(valid):
        for criterion in evaluation.method.criteria:
            given: dict[str, Decimal] = {}
            for member in evaluation.members:
                points = evaluation.sheets.get(member, {}).get(bid, {}).get(criterion.id)
                why = "points-missing" if points is None else why_not_points(criterion, points)
                if points is None or why is not None:
                    found.append(_check(why or "points-missing", "block", bid, criterion, member))
                else:
                    given[member] = points
            found += _unequal(criterion, bid, given)
            found += _outliers(criterion, bid, given, evaluation.outlier_percent)
    return (
        *found,
        *_sums(evaluation.method, ranking),
        *_low_prices_kept(evaluation, valid),
        *_unasked(evaluation, rejected),
    )


def outliers(points: Mapping[str, Decimal], percent: int) -> tuple[str, ...]:
    """The members whose points differ from the mean of all by more than so many percent of it."""
    if not points or percent == 0:
        return ()
    mean = sum((Fraction(one) for one in points.values()), Fraction(0)) / len(points)
    return tuple(
        member for member, one in points.items() if abs(Fraction(one) - mean) * 100 > percent * mean
    )


def competition_min(rulebook: Rulebook) -> int:
    """E38; where a regime does not have it, the number of bidders it takes at all (G10)."""
    key = "competition_min" if rulebook.keyed("competition_min") is not None else "bidders_min"
    return rulebook.number(key)


def _votes(evaluation: Evaluation, bid: str, item: str) -> tuple[ReviewVote, ...]:
    """One vote of each member, in the members' order; the last one cast stands."""
    cast = {vote.member: vote for vote in evaluation.votes if vote.bid == bid and vote.item == item}
    for member in evaluation.members:
        if member not in cast:
            raise EvaluationIncomplete("a vote is missing", member=member, bid=bid, item=item)
        if not cast[member].passes and not cast[member].reason.strip():
            raise EvaluationIncomplete(
                "a vote against a bid gives its reason", member=member, bid=bid, item=item
            )
    return tuple(cast[member] for member in evaluation.members)


def _scored(evaluation: Evaluation, rejected: Sequence[Rejection]) -> Scored:
    low = {one.bid for one in rejected if one.item == LOW_PRICE}
    low |= {one.bid for one in evaluation.motions if one.in_detail}
    return scored_of(
        evaluation.method,
        evaluation.bids,
        evaluation.terms,
        standings={
            one.bid: "rejected_in_detail" if one.bid in low else "rejected_preliminarily"
            for one in rejected
            if one.item != NOT_CONFIRMED
        },
        answers=evaluation.price_answers,
        sheets=_counting(evaluation),
    )


def _counting(evaluation: Evaluation) -> Sheets:
    """The sheets of the members who count; a member without one has given nothing yet."""
    return {member: evaluation.sheets.get(member, {}) for member in evaluation.members}


def _candidates(
    evaluation: Evaluation, ranking: Ranking | None, most: int
) -> tuple[Candidate, ...]:
    """The first in rank. 《招标投标法实施条例》第五十三条: at most three, in order."""
    if ranking is None:
        return ()
    bids = {bid.bid: bid for bid in evaluation.bids}
    return tuple(
        Candidate(
            rank=row.rank,
            bid=row.bid,
            bidder_id=bids[row.bid].bidder_id,
            bidder_name=bids[row.bid].bidder_name,
            price_fen=bids[row.bid].price_fen,
            total=row.total,
            tie=row.tie,
        )
        for row in ranking.rows[:most]
    )


def _unequal(criterion: Criterion, bid: str, given: Mapping[str, Decimal]) -> list[Check]:
    # 87号令 第六十四条: members may not differ on an objective factor.
    if criterion.kind != "objective" or len(set(given.values())) <= 1:
        return []
    return [_check("objective-unequal", "block", bid, criterion, "")]


def _outliers(
    criterion: Criterion, bid: str, given: Mapping[str, Decimal], percent: int
) -> list[Check]:
    if criterion.kind == "objective":
        return []
    return [
        _check("outlier", "explain", bid, criterion, member) for member in outliers(given, percent)
    ]


def _sums(method: Method, ranking: Ranking | None) -> list[Check]:
    """Does what is shown of a bid add up to its total, but for the rounding of each part?"""
    if method.scored is None or ranking is None:
        return []
    slack = Decimal(3) / 2 * Decimal(1).scaleb(-method.total_decimals)
    if method.section_decimals is not None:
        slack += Decimal(1).scaleb(-method.section_decimals)
    return [
        Check("sum-differs", "block", row.bid, "", "", *_SUM_DIFFERS)
        for row in ranking.rows
        if abs(row.technical + row.business + row.price * method.price.weight - row.total) > slack
    ]


def _low_prices_kept(evaluation: Evaluation, valid: set[str]) -> list[Check]:
    # 87号令 第六十条: a price that was asked about stays because the explanation convinced.
    low = {vote.bid for vote in evaluation.votes if vote.item == LOW_PRICE}
    return [
        Check("low-price-kept", "decide", bid, LOW_PRICE, "", *_LOW_PRICE_KEPT)
        for bid in sorted(low & valid)
    ]


def _unasked(evaluation: Evaluation, rejected: Sequence[Rejection]) -> list[Check]:
    # 1117号（十三）: what is not clear is asked about before a bid is rejected for it.
    return [
        Check("rejected-unasked", "decide", one.bid, one.item, "", *_UNASKED)
        for one in rejected
        if one.item != NOT_CONFIRMED and one.bid not in evaluation.asked
    ]


_SUM_DIFFERS: Final = ("各项得分之和与总分不一致。", "the parts do not add up to the total.")
_LOW_PRICE_KEPT: Final = (
    "报价异常低，经说明后未否决。",
    "the price is abnormally low and the bid was kept.",
)
_UNASKED: Final = (
    "未经投标人澄清、说明即被否决。",
    "the bid was rejected and its bidder never asked.",
)
_MESSAGES: Final = {
    "points-missing": ("未评分", "has given no points"),
    "points-out-of-range": ("评分超出评分标准范围", "has given points out of range"),
    "points-too-fine": ("评分的小数位数超出规定", "has given points of too many decimals"),
    "objective-unequal": ("客观评审因素评分不一致", "members differ on an objective criterion"),
    "outlier": ("评分畸高或者畸低", "has given points far from the mean"),
}


def _check(kind: str, severity: str, bid: str, criterion: Criterion, member: str) -> Check:
    zh, en = _MESSAGES[kind]
    return Check(
        kind, severity, bid, criterion.id, member, f"“{criterion.title}”：{zh}。", f"{member} {en}."
    )
