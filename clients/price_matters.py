"""What a host enters in a room about prices: answers to corrections, explanations of low prices.

87号令 第五十九条 and 第六十条: both are asked of the bidder; `basis` and text say where it spoke.
"""

from uuid import UUID

from clients.platform import Platform


async def answer_price(
    platform: Platform,
    room_id: UUID,
    bid: int,
    *,
    confirmed: bool,
    basis: str,
    point_misplaced: bool = False,
) -> int:
    """Enter what a bidder said to its corrected price; the entry's number.

    Raises PlatformRefused.
    """
    body = {
        "bid": bid,
        "confirmed": confirmed,
        "basis": basis,
        "point_misplaced": point_misplaced,
    }
    answer = await platform.post(f"/rooms/{room_id}/price-answers", body)
    return int(answer["seq"])


async def explain_price(
    platform: Platform, room_id: UUID, bid: int, *, explanation: str, minutes: int
) -> int:
    """Enter what a bidder explains of its low price, and how long it had; the entry's number.

    An empty explanation: it said nothing in time. Raises PlatformRefused.
    """
    body = {"bid": bid, "explanation": explanation, "minutes": minutes}
    answer = await platform.post(f"/rooms/{room_id}/price-explanations", body)
    return int(answer["seq"])
