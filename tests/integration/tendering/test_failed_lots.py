"""A lot that fails by itself after the deadline: the others go on, it is tendered again."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from crypto.canonical import JsonValue
from tendering.actions import duties
from tendering.actions.announcements import Issuing, issue_announcement
from tendering.actions.exits import retender
from tendering.actions.issued_documents import Address
from tendering.actions.re_evaluations import open_to_doubt
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Stream
from tendering.domain.opening import OpeningPhase
from tendering.domain.refusals.remedies import AlreadyRetendered
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.storage import bid_securities, candidates, openings
from tendering.storage.candidates import StoredEvaluation
from tendering.storage.connection import Pool, transaction
from tests.support.opened import PUBLISHED, locked_bid
from tests.support.rounds import RoundsPlay, a_play
from tests.support.taking_in import insert_bid
from tests.support.two_envelopes import read_out

REJECTED: dict[str, JsonValue] = {"bids": [], "rejections": [], "candidates": []}


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("failed-lots") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


async def opened(
    pool: Pool, keys: PlatformKeys, procedure: str, regime: str
) -> tuple[RoundsPlay, UUID]:
    """Two lots with three bids each, both opened."""
    play = await a_play(pool, keys)
    tender_id = await play.draft(procedure, regime)
    async with transaction(pool) as connection:
        await connection.execute(
            """INSERT INTO tendering.lots
                   (tender_id, lot, title, estimate_fen, ceiling_price_fen, bid_security_fen, items)
               SELECT tender_id, '2', '二标段', estimate_fen, ceiling_price_fen, 0, items
               FROM tendering.lots WHERE tender_id = $1""",
            tender_id,
        )
    await play.publish(tender_id)
    bidders = play.bidders[:3]
    for bidder in bidders:
        await play.hand_in(tender_id, bidder)
        async with transaction(pool) as connection:
            bid = replace(locked_bid(tender_id, bidder), lot="2")
            await insert_bid(connection, bid, received_at=play.now)
    closed = await play.close(tender_id)
    async with transaction(pool) as connection:
        await openings.set_phase(connection, tender_id, "2", OpeningPhase.RECORDED, at=play.now)
    for bidder in bidders:
        await play.unlock(closed, bidder)
    return play, tender_id


async def told(play: RoundsPlay, tender_id: UUID) -> list[dict[str, object]]:
    entries = await play.entries(tender_id, Stream.PUBLIC)
    return [dict(one.body) for one in entries if one.kind == "lot.failed"]


async def again(play: RoundsPlay, tender_id: UUID) -> list[str]:
    async with transaction(play.pool) as connection:
        draft = await retender(
            connection,
            tender_id,
            next_id=uuid4(),
            deadline=play.now + timedelta(days=40),
            by=play.host.actor,
            at=play.now,
        )
    return [lot.lot for lot in draft.lots]


async def test_a_lot_without_candidates_fails_alone_gives_securities_back_and_is_tendered_again(
    pool: Pool, keys: PlatformKeys
) -> None:
    play, tender_id = await opened(pool, keys, "open-tendering", "construction")
    await read_out(play, tender_id)
    guarded = BidSecurity(
        tender_id,
        "2",
        play.bidders[0].actor.organization_id,
        SecurityForm.BANK_GUARANTEE,
        1000,
        play.now + timedelta(days=200),
        play.supervisor.actor.organization_id,
        "示范1",
    )
    async with transaction(pool) as connection:
        await bid_securities.put(connection, guarded, at=play.now)
        rejected = StoredEvaluation("2", REJECTED, bytes(32), play.now)
        await candidates.insert_evaluation(connection, tender_id, rejected)

    status = await play.evaluate(tender_id, play.bidders[:3])

    assert status is TenderStatus.EVALUATED
    assert await told(play, tender_id) == [{"lot": "2", "cause": "without_candidates"}]
    termination = Address(tender_id, DocumentKind.TERMINATION, "2")
    issued = await issue_announcement(pool, termination, Issuing(play.host.actor, play.now))
    assert issued.lot == "2"
    async with transaction(pool) as connection:
        assert await open_to_doubt(connection, tender_id) == {"1", "2"}
    assert await again(play, tender_id) == ["2"]
    with pytest.raises(AlreadyRetendered):
        await again(play, tender_id)
    async with transaction(pool) as connection:
        assert await open_to_doubt(connection, tender_id) == {"1"}
    # Its guarantee is held while the evaluation may be void, and is back in time all the same.
    assert await looked_after(play, tender_id, days=0) is None
    assert await looked_after(play, tender_id, days=5) == play.now + timedelta(days=5)


async def looked_after(play: RoundsPlay, tender_id: UUID, *, days: int) -> datetime | None:
    """The clockwork looks so many days later; when the security of lot 2 went back."""
    at = play.now + timedelta(days=days)
    async with transaction(play.pool) as connection:
        assert tender_id in await duties.list_due(connection, at=at, limit=10)
        await duties.look_after(connection, tender_id, lambda tender, _: play.law(tender), at=at)
        [held] = await bid_securities.list_held(connection, tender_id)
    return held.released_at


async def test_g13_of_two_lots_the_one_with_too_few_qualified_fails_alone(
    pool: Pool, keys: PlatformKeys
) -> None:
    play, tender_id = await opened(
        pool, keys, "procurement-open-tendering", "government_procurement"
    )
    await read_out(play, tender_id)

    status = await play.check(tender_id, play.bidders[:3], failing=1)

    assert status is TenderStatus.OPENED
    [failed] = await told(play, tender_id)
    assert (failed["lot"], failed["cause"]) == ("1", "too_few_qualified")
    with pytest.raises(WrongPhase):
        await play.evaluate(tender_id, play.bidders[:3])
    assert await again(play, tender_id) == ["1"]
