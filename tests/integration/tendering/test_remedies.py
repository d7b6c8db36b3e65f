"""Bids that their bidders cannot unlock, on a real database with real containers on the disk."""

from pathlib import Path
from typing import Any, cast

import msgspec
import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from clients.bid_sealing import PreparedBid, PreparedEnvelope
from clients.bidding import Bidder
from clients.key_files import Signer
from clients.platform import Identity, open_platform
from clients.receipt_keeping import ReceiptBook
from crypto.errors import BadShare
from crypto.keys import AnyOpeningKey, OpeningKey
from tendering.actions.issued_documents import Address
from tendering.actions.opening_records import issue_opening_record
from tendering.api import openings as doors
from tendering.domain.bid import BidStatus
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Stream, instant
from tendering.domain.refusals.openings import (
    BidDoesNotOpen,
    BidsStillLocked,
    UnlockWindowClosed,
    WrongShare,
)
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.domain.tender import ENVELOPES
from tendering.remedies import Tried, open_pending
from tendering.storage.connection import Pool
from tests.integration.tendering.locked_bids import Opened, damage, opened, stored_path
from tests.integration.tendering.test_issued_documents import read
from tests.support.archive_parties import BidMade, chance
from tests.support.two_processes import two_at_once


def prepared(
    tender: Opened, made: BidMade, folder: Path
) -> tuple[PreparedBid, dict[str, AnyOpeningKey]]:
    """The bid as its bidder keeps it, and its opening keys."""
    keys: dict[str, AnyOpeningKey] = {}
    envelopes = []
    for one in made.bid.envelopes:
        own = (made.bid.bidder_id, made.bid.counter, one.kind)
        keys[one.recipient] = OpeningKey(chance("opening", *own))
        (folder / f"{one.kind}.age").write_bytes(made.containers[one.kind])
        envelopes.append(
            PreparedEnvelope(
                kind=one.kind,
                file=f"{one.kind}.age",
                context=one.context.hex(),
                digest=one.digest.hex(),
                plaintext_root="",
                size_bytes=one.size_bytes,
                recipient=one.recipient,
                sources=(),
                upload_key="",
            )
        )
    bid = PreparedBid(
        tender.id, "1", made.bid.bidder_id, made.bid.counter, tuple(envelopes), folder
    )
    return bid, keys


