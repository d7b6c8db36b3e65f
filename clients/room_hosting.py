"""What a host records in an evaluation room, and how a supervisor lets it stand still."""

from uuid import UUID

from clients.platform import Platform


async def record_refusal(platform: Platform, room_id: UUID, seat: int, *, basis: str) -> int:
    """A member neither signs the report nor writes why; the entry's number.

    `basis`: how that is known. Raises PlatformRefused.
    """
    answer = await platform.post(f"/rooms/{room_id}/refusals", {"seat": seat, "basis": basis})
    return int(answer["seq"])


async def pause_room(platform: Platform, room_id: UUID, *, reason: str) -> int:
    """Let the room stand still (supervisor); the entry's number. Raises PlatformRefused."""
    answer = await platform.post(f"/rooms/{room_id}/pause", {"reason": reason})
    return int(answer["seq"])


async def resume_room(platform: Platform, room_id: UUID) -> int:
    """Let the room go on (supervisor); the entry's number. Raises PlatformRefused."""
    return int((await platform.post(f"/rooms/{room_id}/resumption"))["seq"])


async def link_site(platform: Platform, room_id: UUID, site: str, *, key: str) -> str:
    """Let a guest site's platform join by its key (hex); the key it knows this one by.

    Raises PlatformRefused.
    """
    answer = await platform.post(f"/rooms/{room_id}/site-links", {"site": site, "key": key})
    return str(answer["host_key"])
