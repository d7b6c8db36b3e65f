"""Streams carried, and recorded, by a Janus server (plugin VideoRoom).

Whoever sends offers once, to the server, all that a supervisor may see and hear; the server offers
to each receiver what the floor lets it have. So a path that may not be any more is cut here, by the
server, whatever a browser does. What is said to Janus follows from the floor: each room has a task
that brings the one in line with the other, again and again. Browsers never speak to Janus's API.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import aiohttp

from evaluation_rooms import messages as m
from evaluation_rooms.floor import Kind, Peer, kinds_between, require_one_way
from evaluation_rooms.hall import Hall
from evaluation_rooms.media.carriers import Listener, Scene, views
from evaluation_rooms.media.janus_line import JanusLine, JanusRefused, janus_line
from evaluation_rooms.media.recordings import RecordingIndex, file_of, write_index
from evaluation_rooms.media_messages import MediaAnswered, MediaOffered, MediaPath
from evaluation_rooms.settings import JanusServer
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.journal import Entry
from tendering.domain.refusals.media import MediaRefused, PeerGone

SERVER: Final = "server"
RETRY_SECONDS: Final = 2.0
AWAY: Final = (OSError, TimeoutError, aiohttp.ClientError, JanusRefused)

log = logging.getLogger(__name__)

Pair = tuple[str, str]
"""Who receives, and who sends."""


@dataclass(slots=True)
class _Published:
    """Somebody's streams at the server. `mids`: the name of each kind's section (RFC 5888)."""

    peer: Peer
    handle: int
    mids: Mapping[Kind, str]
    feed: int = 0
    arrives: bool = False


@dataclass(slots=True)
class _Room:
    """What is wanted of the server for a room, and what it does."""

    index: RecordingIndex
    peers: dict[str, Peer] = field(default_factory=dict)
    senders: frozenset[str] = frozenset()
    wanted: dict[Pair, frozenset[Kind]] = field(default_factory=dict)
    offers: dict[str, tuple[str, Mapping[Kind, str]]] = field(default_factory=dict)
    answers: dict[Pair, str] = field(default_factory=dict)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    number: int = 0
    handle: int = 0
    pin: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    published: dict[str, _Published] = field(default_factory=dict)
    shown: dict[Pair, tuple[int, frozenset[Kind]]] = field(default_factory=dict)


class Janus:
    """A carrier. While the server is away nobody is seen, and nobody counts as recorded."""

    notices_arrival = True

    def __init__(self, server: JanusServer, *, now: Callable[[], datetime]) -> None:
        """Not connected yet: see `running`."""
        self._server, self._now = server, now
        self._line: JanusLine | None = None
        self._comings = 0
        self._rooms: dict[UUID, tuple[_Room, asyncio.Task[None]]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep a line to the server while the block runs."""
        async with asyncio.TaskGroup() as self._group:
            keeping = self._group.create_task(self._keep())
            try:
                yield
            finally:
                keeping.cancel()

    # --- what the stage calls --------------------------------------------------------------------

    def begin(self, listener: Listener) -> None:
        """Descriptions and arrivals are told to the listener."""
        self._listener = listener

    def paths(self, scene: Scene, peer: Peer) -> tuple[Sequence[MediaPath], Sequence[MediaPath]]:
        """To the server everything one sends; from it what one may have."""
        if self._line is None:
            return (), ()
        kinds = _sent(scene, peer)
        to_server = MediaPath(self._name, SERVER, None, tuple(sorted(kinds)))
        return (to_server,) if kinds else (), views(scene.floor.paths_to(peer, scene.place))

    def take(self, scene: Scene, peer: Peer, message: m.MediaOffer | m.MediaAnswer) -> None:
        """An offer to the server, or the answer to one of its own. PeerGone, MediaRefused."""
        if scene.room_id not in self._rooms:
            raise PeerGone
        room, _ = self._rooms[scene.room_id]
        if isinstance(message, m.MediaOffer):
            kinds = _sent(scene, peer)
            if message.to != self._name or not kinds:
                raise PeerGone
            require_one_way(message.sdp, kinds, direction="sendonly")
            room.offers[peer.id] = message.sdp, mids_of(message.sdp, kinds)
        else:
            pair = peer.id, message.to
            if pair not in room.shown or pair not in room.wanted:
                raise PeerGone
            require_one_way(message.sdp, room.wanted[pair], direction="recvonly")
            room.answers[pair] = message.sdp
        room.stirred.set()

    def follow(self, scene: Scene, entries: Sequence[Entry] = ()) -> None:
        """The floor is another one now, or something happened in the room."""
        if self._line is None:
            return
        known = self._rooms.get(scene.room_id)
        if known is None:
            if not scene.floor.peers:
                return
            room = _Room(RecordingIndex(Path(self._server.recordings_folder) / str(scene.room_id)))
            serving = self._serve(scene.room_id, room, self._line)
            known = room, self._group.create_task(serving)
            self._rooms[scene.room_id] = known
        room, _ = known
        room.peers = {one.id: one for one in scene.floor.peers}
        room.senders = frozenset(one.id for one in room.peers.values() if _sent(scene, one))
        room.wanted = {
            (one.id, path.peer.id): path.kinds
            for one in scene.floor.peers
            for path in scene.floor.paths_to(one, scene.place)
        }
        room.index.happened(
            [
                one
                for one in entries
                if isinstance(scene.place, Hall) or one.body.get("room_id") == str(scene.room_id)
            ]
        )
        room.stirred.set()

    @property
    def is_there(self) -> bool:
        """Is the server there?"""
        return self._line is not None

    @property
    def _name(self) -> str:
        # After an outage another one, so that browsers offer anew.
        return f"{SERVER}-{self._comings}"

    # --- the server ------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Come to the server again and again."""
        while True:
            try:
                async with janus_line(self._server.address, self._server.secret) as (line, reading):
                    self._line, self._comings = line, self._comings + 1
                    self._listener.tell_all()
                    await reading
                log.warning("the line to the media server has ended")
            except AWAY as error:
                log.warning("the media server cannot be reached: %s", type(error).__name__)
            finally:
                await self._lose_all()
            await asyncio.sleep(RETRY_SECONDS)

    async def _lose_all(self) -> None:
        self._line = None
        rooms, self._rooms = self._rooms, {}
        for _, task in rooms.values():
            task.cancel()
        if rooms:
            await asyncio.wait([task for _, task in rooms.values()])
        self._listener.tell_all()

    async def _serve(self, room_id: UUID, room: _Room, line: JanusLine) -> None:
        """Bring the server in line with the floor until nobody is on it."""
        try:
            while room.peers:
                await room.stirred.wait()
                room.stirred.clear()
                try:
                    await self._bring_in_line(room, line)
                except AWAY as error:
                    log.warning("the media server refused: %s", error)
                    await asyncio.sleep(RETRY_SECONDS)
                    room.stirred.set()
                await self._write(room)
            # No await since the comparison: whoever comes from here on gets another room.
            self._rooms.pop(room_id, None)
        finally:
            for one in room.published.values():
                self._gone(room, one)
            await self._write(room)
        if room.number:
            await _destroy(room, line)

    async def _write(self, room: _Room) -> None:
        lines = room.index.unwritten()
        if not lines or not self._server.recordings_folder:
            return
        try:
            await asyncio.to_thread(write_index, room.index.folder, lines)
        except OSError as error:
            log.warning("the index of recordings cannot be written: %s", error)
        else:
            room.index.written(lines)

    async def _bring_in_line(self, room: _Room, line: JanusLine) -> None:
        if not room.number:
            await self._create(room, line)
        for peer_id in room.published.keys() - room.senders:
            one = room.published.pop(peer_id)
            self._gone(room, one)
            await line.detach(one.handle)
        for pair in [pair for pair in room.shown if room.wanted.get(pair) != room.shown[pair][1]]:
            handle, _ = room.shown.pop(pair)
            await line.detach(handle)
        while room.offers:
            peer_id, (sdp, mids) = room.offers.popitem()
            if peer_id in room.senders:
                await self._publish(room, line, _Published(room.peers[peer_id], 0, mids), sdp)
        for pair, kinds in tuple(room.wanted.items()):
            sender = room.published.get(pair[1])
            if sender is not None and sender.arrives and pair not in room.shown:
                await self._show(room, line, pair, kinds)
        while room.answers:
            pair, sdp = room.answers.popitem()
            if pair in room.shown:
                await line.say(room.shown[pair][0], {"request": "start"}, sdp=sdp, kind="answer")

    async def _create(self, room: _Room, line: JanusLine) -> None:
        folder = {}
        if self._server.recordings_folder:
            await asyncio.to_thread(write_index, room.index.folder, ())
            folder = {"rec_dir": str(room.index.folder)}
        room.handle = room.handle or await line.attach(lambda _said: None)
        create = {"request": "create", "is_private": True, "secret": room.pin, "pin": room.pin}
        recorded = {"record": bool(folder), "lock_record": True, **folder}
        answer = await line.say(
            room.handle, create | recorded | {"publishers": self._server.publishers_max}
        )
        room.number = answer.number("room")

    async def _publish(self, room: _Room, line: JanusLine, one: _Published, sdp: str) -> None:
        peer = one.peer
        before = room.published.pop(peer.id, None)
        if before is not None:
            self._gone(room, before)
            await line.detach(before.handle)

        def heard(said: str) -> None:
            if room.published.get(peer.id) is one:
                self._heard(room, one, said)

        one.handle = await line.attach(heard)
        room.published[peer.id] = one
        join = {"request": "joinandconfigure", "ptype": "publisher", "filename": file_of(peer)}
        answer = await line.say(
            one.handle, join | {"room": room.number, "pin": room.pin}, sdp=sdp, kind="offer"
        )
        one.feed = answer.number("id")
        self._listener.tell(peer.id, MediaAnswered(self._name, answer.sdp))

    async def _show(self, room: _Room, line: JanusLine, pair: Pair, kinds: frozenset[Kind]) -> None:
        receiver, sender = pair
        one = room.published[sender]
        handle = await line.attach(lambda _said: None)
        streams = [{"feed": one.feed, "mid": one.mids[kind]} for kind in sorted(kinds)]
        join = {"request": "join", "ptype": "subscriber", "streams": streams}
        answer = await line.say(handle, join | {"room": room.number, "pin": room.pin})
        room.shown[pair] = handle, kinds
        self._listener.tell(receiver, MediaOffered(sender, answer.sdp))

    def _heard(self, room: _Room, one: _Published, said: str) -> None:
        if said == "webrtcup" and not one.arrives:
            one.arrives = True
            room.index.begins(one.peer, at=self._now())
            self._listener.heard(one.peer.id, arrives=True)
            room.stirred.set()
        elif said in {"hangup", "detached"}:
            self._gone(room, one)
            room.stirred.set()

    def _gone(self, room: _Room, one: _Published) -> None:
        if one.arrives:
            one.arrives = False
            room.index.ends(one.peer, at=self._now())
            self._listener.heard(one.peer.id, arrives=False)


