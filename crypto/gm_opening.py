"""Getting the file key out of a header of the national suite, and whose fault it is if it stays in.

The same questions as in `seal_opening`, answered the same way: everything here can be computed
again by anybody. The private key is the provider's own kind, so it may lie in a hardware module.
"""

from collections.abc import Mapping
from typing import Never, TypeVar

from crypto.age_header import FILE_KEY_BYTES, Header
from crypto.errors import BadHeader, BadMac, BadShare, NoMatchingIdentity
from crypto.gm_header import (
    SOFTWARE,
    GmHeader,
    GmPolicy,
    SealingProvider,
    derive_gm_header,
    gm_mac_fits,
    read_gm_header,
    share_commitment,
)
from crypto.provider import Provider
from crypto.seal_opening import HeaderVerdict
from crypto.share_combining import ShareVerdict, combine
from crypto.shares import SECRET_BYTES
from crypto.suite import equal

Key = TypeVar("Key")


def unwrap_gm_file_key(header: bytes, key: Key, provider: Provider[Never, Key]) -> bytes:
    """The file key by the bidder's own key, MAC checked.

    Raises BadHeader, NoMatchingIdentity, BadMac.
    """
    sealed = read_gm_header(header)
    plaintext = provider.unwrap(key, sealed.wrapped_file_key)
    if plaintext is None:
        raise NoMatchingIdentity("this opening key does not open this container")
    if not equal(plaintext[FILE_KEY_BYTES:], sealed.context):
        raise BadHeader("the bidder's stanza was wrapped for another context")
    file_key = plaintext[:FILE_KEY_BYTES]
    check_gm_mac(sealed.header, file_key, provider=provider)
    return file_key


def unwrap_gm_share(
    header: bytes,
    holder_number: int,
    key: Key,
    expected_context: bytes,
    provider: Provider[Never, Key],
) -> bytes:
    """Holder 1..n takes its share, 16 bytes, out of the header.

    `expected_context` is what the holder computed from the published record. Raises BadHeader for
    another context or no such holder; BadShare when the record does not decrypt, was made for
    another context, or holds another share than the header commits to.
    """
    sealed = read_gm_header(header)
    if not equal(sealed.context, expected_context):
        raise BadHeader("sealed for another tender, lot, envelope, bidder or submission")
    plaintext = provider.unwrap(key, sealed.record(holder_number).wrapped)
    if plaintext is None:
        raise BadShare(f"the record of holder {holder_number} does not decrypt")
    share, context = plaintext[:SECRET_BYTES], plaintext[SECRET_BYTES:]
    # SM2 has no associated data: without this comparison a record could be moved elsewhere and
    # the holder would answer for it.
    if not equal(context, expected_context):
        raise BadShare(f"the record of holder {holder_number} was made for another context")
    if not _is_committed(sealed, holder_number, share, provider):
        raise BadShare(f"the record of holder {holder_number} does not hold the committed share")
    return share


def gm_file_key_from_shares(
    header: bytes,
    shares: Mapping[int, bytes],
    context: bytes,
    *,
    provider: SealingProvider = SOFTWARE,
) -> tuple[bytes | None, ShareVerdict]:
    """Combine the shares handed in by holders {number: share}; see `file_key_from_shares`.

    Raises BadHeader.
    """
    sealed = read_gm_header(header)
    if not equal(sealed.context, context):
        raise BadHeader("sealed for another tender, lot, envelope, bidder or submission")
    return combine(
        shares,
        sealed.threshold,
        is_committed=lambda number, share: _is_committed(sealed, number, share, provider),
        fits=lambda file_key: gm_mac_fits(sealed.header, file_key, provider=provider),
    )


def verify_gm_file_key(
    header: bytes, file_key: bytes, policy: GmPolicy, *, provider: SealingProvider = SOFTWARE
) -> HeaderVerdict:
    """Compute the header again and compare; see `verify_file_key`. Raises BadHeader."""
    sealed = read_gm_header(header)
    numbers = range(1, len(sealed.records) + 1)
    if len(file_key) != FILE_KEY_BYTES:
        return HeaderVerdict(
            mac_ok=False, rederives=False, bidder_stanza_ok=False, wrong_records=tuple(numbers)
        )
    right_bytes = derive_gm_header(file_key, policy, provider=provider)
    right = read_gm_header(right_bytes)
    return HeaderVerdict(
        mac_ok=gm_mac_fits(sealed.header, file_key, provider=provider),
        rederives=right_bytes == bytes(header[: sealed.header.length]),
        bidder_stanza_ok=sealed.wrapped_file_key == right.wrapped_file_key,
        wrong_records=tuple(
            number
            for number in numbers
            if number > len(right.records) or sealed.record(number) != right.record(number)
        ),
    )


def check_gm_mac(header: Header, file_key: bytes, *, provider: SealingProvider = SOFTWARE) -> None:
    """Raise BadMac unless the MAC fits: no payload may be opened before this has passed."""
    if not gm_mac_fits(header, file_key, provider=provider):
        raise BadMac("the header's MAC does not verify under this file key")


def _is_committed(sealed: GmHeader, number: int, share: bytes, provider: SealingProvider) -> bool:
    if not 1 <= number <= len(sealed.records) or len(share) != SECRET_BYTES:
        return False
    commitment = share_commitment(sealed.context, number, share, provider=provider)
    return equal(commitment, sealed.record(number).commitment)
