"""SQL of `tenders`, `lots` and `key_holders`: a tender in one read."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.board import marks_of_text
from tendering.domain.circumstances import from_json as circumstances_of
from tendering.domain.circumstances import to_json as circumstances_json
from tendering.domain.disclosure import releases
from tendering.domain.procedure import round_from_json, round_json
from tendering.domain.quantities.lot_bill import lot_bill_from_json
from tendering.domain.refusals import NotFound
from tendering.domain.suspension import Suspension, SuspensionReason
from tendering.domain.tender import (
    Document,
    FormerPolicy,
    KeyHolder,
    Lot,
    Previous,
    Tender,
    TenderStatus,
    Terms,
    require_running,
)
from tendering.storage import drafts
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json, to_json

_SELECT = """
SELECT t.id, t.number, t.title, t.description, t.regime, t.region, t.status,
       t.procuring_entity_id, t.agency_id, t.supervisor_id, t.threshold, t.suite, t.method,
       t.committee,
       t.bid_validity_days, t.unlock_minutes, t.drain_seconds, t.deadline, t.published_at,
       t.timetable, t.source, t.version, t.demonstration, t.round, t.previous_id,
       t.admitted_digest, t.suspended_reason, t.suspended_since, t.circumstances,
       t.opening_from, t.withheld_from,
       (SELECT json_agg(json_build_array(l.lot, l.title, l.estimate_fen, l.ceiling_price_fen,
                                         l.bid_security_fen, l.items, l.bill) ORDER BY l.lot)
        FROM tendering.lots l WHERE l.tender_id = t.id) AS lots,
       (SELECT json_agg(json_build_array(k.number, k.organization_id, o.name,
                                         encode(k.public_key, 'hex'), k.announcement)
                        ORDER BY k.number)
        FROM tendering.key_holders k JOIN tendering.organizations o ON o.id = k.organization_id
        WHERE k.tender_id = t.id) AS key_holders,
       (SELECT json_agg(json_build_array(f.number, f.organization_id, o.name,
                                         encode(f.public_key, 'hex'), f.announcement, f.until)
                        ORDER BY f.version)
        FROM tendering.former_key_holders f
             JOIN tendering.organizations o ON o.id = f.organization_id
        WHERE f.tender_id = t.id) AS former,
       (SELECT json_agg(json_build_array(d.name, encode(d.digest, 'hex'), d.size_bytes,
                                         d.media_type) ORDER BY d.name)
        FROM tendering.tender_documents d
        WHERE d.tender_id = t.id AND d.version = 1) AS documents
