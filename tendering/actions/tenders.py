"""Deeds before the deadline: draft, documents, key announcements, publication, clarifications."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue, digest
from crypto.errors import BadKey
from crypto.keys import recipient_text
from tendering.actions.canaries import fresh_chance, issue_canary
from tendering.actions.key_replacements import take_place
from tendering.actions.projects import project_of_tender
from tendering.actions.statements import require_statement, statement_by
from tendering.domain import timetable as dates
from tendering.domain.award import separated_method
from tendering.domain.calendar import Calendar
from tendering.domain.canary import Occasion
from tendering.domain.clarifications import DocumentVersion, first_version
from tendering.domain.document_checks import DocumentCheck, require_checked
from tendering.domain.findings import Finding, require_lawful
from tendering.domain.journal import Event, Stream
from tendering.domain.judging import require_fitting_method
from tendering.domain.methods.by_room import require_publishable
from tendering.domain.overrides import override_json, standing_of
from tendering.domain.participants import require_invited
from tendering.domain.parties import Actor
from tendering.domain.publication_rules import publication_findings
from tendering.domain.quantities.lot_bill import LotBill, require_price_left
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.rules import TermsUnlawful
from tendering.domain.refusals.tenders import TenderIncomplete
from tendering.domain.roles import Role
from tendering.domain.rulebook import Rulebook, to_json
from tendering.domain.suite_rules import require_installed, require_key_of_suite
from tendering.domain.tender import (
    Document,
    Tender,
    TenderStatus,
    decide_publication,
    public_facts,
    require_party,
    require_sound,
    require_status,
)
from tendering.domain.uploads import require_owner
from tendering.keys import PlatformKeys
from tendering.procedures import round_of
from tendering.storage import (
    clarifications,
    drafts,
    journal,
    key_holders,
    organizations,
    overrides,
    participants,
    tender_documents,
    tenders,
    uploads,
)
from tendering.storage.connection import Connection

ANNOUNCEMENT_LABEL = "kaibiao/key-announcement/v1"
PUBLICATION_LABEL = "kaibiao/publication/v1"
FACTS_LABEL = "kaibiao/tender-facts/v1"


@dataclass(frozen=True, slots=True)
class Law:
    """The rulebook of a tender's regime and the official calendar."""

    rulebook: Rulebook
    calendar: Calendar


async def create_tender(connection: Connection, tender: Tender, *, at: datetime) -> Tender:
    """Write a draft. Raises TenderIncomplete, and Invalid when a party is unknown."""
    require_sound(tender)
    require_installed(tender)
    for organization_id, role in _parties(tender):
        organization = await organizations.get(connection, organization_id)
        if organization is None or role not in organization.roles:
            raise Invalid("no such organization in this role", role=role)
    await tenders.insert(connection, tender, at=at)
    return await tenders.get(connection, tender.id)


async def change_draft(
    connection: Connection, tender: Tender, changed: Tender, law: Law, *, version: int
) -> Tender:
    """Change a locked draft. `law`: what holds for it as changed; lots keep their bills.

    Raises WrongPhase, TenderChanged when its version is another, TenderIncomplete, ProjectInvalid,
    Invalid when bidders are invited to a lot that is left out.
    """
    require_status(tender, TenderStatus.DRAFT)
    bills = {lot.lot: lot.bill for lot in tender.lots}
    lots = tuple(replace(lot, bill=bills.get(lot.lot)) for lot in changed.lots)
    rounds = round_of(tender.procedure, tender.round.number, law.rulebook)
    changed = replace(changed, lots=lots, round=rounds)
    require_sound(changed)
    for lot in lots:
        if lot.bill is not None:
            require_price_left(lot.bill, lot.ceiling_price_fen)
    left_out = bills.keys() - {lot.lot for lot in lots}
    for place in await participants.list_of_tender(connection, tender.id):
        if place.lot in left_out:
            raise Invalid("bidders are invited to a lot that is left out", where="lots")
    project = tender.source.get("project")
    if isinstance(project, dict) and changed.budget_fen != tender.budget_fen:
        wanted = UUID(str(project["id"]))
        entity = tender.procuring_entity_id
        await project_of_tender(connection, wanted, entity, changed.budget_fen)
    await drafts.replace(connection, changed, version=version)
    return await tenders.get(connection, tender.id)


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What was read in a file: the check, and the bill where it is to take a bill's place."""

    check: DocumentCheck
    bill: LotBill | None = None


