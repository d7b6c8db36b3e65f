"""How many sealed bids of 16 KiB a second are in custody and receipted? Target 1,000 on two cores.

Everything counts: HTTP, session, signature, containers of 16 KiB on the disk, journal, receipt, one
durable commit before any answer. Signatures and containers are made beforehand; the client is a
process of its own on the same cores. The baseline is the same code without groups, one transaction
a bid; the peer is a bare handler on the same library that writes 16 KiB, calls fsync and answers.
`--fsync-ms 2` adds as much to every fsync of the database and of the peer (needs a C compiler).
"""

import argparse
import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import uvloop
from aiohttp import web

from benchmarks.preload import preload
from benchmarks.report import Row, report
from benchmarks.request_lines import load
from server import MIGRATIONS, running
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.keys import PlatformKeys, load_keys
from tendering.settings import (
    DatabaseSettings,
    PlatformSettings,
    ServerSettings,
    Settings,
)
from tendering.settling import settle
from tendering.storage import bid_securities, key_holders, tenders
from tendering.storage.connection import Connection, open_connection
from tendering.storage.embedded_postgres import EmbeddedDatabase, embedded_postgres
from tendering.storage.migrations import migrate
from tests.support.make import a_key_holder, a_tender
from tests.support.platform import Account, begin_session, enter
from tests.support.sealing import BidSigner, bid_signer, seal_bid

HOST_NAME: Final = "kaibiao.localhost"
BIDDERS: Final = 500
BID_BYTES: Final = 16 << 10
# Three containers of this plaintext are as near to 16 KiB as headers let them be.
PLAINTEXT_BYTES: Final = 4700

_SLOW_DISK: Final = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
#define SLOW(name) int name(int fd) { \\
    static int (*real)(int); \\
    if (!real) real = (int (*)(int)) dlsym(RTLD_NEXT, #name); \\
    int result = real(fd); usleep(MICROSECONDS); return result; }
SLOW(fsync)
SLOW(fdatasync)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: bids a second, milliseconds until the receipt, processor time in ms a bid."""

    rate: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    database_cpu_ms: float
    load_cpu_ms: float


@dataclass(frozen=True, slots=True)
class Bidder:
    """A bidder with its session."""

    signer: BidSigner
    token: str


# --- the platform --------------------------------------------------------------------------------


async def serve(folder: Path, *, port: int, processes: int, group_max: int) -> None:
    """A server process: the whole platform on a database that is there."""
    settings = Settings(
        server=ServerSettings(port=port, processes=processes),
        database=DatabaseSettings(dsn_file=str(folder / "dsn"), pool_connections_max=16),
        platform=PlatformSettings(folder=str(folder), host_name=HOST_NAME),
    )
    async with running(settings) as platform:
        platform.context.intake.group_max = group_max
        settle()
        print(json.dumps({"port": int(platform.address.rpartition(":")[2])}), flush=True)
        await asyncio.Event().wait()


async def serve_peer(folder: Path) -> None:
    """The peer: a handler that stores 16 KiB durably and knows nothing of bids."""

    def store(content: bytes) -> None:
        with (folder / uuid4().hex).open("xb", buffering=0) as file:
            file.write(content)
            os.fdatasync(file.fileno())

    async def post(request: web.Request) -> web.Response:
        await asyncio.to_thread(store, await request.read())
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/", post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    port = listening.getsockname()[1]
    print(json.dumps({"port": port}), flush=True)
    await asyncio.Event().wait()


@asynccontextmanager
async def program(*arguments: str, environment: dict[str, str]) -> AsyncIterator[tuple[int, int]]:
    """A process of this module; its port and its process id."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.receipts",
        *arguments,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    try:
        assert child.stdout is not None
        line = await child.stdout.readline()
        yield json.loads(line)["port"], child.pid
    finally:
        child.terminate()
        await child.wait()


# --- what is sent --------------------------------------------------------------------------------


