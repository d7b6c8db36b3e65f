"""From the award to a contract in force: drawn up, signed by both, secured, published, filed.

The cover is set in type like every document and signed in turn, the procuring entity first; with
the winner's signature the contract is signed, and the terms that hang on it begin.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.evaluations import evaluation_of
from tendering.actions.issued_documents import (
    document_heading,
    find_issued,
    issue,
    marks_of,
    named,
    placed,
    signers_of,
)
from tendering.actions.tenders import Law
from tendering.documents.contract import render_contract
from tendering.documents.data import ContractCover, Heading
from tendering.domain.contract import (
    Awarded,
    ContractTerms,
    Deviation,
    decide_contract,
    terms_json,
)
from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.domain.journal import Event, Stream, parse_instant
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.awards import ContractStepRefused
from tendering.domain.refusals.signatures import DocumentChanged, SignaturesMissing
from tendering.domain.tender import Tender, TenderStatus, require_party, require_status
from tendering.storage import candidates, contracts, journal, tenders
from tendering.storage.connection import Connection, Pool, reading, transaction
from tendering.storage.contracts import StoredContract

TRIES_MAX: Final = 3


class ContractStep(StrEnum):
    """What happens to a contract after it is drawn up, besides its signing."""

    SECURE = "secure"
    PUBLISH = "publish"
    FILE = "file"
    RETURN_SECURITY = "return_security"


@dataclass(frozen=True, slots=True)
class _Step:
    """The event, and which member of the contract says that it is done; what must be before."""

    kind: str
    done: str
    after: str


_STEPS: Final = {
    ContractStep.SECURE: _Step("performance_security.provided", "secured_at", "drafted_at"),
    ContractStep.PUBLISH: _Step("contract.published", "published_at", "signed_at"),
    ContractStep.FILE: _Step("contract.filed", "filed_at", "signed_at"),
    ContractStep.RETURN_SECURITY: _Step(
        "performance_security.returned", "security_returned_at", "secured_at"
    ),
}


async def draft_contract(
    pool: Pool,
    tender_id: UUID,
    lot: str,
    law: Law,
    terms: ContractTerms,
    *,
    by: Actor,
    at: datetime,
    address: str = "",
) -> None:
    """Draw up the contract of an awarded lot; its cover waits for both parties' signatures.

    Again it does nothing. Raises NotFound, Forbidden, WrongPhase, SignaturesMissing,
    PerformanceSecurityRefused, DocumentChanged.
    """
    for _ in range(TRIES_MAX):
        async with reading(pool) as connection:
            tender = await tenders.get(connection, tender_id)
            require_party(tender, by.organization_id)
            require_status(tender, TenderStatus.CANDIDATES_PUBLISHED, TenderStatus.AWARDED)
            if await find_issued(connection, tender, DocumentKind.CONTRACT, lot) is not None:
                return
            marks = await marks_of(connection, tender_id)
            awarded = await _awarded(connection, tender, lot)
            found, event = decide_contract(awarded, terms, law.rulebook, at=at)
            parties = await _parties(connection, tender, awarded)
            heading = await document_heading(
                connection, tender, DocumentKind.CONTRACT, lot, at=at, address=address
            )
        cover = _cover(heading, terms, found, parties)
        rendered = await asyncio.to_thread(render_contract, cover)
        async with transaction(pool) as connection:
            tender = await tenders.lock(connection, tender_id)
            if await marks_of(connection, tender_id) == marks:
                await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
                await issue(
                    connection,
                    tender,
                    DocumentKind.CONTRACT,
                    rendered.pdf,
                    placed(parties, rendered),
                    lot=lot,
                    at=at,
                )
                await contracts.insert(
                    connection,
                    StoredContract(tender_id, lot, awarded.bidder_id, terms_json(terms), at),
                )
                return
    raise DocumentChanged("something else happens to this tender: try again")


async def record_signed(
    connection: Connection, tender: Tender, document: IssuedDocument, *, at: datetime
) -> None:
    """Both have signed: the contract is made. The caller holds the tender's lock."""
    contract = await find_contract(connection, tender.id, document.lot)
    await contracts.save(connection, replace(contract, signed_at=at))
    event = Event(
        "contract.signed",
        {
            "lot": contract.lot,
            "bidder_id": str(contract.bidder_id),
            "price_fen": contract.terms["price_fen"],
            "digest": document.digest.hex(),
        },
    )
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)


