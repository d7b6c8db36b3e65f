"""What a browser is told of STUN and TURN servers, with a credential of its own that expires.

The TURN server shares a secret with the platform and keeps no accounts: the name says until when it
serves, the password is a MAC of it (the REST API of TURN servers, as coturn has it).
"""

import base64
import hmac
from datetime import datetime

from evaluation_rooms.media_messages import IceServer
from evaluation_rooms.settings import Relays


def ice_servers(relays: Relays, peer_id: str, *, at: datetime) -> tuple[IceServer, ...]:
    """The servers for a peer that joins at an instant."""
    found = [IceServer(relays.stun)] if relays.stun else []
    if relays.turn:
        name = f"{int(at.timestamp()) + relays.turn_seconds}:{peer_id}"
        mac = hmac.digest(relays.turn_secret, name.encode(), "sha1")
        found.append(IceServer(relays.turn, name, base64.b64encode(mac).decode()))
    return tuple(found)
