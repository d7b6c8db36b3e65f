"""Checking a running installation: every journal chain, every stored byte against its row.

Reads only, page by page, so it may run beside the service; before and after a release it is the
proof that nothing was lost.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from crypto.container_digest import container_digest, part_root
from tendering.actions.small_containers import place_containers
from tendering.domain.journal import Stream, first_head, next_head
from tendering.domain.opening import OpeningPhase
from tendering.domain.tender import Tender
from tendering.storage import (
    archives,
    bids,
    clarifications,
    issued_documents,
    journal,
    openings,
    receipts,
    small_containers,
    tender_documents,
    tenders,
)
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection, Pool, reading

PAGE_ENTRIES: Final = 500


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that does not hold: where, and why."""

    tender_id: UUID
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class DatabaseReport:
    """What was checked, and everything that does not hold."""

    tenders: int
    entries: int
    files: int
    wrong: tuple[Wrong, ...]

    @property
    def holds(self) -> bool:
        """Is everything as it was written?"""
        return not self.wrong


def _silent(_: str) -> None:
    """Nobody wants to know how far it has come."""


async def verify_database(
    pool: Pool, blobs: Blobs, *, progress: Callable[[str], None] = _silent
) -> DatabaseReport:
    """Check all tenders of an installation."""
    checked = entries = files = 0
    wrong: list[Wrong] = []
    async with reading(pool) as connection:
        ids = await archives.list_tender_ids(connection)
    for tender_id in ids:
        async with reading(pool) as connection:
            tender = await tenders.get(connection, tender_id)
        progress(tender.number)
        checked += 1
        for stream in Stream:
            entries += await _check_chain(pool, tender_id, stream, wrong)
        files += await _check_files(pool, blobs, tender, wrong)
    return DatabaseReport(checked, entries, files, tuple(wrong))


async def _check_chain(pool: Pool, tender_id: UUID, stream: Stream, wrong: list[Wrong]) -> int:
    """Recompute a stream from its first entry; the number of its entries."""
    head, seq = first_head(tender_id, stream), 0
    while True:
        async with reading(pool) as connection:
            page = await journal.after(connection, tender_id, stream, seq, limit=PAGE_ENTRIES)
        if not page:
            return seq
        for entry in page:
            head = next_head(head, seq=entry.seq, kind=entry.kind, body=entry.body, at=entry.at)
            if entry.seq != seq + 1 or head != entry.head:
                why = "the head does not follow from the entries before"
                wrong.append(Wrong(tender_id, f"journal {stream} entry {entry.seq}", why))
                return seq
            seq = entry.seq


async def _check_files(pool: Pool, blobs: Blobs, tender: Tender, wrong: list[Wrong]) -> int:
    async with reading(pool) as connection:
        expected = await _stored_files(connection, blobs, tender)
        await _check_small_containers(connection, tender.id, wrong)
        await _check_papers(connection, tender.id, wrong)
        await _check_receipts(connection, tender.id, wrong)
    for path, (digest, where) in expected.items():
        why = await asyncio.to_thread(_why_not, path, digest)
        if why:
            wrong.append(Wrong(tender.id, where, why))
    return len(expected)


async def _stored_files(
    connection: Connection, blobs: Blobs, tender: Tender
) -> dict[Path, tuple[bytes, str]]:
    """Every file that a row speaks of, with its digest and what it is."""
    files: dict[Path, tuple[bytes, str]] = {}
    for document in tender.documents:
        _, upload_id = await tender_documents.document_upload(connection, tender.id, document.name)
        files[blobs.path(upload_id)] = (document.digest, f"document {document.name}")
    for version in await clarifications.list_versions(connection, tender.id):
        for document in version.brought:
            _, upload_id = await tender_documents.document_upload(
                connection, tender.id, document.name, version=version.version
            )
            where = f"document {document.name} of version {version.version}"
            files[blobs.path(upload_id)] = (document.digest, where)
    for stored in await bids.list_all(connection, tender.id):
        bid = stored.bid
        await place_containers(connection, blobs, bid)
        for envelope in bid.envelopes:
            where = f"bid {bid.lot}/{bid.bidder_id}/{bid.counter} {envelope.kind}"
            files[blobs.path(envelope.upload_id)] = (envelope.digest, where)
    for lot in await openings.list_lots(connection, tender.id):
        for session, phase in (await openings.sessions(connection, tender.id, lot)).items():
            unlocks = await openings.unlocks(connection, tender.id, lot, session=session)
            for bidder_id, opened in ((one.bidder_id, e) for one in unlocks for e in one.envelopes):
                where = f"opened bid {lot}/{bidder_id} {opened.kind}"
                path = blobs.opened_path(opened.plaintext_digest.hex())
                # Written after the verdict, from what is checked here anyway; at the latest for the
                # opening record.
                if phase is not OpeningPhase.RECORDED and not path.is_file():
                    continue
                files[path] = (opened.plaintext_digest, where)
    return files


async def _check_small_containers(
    connection: Connection, tender_id: UUID, wrong: list[Wrong]
) -> None:
    for stored in await bids.list_all(connection, tender_id):
        bid = stored.bid
        ids = [envelope.upload_id for envelope in bid.envelopes]
        contents = await small_containers.list_of(connection, tender_id, ids)
        for envelope in bid.envelopes:
            content = contents.get(envelope.upload_id)
            if content is not None and part_root(content) != envelope.digest:
                where = f"bid {bid.lot}/{bid.bidder_id}/{bid.counter} {envelope.kind}"
                wrong.append(Wrong(tender_id, where, "the row is not that of the digest"))


async def _check_papers(connection: Connection, tender_id: UUID, wrong: list[Wrong]) -> None:
    for document in await issued_documents.list_of_tender(connection, tender_id):
        pdf = await issued_documents.pdf_of(connection, document)
        if pdf is None or hashlib.sha256(pdf).digest() != document.digest:
            where = f"issued document {document.kind} {document.lot}".rstrip()
            wrong.append(Wrong(tender_id, where, "the PDF is not that of the digest"))


async def _check_receipts(connection: Connection, tender_id: UUID, wrong: list[Wrong]) -> None:
    given = {
        (said.submission.lot, said.submission.bidder_id, said.submission.counter)
        for said in await receipts.list_of_tender(connection, tender_id)
        if said.submission.act == "bid.submitted"
    }
    for stored in await bids.list_all(connection, tender_id):
        bid = stored.bid
        if (bid.lot, bid.bidder_id, bid.counter) not in given:
            where = f"bid {bid.lot}/{bid.bidder_id}/{bid.counter}"
            wrong.append(Wrong(tender_id, where, "no receipt was given"))


def _why_not(path: Path, digest: bytes) -> str:
    if not path.is_file():
        return "the file is missing"
    return "" if container_digest(path) == digest else "the bytes are not those of the digest"
