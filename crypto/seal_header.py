"""The header of a sealed bid: who can open it, bound to what it is for.

Two stanzas, no more: the bidder's own X25519 stanza, and a threshold stanza with one record for
each key holder, any `threshold` of whom recover the file key together. Every secret in the header
is derived from file key and context, so whoever learns the file key can compute the header again
and compare it bit for bit: a bidder who dealt bad shares is found out by arithmetic.
docs/specs/sealed-bid-v1.md; the idea is Fujisaki and Okamoto's re-encryption check.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crypto import suite
from crypto.age_header import (
    X25519_STANZA,
    Header,
    Stanza,
    build_header,
    decode_base64,
    encode_base64,
    parse_header,
    x25519_share,
    x25519_stanza,
)
from crypto.canonical import digest
from crypto.errors import BadHeader, BadKey
from crypto.shares import HOLDERS_MAX, SECRET_BYTES, split_derandomized

THRESHOLD_STANZA = "kaibiao/threshold/v1"
CONTEXT_LABEL = "kaibiao/seal-context/v1"
CONTEXT_BYTES = 32
RECORD_BYTES = 96
THRESHOLD_MIN = 2
SEALED_HEADER_BYTES_MAX = 16 << 10

_THRESHOLD_ARGUMENTS = 4  # the kind, threshold, number of holders, context
_SEAL_LABEL = b"kaibiao/seal/v1/"
_SHARE_LABEL = b"kaibiao/share/v1\x00"
_WRAP_LABEL = b"kaibiao/share-wrap/v1\x00"
_NUMBER = re.compile(r"[1-9][0-9]?\Z")
_PROBE_SECRET = bytes(31) + b"\x40"


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """Who can open: the bidder, or any `threshold` of the `holders` in their published order.

    `context` has 32 bytes and comes from `seal_context`; keys are X25519 public keys of 32 bytes.
    Raises BadKey for a policy nobody can seal to.
    """

    context: bytes
    threshold: int
    holders: tuple[bytes, ...]
    bidder: bytes

    def __post_init__(self) -> None:
        assert len(self.context) == CONTEXT_BYTES
        if not THRESHOLD_MIN <= self.threshold <= len(self.holders) <= HOLDERS_MAX:
            raise BadKey("a policy has 2 to 32 key holders and a threshold among them")
        if any(len(key) != suite.PUBLIC_BYTES for key in (self.bidder, *self.holders)):
            raise BadKey("an X25519 public key has 32 bytes")
        if len({self.bidder, *self.holders}) != len(self.holders) + 1:
            raise BadKey("two of the opening keys are the same")


def seal_context(
    *,
    tender_id: str,
    lot: str,
    envelope: str,
    bidder_id: str,
    counter: int,
    threshold: int,
    holders: Sequence[tuple[str, str]],
) -> bytes:
    """What a container is for, as 32 bytes.

    `holders` are pairs (public key, digest of the signed key announcement), both lower-case hex, in
    the published order. The deadline is not part of it: an extension must not invalidate what is
    already sealed. Everybody computes this from the published record, never from the container.
    """
    return digest(
        CONTEXT_LABEL,
        {
            "suite": suite.SUITE,
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
        },
    )


def derive_header(file_key: bytes, policy: SealPolicy) -> bytes:
    """The one right header for this file key and policy, MAC line included.

    Raises BadKey for a public key of low order.
    """
    context, threshold, count = policy.context, policy.threshold, len(policy.holders)
    coefficients = [
        _derive(file_key, context, f"coefficient/{power}", SECRET_BYTES)
        for power in range(1, threshold)
    ]
    body = b""
    shares = split_derandomized(file_key, coefficients, count)
    for number, (holder, share) in enumerate(zip(policy.holders, shares, strict=True), start=1):
        secret = _derive(file_key, context, f"ephemeral/{number}", 32)
        ephemeral = suite.x25519_public(secret)
        key = wrap_key(
            suite.x25519(secret, holder),
            ephemeral=ephemeral,
            holder=holder,
            context=context,
            place=(number, threshold, count),
        )
        commitment = share_commitment(context, number, share)
        body += ephemeral + suite.aead_seal(key, share) + commitment
    bidder_secret = _derive(file_key, context, "ephemeral/bidder", 32)
    arguments = (THRESHOLD_STANZA, str(threshold), str(count), encode_base64(context))
    bidder_stanza = x25519_stanza(file_key, policy.bidder, ephemeral=bidder_secret)
    return build_header(file_key, [bidder_stanza, Stanza(arguments, body)])


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """One key holder's record: ephemeral key 32, wrapped share 32, share commitment 32 bytes."""

    ephemeral: bytes
    wrapped: bytes
    commitment: bytes


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """The shape of a container as anybody can read it, without any key.

    `records` are in the holders' order. `ephemeral_keys` are the bidder's and then the holders':
    all are fresh in an honest container, so one seen before means a copied header.
    """

    header: Header
    bidder_stanza: Stanza
    context: bytes
    threshold: int
    records: tuple[ShareRecord, ...]
    ephemeral_keys: tuple[bytes, ...]

    @property
    def mac(self) -> bytes:
        """The MAC, 32 bytes."""
        return self.header.mac

    @property
    def header_length(self) -> int:
        """Length of the header in bytes; the payload begins there."""
        return self.header.length

    def record(self, holder_number: int) -> ShareRecord:
        """The record of holder 1..n. Raises BadHeader when there is no such holder."""
        if not 1 <= holder_number <= len(self.records):
            raise BadHeader(f"the header has no holder number {holder_number}")
        return self.records[holder_number - 1]


