"""Handing out the archive of a tender that is over: a stream of bytes, in memory that stays flat.

What is small is read first, in one go; journals come page by page and containers from the disk as
they are written. Of the evaluation only the committee's journal speaks: the rooms' own tables are
another package's. Format: docs/specs/archive-v1.md.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from crypto.canonical import JsonValue, canonical, parse
from crypto.certificates import facts
from crypto.sealed_file import SEALED_HEADER_BYTES_MAX, read_sealed_header
from crypto.tlog import parse_checkpoint, sign_note
from tendering.actions.archive_descriptions import (
    contents_of,
    described_json,
    keeping_file,
    reports_of,
)
from tendering.actions.certificates import revocation_list
from tendering.actions.log import complete_receipt, consistency_proof
from tendering.actions.small_containers import place_containers
from tendering.domain import archive as layout
from tendering.domain.archive import Edition, Head, Party
from tendering.domain.archive_keys import ArchiveKeys, archive_keys_json
from tendering.domain.bag import BagWriter
from tendering.domain.bid import BidStatus
from tendering.domain.issuing import IssuedDocument
from tendering.domain.journal import Stream
from tendering.domain.published_keys import PublishedKeys, to_base64
from tendering.domain.receipts import Receipt, receipt_json
from tendering.domain.tender import Tender
from tendering.keys import PlatformKeys
from tendering.storage import (
    bids,
    clarifications,
    issued_documents,
    journal,
    log,
    openings,
    organizations,
    receipts,
    tender_documents,
    tenders,
)
from tendering.storage.bids import StoredBid
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection, Pool, reading, transaction

READ_BYTES: Final = 1 << 20
PAGE_ENTRIES: Final = 500
_GONE: Final = frozenset({BidStatus.REPLACED, BidStatus.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class ArchiveParts:
    """What an archive is made with besides the tables: bytes, keys, the platform's name."""

    pool: Pool
    blobs: Blobs
    keys: PlatformKeys
    published: PublishedKeys
    platform_name: str


@dataclass(frozen=True, slots=True)
class _Journal:
    """A stream up to the entry that was the last when the archive was begun."""

    stream: Stream
    seq: int


@dataclass(frozen=True, slots=True)
class _Paper:
    """An issued document as it was when the archive was begun; it may be signed meanwhile."""

    document: IssuedDocument
    size_bytes: int


# Where a file's bytes come from: at hand, on the disk, a page at a time, or a row of their own.
_Source = bytes | Path | _Journal | _Paper


@dataclass(frozen=True, slots=True)
class _Plan:
    tender: Tender
    edition: Edition
    heads: Mapping[Stream, Head]
    files: Mapping[str, _Source]


async def write_archive(
    parts: ArchiveParts,
    tender_id: UUID,
    *,
    edition: Edition,
    target: BinaryIO | Path,
    at: datetime,
) -> None:
    """Write an archive to a file or stream. Raises NotFound, ArchiveNotReady, OSError."""
    if isinstance(target, Path):
        with await asyncio.to_thread(target.open, "xb") as file:
            await write_archive(parts, tender_id, edition=edition, target=file, at=at)
        return
    async for piece in archive_pieces(parts, tender_id, edition=edition, at=at):
        await asyncio.to_thread(target.write, piece)


async def archive_pieces(
    parts: ArchiveParts, tender_id: UUID, *, edition: Edition, at: datetime
) -> AsyncIterator[bytes]:
    """The archive's bytes in order. Raises NotFound and ArchiveNotReady before the first."""
    async with transaction(parts.pool) as connection:
        plan = await _planned(connection, parts, tender_id, edition, at=at)
    writer = BagWriter(layout.folder_of(tender_id))
    for path, source in sorted(plan.files.items()):
        yield writer.begin(path)
        async for piece in _pieces(parts, tender_id, source):
            await asyncio.to_thread(writer.update, piece)
            yield piece
        yield writer.end()
    manifest = sha256(writer.manifest()).hexdigest()
    body = layout.note_body(tender_id, edition, manifest_digest=manifest, made_at=at)
    for piece in writer.file(layout.NOTE, [sign_note(body, parts.keys.receipt).encode()]):
        yield piece
    for piece in writer.finish(_info(parts, plan, at)):
        yield piece


async def _pieces(parts: ArchiveParts, tender_id: UUID, source: _Source) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, Path):
        async for piece in _file_pieces(source):
            yield piece
    elif isinstance(source, _Journal):
        async for piece in _journal_pieces(parts.pool, tender_id, source):
            yield piece
    else:
        async with reading(parts.pool) as connection:
            pdf = await issued_documents.start_of(connection, source.document, source.size_bytes)
        # Signing appends: what was there is the beginning of what is there.
        assert sha256(pdf).digest() == source.document.digest, "signing changed a document"
        yield pdf


async def _file_pieces(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, READ_BYTES):
            yield piece


