"""A key holder's part in a draw: looks at its record in each sealed contribution, opens the rest.

It looks while everything is sealed, and cannot say later that a record was no good. It opens what
its maker did not, once the public journal says that the contributions are closed and others than
the platform have seen the window pass. docs/specs/draw-v1.md §3.
"""

from collections.abc import Mapping
from uuid import UUID

from clients.draw_journal import gathering_of
from clients.journal_following import JournalFollower
from clients.key_holding import KeyHolder, UnwrapRefused
from clients.key_replacements import tender_now
from clients.platform import PlatformRefused
from crypto.errors import BadHeader, BadKey, BadShare
from crypto.opening_keys import AnyOpeningKey
from crypto.sealed_file import unwrap_share
from tendering.domain.contribution_steps import CONTRIBUTION_WINDOW, Gathering
from tendering.domain.contributions import (
    RECORD_LABEL,
    Contribution,
    contribution_policy,
    outcome_of,
    record_statement,
)
from tendering.domain.published_keys import to_base64
from tendering.domain.tender import Tender


async def check_records(holder: KeyHolder, tender: Tender, journal: JournalFollower) -> int:
    """Look at one's record in every sealed contribution not yet looked at; how many they were.

    `tender` comes from the published notice. Raises KeyMissing, UnwrapRefused, PlatformRefused.
    """
    gathering = _gathering(tender, journal)
    if gathering is None or gathering.closed_at is not None:
        return 0
    key = holder.key_of(tender)
    number = tender.key_holder_of(holder.platform.me.organization_id).number
    new = [one for one in gathering.contributions if number not in one.records]
    for contribution in new:
        try:
            _share(gathering, contribution, number, key)
        except (BadShare, BadHeader, BadKey):
            usable = False
        else:
            usable = True
        about = {"organization_id": str(contribution.organization_id)}
        await holder.note("check contribution", tender.id, {**about, "usable": usable})
        said = record_statement(gathering.subject, contribution, number=number, usable=usable)
        signed = holder.signer.sign(RECORD_LABEL, said)
        body = {"step": "check", **about, "usable": usable, "statement": signed}
        await _post(holder, tender.id, body)
    return len(new)


async def open_contributions(holder: KeyHolder, tender: Tender, journal: JournalFollower) -> int:
    """Give one's share of every contribution that its maker has not opened; how many they were.

    Raises NotYetPast while nobody but the platform has seen the window pass, UnwrapRefused,
    KeyMissing, BadShare, BadHeader, PlatformRefused.
    """
    gathering = _gathering(tender, journal)
    if gathering is None or gathering.closed_at is None:
        return 0
    due = gathering.closed_at + CONTRIBUTION_WINDOW
    if await holder.platform.clock() < due:
        return 0
    number = tender.key_holder_of(holder.platform.me.organization_id).number
    waiting = outcome_of(gathering.subject, gathering.contributions).waiting
    mine = [one for one in map(gathering.of, waiting) if number not in one.shares]
    for contribution in mine:
        await holder.require_past(due)
        party = str(contribution.organization_id)
        # Should others be shown another journal, the holder can prove which one it was shown.
        await holder.note(
            "open contribution", tender.id, {"organization_id": party, "head": journal.head.hex()}
        )
        share = _share(gathering, contribution, number, holder.key_of(tender))
        body = {"step": "share", "organization_id": party, "share": to_base64(share)}
        await _post(holder, tender.id, body)
    return len(mine)


def _gathering(tender: Tender, journal: JournalFollower) -> Gathering | None:
    published = journal.find("tender.published")
    if published is None or tender_now(published, journal.entries).key_policy != tender.key_policy:
        raise UnwrapRefused("the tender is not the published one")
    return gathering_of(tender, journal.entries)


def _share(
    gathering: Gathering, contribution: Contribution, number: int, key: AnyOpeningKey
) -> bytes:
    policy = contribution_policy(
        gathering.subject, contribution.organization_id, contribution.recipient
    )
    return unwrap_share(contribution.container, number, key, policy.context)


async def _post(holder: KeyHolder, tender_id: UUID, body: Mapping[str, object]) -> None:
    try:
        await holder.platform.post(f"/tenders/{tender_id}/draw/records", body)
    except PlatformRefused as refusal:
        # Others were faster, or the answer to an earlier attempt was lost.
        if refusal.code != "already-contributed":
            raise
