"""What the server says about sound and picture: words of the room protocol, all ephemeral."""

from msgspec import Struct

from evaluation_rooms.floor import Kind


class MediaPath(Struct, frozen=True):
    """A peer to send to or to receive from, and what. `seat` of a member only."""

    peer: str
    viewer: str
    seat: int | None
    kinds: tuple[Kind, ...]


class IceServer(Struct, frozen=True):
    """A STUN or TURN server for the browser (W3C WebRTC, RTCIceServer)."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


class MediaFloor(Struct, frozen=True, tag_field="type", tag="media.floor"):
    """With whom this reader has sound and picture just now; told anew when it changes. Ephemeral.

    The reader offers to all `receivers`, and answers the offers of all `senders`.
    """

    you: str
    receivers: tuple[MediaPath, ...]
    senders: tuple[MediaPath, ...]
    ice_servers: tuple[IceServer, ...]


class MediaOffered(Struct, frozen=True, tag_field="type", tag="media.offered"):
    """A peer describes what it sends. Ephemeral."""

    peer: str
    sdp: str


class MediaAnswered(Struct, frozen=True, tag_field="type", tag="media.answered"):
    """A peer takes what was offered. Ephemeral."""

    peer: str
    sdp: str
