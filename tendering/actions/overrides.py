"""Deeds about overrides, and what the rules say against a draft as it stands."""

from datetime import datetime
from uuid import UUID

from tendering.actions.tenders import Law, draft_findings
from tendering.domain.findings import Finding
from tendering.domain.journal import Stream
from tendering.domain.overrides import Override, decide_override, decide_sight, standing_of
from tendering.domain.parties import Actor
from tendering.domain.tender import Tender
from tendering.storage import journal, overrides, people, tenders
from tendering.storage.connection import Connection


async def override_rule(
    connection: Connection,
    tender_id: UUID,
    law: Law,
    *,
    rule_id: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> Override:
    """Set a rule aside for a draft. Raises what `decide_override` raises.

    Before the notice nothing is public: the entry goes to custody, which the supervisor reads.
    """
    tender = await tenders.lock(connection, tender_id)
    override, event = decide_override(
        tender,
        law.rulebook,
        await overrides.list_of_tender(connection, tender_id),
        rule_id=rule_id,
        reason=reason,
        by=by,
        name=await _name(connection, by),
        at=at,
    )
    await overrides.insert(connection, tender_id, override)
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)
    return override


async def see_override(
    connection: Connection, tender_id: UUID, rule_id: str, *, by: Actor, at: datetime
) -> Override:
    """The supervisor has seen the override of the draft's present version. Raises NotFound."""
    tender = await tenders.lock(connection, tender_id)
    override = await overrides.get(connection, tender_id, rule_id, tender.version)
    name = await _name(connection, by)
    seen, event = decide_sight(tender, override, by=by, name=name, at=at)
    await overrides.mark_seen(connection, tender_id, seen)
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)
    return seen


async def open_findings(
    connection: Connection, tender: Tender, law: Law, *, at: datetime
) -> tuple[tuple[Finding, ...], tuple[Override, ...]]:
    """What the rules say against a draft if it were published now, and the overrides that count."""
    standing = standing_of(tender, await overrides.list_of_tender(connection, tender.id))
    return draft_findings(tender, law, at=at), standing


async def _name(connection: Connection, actor: Actor) -> str:
    person = await people.get(connection, actor.person_id)
    assert person is not None, "who acts is a person"
    return person.name