async def put_document(
    connection: Connection,
    tender_id: UUID,
    *,
    name: str,
    media_type: str,
    upload_id: UUID,
    read: ReadDocument,
    by: Actor,
) -> None:
    """Put a file into a draft's tender documents, with what was read in it.

    Of a published tender it waits for the amendment that brings it. Raises WrongPhase,
    UploadIncomplete.
    """
    tender = await tenders.lock_also_suspended(connection, tender_id)
    require_party(tender, by.organization_id)
    require_status(tender, TenderStatus.DRAFT, TenderStatus.PUBLISHED)
    version = 1
    if tender.status is TenderStatus.PUBLISHED:
        version = (await current_documents(connection, tender)).version + 1
    upload = await uploads.get(connection, upload_id)
    require_owner(upload, by.organization_id)
    document = Document(name, upload.digest, upload.size_bytes, media_type)
    await tender_documents.put_document(
        connection, tender_id, document, upload_id, read.check, version=version, bill=read.bill
    )
    await uploads.keep(connection, [upload_id])


async def announce_key(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    *,
    public_key: bytes,
    announcement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
    now: Callable[[], datetime],
) -> None:
    """A key holder's key for this tender alone, signed; of a draft, or in another's place.

    `now` is read under the tender's lock: it is when a replacement takes effect. Raises
    NotKeyHolder, SignatureRefused, WrongPhase, ReplacementTooLate.
    """
    said = await statement_by(
        connection, keys, announcement, label=ANNOUNCEMENT_LABEL, uscc=by.uscc, at=at
    )
    try:
        recipient_text(public_key)
    except BadKey as error:
        raise Invalid(str(error)) from error
    await tenders.lock(connection, tender_id)
    # What the holder of the lock before us has changed is seen by a statement of its own.
    tender = await tenders.get(connection, tender_id)
    successor = await key_holders.successor_of(connection, tender_id, by.organization_id)
    place = successor or tender.key_holder_of(by.organization_id)
    body: dict[str, JsonValue] = {
        "tender_id": str(tender_id),
        "number": place.number,
        "organization_id": str(by.organization_id),
        "public_key": public_key.hex(),
    }
    require_statement(said, body)
    if successor is not None:
        await take_place(
            connection,
            tender,
            successor,
            public_key=public_key,
            announcement=announcement,
            at=now(),
        )
        return
    require_status(tender, TenderStatus.DRAFT)
    require_key_of_suite(tender, public_key)
    await key_holders.announce_key(
        connection,
        tender_id,
        place.number,
        public_key=public_key,
        announcement=dict(announcement),
    )
    event = Event("key_holder.announced", body | {"announcement": dict(announcement)})
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def current_documents(connection: Connection, tender: Tender) -> DocumentVersion:
    """All files of the tender documents as the last amendment left them."""
    versions = await clarifications.list_versions(connection, tender.id)
    return versions[-1] if versions else first_version(tender.documents)


def facts_to_sign(tender: Tender) -> tuple[dict[str, JsonValue], bytes]:
    """What the procuring entity signs: all facts but the timetable, which the platform computes."""
    facts = public_facts(replace(tender, timetable={}))
    return facts, digest(FACTS_LABEL, facts)


