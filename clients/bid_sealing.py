"""Sealing a bid on the bidder's own machine, and opening it there once before it is handed in.

What leaves the machine is sealed to the bidder's own key and to the published key holders; the
platform never sees a file or a price before the opening. docs/specs/sealed-bid-v1.md.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from clients.bundling import EnvelopeContent, bundle_stream, describe, read_bundle_file
from clients.serving import write_private
from crypto.errors import CryptoError
from crypto.keys import OpeningKey
from crypto.sealed_file import (
    SEALED_HEADER_BYTES_MAX,
    SealPolicy,
    open_file,
    seal_file,
    unwrap_with_opening_key,
    verify_file_key,
)
from tendering.domain.bid import envelope_context
from tendering.domain.bundle import BadBundle
from tendering.domain.tender import Tender

RECORD: Final = "bid.json"

Progress = Callable[[str, int], None]


class RehearsalFailed(Exception):
    """What was sealed does not open to what went in: do not submit it."""


@dataclass(frozen=True, slots=True)
class PreparedEnvelope:
    """A sealed container on this machine. Digests and context are lower hex."""

    kind: str
    file: str
    context: str
    digest: str
    plaintext_root: str
    size_bytes: int
    recipient: str
    upload_id: str | None = None


@dataclass(frozen=True, slots=True)
class PreparedBid:
    """A sealed bid in a folder, with what is needed to hand it in and to open it later."""

    tender_id: UUID
    lot: str
    bidder_id: UUID
    counter: int
    envelopes: tuple[PreparedEnvelope, ...]
    folder: Path

    def path(self, envelope: PreparedEnvelope) -> Path:
        """Where the container lies."""
        return self.folder / envelope.file

    def header(self, envelope: PreparedEnvelope) -> bytes:
        """The beginning of the container: its whole header and perhaps more."""
        with self.path(envelope).open("rb") as stream:
            return stream.read(SEALED_HEADER_BYTES_MAX)


def seal_bid(
    tender: Tender,
    contents: Sequence[EnvelopeContent],
    *,
    lot: str,
    bidder_id: UUID,
    counter: int,
    opening_key: OpeningKey,
    folder: Path,
    progress: Progress | None = None,
) -> PreparedBid:
    """Seal the envelopes of a lot into `folder`. `progress`: envelope kind and bytes sealed so far.

    `counter` is the bidder's next number for the lot: it is sealed in, so that an earlier bid
    cannot be put in a later one's place. Raises BadBundle, BadKey, OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    envelopes = []
    for content in contents:
        policy = seal_policy(
            tender,
            lot=lot,
            kind=content.kind,
            bidder_id=bidder_id,
            counter=counter,
            bidder=opening_key.public,
        )
        target = folder / f"{content.kind}.age"
        bundle = describe(content)
        with bundle_stream(bundle, content.files) as source:
            sealed = seal_file(source, target, policy, progress=_told(progress, content.kind))
        envelopes.append(
            PreparedEnvelope(
                kind=content.kind,
                file=target.name,
                context=policy.context.hex(),
                digest=sealed.container_digest.hex(),
                plaintext_root=sealed.plaintext_root.hex(),
                size_bytes=sealed.size,
                recipient=opening_key.recipient,
            )
        )
    prepared = PreparedBid(tender.id, lot, bidder_id, counter, tuple(envelopes), folder)
    save_prepared(prepared)
    return prepared


def rehearse(tender: Tender, prepared: PreparedBid, opening_key: OpeningKey) -> None:
    """Open one's own containers as the opening will. Raises RehearsalFailed, OSError.

    A header that does not re-derive from its file key would make the bid invalid.
    """
    for envelope in prepared.envelopes:
        policy = seal_policy(
            tender,
            lot=prepared.lot,
            kind=envelope.kind,
            bidder_id=prepared.bidder_id,
            counter=prepared.counter,
            bidder=opening_key.public,
        )
        opened = prepared.folder / f"{envelope.kind}.rehearsal"
        try:
            header = prepared.header(envelope)
            file_key = unwrap_with_opening_key(header, opening_key)
            if not verify_file_key(header, file_key, policy).valid:
                raise RehearsalFailed(f"{envelope.kind}: the header does not re-derive")
            root = open_file(prepared.path(envelope), opened, file_key).plaintext_root
            if root.hex() != envelope.plaintext_root:
                raise RehearsalFailed(f"{envelope.kind}: opens to something else")
            if read_bundle_file(opened).kind != envelope.kind:
                raise RehearsalFailed(f"{envelope.kind}: holds another envelope's form")
        except (CryptoError, BadBundle) as error:
            raise RehearsalFailed(f"{envelope.kind}: {error}") from error
        finally:
            opened.unlink(missing_ok=True)


def seal_policy(
    tender: Tender, *, lot: str, kind: str, bidder_id: UUID, counter: int, bidder: bytes
) -> SealPolicy:
    """Who can open an envelope: the bidder's key (X25519, 32 bytes), or enough key holders."""
    context = envelope_context(tender, lot=lot, kind=kind, bidder_id=bidder_id, counter=counter)
    holders = tuple(holder.public_key or b"" for holder in tender.key_holders)
    return SealPolicy(context, tender.threshold, holders, bidder)


def save_prepared(prepared: PreparedBid) -> None:
    """Write the bid's record beside its containers."""
    record = {
        "tender_id": str(prepared.tender_id),
        "lot": prepared.lot,
        "bidder_id": str(prepared.bidder_id),
        "counter": prepared.counter,
        "envelopes": [asdict(envelope) for envelope in prepared.envelopes],
    }
    write_private(prepared.folder / RECORD, json.dumps(record, indent=1).encode())


def load_prepared(folder: Path) -> PreparedBid:
    """Read the record of a sealed bid. Raises OSError, KeyError, TypeError, ValueError."""
    record: dict[str, Any] = json.loads((folder / RECORD).read_text())
    return PreparedBid(
        tender_id=UUID(record["tender_id"]),
        lot=record["lot"],
        bidder_id=UUID(record["bidder_id"]),
        counter=record["counter"],
        envelopes=tuple(PreparedEnvelope(**envelope) for envelope in record["envelopes"]),
        folder=folder,
    )


def with_upload(prepared: PreparedBid, kind: str, upload_id: UUID) -> PreparedBid:
    """The bid with an envelope's upload noted, on disk too: an interrupted upload goes on."""
    envelopes = tuple(
        replace(envelope, upload_id=str(upload_id)) if envelope.kind == kind else envelope
        for envelope in prepared.envelopes
    )
    noted = replace(prepared, envelopes=envelopes)
    save_prepared(noted)
    return noted


def _told(progress: Progress | None, kind: str) -> Callable[[int], None] | None:
    if progress is None:
        return None
    return lambda done: progress(kind, done)
