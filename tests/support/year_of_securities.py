"""A year of bid securities played through the real API, so that its published totals come out.

What a city published are totals: the amounts of single securities are made from a seed to meet
them, and are synthetic. Tenders and their openings are put into the tables; accounts, too. Every
order, notice, deposit and bid goes through the API of a platform that serves.
"""

import asyncio
import base64
import json
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.insurer_sdk import Callbacks, read_message, signed_policy
from clients.key_files import Signer
from insurance_gateway.actions.orders import required_cover
from insurance_gateway.guarantee import Cover, blind
from insurance_gateway.wire import Applicant, Application, Notice, State
from tendering.domain.roles import Role
from tendering.domain.tender import Lot, Tender, TenderStatus
from tendering.storage import key_holders, tenders
from tendering.storage.connection import transaction
from tests.support.killing import Handed, hand_in
from tests.support.platform import Account, Platform, begin_session, enter
from tests.support.published import published_tender
from tests.support.sealing import BidSigner, bid_signer, seal_bid

SMALL_BYTES: Final = 200
SECURITY_FEN_MAX: Final = 80_000_000  # 80 万元: the cap for works
AT_ONCE: Final = 24
BIDDERS_A_PROJECT_MIN: Final = 3
NOTICES: Final[tuple[State, ...]] = ("awaiting_premium", "paid", "issued")
WAIT_SECONDS: Final = 240
FIRST_BIDDER, FIRST_INSURER = 2000, 1500


