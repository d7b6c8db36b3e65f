"""What a host, an operator and an expert do about experts that centres share, for programs."""

from collections.abc import Sequence
from uuid import UUID

from clients.platform import Json, Platform


async def request_experts(
    platform: Platform, tender_id: UUID, partner_id: UUID, needs: Sequence[Json]
) -> UUID:
    """Ask a partner to share; each need has `speciality`, `region`, `seats`. Its id.

    Raises PlatformRefused.
    """
    body = {"partner_id": str(partner_id), "needs": [*needs]}
    answer = await platform.post(f"/tenders/{tender_id}/expert-requests", body)
    return UUID(answer["id"])


async def list_requests(platform: Platform, tender_id: UUID) -> list[Json]:
    """What was asked for a tender; `offered` counts places, null before the answer."""
    answer = await platform.get(f"/tenders/{tender_id}/expert-requests")
    found: list[Json] = answer["items"]
    return found


async def list_shares(platform: Platform) -> list[Json]:
    """What partners ask of this centre, the newest first (operator)."""
    found: list[Json] = (await platform.get("/expert-shares"))["items"]
    return found


async def list_shared_seats(platform: Platform) -> list[Json]:
    """One's seats at other centres (expert)."""
    found: list[Json] = (await platform.get("/shared-seats"))["items"]
    return found


async def answer_share(
    platform: Platform, share_id: UUID, *, share: bool, reason: str = ""
) -> Json:
    """Offer everybody who fits, or nobody (operator). Raises PlatformRefused."""
    body = {"share": share, "reason": reason}
    answer: Json = await platform.post(f"/expert-shares/{share_id}/answer", body)
    return answer


async def answer_shared_seat(
    platform: Platform,
    share_id: UUID,
    place: int,
    *,
    accept: bool,
    reason: str = "",
    password: str | None = None,
) -> Json:
    """Come to a seat at another centre, with a password for there, or do not (expert).

    The answer has the `login` for there. Raises PlatformRefused.
    """
    body = {"accept": accept, "reason": reason, "password": password}
    answer: Json = await platform.post(f"/shared-seats/{share_id}/{place}/answer", body)
    return answer
