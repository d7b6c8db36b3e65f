"""From the evaluation to the winner: candidates on public display, then the notice of award.

A decision is made on what was read, its document is set in type in a thread, and both are written
in one transaction if nothing has happened to the tender in between; else it is all done again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
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
from tendering.actions.validity import list_extensions
from tendering.documents.data import AwardNotice, CandidateRow, CandidatesNotice
from tendering.documents.notices import render_award_notice, render_candidates
from tendering.documents.typesetting import Rendered
from tendering.domain import timetable as dates
from tendering.domain.award import (
    PassedOver,
    PublishedCandidates,
    Separated,
    decide_award,
    decide_candidates,
    separated_method,
)
from tendering.domain.issuing import DocumentKind, Signatory
from tendering.domain.journal import Event, Stream, parse_instant
from tendering.domain.objections import Subject
from tendering.domain.opening_forms import short_text, whole_number
from tendering.domain.own_result import OwnResult, own_result
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.signatures import DocumentChanged, SignaturesMissing
from tendering.domain.tender import Tender, TenderStatus, require_party, require_status
from tendering.domain.validity import require_valid
from tendering.storage import candidates, journal, objections, tenders
from tendering.storage.candidates import StoredAward, StoredEvaluation
from tendering.storage.connection import Connection, Pool, reading, transaction

TRIES_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom the host chooses: a candidate's bid, empty for the first; why not the better ones.

    `reasons`: of a decision by the entity itself, where the region separates it (评定分离).
    """

    bid: str
    passed_over: Mapping[str, PassedOver]
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class LotResult:
    """What the public knows of a lot's result; `revoked`: awards that stand no longer, in order."""

    published: PublishedCandidates
    report_digest: bytes
    award: StoredAward | None
    revoked: tuple[StoredAward, ...] = ()


@dataclass(frozen=True, slots=True)
class _Host:
    """Who decides about which lot, and when."""

    lot: str
    actor: Actor
    at: datetime
    address: str = ""

    def signatory(self, tender: Tender) -> Signatory:
        """The host's place on the document."""
        title = "招标人" if tender.regime == "construction" else "采购人"
        return Signatory(0, self.actor.organization_id, self.actor.organization_name, title)


@dataclass(frozen=True, slots=True)
class _Decision:
    """An event, how its document is made, and how both are kept; `save` comes after the event."""

    event: Event
    render: Callable[[], Rendered]
    save: Callable[[Connection, Tender], Awaitable[None]]


_Decide = Callable[[Connection, Tender], Awaitable[_Decision]]


async def publish_candidates(
    pool: Pool,
    tender_id: UUID,
    lot: str,
    law: Law,
    *,
    by: Actor,
    at: datetime,
    address: str = "",
) -> None:
    """Publish the candidates of a reported lot; the notice waits for the host's seal.

    Again it does nothing. Raises NotFound, Forbidden, WrongPhase, CandidatesNotAllowed,
    DocumentChanged.
    """
    host = _Host(lot, by, at, address)
    decide = partial(_decide_candidates, law=law, host=host)
    await _carry_out(pool, tender_id, DocumentKind.CANDIDATES, decide, host)


async def award_lot(
    pool: Pool,
    tender_id: UUID,
    lot: str,
    law: Law,
    choice: Choice,
    *,
    by: Actor,
    at: datetime,
    address: str = "",
) -> None:
    """Choose the winner of a lot after the publicity; the notice waits for the host's seal.

    Again it does nothing. Raises NotFound, Forbidden, WrongPhase, SignaturesMissing,
    AwardNotAllowed, DocumentChanged.
    """
    host = _Host(lot, by, at, address)
    decide = partial(_decide_award, law=law, choice=choice, host=host)
    await _carry_out(pool, tender_id, DocumentKind.AWARD_NOTICE, decide, host)


async def results(connection: Connection, tender_id: UUID) -> list[LotResult]:
    """What the public knows: the lots whose candidates were published. Raises NotFound."""
    tender = await tenders.get(connection, tender_id)
    if tender.status is TenderStatus.DRAFT:
        raise NotFound
    reports = {one.lot: one for one in await candidates.list_evaluations(connection, tender_id)}
    awards = await candidates.list_all_awards(connection, tender_id)
    return [
        LotResult(
            shown,
            reports[shown.lot].report_digest,
            next((one for one in awards if one.lot == shown.lot and not one.revoked_at), None),
            tuple(one for one in awards if one.lot == shown.lot and one.revoked_at),
        )
        for shown in await candidates.list_candidates(connection, tender_id)
    ]