@dataclass(frozen=True, slots=True)
class Totals:
    """What was published of a year. `released_fen`: cash that policies stood in for."""

    insurers_applied: int
    insurers_issuing: int
    projects: int
    bidders: int
    with_policy: int
    released_fen: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A project of the year: how many bid, how many of them with a policy, the security asked."""

    bidders: int
    with_policy: int
    security_fen: int


@dataclass(slots=True)
class Insurer:
    """An insurer of the replay: every application becomes a policy."""

    name: str
    guarantor_id: UUID
    line: Callbacks
    signer: Signer
    platform_key: bytes
    tasks: set[asyncio.Task[None]]
    issuing: bool = True
    hangs: bool = False
    arrived: dict[UUID, float] = field(default_factory=dict)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        """Take an application, and issue."""
        body = await request.read()
        now = datetime.now(UTC)
        _, application = read_message(request.headers, body, Application, self.platform_key, at=now)
        self.arrived.setdefault(application.order_id, time.perf_counter())
        if self.hangs:
            await self.stopped.wait()
        if self.issuing:
            task = asyncio.create_task(self._issue(application))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return web.Response(status=202)

    async def _issue(self, application: Application) -> None:
        for notice in notices(self, application):
            answered = await self.line.tell(self.guarantor_id, notice)
            assert answered.status == web.HTTPOk.status_code, answered.text


def notices(insurer: Insurer, application: Application) -> list[Notice]:
    """All that is told about an order that goes well, in order."""
    cover = Cover(application.amount_fen, application.valid_until)
    policy = signed_policy(insurer.signer, application, cover, application.order_id.hex)
    premium_fen = max(20_000, application.amount_fen // 200)
    return [
        Notice(
            uuid4(),
            application.order_id,
            state,
            premium_fen=premium_fen,
            policy=policy if state == "issued" else None,
        )
        for state in NOTICES
    ]


def notices_of(insurer: Insurer, order: Mapping[str, Any]) -> list[Notice]:
    """The same for an order by its `id`, `tender` and `account`."""
    tender, account = order["tender"], order["account"]
    cover = blind(required_cover(tender, "1"))
    applicant = Applicant(account.organization.name, account.organization.uscc)
    application = Application(
        order["id"], insurer.guarantor_id, applicant, cover.amount_fen, cover.until
    )
    return notices(insurer, application)


def plan(totals: Totals, *, seed: int) -> list[Planned]:
    """A year that meets the totals exactly. The amounts are synthetic: the seed makes them."""
    chance = random.Random(seed)
    count = totals.projects
    bidders = _shared(totals.bidders, [BIDDERS_A_PROJECT_MIN] * count, None, chance)
    # One policy in the first project: its amount takes up what is left over.
    most = [1, *bidders[1:]]
    insured = _shared(totals.with_policy, [1] * count, most, chance)
    mean = totals.released_fen // totals.with_policy
    drawn = [chance.uniform(0.4, 1.6) * mean for _ in range(count)]
    rest = totals.released_fen - mean
    weight = sum(number * fen for number, fen in zip(insured[1:], drawn[1:], strict=True))
    amounts = [int(fen * rest / weight) for fen in drawn]
    others = zip(insured[1:], amounts[1:], strict=True)
    amounts[0] = totals.released_fen - sum(number * fen for number, fen in others)
    assert all(0 < fen <= SECURITY_FEN_MAX for fen in amounts)
    return [Planned(*each) for each in zip(bidders, insured, amounts, strict=True)]


def _shared(
    whole: int, least: Sequence[int], most: Sequence[int] | None, chance: random.Random
) -> list[int]:
    """A number shared out by chance between the least and the most of each."""
    parts = list(least)
    for _ in range(whole - sum(parts)):
        open_places = [
            place for place in range(len(parts)) if most is None or parts[place] < most[place]
        ]
        parts[chance.choice(open_places)] += 1
    return parts


async def play(
    platform: Platform, planned: Sequence[Planned], totals: Totals, *, year: int
) -> None:
    """Play the year: openings are spread over `year`, which must lie ahead."""
    async with AsyncExitStack() as stack:
        insurers = await open_insurers(stack, platform, totals)
        bidders = await open_bidders(platform, max(one.bidders for one in planned))
        lines = [
            await stack.enter_async_context(
                aiohttp.ClientSession(
                    platform.running.address, headers={"Authorization": f"Bearer {token}"}
                )
            )
            for token, _, _ in bidders
        ]
        made = await open_tenders(platform, planned, year)
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for tender, one in zip(made, planned, strict=True):
                for number in range(one.bidders):
                    _, account, signer = bidders[number]
                    insured = number < one.with_policy
                    part = _take_part(
                        platform,
                        tender,
                        lines[number],
                        account,
                        signer=signer,
                        places=places,
                        insurer=insurers[number % len(insurers)] if insured else None,
                    )
                    group.create_task(part)
        async with transaction(platform.running.context.pool) as connection:
            for tender in made:
                await tenders.save(connection, replace(tender, status=TenderStatus.OPENED))


async def _take_part(
    platform: Platform,
    tender: Tender,
    line: aiohttp.ClientSession,
    account: Account,
    *,
    signer: BidSigner,
    places: asyncio.Semaphore,
    insurer: Insurer | None,
) -> None:
    """One record: secured by a policy, or by cash, and a bid."""
    async with places:
        if insurer is None:
            await _deposit(platform, tender, account)
        else:
            await _insured(line, tender, insurer)
        sent = await asyncio.to_thread(seal_bid, tender, signer, plaintext_bytes=SMALL_BYTES)
        await hand_in(line, Handed(sent))


async def _insured(line: aiohttp.ClientSession, tender: Tender, insurer: Insurer) -> None:
    order = await order_of(line, tender, insurer)
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with line.get(f"/api/v1/insurance/orders/{order['id']}") as answer:
                state = (await answer.json())["state"]
            if state == "verified":
                return
            assert state != "not_verified"
            await asyncio.sleep(0.2)


async def order_of(line: aiohttp.ClientSession, tender: Tender, insurer: Insurer) -> Any:
    """A bidder's order for the only lot."""
    where = {"tender_id": str(tender.id), "lot": "1", "guarantor_id": str(insurer.guarantor_id)}
    return await _post(line, "/insurance/orders", where)


async def _deposit(platform: Platform, tender: Tender, account: Account) -> None:
    body = {
        "lot": "1",
        "bidder_uscc": account.organization.uscc,
        "amount_fen": tender.lots[0].bid_security_fen,
        "account": "6222" + "".join(filter(str.isdigit, account.organization.uscc)),
        "basic_account": True,
        "reference": f"示范回单 {uuid4().hex[:8]}",
    }
    token = platform.tokens[Role.OPERATOR]
    await _post(
        platform.line,
        f"/tenders/{tender.id}/bid-securities/deposits",
        body,
        address=platform.running.address,
        token=token,
    )


