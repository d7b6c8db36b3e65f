"""SQL of `tendering.contracts`: what was agreed for each lot, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.storage.connection import Connection
from tendering.storage.json_columns import from_json, to_json


@dataclass(frozen=True, slots=True)
class StoredContract:
    """A contract. `terms` as `domain.contract.terms_json`; instants None until it happened."""

    tender_id: UUID
    lot: str
    bidder_id: UUID
    terms: Mapping[str, JsonValue]
    drafted_at: datetime
    signed_at: datetime | None = None
    published_at: datetime | None = None
    filed_at: datetime | None = None
    secured_at: datetime | None = None
    security_returned_at: datetime | None = None


async def insert(connection: Connection, contract: StoredContract) -> None:
    """Keep a contract that was drawn up."""
    await connection.execute(
        """INSERT INTO tendering.contracts (tender_id, lot, bidder_id, terms, drafted_at)
           VALUES ($1, $2, $3, $4, $5)""",
        contract.tender_id,
        contract.lot,
        contract.bidder_id,
        to_json(dict(contract.terms)),
        contract.drafted_at,
    )


async def discard(connection: Connection, tender_id: UUID, lot: str) -> None:
    """A contract that was drawn up and not signed is none; the journal keeps that it was."""
    await connection.execute(
        """DELETE FROM tendering.contracts
           WHERE tender_id = $1 AND lot = $2 AND signed_at IS NULL""",
        tender_id,
        lot,
    )


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[StoredContract]:
    """The contracts of a tender, by lot."""
    rows = await connection.fetch(
        """SELECT tender_id, lot, bidder_id, terms, drafted_at, signed_at, published_at, filed_at,
                  secured_at, security_returned_at
           FROM tendering.contracts WHERE tender_id = $1 ORDER BY lot""",
        tender_id,
    )
    return [
        StoredContract(
            row["tender_id"],
            row["lot"],
            row["bidder_id"],
            from_json(row["terms"]),
            row["drafted_at"],
            row["signed_at"],
            row["published_at"],
            row["filed_at"],
            row["secured_at"],
            row["security_returned_at"],
        )
        for row in rows
    ]


async def save(connection: Connection, contract: StoredContract) -> None:
    """Write how far a contract has come; the caller holds the tender's lock."""
    await connection.execute(
        """UPDATE tendering.contracts
           SET signed_at = $3, published_at = $4, filed_at = $5, secured_at = $6,
               security_returned_at = $7
           WHERE tender_id = $1 AND lot = $2""",
        contract.tender_id,
        contract.lot,
        contract.signed_at,
        contract.published_at,
        contract.filed_at,
        contract.secured_at,
        contract.security_returned_at,
    )
