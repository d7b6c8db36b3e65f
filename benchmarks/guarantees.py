"""How does the insurance gateway do without the insurers' own time? Three questions, one platform.

Issue path: a bidder's order is taken, p99 under 100 ms at 200 orders a second. A storm: 10,000
notices in a minute, 10 % of them twice and 5 % out of order, each applied once and in the right
state. An insurer that hangs: how long orders with the others take, without it and with it.
`--orders N` sets the size of all three; the load of the machine is part of the answer.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import aiohttp

from server import MIGRATIONS
from tendering.domain.tender import Tender
from tendering.storage.connection import open_connection, reading
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate
from tests.support.platform import Platform, serving
from tests.support.postgres import Database
from tests.support.year_of_securities import (
    Insurer,
    Planned,
    Totals,
    notices_of,
    open_bidders,
    open_insurers,
    open_tenders,
    order_of,
)

ORDERS: Final = 3334  # three notices each: 10,000
TENDERS: Final = 60
BIDDERS: Final = 60
ORDERS_A_SECOND: Final = 200
AT_ONCE: Final = 32
TWICE, EARLY = 0.10, 0.05
SEED: Final = 7
WAIT_SECONDS: Final = 60


def p99(milliseconds: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return sorted(milliseconds)[max(0, len(milliseconds) * 99 // 100 - 1)]


async def orders_paced(
    lines: Sequence[aiohttp.ClientSession],
    places: Sequence[tuple[Tender, int, Insurer]],
    rate: float,
) -> tuple[dict[UUID, float], list[float], float]:
    """Orders at a rate: when each began, milliseconds of each, how many a second were taken."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    spent: list[float] = []

    async def one(number: int, tender: Tender, bidder: int, insurer: Insurer) -> tuple[UUID, float]:
        await asyncio.sleep(max(0.0, begun + number / rate - loop.time()))
        at = time.perf_counter()
        order = await order_of(lines[bidder], tender, insurer)
        spent.append((time.perf_counter() - at) * 1000)
        return UUID(order["id"]), at

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(n, *place)) for n, place in enumerate(places)]
    return dict(task.result() for task in tasks), spent, len(tasks) / (loop.time() - begun)


async def reached(insurer: Insurer, begun: Mapping[UUID, float]) -> list[float]:
    """Milliseconds from each order to its arrival at the insurer's door."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not begun.keys() <= insurer.arrived.keys():  # noqa: ASYNC110 - other tasks fill it
            await asyncio.sleep(0.05)
    return [(insurer.arrived[one] - at) * 1000 for one, at in begun.items()]


async def storm(insurer: Insurer, orders: Sequence[dict[str, Any]]) -> tuple[float, int]:
    """All notices of the orders, some twice and some early; seconds, and how many were sent."""
    chance = random.Random(SEED)  # noqa: S311 - a shuffle that can be repeated
    sent = []
    for place, order in enumerate(orders):
        told = notices_of(insurer, order)
        if chance.random() < EARLY * len(told):
            chance.shuffle(told)
        # Places in time: the orders are told about side by side, in the order of their numbers.
        sent += [(place + step * AT_ONCE, notice) for step, notice in enumerate(told)]
        sent += [
            (place + (step + 2) * AT_ONCE, notice)
            for step, notice in enumerate(told)
            if chance.random() < TWICE
        ]
    waiting = iter(sorted(sent, key=lambda one: one[0]))
    begun = time.perf_counter()

    async def worker() -> None:
        for _, notice in waiting:
            answered = await insurer.line.tell(insurer.guarantor_id, notice)
            assert answered.status == aiohttp.web.HTTPOk.status_code, answered.text

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
    return time.perf_counter() - begun, len(sent)


async def states(platform: Platform) -> Counter[str]:
    """How many orders are in which state."""
    async with reading(platform.running.context.pool) as connection:
        rows = await connection.fetch("SELECT state, count(*) FROM insurance.orders GROUP BY 1")
    return Counter({row["state"]: row["count"] for row in rows})


async def measured(platform: Platform, count: int) -> dict[str, Any]:
    """All three answers."""
    async with AsyncExitStack() as stack:
        totals = Totals(4, 4, TENDERS, 0, 0, 0)
        insurers = await open_insurers(stack, platform, totals, issuing=False)
        bidders = await open_bidders(platform, BIDDERS)
        tenders = await open_tenders(platform, [Planned(1, 1, 80_000_000)] * TENDERS, 2100)
        lines = [
            await stack.enter_async_context(
                aiohttp.ClientSession(
                    platform.running.address, headers={"Authorization": f"Bearer {token}"}
                )
            )
            for token, _, _ in bidders
        ]
        everywhere = [(tender, bidder) for bidder in range(BIDDERS) for tender in tenders]
        first, *others = insurers
        places = [(tender, bidder, first) for tender, bidder in everywhere[:count]]
        ids, spent, rate = await orders_paced(lines, places, ORDERS_A_SECOND)
        known = [
            {"id": order_id, "tender": tender, "account": bidders[bidder][1]}
            for order_id, (tender, bidder, _) in zip(ids, places, strict=True)
        ]
        seconds, sent = await storm(first, known)
        after = await states(platform)
        assert after == {"verified": len(ids)}, after
        few = everywhere[: count // 8]
        calm = [(tender, bidder, others[0]) for tender, bidder in few]
        begun, _, _ = await orders_paced(lines, calm, ORDERS_A_SECOND / 8)
        without = await reached(others[0], begun)
        others[1].hangs = True
        beside = [(tender, bidder, others[place]) for tender, bidder in few for place in (1, 2)]
        begun, _, _ = await orders_paced(lines, beside, ORDERS_A_SECOND / 4)
        answering = set(list(begun)[1::2])
        mixed = await reached(others[2], {one: begun[one] for one in begun if one in answering})
    return {
        "orders": len(ids),
        "orders_a_second": round(rate, 1),
        "order_p99_ms": round(p99(spent), 1),
        "notices_sent": sent,
        "storm_seconds": round(seconds, 1),
        "notices_a_minute": round(sent * 60 / seconds),
        "to_insurer_p99_ms": round(p99(without), 1),
        "to_insurer_p99_ms_beside_one_that_hangs": round(p99(mixed), 1),
        "load": [round(one, 1) for one in os.getloadavg()],
    }


async def bench(folder: Path, count: int) -> dict[str, Any]:
    """On a durable database of its own."""
    async with embedded_postgres(folder / "postgres") as embedded:
        async with open_connection(embedded.owner_dsn) as connection:
            await migrate(connection, MIGRATIONS)
        database = Database("kaibiao", embedded.owner_dsn, embedded.app_dsn, "")
        served = folder / "platform"
        served.mkdir()
        async with serving(database, served, demonstration=True) as platform:
            return await measured(platform, count)


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(prog="guarantees")
    parser.add_argument("--orders", type=int, default=ORDERS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        print(json.dumps({"name": "guarantees", **asyncio.run(bench(folder, options.orders))}))


if __name__ == "__main__":
    main()
