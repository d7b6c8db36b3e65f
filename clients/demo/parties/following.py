"""What most parties do alike: find the tender, follow its journal, sign what they are asked to."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from clients.demo.party import NothingHappened, Party
from clients.demo.tender_failed import TenderFailed
from clients.document_signing import Document, download_document, issued_document, sign_in_turn
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.key_replacements import tender_now
from clients.notices import deadlines
from clients.platform import PlatformRefused
from crypto.canonical import JsonValue
from tendering.domain.disclosure import withholds
from tendering.domain.journal import Entry
from tendering.domain.kept_groups import keeps_group
from tendering.domain.procedure import Judging
from tendering.domain.tender import Tender

TRIES_MAX: Final = 40
RETRY_SECONDS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Noticed:
    """A published tender: what its notice says, the entry, and the journal followed."""

    tender: Tender
    published: Entry
    journal: JournalFollower

    @property
    def is_judged(self) -> bool:
        """Does a committee judge what is handed in?"""
        return self.tender.round.judging is not Judging.NONE

    @property
    def is_drawn_for(self) -> bool:
        """Is a committee drawn, or is there none, or does the group of the round before go on?"""
        return self.is_judged and not keeps_group(self.tender.round)

    @property
    def is_withheld(self) -> bool:
        """Do bidders see nothing of one another until the last round is closed?"""
        return withholds(self.tender)

    async def seen(self, kind: str) -> Entry | None:
        """The last entry of a kind, if it is there by now. Raises TenderFailed."""
        await self.journal.look()
        found = self.journal.find(kind)
        if found is None and self.journal.find("tender.failed") is not None:
            raise TenderFailed
        return found


async def find_notice(party: Party, tender_id: UUID | None = None) -> Noticed:
    """Wait for a notice on the public board: of this tender, or of any."""

    async def look() -> UUID | None:
        board = await party.platform.get("/tenders", {"limit": 1})
        shown = [UUID(item["id"]) for item in board["items"]]
        return shown[0] if shown and tender_id in {None, *shown} else None

    found = await party.wait("等候招标公告", look)
    journal = JournalFollower(party.platform, found)
    published = await party.wait_for_entry(journal, "tender.published", "阅读招标公告")
    return Noticed(tender_now(published, journal.entries), published, journal)


async def find_next(party: Party, noticed: Noticed) -> UUID:
    """Wait until the next round of a procedure is begun; the tender that it is.

    Who runs it reads so in the journal; to the others, for whom that waits, the next notice says
    which round was before. Raises TenderFailed.
    """

    async def look() -> UUID | None:
        continued = await noticed.seen("round.continued")
        if continued is not None:
            return UUID(str(continued.body["next_id"]))
        board = await party.platform.get("/tenders", {"limit": 1})
        for item in board["items"]:
            previous = (await party.platform.get(f"/tenders/{item['id']}"))["previous"]
            if previous is not None and previous["tender_id"] == str(noticed.tender.id):
                return UUID(item["id"])
        return None

    return await party.wait("等候下一轮", look)


async def each_round(party: Party) -> AsyncIterator[Noticed]:
    """Every round of the procedure, as it is published."""
    noticed = await find_notice(party)
    yield noticed
    while not noticed.tender.round.is_last:
        noticed = await find_notice(party, await find_next(party, noticed))
        yield noticed


async def wait_for_opening(party: Party, journal: JournalFollower, text: str) -> Entry:
    """Wait until the bids are listed and their opening begins, whenever the deadline is by then."""
    return await party.wait_for_entry(
        journal, "submission.closed", text, due=lambda: deadlines(journal)["closing_at"]
    )


def of_round(tender: Tender, name: str) -> str:
    """The name of a file that each round of a procedure has: as it is in the last."""
    round_ = tender.round
    return name if round_.is_last else f"round{round_.number}-{name}"


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


async def have_made(party: Party, path: str, lot: str, **others: JsonValue) -> None:
    """Have a document made of what has happened; again, if something happens meanwhile.

    While the tender stands still others must act first.
    """

    async def made() -> bool | None:
        for _ in range(TRIES_MAX):
            try:
                await party.platform.post(path, {"lot": lot, **others})
            except PlatformRefused as refusal:
                if refusal.code == "tender-suspended":
                    return None
                if refusal.code != "document-changed":
                    raise
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return True
        raise NothingHappened(path)

    await party.wait("等候恢复", made)


async def sign_issued(
    party: Party, signer: Signer, document: Document, *, keep: Tender | None = None
) -> None:
    """Wait until a document is issued, and sign it in turn if the party is asked to.

    With `keep`, its tender, the PDF goes into the party's folder when all have signed.
    """

    async def issued() -> dict[str, Any] | None:
        return await issued_document(party.platform, document)

    await party.wait(f"等候文件 {document.kind}", issued)
    party.doing(f"核对并签署 {document.kind}")
    await sign_in_turn(party.platform, signer, document)
    if keep is None:
        return

    await wait_until_signed(party, document)
    name = of_round(keep, f"{document.kind}-{document.lot}.pdf")
    await download_document(party.platform, document, party.folder / name)


async def wait_until_signed(party: Party, document: Document) -> None:
    """Wait until everybody who is asked to has signed a document."""

    async def completed() -> bool | None:
        found = await issued_document(party.platform, document)
        return (found is not None and found["completed_at"] is not None) or None

    await party.wait(f"等候他人签署 {document.kind}", completed)
