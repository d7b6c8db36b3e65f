"""What a centre, a host and an expert do about venues, for programs.

A workstation makes its token itself and keeps it in a file that only its account may read; the
platform learns the digest, and sees the token with each request that is made there.
"""

import hashlib
import secrets
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from clients.platform import Json, Platform
from clients.serving import write_private

TOKEN_BYTES: Final = 32


async def set_up_workstation(
    platform: Platform, venue_id: UUID, room: str, label: str, token_file: Path
) -> UUID:
    """Set this machine up as a workstation of a venue that one runs; its id.

    Raises PlatformRefused, OSError.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_private(token_file, token.encode())
    body = {
        "room": room,
        "label": label,
        "token_sha256": hashlib.sha256(token.encode()).hexdigest(),
    }
    answer = await platform.post(f"/venues/{venue_id}/workstations", body)
    return UUID(answer["id"])


def work_at(platform: Platform, token_file: Path) -> None:
    """From now on each request of the line says at which workstation it is made. Raises OSError."""
    platform.workstation = token_file.read_text("ascii").strip()


async def book(
    platform: Platform,
    tender_id: UUID,
    venue_id: UUID,
    *,
    seats: int,
    begins_at: datetime,
    ends_at: datetime,
    scattered: bool = False,
) -> UUID:
    """Ask a venue for seats, or to change those it has confirmed; the booking's id.

    Raises PlatformRefused.
    """
    body = {
        "venue_id": str(venue_id),
        "seats": seats,
        "begins_at": begins_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "scattered": scattered,
    }
    answer = await platform.post(f"/tenders/{tender_id}/venue-bookings", body)
    return UUID(answer["id"])


async def answer_booking(
    platform: Platform, booking_id: UUID, step: str, reason: str = "-"
) -> Json:
    """Confirm, decline or fail a booking of one's venue. Raises PlatformRefused."""
    body = {"step": step, "reason": reason}
    answer: Json = await platform.post(f"/venue-bookings/{booking_id}/steps", body)
    return answer


async def arrive(platform: Platform, tender_id: UUID) -> Json:
    """Arrive at one's venue: the room and the workstation that are drawn. Raises PlatformRefused.

    The line speaks from any workstation of the venue (`work_at`).
    """
    answer: Json = await platform.post(f"/tenders/{tender_id}/arrival")
    return answer


async def withdraw(platform: Platform, workstation_id: UUID, reason: str) -> None:
    """Let who works at a workstation of one's venue work no longer. Raises PlatformRefused."""
    body = {"workstation_id": str(workstation_id), "reason": reason}
    await platform.post("/desk/withdrawals", body)


async def state_fee(
    platform: Platform, tender_id: UUID, seat: int, *, begins_at: datetime, ends_at: datetime
) -> Json:
    """State what who sits on a seat is paid for that time (host). Raises PlatformRefused."""
    body = {"seat": seat, "begins_at": begins_at.isoformat(), "ends_at": ends_at.isoformat()}
    answer: Json = await platform.post(f"/tenders/{tender_id}/expert-fees", body)
    return answer


async def list_fees(platform: Platform, tender_id: UUID | None = None) -> Json:
    """Statements of fees and their sum: of a tender (host, supervisor), or one's own (expert)."""
    path = "/expert-fees" if tender_id is None else f"/tenders/{tender_id}/expert-fees"
    answer: Json = await platform.get(path)
    return answer


async def list_bookings(platform: Platform) -> list[Json]:
    """The bookings of the venues that one runs."""
    found: list[Json] = (await platform.get("/venue-bookings"))["items"]
    return found
