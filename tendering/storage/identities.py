"""SQL of `tendering.identities`, `identity_steps` and `image_consents`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.image_sealing import SealedImage
from tendering.domain.identities import Approval, Consent, DeskCheck, Step
from tendering.storage.connection import Connection, Record

_COLUMNS = """
SELECT i.tender_id, i.expert_id, i.venue_id, i.seat, i.code, i.code_until
FROM tendering.identities AS i
"""
_BY_CODE = _COLUMNS + "WHERE i.code = $1"
_OF_TENDER = _COLUMNS + "WHERE i.tender_id = $1 ORDER BY i.seat, i.expert_id"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who is to be checked: the seat, where, and the code to show there."""

    tender_id: UUID
    expert_id: UUID
    venue_id: UUID
    seat: int
    code: str
    code_until: datetime


async def save(connection: Connection, identity: Identity) -> None:
    """Give somebody a code, in place of an earlier one."""
    await connection.execute(
        """INSERT INTO tendering.identities
               (tender_id, expert_id, venue_id, seat, code, code_until)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (tender_id, expert_id)
           DO UPDATE SET venue_id = $3, seat = $4, code = $5, code_until = $6""",
        identity.tender_id,
        identity.expert_id,
        identity.venue_id,
        identity.seat,
        identity.code,
        identity.code_until,
    )


async def find_by_code(connection: Connection, code: str) -> Identity | None:
    """Whose code that is."""
    row = await connection.fetchrow(_BY_CODE, code)
    return None if row is None else Identity(**dict(row))


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Identity]:
    """Everybody who has asked for a code, by seat."""
    return [Identity(**dict(row)) for row in await connection.fetch(_OF_TENDER, tender_id)]


async def insert_step(connection: Connection, identity: Identity, step: Step, *, by: UUID) -> None:
    """Enter what was checked or decided."""
    desk = step if isinstance(step, DeskCheck) else None
    approval = step if isinstance(step, Approval) else None
    await connection.execute(
        """INSERT INTO tendering.identity_steps (tender_id, expert_id, document_matches, score,
               approved, reason, taken_by, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        identity.tender_id,
        identity.expert_id,
        None if desk is None else desk.document_matches,
        None if desk is None else desk.score,
        None if approval is None else approval.approved,
        "" if approval is None else approval.reason,
        by,
        step.at,
    )


async def list_steps(connection: Connection, tender_id: UUID, expert_id: UUID) -> list[Step]:
    """What was checked and decided about somebody, in order."""
    rows = await connection.fetch(
        """SELECT document_matches, score, approved, reason, at FROM tendering.identity_steps
           WHERE tender_id = $1 AND expert_id = $2 ORDER BY number""",
        tender_id,
        expert_id,
    )
    return [_step(row) for row in rows]


async def insert_consent(connection: Connection, identity: Identity, consent: Consent) -> bool:
    """Keep a consent, in place of one whose image is gone; False when one stands."""
    kept = await connection.fetchval(
        """INSERT INTO tendering.image_consents
               (tender_id, expert_id, purpose, given_at, keep_until)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (tender_id, expert_id) DO UPDATE
           SET purpose = $3, given_at = $4, keep_until = $5, sealed_image = NULL,
               wrapped_key = NULL, deleted_at = NULL
           WHERE image_consents.deleted_at IS NOT NULL RETURNING true""",
        identity.tender_id,
        identity.expert_id,
        consent.purpose,
        consent.given_at,
        consent.keep_until(),
    )
    return kept is not None


async def save_image(
    connection: Connection, identity: Identity, image: SealedImage, *, at: datetime
) -> bool:
    """Keep an image under a consent that stands, in place of one before; False when none does."""
    kept = await connection.fetchval(
        """UPDATE tendering.image_consents SET sealed_image = $3, wrapped_key = $4
           WHERE tender_id = $1 AND expert_id = $2 AND deleted_at IS NULL AND keep_until > $5
           RETURNING true""",
        identity.tender_id,
        identity.expert_id,
        image.content,
        image.wrapped_key,
        at,
    )
    return kept is not None


async def delete_image(
    connection: Connection, tender_id: UUID, expert_id: UUID, *, at: datetime
) -> bool:
    """The consent is withdrawn: the image goes now; False when no consent stands."""
    gone = await connection.fetchval(
        """UPDATE tendering.image_consents
           SET sealed_image = NULL, wrapped_key = NULL, deleted_at = $3
           WHERE tender_id = $1 AND expert_id = $2 AND deleted_at IS NULL RETURNING true""",
        tender_id,
        expert_id,
        at,
    )
    return gone is not None


async def delete_due(connection: Connection, *, at: datetime, limit: int) -> int:
    """Delete images whose time is over; how many consents ended."""
    rows = await connection.fetch(
        """UPDATE tendering.image_consents
           SET sealed_image = NULL, wrapped_key = NULL, deleted_at = $1
           WHERE (tender_id, expert_id) IN (
               SELECT tender_id, expert_id FROM tendering.image_consents
               WHERE deleted_at IS NULL AND keep_until <= $1
               ORDER BY keep_until LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
           RETURNING tender_id""",
        at,
        limit,
    )
    return len(rows)


def _step(row: Record) -> Step:
    if row["approved"] is not None:
        return Approval(row["approved"], row["reason"], row["at"])
    return DeskCheck(row["document_matches"], row["score"], row["at"])
