"""A key holder finds its tenders, and states under its signature that its key is destroyed."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tendering.actions.key_holders import DESTRUCTION_LABEL
from tendering.api import key_holders as doors
from tendering.domain.journal import Stream
from tendering.domain.refusals.key_holders import NotKeyHolder
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import openings, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.locked_bids import Opened, opened
from tests.support.archive_parties import Party


async def destroyed(tender: Opened, number: int, *, by: Party | None = None) -> None:
    """Holder `number` states that its key is gone."""
    holder = tender.play.holders[number - 1]
    known = tender.play.tender.key_holders[number - 1]
    said: dict[str, Any] = {
        "tender_id": str(tender.id),
        "number": number,
        "organization_id": str(holder.id),
        "public_key": (known.public_key or b"").hex(),
    }
    signer = by or holder
    body = doors.PostKeyDestruction(cast("Any", signer.sign(DESTRUCTION_LABEL, said)))
    async with transaction(tender.pool) as connection:
        await doors.post_key_destruction(
            tender.context,
            tender.actor(signer, Role.KEY_HOLDER),
            connection,
            tender.late,
            tender.id,
            body=body,
        )


async def revealed(pool: Pool, folder: Path) -> Opened:
    """All three bids are open and their prices shown."""
    tender = await opened(pool, folder)
    for number in range(3):
        await tender.unlock(number)
    await tender.reveal(tender.late)
    return tender


async def test_a_key_holder_finds_its_own_tenders_only(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)

    async with reading(pool) as connection:
        mine = await doors.get_held_tenders(
            connection, tender.actor(tender.play.holders[1], Role.KEY_HOLDER)
        )
        none = await doors.get_held_tenders(
            connection, tender.actor(tender.play.bidders[0], Role.KEY_HOLDER)
        )

    (held,) = mine.items
    assert (held.tender_id, held.holder, held.announced) == (tender.id, 2, True)
    assert none.items == []


async def test_a_key_that_may_still_be_needed_is_not_destroyed(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)

    with pytest.raises(WrongPhase):
        await destroyed(tender, 1)


async def test_a_destruction_is_entered_once(pool: Pool, tmp_path: Path) -> None:
    tender = await revealed(pool, tmp_path)

    await destroyed(tender, 1)
    await destroyed(tender, 1)

    (entry,) = await tender.entries(Stream.CUSTODY, "key_holder.key_destroyed")
    assert entry.body["number"] == 1


async def test_after_a_failed_tender_the_keys_go_and_nothing_was_unlocked(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    async with transaction(pool) as connection:
        locked = await tenders.lock(connection, tender.id)
        await tenders.save(connection, replace(locked, status=TenderStatus.FAILED))

    await destroyed(tender, 3)

    async with reading(pool) as connection:
        assert not (await openings.get(connection, tender.id, "1")).unlocked
    assert len(await tender.entries(Stream.CUSTODY, "key_holder.key_destroyed")) == 1


async def test_nobody_states_it_for_another(pool: Pool, tmp_path: Path) -> None:
    tender = await revealed(pool, tmp_path)

    with pytest.raises(SignatureRefused):
        await destroyed(tender, 1, by=tender.play.holders[1])
    with pytest.raises(NotKeyHolder):
        await destroyed(tender, 1, by=tender.play.bidders[0])
