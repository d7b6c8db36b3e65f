"""A party's part in the draw of the committee: seal a number, open it when all are settled.

The seed follows from everybody's numbers, so that none of those who take part can choose it, nor
the platform. One party opens nothing: the key holders do it. docs/specs/draw-v1.md.
"""

from clients.demo.party import Party
from clients.draw_contributing import Contributor
from clients.draw_journal import gathering_of
from clients.draw_keeping import check_records, open_contributions
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.key_holding import KeyHolder, NotYetPast
from tendering.domain.contribution_steps import CONTRIBUTION_WINDOW, contributors
from tendering.domain.contributions import outcome_of
from tendering.domain.tender import Tender

CLOSED = "draw.contributions_closed"


async def contribute(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower, *, opens: bool = True
) -> None:
    """Seal a contribution when the pool is frozen, and open it when all of them are settled."""
    await seal(party, signer, tender, journal)
    await reveal(party, signer, tender, journal, opens=opens)


async def seal(party: Party, signer: Signer, tender: Tender, journal: JournalFollower) -> None:
    """Seal a contribution when the pool is frozen."""
    await party.wait_for_entry(journal, "draw.pool_frozen", "等候冻结专家库")
    party.doing("密封抽取随机数")
    await Contributor(party.platform, signer, party.folder).seal(tender, journal)


async def reveal(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower, *, opens: bool = True
) -> None:
    """Open it when all are settled. `opens`: or lose the key, as it happens."""
    await party.wait_for_entry(journal, CLOSED, "等候密封随机数截止")
    if not opens:
        party.doing("随机数密钥丢失,由密钥持有人打开")
        return
    party.doing("公开抽取随机数")
    await Contributor(party.platform, signer, party.folder).reveal(tender, journal)


async def keep(
    party: Party, holder: KeyHolder, tender: Tender, journal: JournalFollower, *, acts: bool
) -> None:
    """A key holder's part: contribute like others, look at all records, open what is left."""
    await seal(party, holder.signer, tender, journal)

    async def all_checked() -> bool | None:
        await journal.look()
        await check_records(holder, tender, journal)
        return journal.find(CLOSED) is not None or None

    await party.wait("核对密封随机数的份额", all_checked)
    await reveal(party, holder.signer, tender, journal)
    closed = await party.wait_for_entry(journal, CLOSED, "等候密封随机数截止")

    async def all_open() -> bool | None:
        await journal.look()
        if journal.find("committee.drawn") is not None or _all_open(tender, journal):
            return True
        if acts:
            try:
                await open_contributions(holder, tender, journal)
            except NotYetPast:
                return None
        return None

    await party.wait("等候各方公开随机数", all_open, due=closed.at + CONTRIBUTION_WINDOW)
    await party.wait_for_entry(journal, "committee.drawn", "等候抽取评标委员会")


async def wait_for_records(party: Party, tender: Tender, journal: JournalFollower) -> None:
    """Wait until everybody has contributed and every key holder has looked at everything."""

    async def look() -> bool | None:
        await journal.look()
        gathering = gathering_of(tender, journal.entries)
        if gathering is None:
            return None
        found = {one.organization_id: len(one.records) for one in gathering.contributions}
        everybody = dict.fromkeys(contributors(gathering.subject), len(tender.key_holders))
        return found == everybody or None

    await party.wait("等候各方密封随机数", look)


async def wait_until_open(party: Party, tender: Tender, journal: JournalFollower) -> None:
    """Wait until every contribution is open."""

    async def look() -> bool | None:
        await journal.look()
        return _all_open(tender, journal) or None

    await party.wait("等候各方公开随机数", look)


def _all_open(tender: Tender, journal: JournalFollower) -> bool:
    gathering = gathering_of(tender, journal.entries)
    if gathering is None or gathering.closed_at is None:
        return False
    return not outcome_of(gathering.subject, gathering.contributions).waiting
