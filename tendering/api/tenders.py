"""Tenders over HTTP: the board, one tender, and what its parties do before the deadline."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import tenders as deeds
from tendering.actions.projects import project_of_tender
from tendering.api.circumstances import CircumstancesBody, circumstances_of
from tendering.api.context import Actor, Context
from tendering.api.fields import (
    INTEGER_MAX,
    Fen,
    Instant,
    Line,
    LotNumber,
    Text,
    in_utc,
)
from tendering.api.routing import Tagged
from tendering.api.tender_views import (
    TenderView,
    tender_view,
    visible_tender,
)
from tendering.domain.projects import project_json
from tendering.domain.refusals import Invalid
from tendering.domain.roles import Role
from tendering.domain.tender import (
    DRAIN_SECONDS_MIN,
    KeyHolder,
    Lot,
    Tender,
    TenderStatus,
    Terms,
    require_party,
)
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_for
from tendering.storage import tenders
from tendering.storage.connection import Connection

PositiveFen = Annotated[int, Meta(ge=1, le=INTEGER_MAX, description="Money in fen")]
Statement = dict[str, Any]
DocumentName = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"^[^/\x00-\x1f\x7f]+(?!\n)$")
]
MediaType = Annotated[str, Meta(pattern=r"^[a-z]+/[a-z0-9.+-]+(?!\n)$", max_length=100)]
Regime = Literal["construction", "government_procurement"]
ProcedureName = Annotated[str, Meta(pattern=r"^[a-z-]{1,40}(?!\n)$")]
Region = Annotated[str, Meta(pattern=r"^[0-9]{6}(?!\n)$")]
PublicKey = Annotated[
    str, Meta(pattern=r"^([0-9a-f]{64}|[0-9a-f]{130}|[0-9a-f]{2432})(?!\n)$", max_length=2432)
]


class LotBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One lot. Money in fen."""

    lot: LotNumber
    title: Line
    estimate_fen: PositiveFen
    ceiling_price_fen: PositiveFen
    bid_security_fen: Fen
    items: Annotated[list[dict[str, Any]], Meta(max_length=1000)] = []


class PostTender(Struct, frozen=True, forbid_unknown_fields=True):
    """A draft. The deadline is judged when the tender is published."""

    title: Line
    description: Text
    regime: Regime
    region: Region
    supervisor_id: UUID
    lots: Annotated[list[LotBody], Meta(min_length=1, max_length=100)]
    threshold: Annotated[int, Meta(ge=2, le=32)]
    key_holder_ids: Annotated[list[UUID], Meta(min_length=2, max_length=32)]
    method: dict[str, Any]
    committee: dict[str, Any]
    bid_validity_days: Annotated[int, Meta(ge=1, le=3650)]
    unlock_minutes: Annotated[int, Meta(ge=1, le=1440)]
    drain_seconds: Annotated[int, Meta(ge=DRAIN_SECONDS_MIN, le=3600)]
    deadline: Instant
    procuring_entity_id: UUID | None = None
    agency_id: UUID | None = None
    project_id: UUID | None = None
    source: dict[str, Any] = {}
    suite: Literal["age-v1-x25519", "age-v1-mlkem768x25519", "gm-sm2-sm3-sm4"] = "age-v1-x25519"
    procedure: ProcedureName = "open-tendering"
    circumstances: CircumstancesBody = CircumstancesBody()


class PutTender(Struct, frozen=True, forbid_unknown_fields=True):
    """What may still change in a draft; what is left out stays as it is."""

    title: Line
    description: Text
    deadline: Instant
    method: dict[str, Any]
    committee: dict[str, Any]
    lots: Annotated[list[LotBody], Meta(min_length=1, max_length=100)] | None = None
    region: Region | None = None
    circumstances: CircumstancesBody | None = None
    bid_validity_days: Annotated[int, Meta(ge=1, le=3650)] | None = None
    unlock_minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None


class PostKeyAnnouncement(Struct, frozen=True, forbid_unknown_fields=True):
    """A key holder's key for this tender alone, hex, and the statement that announces it.

    32 bytes of X25519, 65 of SM2, or 1216 of the hybrid suite, as the tender asks.
    """

    public_key: PublicKey
    announcement: Statement


class PostPublication(Struct, frozen=True, forbid_unknown_fields=True):
    """The signature of the procuring entity or its agency over the tender's facts."""

    statement: Statement


class FactsAnswer(Struct, frozen=True):
    """What is to be signed for the publication; `digest` in lower hex."""

    facts: dict[str, Any]
    digest: str