async def _destroy(room: _Room, line: JanusLine) -> None:
    """Nobody is there any more."""
    destroy = {"request": "destroy", "room": room.number, "secret": room.pin}
    try:
        await line.say(room.handle, destroy)
        await line.detach(room.handle)
    except AWAY as error:
        # What stays there holds no streams.
        log.warning("a room of the media server was not removed: %s", error)


def _sent(scene: Scene, peer: Peer) -> frozenset[Kind]:
    """What goes to the server: what the supervisor, or in the hall everybody, may have."""
    receiver = Viewer.PUBLIC if isinstance(scene.place, Hall) else Viewer.SUPERVISOR
    return kinds_between(peer.standing, Standing(receiver), scene.place) & peer.sends


def mids_of(sdp: str, sends: frozenset[Kind]) -> Mapping[Kind, str]:
    """The section of each kind in an offer: sound, then a camera's picture, then a screen.

    Raises MediaRefused where there are other sections.
    """
    order = [kind for kind in (Kind.SOUND, Kind.PICTURE, Kind.SCREEN) if kind in sends]
    _, *sections = ("\n" + sdp.replace("\r\n", "\n")).split("\nm=")
    found: dict[Kind, str] = {}
    for section in sections:
        wanted = section.startswith("audio ")
        kind = next((one for one in order if (one is Kind.SOUND) is wanted), None)
        mids = [line[6:] for line in section.split("\n") if line.startswith("a=mid:")]
        if kind is None or len(mids) != 1:
            raise MediaRefused("each kind has one section, with its mid")
        order.remove(kind)
        found[kind] = mids[0]
    if order:
        raise MediaRefused("a kind has no section", kinds=sorted(order))
    return found
