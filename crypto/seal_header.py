"""The header of a sealed bid: who can open it, bound to what it is for.

Two stanzas, no more: the bidder's own, which is age's, and a threshold stanza with one record for
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
    Header,
    Stanza,
    build_header,
    decode_base64,
    encode_base64,
    parse_header,
)
from crypto.canonical import digest
from crypto.errors import BadHeader, BadKey
from crypto.seal_suites import CLASSIC, SUITES, SealSuite, suite_of
from crypto.shares import HOLDERS_MAX, SECRET_BYTES, split_derandomized

CONTEXT_LABEL = "kaibiao/seal-context/v1"
CONTEXT_BYTES = 32
WRAPPED_SHARE_BYTES = SECRET_BYTES + suite.TAG_BYTES
COMMITMENT_BYTES = 32
THRESHOLD_MIN = 2
SEALED_HEADER_BYTES_MAX = 64 << 10  # 32 key holders of the hybrid suite need 53 KB

_THRESHOLD_ARGUMENTS = 4  # the kind, threshold, number of holders, context
_SEAL_LABEL = b"kaibiao/seal/v1/"
_SHARE_LABEL = b"kaibiao/share/v1\x00"
_WRAP_LABEL = b"kaibiao/share-wrap/v1\x00"
_NUMBER = re.compile(r"[1-9][0-9]?\Z")


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """Who can open: the bidder, or any `threshold` of the `holders` in their published order.

    `context` has 32 bytes and comes from `seal_context`; keys are public keys of one suite, of 32
    or 1216 bytes. Raises BadKey for a policy nobody can seal to.
    """

    context: bytes
    threshold: int
    holders: tuple[bytes, ...]
    bidder: bytes

    def __post_init__(self) -> None:
        assert len(self.context) == CONTEXT_BYTES
        if not THRESHOLD_MIN <= self.threshold <= len(self.holders) <= HOLDERS_MAX:
            raise BadKey("a policy has 2 to 32 key holders and a threshold among them")
        # C2SP age.md: a classic key would undo what the hybrid ones are there for.
        if any(len(key) != self.suite.public_bytes for key in self.holders):
            raise BadKey("the opening keys are not of one suite")
        if len({self.bidder, *self.holders}) != len(self.holders) + 1:
            raise BadKey("two of the opening keys are the same")

    @property
    def suite(self) -> SealSuite:
        """How the file key and its shares are wrapped: as the keys tell. Raises BadKey."""
        return suite_of(self.bidder)


def seal_context(
    *,
    tender_id: str,
    lot: str,
    envelope: str,
    bidder_id: str,
    counter: int,
    threshold: int,
    holders: Sequence[tuple[str, str]],
    suite_name: str = CLASSIC.name,
) -> bytes:
    """What a container is for, as 32 bytes.

    `holders` are pairs (public key, digest of the signed key announcement), both lower-case hex, in
    the published order. The deadline is not part of it: an extension must not invalidate what is
    already sealed. Everybody computes this from the published record, never from the container.
    """
    return digest(
        CONTEXT_LABEL,
        {
            "suite": suite_name,
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
    body = b""
    shares = derive_shares(file_key, context, threshold, count)
    material_bytes = policy.suite.material_bytes
    for number, (holder, share) in enumerate(zip(policy.holders, shares, strict=True), start=1):
        ephemeral, wrapped = policy.suite.wrap(
            share,
            holder,
            material=_derive(file_key, context, f"ephemeral/{number}", material_bytes),
            info=wrap_info(context, number, threshold, count),
        )
        body += ephemeral + wrapped + share_commitment(context, number, share)
    arguments = (policy.suite.threshold_kind, str(threshold), str(count), encode_base64(context))
    bidder_stanza = policy.suite.bidder_stanza(
        file_key,
        policy.bidder,
        material=_derive(file_key, context, "ephemeral/bidder", material_bytes),
    )
    return build_header(file_key, [bidder_stanza, Stanza(arguments, body)])


def derive_shares(file_key: bytes, context: bytes, threshold: int, count: int) -> list[bytes]:
    """The shares that this file key dictates, 16 bytes each, for holders 1..`count`."""
    coefficients = [
        _derive(file_key, context, f"coefficient/{power}", SECRET_BYTES)
        for power in range(1, threshold)
    ]
    return split_derandomized(file_key, coefficients, count)


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """One key holder's record: ephemeral key 32 or 1120, wrapped share 32, commitment 32 bytes."""

    ephemeral: bytes
    wrapped: bytes
    commitment: bytes


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """The shape of a container as anybody can read it, without any key.

    `records` are in the holders' order. `ephemeral_keys` are the bidder's and then the holders',
    of 32 bytes, of a hybrid one the point: all are fresh in an honest container, so one seen before
    means a copied header.
    """

    header: Header
    suite: SealSuite
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
    data: bytes,
    *,
    expected_context: bytes,
    threshold: int,
    n: int,
    suite_name: str = CLASSIC.name,
) -> SealedHeader:
    """The check at the door, without any key: is this a container for exactly this purpose?

    `data` begins with the header and may go on. Raises BadHeader for anything else than two stanzas
    in order, for another suite, context, threshold or number of holders, and for unusable
    ephemeral keys.
    """
    sealed = read_sealed_header(data)
    if sealed.suite.name != suite_name:
        raise BadHeader("sealed in another suite than the tender's")
    if not suite.equal(sealed.context, expected_context):
        raise BadHeader("sealed for another tender, lot, envelope, bidder or submission")
    if (sealed.threshold, len(sealed.records)) != (threshold, n):
        raise BadHeader("sealed for another number of key holders")
    if any(suite.is_low_order(key) for key in sealed.ephemeral_keys):
        raise BadHeader("an ephemeral key of low order")
    if len(set(sealed.ephemeral_keys)) != len(sealed.ephemeral_keys):
        raise BadHeader("an ephemeral key is used twice")
    return sealed


