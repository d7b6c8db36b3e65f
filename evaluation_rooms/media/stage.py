"""The floors of this process and the lines on them: tells each whom it sees, carries descriptions.

Nothing of it is written anywhere; that a seat is seen, or is not, is a deed (`deeds`). How streams
travel is the carrier's. All lines of a room must come to one process.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from evaluation_rooms import messages as m
from evaluation_rooms.feed import Feed, Line
from evaluation_rooms.floor import SEEN_AND_HEARD, Floor, Kind, Peer
from evaluation_rooms.frames import text_frame
from evaluation_rooms.media.carriers import Carrier, Mesh, Scene
from evaluation_rooms.media.relays import ice_servers
from evaluation_rooms.media_messages import IceServer, MediaAnswered, MediaFloor, MediaOffered
from evaluation_rooms.settings import MediaLimits
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.journal import Entry
from tendering.domain.refusals.media import PeerGone

PEER_BYTES = 9


@dataclass(frozen=True, slots=True)
class _Taker:
    """A line on a floor: as whom, in which feed, and who helps its browser."""

    line: Line
    peer: Peer
    feed: Feed
    servers: tuple[IceServer, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What changed by itself: streams of this line arrive, or do not. `before`: were they sent?"""

    line: Line
    feed: Feed
    before: bool


class Stage:
    """Every floor of this process, by room."""

    def __init__(self, limits: MediaLimits | None = None, carrier: Carrier | None = None) -> None:
        """Nobody takes part yet."""
        self._limits = limits or MediaLimits()
        self._carrier = carrier or Mesh()
        self._floors: dict[UUID, Floor] = {}
        self._takers: dict[str, _Taker] = {}
        self._peers: dict[Line, Peer] = {}
        self._told: dict[str, bytes] = {}
        self._arriving: set[str] = set()
        self.arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
        self._carrier.begin(self)

    def floor(self, room_id: UUID) -> Floor:
        """The floor of a room."""
        return self._floors.get(room_id) or Floor(peers_max=self._limits.peers_max)

    @property
    def is_there(self) -> bool:
        """Is what carries the streams there?"""
        return self._carrier.is_there

    def is_sent(self, room_id: UUID, standing: Standing) -> bool:
        """Is this member, or the hall's host, to be seen and heard (the host: to be seen)?"""
        return any(
            standing.seat == one.standing.seat and one.sends >= SEEN_AND_HEARD
            if standing.seat is not None
            else one.standing.viewer is Viewer.HOST and bool(one.sends)
            for one in self.floor(room_id).peers
            if one.id in self._arriving or not self._carrier.notices_arrival
        )

    def join(self, line: Line, feed: Feed, sends: Sequence[Kind], *, at: datetime) -> None:
        """Put a line on its floor, or change what it sends. Raises what `Floor.join` raises."""
        room_id = line.session.room_id
        peer = Peer(secrets.token_hex(PEER_BYTES), line.session.standing, frozenset(sends))
        floor = self.floor(room_id)
        # Whoever joins anew begins anew, under another name: its browser has lost its streams.
        known = self._peers.get(line)
        floor.join(peer, feed.place(room_id), instead_of="" if known is None else known.id)
        if known is not None:
            self._forget(known)
        self._floors[room_id], self._peers[line] = floor, peer
        servers = ice_servers(self._limits.relays, peer.id, at=at)
        self._takers[peer.id] = _Taker(line, peer, feed, servers)
        self._changed(feed, room_id)

    def leave(self, line: Line, feed: Feed) -> Peer | None:
        """Take a line off its floor; who it was."""
        peer = self._peers.pop(line, None)
        if peer is None:
            return None
        room_id = line.session.room_id
        self.floor(room_id).leave(peer.id)
        self._forget(peer)
        self._changed(feed, room_id)
        if not self.floor(room_id).peers:
            self._floors.pop(room_id, None)
        return peer

    def _forget(self, peer: Peer) -> None:
        del self._takers[peer.id]
        self._told.pop(peer.id, None)
        self._arriving.discard(peer.id)

    def carry(self, line: Line, feed: Feed, message: m.MediaOffer | m.MediaAnswer) -> None:
        """Bring a description to where it belongs. Raises PeerGone, MediaRefused."""
        peer = self._peers.get(line)
        if peer is None:
            raise PeerGone
        self._carrier.take(self._scene(feed, line.session.room_id), peer, message)

    def follow(self, feed: Feed, entries: Sequence[Entry]) -> None:
        """Something happened: tell those for whom it changes whom they see."""
        if not self._floors:
            return
        for room_id in {line.session.room_id for line in feed.lines} & self._floors.keys():
            self._changed(feed, room_id, entries)

    # --- what the carrier calls ------------------------------------------------------------------

    def tell(self, peer_id: str, message: MediaOffered | MediaAnswered) -> bool:
        """Bring a peer a description; False when it is behind or gone."""
        taker = self._takers.get(peer_id)
        return taker is not None and taker.line.show(text_frame(m.encode(message)))

    def heard(self, peer_id: str, *, arrives: bool) -> None:
        """What a peer sends arrives, or does not any more: somebody has to enter it."""
        taker = self._takers.get(peer_id)
        if taker is None or arrives == (peer_id in self._arriving):
            return
        before = self.is_sent(taker.line.session.room_id, taker.peer.standing)
        if arrives:
            self._arriving.add(peer_id)
        else:
            self._arriving.discard(peer_id)
        self.arrivals.put_nowait(Arrival(taker.line, taker.feed, before))

    def tell_all(self) -> None:
        """The carrier has come or gone."""
        rooms = {one.line.session.room_id: one.feed for one in self._takers.values()}
        for room_id, feed in rooms.items():
            self._changed(feed, room_id)

    # --- telling ---------------------------------------------------------------------------------

    def _scene(self, feed: Feed, room_id: UUID) -> Scene:
        return Scene(room_id, self.floor(room_id), feed.place(room_id))

    def _changed(self, feed: Feed, room_id: UUID, entries: Sequence[Entry] = ()) -> None:
        scene = self._scene(feed, room_id)
        self._carrier.follow(scene, entries)
        for peer in scene.floor.peers:
            taker = self._takers[peer.id]
            receivers, senders = self._carrier.paths(scene, peer)
            told = MediaFloor(peer.id, tuple(receivers), tuple(senders), taker.servers)
            frame = text_frame(m.encode(told))
            if self._told.get(peer.id) != frame and taker.line.show(frame):
                self._told[peer.id] = frame
