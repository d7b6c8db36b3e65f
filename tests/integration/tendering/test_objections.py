"""Objections over their doors: they stop a tender, the reply lets it go on, names stay secret."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tendering.actions.clarifications import record_download
from tendering.actions.duties import list_duties, look_after
from tendering.actions.openings import close_submission
from tendering.clockwork import close_due
from tendering.domain.award import PublishedCandidates
from tendering.domain.duties import OVERDUE
from tendering.domain.journal import Stream
from tendering.domain.objections import ObjectionKind, Subject, objection_statement
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.remedies import AlreadyAnswered, NotConcerned, ObjectionTooEarly
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import TenderSuspended
from tendering.domain.tender import TenderStatus
from tendering.storage import candidates, objections, tenders
from tendering.storage.candidates import StoredEvaluation
from tendering.storage.connection import Pool, reading, transaction
from tests.support.objecting import CLOSES, Objecting, objecting
from tests.support.opened import PUBLISHED, locked_bid
from tests.support.taking_in import insert_bid

EARLY = PUBLISHED + timedelta(days=3)
DRAIN = timedelta(minutes=2)


@pytest.fixture
async def case(pool: Pool, tmp_path: Path) -> Objecting:
    """A published tender."""
    return await objecting(pool, tmp_path)


async def test_an_objection_stops_the_tender_and_the_reply_lets_it_go_on(case: Objecting) -> None:
    raised = await case.objects(case.lot.bidders[0], EARLY)
    stopped = await case.tender()
    await case.answers(raised.id, EARLY + timedelta(days=2))
    running = await case.tender()

    assert stopped.suspension is not None
    assert (stopped.suspension.since, raised.pauses, raised.late) == (EARLY, True, False)
    assert running.suspension is None
    assert running.deadline >= CLOSES + timedelta(days=2)
    assert str(running.timetable["deadline"])[:10] == running.deadline.date().isoformat()


async def test_with_two_objections_the_last_reply_lets_it_go_on(case: Objecting) -> None:
    first = await case.objects(case.lot.bidders[0], EARLY)
    second = await case.objects(case.lot.bidders[1], EARLY + timedelta(hours=1), text="工期过短")

    await case.answers(first.id, EARLY + timedelta(days=1))
    between = await case.tender()
    await case.answers(second.id, EARLY + timedelta(days=2))

    assert between.suspension is not None
    assert (await case.tender()).suspension is None
    kinds = [entry.kind for entry in await case.entries(Stream.PUBLIC)]
    assert kinds == [
        "tender.suspended",
        "objection.answered",
        "objection.answered",
        "tender.resumed",
    ]


async def test_before_the_opening_nobody_learns_who_objects(case: Objecting) -> None:
    objector = case.lot.bidders[0]
    raised = await case.objects(objector, EARLY, text="甲的异议")
    public = [str(entry.body) for entry in await case.entries(Stream.PUBLIC)]
    (own,), (host,), (supervisor,) = [
        await case.seen(who) for who in (objector, case.lot.host, case.lot.supervisor)
    ]

    assert await case.seen(None) == await case.seen(case.lot.bidders[1]) == []
    assert not any(str(objector.actor.organization_id) in body for body in public)
    assert not any(str(raised.id) in body or "甲的异议" in body for body in public)
    assert (own.objector, own.text) == (objector.actor.organization_name, "甲的异议")
    assert (host.objector, host.text) == (None, "甲的异议")
    assert supervisor.objector is None
    (kept,) = await case.entries(Stream.CUSTODY)
    assert (kept.kind, kept.body["organization_id"]) == (
        "objection.raised",
        str(objector.actor.organization_id),
    )

    await case.answers(raised.id, EARLY + timedelta(days=1))
    (told,) = await case.seen(None)
    assert (told.objector, told.text) == (None, None)
    assert told.reply is not None


async def test_after_the_opening_everybody_reads_who_objected(case: Objecting) -> None:
    raised = await case.objects(case.lot.bidders[0], EARLY)
    await case.answers(raised.id, EARLY)
    await _begin_opening(case)

    (told,) = await case.seen(None)

    assert told.objector == case.lot.bidders[0].actor.organization_name


async def test_where_nothing_was_opened_names_stay_secret_for_ever(case: Objecting) -> None:
    raised = await case.objects(case.lot.bidders[0], EARLY)
    await case.answers(raised.id, EARLY)
    await case.change(status=TenderStatus.FAILED)

    (told,) = await case.seen(None)

    assert told.objector is None


async def test_the_same_objection_twice_is_one(case: Objecting) -> None:
    one = await case.objects(case.lot.bidders[0], EARLY)
    again = await case.objects(case.lot.bidders[0], EARLY + timedelta(days=1))
    another = await case.objects(case.lot.bidders[1], EARLY + timedelta(days=1))

    assert one == again
    assert one.id != another.id
    assert len(await case.entries(Stream.CUSTODY)) == 2


async def test_a_late_objection_is_registered_and_stops_nothing(case: Objecting) -> None:
    until = datetime.fromisoformat(str((await case.tender()).timetable["objections_until"]))

    late = await case.objects(case.lot.bidders[0], until)

    assert (late.late, late.pauses) == (True, False)
    assert (await case.tender()).suspension is None
    await case.answers(late.id, until + timedelta(days=9))
    assert [entry.kind for entry in await case.entries(Stream.PUBLIC)] == ["objection.answered"]


async def test_a_due_opening_does_not_begin_while_the_tender_stands_still(case: Objecting) -> None:
    raised = await case.objects(case.lot.bidders[0], EARLY)
    due = CLOSES + DRAIN

    assert await close_due(case.context, at=due) == []
    with pytest.raises(TenderSuspended):
        await _close(case, due)

    await case.answers(raised.id, due)
    assert await close_due(case.context, at=due) == []
    moved = await case.tender()
    assert moved.deadline - due >= CLOSES - EARLY
    assert await close_due(case.context, at=moved.closing_at) == [case.lot.id]


async def test_a_platform_that_was_killed_still_knows_that_the_tender_stands_still(
    case: Objecting, tmp_path: Path
) -> None:
    raised = await case.objects(case.lot.bidders[0], EARLY)
    restarted = Objecting(case.pool, case.keys, case.lot)

    assert await close_due(restarted.context, at=CLOSES + DRAIN) == []
    await restarted.answers(raised.id, EARLY + timedelta(days=1))

    assert (await restarted.tender()).suspension is None


@pytest.mark.parametrize(
    "status",
    [status for status in TenderStatus if status is not TenderStatus.DRAFT],
)
async def test_every_lock_says_that_the_tender_stands_still(
    case: Objecting, status: TenderStatus
) -> None:
    await case.objects(case.lot.bidders[0], EARLY)
    await case.change(status=status)

    async with transaction(case.pool) as connection:
        with pytest.raises(TenderSuspended):
            await tenders.lock(connection, case.lot.id)


async def test_what_the_law_wants_meanwhile_goes_on(case: Objecting) -> None:
    await case.objects(case.lot.bidders[0], EARLY)

    async with transaction(case.pool) as connection:
        await record_download(connection, case.lot.id, by=case.lot.bidders[1].actor, at=EARLY)

    assert [entry.kind for entry in await case.entries(Stream.CUSTODY)] == [
        "objection.raised",
        "documents.downloaded",
    ]


async def test_a_reply_is_given_once(case: Objecting) -> None:
    raised = await case.objects(case.lot.bidders[0], EARLY)

    await case.answers(raised.id, EARLY)
    await case.answers(raised.id, EARLY + timedelta(days=1))
    with pytest.raises(AlreadyAnswered):
        await case.answers(raised.id, EARLY, text="另一种说法")

    answered = [one for one in await case.entries(Stream.PUBLIC) if one.kind.endswith("answered")]
    assert len(answered) == 1


async def test_an_overdue_reply_is_seen_by_the_supervisor(case: Objecting) -> None:
    raised = await case.objects(case.lot.bidders[0], EARLY)
    late = EARLY + timedelta(days=9)

    law_of = case.context.law
    async with reading(case.pool) as connection:
        (owed,) = await list_duties(
            connection, case.lot.id, law_of, actor=case.lot.host.actor, at=late
        )
    async with transaction(case.pool) as connection:
        assert await look_after(connection, case.lot.id, law_of, at=EARLY) == 0
        assert await look_after(connection, case.lot.id, law_of, at=late) == 1
    await case.answers(raised.id, late)

    assert (owed.rule_id, owed.subject) == ("E08", {"objection_id": str(raised.id)})
    (told,) = [one for one in await case.entries(Stream.CUSTODY) if one.kind == OVERDUE]
    assert told.body["subject"] == {"objection_id": str(raised.id)}
    (answered,) = [
        one for one in await case.entries(Stream.PUBLIC) if one.kind == "objection.answered"
    ]
    assert answered.body["overdue"] is True


async def test_only_who_runs_the_tender_answers(case: Objecting) -> None:
    raised = await case.objects(case.lot.bidders[0], EARLY)

    with pytest.raises(Forbidden):
        await case.answers(raised.id, EARLY, by=case.lot.bidders[0])
    with pytest.raises(NotFound):
        await case.answers(uuid4(), EARLY)


@pytest.mark.parametrize(
    "changed",
    [{"text": "别的话"}, {"subject": "opening"}, {"tender_id": str(uuid4())}, {"lot": "1"}],
    ids=["text", "subject", "tender", "lot"],
)
async def test_what_was_signed_is_what_is_objected(
    case: Objecting, changed: dict[str, Any]
) -> None:
    said = objection_statement(
        case.lot.id,
        ObjectionKind.OBJECTION,
        Subject.TENDER_DOCUMENTS,
        "",
        "资质要求与项目规模不相称",
    )

    with pytest.raises(SignatureRefused):
        await case.objects(case.lot.bidders[0], EARLY, said={**said, **changed})


async def test_to_what_has_not_happened_nobody_objects(case: Objecting) -> None:
    with pytest.raises(ObjectionTooEarly):
        await case.objects(case.lot.bidders[0], EARLY, subject="evaluation_result")
    with pytest.raises(NotConcerned):
        await case.objects(case.lot.bidders[0], EARLY, subject="opening")
    with pytest.raises(NotFound):
        await case.objects(case.lot.bidders[0], EARLY, lot="9")


async def test_a_draft_is_nothing_to_object_to(case: Objecting) -> None:
    await case.change(status=TenderStatus.DRAFT)

    with pytest.raises(NotFound):
        await case.objects(case.lot.bidders[0], EARLY)


async def _close(case: Objecting, at: datetime) -> None:
    async with transaction(case.pool) as connection:
        await close_submission(connection, case.lot.id, checkpoint=None, at=at)


async def _begin_opening(case: Objecting) -> None:
    """Three bids, and the deadline."""
    async with transaction(case.pool) as connection:
        for bidder in case.lot.bidders:
            await insert_bid(connection, locked_bid(case.lot.id, bidder), received_at=EARLY)
    await _close(case, (await case.tender()).closing_at)


async def test_e08_an_objection_to_one_lots_result_lets_the_other_lot_go_on(
    case: Objecting,
) -> None:
    await case.change(status=TenderStatus.CANDIDATES_PUBLISHED)
    until = EARLY + timedelta(days=4)
    async with transaction(case.pool) as connection:
        await connection.execute(
            """INSERT INTO tendering.lots (tender_id, lot, title, estimate_fen, ceiling_price_fen,
                                           bid_security_fen, items)
               SELECT tender_id, '2', title, estimate_fen, ceiling_price_fen, bid_security_fen,
                      items
               FROM tendering.lots WHERE tender_id = $1""",
            case.lot.id,
        )
        for lot in ("1", "2"):
            report = StoredEvaluation(lot, {}, b"0" * 32, EARLY)
            await candidates.insert_evaluation(connection, case.lot.id, report)
            shown = PublishedCandidates(lot, (), EARLY, until)
            await candidates.insert_candidates(connection, case.lot.id, shown)

    raised = await case.objects(
        case.lot.bidders[0], EARLY + timedelta(days=1), subject="evaluation_result", lot="1"
    )
    running = await case.tender()
    async with reading(case.pool) as connection:
        about = Subject.EVALUATION_RESULT
        open_ = [
            await objections.count_open(connection, case.lot.id, about, lot) for lot in ("1", "2")
        ]

    assert (raised.pauses, running.suspension) == (True, None)
    # 条例 第五十四条: the award of this lot waits (`decide_award`), that of the other does not.
    assert open_ == [1, 0]
    whole = await case.objects(
        case.lot.bidders[1], EARLY + timedelta(days=2), subject="evaluation_result"
    )
    assert (await case.tender()).suspension is not None
    await case.answers(whole.id, EARLY + timedelta(days=3))
    assert (await case.tender()).suspension is None