async def _journal_pieces(pool: Pool, tender_id: UUID, source: _Journal) -> AsyncIterator[bytes]:
    seq = 0
    while seq < source.seq:
        limit = min(PAGE_ENTRIES, source.seq - seq)
        async with reading(pool) as connection:
            page = await journal.after(connection, tender_id, source.stream, seq, limit=limit)
        assert page, "the journal does not shrink"
        seq = page[-1].seq
        yield await asyncio.to_thread(b"".join, map(layout.entry_line, page))


async def _planned(
    connection: Connection,
    parts: ArchiveParts,
    tender_id: UUID,
    edition: Edition,
    *,
    at: datetime,
) -> _Plan:
    tender = await tenders.get(connection, tender_id)
    layout.require_archivable(tender)
    heads = {stream: Head(*await journal.head(connection, tender_id, stream)) for stream in Stream}
    submissions = await _submissions(connection, tender, edition)
    parties = await _parties(connection, tender, submissions)
    published = parts.published
    keys = ArchiveKeys(published, parts.keys.trusted_roots(), parts.keys.vrf_public)
    description = layout.tender_json(
        tender, edition, parties=list(parties.values()), heads=heads, made_at=at
    )
    files: dict[str, _Source] = {
        layout.TENDER: canonical(description),
        layout.KEYS: canonical(archive_keys_json(keys)),
        layout.REVOKED: await revocation_list(connection, parts.keys, at=at),
    }
    outside = await asyncio.to_thread(_outside_lists, parts.keys)
    for number, crl in enumerate(outside, start=1):
        files[layout.outside_list_path(number)] = crl
    if tender.demonstration or published.demonstration:
        files[layout.DEMONSTRATION] = canonical(layout.demonstration_json())
    for stream in layout.streams_of(edition):
        files[layout.journal_path(stream)] = _Journal(stream, heads[stream].seq)
    files |= await _documents(connection, parts.blobs, tender)
    files |= await _papers(connection, tender_id, edition)
    if edition is Edition.FULL:
        files |= await _outcomes(connection, tender_id, heads[Stream.COMMITTEE].seq)
        files |= await reports_of(connection, parts.blobs, tender_id, heads[Stream.CUSTODY])
    files |= await _bids(
        connection, parts, tender, edition=edition, submissions=submissions, parties=parties
    )
    described = described_json(
        tender, edition, parties, platform_name=parts.platform_name, files=len(files), at=at
    )
    papers = {
        path: source.document.digest.hex()
        for path, source in files.items()
        if isinstance(source, _Paper)
    }
    contents = await contents_of(connection, tender, edition, paths=sorted(files), papers=papers)
    files[layout.KEEPING] = canonical(await keeping_file(connection, tender, contents, described))
    return _Plan(tender, edition, heads, files)


async def keeping_of(
    connection: Connection, parts: ArchiveParts, tender_id: UUID, *, at: datetime
) -> dict[str, JsonValue]:
    """What the full edition of an archive made now tells archivists. Raises ArchiveNotReady."""
    plan = await _planned(connection, parts, tender_id, Edition.FULL, at=at)
    found = plan.files[layout.KEEPING]
    assert isinstance(found, bytes)
    value = parse(found)
    assert isinstance(value, dict)
    return value


async def _submissions(
    connection: Connection, tender: Tender, edition: Edition
) -> list[tuple[StoredBid, bool]]:
    """The submissions of an edition, each with whether it stood in the opening."""
    listed = {
        (lot, unlock.bidder_id)
        for lot in await openings.list_lots(connection, tender.id)
        for unlock in await openings.unlocks(connection, tender.id, lot)
    }
    found = [
        (one, one.status not in _GONE and (one.bid.lot, one.bid.bidder_id) in listed)
        for one in await bids.list_all(connection, tender.id)
    ]
    return [(one, stood) for one, stood in found if stood or edition is Edition.FULL]


async def _parties(
    connection: Connection, tender: Tender, submissions: list[tuple[StoredBid, bool]]
) -> dict[UUID, Party]:
    roles = {one.bid.bidder_id: "bidder" for one, _ in submissions}
    policies = [tender.key_holders, *(former.holders for former in tender.former)]
    roles |= {one.organization_id: "key_holder" for holders in policies for one in holders}
    roles[tender.supervisor_id] = "supervisor"
    if tender.agency_id is not None:
        roles[tender.agency_id] = "agency"
    roles[tender.procuring_entity_id] = "procuring_entity"
    parties = {}
    for organization_id, role in sorted(roles.items()):
        organization = await organizations.get(connection, organization_id)
        assert organization is not None, "a foreign key says so"
        parties[organization_id] = Party(
            organization_id, organization.uscc, organization.name, role
        )
    return parties


