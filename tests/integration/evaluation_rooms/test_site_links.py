"""A guest centre joins a room over a line that is cut and tampered with; its copy is the host's."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from websockets.asyncio.client import connect

from clients.commands.site_link import site_link
from clients.site_copy import SiteCopy, check_file
from clients.site_link import GuestLink, Joining, LinkEnded
from crypto.link_channel import new_seed, public_of, sign
from evaluation_rooms import commands as c
from evaluation_rooms.actions import site_links
from evaluation_rooms.phases import Phase
from evaluation_rooms.site_transcript import Item, Place, head_statement, shown
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.journal import Stream
from tendering.domain.roles import Role
from tendering.storage import journal
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluation import AT, ROOM, TENDER, check_ins, elects
from tests.support.platform import Platform, serving
from tests.support.postgres import ROOT, Cluster, Database
from tests.support.room_server import LINK_SEED, SETTINGS, Client, RoomServer, room_server

SITE, OTHER_SITE = "示范二市", "示范市"
SECONDS = 40
HOST_KEY = public_of(LINK_SEED)
IMPATIENT = replace(SETTINGS, keep_alive_seconds=0.2)


@pytest.fixture
async def platform(postgres: Cluster, tmp_path: Path) -> AsyncIterator[Platform]:
    """The guest centre's own platform, with a database of its own."""
    folder = tmp_path / "centre"
    folder.mkdir()
    async with postgres.migrated() as database, serving(database, folder) as served:
        yield served


@dataclass(slots=True)
class Proxy:
    """A line that can be cut, can swallow all, and can send once more what the guest has sent."""

    port_behind: int
    port: int = 0
    is_cut: bool = False
    replays: bool = False
    swallows: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _pumps: set[asyncio.Task[None]] = field(default_factory=set)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self.port_behind)
        self._writers |= {writer, behind_writer}
        for one, other, is_guest in (
            (reader, behind_writer, True),
            (behind_reader, writer, False),
        ):
            pump = asyncio.create_task(self._pump(one, other, is_guest=is_guest))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_guest: bool
    ) -> None:
        try:
            while data := await reader.read(65536):
                if self.swallows:
                    continue
                writer.write(data)
                if is_guest and self.replays:
                    self.replays = False
                    writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
            self.ended.set()

    def cut(self) -> None:
        """Cut every line, and let none through."""
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def end(self) -> None:
        self.cut()
        if self._pumps:
            await asyncio.wait(self._pumps)


