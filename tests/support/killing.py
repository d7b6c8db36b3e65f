"""A server process killed at chosen moments while bidders hand in, and what must be there then."""

import asyncio
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp

from crypto.container_digest import part_root
from tendering.actions.bid_securities import record
from tendering.actions.verification import verify_database
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.storage import bids, key_holders, uploads
from tendering.storage.blobs import PART_BYTES, Blobs
from tendering.storage.connection import Pool, open_pool, reading, transaction
from tests.support import programs
from tests.support.platform import Platform, begin_session, enter, serving
from tests.support.postgres import Database
from tests.support.published import published_tender
from tests.support.sealing import BidSigner, Sent, bid_signer, seal_bid

SMALL_BYTES: Final = 4_000
LARGE_BYTES: Final = 1_500_000
BIDDERS: Final = 6
UPLOAD_BYTES_MAX: Final = 64 << 20
# The moment of a kill: so many receipts given, and a little later.
RECEIPTS_MAX: Final = 12
LATER_SECONDS_MAX: Final = 0.05
ANSWER_SECONDS: Final = 60


class Away(Exception):
    """The platform says that it is unavailable for now."""


@dataclass(slots=True)
class Handed:
    """A bid on its way: what its receipt said, and the upload of each container begun so far."""

    sent: Sent
    receipt: bytes = b""
    uploads: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Bidder:
    """Somebody who hands in one bid after the other; `large` ones are uploaded first."""

    signer: BidSigner
    token: str
    large: bool
    handed: list[Handed] = field(default_factory=list)

    def next(self, tender: Tender) -> Handed:
        """The bid that was not acknowledged, or a new one."""
        if not self.handed or self.handed[-1].receipt:
            size = LARGE_BYTES if self.large else SMALL_BYTES
            counter = len(self.handed) + 1
            sent = seal_bid(tender, self.signer, counter=counter, plaintext_bytes=size)
            self.handed.append(Handed(sent))
        return self.handed[-1]


class Moment:
    """Comes when so many receipts were given."""

    def __init__(self, receipts: int) -> None:
        self.given = 0
        self.come = asyncio.Event()
        self._receipts = receipts
        if not receipts:
            self.come.set()

    def receipt_given(self) -> None:
        """One more."""
        self.given += 1
        if self.given >= self._receipts:
            self.come.set()


@dataclass(slots=True)
class Tally:
    """What a campaign did: kills, bids acknowledged before a kill, bids that had to be repeated."""

    kills: int = 0
    acknowledged: int = 0
    repeated: int = 0


async def kill_again_and_again(database: Database, folder: Path, *, seed: int, kills: int) -> Tally:
    """Kill a server so many times and check after each what it owes. AssertionError if it fails."""
    chance, tally = random.Random(seed), Tally()
    async with serving(database, folder, upload_bytes_max=UPLOAD_BYTES_MAX) as platform:
        tender, bidders = await a_hall(platform)
    config = folder / "kaibiao.toml"
    config.write_text(
        f'[server]\nport = 0\n[database]\ndsn_file = "{folder / "dsn"}"\n'
        f'[platform]\nfolder = "{folder}"\nupload_bytes_max = {UPLOAD_BYTES_MAX}\n'
    )
    # One start more than there are kills: each one owes what the killed one before it promised.
    for left in reversed(range(kills + 1)):
        async with programs.running("server", "serve", "--config", config) as program:
            await require_what_is_owed(program.url, tender, bidders)
            async with open_pool(database.app_dsn, size=2) as pool:
                await require_sound(pool, Blobs(folder / "blobs"), tender, bidders)
            if left:
                await kill_under_load(program, tender, bidders, chance, tally)
    return tally


async def kill_under_load(
    program: programs.Program,
    tender: Tender,
    bidders: Sequence[Bidder],
    chance: random.Random,
    tally: Tally,
) -> None:
    """Let all hand in, and kill the server at a moment that chance has chosen."""
    moment = Moment(chance.randrange(RECEIPTS_MAX))
    busy = [
        asyncio.create_task(hand_in_until_killed(program.url, tender, one, moment))
        for one in bidders
    ]
    async with asyncio.timeout(ANSWER_SECONDS):
        await moment.come.wait()
    await asyncio.sleep(chance.random() * LATER_SECONDS_MAX)
    program.process.kill()
    await program.process.wait()
    await asyncio.gather(*busy)
    tally.kills += 1
    tally.repeated += sum(not one.handed[-1].receipt for one in bidders)
    tally.acknowledged += moment.given