async def result_of(
    connection: Connection, tender_id: UUID, lot: str, law: Law, *, actor: Actor
) -> OwnResult:
    """What a bidder is told of its own bid for an awarded lot. Raises NotFound."""
    tender = await tenders.get(connection, tender_id)
    for award in await candidates.list_awards(connection, tender_id):
        notice = await find_issued(connection, tender, DocumentKind.AWARD_NOTICE, award.lot)
        if award.lot != lot or notice is None or notice.completed_at is None:
            continue
        evaluation = await evaluation_of(connection, tender, lot)
        winner = award.award["winner"]
        assert isinstance(winner, dict)
        told = law.rulebook.keyed("losers_told") is not None
        found = own_result(evaluation.report, winner, actor.organization_id, scores_told=told)
        if found is not None:
            return found
    raise NotFound("no result of yours for this lot, or not yet", lot=lot)


async def _carry_out(
    pool: Pool, tender_id: UUID, kind: DocumentKind, decide: _Decide, host: _Host
) -> None:
    for _ in range(TRIES_MAX):
        async with reading(pool) as connection:
            tender = await tenders.get(connection, tender_id)
            require_party(tender, host.actor.organization_id)
            if await find_issued(connection, tender, kind, host.lot) is not None:
                return
            marks = await marks_of(connection, tender_id)
            decision = await decide(connection, tender)
        rendered = await asyncio.to_thread(decision.render)
        async with transaction(pool) as connection:
            tender = await tenders.lock(connection, tender_id)
            if await marks_of(connection, tender_id) == marks:
                await journal.append(
                    connection, tender_id, Stream.PUBLIC, decision.event, at=host.at
                )
                signatories = placed([host.signatory(tender)], rendered)
                await issue(
                    connection,
                    tender,
                    kind,
                    rendered.pdf,
                    signatories,
                    lot=host.lot,
                    at=host.at,
                )
                await decision.save(connection, tender)
                return
    raise DocumentChanged("something else happens to this tender: try again")


async def _decide_candidates(
    connection: Connection, tender: Tender, *, law: Law, host: _Host
) -> _Decision:
    require_status(tender, TenderStatus.EVALUATED, TenderStatus.CANDIDATES_PUBLISHED)
    evaluation = await evaluation_of(connection, tender, host.lot)
    published, event = decide_candidates(
        host.lot,
        evaluation.candidates,
        law.rulebook,
        law.calendar,
        reported_at=evaluation.reported_at,
        at=host.at,
    )
    kind = DocumentKind.CANDIDATES
    notice = CandidatesNotice(
        heading=await document_heading(
            connection, tender, kind, host.lot, at=host.at, address=host.address
        ),
        candidates=tuple(
            CandidateRow(one.rank, one.bidder_name, one.price_fen, f"{one.total:f}")
            for one in published.candidates
        ),
        rejected=_rejected(evaluation),
        publicity_from=published.publicity_from,
        publicity_until=published.publicity_until,
        supervisor=await named(connection, tender.supervisor_id),
        report_digest=evaluation.report_digest.hex(),
        signers=signers_of([host.signatory(tender)]),
    )
    return _Decision(
        event, partial(render_candidates, notice), partial(_save_candidates, published=published)
    )


async def _save_candidates(
    connection: Connection, tender: Tender, *, published: PublishedCandidates
) -> None:
    """Keep the candidates; the timetable gets the publicity that ends last of all lots."""
    await candidates.insert_candidates(connection, tender.id, published)
    timetable = dates.from_json(dict(tender.timetable))
    until = max(published.publicity_until, timetable.publicity_until or published.publicity_until)
    timetable = replace(
        timetable,
        publicity_from=timetable.publicity_from or published.publicity_from,
        publicity_until=until,
    )
    displayed = replace(
        tender,
        status=TenderStatus.CANDIDATES_PUBLISHED,
        timetable=dates.to_json(timetable),
        version=tender.version + 1,
    )
    await tenders.save(connection, displayed)


