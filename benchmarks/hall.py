"""How long until the last of 1,200 in a hall reads an announcement? Targets: p99 100 ms; 5 s back.

The whole platform in a process, 1,000 watchers, 200 bidders and the host in another, over real
sockets, with tickets over HTTP. Then all watchers are cut off at once while the host goes on
speaking; the clock stops when the last of them has all entries, in order. The bidder list is
published, so everybody is also told who comes and goes.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
import uvloop

from benchmarks.receipts import cpu_seconds, cpu_seconds_below, program
from benchmarks.report import Row, report
from benchmarks.room_lines import RoomLine, child, open_lines, orders, resident_bytes, tell
from server import MIGRATIONS
from tendering.domain.journal import Event, Stream
from tendering.domain.roles import Role
from tendering.storage import journal, tenders
from tendering.storage.connection import Connection, open_connection
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate
from tests.support.make import a_tender
from tests.support.platform import begin_session, enter

WATCHERS: Final = 1000
BIDDERS: Final = 200
ANNOUNCEMENTS: Final = 100
WHILE_AWAY: Final = 10
PAUSE_SECONDS: Final = 0.05
HTTP_LINES: Final = 64
SECONDS_MAX: Final = 60
MODULE: Final = "benchmarks.hall"


class Crowd:
    """Everybody in the hall, and when each entry had reached the last of them."""

    def __init__(self, port: int, tender_id: str, tokens: Sequence[str]) -> None:
        """`tokens`: one for each person, empty for a watcher."""
        self._port = port
        self._tender_id = tender_id
        self.tokens = tokens
        self.lines: list[RoomLine] = []
        self.reached: dict[int, int] = {}
        self.last_at: dict[int, float] = {}
        self._acknowledged: asyncio.Future[int] | None = None
        self._happened = asyncio.Event()

    async def come(self, http: aiohttp.ClientSession, after: Sequence[int]) -> list[RoomLine]:
        """So many of the crowd fetch tickets and enter, each after the entry it saw last."""

        async def one(token: str, seen: int) -> RoomLine:
            address = f"http://127.0.0.1:{self._port}/api/v1/rooms/{self._tender_id}/tickets"
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with http.post(address, headers=headers) as answer:
                assert answer.status == 201, await answer.text()  # noqa: PLR2004
                ticket = (await answer.json())["ticket"]
            hello = json.dumps({"type": "hello", "ticket": ticket, "after": seen})
            path = f"/api/v1/rooms/{self._tender_id}/socket"
            line = RoomLine(path, hello.encode(), self._received)
            await open_lines(self._port, [line])
            return line

        return list(await asyncio.gather(*map(one, self.tokens[: len(after)], after)))

    async def say(self, number: int) -> int:
        """The host, who is the last of the crowd, speaks; the entry's number."""
        self._acknowledged = asyncio.get_running_loop().create_future()
        said = {"type": "say", "id": str(number), "text": f"第{number}次宣布：请各投标人注意时间。"}
        self.lines[-1].send(json.dumps(said).encode())
        return await self._acknowledged

    async def until_all_have(self, seq: int) -> None:
        """Wait until the last one has the entry."""
        async with asyncio.timeout(SECONDS_MAX):
            while any(line.seen < seq for line in self.lines):
                self._happened.clear()
                await self._happened.wait()

    def _received(self, line: RoomLine, text: bytes) -> None:
        self._happened.set()
        if text.startswith(b'{"type":"ack"'):
            assert self._acknowledged is not None
            self._acknowledged.set_result(json.loads(text)["seq"])
        self.reached[line.seen] = self.reached.get(line.seen, 0) + 1
        self.last_at[line.seen] = time.monotonic()


async def attend() -> None:
    """The process of the crowd."""
    order = await anext(orders())
    crowd = Crowd(order["port"], order["tender"], order["tokens"])
    connector = aiohttp.TCPConnector(limit=HTTP_LINES)
    async with aiohttp.ClientSession(connector=connector) as http:
        began = time.monotonic()
        crowd.lines = await crowd.come(http, [0] * len(crowd.tokens))
        tell(entered=time.monotonic() - began)
        tell(milliseconds=await _announced(crowd))
        tell(**await _cut_and_back(crowd, http, order["watchers"]))


async def _announced(crowd: Crowd) -> list[float]:
    """Milliseconds from the host's words to the last reader, for each announcement."""
    said: dict[int, float] = {}
    for number in range(ANNOUNCEMENTS):
        before = time.monotonic()
        said[await crowd.say(number)] = before
        await asyncio.sleep(PAUSE_SECONDS)
    await crowd.until_all_have(max(said))
    assert all(line.is_whole for line in crowd.lines)
    return sorted((crowd.last_at[seq] - before) * 1000 for seq, before in said.items())


