"""Deeds of canaries: made when it is time, opened by key holders, entered when they are missed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from crypto import suite
from crypto.age_header import FILE_KEY_BYTES
from crypto.canonical import JsonValue
from crypto.seal_suites import SUITES
from tendering.actions.statements import require_statement, statement_by
from tendering.domain.canary import (
    ANSWER_LABEL,
    Canary,
    Chance,
    Occasion,
    Standing,
    answer_statement,
    decide_answer,
    decide_canary,
    decide_missed,
    is_eve,
    standing_of,
)
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.tender import Tender, TenderStatus
from tendering.keys import PlatformKeys
from tendering.storage import canaries, journal, tenders
from tendering.storage.connection import Connection


def fresh_chance(suite_name: str) -> Chance:
    """Chance for one canary. The secret half of nobody's key is forgotten here."""
    nobody = SUITES[suite_name].fresh_key().public
    return Chance(suite.random_bytes(FILE_KEY_BYTES), nobody)


async def issue_canary(
    connection: Connection,
    tender: Tender,
    occasion: Occasion,
    *,
    asked: Sequence[int],
    chance: Chance,
    at: datetime,
) -> Canary:
    """Make the next canary of a locked, published tender for the key holders `asked`."""
    earlier = await canaries.list_of_tender(connection, tender.id)
    canary, event = decide_canary(
        tender, occasion, number=len(earlier) + 1, asked=asked, chance=chance, at=at
    )
    await canaries.insert(connection, tender.id, canary)
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    return canary


async def issue_eve(connection: Connection, tender_id: UUID, *, at: datetime) -> bool:
    """Make the canary of the last day, if it is time and it is not there; whether it was made."""
    tender = await tenders.lock_also_suspended(connection, tender_id)
    earlier = await canaries.list_of_tender(connection, tender_id)
    made = any(one.occasion is Occasion.EVE and one.deadline == tender.deadline for one in earlier)
    if made or not is_eve(tender, at=at):
        return False
    await issue_canary(
        connection,
        tender,
        Occasion.EVE,
        asked=[holder.number for holder in tender.key_holders],
        chance=fresh_chance(tender.suite),
        at=at,
    )
    return True


async def open_canary(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    number: int,
    *,
    answer: str,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """A key holder shows that it has opened a canary. Once is enough.

    Raises NotKeyHolder, NotFound, WrongPhase, CanaryNotOpened, SignatureRefused.
    """
    said = await statement_by(connection, keys, statement, label=ANSWER_LABEL, uscc=by.uscc, at=at)
    await tenders.lock_also_suspended(connection, tender_id)
    # Whom the holder of the lock before us has replaced is seen by a statement of its own.
    tender = await tenders.get(connection, tender_id)
    holder = tender.key_holder_of(by.organization_id)
    canary = await canaries.get(connection, tender_id, number)
    require_statement(said, answer_statement(tender, number, holder, answer))
    event = decide_answer(tender, canary, holder, answer=answer, statement=dict(statement), at=at)
    if await canaries.add_answer(connection, tender_id, number, holder.number, at=at):
        await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def enter_missed(
    connection: Connection, tender_id: UUID, number: int, *, at: datetime
) -> Standing | None:
    """Enter that a canary was not opened by all in time; None when there is nothing to enter."""
    tender = await tenders.lock_also_suspended(connection, tender_id)
    canary = await canaries.get(connection, tender_id, number)
    opened_at = (await canaries.answers_of(connection, tender_id)).get(number, {})
    standing = standing_of(canary, opened_at, threshold=tender.threshold, at=at)
    if tender.status is not TenderStatus.PUBLISHED or not standing.overdue:
        return None
    if not await canaries.mark_missed(connection, tender_id, number):
        return None
    await journal.append(connection, tender_id, Stream.PUBLIC, decide_missed(standing), at=at)
    return standing


async def standings(connection: Connection, tender: Tender, *, at: datetime) -> list[Standing]:
    """How the canaries of a tender stand, oldest first."""
    opened_at = await canaries.answers_of(connection, tender.id)
    return [
        standing_of(canary, opened_at.get(canary.number, {}), threshold=tender.threshold, at=at)
        for canary in await canaries.list_of_tender(connection, tender.id)
    ]
