"""What a host records about the members of an evaluation committee."""

from uuid import UUID

from clients.platform import Platform


async def record_refusal(platform: Platform, room_id: UUID, seat: int, *, basis: str) -> int:
    """A member neither signs the report nor writes why; the entry's number.

    `basis`: how that is known. Raises PlatformRefused.
    """
    answer = await platform.post(f"/rooms/{room_id}/refusals", {"seat": seat, "basis": basis})
    return int(answer["seq"])