async def do_step(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    step: ContractStep,
    *,
    reference: str,
    by: Actor,
    at: datetime,
) -> None:
    """Enter what has happened to a contract, once. Raises NotFound, Forbidden,
    ContractStepRefused.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    contract = await find_contract(connection, tender_id, lot)
    what = _STEPS[step]
    if getattr(contract, what.done) is not None:
        raise ContractStepRefused(why="done", step=step)
    if getattr(contract, what.after) is None:
        raise ContractStepRefused(why="too-early", step=step)
    secures = step in {ContractStep.SECURE, ContractStep.RETURN_SECURITY}
    if secures and contract.terms["performance"] is None:
        raise ContractStepRefused(why="no-performance-security", step=step)
    body: dict[str, JsonValue] = {
        "lot": lot,
        "bidder_id": str(contract.bidder_id),
        "reference": reference,
    }
    if secures:
        body["performance"] = contract.terms["performance"]
    await contracts.save(connection, _with(contract, what.done, at))
    await journal.append(connection, tender_id, Stream.PUBLIC, Event(what.kind, body), at=at)


async def report_to_supervisor(
    connection: Connection, tender_id: UUID, lot: str, *, reference: str, by: Actor, at: datetime
) -> None:
    """Enter the written report on how the tender went, which names its evidence, once (E35).

    Raises NotFound, Forbidden, ContractStepRefused.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    await _awarded(connection, tender, lot)
    evaluation = await evaluation_of(connection, tender, lot)
    told = await journal.list_of_kinds(
        connection, tender_id, Stream.PUBLIC, ["supervisor.reported"]
    )
    # Whoever won anew is reported anew.
    [award] = [one for one in await candidates.list_awards(connection, tender_id) if one.lot == lot]
    if any(entry.body["lot"] == lot and entry.at >= award.notified_at for entry in told):
        raise ContractStepRefused(why="done", step="report")
    event = Event(
        "supervisor.reported",
        {
            "lot": lot,
            "supervisor_id": str(tender.supervisor_id),
            "report_digest": evaluation.report_digest.hex(),
            "reference": reference,
        },
    )
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def find_contract(connection: Connection, tender_id: UUID, lot: str) -> StoredContract:
    """The contract of a lot. Raises NotFound."""
    for contract in await contracts.list_of_tender(connection, tender_id):
        if contract.lot == lot:
            return contract
    raise NotFound("no contract has been drawn up for this lot", lot=lot)


async def list_contracts(
    connection: Connection, tender_id: UUID, *, actor: Actor | None
) -> list[StoredContract]:
    """The contracts that the asker may see: parties all, everybody else those published."""
    tender = await tenders.get(connection, tender_id)
    found = await contracts.list_of_tender(connection, tender_id)
    asker = None if actor is None else actor.organization_id
    parties = {tender.procuring_entity_id, tender.agency_id, tender.supervisor_id}
    return [
        one
        for one in found
        if one.published_at is not None
        or (asker is not None and asker in parties | {one.bidder_id})
    ]


async def _awarded(connection: Connection, tender: Tender, lot: str) -> Awarded:
    """What was awarded. Raises NotFound, SignaturesMissing: the notice is not sealed yet."""
    for award in await candidates.list_awards(connection, tender.id):
        if award.lot != lot:
            continue
        notice = await find_issued(connection, tender, DocumentKind.AWARD_NOTICE, lot)
        if notice is None or notice.completed_at is None:
            raise SignaturesMissing(kind=DocumentKind.AWARD_NOTICE)
        winner = award.award["winner"]
        assert isinstance(winner, dict)
        price_fen = winner["price_fen"]
        assert isinstance(price_fen, int)
        evaluation = await evaluation_of(connection, tender, lot)
        form = evaluation.bid(str(winner["bid"]))["form"]
        assert isinstance(form, dict)
        until = parse_instant(str(award.award["contract_until"]))
        return Awarded(lot, award.bidder_id, price_fen, until, form)
    raise NotFound("the lot is not awarded", lot=lot)


def _cover(
    heading: Heading,
    terms: ContractTerms,
    found: Sequence[Deviation],
    parties: tuple[Signatory, Signatory],
) -> ContractCover:
    security = terms.performance
    return ContractCover(
        heading=heading,
        winner=parties[1].name,
        price_fen=terms.price_fen,
        duration_days=terms.duration_days,
        quality=terms.quality,
        project_manager=terms.project_manager,
        performance_fen=None if security is None else security.amount_fen,
        text_digest=terms.text_digest,
        deviations=tuple((one.title, str(one.awarded), str(one.contracted)) for one in found),
        signers=signers_of(parties),
    )


async def _parties(
    connection: Connection, tender: Tender, awarded: Awarded
) -> tuple[Signatory, Signatory]:
    """Who signs: the procuring entity itself, not its agency, then the winner."""
    entity, winner = tender.procuring_entity_id, awarded.bidder_id
    return (
        Signatory(0, entity, await named(connection, entity), "发包人（采购人）"),
        Signatory(0, winner, await named(connection, winner), "承包人（供应商）"),
    )


def _with(contract: StoredContract, done: str, at: datetime) -> StoredContract:
    changes: dict[str, datetime] = {done: at}
    return replace(contract, **changes)  # type: ignore[arg-type]  # all four are instants
