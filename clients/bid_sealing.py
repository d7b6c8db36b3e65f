"""Sealing a bid on the bidder's own machine, and opening it there once before it is handed in.

What leaves the machine is sealed to the bidder's own keys and to the published key holders; the
platform never sees a file or a price before the opening. docs/specs/sealed-bid-v1.md.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from clients.bundling import PackedEnvelope, bundle_stream, read_bundle_file
from clients.key_files import read_opening_keys, secret_file, write_opening_keys
from clients.serving import sync_folder, write_private
from crypto.container_digest import container_digest
from crypto.errors import CryptoError
from crypto.opening_keys import AnyOpeningKey
from crypto.seal_suites import SUITES
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
from tendering.domain.uploads import SMALL_BYTES_MAX

RECORD: Final = "bid.json"
OPENING_KEYS: Final = "opening-keys.txt"
UNFINISHED: Final = ".unfinished"

Progress = Callable[[str, int], None]


class RehearsalFailed(Exception):
    """What was sealed does not open to what went in: do not submit it."""


@dataclass(frozen=True, slots=True)
class SealedSource:
    """A file as it was when it was sealed: where it lay, and its SHA-256 in lower hex."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PreparedEnvelope:
    """A sealed container on this machine. Digests and context are lower hex.

    `upload_key` is the Idempotency-Key under which room is asked for on the platform.
    """

    kind: str
    file: str
    context: str
    digest: str
    plaintext_root: str
    size_bytes: int
    recipient: str
    sources: tuple[SealedSource, ...]
    upload_key: str
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

    @property
    def travels_whole(self) -> bool:
        """Is it so small that its containers come along when it is handed in, without uploads?"""
        size = sum(one.size_bytes for one in self.envelopes)
        return size <= SMALL_BYTES_MAX and all(one.upload_id is None for one in self.envelopes)

    def path(self, envelope: PreparedEnvelope) -> Path:
        """Where the container lies."""
        return self.folder / envelope.file

    def header(self, envelope: PreparedEnvelope) -> bytes:
        """The beginning of the container: its whole header and perhaps more."""
        with self.path(envelope).open("rb") as stream:
            return stream.read(SEALED_HEADER_BYTES_MAX)

    def key_file(self, passphrase: str | None) -> Path:
        """Where the opening keys lie."""
        return secret_file(self.folder / OPENING_KEYS, passphrase)

    def opening_keys(self, passphrase: str | None) -> dict[str, AnyOpeningKey]:
        """The opening keys by their public halves. Raises OSError, WrongPassphrase, CryptoError."""
        return read_opening_keys(self.key_file(passphrase), passphrase)


def seal_bid(
    tender: Tender,
    packed: Sequence[PackedEnvelope],
    *,
    lot: str,
    bidder_id: UUID,
    counter: int,
    folder: Path,
    passphrase: str | None = None,
    progress: Progress | None = None,
) -> PreparedBid:
    """Seal the envelopes of a lot, each to a fresh key; `folder` appears when all is whole.

    A file that is not what it was when it was packed stops everything.

    `counter` is the bidder's next number for the lot: it is sealed in, so that an earlier bid
    cannot be put in a later one's place. `progress` is told the envelope's kind and the bytes
    sealed so far; what it raises stops the sealing. Raises FileExistsError when there is such a
    folder, FileChanged, BadBundle, BadKey, OSError.
    """
    if folder.exists():
        raise FileExistsError(folder)
    unfinished = folder.with_name(folder.name + UNFINISHED)
    # What a killed attempt has left is worthless: its keys opened nothing that was ever whole.
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    prepared = PreparedBid(tender.id, lot, bidder_id, counter, (), unfinished)
    try:
        keys = {one.bundle.kind: SUITES[tender.suite].fresh_key() for one in packed}
        write_opening_keys(prepared.key_file(passphrase), keys, passphrase)
        for one in packed:
            key = keys[one.bundle.kind]
            envelope = _seal_envelope(tender, prepared, one, key, progress)
            prepared = replace(prepared, envelopes=(*prepared.envelopes, envelope))
        save_prepared(prepared)
        unfinished.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return replace(prepared, folder=folder)


def _seal_envelope(
    tender: Tender,
    prepared: PreparedBid,
    packed: PackedEnvelope,
    key: AnyOpeningKey,
    progress: Progress | None,
) -> PreparedEnvelope:
    kind = packed.bundle.kind
    policy = _policy(tender, prepared, kind, key)
    target = prepared.folder / f"{kind}.age"
    with bundle_stream(packed) as source:
        sealed = seal_file(source, target, policy, progress=_told(progress, kind))
    return PreparedEnvelope(
        kind=kind,
        file=target.name,
        context=policy.context.hex(),
        digest=sealed.container_digest.hex(),
        plaintext_root=sealed.plaintext_root.hex(),
        size_bytes=sealed.size,
        recipient=key.recipient,
        sources=tuple(
            SealedSource(str(path), file.sha256)
            for path, file in zip(packed.files, packed.bundle.files, strict=True)
        ),
        upload_key=str(uuid4()),
    )