FROM tendering.tenders t
"""
_GET = _SELECT + "WHERE t.id = $1"
# NO KEY: rows that refer to the tender still insert.
_LOCK = _GET + " FOR NO KEY UPDATE OF t"
_LOCK_ONE = "SELECT id FROM tendering.tenders WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"
_LOCK_FREE = _LOCK_ONE + " SKIP LOCKED"


async def lock(connection: Connection, tender_id: UUID) -> Tender:
    """Load a tender and hold its row to the end of the transaction. NotFound, TenderSuspended.

    Here every deed learns that the tender stands still; what goes on meanwhile says so by taking
    the lock with `lock_also_suspended`.
    """
    tender = await lock_also_suspended(connection, tender_id)
    require_running(tender)
    return tender


async def lock_also_suspended(connection: Connection, tender_id: UUID) -> Tender:
    """The same for what the law wants also while the tender stands still. Raises NotFound."""
    return _tender(await connection.fetchrow(_LOCK, tender_id))


async def lock_running(connection: Connection, tender_ids: Collection[UUID]) -> set[UUID]:
    """As `lock_all`, impatiently, of those that do not stand still: `lock` says why one does."""
    rows = await connection.fetch(
        """SELECT id FROM tendering.tenders
           WHERE id = ANY($1) AND suspended_reason IS NULL
           ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
        list(tender_ids),
    )
    return {row["id"] for row in rows}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What may change of a tender while it takes bids; `written` changes with anything else."""

    status: TenderStatus
    deadline: datetime
    written: str


async def lock_all(
    connection: Connection, tender_ids: Collection[UUID], *, patiently: bool
) -> set[UUID]:
    """Hold the rows of tenders to the end of the transaction; which of them are held.

    Rows that others hold are passed over, or waited for when `patiently`, which is for one tender:
    who waits for one row while holding another may wait in a circle.
    """
    assert len(tender_ids) == 1 or not patiently
    rows = await connection.fetch(_LOCK_ONE if patiently else _LOCK_FREE, list(tender_ids))
    return {row["id"] for row in rows}


async def stamps(connection: Connection, tender_ids: Collection[UUID]) -> dict[UUID, Stamp]:
    """Stamps of tenders; a statement of its own, to see what those did who had the locks before."""
    rows = await connection.fetch(
        """SELECT t.id, t.status, t.deadline, t.xmin::text || coalesce((
                  SELECT encode(sha256(convert_to(string_agg(concat_ws(' ', k.number, o.id, o.name,
                         encode(k.public_key, 'hex'), k.announcement), E'\n'
                         ORDER BY k.number), 'UTF8')), 'hex')
                  FROM tendering.key_holders k
                  JOIN tendering.organizations o ON o.id = k.organization_id
                  WHERE k.tender_id = t.id), '') AS written
           FROM tendering.tenders t WHERE t.id = ANY($1) ORDER BY t.id""",
        list(tender_ids),
    )
    return {
        row["id"]: Stamp(TenderStatus(row["status"]), row["deadline"], row["written"])
        for row in rows
    }


async def get(connection: Connection, tender_id: UUID) -> Tender:
    """Load a tender. Raises NotFound."""
    return _tender(await connection.fetchrow(_GET, tender_id))


async def insert(connection: Connection, tender: Tender, *, at: datetime) -> None:
    """Write a new draft with its lots and key holders, and what the board finds it by."""
    text = await drafts.text_of(connection, tender)
    await connection.execute(
        """INSERT INTO tendering.tenders
               (id, number, title, description, regime, region, status, procuring_entity_id,
                agency_id, supervisor_id, threshold, method, committee, bid_validity_days,
                unlock_minutes, drain_seconds, deadline, published_at, timetable, source, version,
                demonstration, created_at, suite, round, previous_id, admitted_digest,
                circumstances, procedure, estimate_fen, search_text, search_marks)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                   $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)""",
        tender.id,
        tender.number,
        tender.title,
        tender.description,
        tender.regime,
        tender.region,
        tender.status,
        tender.procuring_entity_id,
        tender.agency_id,
        tender.supervisor_id,
        tender.threshold,
        to_json(dict(tender.method)),
        to_json(dict(tender.committee)),
        tender.terms.bid_validity_days,
        tender.terms.unlock_minutes,
        tender.terms.drain_seconds,
        tender.deadline,
        tender.published_at,
        to_json(dict(tender.timetable)),
        to_json(dict(tender.source)),
        tender.version,
        tender.demonstration,
        at,
        tender.suite,
        to_json(round_json(tender.round)),
        None if tender.previous is None else tender.previous.tender_id,
        None if tender.previous is None else tender.previous.admitted_digest,
        to_json(circumstances_json(tender.circumstances)),
        tender.procedure,
        tender.budget_fen,
        text,
        marks_of_text(text),
    )
    await _insert_parts(connection, tender)


async def save(connection: Connection, tender: Tender) -> None:
    """Write the public state of a locked tender: status, instants, timetable, pause, version.

    With the closing of its last round, or its end, all rounds of a procedure become public.
    """
    await connection.execute(
        """UPDATE tendering.tenders
           SET status = $2, deadline = $3, published_at = $4, timetable = $5, version = $6,
               suspended_reason = $7, suspended_since = $8, opening_from = $9,
               withheld_from = $10
           WHERE id = $1""",
        tender.id,
        tender.status,
        tender.deadline,
        tender.published_at,
        to_json(dict(tender.timetable)),
        tender.version,
        None if tender.suspension is None else tender.suspension.reason,
        None if tender.suspension is None else tender.suspension.since,
        tender.opening_from,
        tender.withheld_from,
    )
    if releases(tender) and (tender.previous or tender.withheld_from):
        await _release(connection, tender.id)


async def _release(connection: Connection, tender_id: UUID) -> None:
    """Show what waits of a tender and of the rounds before it. Rounds lock from the last back."""
    await connection.execute(
        """WITH RECURSIVE rounds AS (
               SELECT id, previous_id FROM tendering.tenders WHERE id = $1
               UNION
               SELECT t.id, t.previous_id FROM tendering.tenders t
               JOIN rounds r ON t.id = r.previous_id
           )
           UPDATE tendering.tenders t SET withheld_from = NULL
           FROM rounds r WHERE t.id = r.id AND t.withheld_from IS NOT NULL""",
        tender_id,
    )


async def is_any_accepting(connection: Connection) -> bool:
    """Does any tender lie between its publication and its opening? A public fact."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM tendering.tenders WHERE status = 'published')"
    )
    return found


