"""A line to a room: what happens there, in order and without loss, and requests that are answered.

The line is a WebSocket that may break at any moment. It is taken up again after the last entry
seen, and requests without an answer are sent again; those that had arrived the first time are then
refused as done already. docs/specs/room-protocol-v1.md.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from clients.platform import PREFIX, Json, Platform, PlatformUnreachable
from clients.transcript import socket_exchange

FRAME_BYTES_MAX: Final = 16 << 20
RETRY_SECONDS: Final = 0.3
ATTEMPTS_MAX: Final = 200
ANSWER_SECONDS_MAX: Final = 90.0
# A little below what the server allows: 20 messages a second, 60 at once.
MESSAGES_A_SECOND: Final = 18.0
MESSAGES_AT_ONCE: Final = 50
_AGAIN: Final = frozenset({"unavailable", "too-many-attempts"})


class RoomRefused(Exception):
    """The room said no: `code` and `parameters` say why."""

    def __init__(self, code: str, detail: str, parameters: Json) -> None:
        """Keep the members of the answer."""
        super().__init__(f"{code}: {detail} {parameters or ''}".rstrip())
        self.code, self.detail, self.parameters = code, detail, parameters


@dataclass(frozen=True, slots=True)
class _Line:
    """A socket that has joined; `lost` is done when it is no more."""

    socket: ClientConnection
    lost: asyncio.Future[None]


@dataclass(slots=True)
class Room:
    """A room as this party has seen it so far.

    `snapshot` is the state at the time of joining; `entries` is what has happened since.
    """

    platform: Platform
    room_id: UUID
    seq: int = 0
    standing: Json = field(default_factory=dict)
    snapshot: Json = field(default_factory=dict)
    entries: list[Json] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition, repr=False)
    _joined: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _line: _Line | None = field(default=None, repr=False)
    _asked: dict[str, asyncio.Future[int]] = field(default_factory=dict, repr=False)
    _tokens: float = MESSAGES_AT_ONCE
    _tokens_at: float = 0.0

    @property
    def seat(self) -> int:
        """This party's seat."""
        seat = self.standing["seat"]
        assert isinstance(seat, int)
        return seat

    @property
    def phase(self) -> str:
        """The phase the room is in."""
        for entry in reversed(self.entries):
            if entry["kind"] == "phase.changed":
                return str(entry["body"]["to"])
        return str(self.snapshot["phase"])

    async def look(self) -> Json:
        """The room's whole state as this party may see it now."""
        answer = await self.platform.get(f"/rooms/{self.room_id}")
        room: Json = answer["room"]
        return room

    async def ask(
        self, kind: str, *, done_when: frozenset[str] = frozenset(), **members: Any
    ) -> int:
        """Send a request and wait for its answer: the number of the last entry it made, or 0.

        A repetition that is refused with a code of `done_when` had been done the first time. Raises
        RoomRefused, PlatformUnreachable.
        """
        while True:
            request_id = str(uuid4())
            message = json.dumps({"type": kind, "id": request_id, **members}, ensure_ascii=False)
            answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            self._asked[request_id] = answer
            sent = 0
            try:
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    while not answer.done():
                        sent += 1
                        await self._send(message, answer)
                self._note(message, answer.result())
                return answer.result()
            except TimeoutError as error:
                raise PlatformUnreachable(f"no answer to {kind}") from error
            except RoomRefused as refusal:
                if refusal.code in _AGAIN:
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                if sent > 1 and refusal.code in done_when:
                    return 0
                raise
            finally:
                del self._asked[request_id]

    def _note(self, message: str, seq: int) -> None:
        if self.platform.heard is not None:
            ack = {"type": "ack", "id": json.loads(message)["id"], "seq": seq}
            path = f"/rooms/{self.room_id}/socket"
            self.platform.heard(socket_exchange(path, message, ack))

    async def until(self, holds: Callable[["Room"], bool]) -> None:
        """Wait until something is the case; it is asked again after every entry."""
        async with self._changed:
            await self._changed.wait_for(lambda: holds(self))

    async def _send(self, message: str, answer: asyncio.Future[int]) -> None:
        """Send once, and wait until it is answered or the line is lost."""
        await self._joined.wait()
        await self._take_token()
        line = self._line
        if line is None:
            return
        with suppress(ConnectionClosed):
            await line.socket.send(message)
        either: set[asyncio.Future[Any]] = {answer, line.lost}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)

    async def _take_token(self) -> None:
        now = asyncio.get_running_loop().time()
        refilled = self._tokens + (now - self._tokens_at) * MESSAGES_A_SECOND
        self._tokens = min(refilled, float(MESSAGES_AT_ONCE)) - 1.0
        self._tokens_at = now
        if self._tokens < 0:
            await asyncio.sleep(-self._tokens / MESSAGES_A_SECOND)

    async def _keep_line(self) -> None:
        """Join, and join again whenever the line is lost. Raises PlatformUnreachable."""
        address = self.platform.address.replace("http", "ws", 1)
        for _ in range(ATTEMPTS_MAX):
            try:
                ticket = (await self.platform.post(f"/rooms/{self.room_id}/tickets"))["ticket"]
                async with connect(
                    f"{address}{PREFIX}/rooms/{self.room_id}/socket",
                    max_size=FRAME_BYTES_MAX,
                    compression=None,
                ) as socket:
                    await socket.send(
                        json.dumps({"type": "hello", "ticket": ticket, "after": self.seq})
                    )
                    await self._listen(socket)
            except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                self._lose()
                await asyncio.sleep(RETRY_SECONDS)
        raise PlatformUnreachable("the room's line was lost too often")

    def _lose(self) -> None:
        if self._line is not None:
            self._line.lost.set_result(None)
        self._line = None
        self._joined.clear()

    async def _listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            frame: Json = json.loads(text)
            match frame["type"]:
                case "snapshot" | "resumed":
                    await self._welcome(socket, frame)
                case "entry":
                    self.seq = frame["seq"]
                    async with self._changed:
                        self.entries.append(frame)
                        self._changed.notify_all()
                case "ack" | "refused":
                    self._answered(frame)
                case _:
                    pass
        raise ConnectionClosed(None, None)

    async def _welcome(self, socket: ClientConnection, frame: Json) -> None:
        self.standing = frame["standing"]
        async with self._changed:
            if frame["type"] == "snapshot":
                self.seq, self.snapshot = frame["seq"], frame["room"]
                self.entries.clear()
            self._changed.notify_all()
        self._line = _Line(socket, asyncio.get_running_loop().create_future())
        self._joined.set()

    def _answered(self, frame: Json) -> None:
        answer = self._asked.get(frame["id"] or "")
        if answer is None or answer.done():
            return
        if frame["type"] == "ack":
            answer.set_result(frame["seq"])
        else:
            answer.set_exception(RoomRefused(frame["code"], frame["detail"], frame["parameters"]))


@asynccontextmanager
async def open_room(platform: Platform, room_id: UUID) -> AsyncIterator[Room]:
    """Join a room and keep the line while the block runs. Raises PlatformRefused."""
    room = Room(platform, room_id)
    line = asyncio.create_task(room._keep_line())  # noqa: SLF001 - the other half of this class
    joined = asyncio.create_task(room._joined.wait())  # noqa: SLF001
    try:
        await asyncio.wait({line, joined}, return_when=asyncio.FIRST_COMPLETED)
        if line.done():
            line.result()
        yield room
    finally:
        for task in (line, joined):
            task.cancel()
        await asyncio.wait({line, joined})
