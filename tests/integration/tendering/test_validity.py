"""Extension of bid validity as deeds: signed by both sides, public, securities follow."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tendering.actions.bid_securities import look_after
from tendering.actions.tenders import Law
from tendering.actions.validity import (
    Wanted,
    answer_extension,
    list_extensions,
    request_extension,
)
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.security_release import ReleaseCase
from tendering.domain.validity import (
    ANSWER_LABEL,
    EXTENSION_LABEL,
    answer_statement,
    extension_statement,
)
from tendering.keys import PlatformKeys, load_keys
from tendering.rulebooks import holiday_calendar, rulebook_of
from tendering.storage import bid_securities, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.support.objecting import Objecting
from tests.support.opened import NOW, PUBLISHED, OpenedLot, Party, revealed_lot

DAY = timedelta(days=1)
WANTED = Wanted("1", 120, NOW + 5 * DAY, "投诉处理尚未结束")
LAW = Law(rulebook_of("construction"), holiday_calendar())


@pytest.fixture
def keys(tmp_path: Path) -> PlatformKeys:
    """The platform's keys."""
    return load_keys(tmp_path / "keys", name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def lot(pool: Pool, keys: PlatformKeys) -> OpenedLot:
    """Prices were read out."""
    return await revealed_lot(pool, keys)


async def ask(pool: Pool, keys: PlatformKeys, lot: OpenedLot, wanted: Wanted = WANTED) -> None:
    """The host asks; what it signs is always WANTED."""
    case = Objecting(pool, keys, lot)
    said = extension_statement(
        lot.id, "1", 1, days=120, respond_until=WANTED.respond_until, reason=WANTED.reason
    )
    async with transaction(pool) as connection:
        await request_extension(
            connection,
            keys,
            lot.id,
            wanted,
            statement=case.signed(lot.host, EXTENSION_LABEL, said),
            by=lot.host.actor,
            at=NOW,
        )


async def say(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot, by: Party, *, accepts: bool, signs: bool
) -> None:
    """A bidder answers."""
    case = Objecting(pool, keys, lot)
    said = answer_statement(lot.id, "1", 1, accepts=signs)
    async with transaction(pool) as connection:
        await answer_extension(
            connection,
            keys,
            lot.id,
            "1",
            1,
            accepts=accepts,
            statement=case.signed(by, ANSWER_LABEL, said),
            by=by.actor,
            at=NOW + DAY,
        )


async def secure(pool: Pool, lot: OpenedLot, bidder: Party) -> None:
    """A deposit stands behind the bid."""
    security = BidSecurity(
        lot.id, "1", bidder.actor.organization_id, SecurityForm.CASH, 1, NOW + 400 * DAY, None, "1"
    )
    async with transaction(pool) as connection:
        await bid_securities.put(connection, security, at=NOW - 10 * DAY)


async def test_a_refuser_keeps_its_security_and_the_others_bids_hold_on(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    first, second, third = lot.bidders
    for bidder in lot.bidders:
        await secure(pool, lot, bidder)
    await ask(pool, keys, lot)

    await say(pool, keys, lot, first, accepts=True, signs=True)
    for _ in range(2):
        await say(pool, keys, lot, second, accepts=False, signs=False)

    async with transaction(pool) as connection:
        (extension,) = await list_extensions(connection, lot.id)
        await look_after(connection, await tenders.get(connection, lot.id), LAW, at=NOW + DAY)
        held = {
            one.security.bidder_id: one
            for one in await bid_securities.list_held(connection, lot.id)
        }
    ids = [bidder.actor.organization_id for bidder in (first, second, third)]
    assert dict(extension.answers) == {ids[0]: True, ids[1]: False}
    assert [held[one].case for one in ids] == [None, ReleaseCase.VALIDITY_REFUSED, None]


async def test_what_is_asked_is_what_is_signed(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    with pytest.raises(SignatureRefused):
        await ask(pool, keys, lot, Wanted("1", 150, WANTED.respond_until, WANTED.reason))
    await ask(pool, keys, lot)
    with pytest.raises(SignatureRefused):
        await say(pool, keys, lot, lot.bidders[0], accepts=True, signs=False)
    with pytest.raises(NotFound):
        await say(pool, keys, lot, lot.host, accepts=True, signs=True)

    async with reading(pool) as connection:
        (extension,) = await list_extensions(connection, lot.id)
    assert not extension.answers
    assert extension.bidders == _ids(lot)


def _ids(lot: OpenedLot) -> frozenset[UUID]:
    return frozenset(bidder.actor.organization_id for bidder in lot.bidders)