async def accepting_since(connection: Connection) -> datetime | None:
    """When the first of the tenders that take bids was published; None while there is none."""
    since: datetime | None = await connection.fetchval(
        "SELECT min(published_at) FROM tendering.tenders WHERE status = 'published'"
    )
    return since


async def list_timetables(connection: Connection) -> list[tuple[UUID, dict[str, JsonValue]]]:
    """Timetables of all tenders that are under way."""
    rows = await connection.fetch(
        """SELECT id, timetable FROM tendering.tenders
           WHERE status NOT IN ('draft', 'awarded', 'continued', 'failed', 'terminated')
           ORDER BY id LIMIT 1000"""
    )
    return [(row["id"], from_json(row["timetable"])) for row in rows]


async def _insert_parts(connection: Connection, tender: Tender) -> None:
    await drafts.put_lots(connection, tender)
    await connection.executemany(
        """INSERT INTO tendering.key_holders (tender_id, number, organization_id)
           VALUES ($1, $2, $3)""",
        [(tender.id, holder.number, holder.organization_id) for holder in tender.key_holders],
    )


def _tender(row: Record | None) -> Tender:
    if row is None:
        raise NotFound
    lots: list[list[Any]] = json.loads(row["lots"] or "[]")
    holders = tuple(_holder(*each) for each in json.loads(row["key_holders"] or "[]"))
    documents: list[list[Any]] = json.loads(row["documents"] or "[]")
    return Tender(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        description=row["description"],
        regime=row["regime"],
        region=row["region"],
        status=TenderStatus(row["status"]),
        procuring_entity_id=row["procuring_entity_id"],
        agency_id=row["agency_id"],
        supervisor_id=row["supervisor_id"],
        lots=tuple(
            Lot(
                lot,
                title,
                estimate,
                ceiling,
                security,
                tuple(json.loads(items)),
                None if bill is None else lot_bill_from_json(json.loads(bill)),
            )
            for lot, title, estimate, ceiling, security, items, bill in lots
        ),
        threshold=row["threshold"],
        suite=row["suite"],
        key_holders=holders,
        former=_former(holders, json.loads(row["former"] or "[]")),
        documents=tuple(
            Document(name, bytes.fromhex(digest), size, media_type)
            for name, digest, size, media_type in documents
        ),
        method=from_json(row["method"]),
        committee=from_json(row["committee"]),
        terms=Terms(row["bid_validity_days"], row["unlock_minutes"], row["drain_seconds"]),
        deadline=row["deadline"],
        published_at=row["published_at"],
        timetable=from_json(row["timetable"]),
        source=from_json(row["source"]),
        version=row["version"],
        demonstration=row["demonstration"],
        round=round_from_json(from_json(row["round"])),
        previous=None
        if row["previous_id"] is None
        else Previous(row["previous_id"], row["admitted_digest"]),
        suspension=(
            None
            if row["suspended_since"] is None
            else Suspension(SuspensionReason(row["suspended_reason"]), row["suspended_since"])
        ),
        circumstances=circumstances_of(from_json(row["circumstances"])),
        opening_from=row["opening_from"],
        withheld_from=row["withheld_from"],
    )


def _holder(
    number: int, organization_id: str, name: str, key: str | None, announcement: str | None
) -> KeyHolder:
    return KeyHolder(
        number,
        UUID(organization_id),
        name,
        bytes.fromhex(key) if key else None,
        json.loads(announcement) if announcement else None,
    )


def _former(holders: tuple[KeyHolder, ...], rows: list[list[Any]]) -> tuple[FormerPolicy, ...]:
    """Go back from the key holders of now, one replacement after the other."""
    policies: list[FormerPolicy] = []
    for *facts, until in reversed(rows):
        left = _holder(*facts)
        holders = tuple(left if one.number == left.number else one for one in holders)
        policies.insert(0, FormerPolicy(holders, datetime.fromisoformat(until).astimezone(UTC)))
    return tuple(policies)
