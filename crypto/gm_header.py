"""The header of a sealed bid under the national algorithms, and who can open it.

The same idea and the same grammar as `seal_header`: the bidder's stanza, a threshold stanza with a
record for each key holder, everything derived from file key and context. What differs: another
first line, SM3 in place of SHA-256, and SM2 ciphertexts, which have no associated data and
therefore carry the context in what they encrypt. docs/specs/sealed-bid-gm-v1.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

from asn1crypto import parser

from crypto.age_header import (
    FILE_KEY_BYTES,
    Header,
    Stanza,
    decode_base64,
    encode_base64,
    finish_header,
    frame_header,
    parse_header,
)
from crypto.canonical import JsonValue, canonical
from crypto.errors import BadHeader, BadKey
from crypto.gm_curve import check_point
from crypto.gm_sm2 import Ciphertext
from crypto.gm_software import GM_SUITE, MATERIAL_BYTES, GmSoftware
from crypto.provider import Provider
from crypto.shares import HOLDERS_MAX, SECRET_BYTES, split_derandomized
from crypto.suite import equal

VERSION_LINE = b"kaibiao/sealed-bid-gm/v1"
BIDDER_STANZA = "kaibiao/sm2/v1"
THRESHOLD_STANZA = "kaibiao/threshold-sm2/v1"
CONTEXT_LABEL = b"kaibiao/seal-context-gm/v1\x00"
CONTEXT_BYTES = 32
COMMITMENT_BYTES = 32
THRESHOLD_MIN = 2
GM_HEADER_BYTES_MAX = 16 << 10

SealingProvider = Provider[Never, Never]  # sealing asks for no private key
SOFTWARE = GmSoftware()

_THRESHOLD_ARGUMENTS = 4  # the kind, threshold, number of holders, context
_SEAL_LABEL = b"kaibiao/seal-gm/v1/"
_SHARE_LABEL = b"kaibiao/share-gm/v1\x00"
_NUMBER = re.compile(r"[1-9][0-9]?\Z")


@dataclass(frozen=True, slots=True)
class GmPolicy:
    """Who can open: the bidder, or any `threshold` of the `holders` in their published order.

    `context` has 32 bytes and comes from `gm_context`; keys are SM2 points of 65 bytes. Raises
    BadKey for a policy nobody can seal to.
    """

    context: bytes
    threshold: int
    holders: tuple[bytes, ...]
    bidder: bytes

    def __post_init__(self) -> None:
        assert len(self.context) == CONTEXT_BYTES
        if not THRESHOLD_MIN <= self.threshold <= len(self.holders) <= HOLDERS_MAX:
            raise BadKey("a policy has 2 to 32 key holders and a threshold among them")
        for key in (self.bidder, *self.holders):
            check_point(key)
        if len({self.bidder, *self.holders}) != len(self.holders) + 1:
            raise BadKey("two of the opening keys are the same")


def gm_context(
    *,
    tender_id: str,
    lot: str,
    envelope: str,
    bidder_id: str,
    counter: int,
    threshold: int,
    holders: Sequence[tuple[str, str]],
    provider: SealingProvider = SOFTWARE,
) -> bytes:
    """What a container is for, as 32 bytes: the members of `seal_context`, digested with SM3.

    `holders` are pairs (point, digest of the signed key announcement), both lower-case hex.
    """
    value: JsonValue = {
        "suite": GM_SUITE,
        "tender": tender_id,
        "lot": lot,
        "envelope": envelope,
        "bidder": bidder_id,
        "counter": counter,
        "threshold": threshold,
        "holders": [
            {"public_key": public_key, "announcement": announcement}
            for public_key, announcement in holders
        ],
    }
    return provider.digest(CONTEXT_LABEL + canonical(value))


def derive_gm_header(
    file_key: bytes, policy: GmPolicy, *, provider: SealingProvider = SOFTWARE
) -> bytes:
    """The one right header for this file key and policy, MAC line included."""
    context, threshold, count = policy.context, policy.threshold, len(policy.holders)

    def derive(label: str, length: int) -> bytes:
        info = _SEAL_LABEL + label.encode("ascii")
        return provider.kdf(file_key, salt=context, info=info, length=length)

    def wrap(holder: bytes, secret: bytes, label: str) -> bytes:
        return provider.wrap(holder, secret + context, material=derive(label, MATERIAL_BYTES))

    coefficients = [derive(f"coefficient/{power}", SECRET_BYTES) for power in range(1, threshold)]
    shares = split_derandomized(file_key, coefficients, count)
    body = b"".join(
        wrap(holder, share, f"ephemeral/{number}")
        + share_commitment(context, number, share, provider=provider)
        for number, (holder, share) in enumerate(zip(policy.holders, shares, strict=True), start=1)
    )
    arguments = (THRESHOLD_STANZA, str(threshold), str(count), encode_base64(context))
    stanzas = [
        Stanza((BIDDER_STANZA,), wrap(policy.bidder, file_key, "ephemeral/bidder")),
        Stanza(arguments, body),
    ]
    signed = frame_header(stanzas, version=VERSION_LINE)
    return finish_header(signed, _mac(file_key, signed, provider))


@dataclass(frozen=True, slots=True)
class GmRecord:
    """One key holder's record: an SM2 ciphertext, DER, and the commitment to the share."""

    wrapped: bytes
    commitment: bytes


