"""A hall whose server is killed in every phase: what was acknowledged or shown is there again."""

import asyncio
import secrets
from pathlib import Path
from typing import Final
from uuid import UUID

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from crypto.canonical import JsonValue
from evaluation_rooms.actions.hall import hall_of
from evaluation_rooms.hall import HallPhase
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import tickets
from evaluation_rooms.storage.tickets import Admission
from tendering.domain.journal import Event, Stream
from tendering.domain.resumption import RESUMED
from tendering.domain.tender import TenderStatus
from tendering.storage import journal
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluation import AT, TENDER
from tests.support.evaluation_tender import insert_tender
from tests.support.postgres import Database
from tests.support.room_process import room_processes
from tests.support.room_server import HOST, Client

SECONDS = 30
BIDDER = UUID(int=0x81)
GALLERY = Standing(Viewer.PUBLIC)
LISTED: Final[JsonValue] = {
    "lot": "1",
    "bids": [{"bidder_id": str(BIDDER), "bidder_name": "示范单位7"}],
}
# What leads the hall into each phase, in the order of the day.
DAY: Final[tuple[tuple[HallPhase, Event | None], ...]] = (
    (HallPhase.REHEARSAL, None),
    (HallPhase.SIGN_IN, Event("hall.phase_began", {"phase": "sign_in"})),
    (HallPhase.WAITING, Event("hall.phase_began", {"phase": "waiting"})),
    (HallPhase.CLOSING, Event("hall.phase_began", {"phase": "closing"})),
    (HallPhase.UNLOCK, Event("submission.closed", {"lots": [LISTED]})),
    (HallPhase.REVEAL, Event("prices.revealed", {"lot": "1"})),
    (HallPhase.CONFIRM, Event("hall.phase_began", {"phase": "confirm"})),
    (HallPhase.OBJECTIONS, Event("hall.phase_began", {"phase": "objections"})),
    (HallPhase.OBJECTIONS, Event("tender.suspended", {})),
    (HallPhase.OBJECTIONS, Event("tender.resumed", {})),
    (HallPhase.DRAW, Event("hall.phase_began", {"phase": "draw"})),
    (HallPhase.RECORD, Event("document.issued", {"kind": "opening_record", "signatories": []})),
    # Between the two sessions of a tender with sealed prices nobody is heard, and nothing is lost.
    (HallPhase.CLOSED, Event("opening.recorded", {"lot": "1", "session": 1})),
    (HallPhase.UNLOCK, Event(RESUMED, {"lot": "1", "session": 2, "bidders": [str(BIDDER)]})),
    (HallPhase.REVEAL, Event("prices.revealed", {"lot": "1", "session": 2})),
)


class Reader:
    """Somebody in the hall who comes back after what was seen last."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.seen = 0
        self.entries: dict[int, str] = {}

    async def come(self, pool: Pool, address: str) -> Client:
        """Enter with a fresh ticket."""
        ticket = secrets.token_urlsafe(32)
        async with transaction(pool) as connection:
            await tickets.insert(connection, ticket, Admission(TENDER, TENDER, self.standing))
        client = Client(await connect(f"{address}/rooms/{TENDER}/socket", compression=None))
        await client.send(type="hello", ticket=ticket, after=self.seen)
        greeting = await client.receive()
        assert greeting["type"] == ("resumed" if self.seen else "snapshot")
        self.seen = client.seen
        return client

    async def read(self, client: Client) -> None:
        """Read until the line is cut."""
        try:
            while True:
                frame = await client.receive()
                if frame["type"] == "entry":
                    self.entries[frame["seq"]] = frame["head"]
                self.seen = client.seen
        except ConnectionClosed:
            return


async def test_what_was_acknowledged_or_shown_survives_a_kill_in_every_phase(
    pool: Pool, database: Database, tmp_path: Path
) -> None:
    dsn = tmp_path / "dsn"
    await asyncio.to_thread(dsn.write_text, database.app_dsn, "utf-8")
    async with transaction(pool) as connection:
        await insert_tender(connection, TenderStatus.OPENING)
        # A reader who has seen nothing gets a snapshot, so something comes first.
        first = Event("hall.announced", {"text": "欢迎"})
        await journal.append(connection, TENDER, Stream.PUBLIC, first, at=AT)
    watcher, acknowledged = Reader(GALLERY), []
    async with room_processes(dsn) as start:
        for phase, event in DAY:
            async with transaction(pool) as connection:
                if event is not None:
                    await journal.append(connection, TENDER, Stream.PUBLIC, event, at=AT)
                assert (await hall_of(connection, TENDER)).phase is phase
            async with asyncio.timeout(SECONDS):
                server = await start()
                watching = await watcher.come(pool, server.url)
                host = await Reader(HOST).come(pool, server.url)
                # Who comes in only now sees the hall where it stands.
                view = host.frames[0]["room"]
                assert view["phase"] == phase
                assert view["suspended"] is (event is not None and event.kind == "tender.suspended")
                reading_on = asyncio.create_task(watcher.read(watching))
                for number in range(5):
                    await host.send(type="say", id=str(number), text=f"{phase} {number}")
                if phase is HallPhase.CLOSED:
                    assert (await host.until("refused"))["code"] == "wrong-phase"
                else:
                    acknowledged.append((await host.until("ack"))["seq"])
                server.kill()
                await reading_on
                await host.socket.wait_closed()
    async with reading(pool) as connection:
        written = await journal.after(connection, TENDER, Stream.PUBLIC, 0)

    heads = {entry.seq: entry.head.hex() for entry in written}
    assert acknowledged == sorted(acknowledged)
    assert set(acknowledged) <= heads.keys()
    assert watcher.entries.items() <= heads.items()
    # Between the first and the last that were shown nothing is missing, whatever was cut when.
    assert list(watcher.entries) == list(range(2, watcher.seen + 1))