async def post_tender(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    body: PostTender,
) -> TenderView:
    """Draft a tender."""
    if "project" in body.source:
        raise Invalid("a project is registered and named by its id", where="source.project")
    tender = _draft(body, actor, at=received_at, demonstration=context.demonstration)
    if body.project_id is not None:
        project = await project_of_tender(
            connection, body.project_id, tender.procuring_entity_id, tender.budget_fen
        )
        tender = replace(tender, source={**tender.source, "project": project_json(project)})
    created = await deeds.create_tender(connection, tender, at=received_at)
    return await tender_view(connection, created)


async def put_tender(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    if_match: str,
    body: PutTender,
) -> TenderView:
    """Change a draft that nobody else has changed since it was read."""
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, actor.organization_id)
    if not if_match.isdigit():
        raise Invalid("the entity tag is a version number")
    changed = _changed(tender, body)
    law = context.law(changed, received_at)
    written = await deeds.change_draft(connection, tender, changed, law, version=int(if_match))
    return await tender_view(connection, written)


async def get_tender(
    connection: Connection, actor: Actor | None, tender_id: UUID
) -> Tagged[TenderView]:
    """One tender. Drafts are visible to their parties only."""
    tender = await visible_tender(connection, tender_id, actor)
    return Tagged(await tender_view(connection, tender), str(tender.version))


async def get_facts(connection: Connection, actor: Actor, tender_id: UUID) -> FactsAnswer:
    """What is to be signed for the publication."""
    tender = await visible_tender(connection, tender_id, actor)
    facts, digest = deeds.facts_to_sign(tender)
    return FactsAnswer(facts, digest.hex())


async def post_key_announcement(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostKeyAnnouncement,
) -> None:
    """Announce one's key for this tender."""
    await deeds.announce_key(
        connection,
        context.keys,
        tender_id,
        public_key=bytes.fromhex(body.public_key),
        announcement=body.announcement,
        by=actor,
        at=received_at,
        now=context.now,
    )


async def post_publication(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostPublication,
) -> TenderView:
    """Publish the tender: from here on bids are accepted."""
    tender = await visible_tender(connection, tender_id, actor)
    published = await deeds.publish_tender(
        connection,
        context.keys,
        tender_id,
        context.law(tender, received_at),
        statement=body.statement,
        by=actor,
        at=received_at,
    )
    return await tender_view(connection, published)


def _lot(body: LotBody) -> Lot:
    return Lot(
        body.lot,
        body.title,
        body.estimate_fen,
        body.ceiling_price_fen,
        body.bid_security_fen,
        tuple(body.items),
    )


def _changed(tender: Tender, body: PutTender) -> Tender:
    """A draft with what was sent in the place of what was there."""
    terms = tender.terms
    return replace(
        tender,
        title=body.title,
        description=body.description,
        deadline=in_utc(body.deadline),
        method=body.method,
        committee=body.committee,
        lots=tender.lots if body.lots is None else tuple(_lot(each) for each in body.lots),
        region=body.region or tender.region,
        circumstances=tender.circumstances
        if body.circumstances is None
        else circumstances_of(body.circumstances),
        terms=replace(
            terms,
            bid_validity_days=body.bid_validity_days or terms.bid_validity_days,
            unlock_minutes=body.unlock_minutes or terms.unlock_minutes,
        ),
    )


def _draft(body: PostTender, actor: Actor, *, at: datetime, demonstration: bool) -> Tender:
    as_agency = actor.role is Role.AGENCY
    if as_agency and body.procuring_entity_id is None:
        raise Invalid("an agency names the procuring entity")
    tender_id = uuid4()
    tender = Tender(
        id=tender_id,
        number=f"KB-{at.year}-{tender_id.hex[:8].upper()}",
        title=body.title,
        description=body.description,
        regime=body.regime,
        region=body.region,
        status=TenderStatus.DRAFT,
        procuring_entity_id=(body.procuring_entity_id if as_agency else None)
        or actor.organization_id,
        agency_id=actor.organization_id if as_agency else body.agency_id,
        supervisor_id=body.supervisor_id,
        lots=tuple(_lot(each) for each in body.lots),
        threshold=body.threshold,
        key_holders=tuple(
            KeyHolder(number, holder, "")
            for number, holder in enumerate(body.key_holder_ids, start=1)
        ),
        documents=(),
        method=body.method,
        committee=body.committee,
        terms=Terms(body.bid_validity_days, body.unlock_minutes, body.drain_seconds),
        deadline=in_utc(body.deadline),
        published_at=None,
        timetable={},
        source=body.source,
        demonstration=demonstration,
        suite=body.suite,
        circumstances=circumstances_of(body.circumstances),
    )
    rulebook = rulebook_for(tender, at)
    return replace(tender, round=round_of(body.procedure, 1, rulebook))