@dataclass(frozen=True, slots=True)
class GmHeader:
    """The shape of a container as anybody can read it, without any key.

    `records` are in the holders' order. `ephemeral_keys` are the bidder's and then the holders',
    points of 65 bytes: one seen before means a copied header.
    """

    header: Header
    wrapped_file_key: bytes
    context: bytes
    threshold: int
    records: tuple[GmRecord, ...]
    ephemeral_keys: tuple[bytes, ...]

    def record(self, holder_number: int) -> GmRecord:
        """The record of holder 1..n. Raises BadHeader when there is no such holder."""
        if not 1 <= holder_number <= len(self.records):
            raise BadHeader(f"the header has no holder number {holder_number}")
        return self.records[holder_number - 1]


def parse_gm_header(data: bytes, *, expected_context: bytes, threshold: int, n: int) -> GmHeader:
    """The check at the door, without any key: is this a container for exactly this purpose?

    Raises BadHeader for anything else than two stanzas in order, for another context, threshold or
    number of holders, and for an ephemeral key that is used twice.
    """
    sealed = read_gm_header(data)
    if not equal(sealed.context, expected_context):
        raise BadHeader("sealed for another tender, lot, envelope, bidder or submission")
    if (sealed.threshold, len(sealed.records)) != (threshold, n):
        raise BadHeader("sealed for another number of key holders")
    if len(set(sealed.ephemeral_keys)) != len(sealed.ephemeral_keys):
        raise BadHeader("an ephemeral key is used twice")
    return sealed


def read_gm_header(data: bytes) -> GmHeader:
    """The shape alone; what it is for has still to be compared. Raises BadHeader."""
    header = parse_header(data[:GM_HEADER_BYTES_MAX], version=VERSION_LINE)
    if [stanza.kind for stanza in header.stanzas] != [BIDDER_STANZA, THRESHOLD_STANZA]:
        raise BadHeader("a container has one SM2 and one threshold stanza, in this order")
    bidder_stanza, stanza = header.stanzas
    if len(bidder_stanza.arguments) != 1 or len(stanza.arguments) != _THRESHOLD_ARGUMENTS:
        raise BadHeader("a stanza with another number of arguments")
    threshold, count = (_number(text) for text in stanza.arguments[1:3])
    context = decode_base64(stanza.arguments[3])
    if len(context) != CONTEXT_BYTES or not THRESHOLD_MIN <= threshold <= count <= HOLDERS_MAX:
        raise BadHeader("a threshold stanza out of range")
    records, rest = [], stanza.body
    for _ in range(count):
        wrapped, rest = _first_value(rest)
        records.append(GmRecord(wrapped, rest[:COMMITMENT_BYTES]))
        rest = rest[COMMITMENT_BYTES:]
    if rest or len(records[-1].commitment) != COMMITMENT_BYTES:
        raise BadHeader("a threshold stanza with another number of records")
    sizes = [FILE_KEY_BYTES, *(SECRET_BYTES for _ in records)]
    wrapped_keys = [bidder_stanza.body, *(record.wrapped for record in records)]
    points = map(_ephemeral_key, wrapped_keys, sizes)
    return GmHeader(header, bidder_stanza.body, context, threshold, tuple(records), tuple(points))


def gm_mac_fits(header: Header, file_key: bytes, *, provider: SealingProvider = SOFTWARE) -> bool:
    """Does the header's MAC verify under this file key? A key of another length never fits."""
    return len(file_key) == FILE_KEY_BYTES and equal(
        _mac(file_key, header.signed, provider), header.mac
    )


def share_commitment(
    context: bytes, number: int, share: bytes, *, provider: SealingProvider = SOFTWARE
) -> bytes:
    """What the header publishes about holder `number`'s share, 32 bytes."""
    return provider.digest(_SHARE_LABEL + context + bytes([number]) + share)


def _mac(file_key: bytes, signed: bytes, provider: SealingProvider) -> bytes:
    key = provider.kdf(file_key, salt=b"", info=b"header", length=32)
    return provider.mac(key, signed)


def _ephemeral_key(wrapped: bytes, secret_bytes: int) -> bytes:
    try:
        ciphertext = Ciphertext.from_der(wrapped)
    except BadKey as error:
        raise BadHeader(f"a record is wrong: {error}") from error
    if len(ciphertext.masked) != secret_bytes + CONTEXT_BYTES:
        raise BadHeader("an SM2 ciphertext of the wrong size")
    return ciphertext.point


def _first_value(data: bytes) -> tuple[bytes, bytes]:
    try:
        size = parser.peek(data)
    except ValueError as error:
        raise BadHeader("a record is not DER") from error
    return data[:size], data[size:]


def _number(text: str) -> int:
    if not _NUMBER.match(text):
        raise BadHeader("a malformed number in the threshold stanza")
    return int(text)
