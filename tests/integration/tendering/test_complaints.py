"""From an objection to a ruling: pause, reply, resumption, complaint, pause, remedy."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest

from tendering.api import complaints as doors
from tendering.clockwork import close_due, end_lapsed_pauses
from tendering.domain.complaints import (
    ACCEPTANCE_LABEL,
    COMPLAINT_LABEL,
    RULING_LABEL,
    Remedy,
    acceptance_statement,
    complaint_statement,
    ruling_statement,
)
from tendering.domain.journal import Stream
from tendering.domain.opening import Opening, OpeningPhase
from tendering.domain.refusals import Forbidden
from tendering.domain.refusals.remedies import (
    AlreadyAnswered,
    ObjectionFirst,
    RemedyImpossible,
)
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import TenderSuspended
from tendering.domain.tender import TenderStatus
from tendering.storage import candidates, journal, openings, tenders
from tendering.storage.candidates import StoredEvaluation
from tendering.storage.connection import Pool, reading, transaction
from tests.support.objecting import CLOSES, Objecting, objecting
from tests.support.opened import PUBLISHED, Party
from tests.support.two_processes import two_at_once

EARLY = PUBLISHED + timedelta(days=3)
ANSWERED = EARLY + timedelta(days=1)
COMPLAINED = EARLY + timedelta(days=2)
Verdict = Literal["rejected", "correct", "re_tender", "re_evaluate", "re_evaluate_anew"]


@pytest.fixture
async def case(pool: Pool, tmp_path: Path) -> Objecting:
    """A published tender."""
    return await objecting(pool, tmp_path)


async def complains(
    case: Objecting, objection_id: UUID, at: datetime = COMPLAINED, *, by: Party | None = None
) -> doors.ComplaintView:
    """The objector, or somebody else, complains."""
    who, text = by or case.lot.bidders[0], "对答复不服"
    said = complaint_statement(case.lot.id, objection_id, text)
    body = doors.PostComplaint(objection_id, text, case.signed(who, COMPLAINT_LABEL, said))
    async with transaction(case.pool) as connection:
        return await doors.post_complaint(
            case.context, who.actor, connection, at, case.lot.id, body=body
        )


async def takes_up(
    case: Objecting,
    complaint_id: UUID,
    at: datetime = COMPLAINED,
    *,
    by: Party | None = None,
    suspends: bool = True,
) -> None:
    """The supervisor, or somebody else, takes a complaint up."""
    who, text = by or case.lot.supervisor, "予以受理"
    said = acceptance_statement(
        case.lot.id, complaint_id, accepted=True, suspends=suspends, text=text
    )
    body = doors.PostAcceptance(
        True,
        suspends,
        text,
        case.signed(who, ACCEPTANCE_LABEL, said),
    )
    async with transaction(case.pool) as connection:
        await doors.post_acceptance(
            case.context,
            who.actor,
            connection,
            at,
            case.lot.id,
            complaint_id=complaint_id,
            body=body,
        )


async def rules(
    case: Objecting, complaint_id: UUID, remedy: Verdict, at: datetime, *, signed: str = "决定"
) -> None:
    """The supervisor rules."""
    who = case.lot.supervisor
    said = ruling_statement(case.lot.id, complaint_id, Remedy(remedy), signed)
    body = doors.PostRuling(remedy, "决定", case.signed(who, RULING_LABEL, said))
    async with transaction(case.pool) as connection:
        await doors.post_ruling(
            case.context,
            who.actor,
            connection,
            at,
            case.lot.id,
            complaint_id=complaint_id,
            body=body,
        )


async def seen(case: Objecting, who: Party | None) -> list[doors.ComplaintView]:
    """What somebody sees of the complaints."""
    async with reading(case.pool) as connection:
        actor = None if who is None else who.actor
        found = await doors.get_complaints(case.context, connection, actor, ANSWERED, case.lot.id)
        return found.items


async def answered(case: Objecting) -> UUID:
    """An objection that was raised and answered."""
    raised = await case.objects(case.lot.bidders[0], EARLY)
    await case.answers(raised.id, ANSWERED)
    return raised.id


async def test_objection_pause_reply_resumption_complaint_and_ruling(case: Objecting) -> None:
    made = await complains(case, await answered(case))
    await takes_up(case, made.id)
    stopped = await case.tender()
    await rules(case, made.id, "correct", COMPLAINED + timedelta(days=5))
    running = await case.tender()

    assert stopped.suspension is not None
    assert (stopped.suspension.reason, running.suspension) == ("complaint", None)
    assert running.deadline >= stopped.deadline + timedelta(days=5)
    assert [entry.kind for entry in await case.entries(Stream.PUBLIC)] == [
        "tender.suspended",
        "objection.answered",
        "tender.resumed",
        "complaint.decided",
        "tender.suspended",
        "complaint.ruled",
        "tender.resumed",
    ]


async def test_e37_a_pause_gives_the_unlock_window_its_time_back(case: Objecting) -> None:
    made = await complains(case, await answered(case))
    until = COMPLAINED + timedelta(minutes=30)
    await case.change(status=TenderStatus.OPENING)
    begun = Opening("1", OpeningPhase.UNLOCK, PUBLISHED, until, (), frozenset(), frozenset())
    async with transaction(case.pool) as connection:
        await openings.insert(connection, case.lot.id, begun)

    await takes_up(case, made.id)
    async with transaction(case.pool) as connection:
        with pytest.raises(TenderSuspended):
            await tenders.lock(connection, case.lot.id)
    await rules(case, made.id, "rejected", COMPLAINED + timedelta(days=2))

    async with reading(case.pool) as connection:
        opening = await openings.get(connection, case.lot.id, "1")
    assert opening.unlock_until == until + timedelta(days=2)


async def test_a_ruling_to_tender_again_ends_it(case: Objecting) -> None:
    made = await complains(case, await answered(case))
    await takes_up(case, made.id)

    await rules(case, made.id, "re_tender", COMPLAINED)

    tender = await case.tender()
    assert (tender.status, tender.suspension) == (TenderStatus.FAILED, None)
    kinds = [entry.kind for entry in await case.entries(Stream.PUBLIC)]
    assert kinds[-3:] == ["complaint.ruled", "tender.failed", "key_holder.destruction_ordered"]


async def test_a_ruling_has_the_lot_evaluated_anew(case: Objecting) -> None:
    made = await complains(case, await answered(case))
    await takes_up(case, made.id)
    with pytest.raises(RemedyImpossible):
        await rules(case, made.id, "re_evaluate", COMPLAINED)
    async with transaction(case.pool) as connection:
        await connection.execute("UPDATE tendering.tenders SET status = 'evaluated'")
        report = StoredEvaluation("1", {"candidates": []}, bytes(32), COMPLAINED)
        await candidates.insert_evaluation(connection, case.lot.id, report)

    await rules(case, made.id, "re_evaluate", COMPLAINED)

    tender = await case.tender()
    assert (tender.status, tender.suspension) == (TenderStatus.EVALUATING, None)
    entries = await case.entries(Stream.PUBLIC)
    assert [entry.kind for entry in entries][-3:] == [
        "complaint.ruled",
        "evaluation.voided",
        "tender.resumed",
    ]
    assert entries[-2].body == {"lot": "1", "committee": "same", "ruling": str(made.id)}
    async with reading(case.pool) as connection:
        assert await candidates.list_evaluations(connection, case.lot.id) == []


async def test_before_the_opening_only_the_supervisor_learns_who_complains(
    case: Objecting,
) -> None:
    made = await complains(case, await answered(case))
    name = case.lot.bidders[0].actor.organization_name

    assert await seen(case, None) == await seen(case, case.lot.host) == []
    ((own,), (supervisor,)) = [
        await seen(case, who) for who in (case.lot.bidders[0], case.lot.supervisor)
    ]
    assert own.complainant == supervisor.complainant == name
    await takes_up(case, made.id)
    ((public,), (host,)) = [await seen(case, who) for who in (None, case.lot.host)]
    assert (public.complainant, public.text, host.complainant) == (None, None, None)
    assert public.decision is not None
    assert not any(name in str(entry.body) for entry in await case.entries(Stream.PUBLIC))


async def test_an_objection_comes_first_and_the_same_complaint_is_one(case: Objecting) -> None:
    waiting = await case.objects(case.lot.bidders[0], EARLY)
    with pytest.raises(ObjectionFirst):
        await complains(case, waiting.id, EARLY)
    with pytest.raises(ObjectionFirst):
        await complains(case, waiting.id, by=case.lot.bidders[1])

    await case.answers(waiting.id, ANSWERED)

    assert await complains(case, waiting.id) == await complains(case, waiting.id)


async def test_only_this_tenders_supervisor_decides_and_says_it_once(case: Objecting) -> None:
    made = await complains(case, await answered(case))
    with pytest.raises(Forbidden):
        await takes_up(case, made.id, by=case.lot.host)

    await takes_up(case, made.id, suspends=False)
    with pytest.raises(AlreadyAnswered):
        await takes_up(case, made.id)
    with pytest.raises(SignatureRefused):
        await rules(case, made.id, "rejected", COMPLAINED, signed="别的决定")
    for _ in range(2):
        await rules(case, made.id, "rejected", COMPLAINED)
    with pytest.raises(AlreadyAnswered):
        await rules(case, made.id, "correct", COMPLAINED)


async def test_g27_a_pause_ends_by_itself_when_it_has_lasted_thirty_days(case: Objecting) -> None:
    made = await complains(case, await answered(case))
    await _as_procurement(case)
    await takes_up(case, made.id)
    context = case.context

    assert await end_lapsed_pauses(context, at=COMPLAINED + timedelta(days=29)) == []
    assert await close_due(context, at=CLOSES + timedelta(days=29)) == []
    over = COMPLAINED + timedelta(days=33)
    await two_at_once(case.pool, case.lot.id, lambda: end_lapsed_pauses(context, at=over))
    assert (await case.tender()).suspension is None
    async with reading(case.pool) as connection:
        told = await journal.list_of_kinds(
            connection, case.lot.id, Stream.PUBLIC, ["tender.resumed"]
        )
    # The first was the objection's.
    assert [entry.at for entry in told][1:] == [over]


async def _as_procurement(case: Objecting) -> None:
    async with transaction(case.pool) as connection:
        await connection.execute(
            "UPDATE tendering.tenders SET regime = 'government_procurement' WHERE id = $1",
            case.lot.id,
        )