@asynccontextmanager
async def a_line(port: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(port)
    server = await asyncio.start_server(proxy.carry, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.end()
        await server.wait_closed()


@asynccontextmanager
async def a_guest(folder: Path, told: dict[str, Any]) -> AsyncIterator[int]:
    """The guest centre's program as a process of its own; the port for its members."""
    (folder / "link.json").write_text(json.dumps(told))
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "clients.cli", "site-link", "run"),
        *("--config", str(folder / "link.json")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert program.stdout is not None
        yield int(json.loads(await program.stdout.readline())["ready"])
    finally:
        if program.returncode is None:
            program.terminate()
        await program.wait()


@asynccontextmanager
async def a_member(port: int, token: str) -> AsyncIterator[Client]:
    """A member at the guest site, who has said hello to the centre's program."""
    async with connect(f"ws://127.0.0.1:{port}", compression=None, proxy=None) as socket:
        client = Client(socket)
        await client.send(type="hello", ticket=token, after=0)
        yield client


async def register(rooms: RoomServer, key: bytes, site: str = SITE) -> None:
    async with transaction(rooms.context.pool) as connection:
        await site_links.register(connection, ROOM, site, key, at=AT)
    rooms.context.bus.touched(TENDER)


async def place_of(rooms: RoomServer) -> Place:
    """Where the transcript of the site is, computed from the host's journal."""
    place = Place()
    async with reading(rooms.context.pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=500)
    for entry in entries:
        item = shown(entry, ROOM, place)
        place = place if item is None else place.after(item)
    return place


async def said(rooms: RoomServer) -> list[str]:
    async with reading(rooms.context.pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=500)
    return [str(one.body["text"]) for one in entries if one.kind == "room.said"]


def guest_config(platform: Platform, port: int, copy: str) -> dict[str, Any]:
    """What the guest centre's program is told."""
    expert, clerk = (
        platform.accounts[role].person.login for role in (Role.EXPERT, Role.VENUE_OPERATOR)
    )
    return {
        "host": f"http://127.0.0.1:{port}",
        "room_id": str(ROOM),
        "site": SITE,
        "host_key": HOST_KEY.hex(),
        "key_file": "site.key",
        "transcript": copy,
        "own": platform.running.address,
        # The second's seat is at another site: not this link's to open.
        "seats": {expert: 2, clerk: 1},
    }


async def test_a_guest_centre_works_through_a_cut_and_has_the_transcript_of_the_host(
    rooms: RoomServer, platform: Platform, tmp_path: Path
) -> None:
    room = (await rooms.open()).room
    await rooms.do(*check_ins(room), c.AdvancePhase(None, Phase.CHAIR))
    seed, copy = new_seed(), tmp_path / "copy.jsonl"
    (tmp_path / "site.key").write_text(seed.hex())
    await register(rooms, public_of(seed))
    async with (
        asyncio.timeout(SECONDS),
        rooms.join(Standing(Viewer.SUPERVISOR)) as supervisor,
        a_line(rooms.port) as line,
        a_guest(
            tmp_path,
            guest_config(platform, line.port, copy.name),
        ) as port,
    ):
        for token, code in (("no-token", 4401), (platform.tokens[Role.VENUE_OPERATOR], 4403)):
            async with a_member(port, token) as stranger:
                await stranger.socket.wait_closed()
                assert stranger.socket.close_code == code
        async with a_member(port, platform.tokens[Role.EXPERT]) as local:
            snapshot = await local.until("snapshot")
            assert snapshot["standing"] == {"kind": "evaluation", "viewer": "member", "seat": 2}
            voted = await local.ask(type="chair.vote", id="v", candidate=1)
            assert voted["type"] == "ack"

            line.cut()
            await local.send(type="say", id="s", text="线路中断时说的话")
            await rooms.do(*(one for one in elects(room) if one != c.VoteForChair(2, 1)))
            line.is_cut = False
            assert await local.until("entry", kind="chair.round_closed")
            assert await local.until("ack", id="s")

            line.replays = True
            await local.send(type="say", id="r", text="重放")
            broken = await supervisor.until("entry", kind="link.broken")
            assert "played again" in broken["body"]["why"]
            assert await local.until("ack", id="r")
            assert await local.ask(type="say", id="t", text="之后")
        await rooms.do(c.AdvancePhase(None, Phase.PRELIMINARY))
        place = await place_of(rooms)
        countersigned = await supervisor.until("entry", kind="link.countersigned")
        while countersigned["body"]["n"] < place.n:
            countersigned = await supervisor.until("entry", kind="link.countersigned")

    checked = check_file(copy, ROOM, SITE, host_key=HOST_KEY, guest_key=public_of(seed))
    assert (checked.place, checked.signed) == (place, place.n)
    assert countersigned["body"]["head"] == place.head.hex()
    texts = await said(rooms)
    # A sentence of which only the answer was lost is said twice; what was played again is not.
    assert {"线路中断时说的话", "重放", "之后"} == set(texts)
    shown_texts = copy.read_text()
    assert "线路中断时说的话" not in shown_texts
    verified = CliRunner().invoke(site_link, _verify(copy, seed))
    assert (verified.exit_code, f"signed by both up to {place.n}" in verified.output) == (0, True)
    copy.write_text(shown_texts.replace('"seat":3', '"seat":5', 1))
    assert "DOES NOT HOLD" in CliRunner().invoke(site_link, _verify(copy, seed)).output


async def test_a_line_that_hangs_is_a_cut_and_no_misdeed_of_the_site(
    tender_pool: Pool, database: Database, tmp_path: Path
) -> None:
    seed = new_seed()
    async with (
        asyncio.timeout(SECONDS),
        room_server(tender_pool, database.app_dsn, IMPATIENT) as rooms,
        a_line(rooms.port) as line,
    ):
        await rooms.open()
        await register(rooms, public_of(seed))
        joining = Joining(f"http://127.0.0.1:{line.port}", ROOM, SITE, HOST_KEY, seed)
        copy = SiteCopy(tmp_path / "copy", ROOM, SITE, seed=seed, host_key=HOST_KEY)
        async with rooms.join(Standing(Viewer.SUPERVISOR)) as supervisor:
            linked = asyncio.create_task(GuestLink(joining, copy).run())
            await supervisor.until("entry", kind="link.joined")
            line.swallows = True
            await line.ended.wait()
            line.swallows = False
            await supervisor.until("entry", kind="link.joined")
            linked.cancel()
            await asyncio.wait([linked])
        copy.close()

    assert "link.broken" not in [one.get("kind") for one in supervisor.frames]


async def test_a_link_needs_its_key_and_its_copy(rooms: RoomServer, tmp_path: Path) -> None:
    room = (await rooms.open()).room
    await rooms.do(*check_ins(room))
    seed = new_seed()
    await register(rooms, public_of(seed))

    def joining(key: bytes = seed, host_key: bytes = HOST_KEY, site: str = SITE) -> Joining:
        address = f"http://127.0.0.1:{rooms.port}"
        return Joining(address, ROOM, site, host_key, key)

    def copy_of(which: Joining, name: str) -> SiteCopy:
        return SiteCopy(tmp_path / name, ROOM, which.site, seed=which.seed, host_key=which.host_key)

    async def refusal(which: Joining, copy: SiteCopy) -> str:
        with pytest.raises(LinkEnded) as refused:
            await GuestLink(which, copy).run()
        copy.close()
        return str(refused.value)

    async with asyncio.timeout(SECONDS):
        for name, wrong in (
            ("key", joining(key=new_seed())),
            ("site", joining(site=OTHER_SITE)),
        ):
            assert await refusal(wrong, copy_of(wrong, name)) == "link-refused"
        lying = joining(host_key=public_of(new_seed()))
        assert "did not prove its key" in await refusal(lying, copy_of(lying, "host"))

        # A copy that says something else than the host ever did.
        other = copy_of(joining(), "other")
        invented = Item(1, 1, "room.opened", "2026-11-23T02:00:00.000000Z", {"room_id": str(ROOM)})
        other.add(invented)
        place = Place().after(invented)
        other.seal(1, place.head.hex(), sign(LINK_SEED, head_statement(ROOM, SITE, place)))
        assert await refusal(joining(), other) == "transcript-differs"


def _verify(copy: Path, seed: bytes) -> list[str]:
    return [
        "verify",
        str(copy),
        *("--room", str(ROOM), "--site", SITE),
        *("--host-key", HOST_KEY.hex(), "--guest-key", public_of(seed).hex()),
    ]
