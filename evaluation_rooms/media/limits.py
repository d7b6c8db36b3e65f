"""What the configuration says of sound and picture, with its secrets read."""

from evaluation_rooms.settings import JanusServer, MediaLimits, Relays
from tendering.database_choice import read_secret
from tendering.settings import MediaSettings


def media_limits(chosen: MediaSettings) -> MediaLimits:
    """The limits of every room. Blocks. Raises OSError where a secret cannot be read."""
    relays = Relays(
        stun=chosen.stun_addresses,
        turn=chosen.turn_addresses,
        turn_secret=_secret(chosen.turn_secret_file).encode(),
        turn_seconds=chosen.turn_seconds,
    )
    janus = None
    if chosen.janus_address:
        janus = JanusServer(
            address=chosen.janus_address,
            secret=_secret(chosen.janus_secret_file),
            recordings_folder=chosen.recordings_folder,
        )
    return MediaLimits(peers_max=chosen.peers_max, relays=relays, janus=janus)


def _secret(file: str) -> str:
    return read_secret(file) if file else ""
