"""Small bids over HTTP, containers and all: the checks at the door, and what a cut line leaves."""

import asyncio
import base64
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from crypto.seal_header import read_sealed_header
from tendering.actions.bid_securities import record
from tendering.actions.small_containers import place_containers
from tendering.actions.verification import verify_database
from tendering.api.own_headers import header_part
from tendering.domain.bid import envelope_context
from tendering.domain.roles import Role
from tendering.domain.tender import ENVELOPES, Tender
from tendering.storage import bids, key_holders
from tendering.storage.connection import reading, transaction
from tests.integration.tendering.test_bids import a_security
from tests.support.platform import Account, Answer, Platform, begin_session, enter, serving
from tests.support.postgres import Database
from tests.support.published import published_tender
from tests.support.sealing import BidSigner, Sent, bid_signer, seal_bid, sign_manifest

SEED = 20261123
CUTS = 12


@dataclass(frozen=True, slots=True)
class Hall:
    """A platform, a tender that takes bids, and a bidder with a certified key."""

    platform: Platform
    tender: Tender
    signer: BidSigner
    token: str

    async def send(self, body: bytes, *, token: str = "") -> Answer:
        """Hand in."""
        return await self.platform.request(
            "POST",
            f"/api/v1/tenders/{self.tender.id}/bids",
            token=token or self.token,
            data=body,
            headers={"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
        )

    async def standing(self) -> list[int]:
        """The counters of the bidder's submissions in custody."""
        async with reading(self.platform.running.context.pool) as connection:
            mine = await bids.list_of_bidder(connection, self.tender.id, self.signer.bidder_id)
        return [one.bid.counter for one in mine]


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    """A tender whose key holders have announced their keys, and a secured bidder."""
    async with serving(database, tmp_path) as platform:
        context = platform.running.context
        tender = await published_tender(platform)
        bidder = platform.accounts[Role.BIDDER]
        async with transaction(context.pool) as connection:
            for holder in tender.key_holders:
                await key_holders.announce_key(
                    connection,
                    tender.id,
                    holder.number,
                    public_key=holder.public_key or b"",
                    announcement=dict(holder.announcement or {}),
                )
            await secure(connection, tender, bidder, context.now())
        signer = a_signer(platform, bidder)
        yield Hall(platform, tender, signer, platform.tokens[Role.BIDDER])


async def secure(connection: Any, tender: Tender, bidder: Account, at: Any) -> None:
    """Put a security on record."""
    security = replace(a_security(bidder.organization.id), tender_id=tender.id)
    until = tender.deadline.replace(year=tender.deadline.year + 1)
    await record(connection, replace(security, valid_until=until), at=at)


def a_signer(platform: Platform, account: Account) -> BidSigner:
    """A certified key of an account's organization."""
    context, organization = platform.running.context, account.organization
    return bid_signer(context.keys, organization.id, organization.uscc, at=context.now())


async def test_a_small_bid_is_in_custody_with_its_bytes(hall: Hall) -> None:
    sent = seal_bid(hall.tender, hall.signer)

    answer = await hall.send(sent.body())

    assert answer.status == 201, answer.problem
    context = hall.platform.running.context
    async with reading(context.pool) as connection:
        (mine,) = await bids.list_of_bidder(connection, hall.tender.id, hall.signer.bidder_id)
        await place_containers(connection, context.blobs, mine.bid)
    placed = {one.kind: context.blobs.path(one.upload_id) for one in mine.bid.envelopes}
    assert {kind: path.read_bytes() for kind, path in placed.items()} == sent.containers
    assert (await verify_database(context.pool, context.blobs)).holds


async def test_the_same_bid_again_gets_the_same_receipt(hall: Hall) -> None:
    sent = seal_bid(hall.tender, hall.signer)

    first, second = await asyncio.gather(hall.send(sent.body()), hall.send(sent.body()))
    third = await hall.send(sent.body())

    assert first.body == second.body == third.body
    assert await hall.standing() == [1]


async def test_the_receipt_is_given_again_after_the_key_holders_have_changed(hall: Hall) -> None:
    sent = seal_bid(hall.tender, hall.signer)
    first = await hall.send(sent.body())
    async with transaction(hall.platform.running.context.pool) as connection:
        await key_holders.announce_key(
            connection, hall.tender.id, 1, public_key=bytes([9]) * 32, announcement={"other": 1}
        )

    again = await hall.send(sent.body())
    other = await hall.send(seal_bid(hall.tender, hall.signer, counter=2).body())

    assert again.body == first.body
    assert other.code == "manifest-mismatch"


def flip(sent: Sent, kind: str, place: int) -> bytes:
    """A body whose container of that kind has one bit turned over."""
    content = bytearray(sent.containers[kind])
    content[place] ^= 1
    return replace(sent, containers={**sent.containers, kind: bytes(content)}).body()


def swapped(sent: Sent) -> bytes:
    """Two containers in each other's place."""
    first, second = ENVELOPES[:2]
    there = {first: sent.containers[second], second: sent.containers[first]}
    return replace(sent, containers={**sent.containers, **there}).body()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(lambda sent: flip(sent, "price", -1), "manifest-mismatch", id="flipped"),
        pytest.param(lambda sent: flip(sent, "price", 3), "manifest-mismatch", id="header flipped"),
        pytest.param(swapped, "manifest-mismatch", id="swapped"),
        pytest.param(lambda sent: sent.body(counter=2), "manifest-mismatch", id="other counter"),
        pytest.param(lambda sent: sent.body(lot="2"), "manifest-mismatch", id="other lot"),
        pytest.param(lambda sent: sent.body(containers=None), "invalid", id="neither"),
        pytest.param(
            lambda sent: sent.body(uploads=dict.fromkeys(ENVELOPES, str(UUID(int=1)))),
            "invalid",
            id="both",
        ),
        pytest.param(
            lambda sent: sent.body(containers={"price": "AA=="}),
            "manifest-mismatch",
            id="one of three",
        ),
        pytest.param(lambda sent: sent.body()[:-10], "malformed", id="truncated"),
        pytest.param(
            lambda sent: sent.body(manifest={"statement": {}}), "signature-refused", id="unsigned"
        ),
    ],
)
async def test_what_is_not_as_it_must_be_is_refused(
    hall: Hall, make: Callable[[Sent], bytes], code: str
) -> None:
    answer = await hall.send(make(seal_bid(hall.tender, hall.signer)))

    assert answer.code == code, answer.problem
    assert await hall.standing() == []


