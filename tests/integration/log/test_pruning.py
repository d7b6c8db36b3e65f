"""Words about checkpoints go when nobody needs them, and every receipt stays what it was."""

from datetime import datetime, timedelta

import pytest
from stdnum.cn import uscc

from tendering.actions.log import complete_receipt
from tendering.domain.parties import Organization
from tendering.domain.published_keys import Authority, PublishedKeys, Witness
from tendering.domain.receipts import Receipt
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.log_pruning import KEPT, prune
from tendering.storage import log, organizations, receipts, tenders
from tendering.storage.connection import (
    Connection,
    DatabaseError,
    open_connection,
    reading,
    transaction,
)
from tendering.storage.log import EVIDENCE_SEARCH_LEAVES, Checkpoint, Evidence, Token
from tests.integration.log.conftest import NOON, TheLog
from tests.support.make import a_tender
from tests.support.postgres import Database

LATER = NOON + KEPT + timedelta(seconds=1)
WITNESS = Witness("witness.example/w1+00000000+AAAA", "示范", True)


async def said_of(
    the_log: TheLog,
    checkpoint: Checkpoint,
    *,
    witnesses: int = 1,
    authorities: int = 1,
    at: datetime = NOON,
) -> None:
    """A round of asking."""
    tokens = tuple(Token(f"authority-{number}", b"-") for number in range(authorities))
    evidence = Evidence(checkpoint.size, checkpoint.text, witnesses, tokens, at)
    async with transaction(the_log.pool) as connection:
        await log.insert_evidence(connection, evidence)


async def rounds(the_log: TheLog, count: int) -> None:
    """Batches without a real leaf, each seen by all."""
    for _ in range(count):
        await said_of(the_log, await the_log.made())


async def submitted(the_log: TheLog, *, witnesses: int = 1, authorities: int = 1) -> Receipt:
    """A batch with a real leaf."""
    receipt = the_log.receipt()
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, receipt)
    await said_of(the_log, await the_log.made(), witnesses=witnesses, authorities=authorities)
    return receipt


async def completed(the_log: TheLog, receipt: Receipt) -> Receipt:
    """The receipt with what others said."""
    authority = Authority("authority-0", b"-")
    keys: PublishedKeys = the_log.keys((WITNESS,), (authority,), quorum=1)
    async with reading(the_log.pool) as connection:
        return await complete_receipt(connection, receipt, keys=keys)


async def left(the_log: TheLog) -> int:
    """How many rounds are kept."""
    async with reading(the_log.pool) as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM tendering.log_evidence")
        return count


async def pruned(the_log: TheLog, *, now: datetime = LATER, after: int = 0) -> int:
    """Once over everything, when a round of `now` is there."""
    await said_of(the_log, await the_log.made(), at=now)
    return await prune(the_log.pool, now=now, quorum=1, authorities=1, after=after)


async def test_only_what_a_receipt_is_completed_with_and_the_newest_stays(the_log: TheLog) -> None:
    await rounds(the_log, 3)
    first = await submitted(the_log)
    await rounds(the_log, 2)
    unseen = await submitted(the_log, witnesses=0)
    await rounds(the_log, 1)
    poor = await submitted(the_log, authorities=0)
    await rounds(the_log, 3)
    before = [await completed(the_log, one) for one in (first, unseen, poor)]

    await pruned(the_log)

    assert [await completed(the_log, one) for one in (first, unseen, poor)] == before
    assert all(one.completion is not None for one in before)
    assert await left(the_log) == 4


async def test_going_on_where_it_ended_is_the_same_as_going_over_all(the_log: TheLog) -> None:
    receipt = await submitted(the_log)
    await rounds(the_log, 2)
    after = await pruned(the_log)
    late = await submitted(the_log, witnesses=0)
    before = [await completed(the_log, receipt), await completed(the_log, late)]
    await rounds(the_log, 3)
    whole = await completed(the_log, late)

    await pruned(the_log, after=after)

    assert await completed(the_log, receipt) == before[0]
    assert await completed(the_log, late) == whole
    assert whole.completion is not None
    assert await left(the_log) == 4


async def test_nothing_young_goes(the_log: TheLog) -> None:
    await rounds(the_log, 3)

    await pruned(the_log, now=NOON + KEPT)

    assert await left(the_log) == 4


async def test_while_a_tender_takes_bids_nothing_of_its_time_goes(the_log: TheLog) -> None:
    await rounds(the_log, 3)
    tender = a_tender(status=TenderStatus.PUBLISHED, published_at=NOON)
    parties = [tender.procuring_entity_id, tender.supervisor_id]
    parties += [holder.organization_id for holder in tender.key_holders]
    async with transaction(the_log.pool) as connection:
        for number, party in enumerate(parties):
            body = f"91510100MA{number:07d}"
            code = body + uscc.calc_check_digit(body)
            own = Organization(party, code, f"示范单位{number}", frozenset({Role.KEY_HOLDER}))
            await organizations.insert(connection, own, at=NOON)
        await tenders.insert(connection, tender, at=NOON)

    await pruned(the_log, now=NOON + timedelta(days=40))

    assert await left(the_log) == 4


async def test_words_of_the_last_day_cannot_be_deleted_even_by_the_owner(
    the_log: TheLog, owner: Connection
) -> None:
    await rounds(the_log, 2)

    with pytest.raises(DatabaseError, match="append-only"):
        await owner.execute("DELETE FROM tendering.log_evidence")


async def test_the_auditor_cannot_read_where_real_leaves_lie(database: Database) -> None:
    async with open_connection(database.audit_dsn) as connection:
        with pytest.raises(DatabaseError):
            await connection.fetchval("SELECT count(*) FROM tendering.log_evidence")


def test_the_search_is_an_hour_of_the_smallest_batches() -> None:
    assert EVIDENCE_SEARCH_LEAVES == 256 * 3600
