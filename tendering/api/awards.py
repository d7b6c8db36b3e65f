"""Candidates, award and results over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import awards
from tendering.actions.award_revocations import revoke_award
from tendering.actions.awards import Choice, LotResult
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, LotNumber
from tendering.domain.award import PassedOver
from tendering.domain.award_revocation import Following, Revocation
from tendering.domain.candidates import Candidate
from tendering.storage import tenders
from tendering.storage.candidates import StoredAward
from tendering.storage.connection import Connection, reading

BidId = Annotated[str, Meta(pattern=r"^[0-9]{2,4}(?!\n)$", max_length=4)]
Evidence = Annotated[str, Meta(min_length=1, max_length=2000)]


class PostCandidates(Struct, frozen=True, forbid_unknown_fields=True):
    """The lot whose candidates are to be published."""

    lot: LotNumber


class PassedOverBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a better candidate is not chosen (条例 第五十五条), and what shows it."""

    bid: BidId
    cause: Literal["abandoned", "force_majeure", "no_performance_security", "unlawful_conduct"]
    evidence: Evidence


class PostAward(Struct, frozen=True, forbid_unknown_fields=True):
    """The lot, and the chosen candidate's bid; without one, the first candidate."""

    lot: LotNumber
    chosen: BidId | None = None
    passed_over: Annotated[list[PassedOverBody], Meta(max_length=3)] = []
    reasons: Annotated[str, Meta(max_length=5000)] = ""


class PostRevocation(Struct, frozen=True, forbid_unknown_fields=True):
    """The lot whose award is taken back: why, what shows it, what follows, and why that."""

    lot: LotNumber
    cause: Literal["abandoned", "force_majeure", "no_performance_security", "unlawful_conduct"]
    evidence: Evidence
    following: Following
    reasons: Evidence


class CandidateAnswer(Struct, frozen=True):
    """An award candidate; money in fen, the total as a decimal text."""

    rank: int
    bid: str
    bidder_id: UUID
    bidder_name: str
    price_fen: int
    total: str


class AwardAnswer(Struct, frozen=True):
    """Who won, and until when the contract is to be signed."""

    winner: CandidateAnswer
    notified_at: Instant
    contract_until: str


class RevokedAwardAnswer(Struct, frozen=True):
    """An award that stands no longer: by the host for a cause of the law, or by a ruling.

    `cause` is `ruling` for the latter; `following` and `reasons` are empty then.
    """

    winner: CandidateAnswer
    notified_at: Instant
    revoked_at: Instant
    cause: str
    following: str
    reasons: str


class LotResultAnswer(Struct, frozen=True):
    """The result of a lot; `report_digest` is the SHA-256 of the signed evaluation report, hex.

    `revoked`: awards of the lot that stand no longer, in the order they were made.
    """

    lot: str
    candidates: list[CandidateAnswer]
    publicity_from: Instant
    publicity_until: Instant
    report_digest: str
    award: AwardAnswer | None
    revoked: list[RevokedAwardAnswer] = []


class ResultList(Struct, frozen=True):
    """The lots whose candidates were published."""

    items: list[LotResultAnswer]


class OwnRejectionAnswer(Struct, frozen=True):
    """Why your bid was rejected; who of the committee said what stays secret."""

    item: str
    law: str
    reasons: list[str]


class OwnResultAnswer(Struct, frozen=True):
    """What became of your bid; rank and points, as decimal texts, where the law gives them."""

    lot: str
    won: bool
    winner_name: str
    price_fen: int
    rank: int | None
    points: dict[str, str]
    rejection: OwnRejectionAnswer | None


async def post_candidates(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostCandidates,
) -> ResultList:
    """Publish the candidates of a lot; the publicity begins (host)."""
    async with reading(context.pool) as connection:
        tender = await tenders.get(connection, tender_id)
    await awards.publish_candidates(
        context.pool,
        tender_id,
        body.lot,
        context.law(tender, received_at),
        by=actor,
        at=received_at,
        address=context.public_address,
    )
    return await _results(context, tender_id)


async def post_award(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostAward,
) -> ResultList:
    """Choose the winner of a lot when the publicity is over (host)."""
    async with reading(context.pool) as connection:
        tender = await tenders.get(connection, tender_id)
    passed_over = {one.bid: PassedOver(one.cause, one.evidence) for one in body.passed_over}
    await awards.award_lot(
        context.pool,
        tender_id,
        body.lot,
        context.law(tender, received_at),
        Choice(body.chosen or "", passed_over, body.reasons),
        by=actor,
        at=received_at,
        address=context.public_address,
    )
    return await _results(context, tender_id)


async def post_revocation(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostRevocation,
) -> ResultList:
    """Take an award back before the contract: the next candidate, or a new tender (host)."""
    said = Revocation(body.cause, body.evidence, body.following, body.reasons)
    await revoke_award(connection, tender_id, body.lot, said, by=actor, at=received_at)
    return await get_results(connection, tender_id)


async def get_results(connection: Connection, tender_id: UUID) -> ResultList:
    """Read the published candidates and awards of a tender."""
    return ResultList([_result(one) for one in await awards.results(connection, tender_id)])


async def get_own_result(
    context: Context,
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    *,
    tender_id: UUID,
    lot: LotNumber,
) -> OwnResultAnswer:
    """Read what became of your own bid, once the notice of award is sealed."""
    tender = await tenders.get(connection, tender_id)
    law = context.law(tender, received_at)
    found = await awards.result_of(connection, tender_id, lot, law, actor=actor)
    rejected = found.rejection
    return OwnResultAnswer(
        found.lot,
        found.won,
        found.winner_name,
        found.price_fen,
        found.rank,
        dict(found.points),
        None
        if rejected is None
        else OwnRejectionAnswer(rejected.item, rejected.law, list(rejected.reasons)),
    )


async def _results(context: Context, tender_id: UUID) -> ResultList:
    async with reading(context.pool) as connection:
        return await get_results(connection, tender_id)


def _result(one: LotResult) -> LotResultAnswer:
    published, told = one.published, None
    if one.award is not None:
        until = str(one.award.award["contract_until"])
        told = AwardAnswer(_winner(one, one.award), one.award.notified_at, until)
    return LotResultAnswer(
        published.lot,
        [_candidate(each) for each in published.candidates],
        published.publicity_from,
        published.publicity_until,
        one.report_digest.hex(),
        told,
        [_revoked(one, award) for award in one.revoked],
    )


def _revoked(one: LotResult, award: StoredAward) -> RevokedAwardAnswer:
    assert award.revoked_at is not None
    said = award.revocation or {}
    return RevokedAwardAnswer(
        _winner(one, award),
        award.notified_at,
        award.revoked_at,
        str(said.get("cause", "ruling")),
        str(said.get("following", "")),
        str(said.get("reasons", "")),
    )


def _winner(one: LotResult, award: StoredAward) -> CandidateAnswer:
    return _candidate(next(each for each in one.published.candidates if each.bid == award.bid))


def _candidate(one: Candidate) -> CandidateAnswer:
    return CandidateAnswer(
        one.rank, one.bid, one.bidder_id, one.bidder_name, one.price_fen, f"{one.total:f}"
    )