def parse_sealed_header(
    data: bytes, *, expected_context: bytes, threshold: int, n: int
) -> SealedHeader:
    """The check at the door, without any key: is this a container for exactly this purpose?

    `data` begins with the header and may go on. Raises BadHeader for anything else than two stanzas
    in order, for another context, threshold or number of holders, and for unusable ephemeral keys.
    """
    sealed = read_sealed_header(data)
    if not suite.equal(sealed.context, expected_context):
        raise BadHeader("sealed for another tender, lot, envelope, bidder or submission")
    if (sealed.threshold, len(sealed.records)) != (threshold, n):
        raise BadHeader("sealed for another number of key holders")
    for key in sealed.ephemeral_keys:
        try:
            suite.x25519(_PROBE_SECRET, key)
        except BadKey as error:
            raise BadHeader("an ephemeral key of low order") from error
    if len(set(sealed.ephemeral_keys)) != len(sealed.ephemeral_keys):
        raise BadHeader("an ephemeral key is used twice")
    return sealed


def read_sealed_header(data: bytes) -> SealedHeader:
    """The shape alone; what it is for has still to be compared. Raises BadHeader."""
    header = parse_header(data[:SEALED_HEADER_BYTES_MAX])
    kinds = [stanza.kind for stanza in header.stanzas]
    if kinds != [X25519_STANZA, THRESHOLD_STANZA]:
        raise BadHeader("a container has one X25519 and one threshold stanza, in this order")
    bidder_stanza, stanza = header.stanzas
    if len(stanza.arguments) != _THRESHOLD_ARGUMENTS:
        raise BadHeader("a threshold stanza has three arguments")
    threshold, count = (_number(text) for text in stanza.arguments[1:3])
    context = decode_base64(stanza.arguments[3])
    if len(context) != CONTEXT_BYTES or not THRESHOLD_MIN <= threshold <= count <= HOLDERS_MAX:
        raise BadHeader("a threshold stanza out of range")
    if len(stanza.body) != count * RECORD_BYTES:
        raise BadHeader("a threshold stanza has 96 bytes for each key holder")
    starts = range(0, len(stanza.body), RECORD_BYTES)
    records = tuple(_record(stanza.body[start : start + RECORD_BYTES]) for start in starts)
    ephemeral_keys = (x25519_share(bidder_stanza), *(record.ephemeral for record in records))
    return SealedHeader(header, bidder_stanza, context, threshold, records, ephemeral_keys)


def share_commitment(context: bytes, number: int, share: bytes) -> bytes:
    """What the header publishes about holder `number`'s share, 32 bytes."""
    return suite.sha256(_SHARE_LABEL + context + bytes([number]) + share)


def wrap_key(
    shared: bytes, *, ephemeral: bytes, holder: bytes, context: bytes, place: tuple[int, int, int]
) -> bytes:
    """The key that wraps one share; `place` is (holder number, threshold, number of holders).

    The context is an input, so a record moved into another container does not even decrypt.
    """
    return suite.hkdf(shared, salt=ephemeral + holder, info=_WRAP_LABEL + context + bytes(place))


def _derive(file_key: bytes, context: bytes, label: str, length: int) -> bytes:
    return suite.hkdf(
        file_key, salt=context, info=_SEAL_LABEL + label.encode("ascii"), length=length
    )


def _number(text: str) -> int:
    if not _NUMBER.match(text):
        raise BadHeader("a malformed number in the threshold stanza")
    return int(text)


def _record(data: bytes) -> ShareRecord:
    return ShareRecord(data[:32], data[32:64], data[64:])
