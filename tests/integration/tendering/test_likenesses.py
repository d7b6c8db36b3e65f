"""The opened bids of a lot compared in the background: once, bound in custody, after a kill too."""

import asyncio
import json
import logging
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from clients.bundling import EnvelopeContent, bundle_stream, pack
from evaluation_rooms.actions.evaluations import Chance, open_evaluation
from evaluation_rooms.actions.likenesses import RoomLikeness, find_likeness, read_likeness
from evaluation_rooms.results import bid_key
from tendering.actions.likenesses import make_likeness
from tendering.api.context import Context
from tendering.domain.journal import Stream
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.tenders import WrongPhase
from tendering.keys import PlatformKeys, load_keys
from tendering.likeness_loop import compare_due
from tendering.storage import journal, likenesses
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluating import seat_committee
from tests.support.opened import (
    NOW,
    PUBLISHED,
    OpenedLot,
    Party,
    plaintext_digest,
    price_form,
    revealed_lot,
)

COPIED = (
    "本工程采用分段流水施工，第一段自轴线三至轴线九，先行开挖并浇筑垫层；"
    "第二段待防水层验收合格后插入，钢筋绑扎与模板支设交叉进行，由专人负责协调。"
)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("compared") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def lot(pool: Pool, keys: PlatformKeys, context: Context, tmp_path: Path) -> OpenedLot:
    """Three bids; the first two have a passage in common."""
    lot = await revealed_lot(pool, keys)
    for number in range(len(lot.bidders)):
        for kind in ("qualification", "technical", "price"):
            own = tmp_path / f"{number}-{kind}"
            own.mkdir()
            file = own / "方案.txt"
            file.write_text(f"{kind}{number}的自有文字" + (COPIED if number < 2 else ""), "utf-8")
            form = price_form(number) if kind == "price" else {}
            packed = pack(EnvelopeContent(kind, form, (file,)))
            path = context.blobs.opened_path(plaintext_digest(number, kind).hex())
            path.write_bytes(bundle_stream(packed).read())
    return lot


@pytest.fixture
def context(pool: Pool, tmp_path: Path) -> Context:
    """What the loop asks of a context."""
    nothing = cast("Any", None)
    return Context(
        pool=pool,
        now=lambda: NOW,
        touched=lambda _tender_id: None,
        public_address="",
        blobs=Blobs(tmp_path / "blobs"),
        intake=nothing,
        keys=nothing,
        law=nothing,
        passwords=nothing,
    )


async def test_bids_are_compared_once_also_after_a_kill(
    context: Context, pool: Pool, lot: OpenedLot
) -> None:
    async with reading(pool) as connection:
        [due] = await likenesses.list_due(connection, limit=9)
    killed = asyncio.create_task(make_likeness(pool, context.blobs, due, now=context.now))
    await asyncio.sleep(0)
    killed.cancel()
    await asyncio.wait([killed])

    assert await compare_due(context, leave=set()) == set()
    # Another process had begun at the same time.
    await make_likeness(pool, context.blobs, due, now=context.now)

    async with reading(pool) as connection:
        assert await likenesses.list_due(connection, limit=9) == []
        made = await likenesses.find(connection, lot.id, "1")
        custody = await journal.after(connection, lot.id, Stream.CUSTODY, 0)
    assert made is not None
    [entry] = [one for one in custody if one.kind == "likeness.made"]
    content = context.blobs.opened_path(made.digest.hex()).read_bytes()
    assert sha256(content).hexdigest() == entry.body["digest"] == made.digest.hex()
    [pair] = json.loads(content)["pairs"]
    assert sorted(pair["bids"]) == sorted(str(one.actor.organization_id) for one in lot.bidders[:2])
    assert pair["passages"][0]["places"][0]["document"].endswith("方案.txt")


async def test_a_committee_reads_it_under_the_rooms_numbers_once_it_may_know_names(
    context: Context, pool: Pool, lot: OpenedLot, keys: PlatformKeys
) -> None:
    await seat_committee(pool, keys, lot.id)
    async with transaction(pool) as connection:
        await connection.execute("UPDATE tendering.tenders SET status = 'opened'")
        chance = Chance(uuid4(), bytes(32))
        room = (
            await open_evaluation(connection, lot.id, "1", chance, by=lot.host.actor, at=NOW)
        ).room
        await connection.execute(
            "UPDATE rooms.rooms SET terms = jsonb_set(terms, '{blind}', 'true')"
        )

    async def find(party: Party) -> RoomLikeness:
        async with reading(pool) as connection:
            return await find_likeness(connection, room.id, by=party.actor, at=NOW)

    with pytest.raises(NotFound):
        await find(lot.supervisor)
    await compare_due(context, leave=set())
    found = await find(lot.supervisor)
    for stranger, refusal in ((lot.host, WrongPhase), (lot.bidders[0], NotFound)):
        with pytest.raises(refusal):
            await find(stranger)
    async with transaction(pool) as connection:
        await connection.execute("UPDATE rooms.rooms SET named = true")

    assert await find(lot.host) == found
    report = read_likeness(context.blobs.opened_path(found.digest), found)
    [pair] = cast("Any", report["pairs"])
    numbers = {str(bid.bidder_id): bid_key(bid.number) for bid in room.bids}
    shared = [numbers[str(one.actor.organization_id)] for one in lot.bidders[:2]]
    assert sorted(pair["bids"]) == sorted(shared)
    assert not [one for one in numbers if one in json.dumps(report)]


async def test_what_cannot_be_compared_is_left_until_the_next_start(
    context: Context, pool: Pool, lot: OpenedLot, caplog: pytest.LogCaptureFixture
) -> None:
    context.blobs.opened_path(plaintext_digest(0, "technical").hex()).unlink()

    with caplog.at_level(logging.CRITICAL):
        failed = await compare_due(context, leave=set())
        again = await compare_due(context, leave=failed)

    assert ([one.tender_id for one in failed], again) == ([lot.id], set())
    async with reading(pool) as connection:
        assert [one.lot for one in await likenesses.list_due(connection, limit=9)] == ["1"]
