"""Award candidates (中标候选人): whom the evaluation recommends, in order."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from crypto.canonical import JsonValue


@dataclass(frozen=True, slots=True)
class Candidate:
    """An award candidate (中标候选人). `tie` as in the ranking."""

    rank: int
    bid: str
    bidder_id: UUID
    bidder_name: str
    price_fen: int
    total: Decimal
    tie: str | None


def candidate_json(candidate: Candidate) -> dict[str, JsonValue]:
    """A candidate as it is published."""
    return {
        "rank": candidate.rank,
        "bid": candidate.bid,
        "bidder_id": str(candidate.bidder_id),
        "bidder_name": candidate.bidder_name,
        "price_fen": candidate.price_fen,
        "total": f"{candidate.total:f}",
        "tie": candidate.tie,
    }
