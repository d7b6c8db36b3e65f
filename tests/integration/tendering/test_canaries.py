"""Canaries on a real database: made in time, opened by their holders, missed and said so."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from crypto.canary import answer_canary
from tendering.actions.canaries import fresh_chance, issue_canary
from tendering.api import canaries as doors
from tendering.api import key_holders
from tendering.canary_watch import look_after_canaries
from tendering.domain.canary import (
    ANSWER_LABEL,
    EVE,
    EVE_DUE,
    Occasion,
    answer_statement,
    context_of,
)
from tendering.domain.journal import Stream
from tendering.domain.refusals.key_holders import CanaryNotOpened, NotKeyHolder
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.roles import Role
from tendering.storage import tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.locked_bids import Opened, taking_bids
from tests.support.archive_parties import DEADLINE, PUBLISHED, Party


async def published(pool: Pool, folder: Path) -> Opened:
    """A tender that has just got its first canary."""
    tender = await taking_bids(pool, folder)
    async with transaction(pool) as connection:
        locked = await tenders.lock(connection, tender.id)
        await issue_canary(
            connection,
            locked,
            Occasion.PUBLICATION,
            asked=(1, 2, 3),
            chance=fresh_chance(locked.suite),
            at=PUBLISHED,
        )
    return tender


async def answer(
    tender: Opened, number: int, *, at: datetime, canary: int = 1, by: Party | None = None
) -> None:
    """Holder `number` opens a canary with its own key."""
    async with reading(tender.pool) as connection:
        known = await tenders.get(connection, tender.id)
        shown = (await doors.get_canaries(connection, None, at, tender.id)).items[canary - 1]
    key = tender.play.holder_keys[number - 1]
    context = context_of(known, canary)
    given = answer_canary(bytes.fromhex(shown.header), number, key, context).hex()
    statement = answer_statement(known, canary, known.key_holders[number - 1], given)
    signer = by or tender.play.holders[number - 1]
    body = doors.PostCanaryAnswer(canary, given, cast("Any", signer.sign(ANSWER_LABEL, statement)))
    async with transaction(tender.pool) as connection:
        await doors.post_canary_answer(
            tender.context,
            tender.actor(signer, Role.KEY_HOLDER),
            connection,
            at,
            tender.id,
            body=body,
        )


async def shown(tender: Opened, at: datetime) -> list[tuple[list[str], str]]:
    """What everybody sees of each canary: the holders' states, and the finding."""
    async with reading(tender.pool) as connection:
        found = await doors.get_canaries(connection, None, at, tender.id)
    return [([one.state for one in each.holders], each.finding) for each in found.items]


async def test_a_canary_is_opened_once_and_everybody_sees_it(pool: Pool, tmp_path: Path) -> None:
    tender = await published(pool, tmp_path)

    await answer(tender, 2, at=PUBLISHED)
    await answer(tender, 2, at=PUBLISHED)

    assert await shown(tender, PUBLISHED) == [(["due", "opened", "due"], "")]
    (entry,) = await tender.entries(Stream.PUBLIC, "canary.opened")
    assert (entry.body["number"], entry.body["in_time"]) == (2, True)


async def test_two_answers_at_once_are_entered_once(pool: Pool, tmp_path: Path) -> None:
    tender = await published(pool, tmp_path)

    await asyncio.gather(*(answer(tender, 3, at=PUBLISHED) for _ in range(2)))

    assert len(await tender.entries(Stream.PUBLIC, "canary.opened")) == 1


async def test_a_holder_is_told_which_wait_for_it(pool: Pool, tmp_path: Path) -> None:
    tender = await published(pool, tmp_path)
    await answer(tender, 2, at=PUBLISHED)

    waiting = []
    for holder in tender.play.holders:
        async with reading(pool) as connection:
            held = await key_holders.get_held_tenders(
                connection, tender.actor(holder, Role.KEY_HOLDER)
            )
        waiting.append(held.items[0].canaries)

    assert waiting == [[1], [], [1]]


async def test_nobody_answers_for_another(pool: Pool, tmp_path: Path) -> None:
    tender = await published(pool, tmp_path)

    with pytest.raises(SignatureRefused):
        await answer(tender, 1, at=PUBLISHED, by=tender.play.holders[1])
    with pytest.raises(NotKeyHolder):
        await answer(tender, 1, at=PUBLISHED, by=tender.play.bidders[0])
    assert await tender.entries(Stream.PUBLIC, "canary.opened") == []


async def test_an_answer_that_was_guessed_is_refused(pool: Pool, tmp_path: Path) -> None:
    tender = await published(pool, tmp_path)
    holder = tender.play.holders[0]
    statement = answer_statement(
        tender.play.tender, 1, tender.play.tender.key_holders[0], "00" * 32
    )
    body = doors.PostCanaryAnswer(1, "00" * 32, cast("Any", holder.sign(ANSWER_LABEL, statement)))

    with pytest.raises(CanaryNotOpened):
        async with transaction(pool) as connection:
            await doors.post_canary_answer(
                tender.context,
                tender.actor(holder, Role.KEY_HOLDER),
                connection,
                PUBLISHED,
                tender.id,
                body=body,
            )


async def test_the_second_is_made_once_in_the_last_day(pool: Pool, tmp_path: Path) -> None:
    tender = await published(pool, tmp_path)
    eve = DEADLINE - EVE

    await look_after_canaries(tender.context, at=eve)
    await asyncio.gather(*(look_after_canaries(tender.context, at=eve) for _ in range(3)))

    issued = await tender.entries(Stream.PUBLIC, "canary.issued")
    assert [entry.body["occasion"] for entry in issued] == ["publication", "eve"]


async def test_a_deadline_that_moves_brings_another_second_one(pool: Pool, tmp_path: Path) -> None:
    tender = await published(pool, tmp_path)
    await look_after_canaries(tender.context, at=DEADLINE - EVE)
    async with transaction(pool) as connection:
        locked = await tenders.lock(connection, tender.id)
        moved = locked.deadline + 3 * EVE
        await tenders.save(connection, replace(locked, deadline=moved))

    await look_after_canaries(tender.context, at=DEADLINE)
    before = await tender.entries(Stream.PUBLIC, "canary.issued")
    await look_after_canaries(tender.context, at=moved - EVE)
    after = await tender.entries(Stream.PUBLIC, "canary.issued")

    assert (len(before), len(after)) == (2, 3)


async def test_too_few_in_the_last_day_are_said_once_and_nothing_is_blocked(
    pool: Pool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tender = await published(pool, tmp_path)
    for number in (1, 2, 3):
        await answer(tender, number, at=PUBLISHED)
    await look_after_canaries(tender.context, at=DEADLINE - EVE)
    await answer(tender, 1, at=DEADLINE - EVE, canary=2)

    with caplog.at_level(logging.WARNING):
        late = await look_after_canaries(tender.context, at=DEADLINE - EVE_DUE)
        await look_after_canaries(tender.context, at=DEADLINE - EVE_DUE)

    (entry,) = await tender.entries(Stream.PUBLIC, "canary.missed")
    assert (late, entry.body["missing"], entry.body["enough"]) == (2, [2, 3], False)
    assert (await shown(tender, DEADLINE - EVE_DUE))[1] == (
        ["opened", "overdue", "overdue"],
        "too_few",
    )
    assert [line.levelname for line in caplog.records] == ["WARNING"]
    await answer(tender, 2, at=DEADLINE - EVE_DUE, canary=2)
    assert (await shown(tender, DEADLINE - EVE_DUE))[1][1] == "late"