async def _cut_and_back(
    crowd: Crowd, http: aiohttp.ClientSession, watchers: int
) -> dict[str, float]:
    """Cut the watchers, who stand first, off at once, and wait until they have everything."""
    away = [line.seen for line in crowd.lines[:watchers]]
    for line in crowd.lines[:watchers]:
        line.abort()
    began, used = time.monotonic(), time.process_time()
    talking = asyncio.create_task(_talk(crowd))
    back = await crowd.come(http, away)
    crowd.lines = back + crowd.lines[watchers:]
    latest = await talking
    await crowd.until_all_have(latest)
    took = time.monotonic() - began
    assert all(line.greeting["type"] == "resumed" and line.is_whole for line in back)
    return {"back": took, "cpu": time.process_time() - used}


async def _talk(crowd: Crowd) -> int:
    return [await crowd.say(1000 + number) for number in range(WHILE_AWAY)][-1]


# --- the platform --------------------------------------------------------------------------------


async def prepare(connection: Connection, bidders: int) -> tuple[UUID, list[str]]:
    """A tender with a published list of bidders; tokens of the bidders, then of the host."""
    now = datetime.now(UTC)

    async def account(number: int, role: Role) -> tuple[UUID, str]:
        entered = await enter(connection, number, role, password_hash="-", at=now)  # noqa: S106
        return entered.organization.id, await begin_session(connection, entered.authorization_id)

    host, host_token = await account(1, Role.PROCURING_ENTITY)
    supervisor, _ = await account(2, Role.SUPERVISOR)
    there = [await account(10 + number, Role.BIDDER) for number in range(bidders)]
    tender = a_tender(
        id=uuid4(),
        procuring_entity_id=host,
        supervisor_id=supervisor,
        key_holders=(),
        documents=(),
    )
    await tenders.insert(connection, tender, at=now)
    bids: list[Any] = [
        {"bidder_id": str(one), "bidder_name": f"示范单位{number}"}
        for number, (one, _) in enumerate(there)
    ]
    listed = Event("submission.closed", {"lots": [{"lot": "1", "bids": bids}]})
    await journal.append(connection, tender.id, Stream.PUBLIC, listed, at=now)
    return tender.id, [*(token for _, token in there), host_token]


async def measure(watchers: int, bidders: int) -> None:
    """Run platform and crowd, and print what came of it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        await asyncio.to_thread(folder.chmod, 0o711)
        database = await stack.enter_async_context(embedded_postgres(folder / "postgres"))
        await asyncio.to_thread((folder / "dsn").write_text, database.app_dsn)
        async with open_connection(database.owner_dsn) as connection:
            await migrate(connection, MIGRATIONS)
            tender_id, tokens = await prepare(connection, bidders)
        port, server = await stack.enter_async_context(
            program("serve", str(folder), environment={})
        )
        crowd = await stack.enter_async_context(child(MODULE, "attend"))
        everybody = [""] * watchers + tokens
        memory = resident_bytes(server)
        crowd.say(port=port, tender=str(tender_id), tokens=everybody, watchers=watchers)
        entered = (await crowd.hear())["entered"]
        memory = (resident_bytes(server) - memory) // len(everybody)
        used = [cpu_seconds(server)]
        milliseconds = (await crowd.hear())["milliseconds"]
        used.append(cpu_seconds(server))
        stored = cpu_seconds_below(os.getpid(), [server, crowd.pid])
        again = await crowd.hear()
        used.append(cpu_seconds(server))
        stored = cpu_seconds_below(os.getpid(), [server, crowd.pid]) - stored
    p50, p99 = milliseconds[len(milliseconds) // 2], milliseconds[len(milliseconds) * 99 // 100]
    print(
        f"{len(everybody)} entered in {entered:.1f} s, {memory / 1024:.1f} KiB each\n"
        f"announcement to the last reader: p50 {p50:.0f} ms, p99 {p99:.0f} ms; "
        f"server {(used[1] - used[0]) / ANNOUNCEMENTS * 1000:.1f} ms CPU each\n"
        f"{watchers} cut off, back and complete in {again['back']:.1f} s; CPU seconds: "
        f"server {used[2] - used[1]:.1f}, database {stored:.1f}, crowd {again['cpu']:.1f}\n"
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    rows = [
        Row("target: announcement to the last reader, p99", 100.0),
        Row("ours, p50", p50),
        Row("ours, p99", p99),
        Row("target: cut off until complete", 5000.0),
        Row("ours, cut off until complete", again["back"] * 1000),
    ]
    report("hall", unit="ms", rows=rows, ours="ours, p99")


def main() -> None:
    """Measure, or be the crowd."""
    parser = argparse.ArgumentParser(prog="hall")
    parser.add_argument("role", nargs="?", default="measure", choices=["measure", "attend"])
    parser.add_argument("--watchers", type=int, default=WATCHERS)
    parser.add_argument("--bidders", type=int, default=BIDDERS)
    options = parser.parse_args()
    if options.role == "attend":
        uvloop.run(attend())
    else:
        uvloop.run(measure(options.watchers, options.bidders))


if __name__ == "__main__":
    main()
