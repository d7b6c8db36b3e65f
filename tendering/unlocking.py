"""Opening the containers of one bid once their file keys are known: check, decrypt, digest, read.

Runs in a thread, before any lock is taken; what it leaves on the disk is addressed by its digest,
so doing it twice does nothing new.
"""

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from crypto.canonical import JsonValue
from crypto.errors import BadHeader, BadKey, BadPayload
from crypto.keys import recipient_public
from crypto.sealed_file import SEALED_HEADER_BYTES_MAX, SealPolicy, open_file, verify_file_key
from tendering.domain.bid import SealedBid, SealedEnvelope
from tendering.domain.bundle import BadBundle, read_bundle
from tendering.domain.opening import OpenedEnvelope
from tendering.domain.refusals import WrongFileKey
from tendering.domain.tender import ENVELOPES, Tender
from tendering.storage.blobs import Blobs


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """What unlocking found. `forms` by kind of envelope, `file_keys` 16 bytes each."""

    lot: str
    bidder_id: UUID
    envelopes: tuple[OpenedEnvelope, ...]
    forms: Mapping[str, Mapping[str, JsonValue]]
    file_keys: Mapping[str, bytes]


def read_header(blobs: Blobs, envelope: SealedEnvelope) -> bytes:
    """The first bytes of a stored container. Blocks."""
    with blobs.path(envelope.upload_id).open("rb") as file:
        return file.read(SEALED_HEADER_BYTES_MAX)


def open_bid(
    blobs: Blobs, tender: Tender, bid: SealedBid, file_keys: Mapping[str, bytes]
) -> OpenedBid:
    """Open every envelope of a bid. Blocks for as long as decrypting takes. Raises WrongFileKey."""
    if set(file_keys) != set(ENVELOPES):
        raise WrongFileKey("there is one file key for each envelope", expected=list(ENVELOPES))
    forms: dict[str, Mapping[str, JsonValue]] = {}
    opened: list[OpenedEnvelope] = []
    for envelope in bid.envelopes:
        found, form = _open_envelope(blobs, tender, envelope, file_keys[envelope.kind])
        opened.append(found)
        forms[envelope.kind] = form
    return OpenedBid(bid.lot, bid.bidder_id, tuple(opened), forms, dict(file_keys))


def _open_envelope(
    blobs: Blobs, tender: Tender, envelope: SealedEnvelope, file_key: bytes
) -> tuple[OpenedEnvelope, Mapping[str, JsonValue]]:
    policy = SealPolicy(
        context=envelope.context,
        threshold=tender.threshold,
        holders=tuple(holder.public_key or b"" for holder in tender.key_holders),
        bidder=recipient_public(envelope.recipient),
    )
    temporary = blobs.temporary(secrets.token_hex(8))
    try:
        verdict = verify_file_key(read_header(blobs, envelope), file_key, policy)
        if not verdict.mac_ok:
            raise WrongFileKey(kind=envelope.kind)
        summary = open_file(blobs.path(envelope.upload_id), temporary, file_key)
        digest = summary.plaintext_root
        form = _form(temporary, envelope.kind, summary.size)
        blobs.keep_opened(temporary, digest.hex())
    except (BadHeader, BadKey, BadPayload) as error:
        raise WrongFileKey(str(error), kind=envelope.kind) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    return OpenedEnvelope(envelope.kind, envelope.digest, digest, verdict.valid), form


def _form(opened: Path, kind: str, size_bytes: int) -> Mapping[str, JsonValue]:
    """The form in an opened bundle; empty when it is none, which the reading-out shows."""
    with opened.open("rb") as file:

        def read_at(offset: int, count: int) -> bytes:
            file.seek(offset)
            return file.read(count)

        try:
            bundle = read_bundle(read_at, size_bytes)
        except BadBundle:
            return {}
    return bundle.form if bundle.kind == kind else {}
