"""How a tender looks from outside: the whole tender, and who sees a draft."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from tendering.actions.tenders import current_documents
from tendering.api.fields import Instant
from tendering.domain.circumstances import to_json as circumstances_json
from tendering.domain.parties import Actor
from tendering.domain.procedure import round_json
from tendering.domain.quantities.lot_bill import lot_bill_json
from tendering.domain.refusals import NotFound
from tendering.domain.tender import Tender, TenderStatus, previous_json
from tendering.storage import clarifications, organizations, tenders
from tendering.storage.connection import Connection


class LotView(Struct, frozen=True):
    """One lot. Money in fen."""

    lot: str
    title: str
    estimate_fen: int
    ceiling_price_fen: int
    bid_security_fen: int
    items: list[Any]
    bill: dict[str, Any] | None


class DocumentView(Struct, frozen=True):
    """A file of the tender documents; `digest` is the RFC 6962 root over 1 MiB blocks, hex.

    `since`: the version of the documents that brought it.
    """

    name: str
    digest: str
    size_bytes: int
    media_type: str
    since: int


class ClarificationView(Struct, frozen=True):
    """A clarification as everybody reads it."""

    number: int
    text: str
    affects_bids: bool
    published_at: Instant


class SuspensionView(Struct, frozen=True):
    """A pause that lasts: since when, and whether an objection or a complaint is its reason."""

    reason: str
    since: Instant


class TenderView(Struct, frozen=True):
    """A tender as whoever may see it sees it: nothing here says how many bids there are."""

    id: UUID
    number: str
    title: str
    description: str
    regime: str
    region: str
    round: dict[str, Any]
    previous: dict[str, Any] | None
    status: str
    procuring_entity: str
    procuring_entity_id: UUID
    agency: str | None
    agency_id: UUID | None
    supervisor: str
    supervisor_id: UUID
    lots: list[LotView]
    documents: list[DocumentView]
    key_policy: dict[str, Any]
    key_announcements: list[dict[str, Any]]
    method: dict[str, Any]
    committee: dict[str, Any]
    bid_validity_days: int
    unlock_minutes: int
    drain_seconds: int
    deadline: Instant
    published_at: Instant | None
    timetable: dict[str, Any]
    clarifications: list[ClarificationView]
    source: dict[str, Any]
    version: int
    demonstration: bool
    hall: UUID
    suspension: SuspensionView | None
    circumstances: dict[str, Any]


async def visible_tender(connection: Connection, tender_id: UUID, actor: Actor | None) -> Tender:
    """The tender, if the asker may know that it exists. Raises NotFound."""
    tender = await tenders.get(connection, tender_id)
    if tender.status is TenderStatus.DRAFT and (
        actor is None or actor.organization_id not in _parties(tender)
    ):
        raise NotFound
    return tender


async def tender_view(connection: Connection, tender: Tender) -> TenderView:
    """Shape a tender for an answer."""
    names = await organizations.names_of(
        connection,
        [
            each
            for each in (tender.procuring_entity_id, tender.agency_id, tender.supervisor_id)
            if each is not None
        ],
    )
    told = await clarifications.list_of_tender(connection, tender.id)
    documents = await current_documents(connection, tender)
    return TenderView(
        id=tender.id,
        number=tender.number,
        title=tender.title,
        description=tender.description,
        regime=tender.regime,
        region=tender.region,
        round=round_json(tender.round),
        previous=previous_json(tender.previous),
        status=tender.status,
        procuring_entity=names[tender.procuring_entity_id],
        procuring_entity_id=tender.procuring_entity_id,
        agency=None if tender.agency_id is None else names[tender.agency_id],
        agency_id=tender.agency_id,
        supervisor=names[tender.supervisor_id],
        supervisor_id=tender.supervisor_id,
        lots=_lots(tender),
        documents=[
            DocumentView(
                each.document.name,
                each.document.digest.hex(),
                each.document.size_bytes,
                each.document.media_type,
                each.since,
            )
            for each in documents.files
        ],
        key_policy=tender.key_policy,
        key_announcements=[dict(holder.announcement or {}) for holder in tender.key_holders],
        method=dict(tender.method),
        committee=dict(tender.committee),
        bid_validity_days=tender.terms.bid_validity_days,
        unlock_minutes=tender.terms.unlock_minutes,
        drain_seconds=tender.terms.drain_seconds,
        deadline=tender.deadline,
        published_at=tender.published_at,
        timetable=dict(tender.timetable),
        clarifications=[
            ClarificationView(each.number, each.text, each.affects_bids, each.published_at)
            for each in told
        ],
        source=dict(tender.source),
        version=tender.version,
        demonstration=tender.demonstration,
        hall=tender.id,
        suspension=_suspension_view(tender),
        circumstances=circumstances_json(tender.circumstances),
    )


def _lots(tender: Tender) -> list[LotView]:
    return [
        LotView(
            lot.lot,
            lot.title,
            lot.estimate_fen,
            lot.ceiling_price_fen,
            lot.bid_security_fen,
            [dict(item) for item in lot.items],
            lot_bill_json(lot.bill),
        )
        for lot in tender.lots
    ]


def _suspension_view(tender: Tender) -> SuspensionView | None:
    pause = tender.suspension
    return None if pause is None else SuspensionView(pause.reason, pause.since)


def _parties(tender: Tender) -> frozenset[UUID | None]:
    holders = {holder.organization_id for holder in tender.key_holders}
    return frozenset({tender.procuring_entity_id, tender.agency_id, tender.supervisor_id, *holders})