async def test_with_enough_shares_a_bid_opens_and_one_lost_holder_does_no_harm(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()

    assert [await tender.hand_in(3), await tender.hand_in(1)] == [False, True]
    assert await tender.third_status() is BidStatus.UNLOCKED


async def test_a_share_that_is_not_the_committed_one_is_refused(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()

    with pytest.raises(WrongShare):
        await tender.hand_in(1, dict.fromkeys(ENVELOPES, bytes(16)))
    assert await tender.entries(Stream.CUSTODY, "share.received") == []


async def test_the_same_shares_twice_are_one_entry(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()

    await tender.hand_in(1)
    await tender.hand_in(1)

    assert len(await tender.entries(Stream.CUSTODY, "share.received")) == 1


async def test_shares_stored_by_a_platform_that_was_killed_are_opened_by_the_clockwork(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()
    await tender.store(1)
    assert await open_pending(tender.context) == 0
    await tender.store(2)

    await two_at_once(pool, tender.id, lambda: open_pending(tender.context))
    assert await open_pending(tender.context) == 0
    assert await tender.third_status() is BidStatus.UNLOCKED


async def test_shares_in_time_open_the_bid_even_when_the_platform_comes_back_late(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()
    for number in (0, 1):
        await tender.unlock(number)
    await tender.store(1)
    await tender.store(2)
    in_time, tender.at = tender.at, tender.late

    await tender.reveal_all_the_same(tender.late)

    revealed = await tender.revealed()
    verdict = (await tender.entries(Stream.PUBLIC, "bid.unlocked"))[-1]
    assert (revealed["deemed_revoked"], revealed["deemed_withdrawn"]) == ([], [])
    assert len(revealed["rows"]) == 3
    assert verdict.at == tender.late
    assert verdict.body["received_at"] == in_time.isoformat(timespec="microseconds").replace(
        "+00:00", "Z"
    )


async def test_shares_after_the_window_are_refused(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()
    tender.at = tender.late

    with pytest.raises(UnlockWindowClosed):
        await tender.hand_in(1)


async def test_shares_that_open_nothing_blame_no_holder_and_are_tried_once(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path, "false-shares")
    await tender.lose_key()
    tried: Tried = set()

    assert [await tender.hand_in(number) for number in (1, 2, 3)] == [False] * 3
    assert [await open_pending(tender.context, tried=tried) for _ in range(2)] == [0, 0]
    assert len(tried) == 1


async def test_the_verdict_on_false_shares_comes_with_the_reveal(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path, "false-shares")
    await tender.lose_key()
    for number in (0, 1):
        await tender.unlock(number)
    for number in (1, 2, 3):
        await tender.hand_in(number)
    with pytest.raises(BidsStillLocked):
        await tender.reveal(tender.at)

    await tender.reveal_all_the_same(tender.late)
    await tender.reveal(tender.late)  # the answer was lost

    (fault,) = (await tender.revealed())["faults"]
    assert (fault["fault"]["whose"], fault["fault"]["proved"]) == ("bidder", True)
    assert fault["fault"]["cause"] == "shares-give-no-key"
    assert await tender.third_status() is BidStatus.DEEMED_REVOKED


async def test_bytes_damaged_at_rest_are_the_platforms_fault_and_the_bid_deemed_withdrawn(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    await tender.unlock(0)
    await tender.unlock(1)
    await damage(tender)

    with pytest.raises(BidDoesNotOpen):
        await tender.unlock(2)
    with pytest.raises(BidDoesNotOpen):
        await tender.unlock(2)
    await tender.reveal_all_the_same(tender.late)

    revealed = await tender.revealed()
    assert len(await tender.entries(Stream.CUSTODY, "file_key.disclosed")) == 1
    assert revealed["deemed_withdrawn"] == [str(tender.bids[2][0].id)]
    assert revealed["faults"][0]["fault"]["cause"] == "damaged-in-custody"
    assert await tender.third_status() is BidStatus.DEEMED_WITHDRAWN
    record = await record_of(tender)
    assert "非投标人原因未解密，视为撤回投标文件" in record
    assert "投标保证金应当退还" in record
    assert "视为撤销" not in record


async def test_the_record_says_what_follows_for_who_did_not_unlock(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    await tender.unlock(0)
    await tender.unlock(1)
    await tender.reveal_all_the_same(tender.late)

    record = await record_of(tender)

    assert "投标人原因未解密，视为撤销投标文件" in record
    assert "《招标投标法实施条例》第三十五条" in record
    assert "视为撤回" not in record


async def record_of(tender: Opened) -> str:
    """The opening record in words."""
    await issue_opening_record(tender.pool, tender.id, "1", by=tender.host, at=tender.late)
    _, pdf = await read(tender.pool, Address(tender.id, DocumentKind.OPENING_RECORD, "1"))
    pages = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    return "".join(text.split())


async def test_a_lost_file_is_the_platforms_fault(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)
    await tender.unlock(0)
    await tender.unlock(1)
    (await stored_path(tender)).unlink()

    await tender.reveal_all_the_same(tender.late)

    assert (await tender.revealed())["faults"][0]["fault"]["cause"] == "damaged-in-custody"


async def test_a_bidder_clears_itself_by_publishing_its_keys(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()
    await tender.unlock(0)
    await tender.unlock(1)
    await tender.hand_in(1)
    await tender.refuse(2)
    await tender.refuse(3)
    with pytest.raises(WrongPhase):
        await tender.publish_keys(tender.at)
    await tender.reveal_all_the_same(tender.late)
    assert await tender.third_status() is BidStatus.DEEMED_REVOKED

    answer = await tender.publish_keys(tender.late)

    (found,) = await tender.entries(Stream.PUBLIC, "fault.found")
    envelopes = cast("Any", found.body["fault"])["envelopes"]
    assert (answer.whose, answer.proved, answer.cause) == ("key_holders", True, "holders-failed")
    assert envelopes["price"]["holders"] == {
        "1": "honest",
        "2": "refused_wrongly",
        "3": "refused_wrongly",
    }
    assert await tender.third_status() is BidStatus.DEEMED_WITHDRAWN


async def test_holders_of_bad_records_are_cleared_by_the_bidders_own_keys(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path, "bad-records")
    await tender.lose_key()
    await tender.unlock(0)
    await tender.unlock(1)
    await tender.hand_in(1)
    for number in (2, 3):
        with pytest.raises(BadShare):
            tender.shares(number)
        await tender.refuse(number)
    await tender.reveal_all_the_same(tender.late)

    answer = await tender.publish_keys(tender.late)

    assert (answer.whose, answer.proved, answer.cause) == ("bidder", True, "header-not-derived")


async def test_a_refusal_is_signed_by_the_holder_itself(pool: Pool, tmp_path: Path) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()

    with pytest.raises(SignatureRefused):
        await tender.refuse(2, claimed=3)


async def test_the_bidders_tool_publishes_the_keys_as_the_door_asks(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    await tender.lose_key()
    await tender.unlock(0)
    await tender.unlock(1)
    await tender.hand_in(1)
    await tender.reveal_all_the_same(tender.late)
    bidder, made = tender.bids[2]
    actor = tender.actor(bidder, Role.BIDDER)

    async def door(request: web.Request) -> web.Response:
        body = msgspec.json.decode(await request.read(), type=doors.PostFileKeys)
        answer = await doors.post_file_keys(tender.context, actor, tender.late, tender.id, body)
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")

    async def record(_: web.Request) -> web.Response:
        entries = tender.play.journals.entries[Stream.PUBLIC]
        return web.json_response(
            {
                "entries": [
                    {
                        "seq": one.seq,
                        "kind": one.kind,
                        "body": one.body,
                        "at": instant(one.at),
                        "head": one.head.hex(),
                    }
                    for one in entries
                ]
            }
        )

    app = web.Application()
    app.router.add_post(f"/api/v1/tenders/{tender.id}/opening/file-keys", door)
    app.router.add_get(f"/api/v1/tenders/{tender.id}/journal/public", record)
    async with TestServer(app) as server, open_platform(str(server.make_url(""))) as line:
        line.identity = Identity(actor.person_id, bidder.id, Role.BIDDER, bidder.name, bidder.uscc)
        book = ReceiptBook(line, tender.play.platform.published, tmp_path)
        tool = Bidder(line, Signer(bidder.key, bidder.certificate), book)
        answer = await tool.disclose(*prepared(tender, made, tmp_path))

    assert (answer["whose"], answer["cause"]) == ("key_holders", "holders-failed")
