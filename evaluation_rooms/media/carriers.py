"""Who carries streams between the peers of a floor: one interface, and the mesh, its default.

Rules stay with `floor`: a carrier is told who may send what to whom, and does that. To a browser
they look alike: it offers to whoever `media.floor` names, and answers what it is offered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from uuid import UUID

from evaluation_rooms import messages as m
from evaluation_rooms.floor import Floor, Path, Peer
from evaluation_rooms.hall import Hall
from evaluation_rooms.media_messages import MediaAnswered, MediaOffered, MediaPath
from evaluation_rooms.room import Room
from tendering.domain.journal import Entry
from tendering.domain.refusals.media import PeerGone

Tell: TypeAlias = Callable[[str, MediaOffered | MediaAnswered], bool]
"""Bring a peer a description; False when it is behind or gone."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A floor as it is now, and the room or hall that it belongs to."""

    room_id: UUID
    floor: Floor
    place: Room | Hall


class Listener(Protocol):
    """Who wants to know what a carrier notices by itself."""

    def tell(self, peer_id: str, message: MediaOffered | MediaAnswered) -> bool:
        """As `Tell`."""

    def heard(self, peer_id: str, *, arrives: bool) -> None:
        """What a peer sends has begun to arrive, or does not arrive any more."""

    def tell_all(self) -> None:
        """The carrier has come or gone: everybody begins anew."""


class Carrier(Protocol):
    """None of these waits."""

    notices_arrival: bool
    """Does it say by itself whose streams arrive? Else whoever sends is believed."""

    @property
    def is_there(self) -> bool:
        """Can it carry anything now?"""

    def begin(self, listener: Listener) -> None:
        """From now on this one wants to know."""

    def paths(self, scene: Scene, peer: Peer) -> tuple[Sequence[MediaPath], Sequence[MediaPath]]:
        """To whom a peer offers, and whose offers it answers."""

    def take(self, scene: Scene, peer: Peer, message: m.MediaOffer | m.MediaAnswer) -> None:
        """A peer's description. Raises PeerGone, MediaRefused."""

    def follow(self, scene: Scene, entries: Sequence[Entry] = ()) -> None:
        """Somebody came or went, or something happened in the room."""


class Mesh:
    """Browsers send to one another; only descriptions come through here."""

    notices_arrival = False
    is_there = True

    def begin(self, listener: Listener) -> None:
        """Descriptions are brought through the listener."""
        self._listener = listener

    def paths(self, scene: Scene, peer: Peer) -> tuple[Sequence[MediaPath], Sequence[MediaPath]]:
        """Each other peer for itself."""
        floor, place = scene.floor, scene.place
        return views(floor.paths_from(peer, place)), views(floor.paths_to(peer, place))

    def take(self, scene: Scene, peer: Peer, message: m.MediaOffer | m.MediaAnswer) -> None:
        """Bring it to the peer it is for. Raises PeerGone, MediaRefused."""
        brought: MediaOffered | MediaAnswered
        if isinstance(message, m.MediaOffer):
            scene.floor.offer(peer.id, message.to, message.sdp, scene.place)
            brought = MediaOffered(peer.id, message.sdp)
        else:
            scene.floor.answer(peer.id, message.to, message.sdp, scene.place)
            brought = MediaAnswered(peer.id, message.sdp)
        if not self._listener.tell(message.to, brought):
            raise PeerGone("it is behind: offer again")

    def follow(self, scene: Scene, entries: Sequence[Entry] = ()) -> None:
        """Browsers do it themselves when they are told their paths."""
        del scene, entries


def views(paths: Sequence[Path]) -> tuple[MediaPath, ...]:
    """Paths as a peer is told them."""
    return tuple(
        MediaPath(
            path.peer.id,
            path.peer.standing.viewer,
            path.peer.standing.seat,
            tuple(sorted(path.kinds)),
        )
        for path in paths
    )