async def a_hall(platform: Platform) -> tuple[Tender, list[Bidder]]:
    """A tender that takes bids, and secured bidders with certified keys."""
    context, bidders = platform.running.context, []
    tender = await published_tender(platform)
    until = tender.deadline.replace(year=tender.deadline.year + 1)
    async with transaction(context.pool) as connection:
        for holder in tender.key_holders:
            await key_holders.announce_key(
                connection,
                tender.id,
                holder.number,
                public_key=holder.public_key or b"",
                announcement=dict(holder.announcement or {}),
            )
        for number in range(BIDDERS):
            account = await enter(
                connection, 500 + number, Role.BIDDER, password_hash="-", at=context.now()
            )
            organization = account.organization
            form = SecurityForm.GUARANTEE_INSURANCE
            security = BidSecurity(
                tender.id, "1", organization.id, form, 200_000_00, until, None, "示范保函"
            )
            await record(connection, security, at=context.now())
            signer = bid_signer(context.keys, organization.id, organization.uscc, at=context.now())
            token = await begin_session(connection, account.authorization_id)
            bidders.append(Bidder(signer, token, large=number % 3 == 0))
    return tender, bidders


async def hand_in_until_killed(url: str, tender: Tender, bidder: Bidder, moment: Moment) -> None:
    async with a_line(url, bidder) as line:
        try:
            while True:
                handed = bidder.next(tender)
                handed.receipt = await hand_in(line, handed)
                moment.receipt_given()
        except aiohttp.ClientError:
            return  # the line ended with the server


async def require_what_is_owed(url: str, tender: Tender, bidders: Sequence[Bidder]) -> None:
    """What was acknowledged has the same receipt; what was not goes in now, the same bytes."""
    for bidder in bidders:
        async with a_line(url, bidder) as line:
            for handed in bidder.handed:
                receipt = await hand_in(line, handed)
                assert not handed.receipt or receipt == handed.receipt, "another receipt"
                handed.receipt = receipt


async def require_sound(
    pool: Pool, blobs: Blobs, tender: Tender, bidders: Sequence[Bidder]
) -> None:
    """Each bid once, every chain and digest right, every part that is called stored whole."""
    async with reading(pool) as connection:
        for bidder in bidders:
            mine = await bids.list_of_bidder(connection, tender.id, bidder.signer.bidder_id)
            assert [one.bid.counter for one in mine] == [one.sent.counter for one in bidder.handed]
            begun = {each for one in bidder.handed for each in one.uploads.values()}
            for upload in await uploads.get_all(connection, [UUID(each) for each in begun]):
                content = blobs.path(upload.id).read_bytes()
                for part, root in upload.roots.items():
                    piece = content[part * PART_BYTES : (part + 1) * PART_BYTES]
                    assert part_root(piece) == root, "half a part is called stored"
    report = await verify_database(pool, blobs)
    assert report.holds, report.wrong


def a_line(url: str, bidder: Bidder) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        url,
        headers={"Authorization": f"Bearer {bidder.token}"},
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
    )


async def hand_in(line: aiohttp.ClientSession, handed: Handed) -> bytes:
    """Hand a bid in, uploading first what is not up; the receipt as it came."""
    sent = handed.sent
    body = sent.body()
    if sum(map(len, sent.containers.values())) > LARGE_BYTES:
        for kind, content in sent.containers.items():
            await _upload(line, handed, kind, content)
        body = json.dumps(
            {
                "lot": "1",
                "counter": sent.counter,
                "manifest": dict(sent.manifest),
                "uploads": handed.uploads,
            }
        ).encode()
    return await _ask(line, "POST", f"/api/v1/tenders/{sent.tender_id}/bids", body)


async def _upload(line: aiohttp.ClientSession, handed: Handed, kind: str, content: bytes) -> None:
    if kind not in handed.uploads:
        asked = json.dumps({"size_bytes": len(content)}).encode()
        answer: Any = json.loads(await _ask(line, "POST", "/api/v1/uploads", asked))
        handed.uploads[kind] = answer["id"]
    for part, start in enumerate(range(0, len(content), PART_BYTES)):
        piece = content[start : start + PART_BYTES]
        path = f"/api/v1/uploads/{handed.uploads[kind]}/parts/{part}?root={part_root(piece).hex()}"
        await _ask(line, "PUT", path, piece, kind="application/octet-stream")


async def _ask(
    line: aiohttp.ClientSession,
    method: str,
    path: str,
    body: bytes,
    *,
    kind: str = "application/json",
) -> bytes:
    headers = {"Content-Type": kind, "Idempotency-Key": uuid4().hex}
    async with line.request(method, path, data=io.BytesIO(body), headers=headers) as answer:
        content = await answer.read()
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise Away
        assert answer.ok, (path, answer.status, content[:300])
        return content