async def publish_tender(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    law: Law,
    *,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> Tender:
    """Publish. Raises WrongPhase, TenderIncomplete, MethodInvalid, KeyPolicyIncomplete.

    TimetableUnlawful, where a date breaks a period, TermsUnlawful for what the rulebook says
    against the terms, DocumentsUnchecked and DocumentFindingsOpen for the files. A rule that was
    overridden in the supervisor's sight blocks no more; the notice says so.
    """
    said = await statement_by(
        connection, keys, statement, label=PUBLICATION_LABEL, uscc=by.uscc, at=at
    )
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    if tender.round != round_of(tender.procedure, tender.round.number, law.rulebook):
        raise TenderIncomplete("the rules of the procedure have changed: draft it again")
    require_fitting_method(tender)
    separated_method(law.rulebook, tender.committee)
    require_invited(tender, await participants.list_of_tender(connection, tender_id))
    _, facts_digest = facts_to_sign(tender)
    require_statement(said, {"tender_id": str(tender_id), "facts_digest": facts_digest.hex()})
    standing = standing_of(tender, await overrides.list_of_tender(connection, tender_id))
    plan = _lawful_plan(tender, law, {one.rule_id for one in standing}, at=at)
    published = replace(tender, published_at=at, timetable=dates.to_json(plan))
    ceilings = all(lot.ceiling_price_fen > 0 for lot in tender.lots)
    for lot in tender.lots:
        require_publishable(
            tender.method, law.rulebook, has_ceiling=ceilings, parts=lot.parts_fen.keys()
        )
    event = decide_publication(published)
    event.body["overrides"] = [override_json(one) for one in standing]
    event.body["document_check"] = await _documents_checked(connection, tender)
    event.body["publication"] = dict(statement)
    event.body["rulebook"] = to_json(law.rulebook)
    published = replace(published, status=TenderStatus.PUBLISHED, version=tender.version + 1)
    await tenders.save(connection, published)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    await issue_canary(
        connection,
        published,
        Occasion.PUBLICATION,
        asked=[holder.number for holder in published.key_holders],
        chance=fresh_chance(published.suite),
        at=at,
    )
    return published


def _parties(tender: Tender) -> list[tuple[UUID, Role]]:
    parties = [(holder.organization_id, Role.KEY_HOLDER) for holder in tender.key_holders]
    parties.append((tender.procuring_entity_id, Role.PROCURING_ENTITY))
    parties.append((tender.supervisor_id, Role.SUPERVISOR))
    if tender.agency_id is not None:
        parties.append((tender.agency_id, Role.AGENCY))
    return parties


async def _documents_checked(connection: Connection, tender: Tender) -> dict[str, JsonValue]:
    documents = await tender_documents.list_checked(connection, tender.id)
    decisions = await tender_documents.decisions_of(connection, tender.id)
    return require_checked(tender, documents, decisions)


def plan_of(tender: Tender, law: Law, *, published_at: datetime) -> dates.Timetable:
    """The timetable that follows from a tender's terms and its deadline."""
    return dates.plan(
        law.rulebook,
        law.calendar,
        published_at=published_at,
        deadline=tender.deadline,
        unlock_minutes=tender.terms.unlock_minutes,
        validity_days=tender.terms.bid_validity_days,
        drain=tender.closing_at - tender.deadline,
        periods=tender.round.periods,
    )


def draft_findings(tender: Tender, law: Law, *, at: datetime) -> tuple[Finding, ...]:
    """What the rules say against a draft if it were published at this instant."""
    plan = plan_of(tender, law, published_at=at)
    return (*_date_findings(tender, law, plan), *publication_findings(tender, law.rulebook))


def _date_findings(tender: Tender, law: Law, plan: dates.Timetable) -> tuple[Finding, ...]:
    return dates.check(
        law.rulebook,
        law.calendar,
        plan,
        circumstances=tender.circumstances,
        periods=tender.round.periods,
    )


def _lawful_plan(
    tender: Tender, law: Law, overridden: Collection[str], *, at: datetime
) -> dates.Timetable:
    plan = plan_of(tender, law, published_at=at)
    require_lawful(_date_findings(tender, law, plan), overridden=overridden)
    terms = publication_findings(tender, law.rulebook)
    require_lawful(terms, overridden=overridden, refusal=TermsUnlawful)
    return plan
