"""A time-stamping authority as a value: who it is and how it answers (RFC 3161).

The platform embeds one; a second runs as a program of its own. A stamp that follows the clock of a
demonstration says so in its policy, so that it is never mistaken for real time.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crypto.certificates import facts
from crypto.keys import SigningKey
from crypto.timestamp import make_request, respond, token_of

# OIDs made of UUIDs need no registration (ITU-T X.667): uuid5 of "kaibiao/time-stamp-policy/...".
POLICY: Final = "2.25.120456645810191517144185067865574606489"
DEMONSTRATION_POLICY: Final = "2.25.4898150881821604116805479672712336762"
SERIAL_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Stamper:
    """An authority's certificate (DER) and key. `demonstration`: its clock is not real time."""

    certificate: bytes
    key: SigningKey = field(repr=False)
    demonstration: bool = False

    @property
    def name(self) -> str:
        """The common name of the certificate."""
        return facts(self.certificate).common_name

    @property
    def policy_oid(self) -> str:
        """Under which policy it stamps."""
        return DEMONSTRATION_POLICY if self.demonstration else POLICY

    def respond(self, request_der: bytes, *, at: datetime, chance: bytes) -> bytes:
        """Answer a request, DER in and out. `chance`: 16 fresh random bytes, the serial number."""
        assert len(chance) == SERIAL_BYTES
        return respond(
            request_der,
            certificate_der=self.certificate,
            key=self.key,
            at=at,
            serial=int.from_bytes(chance, "big") >> 1,
            policy_oid=self.policy_oid,
        )

    def stamp(self, digest: bytes, *, at: datetime, chance: bytes) -> bytes:
        """A token over 32 bytes, DER, without the way over a request from outside."""
        return token_of(self.respond(make_request(digest), at=at, chance=chance))
