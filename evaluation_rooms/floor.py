"""Who sees and hears whom in a room: the floor of its sound and picture. Sans I/O.

Each path goes one way: who sends offers, who receives answers, and there is nothing else to say.
So what may go along a path can be read off the description that travels with it (RFC 8866): no
sound where there is silence, no way back, and no channel for data, which no recording would show.

Nobody is on the floor before check-in, so it tells nobody who the experts are. While members score
alone they neither see nor hear one another. In the hall nothing is shown before the bidder list is
published: a line of sound is a line between two machines, and would count who is watching.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from evaluation_rooms.hall import Hall, HallPhase
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.refusals.media import MediaFull, MediaRefused, PeerGone
from tendering.domain.refusals.rooms import NotCheckedIn, NotYourPart, SilentNow
from tendering.domain.refusals.tenders import WrongPhase

SDP_CHARACTERS_MAX: Final = 20_000
SECTIONS_MAX: Final = 8


class Kind(StrEnum):
    """What is sent: the picture of a camera, sound, the picture of a screen."""

    PICTURE = "picture"
    SOUND = "sound"
    SCREEN = "screen"


SEEN: Final = frozenset({Kind.PICTURE})
SEEN_AND_HEARD: Final = frozenset({Kind.PICTURE, Kind.SOUND})
EVERYTHING: Final = frozenset(Kind)
NOTHING: Final[frozenset[Kind]] = frozenset()
V = Viewer

# Who sends what to whom. A member's screen shows marks: nobody gets it.
_PATHS: Final[Mapping[tuple[Viewer, Viewer], frozenset[Kind]]] = MappingProxyType(
    {
        (V.MEMBER, V.MEMBER): SEEN_AND_HEARD,
        (V.MEMBER, V.HOST): SEEN_AND_HEARD,
        (V.MEMBER, V.SUPERVISOR): SEEN_AND_HEARD,
        (V.HOST, V.MEMBER): EVERYTHING,
        (V.HOST, V.HOST): EVERYTHING,
        (V.HOST, V.GUEST_OPERATOR): EVERYTHING,
        (V.HOST, V.SUPERVISOR): EVERYTHING,
        (V.GUEST_OPERATOR, V.HOST): SEEN_AND_HEARD,
        (V.GUEST_OPERATOR, V.SUPERVISOR): SEEN_AND_HEARD,
    }
)
# 87号令 第六十二条: while members score, each is alone; the supervisor sees and hears all the same.
_ALONE: Final = MappingProxyType(
    dict(_PATHS) | {(V.MEMBER, V.MEMBER): NOTHING, (V.MEMBER, V.HOST): SEEN}
)
_OVER: Final = frozenset({Phase.CLOSED, Phase.VOID})
SENDERS: Final = frozenset({V.MEMBER, V.HOST, V.GUEST_OPERATOR})


@dataclass(frozen=True, slots=True)
class Peer:
    """A line that takes part. `id` is chance and serves as long as the line does."""

    id: str
    standing: Standing
    sends: frozenset[Kind]


@dataclass(frozen=True, slots=True)
class Path:
    """Another peer, and what goes to it or comes from it."""

    peer: Peer
    kinds: frozenset[Kind]


def kinds_between(sender: Standing, receiver: Standing, place: Room | Hall) -> frozenset[Kind]:
    """What may go from one to the other now."""
    if isinstance(place, Hall):
        is_open = place.curtain_seq is not None and place.phase is not HallPhase.CLOSED
        return EVERYTHING if is_open and sender.viewer is V.HOST else NOTHING
    if place.phase in _OVER or not (_is_in(sender, place) and _is_in(receiver, place)):
        return NOTHING
    table = _ALONE if place.phase is Phase.TECHNICAL else _PATHS
    return table.get((sender.viewer, receiver.viewer), NOTHING)


def require_may_join(standing: Standing, sends: frozenset[Kind], place: Room | Hall) -> None:
    """Refuse who has no part. Raises NotCheckedIn, NotYourPart, SilentNow, WrongPhase."""
    if isinstance(place, Hall):
        if place.phase is HallPhase.CLOSED:
            raise WrongPhase(phase=place.phase)
        if place.curtain_seq is None:
            raise SilentNow(phase=place.phase)
        if sends and standing.viewer is not V.HOST:
            raise NotYourPart
        return
    if place.phase in _OVER:
        raise WrongPhase(phase=place.phase)
    if standing.viewer is V.PUBLIC or (sends and standing.viewer not in SENDERS):
        raise NotYourPart
    if Kind.SCREEN in sends and standing.viewer is not V.HOST:
        raise NotYourPart
    if not _is_in(standing, place):
        raise NotCheckedIn


class Floor:
    """The peers of one room in one process, and which offers wait for their answer."""

    def __init__(self, *, peers_max: int) -> None:
        """An empty floor. `peers_max`: a mesh has a line for each pair."""
        self._peers_max = peers_max
        self._peers: dict[str, Peer] = {}
        self._offers: set[tuple[str, str]] = set()

    @property
    def peers(self) -> tuple[Peer, ...]:
        """Who takes part, in the order of coming."""
        return tuple(self._peers.values())

    def join(self, peer: Peer, place: Room | Hall, *, instead_of: str = "") -> None:
        """Take part, or begin anew `instead_of` a peer that one was.

        Raises MediaFull and what `require_may_join` raises.
        """
        require_may_join(peer.standing, peer.sends, place)
        if instead_of not in self._peers and len(self._peers) >= self._peers_max:
            raise MediaFull(peers_max=self._peers_max)
        self.leave(instead_of)
        self._peers[peer.id] = peer

    def leave(self, peer_id: str) -> Peer | None:
        """Take part no longer; who it was."""
        self._forget_offers(peer_id)
        return self._peers.pop(peer_id, None)

    def paths_from(self, peer: Peer, place: Room | Hall) -> tuple[Path, ...]:
        """To whom a peer sends, and what."""
        return self._paths(
            (other, kinds_between(peer.standing, other.standing, place) & peer.sends)
            for other in self.peers
            if other.id != peer.id
        )

    def paths_to(self, peer: Peer, place: Room | Hall) -> tuple[Path, ...]:
        """From whom a peer receives, and what."""
        return self._paths(
            (other, kinds_between(other.standing, peer.standing, place) & other.sends)
            for other in self.peers
            if other.id != peer.id
        )

    def offer(self, sender_id: str, to: str, sdp: str, place: Room | Hall) -> None:
        """May this description of a stream go there now? Raises PeerGone, MediaRefused."""
        sender, receiver = self._pair(sender_id, to)
        kinds = kinds_between(sender.standing, receiver.standing, place) & sender.sends
        if not kinds:
            raise PeerGone
        require_one_way(sdp, kinds, direction="sendonly")
        self._offers.add((sender_id, to))

    def answer(self, receiver_id: str, to: str, sdp: str, place: Room | Hall) -> None:
        """May this answer go there now? To each offer one. Raises PeerGone, MediaRefused."""
        receiver, sender = self._pair(receiver_id, to)
        kinds = kinds_between(sender.standing, receiver.standing, place) & sender.sends
        if not kinds or (to, receiver_id) not in self._offers:
            raise PeerGone
        require_one_way(sdp, kinds, direction="recvonly")
        self._offers.discard((to, receiver_id))

    def _pair(self, one: str, other: str) -> tuple[Peer, Peer]:
        if one not in self._peers or other not in self._peers:
            raise PeerGone
        return self._peers[one], self._peers[other]

    def _forget_offers(self, peer_id: str) -> None:
        self._offers = {pair for pair in self._offers if peer_id not in pair}

    @staticmethod
    def _paths(found: Iterable[tuple[Peer, frozenset[Kind]]]) -> tuple[Path, ...]:
        return tuple(Path(peer, kinds) for peer, kinds in found if kinds)


def require_one_way(sdp: str, kinds: frozenset[Kind], *, direction: str) -> None:
    """Refuse a description of anything but these kinds, in this direction. Raises MediaRefused.

    `direction`: `sendonly` in offers, `recvonly` in answers (RFC 8866 §6.7).
    """
    head, *sections = ("\n" + sdp.replace("\r\n", "\n")).split("\nm=")
    if not head.startswith("\nv=0\n") or not 1 <= len(sections) <= SECTIONS_MAX:
        raise MediaRefused("a description begins with v=0 and has sections")
    if any(f"a={word}" in head.split("\n") for word in _DIRECTIONS):
        raise MediaRefused("each section has its own direction")
    pictures = sum(1 for kind in kinds if kind is not Kind.SOUND)
    found = {"audio": 0, "video": 0}
    for section in sections:
        first, *lines = section.split("\n")
        media = first.split(" ")[0]
        if media not in found:
            raise MediaRefused("only sound and picture are sent", section=media[:20])
        directions = [line[2:] for line in lines if line[2:] in _DIRECTIONS and line[:2] == "a="]
        if directions not in ([direction], ["inactive"]):
            raise MediaRefused("a section goes another way", section=media)
        found[media] += 1 if directions == [direction] else 0
    if found["audio"] > (Kind.SOUND in kinds) or found["video"] > pictures:
        raise MediaRefused("more is sent than may be now", kinds=sorted(kinds))


_DIRECTIONS: Final = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})


def _is_in(standing: Standing, room: Room) -> bool:
    """Has a member checked in, and still the seat? Whoever is no member is in anyway."""
    if standing.viewer is not V.MEMBER:
        return standing.viewer is not V.PUBLIC
    return any(
        seat.number == standing.seat
        and seat.person_id == standing.person_id
        and seat.checked_in
        and not seat.recused
        for seat in room.members
    )