def read_sealed_header(data: bytes) -> SealedHeader:
    """The shape alone; what it is for has still to be compared. Raises BadHeader."""
    header = parse_header(data[:SEALED_HEADER_BYTES_MAX])
    kinds = [stanza.kind for stanza in header.stanzas]
    used = next(
        (one for one in SUITES.values() if kinds == [one.bidder_kind, one.threshold_kind]), None
    )
    if used is None:
        raise BadHeader("a container has a bidder's and a threshold stanza of one suite, in order")
    bidder_stanza, stanza = header.stanzas
    if len(stanza.arguments) != _THRESHOLD_ARGUMENTS:
        raise BadHeader("a threshold stanza has three arguments")
    threshold, count = (_number(text) for text in stanza.arguments[1:3])
    context = decode_base64(stanza.arguments[3])
    if len(context) != CONTEXT_BYTES or not THRESHOLD_MIN <= threshold <= count <= HOLDERS_MAX:
        raise BadHeader("a threshold stanza out of range")
    record_bytes = used.ephemeral_bytes + WRAPPED_SHARE_BYTES + COMMITMENT_BYTES
    if len(stanza.body) != count * record_bytes:
        raise BadHeader("a threshold stanza has a record for each key holder")
    starts = range(0, len(stanza.body), record_bytes)
    records = tuple(_record(stanza.body[start : start + record_bytes]) for start in starts)
    ephemeral_keys = (
        used.ephemeral_of(bidder_stanza),
        *(record.ephemeral for record in records),
    )
    points = tuple(map(used.point_of, ephemeral_keys))
    return SealedHeader(header, used, bidder_stanza, context, threshold, records, points)


def header_digest(data: bytes) -> bytes:
    """SHA-256 of the header that `data` begins with, by which it is named. Raises BadHeader."""
    return suite.sha256(data[: read_sealed_header(data).header_length])


def share_commitment(context: bytes, number: int, share: bytes) -> bytes:
    """What the header publishes about holder `number`'s share, 32 bytes."""
    return suite.sha256(_SHARE_LABEL + context + bytes([number]) + share)


def wrap_info(context: bytes, number: int, threshold: int, count: int) -> bytes:
    """What the key that wraps holder `number`'s share is bound to.

    The context is in it, so a record moved into another container does not even decrypt.
    """
    return _WRAP_LABEL + context + bytes((number, threshold, count))


def _derive(file_key: bytes, context: bytes, label: str, length: int) -> bytes:
    return suite.hkdf(
        file_key, salt=context, info=_SEAL_LABEL + label.encode("ascii"), length=length
    )


def _number(text: str) -> int:
    if not _NUMBER.match(text):
        raise BadHeader("a malformed number in the threshold stanza")
    return int(text)


def _record(data: bytes) -> ShareRecord:
    commitment = len(data) - COMMITMENT_BYTES
    wrapped = commitment - WRAPPED_SHARE_BYTES
    return ShareRecord(data[:wrapped], data[wrapped:commitment], data[commitment:])
