"""Does a guest centre work through a cut of the line between two machines, and catch up?

Two platforms, each with its own database, in two network namespaces of this machine that one line
joins; the guest's members log in at home. The line is taken down while the evaluation goes on, and
comes up again. At the end both have the same transcript, signed by both. Linux, as root.
"""

import argparse
import asyncio
import ctypes
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import structs
from websockets.asyncio.client import connect

from clients.site_copy import check_file
from crypto.link_channel import new_seed, public_of
from evaluation_rooms import commands as c
from evaluation_rooms.actions import site_links
from evaluation_rooms.actions.rooms import act, open_room
from evaluation_rooms.phases import Phase
from evaluation_rooms.site_transcript import Place, shown
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import tickets
from evaluation_rooms.storage.tickets import Admission
from server import MIGRATIONS
from tendering.domain.journal import Stream
from tendering.domain.roles import Role
from tendering.storage import journal
from tendering.storage.bus import Bus, open_bus
from tendering.storage.connection import Pool, open_connection, open_pool, reading, transaction
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate
from tests.support.evaluation import ROOM, TENDER, a_room, a_room_opening, check_ins, elects
from tests.support.evaluation_tender import insert_tender
from tests.support.platform import begin_session, enter
from tests.support.programs import ROOT
from tests.support.room_server import HOST, Client

SITE: Final = "示范二市"
GUEST_SEAT: Final = 2
CUT_SECONDS: Final = 45.0
SAID_MEANWHILE: Final = 50
SECONDS_MAX: Final = 300
START_SECONDS: Final = 120
PORT: Final = 8000
ADDRESSES: Final = {"host": "192.0.2.1", "guest": "192.0.2.2"}  # RFC 5737: nobody's
CLONE_NEWNET: Final = 0x40000000


# --- two machines, as the network has it ---------------------------------------------------------


@contextmanager
def two_machines() -> Iterator[dict[str, str]]:
    """Two network namespaces and a line between them; their names by who lives there."""
    names = {who: f"kaibiao-{who}-{os.getpid()}" for who in ADDRESSES}
    try:
        for name in names.values():
            _ip("netns", "add", name)
        host, guest = names.values()
        _ip(
            "-n",
            host,
            "link",
            "add",
            "line",
            "type",
            "veth",
            "peer",
            "name",
            "line",
            "netns",
            guest,
        )
        for who, name in names.items():
            _ip("-n", name, "address", "add", f"{ADDRESSES[who]}/24", "dev", "line")
            for device in ("lo", "line"):
                _ip("-n", name, "link", "set", device, "up")
        yield names
    finally:
        for name in names.values():
            # What was never made need not be taken away.
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)  # noqa: S607 - our own words


