"""More time for all, too few open bids, and what was tried in vain: on a real database."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tendering.actions import opening_attempts
from tendering.actions.opening_attempts import ATTEMPT
from tendering.actions.openings import close_submission
from tendering.api import openings as doors
from tendering.domain.journal import Stream, instant
from tendering.domain.opening_window import Decision
from tendering.domain.refusals import Forbidden
from tendering.domain.refusals.openings import (
    AlreadyUnlocked,
    BidsStillLocked,
    OpeningNotStarted,
    TooFewBids,
    UnlockWindowClosed,
    WrongFileKey,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.domain.tender import ENVELOPES, TenderStatus
from tendering.storage import certificates, openings, tenders
from tendering.storage.certificates import Certificate
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.locked_bids import Opened, damage, opened, taking_bids
from tests.integration.tendering.registered import person
from tests.support.archive_parties import make_bid

MICROSECOND = timedelta(microseconds=1)


async def two_open(pool: Pool, folder: Path) -> Opened:
    """Two of three bids are open; nobody has a key for the third."""
    tender = await opened(pool, folder)
    for number in range(2):
        await tender.unlock(number)
    return tender


async def until(tender: Opened) -> datetime:
    async with reading(tender.pool) as connection:
        return (await openings.get(connection, tender.id, "1")).unlock_until


async def refused(doing: Awaitable[object]) -> bool:
    try:
        await doing
    except WrongFileKey:
        return True
    return False


async def try_wrong_keys(tender: Opened) -> bool:
    bidder, _ = tender.bids[2]
    body = doors.PostUnlock("1", doors.FileKeys(**dict.fromkeys(ENVELOPES, bytes(16))))
    actor = tender.actor(bidder, Role.BIDDER)
    return await refused(doors.post_unlock(tender.context, actor, tender.at, tender.id, body))


async def test_in_an_extended_window_a_late_bid_still_opens(pool: Pool, tmp_path: Path) -> None:
    tender = await two_open(pool, tmp_path)
    closes = tender.late - timedelta(minutes=1)
    later = tender.late + timedelta(minutes=30)

    await tender.extend(later, at=closes - MICROSECOND)
    with pytest.raises(BidsStillLocked):
        await tender.reveal(tender.late)
    await tender.unlock(2, at=later - MICROSECOND)
    await tender.reveal(later)

    (entry,) = await tender.entries(Stream.PUBLIC, "unlock.extended")
    assert entry.body["unlock_until"] == instant(later)
    assert await until(tender) == later


async def test_only_the_host_extends_and_not_after_the_window(pool: Pool, tmp_path: Path) -> None:
    tender = await two_open(pool, tmp_path)
    stranger = replace(tender.host, organization_id=tender.play.bidders[0].id)
    later = tender.late + timedelta(hours=1)

    with pytest.raises(Forbidden):
        await tender.extend(later, at=tender.at, by=stranger)
    with pytest.raises(UnlockWindowClosed):
        await tender.extend(later, at=tender.late)
    assert await tender.entries(Stream.PUBLIC, "unlock.extended") == []


async def test_two_open_bids_are_read_out_once_host_and_supervisor_agree(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await two_open(pool, tmp_path)
    with pytest.raises(TooFewBids):
        await tender.reveal(tender.late)

    await tender.propose(Decision.GO_ON, tender.late)
    with pytest.raises(TooFewBids):
        await tender.reveal(tender.late)
    await tender.consent(tender.late)
    await tender.reveal(tender.late)

    assert len((await tender.revealed())["rows"]) == 2


async def test_a_lot_that_fails_shows_no_price_and_ends_the_tender(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await two_open(pool, tmp_path)

    await tender.propose(Decision.FAIL, tender.late)
    await tender.consent(tender.late)

    async with reading(pool) as connection:
        failed = await tenders.get(connection, tender.id)
    assert failed.status is TenderStatus.FAILED
    assert await tender.entries(Stream.PUBLIC, "prices.revealed") == []
    assert await tender.entries(Stream.PUBLIC, "key_holder.destruction_ordered")
    with pytest.raises(WrongPhase):
        await tender.reveal(tender.late)


async def test_the_host_cannot_consent_to_itself(pool: Pool, tmp_path: Path) -> None:
    tender = await two_open(pool, tmp_path)
    await tender.propose(Decision.GO_ON, tender.late)

    with pytest.raises(Forbidden):
        await tender.consent(tender.late, by=tender.host)


async def test_an_attempt_in_vain_is_evidence_in_custody_and_nowhere_else(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    assert await try_wrong_keys(tender)

    (entry,) = await tender.entries(Stream.CUSTODY, ATTEMPT)
    bidder, _ = tender.bids[2]
    assert entry.body["code"] == "wrong-file-key"
    assert entry.body["bidder_id"] == str(bidder.id)
    assert entry.body["received_at"] == instant(tender.at)
    assert entry.body["error"] == WrongFileKey().detail
    assert set(entry.body["file_key_digests"]) == set(ENVELOPES)  # type: ignore[arg-type]
    assert await tender.entries(Stream.PUBLIC, ATTEMPT) == []


async def test_the_first_attempt_in_vain_says_whether_custody_still_has_what_the_receipt_names(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    _, made = tender.bids[2]
    receipts = {one.kind: one.digest.hex() for one in made.bid.envelopes}
    await damage(tender)

    assert all([await try_wrong_keys(tender) for _ in range(2)])

    first, second = [one.body for one in await tender.entries(Stream.CUSTODY, ATTEMPT)]
    found: Any = first["in_custody"]
    assert {kind: one["receipt"] for kind, one in found.items()} == receipts
    assert [kind for kind, one in found.items() if one["stored"] != one["receipt"]] == ["price"]
    assert second["in_custody"] == {}


async def test_nothing_unlocks_before_the_list_nor_at_the_end_of_the_window(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await taking_bids(pool, tmp_path)
    for early in (tender.play.tender.deadline - MICROSECOND, tender.closing - MICROSECOND):
        with pytest.raises(OpeningNotStarted):
            await tender.unlock(0, at=early)
    async with transaction(pool) as connection:
        await close_submission(connection, tender.id, checkpoint=None, at=tender.closing)
    closes = await until(tender)

    await tender.unlock(0, at=closes - MICROSECOND)
    with pytest.raises(UnlockWindowClosed):
        await tender.unlock(1, at=closes)

    (attempt,) = await tender.entries(Stream.CUSTODY, ATTEMPT)
    assert attempt.body["received_at"] == attempt.body["unlock_until"] == instant(closes)


async def test_only_the_keys_of_this_very_bid_open_it_and_what_was_tried_does_no_harm(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    (first, own), (_, others) = tender.bids[:2]
    keys = own.file_keys
    replaced = tender.play.made[1].file_keys
    elsewhere = make_bid(
        replace(tender.play.tender, id=uuid4()), first, counter=9, price_fen=1
    ).file_keys
    actor = tender.actor(first, Role.BIDDER)

    def unlock(sent: dict[str, bytes]) -> Awaitable[object]:
        body = doors.PostUnlock("1", doors.FileKeys(**sent))
        return doors.post_unlock(tender.context, actor, tender.at, tender.id, body)

    for sent in (
        dict(others.file_keys),
        dict(replaced),
        dict(elsewhere),
        keys | {"price": keys["technical"], "technical": keys["price"]},
        keys | {"price": keys["price"][:15]},
        {kind: key for kind, key in keys.items() if kind != "price"},
        {},
    ):
        assert await refused(unlock(sent)), sent.keys()
    await unlock(dict(keys))
    with pytest.raises(AlreadyUnlocked):
        await unlock(dict(others.file_keys))

    attempts = await tender.entries(Stream.CUSTODY, ATTEMPT)
    assert [one.body["code"] for one in attempts] == ["wrong-file-key"] * 7


async def test_an_attempt_says_in_what_state_the_certificates_of_the_bidder_were(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    bidder, _ = tender.bids[2]
    expired = tender.at - timedelta(days=1)
    async with transaction(pool) as connection:
        clerk = await person(connection, bidder.id, "clerk", at=expired)
        for number, ends in enumerate((expired, tender.at + timedelta(days=300))):
            await certificates.insert(
                connection,
                Certificate(
                    serial=f"{number:032x}",
                    organization_id=bidder.id,
                    requested_by=clerk,
                    der=b"-",
                    public_key=bytes([number]) * 65,
                    issued_at=expired - timedelta(days=number + 1),
                    not_after=ends,
                ),
            )

    assert await try_wrong_keys(tender)

    (entry,) = await tender.entries(Stream.CUSTODY, ATTEMPT)
    states: Any = entry.body["certificates"]
    assert [(one["not_after"], one["revoked_at"]) for one in states] == [
        (instant(expired), None),
        (instant(tender.at + timedelta(days=300)), None),
    ]


async def test_who_tries_on_and_on_fills_no_journal(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tender = await opened(pool, tmp_path)
    monkeypatch.setattr(opening_attempts, "ATTEMPTS_MAX", 3)

    assert all([await try_wrong_keys(tender) for _ in range(5)])
    assert len(await tender.entries(Stream.CUSTODY, ATTEMPT)) == 3


async def test_somebody_without_a_bid_leaves_no_trace(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)
    body = doors.PostUnlock("1", doors.FileKeys(**dict.fromkeys(ENVELOPES, bytes(16))))
    host_as_bidder = replace(tender.host, role=Role.BIDDER)

    with pytest.raises(WrongPhase):
        await doors.post_unlock(tender.context, host_as_bidder, tender.at, tender.id, body)
    assert await tender.entries(Stream.CUSTODY, ATTEMPT) == []