async def prepare(
    connection: Connection, folder: Path, *, tender_count: int, first: int
) -> tuple[list[Tender], list[Bidder]]:
    """Published tenders, and bidders with sessions, certificates and bid securities.

    `first` is the number of the first party: every run has its own.
    """
    now = datetime.now(UTC)
    keys = load_keys(folder / "keys", name=HOST_NAME, create=True, at=now - timedelta(days=1))
    numbers = count(first)

    async def party(role: Role) -> Account:
        return await enter(connection, next(numbers), role, password_hash="-", at=now)  # noqa: S106

    entity, supervisor = await party(Role.PROCURING_ENTITY), await party(Role.SUPERVISOR)
    holders = [await party(Role.KEY_HOLDER) for _ in range(3)]
    published = []
    for place in range(tender_count):
        tender = a_tender(
            id=uuid4(),
            number=f"KB-{place}-{secrets.token_hex(4)}",
            procuring_entity_id=entity.organization.id,
            supervisor_id=supervisor.organization.id,
            key_holders=tuple(
                replace(
                    a_key_holder(number),
                    organization_id=holder.organization.id,
                    name=holder.organization.name,
                )
                for number, holder in enumerate(holders, start=1)
            ),
            documents=(),
            published_at=now - timedelta(days=1),
            deadline=now + timedelta(days=20),
        )
        await tenders.insert(connection, tender, at=now)
        for holder in tender.key_holders:
            await key_holders.announce_key(
                connection,
                tender.id,
                holder.number,
                public_key=holder.public_key or b"",
                announcement=dict(holder.announcement or {}),
            )
        published.append(tender)
    accounts = [await party(Role.BIDDER) for _ in range(BIDDERS)]
    return published, [
        await _bidder(connection, keys, account, published[place % tender_count], at=now)
        for place, account in enumerate(accounts)
    ]


async def _bidder(
    connection: Connection, keys: PlatformKeys, account: Account, tender: Tender, *, at: datetime
) -> Bidder:
    token = await begin_session(connection, account.authorization_id)
    organization = account.organization
    await bid_securities.put(connection, _security(tender, organization.id), at=at)
    return Bidder(bid_signer(keys, organization.id, organization.uscc, at=at), token)


def _security(tender: Tender, bidder_id: UUID) -> BidSecurity:
    until = tender.deadline + timedelta(days=200)
    form = SecurityForm.GUARANTEE_INSURANCE
    return BidSecurity(tender.id, "1", bidder_id, form, 200_000_00, until, None, "示范保函")


def requests_of(
    published: Sequence[Tender], bidders: Sequence[Bidder], *, bids: int
) -> list[bytes]:
    """Whole HTTP requests, sealed and signed; each bidder's counters rise."""
    requests = []
    for place in range(bids):
        bidder = bidders[place % len(bidders)]
        tender = published[place % len(bidders) % len(published)]
        sent = seal_bid(
            tender,
            bidder.signer,
            counter=1 + place // len(bidders),
            plaintext_bytes=PLAINTEXT_BYTES,
        )
        path = f"/api/v1/tenders/{tender.id}/bids"
        requests.append(_post(path, sent.body(), token=bidder.token))
    return requests


def _post(path: str, body: bytes, *, token: str = "") -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid4().hex}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def measure(file: Path, port: int, servers: Sequence[int]) -> Measured:
    """Run the client process against the servers, whose database is a child of this process."""
    before, stored = sum(map(cpu_seconds, servers)), cpu_seconds_below(os.getpid(), servers)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks.receipts", "load", str(file), "--port", str(port)),
        stdout=subprocess.PIPE,
    )
    out, _ = await child.communicate()
    figures = json.loads(out)
    milliseconds = 1000 / figures["count"]
    return Measured(
        figures["rate"],
        figures["p50_ms"],
        figures["p99_ms"],
        (sum(map(cpu_seconds, servers)) - before) * milliseconds,
        (cpu_seconds_below(os.getpid(), servers) - stored) * milliseconds,
        figures["cpu_seconds"] * milliseconds,
    )