async def test_a_bid_that_is_not_small_must_be_uploaded(hall: Hall) -> None:
    answer = await hall.send(seal_bid(hall.tender, hall.signer, plaintext_bytes=45_000).body())

    assert answer.code == "body-too-large"


async def test_another_bidder_cannot_hand_in_what_it_has_seen(hall: Hall) -> None:
    context = hall.platform.running.context
    async with transaction(context.pool) as connection:
        other = await enter(connection, 77, Role.BIDDER, password_hash="-", at=context.now())
        await secure(connection, hall.tender, other, context.now())
        token = await begin_session(connection, other.authorization_id)

    answer = await hall.send(seal_bid(hall.tender, hall.signer).body(), token=token)

    assert answer.code == "signature-refused"


async def test_a_full_disk_refuses_a_small_bid_clearly(hall: Hall) -> None:
    hall.platform.running.context.blobs._free_bytes_min = 1 << 62

    answer = await hall.send(seal_bid(hall.tender, hall.signer).body())

    assert answer.code == "storage-full"
    assert await hall.standing() == []


async def test_a_line_cut_at_any_moment_leaves_a_bid_whole_or_absent_and_a_retry_finds_it(
    hall: Hall,
) -> None:
    chance = random.Random(SEED)
    target = urlsplit(hall.platform.running.address)
    assert target.hostname

    for counter in range(1, CUTS + 1):
        body = seal_bid(hall.tender, hall.signer, counter=counter).body()
        head = (
            f"POST /api/v1/tenders/{hall.tender.id}/bids HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {hall.token}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {uuid4().hex}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        whole = head + body
        _, writer = await asyncio.open_connection(target.hostname, target.port)
        writer.write(whole[: chance.choice((len(whole), chance.randrange(len(whole))))])
        await writer.drain()
        await asyncio.sleep(chance.random() / 50)  # the moment at which the line is cut
        writer.transport.abort()

        first, second = await hall.send(body), await hall.send(body)

        assert first.status == 201, first.problem
        assert first.body == second.body
    context = hall.platform.running.context
    assert await hall.standing() == list(range(1, CUTS + 1))
    assert (await verify_database(context.pool, context.blobs)).holds


async def test_the_receipt_names_what_was_sent(hall: Hall) -> None:
    sent = seal_bid(hall.tender, hall.signer)

    receipt = json.loads((await hall.send(sent.body())).body)

    assert receipt["statement"]["counter"] == 1
    assert [one["kind"] for one in receipt["statement"]["containers"]] == list(ENVELOPES)


def over(sent: Sent, tender: Tender, signer: BidSigner, counter: int) -> bytes:
    """A body of one's own, properly signed, over containers that have been handed in before."""
    said = dict(sent.manifest["statement"])
    envelopes = [
        {
            **each,
            "context": envelope_context(
                tender, lot="1", kind=each["kind"], bidder_id=signer.bidder_id, counter=counter
            ).hex(),
        }
        for each in said["envelopes"]
    ]
    changed = {"bidder_id": str(signer.bidder_id), "counter": counter, "envelopes": envelopes}
    manifest = sign_manifest(signer, {**said, **changed})
    return replace(sent, counter=counter, manifest=manifest).body()


async def test_the_same_containers_count_once_for_their_bidder_and_never_for_another(
    hall: Hall,
) -> None:
    context = hall.platform.running.context
    sent = seal_bid(hall.tender, hall.signer)
    assert (await hall.send(sent.body())).status == 201
    async with transaction(context.pool) as connection:
        other = await enter(connection, 78, Role.BIDDER, password_hash="-", at=context.now())
        await secure(connection, hall.tender, other, context.now())
        token = await begin_session(connection, other.authorization_id)
    thief = a_signer(hall.platform, other)

    own = await hall.send(over(sent, hall.tender, hall.signer, 2))
    foreign = await hall.send(over(sent, hall.tender, thief, 1), token=token)

    assert (own.code, foreign.code) == ("container-refused", "container-refused")
    assert await hall.standing() == [1]


async def test_of_two_submissions_at_once_the_one_with_the_higher_number_stands(
    hall: Hall,
) -> None:
    first, second = (seal_bid(hall.tender, hall.signer, counter=counter) for counter in (1, 2))

    answers = await asyncio.gather(hall.send(second.body()), hall.send(first.body()))

    assert answers[0].status == 201, answers[0].problem
    assert answers[1].status == 201 or answers[1].code == "counter-not-fresh"
    async with reading(hall.platform.running.context.pool) as connection:
        standing = await bids.standing(
            connection, hall.tender.id, lot="1", bidder_id=hall.signer.bidder_id
        )
    assert standing.bid.counter == 2


async def test_the_headers_of_ones_own_standing_bid_are_served_and_nobody_elses(hall: Hall) -> None:
    context = hall.platform.running.context
    async with transaction(context.pool) as connection:
        other = await enter(connection, 78, Role.BIDDER, password_hash="-", at=context.now())
        stranger = await begin_session(connection, other.authorization_id)
    await hall.send(seal_bid(hall.tender, hall.signer).body())
    sent = seal_bid(hall.tender, hall.signer, counter=2)
    await hall.send(sent.body())
    path = f"/api/v1/tenders/{hall.tender.id}/bids/mine/headers"

    mine = await hall.platform.request("GET", path, token=hall.token)
    theirs = await hall.platform.request("GET", path, token=stranger)
    holders = await hall.platform.request("GET", path, role=Role.KEY_HOLDER)
    public = await hall.platform.request("GET", path)

    (item,) = json.loads(mine.body)["items"]
    assert (item["lot"], item["counter"]) == ("1", 2)
    for envelope in item["envelopes"]:
        header = base64.b64decode(envelope["header"])
        container = sent.containers[envelope["kind"]]
        assert container.startswith(header)
        assert len(header) == read_sealed_header(container).header_length
    assert json.loads(theirs.body) == {"items": []}
    assert (holders.code, public.code) == ("forbidden", "unauthenticated")


async def test_ones_own_containers_come_back_byte_for_byte_and_nobody_elses(hall: Hall) -> None:
    context = hall.platform.running.context
    async with transaction(context.pool) as connection:
        other = await enter(connection, 79, Role.BIDDER, password_hash="-", at=context.now())
        stranger = await begin_session(connection, other.authorization_id)
    first = seal_bid(hall.tender, hall.signer)
    await hall.send(first.body())
    await hall.send(seal_bid(hall.tender, hall.signer, counter=2).body())
    async with transaction(context.pool) as connection:
        await connection.execute("UPDATE tendering.tenders SET status = 'failed'")
    path = f"/api/v1/tenders/{hall.tender.id}/bids/mine/1"

    for kind, container in first.containers.items():
        mine = await hall.platform.request("GET", f"{path}/1/{kind}", token=hall.token)
        theirs = await hall.platform.request("GET", f"{path}/1/{kind}", token=stranger)
        assert (mine.status, mine.body) == (200, container)
        assert theirs.code == "not-found"
    missing = await hall.platform.request("GET", f"{path}/3/price", token=hall.token)
    odd = await hall.platform.request("GET", f"{path}/1/all", token=hall.token)
    host = await hall.platform.request("GET", f"{path}/1/price", role=Role.PROCURING_ENTITY)
    assert (missing.code, odd.status, host.code) == ("not-found", 404, "forbidden")


def test_what_is_no_header_comes_back_whole() -> None:
    assert [header_part(head) for head in (b"", b"\n--- x", b"x" * 9)] == [
        b"",
        b"\n--- x",
        b"x" * 9,
    ]
