"""A tender ended by who runs it, a lot that fails by itself, and the next attempt."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from tendering.actions.openings import close_submission
from tendering.api import exits as doors
from tendering.api.tender_views import TenderView
from tendering.domain.exits import TERMINATION_LABEL, Cause, termination_statement
from tendering.domain.journal import Stream
from tendering.domain.refusals import Forbidden
from tendering.domain.refusals.remedies import AlreadyRetendered
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Lot, Tender, TenderStatus
from tendering.storage import openings, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.support.objecting import Objecting, objecting
from tests.support.opened import PUBLISHED, Party, locked_bid
from tests.support.taking_in import insert_bid

EARLY = PUBLISHED + timedelta(days=3)
LATER = PUBLISHED + timedelta(days=90)


@pytest.fixture
async def case(pool: Pool, tmp_path: Path) -> Objecting:
    """A published tender."""
    return await objecting(pool, tmp_path)


async def terminated(
    case: Objecting,
    *,
    by: Party | None = None,
    cause: Literal["task_cancelled", "other"] = "task_cancelled",
    signed: str = "建设规划调整",
) -> TenderView:
    """Who runs it, or somebody else, ends the tender."""
    host, text = by or case.lot.host, "建设规划调整"
    said = termination_statement(case.lot.id, Cause(cause), signed)
    body = doors.PostTermination(cause, text, case.signed(host, TERMINATION_LABEL, said))
    async with transaction(case.pool) as connection:
        return await doors.post_termination(
            case.context, host.actor, connection, EARLY, case.lot.id, body=body
        )


async def again(case: Objecting, *, by: Party | None = None) -> TenderView:
    """Draft the next attempt."""
    async with transaction(case.pool) as connection:
        return await doors.post_retender(
            (by or case.lot.host).actor,
            connection,
            EARLY,
            case.lot.id,
            doors.PostRetender(LATER),
        )


async def close(case: Objecting, at: datetime) -> Tender:
    """Deadline and drain have passed."""
    async with transaction(case.pool) as connection:
        return await close_submission(connection, case.lot.id, checkpoint=None, at=at)


async def test_a_tender_is_ended_in_public_and_its_keys_are_to_be_destroyed(
    case: Objecting,
) -> None:
    await case.objects(case.lot.bidders[0], EARLY)

    view = await terminated(case)

    assert (view.status, view.suspension) == ("terminated", None)
    kinds = [entry.kind for entry in await case.entries(Stream.PUBLIC)]
    assert kinds == ["tender.suspended", "tender.terminated", "key_holder.destruction_ordered"]
    with pytest.raises(WrongPhase):
        await terminated(case)


async def test_nobody_else_ends_it_and_what_was_signed_is_what_is_said(case: Objecting) -> None:
    with pytest.raises(Forbidden):
        await terminated(case, by=case.lot.bidders[0])
    with pytest.raises(SignatureRefused):
        await terminated(case, signed="别的理由")


async def test_too_few_bids_leave_an_order_to_destroy_the_keys(case: Objecting) -> None:
    failed = await close(case, (await case.tender()).closing_at)

    assert failed.status is TenderStatus.FAILED
    kinds = [entry.kind for entry in await case.entries(Stream.PUBLIC)]
    assert kinds == ["tender.failed", "key_holder.destruction_ordered"]


async def test_a_failed_tender_is_repeated_once_and_the_next_says_so(case: Objecting) -> None:
    await terminated(case)

    draft = await again(case)

    assert (draft.status, draft.number) == ("draft", "KB-2026-0001-R2")
    assert draft.source["attempt"] == 2
    assert (draft.lots, draft.documents) == (draft.lots, [])
    with pytest.raises(AlreadyRetendered):
        await again(case)
    with pytest.raises(Forbidden):
        await again(case, by=case.lot.bidders[0])


async def test_a_lot_that_fails_by_itself_is_never_opened_and_is_repeated(
    case: Objecting, pool: Pool
) -> None:
    tender = await case.tender()
    other = replace(tender.lots[0], lot="2", title="二标段")
    await _add_lot(pool, tender, other)
    async with transaction(pool) as connection:
        for bidder in case.lot.bidders:
            await insert_bid(connection, locked_bid(tender.id, bidder), received_at=EARLY)

    opening = await close(case, tender.closing_at)

    assert opening.status is TenderStatus.OPENING
    async with reading(pool) as connection:
        assert await openings.list_lots(connection, tender.id) == ["1"]
    assert [lot.lot for lot in (await again(case)).lots] == ["2"]


async def _add_lot(pool: Pool, tender: Tender, lot: Lot) -> None:
    async with transaction(pool) as connection:
        await connection.execute(
            """INSERT INTO tendering.lots
                   (tender_id, lot, title, estimate_fen, ceiling_price_fen, bid_security_fen, items)
               VALUES ($1, $2, $3, $4, $5, $6, '[]')""",
            tender.id,
            lot.lot,
            lot.title,
            lot.estimate_fen,
            lot.ceiling_price_fen,
            lot.bid_security_fen,
        )
        assert len((await tenders.get(connection, tender.id)).lots) == 2