async def _post(
    line: aiohttp.ClientSession, path: str, body: Any, *, address: str = "", token: str = ""
) -> Any:
    headers = {"Idempotency-Key": uuid4().hex}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    async with line.post(f"{address}/api/v1{path}", json=body, headers=headers) as answer:
        content = await answer.read()
        assert answer.ok, (path, answer.status, content[:300])
        return json.loads(content) if content else None


async def open_tenders(platform: Platform, planned: Sequence[Planned], year: int) -> list[Tender]:
    """Published tenders, openings spread over the year."""
    first = await published_tender(platform)
    begin = datetime(year, 1, 5, 2, tzinfo=UTC)
    step = timedelta(days=355) / max(1, len(planned))
    made = []
    async with transaction(platform.running.context.pool) as connection:
        for number, one in enumerate(planned, start=1):
            lot = Lot("1", "一标段", one.security_fen * 60, one.security_fen * 60, one.security_fen)
            tender = replace(
                first,
                id=uuid4(),
                number=f"SYN-{year}-{number:04d}",
                title=f"示范工程{number}（合成数据）",
                lots=(lot,),
                deadline=begin + (number - 1) * step,
            )
            await tenders.insert(connection, tender, at=platform.running.context.now())
            for holder in tender.key_holders:
                await key_holders.announce_key(
                    connection,
                    tender.id,
                    holder.number,
                    public_key=holder.public_key or b"",
                    announcement=dict(holder.announcement or {}),
                )
            made.append(tender)
    return made


async def open_bidders(platform: Platform, count: int) -> list[tuple[str, Account, BidSigner]]:
    """Bidders with certified keys, each with a session. The same ones bid again and again."""
    context = platform.running.context
    found = []
    async with transaction(context.pool) as connection:
        for number in range(count):
            account = await enter(
                connection, FIRST_BIDDER + number, Role.BIDDER, password_hash="-", at=context.now()
            )
            organization = account.organization
            signer = bid_signer(context.keys, organization.id, organization.uscc, at=context.now())
            token = await begin_session(connection, account.authorization_id)
            found.append((token, account, signer))
    return found


async def open_insurers(
    stack: AsyncExitStack, platform: Platform, totals: Totals, *, issuing: bool = True
) -> list[Insurer]:
    """The insurers that applied are registered, those that issue are let out and serve."""
    context, address = platform.running.context, platform.running.address
    http = await stack.enter_async_context(aiohttp.ClientSession())
    async with http.get(f"{address}/api/v1/insurance/guarantors") as answer:
        told = (await answer.json())["platform_key"]
    found = []
    for number in range(totals.insurers_applied):
        async with transaction(context.pool) as connection:
            account = await enter(
                connection,
                FIRST_INSURER + number,
                Role.INSURER,
                password_hash="-",
                at=context.now(),
            )
        organization = account.organization
        certified = bid_signer(context.keys, organization.id, organization.uscc, at=context.now())
        key = Ed25519PrivateKey.generate()
        line = Callbacks(address, key, http, _now)
        signer = Signer(certified.key, certified.certificate)
        insurer = Insurer(
            organization.name, uuid4(), line, signer, base64.b64decode(told), set(), issuing
        )
        endpoint = await stack.enter_async_context(_serving(insurer))
        body = {
            "name": organization.name,
            "organization_id": str(organization.id),
            "endpoint": endpoint,
            "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
        }
        token = platform.tokens[Role.OPERATOR]
        answered = await _post(http, "/insurance/guarantors", body, address=address, token=token)
        insurer.guarantor_id = UUID(answered["id"])
        if number < totals.insurers_issuing:
            path = f"/insurance/guarantors/{answered['id']}/approval"
            await _post(http, path, {}, address=address, token=token)
            found.append(insurer)
    return found


@asynccontextmanager
async def _serving(insurer: Insurer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/applications", insurer.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        insurer.stopped.set()
        await runner.cleanup()


async def _now() -> datetime:
    return datetime.now(UTC)
