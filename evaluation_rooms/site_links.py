"""The host's side of a site link: a guest centre joins a room (docs/specs/site-link-v1.md).

It proves its key, gets the transcript from where its copy ends, and carries the lines of the
members who sit at its site. A frame that is repeated or moved ends the link, and is on record.
"""

import asyncio
import logging
from collections import deque
from typing import Final
from uuid import UUID

from aiohttp import WebSocketError, WSMsgType, web

from crypto.errors import BadKey, BadPayload, BadSignature, CryptoError, OutOfOrder
from crypto.link_channel import (
    Channel,
    Fresh,
    Half,
    agree,
    fresh,
    handshake_statement,
    require_signed,
    sign,
)
from evaluation_rooms import link_messages as m
from evaluation_rooms.actions import site_links as deeds
from evaluation_rooms.connection import Connection
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.feed import Feed, Page
from evaluation_rooms.linked_socket import GOING_AWAY, LinkedSocket
from evaluation_rooms.protocol import Session
from evaluation_rooms.room import Room, SeatRole
from evaluation_rooms.site_transcript import OPERATOR, Place, head_statement, shown
from evaluation_rooms.storage.site_links import SiteLink
from tendering.domain.journal import Stream
from tendering.domain.refusals import Invalid, NotFound
from tendering.storage.connection import reading, transaction

LINK_REFUSED: Final = 4401
HELLO_TIMEOUT: Final = 4408
OUT_OF_ORDER: Final = 4410
MALFORMED: Final = 4429
NO_SEAT: Final = 4403
HELLO_SECONDS: Final = 10.0
UNSENT_BYTES_MAX: Final = 1 << 20
# A countersigned head of these is worth an entry of its own.
WITNESSED: Final = frozenset({"phase.changed", "room.closed", "room.voided"})

log = logging.getLogger(__name__)


