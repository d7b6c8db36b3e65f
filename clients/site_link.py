"""A guest centre's side of a site link: joins a host's room, keeps a copy, carries local members.

Local members speak the room protocol with this program instead of the host's platform; the ticket
of their `hello` is an access token of the guest centre's own Kaibiao, which says who they are. When
the line to the host is cut they keep theirs: what they ask waits, and is sent when it is up again.
docs/specs/site-link-v1.md.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from clients.site_copy import SiteCopy
from crypto.errors import BadPayload, BadSignature, CryptoError, OutOfOrder
from crypto.link_channel import (
    Channel,
    Half,
    agree,
    fresh,
    handshake_statement,
    public_of,
    require_signed,
    sign,
)
from evaluation_rooms import link_messages as m
from evaluation_rooms.site_transcript import TranscriptBroken, read_item
from tendering.domain.refusals import Invalid

PREFIX: Final = "/api/v1"
RETRY_SECONDS: Final = 0.3
SILENCE_SECONDS: Final = 20.0
WAITING_MAX: Final = 100
NOT_SEATED: Final = 4401
OUT_OF_ORDER: Final = 4410
# After these the host takes no line again before somebody has looked at it.
FINAL_CODES: Final = frozenset({4401})

log = logging.getLogger(__name__)


class LinkEnded(Exception):
    """The host refused the link, or what came over it does not hold together."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Which room to join, as which site, with which keys.

    `host`: the host platform's address. `own`: that of the guest centre's own Kaibiao, which knows
    its members; `seats`: their seat in the room by their login there.
    """

    host: str
    room_id: UUID
    site: str
    host_key: bytes
    seed: bytes = field(repr=False)
    own: str = ""
    seats: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Local:
    """A member at this site: the socket, the seat, and what the host has not answered yet."""

    socket: ServerConnection
    seat: int
    seen: int
    line: int = 0
    is_greeted: bool = False
    asked: dict[str, str] = field(default_factory=dict)


class GuestLink:
    """The link of one site to one room, and the members who sit here."""

    def __init__(self, joining: Joining, copy: SiteCopy) -> None:
        """Not joined yet."""
        self.joining, self.copy = joining, copy
        self.is_up = asyncio.Event()
        self._channel: Channel | None = None
        self._socket: ClientConnection | None = None
        self._locals: dict[int, _Local] = {}
        self._every: set[int] = set()
        self._next_line = 0
        self._members: list[_Local] = []

    async def run(self) -> None:
        """Keep the link for ever. Raises LinkEnded."""
        address = f"{self.joining.host.replace('http', 'ws', 1)}{PREFIX}/rooms/"
        address += f"{self.joining.room_id}/link"
        while True:
            try:
                async with connect(
                    address,
                    max_size=m.LINK_FRAME_BYTES_MAX,
                    compression=None,
                    ping_interval=SILENCE_SECONDS,
                    proxy=None,
                ) as socket:
                    await self._follow(socket)
            except (OSError, InvalidHandshake, TimeoutError) as error:
                log.info("the host cannot be reached: %s", error)
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code in FINAL_CODES:
                    raise LinkEnded(f"refused: {closed.rcvd.reason or closed.rcvd.code}") from None
                log.info("the link was cut")
            finally:
                self.is_up.clear()
                self._channel = self._socket = None
            await asyncio.sleep(RETRY_SECONDS)

    async def serve_local(self, socket: ServerConnection) -> None:
        """Serve one member at this site."""
        local = await self._greet(socket)
        if local is None:
            await socket.close(NOT_SEATED)
            return
        self._members.append(local)
        try:
            if self.is_up.is_set():
                await self._open(local)
            async for text in socket:
                await self._ask(local, text if isinstance(text, str) else text.decode())
        except (ConnectionClosed, UnicodeError, ValueError):
            pass
        finally:
            self._members.remove(local)
            self._locals.pop(local.line, None)
            with suppress(ConnectionClosed):
                await self._tell(m.LineClosed(local.line))

    # --- the host --------------------------------------------------------------------------------

    async def _follow(self, socket: ClientConnection) -> None:
        self._channel = await self._shake_hands(socket)
        self._socket = socket
        self._locals.clear()
        self._next_line = 0
        self.copy.forget_unsigned()
        self.is_up.set()
        for local in tuple(self._members):
            await self._open(local)
        async for frame in socket:
            try:
                await self._take(m.opened(self._channel, frame, m.FromHost))
            except (OutOfOrder, BadPayload, Invalid) as error:
                # Somebody on the way repeats or changes frames: begin anew, with fresh keys.
                log.warning("the link carried what it must not: %s", error)
                await socket.close(OUT_OF_ORDER, "link-out-of-order")
                return
            except (BadSignature, TranscriptBroken) as error:
                # What the host itself has sealed does not hold together.
                await socket.close(OUT_OF_ORDER, "transcript-broken")
                raise LinkEnded(str(error)) from error

    async def _shake_hands(self, socket: ClientConnection) -> Channel:
        joining, own, place = self.joining, fresh(), self.copy.signed
        try:
            challenge = m.parse(await socket.recv(), m.Handshake)
            if not isinstance(challenge, m.Challenge):
                raise LinkEnded("the host does not begin a link")
            half = Half(bytes.fromhex(challenge.nonce), bytes.fromhex(challenge.public))
            topic = m.topic(joining.room_id, joining.site, place.n, place.head.hex())
            said = handshake_statement("guest", topic, host=half, guest=own.half)
            hello = m.LinkHello(
                joining.room_id,
                joining.site,
                place.n,
                place.head.hex(),
                own.half.nonce.hex(),
                own.half.public.hex(),
                sign(joining.seed, said).hex(),
            )
            await socket.send(m.encode(hello).decode())
            answer = m.parse(await socket.recv(), m.Handshake)
            if isinstance(answer, m.LinkRefused):
                raise LinkEnded(answer.code)
            if not isinstance(answer, m.Welcome):
                raise LinkEnded("the host does not finish the handshake")
            expected = handshake_statement("host", topic, host=half, guest=own.half)
            require_signed(joining.host_key, expected, bytes.fromhex(answer.signature))
            return agree(own, half, role="guest")
        except (CryptoError, Invalid) as error:
            raise LinkEnded(f"the host did not prove its key: {error}") from error

    async def _take(self, message: m.FromHost) -> None:
        match message:
            case m.LinkEntry(item=item):
                self.copy.add(read_item(item))
            case m.SignedHead():
                own = await asyncio.to_thread(
                    self.copy.seal, message.n, message.head, bytes.fromhex(message.signature)
                )
                await self._tell(m.SignedHead(message.n, message.head, own.hex()))
            case m.LineText(line=line, text=text):
                if line in self._locals:
                    await self._bring(self._locals[line], text)
            case m.LineClosed(line=line, code=code):
                local = self._locals.pop(line, None)
                if local is not None:
                    with suppress(ConnectionClosed):
                        await local.socket.close(code)

    async def _tell(self, message: m.FromGuest) -> None:
        if self._channel is None or self._socket is None:
            return
        # Sealed and sent without a pause between, so that frames leave in their order.
        frame = self._channel.seal(m.encode(message))
        with suppress(ConnectionClosed):
            await self._socket.send(frame)

    # --- members at this site --------------------------------------------------------------------

    async def _greet(self, socket: ServerConnection) -> _Local | None:
        """Who is it? The centre's own platform says; None for whoever has no seat here."""
        try:
            async with asyncio.timeout(RETRY_SECONDS * 30):
                hello = json.loads(await socket.recv())
                if hello.get("type") != "hello":
                    return None
                login = await self._login_of(str(hello.get("ticket")))
        except (ConnectionClosed, ValueError, AttributeError, TimeoutError, aiohttp.ClientError):
            return None
        seat = self.joining.seats.get(login)
        after = hello.get("after", 0)
        if seat is None or not isinstance(after, int):
            return None
        return _Local(socket, seat, max(after, 0))

    async def _login_of(self, token: str) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as line,
            line.get(f"{self.joining.own}{PREFIX}/me") as answer,
        ):
            answer.raise_for_status()
            me: dict[str, Any] = await answer.json()
        return str(me["person"]["login"])

    async def _open(self, local: _Local) -> None:
        """Open the member's line at the host, or open it again after a cut."""
        self._next_line += 1
        local.line = self._next_line
        self._locals[local.line] = local
        await self._tell(m.OpenLine(local.line, local.seat, local.seen))

    async def _ask(self, local: _Local, text: str) -> None:
        request_id = json.loads(text).get("id")
        if not isinstance(request_id, str):
            return
        if len(local.asked) >= WAITING_MAX:
            await local.socket.send(
                json.dumps({"type": "refused", "id": request_id, "code": "unavailable"})
            )
            return
        # Kept until it is answered: what a cut has swallowed is asked again.
        local.asked[request_id] = text
        if local.line in self._locals and self.is_up.is_set():
            await self._tell(m.LineText(local.line, text))

    async def _bring(self, local: _Local, text: str) -> None:
        """Bring the member what the host says, and ask again what it has not answered."""
        message = json.loads(text)
        kind = message["type"]
        if kind in {"entry", "snapshot"}:
            local.seen = message["seq"]
        if kind in {"ack", "refused"}:
            local.asked.pop(str(message.get("id")), None)
        is_known = kind == "resumed" and local.is_greeted
        if not is_known:
            with suppress(ConnectionClosed):
                await local.socket.send(text)
        if kind in {"snapshot", "resumed"}:
            local.is_greeted = True
            for asked in tuple(local.asked.values()):
                await self._tell(m.LineText(local.line, asked))


async def keep_link(joining: Joining, copy: SiteCopy, *, host: str, port: int, ready: Any) -> None:
    """Join the room and serve the members of this site until cancelled. Raises LinkEnded.

    `ready` is called with the local port once members may come.
    """
    link = GuestLink(joining, copy)
    async with serve(link.serve_local, host, port, compression=None) as server:
        ready(next(iter(server.sockets)).getsockname()[1], public_of(joining.seed).hex())
        await link.run()
