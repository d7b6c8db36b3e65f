"""The procuring entity (招标人): drafts the tender, and in the end chooses and says so."""

from clients.certifying import certify_with_platform
from clients.demo.parties.drawing import contribute
from clients.demo.parties.following import find_notice, have_made, lot_is, sign_issued
from clients.demo.party import Party
from clients.demo.template import TenderPlan, tender_body
from clients.document_signing import Document
from tendering.domain.journal import parse_instant


async def play(party: Party) -> str:
    """From the draft to the award."""
    platform, facts = party.platform, party.facts
    signer = await certify_with_platform(party.keys, platform)

    party.doing("起草招标项目")
    body = tender_body(
        TenderPlan(**facts["plan"]),
        now=await platform.clock(),
        agency_id=facts["agency_id"],
        supervisor_id=facts["supervisor_id"],
        key_holder_ids=facts["key_holder_ids"],
    )
    draft = await platform.post("/tenders", body)
    # The board shows no drafts: who has to act on one is told.
    party.write_letter(tender_id=draft["id"])

    tender, _, journal = await find_notice(party)
    # What it has sealed counts all the same: the key holders open it.
    await contribute(party, signer, tender, journal, opens=False)

    for lot in tender.lots:
        await party.wait_for_entry(
            journal, "evaluation.reported", "等候评标报告", accepts=lot_is(lot.lot)
        )
    for lot in tender.lots:
        party.doing(f"公示中标候选人(标段{lot.lot})")
        await have_made(party, f"/tenders/{tender.id}/candidates", lot.lot)
        await sign_issued(party, signer, Document(tender.id, "candidates", lot.lot), keep=True)

    for lot in tender.lots:
        published = await party.wait_for_entry(
            journal, "candidates.published", "公示中标候选人", accepts=lot_is(lot.lot)
        )
        # 招标投标法实施条例 第五十四条: not less than three days on public display.
        ends = parse_instant(str(published.body["publicity_until"]))
        await party.wait_until("公示期", ends)
        party.doing(f"发出中标通知书(标段{lot.lot})")
        await have_made(party, f"/tenders/{tender.id}/award", lot.lot)
        await sign_issued(party, signer, Document(tender.id, "award_notice", lot.lot), keep=True)
    return "中标通知书已发出"
