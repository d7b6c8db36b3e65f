"""What most parties do alike: find the tender, follow its journal, sign what they are asked to."""

import asyncio
from typing import Any, Final
from uuid import UUID

from clients.demo.party import NothingHappened, Party
from clients.document_signing import Document, download_document, issued_document, sign_in_turn
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.key_replacements import tender_now
from clients.platform import PlatformRefused
from crypto.canonical import JsonValue
from tendering.domain.journal import Entry
from tendering.domain.tender import Tender

TRIES_MAX: Final = 40
RETRY_SECONDS: Final = 0.3


async def find_notice(party: Party) -> tuple[Tender, Entry, JournalFollower]:
    """Wait for the notice on the public board; the tender, its entry, and the journal followed."""

    async def look() -> UUID | None:
        board = await party.platform.get("/tenders", {"limit": 1})
        return UUID(board["items"][0]["id"]) if board["items"] else None

    tender_id = await party.wait("等候招标公告", look)
    journal = JournalFollower(party.platform, tender_id)
    published = await party.wait_for_entry(journal, "tender.published", "阅读招标公告")
    return tender_now(published, journal.entries), published, journal


def lot_is(lot: str, **others: JsonValue) -> Any:
    """Is an entry about this lot, and about the other members as given?"""
    wanted = {"lot": lot, **others}
    return lambda entry: all(entry.body.get(key) == value for key, value in wanted.items())


async def wait_for_contracts(party: Party, tender: Tender, journal: JournalFollower) -> None:
    """Wait until the contract of every lot is signed and secured: nothing happens after it."""
    for lot in tender.lots:
        await party.wait_for_entry(
            journal, "performance_security.provided", "等候合同", accepts=lot_is(lot.lot)
        )


async def have_made(party: Party, path: str, lot: str) -> None:
    """Have a document made of what has happened; again, if something happens meanwhile."""
    for _ in range(TRIES_MAX):
        try:
            await party.platform.post(path, {"lot": lot})
        except PlatformRefused as refusal:
            if refusal.code != "document-changed":
                raise
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return
    raise NothingHappened(path)


async def sign_issued(
    party: Party, signer: Signer, document: Document, *, keep: bool = False
) -> None:
    """Wait until a document is issued, and sign it in turn if the party is asked to.

    With `keep` the PDF goes into the party's folder when all have signed.
    """

    async def issued() -> dict[str, Any] | None:
        return await issued_document(party.platform, document)

    await party.wait(f"等候文件 {document.kind}", issued)
    party.doing(f"核对并签署 {document.kind}")
    await sign_in_turn(party.platform, signer, document)
    if not keep:
        return

    async def completed() -> bool | None:
        found = await issued()
        return (found is not None and found["completed_at"] is not None) or None

    await party.wait(f"等候他人签署 {document.kind}", completed)
    name = f"{document.kind}-{document.lot}.pdf" if document.lot else f"{document.kind}.pdf"
    await download_document(party.platform, document, party.folder / name)
