"""The limits of rooms: table `[rooms]` of the configuration."""

from dataclasses import dataclass, field

from evaluation_rooms.messages import FRAME_BYTES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Relays:
    """Who helps browsers to meet: STUN and TURN servers, and the secret shared with the latter.

    `turn_seconds`: how long a credential serves.
    """

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    turn_secret: bytes = field(default=b"", repr=False)
    turn_seconds: int = 43200


@dataclass(frozen=True, slots=True, kw_only=True)
class JanusServer:
    """A Janus server that carries streams: the address of its WebSocket API, and its secret.

    `recordings_folder`: where it records, on a disk that both see; empty: nothing is recorded.
    """

    address: str
    secret: str = field(default="", repr=False)
    recordings_folder: str = ""
    publishers_max: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLimits:
    """Sound and picture: how many take part in a room; a mesh has a line for each pair of them."""

    peers_max: int = 16
    relays: Relays = Relays()
    janus: JanusServer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSettings:
    """Every field has its unit in its name.

    `behind_bytes`: a connection with more than this unsent is behind and pulls from the journal at
    its own speed. `faults_max`: malformed or too frequent messages before the line is cut.
    `presence_seconds`: a hall is told who is there at most this often.
    """

    frame_bytes_max: int = FRAME_BYTES_MAX
    hello_seconds: float = 10.0
    keep_alive_seconds: float = 20.0
    close_seconds: float = 3.0
    messages_per_second: float = 20.0
    messages_burst: int = 60
    faults_max: int = 3
    behind_bytes: int = 64 * 1024
    window_seconds: float = 0.015
    presence_seconds: float = 1.0
    look_seconds: float = 3.0

    def __post_init__(self) -> None:
        """Refuse limits that make no sense."""
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"rooms.{name} must be above zero")
