"""One sealed header, three of five, and the ways a bidder may cheat with it."""

from crypto.age_header import Stanza, build_header, encode_base64, parse_header
from crypto.keys import OpeningKey
from crypto.seal_header import (
    SealPolicy,
    derive_header,
    read_sealed_header,
    seal_context,
    share_commitment,
)
from crypto.seal_opening import unwrap_share
from crypto.seal_suites import CLASSIC

THRESHOLD = 3
HOLDERS = [OpeningKey(bytes([number]) * 32) for number in range(1, 6)]
BIDDER = OpeningKey(b"\x77" * 32)
FILE_KEY = bytes(range(16))


def context_of(tender_id: str = "T-1", bidder_id: str = "B-1") -> bytes:
    """The context of this bid, or of another one."""
    return seal_context(
        tender_id=tender_id,
        lot="1",
        envelope="price",
        bidder_id=bidder_id,
        counter=1,
        threshold=THRESHOLD,
        holders=[(holder.public.hex(), "ab" * 32) for holder in HOLDERS],
    )


CONTEXT = context_of()
POLICY = SealPolicy(CONTEXT, THRESHOLD, tuple(holder.public for holder in HOLDERS), BIDDER.public)
HEADER = derive_header(FILE_KEY, POLICY)
SHARES = {
    number: unwrap_share(HEADER, number, holder, CONTEXT)
    for number, holder in enumerate(HOLDERS, start=1)
}


def threshold_stanza(context: bytes, body: bytes) -> Stanza:
    """The holders' stanza with a context and a body of the test's choice."""
    arguments = (CLASSIC.threshold_kind, str(THRESHOLD), str(len(HOLDERS)), encode_base64(context))
    return Stanza(arguments, body)


def rebuilt(*stanzas: Stanza) -> bytes:
    """A header of other stanzas with a MAC that fits: what a cheating bidder can make."""
    return build_header(FILE_KEY, stanzas)


def cheating_header(*, wrong_from: int, decryptable: bool) -> bytes:
    """A header by a bidder who deals badly to every holder from number `wrong_from` on."""
    honest = read_sealed_header(HEADER)
    body = b""
    for number, holder in enumerate(HOLDERS, start=1):
        record = honest.record(number)
        if number < wrong_from:
            body += record.encoded
        elif decryptable:
            other = derive_header(bytes(16), POLICY)
            wrong = read_sealed_header(other).record(number)
            share = unwrap_share(other, number, holder, CONTEXT)
            commitment = share_commitment(CLASSIC, CONTEXT, number, share)
            body += wrong.wrapped + commitment
        else:
            body += record.wrapped[:32] + bytes(32) + record.commitment
    return rebuilt(honest.bidder_stanza, threshold_stanza(CONTEXT, body))


BIDDER_STANZA, HOLDERS_STANZA = parse_header(HEADER).stanzas


def low_order_record() -> bytes:
    """The holders' stanza body with the first ephemeral key replaced by a point of low order."""
    return bytes(32) + HOLDERS_STANZA.body[32:]
