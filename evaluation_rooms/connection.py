"""One WebSocket: a loop reads requests; while the line is behind, a task beside it catches up.

It moves bytes and waits; what a message means is `protocol`'s, what may be done is the rules'.
"""

import asyncio
import logging
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from aiohttp import WSCloseCode, WSMsgType, web

from evaluation_rooms import messages, protocol
from evaluation_rooms.actions import hall
from evaluation_rooms.actions.entering import reads_what_waits
from evaluation_rooms.actions.statements import is_signed, verify
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.feed import Feed, Page
from evaluation_rooms.media import deeds as media
from evaluation_rooms.pace import Pace
from evaluation_rooms.protocol import Asked, Join, LeadHall, Session, SpeakInHall
from evaluation_rooms.room_writer import Request
from evaluation_rooms.storage import tickets
from tendering.api.problems import TooManyAttempts
from tendering.domain.journal import Stream
from tendering.domain.refusals import Invalid, Refused
from tendering.domain.refusals.rooms import TicketRefused
from tendering.storage.connection import OUTAGES, transaction

TICKET_REFUSED: Final = 4401
HELLO_TIMEOUT: Final = 4408
TOO_MANY_FAULTS: Final = 4429
_ENDED: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})

log = logging.getLogger(__name__)


class Message(Protocol):
    """What comes from a socket."""

    @property
    def type(self) -> WSMsgType:
        """Of which kind it is."""

    @property
    def data(self) -> Any:
        """What it says."""


class LineSocket(Protocol):
    """What a line uses of its socket: aiohttp's, or one inside a site's link."""

    @property
    def closed(self) -> bool:
        """Has it ended?"""

    async def receive(self) -> Message:
        """The next message."""

    async def send_str(self, data: str, /) -> None:
        """Send a text, at the reader's speed."""

    async def send_frame(self, message: bytes, opcode: WSMsgType, /) -> None:
        """Send one frame, at the reader's speed."""

    async def close(self, *, code: int) -> object:
        """End it."""


class LineTransport(Protocol):
    """What a line uses of what is below its socket."""

    def write(self, data: bytes | memoryview, /) -> None:
        """Send frames without waiting."""

    def get_write_buffer_size(self) -> int:
        """How much is kept because the reader has not taken it."""

    def set_write_buffer_limits(self, high: int) -> None:
        """From when on a sender waits."""

    def is_closing(self) -> bool:
        """Has it ended?"""

    def abort(self) -> None:
        """End it at once."""


