"""Guarantors: who is at work here, where to reach it, with which keys it signs (pure)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from insurance_gateway.message_signatures import key_id
from tendering.domain.bid_security import SecurityForm
from tendering.domain.refusals import GuarantorEndpointRefused, GuarantorKeyInvalid

KEYS_MAX = 4
KEY_BYTES = 32


class GuarantorStatus(StrEnum):
    """A suspended guarantor gets no new orders; what it has issued stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Guarantor:
    """An insurer, bank or guarantee company. `keys`: Ed25519, 32 bytes, by key id."""

    id: UUID
    organization_id: UUID
    name: str
    uscc: str
    form: SecurityForm
    endpoint: str
    status: GuarantorStatus
    keys: Mapping[str, bytes]


def read_keys(texts: Sequence[str]) -> dict[str, bytes]:
    """Public keys in base64, by key id. Raises GuarantorKeyInvalid."""
    try:
        keys = [base64.b64decode(text, validate=True) for text in texts]
    except (binascii.Error, ValueError):
        raise GuarantorKeyInvalid from None
    if not 0 < len(keys) <= KEYS_MAX or any(len(key) != KEY_BYTES for key in keys):
        raise GuarantorKeyInvalid
    return {key_id(key): key for key in keys}


def require_endpoint(endpoint: str, *, demonstration: bool) -> None:
    """A guarantor is reached over TLS; only a demonstration speaks to its own machine without.

    Raises GuarantorEndpointRefused.
    """
    try:
        parts = urlsplit(endpoint)
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        raise GuarantorEndpointRefused from None
    plain = not parts.username and not parts.query and not parts.fragment
    local = demonstration and parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1"}
    if not (parts.hostname and plain and port_is_a_number and (parts.scheme == "https" or local)):
        raise GuarantorEndpointRefused
