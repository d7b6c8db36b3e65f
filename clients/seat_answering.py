"""What an expert does about invitations to evaluate, for programs."""

from uuid import UUID

from clients.platform import Json, Platform


async def list_invitations(platform: Platform) -> list[Json]:
    """One's invitations, the newest first; `tender_id` is told when one has accepted."""
    answer = await platform.get("/seat-invitations")
    items: list[Json] = answer["items"]
    return items


async def answer_invitation(
    platform: Platform, invitation_id: UUID, *, accept: bool, reason: str = ""
) -> Json:
    """Accept or decline; the invitation as it stands then. Raises PlatformRefused."""
    body = {"accept": accept, "reason": reason}
    answer: Json = await platform.post(f"/seat-invitations/{invitation_id}/answer", body)
    return answer
