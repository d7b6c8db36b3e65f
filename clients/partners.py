"""What operators and hosts do about partner centres, for programs.

A partner centre has a platform of its own; the two exchange signed messages by themselves
(docs/specs/centre-wire-v1.md). Here is what people do: tell each platform the other's address and
key, ask what is free, look after what did not arrive.
"""

from datetime import datetime
from uuid import UUID

from clients.platform import PREFIX, Json, Platform


async def platform_key(platform: Platform) -> str:
    """The key that verifies what a platform sends its partners, Ed25519 in base64."""
    answer = await platform.get("/partners")
    return str(answer["platform_key"])


async def list_partners(platform: Platform) -> list[Json]:
    """The partner centres that are known."""
    found: list[Json] = (await platform.get("/partners"))["items"]
    return found


async def register_partner(
    platform: Platform, organization_id: UUID, address: str, public_key: str
) -> UUID:
    """Make a centre's platform at `address` (scheme, host, port) known; the partner's id.

    `public_key` was told by another way than the line to that platform. Raises PlatformRefused.
    """
    body = {
        "organization_id": str(organization_id),
        "endpoint": address + PREFIX,
        "public_key": public_key,
    }
    answer = await platform.post("/partners", body)
    return UUID(answer["id"])


async def ask_free(
    platform: Platform, partner_id: UUID, *, begins_at: datetime, ends_at: datetime
) -> list[Json]:
    """What a partner's venues have free all of a time. Raises PlatformRefused."""
    query = {"begins_at": begins_at.isoformat(), "ends_at": ends_at.isoformat()}
    answer = await platform.get(f"/partners/{partner_id}/free", query)
    found: list[Json] = answer["venues"]
    return found


async def list_messages(platform: Platform, partner_id: UUID) -> list[Json]:
    """The last messages with a partner, newest first; `dead_at` of what was given up."""
    answer = await platform.get(f"/partners/{partner_id}/messages")
    found: list[Json] = answer["items"]
    return found


async def resend(platform: Platform, partner_id: UUID, message_id: UUID) -> None:
    """Send a message again that was given up. Raises PlatformRefused."""
    await platform.post(f"/partners/{partner_id}/messages/{message_id}/resend")