def rehearse(
    tender: Tender,
    prepared: PreparedBid,
    keys: Mapping[str, AnyOpeningKey],
    progress: Progress | None = None,
) -> None:
    """Open one's own containers as the opening will. Raises RehearsalFailed, OSError.

    `keys` are those of `PreparedBid.opening_keys`; `tender` is the notice's. The header is derived
    anew from the file key, which shows that every share is wrapped to the key holder to whom it
    belongs: a header that does not re-derive would make the bid invalid.
    """
    for envelope in prepared.envelopes:
        opened = prepared.folder / f"{envelope.kind}.rehearsal"
        try:
            file_key = _rehearsed_key(tender, prepared, envelope, keys)
            _rehearse(prepared, envelope, file_key, opened=opened, progress=progress)
        except (CryptoError, BadBundle) as error:
            raise RehearsalFailed(f"{envelope.kind}: {error}") from error
        finally:
            opened.unlink(missing_ok=True)


def rehearse_keys(tender: Tender, prepared: PreparedBid, keys: Mapping[str, AnyOpeningKey]) -> None:
    """Do the keys open one's own headers, as the opening will ask? Raises RehearsalFailed.

    A moment's work, whatever the size of the bid.
    """
    for envelope in prepared.envelopes:
        try:
            _rehearsed_key(tender, prepared, envelope, keys)
        except CryptoError as error:
            raise RehearsalFailed(f"{envelope.kind}: {error}") from error


def _rehearsed_key(
    tender: Tender,
    prepared: PreparedBid,
    envelope: PreparedEnvelope,
    keys: Mapping[str, AnyOpeningKey],
) -> bytes:
    """The file key of a container whose header derives from it. RehearsalFailed, CryptoError."""
    key = keys.get(envelope.recipient)
    if key is None:
        raise RehearsalFailed(f"{envelope.kind}: the key for it is not in the key file")
    header = prepared.header(envelope)
    file_key = unwrap_with_opening_key(header, key)
    if not verify_file_key(header, file_key, _policy(tender, prepared, envelope.kind, key)).valid:
        raise RehearsalFailed(f"{envelope.kind}: the header does not re-derive")
    return file_key


def _rehearse(
    prepared: PreparedBid,
    envelope: PreparedEnvelope,
    file_key: bytes,
    *,
    opened: Path,
    progress: Progress | None,
) -> None:
    told = _told(progress, envelope.kind)
    root = open_file(prepared.path(envelope), opened, file_key, progress=told).plaintext_root
    if root.hex() != envelope.plaintext_root:
        raise RehearsalFailed(f"{envelope.kind}: opens to something else")
    if container_digest(prepared.path(envelope)).hex() != envelope.digest:
        raise RehearsalFailed(f"{envelope.kind}: the container is not the one that was sealed")
    if read_bundle_file(opened).kind != envelope.kind:
        raise RehearsalFailed(f"{envelope.kind}: holds another envelope's form")


def altered_containers(prepared: PreparedBid) -> list[str]:
    """The kinds of the envelopes whose containers are missing or not what was sealed."""

    def stands(envelope: PreparedEnvelope) -> bool:
        file = prepared.path(envelope)
        return file.exists() and container_digest(file).hex() == envelope.digest

    return [one.kind for one in prepared.envelopes if not stands(one)]


def _policy(tender: Tender, prepared: PreparedBid, kind: str, key: AnyOpeningKey) -> SealPolicy:
    return seal_policy(
        tender,
        lot=prepared.lot,
        kind=kind,
        bidder_id=prepared.bidder_id,
        counter=prepared.counter,
        bidder=key.public,
    )


def seal_policy(
    tender: Tender, *, lot: str, kind: str, bidder_id: UUID, counter: int, bidder: bytes
) -> SealPolicy:
    """Who can open an envelope: the bidder's key, of the tender's suite, or enough key holders."""
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
        envelopes=tuple(_envelope(envelope) for envelope in record["envelopes"]),
        folder=folder,
    )


def with_upload(
    prepared: PreparedBid, kind: str, upload_id: UUID | None, *, key: UUID | None = None
) -> PreparedBid:
    """The bid with an envelope's upload noted, on disk too: an interrupted upload goes on.

    `key` is a fresh Idempotency-Key, when room has to be asked for again.
    """
    envelopes = tuple(
        replace(
            envelope,
            upload_id=None if upload_id is None else str(upload_id),
            upload_key=envelope.upload_key if key is None else str(key),
        )
        if envelope.kind == kind
        else envelope
        for envelope in prepared.envelopes
    )
    noted = replace(prepared, envelopes=envelopes)
    save_prepared(noted)
    return noted


def _envelope(record: dict[str, Any]) -> PreparedEnvelope:
    sources = tuple(SealedSource(**source) for source in record.pop("sources"))
    return PreparedEnvelope(sources=sources, **record)


def _told(progress: Progress | None, kind: str) -> Callable[[int], None] | None:
    if progress is None:
        return None
    return lambda done: progress(kind, done)