def cpu_seconds(process: int) -> float:
    """What a process has used so far, in user and in kernel mode."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_seconds_below(process: int, without: Sequence[int]) -> float:
    """What the children of a process have used, and theirs, but for some of them."""
    below = 0.0
    for task in Path(f"/proc/{process}/task").iterdir():
        # What ends meanwhile, as helpers of the database do, is not counted.
        with suppress(FileNotFoundError):
            for child in map(int, (task / "children").read_text().split()):
                if child not in without:
                    below += cpu_seconds(child) + cpu_seconds_below(child, without)
    return below


# --- the contest ---------------------------------------------------------------------------------


@contextmanager
def slow_disk(milliseconds: float, folder: Path) -> Any:
    """The environment in which every fsync takes so much longer."""
    if not milliseconds:
        yield {}
        return
    environment = preload(_SLOW_DISK, folder, {"MICROSECONDS": int(milliseconds * 1000)})
    os.environ.update(environment)
    try:
        yield environment
    finally:
        del os.environ["LD_PRELOAD"]


async def contest(
    database: EmbeddedDatabase, folder: Path, environment: dict[str, str], options: Any
) -> dict[str, Measured]:
    """All contestants in turn."""
    (folder / "dsn").write_text(database.app_dsn)
    async with open_connection(database.owner_dsn) as connection:
        await migrate(connection, MIGRATIONS)
    figures: dict[str, Measured] = {}
    runs = [
        ("single commits, one tender", 1, 1, 1, options.count // 4),
        ("groups, one tender", 1, 256, 1, options.count),
        ("groups, 100 tenders", 100, 256, 1, options.count),
        ("groups, one tender, two processes", 1, 256, 2, options.count),
        ("groups, 100 tenders, two processes", 100, 256, 2, options.count),
    ]
    for name, tender_count, group_max, processes, bids in runs:
        async with open_connection(database.owner_dsn) as connection:
            sent = await prepare(
                connection, folder, tender_count=tender_count, first=1 + 10_000 * len(figures)
            )
            file = folder / "requests.json"
            made = await asyncio.to_thread(requests_of, *sent, bids=bids)
            file.write_text(json.dumps([each.decode("latin-1") for each in made]), "latin-1")
        arguments = (
            *("serve", str(folder), "--group-max", str(group_max)),
            *("--processes", str(processes)),
        )
        async with AsyncExitStack() as stack:
            running = program(*arguments, "--port", "0", environment=environment)
            port, process = await stack.enter_async_context(running)
            servers = [process]
            for _ in range(processes - 1):
                another = program(*arguments, "--port", str(port), environment=environment)
                servers.append((await stack.enter_async_context(another))[1])
            figures[name] = await measure(file, port, servers)
    file.write_text(json.dumps([_post("/", bytes(BID_BYTES)).decode("latin-1")] * options.count))
    peer = folder / "peer"
    peer.mkdir()
    async with program("peer", str(peer), environment=environment) as (port, process):
        figures["bare aiohttp, 16 KiB and fsync"] = await measure(file, port, [process])
    return figures


async def compare(options: Any) -> None:
    """Run everything on a database of its own and print the tables."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        await asyncio.to_thread(folder.chmod, 0o711)
        environment = stack.enter_context(slow_disk(options.fsync_ms, folder))
        database = await stack.enter_async_context(embedded_postgres(folder / "postgres"))
        figures = await contest(database, folder, environment, options)
    for name, one in figures.items():
        print(
            f"{name}: {one.rate:,.0f}/s, p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.1f} ms, "
            f"ms CPU a request: server {one.server_cpu_ms:.2f}, "
            f"database {one.database_cpu_ms:.2f}, load {one.load_cpu_ms:.2f}"
        )
    print(f"fsync +{options.fsync_ms} ms, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    rows = [Row(name, one.rate) for name, one in figures.items()]
    report("receipts", unit="bids/s", rows=rows, ours="groups, one tender")


def main() -> None:
    """Compare, or be one of the processes that are compared."""
    parser = argparse.ArgumentParser(prog="receipts")
    parser.add_argument(
        "role", nargs="?", default="compare", choices=["compare", "serve", "peer", "load"]
    )
    parser.add_argument("path", nargs="?", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--group-max", type=int, default=256)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--fsync-ms", type=float, default=0)
    options = parser.parse_args()
    match options.role:
        case "serve":
            uvloop.run(
                serve(
                    options.path,
                    port=options.port,
                    processes=options.processes,
                    group_max=options.group_max,
                )
            )
        case "peer":
            uvloop.run(serve_peer(options.path))
        case "load":
            uvloop.run(load(options.path, options.port))
        case _:
            uvloop.run(compare(options))


if __name__ == "__main__":
    main()