async def _decide_award(
    connection: Connection, tender: Tender, *, law: Law, choice: Choice, host: _Host
) -> _Decision:
    require_status(tender, TenderStatus.CANDIDATES_PUBLISHED)
    evaluation = await evaluation_of(connection, tender, host.lot)
    published = await _published(connection, tender, host.lot)
    display = await find_issued(connection, tender, DocumentKind.CANDIDATES, host.lot)
    if display is None or display.completed_at is None:
        raise SignaturesMissing(kind=DocumentKind.CANDIDATES)
    method = separated_method(law.rulebook, tender.committee)
    gone = await _gone(connection, tender, host.lot)
    first = next((one for one in published.candidates if one.bid not in gone), None)
    event = decide_award(
        published,
        law.rulebook,
        law.calendar,
        circumstances=tender.circumstances,
        chosen=choice.bid or (first or published.candidates[0]).bid,
        passed_over=choice.passed_over,
        objections_open=await objections.count_open(
            connection, tender.id, Subject.EVALUATION_RESULT, host.lot
        ),
        at=host.at,
        separated=None if method is None else Separated(method, choice.reasons),
        gone=gone,
    )
    winner = event.body["winner"]
    assert isinstance(winner, dict)
    extensions = await list_extensions(connection, tender.id)
    require_valid(tender, extensions, host.lot, UUID(str(winner["bidder_id"])), at=host.at)
    form = evaluation.bid(str(winner["bid"]))["form"]
    assert isinstance(form, dict)
    price_fen = winner["price_fen"]
    assert isinstance(price_fen, int)
    kind = DocumentKind.AWARD_NOTICE
    notice = AwardNotice(
        heading=await document_heading(
            connection, tender, kind, host.lot, at=host.at, address=host.address
        ),
        winner=str(winner["bidder_name"]),
        price_fen=price_fen,
        duration_days=whole_number(form, "duration_days"),
        quality=short_text(form, "quality"),
        project_manager=short_text(form, "project_manager"),
        contract_until=parse_instant(str(event.body["contract_until"])),
        signers=signers_of([host.signatory(tender)]),
    )
    stored = StoredAward(host.lot, UUID(str(winner["bidder_id"])), event.body, host.at)
    return _Decision(
        event, partial(render_award_notice, notice), partial(_save_award, award=stored)
    )


async def _save_award(connection: Connection, tender: Tender, *, award: StoredAward) -> None:
    """Keep the award; with the last lot that can be awarded the tender is."""
    await candidates.insert_award(connection, tender.id, award)
    awarded = {one.lot for one in await candidates.list_awards(connection, tender.id)}
    with_candidates = {
        one.lot
        for one in await candidates.list_evaluations(connection, tender.id)
        if one.candidates
    }
    if awarded == with_candidates:
        ended = replace(tender, status=TenderStatus.AWARDED, version=tender.version + 1)
        await tenders.save(connection, ended)


async def _gone(connection: Connection, tender: Tender, lot: str) -> dict[str, PassedOver]:
    """The bids of a lot whose award was revoked, with the cause that stands against them."""
    return {
        one.bid: PassedOver(
            str(one.revocation.get("cause", "")), str(one.revocation.get("evidence", ""))
        )
        for one in await candidates.list_all_awards(connection, tender.id)
        if one.lot == lot and one.revocation is not None
    }


async def _published(connection: Connection, tender: Tender, lot: str) -> PublishedCandidates:
    for published in await candidates.list_candidates(connection, tender.id):
        if published.lot == lot:
            return published
    raise NotFound("the candidates of this lot are not published", lot=lot)


def _rejected(evaluation: StoredEvaluation) -> tuple[tuple[str, str], ...]:
    """The rejected bidders, each with the rule; who voted how is the committee's."""
    found: JsonValue = evaluation.report["rejections"]
    assert isinstance(found, list)
    rows = []
    for one in found:
        assert isinstance(one, dict)
        bid = evaluation.bid(str(one["bid"]))
        rows.append((str(bid["bidder_name"]), str(one["law"])))
    return tuple(rows)
