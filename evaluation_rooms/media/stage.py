"""The floors of this process and the lines on them: tells each whom it sees, carries descriptions.

The default is a mesh: browsers send to one another, and only descriptions of streams come through
here. Nothing of it is written anywhere; that a seat is seen, or is not, is a deed (`deeds`). All
lines of a room must come to one process.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from evaluation_rooms import messages as m
from evaluation_rooms.feed import Feed, Line
from evaluation_rooms.floor import Floor, Kind, Path, Peer
from evaluation_rooms.frames import text_frame
from evaluation_rooms.media.relays import ice_servers
from evaluation_rooms.media_messages import (
    IceServer,
    MediaAnswered,
    MediaFloor,
    MediaOffered,
    MediaPath,
)
from evaluation_rooms.settings import MediaLimits
from tendering.domain.refusals.media import PeerGone

PEER_BYTES = 9


class Stage:
    """Every floor of this process, by room."""

    def __init__(self, limits: MediaLimits | None = None) -> None:
        """Nobody takes part yet."""
        self._limits = limits or MediaLimits()
        self._floors: dict[UUID, Floor] = {}
        self._lines: dict[str, Line] = {}
        self._peers: dict[Line, Peer] = {}
        self._told: dict[str, bytes] = {}
        self._servers: dict[str, tuple[IceServer, ...]] = {}

    def floor(self, room_id: UUID) -> Floor:
        """The floor of a room."""
        return self._floors.get(room_id) or Floor(peers_max=self._limits.peers_max)

    def join(self, line: Line, feed: Feed, sends: Sequence[Kind], *, at: datetime) -> None:
        """Put a line on its floor, or change what it sends. Raises what `Floor.join` raises."""
        known = self._peers.get(line)
        peer_id = secrets.token_hex(PEER_BYTES) if known is None else known.id
        peer = Peer(peer_id, line.session.standing, frozenset(sends))
        room_id = line.session.room_id
        floor = self.floor(room_id)
        floor.join(peer, feed.place(room_id))
        self._floors[room_id] = floor
        self._lines[peer_id], self._peers[line] = line, peer
        self._servers[peer_id] = ice_servers(self._limits.relays, peer_id, at=at)
        # Whoever joins anew begins anew, so that a browser that lost its streams gets them again.
        self._told.pop(peer_id, None)
        self._tell(floor, feed, room_id)

    def leave(self, line: Line, feed: Feed) -> Peer | None:
        """Take a line off its floor; who it was."""
        peer = self._peers.pop(line, None)
        if peer is None:
            return None
        room_id = line.session.room_id
        floor = self.floor(room_id)
        floor.leave(peer.id)
        del self._lines[peer.id], self._servers[peer.id]
        self._told.pop(peer.id, None)
        if not floor.peers:
            self._floors.pop(room_id, None)
        self._tell(floor, feed, room_id)
        return peer

    def carry(self, line: Line, feed: Feed, message: m.MediaOffer | m.MediaAnswer) -> None:
        """Bring a description to the peer it is for. Raises PeerGone, MediaRefused."""
        peer = self._peers.get(line)
        if peer is None:
            raise PeerGone
        room_id = line.session.room_id
        floor, place = self.floor(room_id), feed.place(room_id)
        brought: MediaOffered | MediaAnswered
        if isinstance(message, m.MediaOffer):
            floor.offer(peer.id, message.to, message.sdp, place)
            brought = MediaOffered(peer.id, message.sdp)
        else:
            floor.answer(peer.id, message.to, message.sdp, place)
            brought = MediaAnswered(peer.id, message.sdp)
        if not self._lines[message.to].show(text_frame(m.encode(brought))):
            raise PeerGone("it is behind: offer again")

    def follow(self, feed: Feed) -> None:
        """Something happened: tell those for whom it changes whom they see."""
        if not self._floors:
            return
        for room_id in {line.session.room_id for line in feed.lines} & self._floors.keys():
            self._tell(self._floors[room_id], feed, room_id)

    def _tell(self, floor: Floor, feed: Feed, room_id: UUID) -> None:
        place = feed.place(room_id)
        for peer in floor.peers:
            frame = text_frame(
                m.encode(
                    MediaFloor(
                        peer.id,
                        _views(floor.paths_from(peer, place)),
                        _views(floor.paths_to(peer, place)),
                        self._servers[peer.id],
                    )
                )
            )
            if self._told.get(peer.id) != frame and self._lines[peer.id].show(frame):
                self._told[peer.id] = frame


def _views(paths: Sequence[Path]) -> tuple[MediaPath, ...]:
    return tuple(
        MediaPath(
            path.peer.id,
            path.peer.standing.viewer,
            path.peer.standing.seat,
            tuple(sorted(path.kinds)),
        )
        for path in paths
    )
