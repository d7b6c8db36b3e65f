"""The procuring entity (招标人): drafts the tender, chooses in the end, and makes the contract."""

from hashlib import sha256
from typing import Any

from clients.certifying import certify_with_platform
from clients.demo.parties.drawing import contribute
from clients.demo.parties.following import find_notice, have_made, lot_is, sign_issued
from clients.demo.party import Party
from clients.demo.template import TenderPlan, tender_body
from clients.document_signing import Document, announce
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from tendering.domain.journal import Entry, parse_instant
from tendering.domain.tender import Tender


async def play(party: Party) -> str:
    """From the draft to the contract."""
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
        await announce(party.platform, signer, Document(tender.id, "result", lot.lot))
    for lot in tender.lots:
        await _contract(party, signer, tender, journal, lot.lot)
    return "合同已签订"


async def _contract(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower, lot: str
) -> None:
    """Report to the supervisor, and make the contract as it was bid."""
    path, reference = f"/tenders/{tender.id}", f"示范-{tender.number}-{lot}"
    party.doing(f"向监督部门报告(标段{lot})")
    await party.platform.post(f"{path}/supervisor-reports", {"lot": lot, "reference": reference})
    award = await party.wait_for_entry(journal, "award.notified", "核对中标", accepts=lot_is(lot))
    shown = await party.wait_for_entry(journal, "prices.revealed", "核对报价", accepts=lot_is(lot))
    bid = form_of_winner(award, shown)
    party.doing(f"拟定合同(标段{lot})")
    text = f"{tender.title} 标段{lot} 合同。示范文件,内容虚构,不产生法律效力。".encode()
    body = {
        "lot": lot,
        "price_fen": bid["price_fen"],
        "duration_days": bid["duration_days"],
        "quality": bid["quality"],
        "project_manager": bid["project_manager"],
        "text_digest": sha256(text).hexdigest(),
        "performance": {"form": "bank_guarantee", "amount_fen": bid["price_fen"] // 10},
    }
    await party.platform.post(f"{path}/contracts", body)
    await sign_issued(party, signer, Document(tender.id, "contract", lot), keep=True)
    step = {"lot": lot, "step": "secure", "reference": reference}
    await party.platform.post(f"{path}/contracts/steps", step)


def form_of_winner(award: Entry, shown: Entry) -> dict[str, Any]:
    """The price form that the winner read out."""
    winner, rows = award.body["winner"], shown.body["rows"]
    assert isinstance(winner, dict)
    assert isinstance(rows, list)
    for row in rows:
        assert isinstance(row, dict)
        if row["bidder_id"] == winner["bidder_id"]:
            form: dict[str, Any] = dict(row["form"])
            return form
    raise AssertionError("the winner's prices were never read out")
