"""From one round of a procedure to the next: a tender of its own, for those who were admitted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, Stream
from tendering.domain.participants import (
    Admitted,
    admitted_json,
    decide_next_round,
    too_few_admitted,
)
from tendering.domain.parties import Actor
from tendering.domain.procedure import Judging
from tendering.domain.tender import (
    KeyHolder,
    Tender,
    TenderStatus,
    require_party,
    require_sound,
)
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_for
from tendering.storage import candidates, journal, openings, participants, tenders
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class NextRound:
    """What the next round says anew; all else it takes over. `id` is the new tender's.

    `salt`, 32 bytes by chance, hides the list of those admitted in its digest.
    """

    id: UUID
    salt: bytes
    title: str
    description: str
    deadline: datetime
    method: Mapping[str, JsonValue]
    committee: Mapping[str, JsonValue]


async def begin_next_round(
    connection: Connection, tender_id: UUID, wanted: NextRound, *, by: Actor, at: datetime
) -> Tender:
    """Draft the next round from this one's result, which ends. Key holders announce new keys.

    Raises NotFound, Forbidden, WrongPhase, TenderIncomplete.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    admitted = await admitted_of(connection, tender)
    previous, places, event = decide_next_round(
        tender, admitted, next_id=wanted.id, salt=wanted.salt
    )
    draft = replace(
        tender,
        id=wanted.id,
        number=f"{tender.number}-{tender.round.number + 1}",
        title=wanted.title,
        description=wanted.description,
        status=TenderStatus.DRAFT,
        key_holders=tuple(
            KeyHolder(each.number, each.organization_id, each.name) for each in tender.key_holders
        ),
        documents=(),
        method=wanted.method,
        committee=wanted.committee,
        deadline=wanted.deadline,
        published_at=None,
        timetable={},
        version=1,
        previous=previous,
    )
    rulebook = rulebook_for(draft, at)
    draft = replace(draft, round=round_of(tender.procedure, tender.round.number + 1, rulebook))
    require_sound(draft)
    await tenders.insert(connection, draft, at=at)
    await participants.add_all(connection, draft.id, places, at=at)
    ended = replace(tender, status=TenderStatus.CONTINUED, version=tender.version + 1)
    await tenders.save(connection, ended)
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    listed = Event(
        "participants.admitted",
        {
            "previous_id": str(tender.id),
            "lots": admitted_json(admitted),
            "salt": wanted.salt.hex(),
        },
    )
    await journal.append(connection, draft.id, Stream.CUSTODY, listed, at=at)
    return draft


async def admitted_of(connection: Connection, tender: Tender) -> list[Admitted]:
    """Whom a round has admitted so far: its committee, or where there is none, the opening."""
    if tender.round.judging is Judging.NONE:
        return [
            Admitted(
                lot.lot,
                tuple(
                    one.bidder_id
                    for one in await openings.unlocks(connection, tender.id, lot.lot)
                    if one.unlocked_by is not None
                ),
            )
            for lot in tender.lots
        ]
    reported = await candidates.list_evaluations(connection, tender.id)
    found = {one.lot: one.admitted for one in reported}
    return [Admitted(lot.lot, found.get(lot.lot, ())) for lot in tender.lots]


async def failed_for_too_few(
    connection: Connection, tender: Tender, *, at: datetime
) -> TenderStatus | None:
    """FAILED, said in public, where a round admits fewer than the law asks for; else None.

    E20: fewer than three applicants pass, and the tender is repeated. The caller saves the status.
    """
    least = tender.round.admitted_min
    too_few = too_few_admitted(tender, await admitted_of(connection, tender))
    if least is None or not too_few:
        return None
    lots: list[JsonValue] = [*too_few]
    rule: dict[str, JsonValue] = {"id": least.rule, "law": least.law, "value": least.count}
    failed = Event("tender.failed", {"too_few_admitted": lots, "rule": rule})
    await journal.append(connection, tender.id, Stream.PUBLIC, failed, at=at)
    return TenderStatus.FAILED