def cut(name: str, *, is_cut: bool) -> None:
    """Take the line down at one end, or put it up again."""
    _ip("-n", name, "link", "set", "line", "down" if is_cut else "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)  # noqa: S607 - our own words


def socket_within(name: str) -> socket.socket:
    """A socket that lives on that machine, whoever uses it (setns(2))."""
    library = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as home, Path("/run/netns", name).open() as away:
        for place in (away, home):
            if place is home:
                made = socket.socket()
            if library.setns(place.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
    made.setblocking(False)
    return made


@asynccontextmanager
async def program(name: str, *arguments: object) -> AsyncIterator[dict[str, object]]:
    """`kaibiao` with these arguments on that machine; its ready line."""
    command = ["nsenter", f"--net=/run/netns/{name}", sys.executable, "-m", "clients.cli"]
    process = await asyncio.create_subprocess_exec(
        *command, *map(str, arguments), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            yield json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def somebody(name: str, url: str, ticket: str) -> AsyncIterator[Client]:
    """Whoever sits at that machine and has said hello."""
    line = socket_within(name)
    address, port = url.split("/")[2].split(":")
    await asyncio.get_running_loop().sock_connect(line, (address, int(port)))
    async with connect(
        url, sock=line, compression=None, proxy=None, max_queue=None, ping_interval=None
    ) as connected:
        client = Client(connected)
        await client.send(type="hello", ticket=ticket, after=0)
        await client.until("snapshot")
        yield client


# --- the two platforms ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Centre:
    """A platform that serves on its machine. `folder`: its own, with its keys."""

    folder: Path
    url: str
    pool: Pool
    bus: Bus


async def a_centre(stack: AsyncExitStack, folder: Path, who: str, name: str) -> Centre:
    """A platform with its own database, served by a process of its own."""
    database = await stack.enter_async_context(embedded_postgres(folder / f"{who}-postgres"))
    async with open_connection(database.owner_dsn) as connection:
        await migrate(connection, MIGRATIONS)
    own = folder / who
    own.mkdir()
    (own / "dsn").write_text(database.app_dsn, "utf-8")
    (own / "config.toml").write_text(
        f'[server]\nhost = "{ADDRESSES[who]}"\nport = {PORT}\n'
        f'[database]\ndsn_file = "{own}/dsn"\n[platform]\nfolder = "{own}"\n'
    )
    ready = await stack.enter_async_context(program(name, "serve", "--config", own / "config.toml"))
    pool = await stack.enter_async_context(open_pool(database.app_dsn, size=2))
    bus = await stack.enter_async_context(open_bus(pool, database.app_dsn))
    return Centre(own, str(ready["ready"]), pool, bus)


async def do(host: Centre, *commands: c.Command) -> None:
    """What the host's people do."""
    async with transaction(host.pool) as connection:
        for command in commands:
            await act(connection, ROOM, command, HOST, at=datetime.now(UTC))
    host.bus.touched(TENDER)


async def furnish(host: Centre, key: bytes) -> None:
    """A room in which all sit, about to vote for a chair, that the guest's platform may join."""
    now, opening = datetime.now(UTC), a_room_opening()
    hours = timedelta(hours=1)
    terms = structs.replace(opening.terms, opens_at=now - hours, closes_at=now + hours)
    async with transaction(host.pool) as connection:
        await insert_tender(connection)
        room = (await open_room(connection, structs.replace(opening, terms=terms), at=now)).room
        await site_links.register(connection, ROOM, SITE, key, at=now)
    await do(host, *check_ins(room), c.AdvancePhase(None, Phase.CHAIR))


async def supervisor_ticket(host: Centre) -> str:
    """As the HTTP edge would give it."""
    ticket = secrets.token_urlsafe(32)
    async with transaction(host.pool) as connection:
        admission = Admission(ROOM, TENDER, Standing(Viewer.SUPERVISOR))
        await tickets.insert(connection, ticket, admission)
    return ticket


async def place_of(host: Centre) -> Place:
    """Where the transcript of the site is, computed from the host's journal."""
    place = Place()
    async with reading(host.pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=5000)
    for entry in entries:
        item = shown(entry, ROOM, place)
        place = place if item is None else place.after(item)
        assert entry.kind != "link.broken", entry.body
    return place


# --- the play ------------------------------------------------------------------------------------


async def play(folder: Path, names: dict[str, str], cut_seconds: float) -> dict[str, object]:
    """Cut the line in the middle of an evaluation; what came of it."""
    async with AsyncExitStack() as stack:
        host = await a_centre(stack, folder, "host", names["host"])
        guest = await a_centre(stack, folder, "guest", names["guest"])
        seed = new_seed()
        await furnish(host, public_of(seed))
        async with transaction(guest.pool) as connection:
            expert = await enter(connection, 1, Role.EXPERT, password_hash="", at=datetime.now(UTC))
            token = await begin_session(connection, expert.authorization_id)
        host_key = public_of(bytes.fromhex((host.folder / "link.key").read_text("ascii")))
        told = {
            "host": host.url,
            "room_id": str(ROOM),
            "site": SITE,
            "host_key": host_key.hex(),
            "key_file": "site.key",
            "transcript": "copy.jsonl",
            "own": guest.url,
            "seats": {expert.person.login: GUEST_SEAT},
        }
        (guest.folder / "site.key").write_text(seed.hex())
        (guest.folder / "link.json").write_text(json.dumps(told))
        link = await stack.enter_async_context(
            program(names["guest"], "site-link", "run", "--config", guest.folder / "link.json")
        )
        address = f"{host.url.replace('http', 'ws')}/api/v1/rooms/{ROOM}/socket"
        ticket = await supervisor_ticket(host)
        watching = await stack.enter_async_context(somebody(names["host"], address, ticket))
        local = await stack.enter_async_context(
            somebody(names["guest"], f"ws://127.0.0.1:{link['ready']}/", token)
        )
        caught_up = await cut_and_catch_up(host, names["host"], local, watching, cut_seconds)
        await do(host, c.AdvancePhase(None, Phase.PRELIMINARY))
        place = await place_of(host)
        signed = {"n": 0, "head": ""}
        while int(str(signed["n"])) < place.n:
            signed = (await watching.until("entry", kind="link.countersigned"))["body"]
        assert signed["head"] == place.head.hex()
        copy = guest.folder / "copy.jsonl"
        checked = check_file(copy, ROOM, SITE, host_key=host_key, guest_key=public_of(seed))
        assert (checked.place, checked.signed) == (place, place.n)
        return {**caught_up, "items": place.n, "signed_by_both": checked.signed}


async def cut_and_catch_up(
    host: Centre, name: str, local: Client, watching: Client, cut_seconds: float
) -> dict[str, object]:
    """The evaluation goes on without the guest; how long until both have everything again."""
    assert (await local.ask(type="chair.vote", id="v", candidate=1))["type"] == "ack"
    cut(name, is_cut=True)
    begun = time.monotonic()
    await local.send(type="say", id="s", text="断线时副场所说")
    others = [one for one in elects(a_room()) if one != c.VoteForChair(GUEST_SEAT, 1)]
    await do(host, *others, *[c.Speak(1, f"第{n}句") for n in range(SAID_MEANWHILE)])
    await watching.until("entry", kind="chair.round_closed")
    await asyncio.sleep(cut_seconds - (time.monotonic() - begun))
    assert not any(one.get("kind") == "chair.round_closed" for one in local.frames)
    cut(name, is_cut=False)
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(local.until("entry", kind="chair.round_closed"))
        group.create_task(_heard(watching))
    caught_up = time.monotonic() - begun
    while not any(one["type"] == "ack" and one["id"] == "s" for one in local.frames):
        await local.receive()
    return {"cut_seconds": cut_seconds, "caught_up_seconds": round(caught_up, 2)}


async def _heard(watching: Client) -> None:
    while (await watching.until("entry", kind="room.said"))["body"]["seat"] != GUEST_SEAT:
        pass


def main() -> None:
    """Play it in a folder that is thrown away; the last line is what came of it."""
    parser = argparse.ArgumentParser(prog="two_sites")
    parser.add_argument("--cut-seconds", type=float, default=CUT_SECONDS)
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("two_sites: making network namespaces takes root")
    with tempfile.TemporaryDirectory() as folder, two_machines() as names:
        Path(folder).chmod(0o711)

        async def bounded() -> dict[str, object]:
            async with asyncio.timeout(SECONDS_MAX + options.cut_seconds):
                return await play(Path(folder), names, options.cut_seconds)

        came_of_it = asyncio.run(bounded())
    print(json.dumps({"name": "two sites, the line cut", **came_of_it}))


if __name__ == "__main__":
    main()
