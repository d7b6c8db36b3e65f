"""A tender as its public journal tells it now, checked before anybody works with it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from clients.journal_following import JournalFollower
from clients.key_replacements import tender_now, verify_replacements
from clients.platform import Platform
from clients.tender_facts import NoticeInvalid, verify_key_holders
from crypto.certificates import CertificateFacts
from crypto.container_digest import container_digest
from tendering.domain.clarifications import latest_version
from tendering.domain.journal import Entry, parse_instant
from tendering.domain.key_policy import under
from tendering.domain.published_keys import PublishedKeys
from tendering.domain.refusals import Invalid
from tendering.domain.tender import Document, Tender

CLARIFICATION: Final = "clarification.published"


class DocumentDiffers(Exception):
    """A tender document is not the one that the notice names."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice whose key holders' announcements hold.

    `tender` has the deadline as it stands now; `key_holders` are who they are by certificate.
    """

    tender: Tender
    published: Entry
    journal: JournalFollower
    key_holders: tuple[CertificateFacts, ...]

    @property
    def clarifications(self) -> list[Entry]:
        """What was clarified so far, oldest first."""
        return [entry for entry in self.journal.entries if entry.kind == CLARIFICATION]

    @property
    def closed(self) -> Entry | None:
        """The entry that begins the opening and names all bids; None before it."""
        return self.journal.find("submission.closed")


async def read_notice(platform: Platform, tender_id: UUID, keys: PublishedKeys) -> Notice:
    """Follow a tender's journal from its beginning and check what its notice rests on.

    The key holders must have announced their keys for this very tender, under certificates of
    authorities that `keys` names. Raises NoticeInvalid, BrokenChain, PlatformRefused,
    PlatformUnreachable.
    """
    journal = JournalFollower(platform, tender_id)
    await journal.look()
    published = journal.find("tender.published")
    if published is None:
        raise NoticeInvalid("the tender has no notice")
    return notice_of(journal, published, keys)


def notice_of(journal: JournalFollower, published: Entry, keys: PublishedKeys) -> Notice:
    """The notice of a journal that was followed up to now. Raises NoticeInvalid."""
    tender = tender_now(published, journal.entries)
    roots = [authority.root for authority in keys.certifiers]
    first = verify_key_holders(under(tender, 1), trusted_roots=roots, published=published)
    by_number = dict(enumerate(first, start=1))
    by_number |= verify_replacements(tender, journal.entries, trusted_roots=roots)
    holders = [by_number[holder.number] for holder in tender.key_holders]
    if len({who.public_der for who in holders}) != len(holders):
        raise NoticeInvalid("two key holders sign with one key")
    tender = replace(
        tender,
        deadline=deadlines(journal)["deadline"],
        documents=documents_now(tender, journal),
    )
    return Notice(tender, published, journal, tuple(holders))


def documents_now(tender: Tender, journal: JournalFollower) -> tuple[Document, ...]:
    """The tender documents as the last amendment left them. Raises NoticeInvalid."""
    amendments = [entry.body for entry in journal.entries if entry.kind == CLARIFICATION]
    try:
        version = latest_version(tender.documents, amendments)
    except Invalid as error:
        raise NoticeInvalid(str(error)) from error
    return tuple(one.document for one in version.files)


def deadlines(journal: JournalFollower) -> dict[str, datetime]:
    """The instants of the timetable as the journal has it now: a clarification may move them."""
    last = max(
        (entry for entry in journal.entries if "timetable" in entry.body),
        key=lambda entry: entry.seq,
    )
    timetable = last.body["timetable"]
    assert isinstance(timetable, dict)
    return {
        name: parse_instant(value) for name, value in timetable.items() if isinstance(value, str)
    }


async def download_documents(
    platform: Platform, tender: Tender, folder: Path
) -> dict[Path, Document]:
    """Fetch the tender documents that are not there yet; each file with what the notice says of it.

    A file gets its name when its digest is the notice's. Raises DocumentDiffers, PlatformRefused,
    PlatformUnreachable, OSError.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    files = {folder / document.name: document for document in tender.documents}
    for file, document in files.items():
        if await asyncio.to_thread(_is, file, document):
            continue
        fetched = file.with_name(f"{file.name}.unchecked")
        await platform.download(f"/tenders/{tender.id}/documents/{document.name}", fetched)
        if not await asyncio.to_thread(_is, fetched, document):
            await asyncio.to_thread(fetched.unlink)
            raise DocumentDiffers(document.name)
        await asyncio.to_thread(fetched.replace, file)
    return files


def _is(file: Path, document: Document) -> bool:
    return file.exists() and container_digest(file) == document.digest
