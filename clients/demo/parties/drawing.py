"""A party's part in the draw of the committee: commit to a number first, show it afterwards.

The seed follows from everybody's numbers, so that none of those who take part can choose it, nor
the platform. docs/specs/draw-v1.md.
"""

import secrets

from clients.demo.party import Party
from clients.journal_following import JournalFollower
from tendering.domain.draw import NONCE_BYTES, contribution_commitment
from tendering.domain.tender import Tender


def contributors(tender: Tender) -> set[str]:
    """The organizations that take part, by id."""
    holders = {holder.organization_id for holder in tender.key_holders}
    parties = {tender.procuring_entity_id, tender.agency_id, tender.supervisor_id, *holders}
    return {str(one) for one in parties if one is not None}


async def contribute(party: Party, tender: Tender, journal: JournalFollower) -> None:
    """Commit when the pool is frozen, and reveal when everybody has committed."""
    await party.wait_for_entry(journal, "draw.pool_frozen", "等候冻结专家库")
    nonce = secrets.token_bytes(NONCE_BYTES)
    commitment = contribution_commitment(tender.id, party.platform.me.organization_id, nonce)
    path = f"/tenders/{tender.id}/draw/contributions"
    party.doing("提交抽取随机数承诺")
    await party.platform.post(path, {"step": "commit", "commitment": commitment.hex()})
    await wait_for_everybody(party, tender, journal, "draw.committed", "等候各方承诺")
    party.doing("公开抽取随机数")
    await party.platform.post(path, {"step": "reveal", "nonce": nonce.hex()})


async def wait_for_everybody(
    party: Party, tender: Tender, journal: JournalFollower, kind: str, text: str
) -> None:
    """Wait until every contributor has an entry of that kind."""
    expected = contributors(tender)

    async def look() -> bool | None:
        await journal.look()
        done = {one.body["organization_id"] for one in journal.entries if one.kind == kind}
        return expected <= done or None

    await party.wait(text, look)
