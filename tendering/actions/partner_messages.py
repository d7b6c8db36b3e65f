"""Deeds of messages to partner centres: put one into the outbox, in the deed's own transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tendering import centre_wire as wire
from tendering.domain.dispatch import Partner
from tendering.domain.venues import Booking, BookingStatus
from tendering.storage import partner_messages, partners, venues
from tendering.storage.connection import Connection


async def ask_for_seats(
    connection: Connection, booking: Booking, partner: Partner, *, at: datetime
) -> None:
    """Ask a partner for seats, or for others in place of those of `booking.replaces`."""
    asked: dict[str, Any] = {
        "venue": booking.venue.name,
        "seats": booking.seats,
        "scattered": booking.scattered,
        "begins_at": booking.begins_at,
        "ends_at": booking.ends_at,
        "contact": booking.contact,
    }
    if booking.replaces is None:
        await tell(connection, partner.id, wire.Apply, booking.id, at=at, **asked)
    else:
        asked["replaces"] = booking.replaces
        await tell(connection, partner.id, wire.Change, booking.id, at=at, **asked)


async def answer_host(
    connection: Connection,
    booking: Booking,
    status: BookingStatus,
    *,
    reason: str = "",
    workstation_ids: Sequence[UUID] = (),
    at: datetime,
) -> None:
    """Tell the host's platform what became of its order at a venue of ours."""
    assert booking.partner_id is not None, "somebody else's order"
    if status is BookingStatus.FAILED:
        await tell(
            connection, booking.partner_id, wire.Exceptional, booking.id, at=at, reason=reason
        )
        return
    kept = await venues.list_with_digests(connection, workstation_ids)
    await tell(
        connection,
        booking.partner_id,
        wire.Notify,
        booking.id,
        at=at,
        status=status.value,
        reason=reason,
        workstations=tuple(
            wire.OfferedWorkstation(one.room, one.label, digest.hex()) for one, digest in kept
        ),
    )


async def tell(
    connection: Connection,
    partner_id: UUID,
    kind: type[wire.Message],
    subject: UUID,
    *,
    at: datetime,
    **said: Any,
) -> None:
    """Put a message into the outbox. The caller holds the lock of what it is about."""
    number = 1 + await partner_messages.last_number(connection, partner_id, "out", subject)
    action = str(kind.__struct_config__.tag)
    message = kind(
        id=wire.message_id(subject, action, number), subject=subject, number=number, **said
    )
    await partner_messages.insert(
        connection,
        partner_id,
        "out",
        message.id,
        subject_id=subject,
        number=number,
        action=action,
        body=wire.encode(message),
        at=at,
    )


async def is_partners(connection: Connection, organization_id: UUID) -> bool:
    """Does the organization answer over a platform of its own?"""
    return await partners.find_of_organization(connection, organization_id) is not None
