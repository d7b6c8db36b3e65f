"""What a bidder is told of its own bid when the lot is awarded: each sees only its own.

87号令 第六十九条 (G22): losers get their own score and rank, rejected bidders the reason;
《招标投标法》第四十五条: all who did not win are told of the result. Who of the
committee said what stays secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue

_POINTS: Final = ("technical", "business", "price", "total")


@dataclass(frozen=True, slots=True)
class OwnRejection:
    """Why the bid was rejected: the item of the review, its law, and the reasons given."""

    item: str
    law: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnResult:
    """The result of one bid. `rank` and `points` (decimal texts) only where the law gives them."""

    lot: str
    won: bool
    winner_name: str
    price_fen: int
    rank: int | None
    points: Mapping[str, str]
    rejection: OwnRejection | None


def own_result(
    report: Mapping[str, JsonValue],
    winner: Mapping[str, JsonValue],
    bidder_id: UUID,
    *,
    scores_told: bool,
) -> OwnResult | None:
    """The result of this bidder's bid by the signed report; None where it has none in it.

    `report` is `evaluation_report.to_json`, `winner` the candidate of the award.
    """
    bid = _find(report["bids"], "bidder_id", str(bidder_id))
    if bid is None:
        return None
    price_fen = bid["price_fen"]
    assert isinstance(price_fen, int)
    row = _find(report["ranking"], "bid", bid["bid"]) if scores_told else None
    rank = None if row is None else row["rank"]
    assert rank is None or isinstance(rank, int)
    return OwnResult(
        lot=str(report["lot"]),
        won=winner["bid"] == bid["bid"],
        winner_name=str(winner["bidder_name"]),
        price_fen=price_fen,
        rank=rank,
        points={} if row is None else {name: str(row[name]) for name in _POINTS},
        rejection=_rejection(_find(report["rejections"], "bid", bid["bid"])),
    )


def _rejection(found: Mapping[str, JsonValue] | None) -> OwnRejection | None:
    if found is None:
        return None
    votes = found["votes"]
    assert isinstance(votes, list)
    reasons = {
        str(vote["reason"]) for vote in votes if isinstance(vote, dict) and not vote["passes"]
    }
    return OwnRejection(str(found["item"]), str(found["law"]), tuple(sorted(reasons)))


def _find(rows: JsonValue, name: str, value: JsonValue) -> Mapping[str, JsonValue] | None:
    assert isinstance(rows, list)
    for row in rows:
        assert isinstance(row, dict)
        if row[name] == value:
            return row
    return None