async def _documents(connection: Connection, blobs: Blobs, tender: Tender) -> dict[str, _Source]:
    files: dict[str, _Source] = {}
    for number, document in enumerate(tender.documents, start=1):
        _, upload_id = await tender_documents.document_upload(connection, tender.id, document.name)
        files[layout.document_path(number, document.name)] = blobs.path(upload_id)
    for version in await clarifications.list_versions(connection, tender.id):
        for number, document in enumerate(version.brought, start=1):
            _, upload_id = await tender_documents.document_upload(
                connection, tender.id, document.name, version=version.version
            )
            path = layout.document_path(number, document.name, version.version)
            files[path] = blobs.path(upload_id)
    return files


async def _papers(connection: Connection, tender_id: UUID, edition: Edition) -> dict[str, _Source]:
    sizes = await issued_documents.sizes_of(connection, tender_id)
    return {
        layout.issued_path(document.kind, document.lot, document.edition): _Paper(
            document, sizes[document.digest]
        )
        for document in await issued_documents.list_of_tender(connection, tender_id)
        if edition is Edition.FULL or not document.secret
    }


async def _outcomes(connection: Connection, tender_id: UUID, last: int) -> dict[str, _Source]:
    """The outcome that each committee confirmed: the last one drafted for its lot."""
    files: dict[str, _Source] = {}
    seq = 0
    while seq < last:
        page = await journal.after(connection, tender_id, Stream.COMMITTEE, seq, limit=PAGE_ENTRIES)
        assert page, "the journal does not shrink"
        seq = page[-1].seq
        for entry in page:
            outcome = entry.body.get("outcome")
            if entry.kind == "report.drafted" and isinstance(outcome, Mapping):
                files[layout.evaluation_path(str(outcome["lot"]))] = canonical(outcome)
    return files


async def _bids(
    connection: Connection,
    parts: ArchiveParts,
    tender: Tender,
    *,
    edition: Edition,
    submissions: list[tuple[StoredBid, bool]],
    parties: Mapping[UUID, Party],
) -> dict[str, _Source]:
    files: dict[str, _Source] = {}
    folders: dict[tuple[str, UUID, int], str] = {}
    for one, stood in submissions:
        bid = one.bid
        folder = layout.bid_folder(bid.lot, parties[bid.bidder_id].uscc, bid.counter)
        folders[bid.lot, bid.bidder_id, bid.counter] = folder
        files[f"{folder}/manifest.json"] = canonical(dict(bid.manifest))
        whole = stood and edition is Edition.FULL
        await place_containers(connection, parts.blobs, bid)
        for envelope in bid.envelopes:
            container = parts.blobs.path(envelope.upload_id)
            files[layout.envelope_path(folder, envelope.kind, whole=whole)] = (
                container if whole else await asyncio.to_thread(_header_of, container)
            )
    completed = []
    for receipt in await receipts.list_of_tender(connection, tender.id):
        said = receipt.submission
        place = folders.get((said.lot, said.bidder_id, said.counter))
        if place is not None:
            whole_receipt = await complete_receipt(connection, receipt, keys=parts.published)
            completed.append(whole_receipt)
            files[layout.receipt_path(place, said.act)] = canonical(receipt_json(whole_receipt))
    return files | await _log(connection, parts.published, completed)


async def _log(
    connection: Connection, published: PublishedKeys, completed: list[Receipt]
) -> dict[str, _Source]:
    last = await log.latest_evidence(connection, quorum=published.quorum)
    if last is None:
        return {}
    sizes = {
        parse_checkpoint(receipt.completion.checkpoint).size
        for receipt in completed
        if receipt.completion is not None
    }
    consistency: list[JsonValue] = [
        {
            "size": size,
            "proof": [
                to_base64(hashed) for hashed in await consistency_proof(connection, size, last.size)
            ],
        }
        for size in sorted(sizes)
        if size <= last.size
    ]
    value: dict[str, JsonValue] = {
        "checkpoint": last.cosigned,
        "time_stamps": [
            {"authority": each.authority, "token": to_base64(each.token)} for each in last.tokens
        ],
        "consistency": consistency,
    }
    return {layout.LOG: canonical(value)}


def _outside_lists(keys: PlatformKeys) -> list[bytes]:
    """The lists of all outside authorities: some of them certified key holders."""
    issuers = dict.fromkeys(facts(root).issuer for root in keys.trusted_outside)
    return [crl for issuer in issuers for crl in keys.outside_lists(issuer)]


def _header_of(container: Path) -> bytes:
    with container.open("rb") as file:
        start = file.read(SEALED_HEADER_BYTES_MAX)
    return start[: read_sealed_header(start).header_length]


def _info(parts: ArchiveParts, plan: _Plan, at: datetime) -> list[tuple[str, str]]:
    return [
        ("Source-Organization", parts.platform_name),
        ("External-Identifier", plan.tender.number),
        ("External-Description", plan.tender.title),
        ("Bagging-Date", at.date().isoformat()),
        ("Kaibiao-Format", layout.FORMAT),
        ("Kaibiao-Edition", plan.edition),
    ]
