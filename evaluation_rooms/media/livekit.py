"""Tokens for a LiveKit server: who may join which room there, and send what (RFC 7519, HS256).

A token says what a peer may do when it comes; LiveKit keeps to it until the peer leaves. So a venue
that watches a room by a client of its own can be let in, but members cannot be carried by it: that
they do not hear one another while they score, the platform could not see to.
https://docs.livekit.io/home/get-started/authentication/
"""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from evaluation_rooms.floor import Kind, Peer

SOURCES: Final[Mapping[Kind, str]] = MappingProxyType(
    {Kind.PICTURE: "camera", Kind.SOUND: "microphone", Kind.SCREEN: "screen_share"}
)


@dataclass(frozen=True, slots=True)
class LiveKitKey:
    """A key of the server: its name, and the secret shared with it. `seconds`: a token's life."""

    name: str
    secret: bytes = field(repr=False)
    seconds: int = 600


def livekit_token(key: LiveKitKey, room: str, peer: Peer, *, receives: bool, at: datetime) -> str:
    """What lets a peer in at an instant, to send what it sends and no data."""
    now = int(at.timestamp())
    grant = {
        "room": room,
        "roomJoin": True,
        "canPublish": bool(peer.sends),
        "canPublishSources": sorted(SOURCES[kind] for kind in peer.sends),
        "canPublishData": False,
        "canSubscribe": receives,
    }
    claims = {"iss": key.name, "sub": peer.id, "nbf": now, "exp": now + key.seconds, "video": grant}
    header = _part({"alg": "HS256", "typ": "JWT"})
    return signed_token(f"{header}.{_part(claims)}", key.secret)


def signed_token(signing_input: str, secret: bytes) -> str:
    """A JWS in compact form (RFC 7515 §3.1, §A.1): the input, and its HMAC-SHA-256."""
    mac = hmac.digest(secret, signing_input.encode("ascii"), "sha256")
    return f"{signing_input}.{_base64(mac)}"


def _part(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
