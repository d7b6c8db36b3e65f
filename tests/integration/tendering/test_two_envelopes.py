"""A tender with two envelopes (双信封): no price is unlocked, or seen, before the marks."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from clients.verifying.case import Case
from clients.verifying.hall_sessions import check_resumption
from clients.verifying.openings import check_reveal
from clients.verifying.report import Notes
from evaluation_rooms.actions.bid_files import find_bundles
from evaluation_rooms.actions.resuming import take_prices
from evaluation_rooms.standing import Standing, Viewer
from tendering.actions import openings as deeds
from tendering.actions.key_holders import _require_not_needed
from tendering.actions.opening_windows import consent, propose
from tendering.api.openings import get_opening
from tendering.domain.bid import BidStatus
from tendering.domain.journal import Entry, Stream
from tendering.domain.opening import OpeningPhase
from tendering.domain.opening_window import Decision
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.openings import (
    BidsStillLocked,
    MarksNotLocked,
    NoLaterSession,
    TooFewBids,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.storage import openings
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluating import at_signing
from tests.support.opened import PUBLISHED, OpenedLot, Party, price_form
from tests.support.rounds import RoundsPlay, a_play
from tests.support.two_envelopes import read_out, resume

PROCEDURE = "two-envelope-tendering"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("envelopes") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def play(pool: Pool, keys: PlatformKeys) -> RoundsPlay:
    """The parties."""
    return await a_play(pool, keys)


async def opened(play: RoundsPlay, procedure: str = PROCEDURE) -> UUID:
    """A tender whose first session is over."""
    tender_id = await play.draft(procedure, "construction")
    await play.publish(tender_id)
    for bidder in play.bidders:
        await play.hand_in(tender_id, bidder)
    assert await play.open(tender_id, play.bidders) is TenderStatus.OPENED
    return tender_id


async def resumed(play: RoundsPlay, *, rejected: frozenset[int] = frozenset()) -> tuple[UUID, UUID]:
    """A tender whose second session has begun; it and its room."""
    tender_id = await opened(play)
    rooms: list[UUID] = []

    async def begin(room_id: UUID) -> None:
        rooms.append(room_id)
        await resume(play, tender_id)
        raise Stopped

    with pytest.raises(Stopped):
        await evaluated(play, tender_id, begin, rejected=rejected)
    return tender_id, rooms[0]


class Stopped(Exception):
    """The play goes no further."""


async def evaluated(
    play: RoundsPlay, tender_id: UUID, prices: Any, *, rejected: frozenset[int] = frozenset()
) -> None:
    await play._seat(tender_id)
    lot = OpenedLot(tender_id, play.host, play.supervisor, tuple(play.bidders), play.holders)
    await at_signing(play.pool, lot, play.members, rejected=rejected, at=play.now, prices=prices)


async def seen_by_everybody(play: RoundsPlay, tender_id: UUID) -> str:
    """The public record and the view of the opening, as text."""
    async with reading(play.pool) as connection:
        view = await get_opening(connection, None, tender_id)
    entries = await play.entries(tender_id, Stream.PUBLIC)
    forms = [row.form for lot in view.lots for row in lot.bids]
    return json.dumps([[one.body for one in entries], forms], default=str)


def told(text: str, bidders: Sequence[Party]) -> list[bool]:
    """Is the price of a bidder, or the digest of its contents, in the text?"""
    digest = hashlib.sha256(b"price").hexdigest()
    return [
        digest in text or f'"price_fen": {price_form(number)["price_fen"]}' in text
        for number, _ in enumerate(bidders)
    ]


async def test_no_price_is_seen_before_all_are_shown_in_the_second_session(
    play: RoundsPlay,
) -> None:
    tender_id, room_id = await resumed(play)
    tender = await play.tender(tender_id)
    before = await seen_by_everybody(play, tender_id)
    for bidder in play.bidders:
        await play.unlock(tender, bidder, session=2)
    unlocked = await seen_by_everybody(play, tender_id)
    async with reading(play.pool) as connection:
        bundles = await find_bundles(connection, room_id, 1, by=play.host.actor, at=play.now)

    await read_out(play, tender_id)

    assert not any(told(before, play.bidders))
    assert not any(told(unlocked, play.bidders))
    assert "price" not in bundles.digests
    assert all(told(await seen_by_everybody(play, tender_id), play.bidders))


async def test_the_hall_is_not_resumed_before_all_marks_are_locked(
    play: RoundsPlay, pool: Pool
) -> None:
    tender_id = await opened(play)

    with pytest.raises(NotFound):
        await resume(play, tender_id)  # there is no room yet
    async with transaction(pool) as connection:
        tender = await play.tender(tender_id)
        with pytest.raises(WrongPhase):
            await _require_not_needed(connection, tender)  # no key is destroyed yet

    async def unlock_one(room_id: UUID) -> None:
        async with transaction(pool) as connection:
            await connection.execute(
                "UPDATE rooms.seats SET locked = false WHERE room_id = $1 AND number = 2", room_id
            )
        with pytest.raises(MarksNotLocked):
            await resume(play, tender_id)
        raise Stopped

    with pytest.raises(Stopped):
        await evaluated(play, tender_id, unlock_one)


async def test_where_all_envelopes_open_together_nothing_is_resumed(play: RoundsPlay) -> None:
    tender_id = await opened(play, "open-tendering")

    async def begin(_: UUID) -> None:
        with pytest.raises(NoLaterSession):
            await resume(play, tender_id)
        raise Stopped

    with pytest.raises(Stopped):
        await evaluated(play, tender_id, begin)


async def test_the_price_of_a_rejected_bid_is_never_asked_for(play: RoundsPlay) -> None:
    tender_id, _ = await resumed(play, rejected=frozenset({1}))
    tender = await play.tender(tender_id)
    async with reading(play.pool) as connection:
        opening = await openings.get(connection, tender_id, "1")
    (gone,) = [one for one in play.bidders if one.actor.organization_id not in opening.bidders]

    with pytest.raises(WrongPhase):
        await play.unlock(tender, gone, session=2)
    async with transaction(play.pool) as connection:
        with pytest.raises(NotFound):
            await deeds.sign_in(connection, tender_id, "1", by=gone.actor, at=play.now)


async def test_the_second_session_has_its_own_window_and_shortfall(play: RoundsPlay) -> None:
    tender_id, room_id = await resumed(play)
    await resume(play, tender_id)  # the answer to the first was lost
    tender = await play.tender(tender_id)
    for bidder in play.bidders[:3]:
        await play.unlock(tender, bidder, session=2)

    with pytest.raises(BidsStillLocked):
        await read_out(play, tender_id)
    async with transaction(play.pool) as connection:
        with pytest.raises(WrongPhase):  # nothing is on record
            await take_prices(connection, room_id, Standing(Viewer.HOST), at=play.now)
    async with reading(play.pool) as connection:
        play.now = (await openings.get(connection, tender_id, "1")).unlock_until
    await read_out(play, tender_id)

    async with transaction(play.pool) as connection:
        done = await take_prices(connection, room_id, Standing(Viewer.HOST), at=play.now)
        phases = await openings.sessions(connection, tender_id, "1")
        status = await connection.fetchval(
            "SELECT status FROM tendering.bids WHERE tender_id = $1 AND bidder_id = $2",
            tender_id,
            play.bidders[3].actor.organization_id,
        )
    assert phases == {1: OpeningPhase.RECORDED, 2: OpeningPhase.RECORDED}
    assert status == BidStatus.DEEMED_REVOKED
    assert len(done.room.unopened) == 1
    assert len(done.room.bids_left) == 3


async def journal_of(play: RoundsPlay, tender_id: UUID) -> Case:
    """What the step of the verifier reads of an archive."""
    nothing = cast("Any", None)
    return Case(
        archive=nothing,
        edition=nothing,
        made_at=play.now,
        demonstration=True,
        tender=await play.tender(tender_id),
        published=nothing,
        streams={stream: await play.entries(tender_id, stream) for stream in Stream},
        heads={},
        parties={},
        keys=nothing,
        own_keys=nothing,
        trusted_beforehand=False,
        digests={},
    )


def failures(case: Case) -> list[str]:
    notes = Notes()
    check_resumption(case, notes)
    return notes.failures


def altered(case: Case, kind: str, stream: Stream = Stream.PUBLIC, **body: Any) -> Case:
    """The newest entry of a kind says something else."""
    entries = list(case.streams[stream])
    index = max(number for number, one in enumerate(entries) if one.kind == kind)
    entries[index] = replace(entries[index], body=entries[index].body | body)
    return replace(case, streams={**case.streams, stream: entries})


async def test_the_verifier_replays_the_room_up_to_the_resumption_and_names_a_price_too_early(
    play: RoundsPlay,
) -> None:
    (tender_id,), _ = await play.to_award(PROCEDURE, "construction")
    case = await journal_of(play, tender_id)
    committee = case.streams[Stream.COMMITTEE]
    (revealed,) = [one for one in committee if one.kind == "scores.revealed"]
    bound = {"seq": revealed.seq - 1, "head": committee[revealed.seq - 2].head.hex()}
    public: list[Entry] = case.streams[Stream.PUBLIC]
    (begun,) = [one for one in public if one.kind == "opening.resumed"]
    gone = replace(
        case,
        streams={**case.streams, Stream.PUBLIC: [one for one in public if one is not begun]},
    )
    bidders = begun.body["bidders"]
    assert isinstance(bidders, list)

    assert failures(case) == []
    (early,) = failures(altered(case, "opening.resumed", committee=bound))
    assert "before all technical marks were locked" in early
    assert "a price was unlocked before" in failures(gone)[0]
    assert "key of a price came before" in failures(gone)[-1]
    assert "not the bids" in failures(altered(case, "opening.resumed", bidders=bidders[1:]))[0]
    first = altered(case, "file_key.received", Stream.CUSTODY, session=1)
    assert "key of a price came before" in failures(first)[0]


async def too_few_in_second(play: RoundsPlay) -> UUID:
    """Of four bids two open in the second session; host and supervisor decide to go on."""
    tender_id, _ = await resumed(play)
    tender = await play.tender(tender_id)
    for bidder in play.bidders[:2]:
        await play.unlock(tender, bidder, session=2)
    async with reading(play.pool) as connection:
        play.now = (await openings.get(connection, tender_id, "1")).unlock_until
    with pytest.raises(TooFewBids):
        await read_out(play, tender_id)
    async with transaction(play.pool) as connection:
        await propose(
            connection,
            tender_id,
            "1",
            decision=Decision.GO_ON,
            reason="仍有竞争",
            by=play.host.actor,
            at=play.now,
        )
        with pytest.raises(TooFewBids):
            await deeds.reveal(
                connection, tender_id, "1", faults={}, by=play.host.actor, at=play.now
            )
        await consent(
            connection, tender_id, "1", reason="同意", by=play.supervisor.actor, at=play.now
        )
    await read_out(play, tender_id)
    return tender_id


def failures_of_reveal(case: Case) -> list[str]:
    notes = Notes()
    check_reveal(case, notes)
    return notes.failures


def without(case: Case, kind: str) -> Case:
    """The newest entry of a kind is gone."""
    entries = list(case.streams[Stream.PUBLIC])
    del entries[max(number for number, one in enumerate(entries) if one.kind == kind)]
    return replace(case, streams={**case.streams, Stream.PUBLIC: entries})


async def test_the_verifier_asks_who_decided_to_go_on_with_too_few_in_the_second_session(
    play: RoundsPlay,
) -> None:
    case = await journal_of(play, await too_few_in_second(play))
    decided = "shortfall.decided"
    (entry,) = [one for one in case.streams[Stream.PUBLIC] if one.kind == decided]
    public = [one for one in case.streams[Stream.PUBLIC] if one is not entry]
    late = replace(entry, seq=public[-1].seq + 1)
    moved = replace(case, streams={**case.streams, Stream.PUBLIC: [*public, late]})
    failed = altered(case, decided, decision="fail")

    assert failures_of_reveal(case) == []
    for undecided in (
        without(case, decided),
        altered(case, decided, session=1),
        altered(case, decided, lot="2"),
        moved,
        failed,
    ):
        (found,) = failures_of_reveal(undecided)
        assert "fewer than 3 bids were open, and nobody decided to go on" in found
    # Where it was decided that the lot fails nobody misses its prices.
    assert failures_of_reveal(without(failed, "prices.revealed")) == []
    (missed,) = failures_of_reveal(without(case, "prices.revealed"))
    assert "never revealed" in missed
