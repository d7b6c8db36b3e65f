"""The opening in public, live: bidders, verdicts, all prices at the same moment, the award."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tendering.domain.award import decide_award, decide_candidates
from tendering.domain.board import Filters, Sort
from tendering.domain.candidates import Candidate
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import (
    LockedBid,
    OpenedEnvelope,
    Opening,
    OpeningPhase,
    UnlockedBy,
    decide_closing,
    decide_reveal,
    decide_unlock,
)
from tendering.domain.roles import Role
from tendering.domain.tender import ENVELOPES, Tender
from tendering.rulebooks import holiday_calendar, rulebook_of
from tendering.storage import board, journal, organizations, tenders
from tendering.storage.connection import reading, transaction
from tests.browser.conftest import OnlinePlatform, Visit
from tests.support.browsing import Manner
from tests.support.evaluation_tender import insert_organization

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

BIDDERS = tuple(UUID(int=0x900 + number) for number in range(1, 4))


async def test_a_visitor_sees_the_opening_as_it_happens(
    visit: Visit, platform: OnlinePlatform
) -> None:
    tender = await _published_tender(platform)
    at = tender.closing_at
    opening = Opening(
        "1", OpeningPhase.UNLOCK, at, at + timedelta(hours=1), BIDDERS, frozenset(), frozenset()
    )

    async with visit() as visitor:
        page = visitor.page
        await visitor.go(f"/rooms/{tender.id}")
        await visitor.see(".badge.live")
        _, closed = decide_closing(tender, _bids(at), at=at, custody=(3, bytes(32)))
        await _happen(platform, tender, closed, at=at)
        await page.get_by_text("示范建设93有限公司").first.wait_for()
        before = await page.locator("td.amount").count()
        await _happen(platform, tender, *_unlocks(opening, at), at=at)
        await page.get_by_text("已解密 2 / 3").wait_for()
        await visitor.look("hall-unlock")
        forms = {
            bidder: {"price_fen": 4_000_000_000 + number, "duration_days": 300}
            for number, bidder in enumerate(BIDDERS[:2])
        }
        late = at + timedelta(hours=2)
        unlocked = replace(opening, unlocked=frozenset(BIDDERS[:2]))
        await _happen(
            platform, tender, decide_reveal(unlocked, tender.lots[0], forms, at=late), at=late
        )
        await page.get_by_text("40,000,000.01").first.wait_for()
        await page.get_by_text("视为撤销").first.wait_for()
        await page.locator(".steps .now", has_text="唱标").wait_for()
        await visitor.look("hall-revealed")

    assert before == 0


async def test_a_visitor_reads_who_was_awarded(visit: Visit, platform: OnlinePlatform) -> None:
    tender = await _published_tender(platform)
    candidates = [
        Candidate(
            rank, f"{rank:02d}", bidder, f"示范建设9{rank}有限公司", 4_000_000_000, total, None
        )
        for rank, bidder, total in zip(
            (1, 2), BIDDERS[:2], (Decimal("91.20"), Decimal("88.05")), strict=True
        )
    ]
    rulebook, at = rulebook_of("construction"), tender.deadline + timedelta(days=2)
    published, event = decide_candidates(
        "1", candidates, rulebook, holiday_calendar(), reported_at=at, at=at
    )
    award = decide_award(
        published,
        rulebook,
        holiday_calendar(),
        circumstances=tender.circumstances,
        chosen="01",
        passed_over={},
        objections_open=0,
        at=published.publicity_until,
    )
    await _happen(platform, tender, event, at=at)
    await _happen(platform, tender, award, at=published.publicity_until)

    async with visit(Manner("en", "dark")) as visitor:
        await visitor.go(f"/tenders/{tender.id}")
        await visitor.see(".winner")
        winner = await visitor.page.locator(".winner").inner_text()
        await visitor.look("tender-awarded")

    assert "示范建设91有限公司" in winner
    assert "40,000,000.00" in winner


async def _published_tender(platform: OnlinePlatform) -> Tender:
    context = platform.running.context
    async with transaction(context.pool) as connection:
        for number, bidder in enumerate(BIDDERS, start=91):
            if await organizations.get(connection, bidder) is None:
                await insert_organization(connection, bidder, number, Role.BIDDER)
    async with reading(context.pool) as connection:
        wanted = Filters(words=("教学楼",), status="published")
        first = await board.list_page(connection, wanted, Sort.NEWEST, after=None, limit=1)
        return await tenders.get(connection, first.rows[0].id)


async def _happen(platform: OnlinePlatform, tender: Tender, *events: Event, at: datetime) -> None:
    context = platform.running.context
    async with transaction(context.pool) as connection:
        await tenders.lock(connection, tender.id)
        for event in events:
            await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    context.touched(tender.id)


def _bids(at: datetime) -> list[LockedBid]:
    return [
        LockedBid(
            lot="1",
            bidder_id=bidder,
            counter=1,
            bidder_name=f"示范建设{90 + number}有限公司",
            uscc=f"9151010000000009{number}X",
            manifest_digest=bytes(32),
            container_digests={},
            received_at=at - timedelta(hours=number),
        )
        for number, bidder in enumerate(BIDDERS, start=1)
    ]


def _unlocks(opening: Opening, at: datetime) -> list[Event]:
    envelopes = [OpenedEnvelope(kind, bytes(32), bytes(32), rederives=True) for kind in ENVELOPES]
    return [
        decide_unlock(opening, bidder_id=bidder, by=by, envelopes=envelopes, received_at=at)
        for bidder, by in zip(BIDDERS, (UnlockedBy.BIDDER, UnlockedBy.KEY_HOLDERS), strict=False)
    ]