class Connection:
    """A reader's line. `seen` is the last entry written to it, or skipped as not for it."""

    # A hall has thousands of these.
    __slots__ = (
        "_context",
        "_end_code",
        "_faults",
        "_feed",
        "_is_current",
        "_is_sending",
        "_pace",
        "_seen",
        "_sending",
        "_settings",
        "_socket",
        "_transport",
        "session",
    )

    def __init__(
        self, context: RoomsContext, room_id: UUID, socket: LineSocket | None = None
    ) -> None:
        """A line to a room, not yet prepared; `socket`: one inside the link of a guest site."""
        settings = context.settings
        self.session = Session(room_id)
        self._context = context
        self._settings = settings
        # Without compression the bytes of a frame are equal for all and can be written as they are.
        self._socket: LineSocket = socket or web.WebSocketResponse(
            timeout=settings.close_seconds,
            heartbeat=settings.keep_alive_seconds,
            compress=False,
            max_msg_size=settings.frame_bytes_max,
            # Whatever is sent here waits as soon as the transport is full.
            writer_limit=1,
        )
        self._transport: LineTransport | None = None
        self._pace = Pace(settings.messages_per_second, settings.messages_burst)
        self._faults = 0
        self._feed: Feed | None = None
        self._seen = 0
        self._is_current = False
        self._sending: asyncio.Task[None] | None = None
        self._is_sending = False
        self._end_code: int | None = None

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Serve the line until either side ends it. Raises ConnectionError if it never began."""
        socket = self.socket
        await socket.prepare(request)
        if request.transport is not None:
            await self.talk(request.transport)
        return socket

    async def talk(self, transport: LineTransport) -> None:
        """Serve the prepared line until either side ends it."""
        self._transport = transport
        # Whoever catches up waits at half of it, so that one page more stays below the whole.
        transport.set_write_buffer_limits(high=self._settings.behind_bytes // 2)
        try:
            try:
                await self._read()
            finally:
                # From here on nobody begins to send any more.
                self._is_sending = True
                await self._end_sending()
        except ConnectionError:
            log.debug("connection lost", exc_info=True)
        finally:
            if self._feed is not None:
                self._context.hub.leave(self, self._feed)
                await media.gone(self._context, self, self._feed)

    @property
    def socket(self) -> web.WebSocketResponse:
        """The socket itself, for whoever must close it."""
        assert isinstance(self._socket, web.WebSocketResponse)
        return self._socket

    @property
    def unsent_bytes(self) -> int:
        """How much is kept here because the reader has not taken it."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    # --- what the hub calls ----------------------------------------------------------------------

    def offer(self, page: Page) -> None:
        """Write the page, or fall behind."""
        if self._is_current and self._seen == page.first - 1 and self._write(page.frames):
            self._seen = page.last
            return
        self._is_current = False
        self._wake()

    def show(self, frame: bytes) -> bool:
        """Write an ephemeral frame, or leave it when the line is behind; was it written?"""
        return self._is_current and self._write(frame)

    def end(self, code: int) -> None:
        """Close, after what is in the journal has been sent."""
        self._end_code = code
        self._wake()

    def _wake(self) -> None:
        if not self._is_sending:
            self._is_sending = True
            # A group of tasks would do as well, and would weigh a kilobyte on every idle line.
            self._sending = asyncio.create_task(self._send())
            self._sending.add_done_callback(self._sent)

    def _sent(self, sending: asyncio.Task[None]) -> None:
        """End the line whose sending failed: then its reading ends, and says why."""
        if not sending.cancelled() and sending.exception() is not None:
            assert self._transport is not None
            self._transport.abort()

    async def _end_sending(self) -> None:
        """Wait for what is being sent, cancelled; raise what made it fail."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait([self._sending])
            if not self._sending.cancelled() and (error := self._sending.exception()):
                raise error

    def _write(self, frames: bytes) -> bool:
        transport = self._transport
        if transport is None or transport.is_closing() or self._socket.closed:
            return False
        unsent = self.unsent_bytes
        if unsent and unsent + len(frames) > self._settings.behind_bytes:
            return False
        if frames:
            transport.write(frames)
        return True

    # --- what is behind --------------------------------------------------------------------------

    async def _send(self) -> None:
        if self._feed is not None and self.session.joined:
            was_behind = not self._is_current
            await self._catch_up(self._feed)
            if was_behind:
                self._context.hub.tell_who_is_there(self, self._feed)
        if self._end_code is not None:
            await self._socket.close(code=self._end_code)
            return
        # No await since the line was current: whoever falls behind from here on is woken again.
        self._is_sending, self._sending = False, None

    async def _catch_up(self, feed: Feed) -> None:
        """Pull from the journal at the reader's speed until nothing is left."""
        hub = self._context.hub
        while self._seen < feed.seq:
            entries = await hub.entries_after(feed, self._seen)
            for page in hub.pages_of(self.session, entries, feed):
                if page.tail is not None:
                    assert self._transport is not None
                    self._transport.write(page.before_tail)
                    # Waits while the transport is full: that is the reader's speed.
                    await self._socket.send_frame(page.tail, WSMsgType.TEXT)
                self._seen = page.last
        # No await since the comparison: from here on the hub writes.
        self._is_current = True

    # --- the loop that reads ---------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self._settings.hello_seconds):
                while not self.session.joined:
                    if not await self._take(await self._socket.receive()):
                        return
        except TimeoutError:
            await self._socket.close(code=HELLO_TIMEOUT)
            return
        # Received here and not in there: what waits for a message on an idle line is kept small.
        while await self._take(await self._socket.receive()):
            pass

    async def _take(self, message: Message) -> bool:
        """Handle one message; False when the line has ended."""
        if message.type in _ENDED:
            return False
        received_at = self._context.now()
        if not self._pace.allows(asyncio.get_running_loop().time()):
            return await self._fault(TooManyAttempts.code)
        if message.type is not WSMsgType.TEXT:
            return await self._fault(Invalid.code, "messages are text frames")
        try:
            parsed = messages.parse(message.data)
        except Invalid as refused:
            return await self._fault(refused.code, refused.detail)
        return await self._handle(parsed, received_at)

    async def _handle(self, message: messages.ClientMessage, received_at: datetime) -> bool:
        try:
            asked = self.session.receive(message)
        except Refused as refused:
            request_id = None if isinstance(message, messages.Hello) else message.id
            await self._answer(protocol.refusal(request_id, refused))
            return True
        if isinstance(asked, Join):
            return await self._join(asked)
        await self._answer(await self._do(asked, received_at))
        return True

    async def _join(self, join: Join) -> bool:
        async with transaction(self._context.pool) as connection:
            admission = await tickets.take(connection, join.ticket, self.session.room_id)
            whole = admission is not None and await reads_what_waits(connection, admission)
        if admission is None:
            await self._answer(protocol.refusal(None, TicketRefused()))
            await self._socket.close(code=TICKET_REFUSED)
            return False
        is_hall = admission.room_id == admission.tender_id
        stream = Stream.PUBLIC if is_hall else Stream.COMMITTEE
        hub = self._context.hub
        feed = self._feed = await hub.enter(self, admission.tender_id, stream, whole=whole)
        place = feed.place(self.session.room_id)
        standing = admission.standing
        own_after = feed.seated_at.get((self.session.room_id, standing.seat or 0), 0)
        self.session.join(standing, is_hall=is_hall, own_after=own_after)
        # Who took over a seat does not see what was done from it before.
        if 0 < join.after <= feed.seq and join.after >= own_after:
            self._seen = join.after
            greeting: messages.ServerMessage = self.session.resumed(join.after)
        else:
            self._seen = feed.seq
            greeting = self.session.snapshot(place, feed.seq)
        await self._answer(greeting)
        self._wake()
        hub.tell_presence(feed, self.session.room_id)
        return True

    async def _do(self, asked: Asked, received_at: datetime) -> messages.ServerMessage:
        """Carry out a request in one transaction; the answer to it."""
        try:
            seq = await self._carry_out(asked, received_at)
        except Refused as refused:
            return protocol.refusal(asked.id, refused)
        except OUTAGES:
            log.exception("outage in a room")
            return messages.Refusal(asked.id, "unavailable")
        return messages.Ack(asked.id, seq)

    async def _carry_out(self, asked: Asked, received_at: datetime) -> int:
        context, session, request = self._context, self.session, asked.request
        assert self._feed is not None
        tender_id = self._feed.tender_id
        if isinstance(request, protocol.MediaRequest):
            return await media.carry_out(context, self, self._feed, request, at=received_at)
        if isinstance(request, SpeakInHall):
            async with transaction(context.pool) as connection:
                seq = await hall.speak(
                    connection, tender_id, request.text, session.standing, at=received_at
                )
        elif isinstance(request, LeadHall):
            async with transaction(context.pool) as connection:
                seq = await hall.lead(connection, tender_id, request.to, at=received_at)
        else:
            if is_signed(request):
                await asyncio.to_thread(verify, request, context.trust, at=received_at)
            seq = await context.writer.do(
                Request(tender_id, session.room_id, request, session.standing, received_at)
            )
        context.bus.touched(tender_id)
        return seq

    async def _answer(self, message: messages.ServerMessage) -> None:
        await self._socket.send_str(messages.encode(message).decode())

    async def _fault(self, code: str, detail: str = "") -> bool:
        """Refuse what was malformed or too much; cut the line when it goes on."""
        self._faults += 1
        await self._answer(messages.Refusal(None, code, detail))
        if self._faults < self._settings.faults_max:
            return True
        await self._socket.close(code=TOO_MANY_FAULTS)
        return False


async def serve(request: web.Request, context: RoomsContext, room_id: UUID) -> web.StreamResponse:
    """Answer the upgrade request of a room's socket.

    The one place of the socket that catches everything: what nobody expected is logged and closes
    the line, the client resumes.
    """
    connection = Connection(context, room_id)
    try:
        return await connection.run(request)
    except ConnectionError:
        # Gone before the answer to the upgrade.
        return web.Response(status=400)
    except Exception:
        log.exception("socket of room %s failed", room_id)
        socket = connection.socket
        if not socket.prepared:
            raise
        await socket.close(code=WSCloseCode.INTERNAL_ERROR)
        return socket
