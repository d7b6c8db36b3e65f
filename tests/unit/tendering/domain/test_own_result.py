"""What a bidder is told of its own bid, and that it is told of no other."""

from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.own_result import OwnRejection, own_result

FIRST, SECOND, REJECTED = (UUID(int=number) for number in (1, 2, 3))
POINTS: dict[str, JsonValue] = {"technical": "40.00", "business": "10.00", "price": "38.50"}
VOTES: list[JsonValue] = [
    {"member": "m1", "passes": False, "reason": "未按要求盖章"},
    {"member": "m2", "passes": False, "reason": "未按要求盖章"},
    {"member": "m3", "passes": True, "reason": ""},
]
REPORT: dict[str, JsonValue] = {
    "lot": "1",
    "bids": [
        {"bid": "01", "bidder_id": str(FIRST), "price_fen": 100},
        {"bid": "02", "bidder_id": str(SECOND), "price_fen": 110},
        {"bid": "03", "bidder_id": str(REJECTED), "price_fen": 90},
    ],
    "ranking": [
        {"rank": 1, "bid": "01", "total": "90.00", **POINTS},
        {"rank": 2, "bid": "02", "total": "88.50", **POINTS},
    ],
    "rejections": [{"bid": "03", "item": "form-1", "law": "示范条款", "votes": VOTES}],
}
WINNER: dict[str, JsonValue] = {"bid": "01", "bidder_name": "示范建设01有限公司"}


def test_g22_a_loser_gets_its_own_score_and_rank() -> None:
    found = own_result(REPORT, WINNER, SECOND, scores_told=True)

    assert found is not None
    assert (found.won, found.rank, found.points["total"]) == (False, 2, "88.50")
    assert found.winner_name == "示范建设01有限公司"
    assert found.rejection is None


def test_g22_a_rejected_bidder_gets_the_reason_and_no_members_name() -> None:
    found = own_result(REPORT, WINNER, REJECTED, scores_told=True)

    assert found is not None
    assert found.rank is None
    assert found.rejection == OwnRejection("form-1", "示范条款", ("未按要求盖章",))
    assert "m1" not in repr(found)


def test_where_the_law_does_not_give_scores_the_result_alone_is_told() -> None:
    found = own_result(REPORT, WINNER, FIRST, scores_told=False)

    assert found is not None
    assert (found.won, found.rank, found.points) == (True, None, {})


def test_who_is_not_in_the_report_is_told_nothing() -> None:
    assert own_result(REPORT, WINNER, UUID(int=9), scores_told=True) is None