class HostedLink:
    """One guest site on the line. To the hub it is a reader among others."""

    def __init__(
        self, context: RoomsContext, link: SiteLink, socket: web.WebSocketResponse, channel: Channel
    ) -> None:
        """A link whose handshake is done."""
        self.session = Session(link.room_id)
        self.session.join(OPERATOR, is_hall=False)
        self.context, self.link, self.socket, self._channel = context, link, socket, channel
        self._out: deque[bytes] = deque()
        self._unsent = 0
        self._to_send, self._sent, self._news = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._lines: dict[int, LinkedSocket] = {}
        self._last_line = 0
        self._heads: dict[int, bytes] = {}
        self._witnessed: set[int] = set()
        self._end_code: int | None = None

    # --- what the hub calls ----------------------------------------------------------------------

    @property
    def unsent_bytes(self) -> int:
        """How much waits here."""
        return self._unsent

    def offer(self, page: Page) -> None:
        """There is something new: the link reads it from the journal."""
        del page
        self._news.set()

    def show(self, frame: bytes) -> bool:
        """Nothing ephemeral goes into a transcript."""
        del frame
        return False

    def end(self, code: int) -> None:
        """Close, after what waits was sent."""
        self._end_code = code
        self._news.set()

    # --- the loops -------------------------------------------------------------------------------

    async def run(self, feed: Feed, place: Place, read: int) -> None:
        """Serve until either side ends it. `read`: up to which entry `place` has looked."""
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send())
            telling = group.create_task(self._tell_news(feed, place, read))
            try:
                await self._receive(feed, group)
            finally:
                sending.cancel()
                telling.cancel()
                for line in self._lines.values():
                    line.end()

    def _tell(self, message: m.FromHost) -> None:
        frame = self._channel.seal(m.encode(message))
        self._out.append(frame)
        self._unsent += len(frame)
        self._to_send.set()

    async def _send(self) -> None:
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            while self._out:
                frame = self._out.popleft()
                await self.socket.send_bytes(frame)
                self._unsent -= len(frame)
                self._sent.set()

    async def _drained(self) -> None:
        while self._unsent > UNSENT_BYTES_MAX:
            self._sent.clear()
            await self._sent.wait()

    async def _tell_news(self, feed: Feed, place: Place, read: int) -> None:
        """Send what is new of the transcript, and sign its head after each batch."""
        while self._end_code is None:
            begun = place
            while entries := await self.context.hub.entries_after(feed, read):
                for entry in entries:
                    read = entry.seq
                    item = shown(entry, self.link.room_id, place)
                    if item is None:
                        continue
                    place = place.after(item)
                    self._tell(m.LinkEntry(item.value))
                    if item.kind in WITNESSED:
                        self._witnessed.add(item.n)
                await self._drained()
            if place != begun or place.n not in self._heads:
                self._sign(place)
            await self._news.wait()
            self._news.clear()
        await self.socket.close(code=self._end_code)

    def _sign(self, place: Place) -> None:
        self._heads[place.n] = place.head
        statement = head_statement(self.link.room_id, self.link.site, place)
        signature = sign(self.context.link_seed, statement)
        self._tell(m.SignedHead(place.n, place.head.hex(), signature.hex()))

    async def _receive(self, feed: Feed, group: asyncio.TaskGroup) -> None:
        async for message in self.socket:
            if message.type is WSMsgType.ERROR and not isinstance(message.data, WebSocketError):
                # Nobody has answered for too long. That is a cut, and no misdeed of the site's.
                return
            try:
                read = m.opened(self._channel, message.data, m.FromGuest)
                await self._take(read, feed, group)
            except OutOfOrder as error:
                await self._break(OUT_OF_ORDER, str(error))
            except (BadPayload, BadSignature, Invalid) as error:
                await self._break(MALFORMED, str(error))

    async def _break(self, code: int, why: str) -> None:
        """Refuse to go on with what is repeated, moved or malformed; the room hears of it."""
        log.warning("link of site %s: %s", self.link.site, why)
        async with transaction(self.context.pool) as connection:
            await deeds.record_broken(connection, self.link, why, at=self.context.now())
        self.context.bus.touched(self.link.tender_id)
        await self.socket.close(code=code, message=b"link-out-of-order")

    async def _take(self, message: m.FromGuest, feed: Feed, group: asyncio.TaskGroup) -> None:
        match message:
            case m.OpenLine():
                await self._open(message, feed, group)
            case m.LineText(line=line, text=text):
                known = self._lines.get(line)
                if known is None or not known.take(text):
                    self._tell(m.LineClosed(line, MALFORMED))
            case m.LineClosed(line=line):
                if line in self._lines:
                    self._lines[line].end()
            case m.SignedHead():
                await self._countersigned(message)

    async def _open(self, wanted: m.OpenLine, feed: Feed, group: asyncio.TaskGroup) -> None:
        """Let a member of this site in: nobody else's seat is the link's to open."""
        place = feed.place(self.link.room_id)
        assert isinstance(place, Room)
        seats = [
            seat
            for seat in place.seats
            if seat.number == wanted.seat
            and seat.role is SeatRole.MEMBER
            and seat.site == self.link.site
            and not seat.recused
        ]
        is_next = wanted.line > self._last_line
        if not seats or not is_next or len(self._lines) >= m.LINES_MAX:
            self._tell(m.LineClosed(wanted.line, NO_SEAT))
            return
        self._last_line = wanted.line
        async with transaction(self.context.pool) as connection:
            ticket = await deeds.ticket_for(connection, self.link, seats[0])
        socket = LinkedSocket(
            wanted.line,
            tell=self._tell,
            unsent=lambda: self._unsent,
            drained=self._drained,
        )
        self._lines[wanted.line] = socket
        socket.take(_hello(ticket, wanted.after))
        group.create_task(self._serve_line(wanted.line, socket))

    async def _serve_line(self, line: int, socket: LinkedSocket) -> None:
        connection = Connection(self.context, self.link.room_id, socket)
        try:
            await connection.talk(socket)
        finally:
            self._lines.pop(line, None)
            await socket.close(code=GOING_AWAY)

    async def _countersigned(self, signed: m.SignedHead) -> None:
        head = self._heads.get(signed.n)
        if head is None or head.hex() != signed.head:
            raise BadSignature("another head than was sent")
        statement = head_statement(self.link.room_id, self.link.site, Place(signed.n, 0, head))
        require_signed(self.link.key, statement, bytes.fromhex(signed.signature))
        self._heads = {n: one for n, one in self._heads.items() if n >= signed.n}
        worth = {n for n in self._witnessed if n <= signed.n}
        if not worth:
            return
        self._witnessed -= worth
        async with transaction(self.context.pool) as connection:
            await deeds.record_countersigned(
                connection,
                self.link,
                n=signed.n,
                head=signed.head,
                signature=signed.signature,
                at=self.context.now(),
            )
        self.context.bus.touched(self.link.tender_id)


