"""Getting the file key out of a sealed header, and saying who is to blame when it will not come.

The bidder's key alone suffices, or the shares of any `threshold` key holders. All verdicts can be
computed again by anybody from the header and what was handed in. docs/specs/sealed-bid-v1.md §6.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from crypto import suite
from crypto.age_header import check_mac, mac_fits
from crypto.errors import BadHeader, BadKey, BadShare, NoMatchingIdentity
from crypto.opening_keys import AnyOpeningKey
from crypto.seal_header import (
    SealedHeader,
    SealPolicy,
    derive_header,
    read_sealed_header,
    share_commitment,
)
from crypto.share_combining import ShareVerdict, combine
from crypto.shares import SECRET_BYTES

__all__ = [
    "HeaderVerdict",
    "ShareVerdict",
    "check_share",
    "file_key_from_shares",
    "unwrap_share",
    "unwrap_with_opening_key",
    "verify_file_key",
]


@dataclass(frozen=True, slots=True)
class HeaderVerdict:
    """Is the header the one that this file key dictates?

    `wrong_records` are the numbers of the holders whose record the bidder did not make as it had
    to: these holders are cleared. Everything else in the header is covered by `bidder_stanza_ok`,
    `mac_ok` and `rederives`.
    """

    mac_ok: bool
    rederives: bool
    bidder_stanza_ok: bool
    wrong_records: tuple[int, ...]

    @property
    def valid(self) -> bool:
        """A container that opens but does not re-derive is invalid by the tender's rules."""
        return self.mac_ok and self.rederives


def unwrap_with_opening_key(header: bytes, key: AnyOpeningKey) -> bytes:
    """The file key by the bidder's own key, MAC checked.

    Raises BadHeader, NoMatchingIdentity, BadMac.
    """
    sealed = read_sealed_header(header)
    file_key = sealed.suite.open_bidder_stanza(sealed.bidder_stanza, key, sealed.context)
    if file_key is None:
        raise NoMatchingIdentity("this opening key does not open this container")
    check_mac(sealed.header, file_key)
    return file_key


def unwrap_share(
    header: bytes, holder_number: int, holder_key: AnyOpeningKey, expected_context: bytes
) -> bytes:
    """Holder 1..n takes its share, 16 bytes, out of the header.

    `expected_context` is what the holder computed from the published record. Raises BadHeader for
    another context or no such holder; BadShare when the record does not decrypt, or holds another
    share than the header commits to.
    """
    sealed = read_sealed_header(header)
    if not suite.equal(sealed.context, expected_context):
        raise BadHeader("sealed for another tender, lot, envelope, bidder or submission")
    record = sealed.record(holder_number)
    position = bytes((holder_number, sealed.threshold, len(sealed.records)))
    try:
        share = sealed.suite.unwrap(
            record.wrapped, holder_key, context=sealed.context, position=position
        )
    except BadKey as error:
        raise BadShare("an ephemeral key of low order") from error
    if share is None:
        raise BadShare(f"the record of holder {holder_number} does not decrypt")
    if not _is_committed(sealed, holder_number, share):
        raise BadShare(f"the record of holder {holder_number} does not hold the committed share")
    return share


def check_share(header: bytes, holder_number: int, share: bytes, context: bytes) -> bool:
    """Is this the share that the header commits to for this holder? Raises BadHeader."""
    sealed = read_sealed_header(header)
    return suite.equal(sealed.context, context) and _is_committed(sealed, holder_number, share)


def file_key_from_shares(
    header: bytes, shares: Mapping[int, bytes], context: bytes
) -> tuple[bytes | None, ShareVerdict]:
    """Combine the shares handed in by holders {number: share}.

    Returns (file key or None, verdict); the MAC has been checked. All holders should be asked, not
    only `threshold` of them: only then do selectively dealt shares show. Raises BadHeader.
    """
    sealed = read_sealed_header(header)
    if not suite.equal(sealed.context, context):
        raise BadHeader("sealed for another tender, lot, envelope, bidder or submission")
    return combine(
        shares,
        sealed.threshold,
        is_committed=lambda number, share: _is_committed(sealed, number, share),
        fits=lambda file_key: mac_fits(sealed.header, file_key),
    )


def verify_file_key(header: bytes, file_key: bytes, policy: SealPolicy) -> HeaderVerdict:
    """Compute the header again and compare. Everybody can, once the file key is published.

    `policy` comes from the published record and the bidder's signed manifest. Raises BadHeader for
    a header that has not even the shape; BadKey when the policy holds an unusable key.
    """
    right_bytes = derive_header(file_key, policy) if len(file_key) == SECRET_BYTES else b""
    if right_bytes and header.startswith(right_bytes):
        return HeaderVerdict(mac_ok=True, rederives=True, bidder_stanza_ok=True, wrong_records=())
    sealed = read_sealed_header(header)
    if not right_bytes:
        numbers = tuple(range(1, len(sealed.records) + 1))
        return HeaderVerdict(
            mac_ok=False, rederives=False, bidder_stanza_ok=False, wrong_records=numbers
        )
    right = read_sealed_header(right_bytes)
    wrong = tuple(
        number
        for number, record in enumerate(sealed.records, start=1)
        if number > len(right.records) or record != right.records[number - 1]
    )
    return HeaderVerdict(
        mac_ok=mac_fits(sealed.header, file_key),
        rederives=False,
        bidder_stanza_ok=sealed.bidder_stanza == right.bidder_stanza,
        wrong_records=wrong,
    )


def _is_committed(sealed: SealedHeader, number: int, share: bytes) -> bool:
    if not 1 <= number <= len(sealed.records) or len(share) != SECRET_BYTES:
        return False
    commitment = share_commitment(sealed.suite, sealed.context, number, share)
    return suite.equal(commitment, sealed.record(number).commitment)
