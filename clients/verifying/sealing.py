"""A sealed container with everything its header is computed from, read from the archive."""

from collections.abc import Iterator
from dataclasses import dataclass

from clients.verifying.case import Case
from clients.verifying.submissions import (
    Kept,
    context_of,
    envelopes_of,
    read_header,
    released_from,
    sealed_tender,
)
from crypto.errors import BadHeader
from crypto.keys import recipient_public
from crypto.sealed_file import SealPolicy, read_sealed_header
from tendering.domain.archive import envelope_path


@dataclass(frozen=True, slots=True)
class Sealed:
    """One container: where it is, its first bytes, its signed digest, and its policy.

    `header_bytes` is 0 where there is no header that could be read.
    """

    kind: str
    path: str
    header: bytes
    header_bytes: int
    digest: bytes
    policy: SealPolicy
    released: frozenset[int] = frozenset()


def sealed_containers(case: Case, kept: Kept) -> Iterator[Sealed]:
    """The containers of a bid. Raises BadBag, BadKey."""
    tender, gone = sealed_tender(case, kept), released_from(case, kept)
    for envelope in envelopes_of(case, kept):
        header = read_header(case, kept, envelope.kind)
        yield Sealed(
            kind=envelope.kind,
            path=envelope_path(kept.folder, envelope.kind, whole=True),
            header=header,
            header_bytes=_header_bytes(header),
            digest=envelope.digest,
            policy=SealPolicy(
                context=context_of(case, kept, envelope.kind),
                threshold=case.tender.threshold,
                holders=tuple(holder.public_key or b"" for holder in tender.key_holders),
                bidder=recipient_public(envelope.recipient),
            ),
            released=gone,
        )


def _header_bytes(header: bytes) -> int:
    try:
        return read_sealed_header(header).header_length
    except BadHeader:
        return 0
