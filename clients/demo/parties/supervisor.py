"""The supervisor (监督部门): watches, contributes to the draw, and keeps the whole archive."""

from clients.certifying import certify_with_platform
from clients.demo.parties.drawing import contribute
from clients.demo.parties.following import find_notice, sign_issued, wait_for_contracts
from clients.demo.party import Party
from clients.document_signing import Document
from clients.notices import deadlines


async def play(party: Party) -> str:
    """Watch the tender to its end; the journal's chain is verified at every look."""
    signer = await certify_with_platform(party.keys, party.platform)
    tender, _, journal = await find_notice(party)
    due = deadlines(journal)["closing_at"]
    await party.wait_for_entry(journal, "submission.closed", "等候开标", due=due)
    for lot in tender.lots:
        await sign_issued(party, signer, Document(tender.id, "opening_record", lot.lot))
    await contribute(party, signer, tender, journal)
    await wait_for_contracts(party, tender, journal)

    party.doing("下载并保存完整档案")
    for edition in ("full", "public"):
        target = party.folder / ("archive.zip" if edition == "full" else "public.zip")
        await party.platform.download(f"/tenders/{tender.id}/archive", target, {"edition": edition})
    return "档案已保存"
