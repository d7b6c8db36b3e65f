"""What the configuration says of sound and picture, with its secrets read."""

from evaluation_rooms.settings import MediaLimits, Relays
from tendering.database_choice import read_secret
from tendering.settings import MediaSettings


def media_limits(chosen: MediaSettings) -> MediaLimits:
    """The limits of every room. Raises SettingsRefused where a secret cannot be read."""
    secret = read_secret(chosen.turn_secret_file).encode() if chosen.turn_secret_file else b""
    relays = Relays(
        stun=chosen.stun_addresses,
        turn=chosen.turn_addresses,
        turn_secret=secret,
        turn_seconds=chosen.turn_seconds,
    )
    return MediaLimits(peers_max=chosen.peers_max, relays=relays)