def _hello(ticket: str, after: int) -> str:
    return f'{{"type":"hello","ticket":"{ticket}","after":{after}}}'


async def serve_link(
    request: web.Request, context: RoomsContext, room_id: UUID
) -> web.StreamResponse:
    """Answer the upgrade request of a site link."""
    socket = web.WebSocketResponse(
        heartbeat=context.settings.keep_alive_seconds,
        compress=False,
        max_msg_size=m.LINK_FRAME_BYTES_MAX,
    )
    await socket.prepare(request)
    own = fresh()
    await socket.send_str(
        m.encode(m.Challenge(own.half.nonce.hex(), own.half.public.hex())).decode()
    )
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            hello = m.parse(await socket.receive_str(), m.Handshake)
        if not isinstance(hello, m.LinkHello) or hello.room_id != room_id:
            raise BadSignature("not the hello of this room")
        async with reading(context.pool) as connection:
            link = await deeds.find(connection, room_id, hello.site)
        channel, signature = _met(context, link, hello, own)
    except TimeoutError:
        await socket.close(code=HELLO_TIMEOUT)
        return socket
    except (CryptoError, Invalid, NotFound, TypeError) as error:
        log.info("a site link was refused: %s", error)
        await socket.send_str(m.encode(m.LinkRefused("link-refused")).decode())
        await socket.close(code=LINK_REFUSED)
        return socket
    hosted = HostedLink(context, link, socket, channel)
    await _serve_met(hosted, hello, signature)
    return socket


def _met(
    context: RoomsContext, link: SiteLink, hello: m.LinkHello, own: Fresh
) -> tuple[Channel, bytes]:
    """The channel with a guest that has proved its key, and our own signature. CryptoError."""
    half = Half(bytes.fromhex(hello.nonce), bytes.fromhex(hello.public))
    topic = m.topic(hello.room_id, hello.site, hello.n, hello.head)
    said = handshake_statement("guest", topic, host=own.half, guest=half)
    require_signed(link.key, said, bytes.fromhex(hello.signature))
    answer = handshake_statement("host", topic, host=own.half, guest=half)
    if not context.link_seed:
        raise BadKey("this platform has no key for links")
    return agree(own, half, role="host"), sign(context.link_seed, answer)


async def _serve_met(hosted: HostedLink, hello: m.LinkHello, signature: bytes) -> None:
    """Welcome a guest whose copy is what it was told, and serve it."""
    context, link, socket = hosted.context, hosted.link, hosted.socket
    feed = await context.hub.enter(hosted, link.tender_id, Stream.COMMITTEE)
    try:
        place = await _place_of(context, feed, link, hello.n)
        if place is None or place.head.hex() != hello.head:
            await socket.send_str(m.encode(m.LinkRefused("transcript-differs")).decode())
            await socket.close(code=LINK_REFUSED)
            return
        await socket.send_str(m.encode(m.Welcome(signature.hex())).decode())
        async with transaction(context.pool) as connection:
            await deeds.record_joined(connection, link, n=place.n, at=context.now())
        context.bus.touched(link.tender_id)
        await hosted.run(feed, place, place.seq)
    except* ConnectionError:
        log.debug("the line of a site was cut", exc_info=True)
    finally:
        context.hub.leave(hosted, feed)


async def _place_of(context: RoomsContext, feed: Feed, link: SiteLink, n: int) -> Place | None:
    """The transcript's place at item `n`, computed from the journal; None: it is not there."""
    place, read = Place(), 0
    while place.n < n:
        entries = await context.hub.entries_after(feed, read)
        if not entries:
            return None
        for entry in entries:
            read = entry.seq
            item = shown(entry, link.room_id, place)
            if item is not None and place.n < n:
                place = place.after(item)
    return place
