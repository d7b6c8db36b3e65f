"""Bid securities over HTTP: deposits, what became of each security, returning and keeping."""

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import bid_securities as deeds
from tendering.actions.bid_securities import Deposit
from tendering.api.context import Actor, Context
from tendering.api.fields import INTEGER_MAX, Instant, Line, LotNumber, Uscc
from tendering.domain.bid_security import SecurityForm
from tendering.domain.interest import Figure
from tendering.domain.security_release import HeldSecurity, Rates, ReleaseCase
from tendering.storage import tenders
from tendering.storage.connection import Connection

AccountNumber = Annotated[str, Meta(pattern=r"^[0-9]{6,40}(?!\n)$", max_length=40)]
Percent = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,2}(\.[0-9]{1,6})?(?!\n)$",
        max_length=9,
        description="A yearly rate in percent, as a decimal text",
    ),
]
Evidence = Annotated[str, Meta(min_length=1, max_length=2000)]


class PostDeposit(Struct, frozen=True, forbid_unknown_fields=True):
    """Cash that arrived: from which account; is that the bidder's basic one?"""

    lot: LotNumber
    bidder_uscc: Uscc
    amount_fen: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    account: AccountNumber
    basic_account: bool
    reference: Line


class PostReturn(Struct, frozen=True, forbid_unknown_fields=True):
    """A deposit went back: the bank's reference, and the yearly rates of the day."""

    lot: LotNumber
    bidder_id: UUID
    reference: Line
    deposit_rate_percent: Percent
    lending_base_rate_percent: Percent


class PostKept(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a security is kept, and what shows it."""

    lot: LotNumber
    bidder_id: UUID
    cause: Literal["revoked", "contract_refused", "conditions_added", "no_performance_security"]
    evidence: Evidence


class FigureView(Struct, frozen=True):
    """Money owed: in fen rounded half up, exactly as a fraction of fen, and in words."""

    fen: int
    exact_fen: str
    formula: str


class ReturnView(Struct, frozen=True):
    """What was owed with the deposit."""

    interest: FigureView
    late_charge: FigureView
    days_late: int


class SecurityView(Struct, frozen=True):
    """A bid security. `due`: the first instant that is too late to give it back."""

    lot: str
    bidder_id: UUID
    form: SecurityForm
    amount_fen: int
    valid_until: Instant
    reference: str
    release_case: ReleaseCase | None
    due: Instant | None
    released_at: Instant | None
    kept_because: str
    same_payer_as: list[UUID]


class SecurityList(Struct, frozen=True):
    """The securities of a tender that you may see."""

    items: list[SecurityView]


async def get_securities(connection: Connection, actor: Actor, tender_id: UUID) -> SecurityList:
    """Your own securities; to the operator cash, to host and supervisor all after the opening."""
    found, payers = await deeds.list_visible(connection, tender_id, actor=actor)
    return SecurityList([_view(one, payers.get(one.security.lot, ())) for one in found])


async def post_deposit(
    connection: Connection, received_at: datetime, tender_id: UUID, body: PostDeposit
) -> None:
    """Put cash on record as bid security (operator)."""
    deposit = Deposit(
        body.lot,
        body.bidder_uscc,
        body.amount_fen,
        body.account,
        body.basic_account,
        body.reference,
    )
    await deeds.record_cash(connection, tender_id, deposit, at=received_at)


async def post_return(
    context: Context,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostReturn,
) -> ReturnView:
    """Enter that a deposit went back; what was owed with it (operator)."""
    tender = await tenders.get(connection, tender_id)
    figures = await deeds.return_cash(
        connection,
        tender_id,
        (body.lot, body.bidder_id),
        context.law(tender, received_at),
        Rates(Fraction(body.deposit_rate_percent), Fraction(body.lending_base_rate_percent)),
        reference=body.reference,
        at=received_at,
    )
    return ReturnView(_figure(figures.interest), _figure(figures.late_charge), figures.days_late)


async def post_kept(
    connection: Connection, actor: Actor, received_at: datetime, tender_id: UUID, body: PostKept
) -> None:
    """Keep a security for a listed cause (host)."""
    await deeds.keep(
        connection,
        tender_id,
        (body.lot, body.bidder_id),
        cause=body.cause,
        evidence=body.evidence,
        by=actor,
        at=received_at,
    )


def _figure(figure: Figure) -> FigureView:
    exact = f"{figure.exact.numerator}/{figure.exact.denominator}"
    return FigureView(figure.fen, exact, figure.formula)


def _view(held: HeldSecurity, payers: tuple[tuple[UUID, ...], ...]) -> SecurityView:
    security = held.security
    return SecurityView(
        lot=security.lot,
        bidder_id=security.bidder_id,
        form=security.form,
        amount_fen=security.amount_fen,
        valid_until=security.valid_until,
        reference=security.reference,
        release_case=held.case,
        due=held.due,
        released_at=held.released_at,
        kept_because=held.kept_because,
        same_payer_as=[
            other
            for group in payers
            if security.bidder_id in group
            for other in group
            if other != security.bidder_id
        ],
    )
