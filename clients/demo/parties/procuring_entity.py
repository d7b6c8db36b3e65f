"""The procuring entity (招标人): drafts the tender, chooses in the end, and makes the contract."""

from hashlib import sha256
from typing import Any

from clients.certifying import certify_with_platform
from clients.demo.parties.drawing import contribute
from clients.demo.parties.following import Noticed, each_round, have_made, lot_is, sign_issued
from clients.demo.party import Party
from clients.demo.template import TenderPlan, next_round_body, project_of, tender_body
from clients.document_signing import Document, announce
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.projects import register_project
from tendering.domain.journal import Entry, parse_instant
from tendering.domain.procedure import Judging
from tendering.domain.tender import Tender


async def play(party: Party) -> str:
    """From the draft to the contract."""
    platform, facts = party.platform, party.facts
    signer = await certify_with_platform(party.keys, platform)

    party.doing("登记项目,起草招标项目")
    plan, now = TenderPlan(**facts["plan"]), await platform.clock()
    body = tender_body(
        plan,
        now=now,
        agency_id=facts["agency_id"],
        supervisor_id=facts["supervisor_id"],
        key_holder_ids=facts["key_holder_ids"],
    )
    project = await register_project(platform, project_of(body, now))
    draft = await platform.post("/tenders", body | {"project_id": str(project)})
    if draft["round"]["participants"] == "invited":
        await _invite(party, draft["id"], plan)
    # The board shows no drafts: who has to act on one is told.
    party.write_letter("commission", tender_id=draft["id"])

    async for noticed in each_round(party):
        if noticed.is_judged:
            await _wait_for_reports(party, signer, noticed)
        if noticed.tender.round.is_last:
            await _award(party, signer, noticed)
            for lot in noticed.tender.lots:
                await _contract(party, signer, noticed.tender, noticed.journal, lot.lot)
        else:
            await _begin_next(party, noticed.tender)
    return "合同已签订"


async def _invite(party: Party, tender_id: str, plan: TenderPlan) -> None:
    """Invite everybody who has offered to take part."""
    offers = [
        await party.wait_for_letter("等候潜在投标人", f"offer-{number}")
        for number in range(1, party.facts["bidders"] + 1)
    ]
    for lot in plan.lot_names:
        party.doing(f"发出投标邀请(标段{lot})")
        await party.platform.post(
            f"/tenders/{tender_id}/invitations",
            {"lot": lot, "organization_ids": [one["organization_id"] for one in offers]},
        )


async def _wait_for_reports(party: Party, signer: Signer, noticed: Noticed) -> None:
    """Contribute to the draw, where there is one, and wait for what the committee reports."""
    if noticed.is_drawn_for:
        # What it has sealed counts all the same: the key holders open it.
        await contribute(party, signer, noticed.tender, noticed.journal, opens=False)
    for lot in noticed.tender.lots:
        await party.wait_for_entry(
            noticed.journal, "evaluation.reported", "等候评标报告", accepts=lot_is(lot.lot)
        )


async def _begin_next(party: Party, tender: Tender) -> None:
    """The next round, for those whom this one has admitted."""
    over = {"opened", "evaluated"} if tender.round.judging is Judging.NONE else {"evaluated"}

    async def ended() -> bool | None:
        return (await party.platform.get(f"/tenders/{tender.id}"))["status"] in over or None

    await party.wait("等候本轮结束", ended)
    party.doing("开始下一轮")
    body = next_round_body(tender, now=await party.platform.clock())
    await party.platform.post(f"/tenders/{tender.id}/next-round", body)


async def _award(party: Party, signer: Signer, noticed: Noticed) -> None:
    """Candidates on display, then the winner of every lot."""
    tender, journal = noticed.tender, noticed.journal
    for lot in tender.lots:
        party.doing(f"公示中标候选人(标段{lot.lot})")
        await have_made(party, f"/tenders/{tender.id}/candidates", lot.lot)
        await sign_issued(party, signer, Document(tender.id, "candidates", lot.lot), keep=tender)
    # Where the region lets the entity choose for itself it says why (评定分离).
    separated = "award_method" in tender.committee
    chosen = {"reasons": "经定标委员会票决,示范。"} if separated else {}
    for lot in tender.lots:
        published = await party.wait_for_entry(
            journal, "candidates.published", "公示中标候选人", accepts=lot_is(lot.lot)
        )
        # 招标投标法实施条例 第五十四条: not less than three days on public display.
        ends = parse_instant(str(published.body["publicity_until"]))
        await party.wait_until("公示期", ends)
        party.doing(f"发出中标通知书(标段{lot.lot})")
        await have_made(party, f"/tenders/{tender.id}/award", lot.lot, **chosen)
        await sign_issued(party, signer, Document(tender.id, "award_notice", lot.lot), keep=tender)
        await announce(party.platform, signer, Document(tender.id, "result", lot.lot))


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
    await sign_issued(party, signer, Document(tender.id, "contract", lot), keep=tender)
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
