"""An evaluation with an error is done anew: the first stays to be read, and counts no more."""

from pathlib import Path
from uuid import UUID

import pytest

from evaluation_rooms.actions.evaluations import issue_report
from evaluation_rooms.phases import Phase
from evaluation_rooms.storage import rooms
from tendering.actions.awards import results
from tendering.actions.issued_documents import list_visible
from tendering.actions.re_evaluations import correct_evaluation
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Stream
from tendering.domain.re_evaluation import Error
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.test_complaints import complains, rules, takes_up
from tests.support.objecting import Objecting
from tests.support.opened import PUBLISHED, OpenedLot, Party
from tests.support.rounds import RoundsPlay, a_play


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("re-evaluations") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


async def corrects(play: RoundsPlay, tender_id: UUID, by: Party | None = None) -> None:
    """The host, or somebody else, says that the report has an error."""
    actor = (by or play.host).actor
    async with transaction(play.pool) as connection:
        await correct_evaluation(
            connection, tender_id, "1", Error.SUM, "合计有误", by=actor, at=play.now
        )


async def test_an_evaluation_is_done_anew_and_the_first_stays_void(
    pool: Pool, keys: PlatformKeys
) -> None:
    play = await a_play(pool, keys)
    tender_id = await play.draft("open-tendering", "construction")
    await play.publish(tender_id)
    for bidder in play.bidders[:3]:
        await play.hand_in(tender_id, bidder)
    await play.open(tender_id, play.bidders[:3])
    await play.evaluate(tender_id, play.bidders[:3], rejected=frozenset({1}))
    with pytest.raises(Forbidden):
        await corrects(play, tender_id, by=play.bidders[0])

    await corrects(play, tender_id)

    assert await play.status(tender_id) is TenderStatus.EVALUATING
    with pytest.raises(WrongPhase):
        await corrects(play, tender_id)
    with pytest.raises(NotFound):
        # The room that is void makes no report any more.
        await issue_report(pool, tender_id, "1", by=play.host.actor, at=play.now)
    assert await play.evaluate(tender_id, play.bidders[:3]) is TenderStatus.EVALUATED
    async with reading(pool) as connection:
        [(first, _, closed), (second, _, _)] = await rooms.list_of_tender(connection, tender_id)
        kept = await rooms.load(connection, tender_id, first)
        reports = [
            one
            for one in await list_visible(connection, tender_id, play.host.actor)
            if one.kind is DocumentKind.EVALUATION_REPORT
        ]
    assert (closed, first != second) == (Phase.CLOSED, True)
    assert kept.rejected == {1}
    assert kept.marks
    assert sorted((one.edition, one.void_at is None) for one in reports) == [(1, False), (2, True)]
    await play.award(tender_id)
    async with reading(pool) as connection:
        [result] = await results(connection, tender_id)
    assert len(result.published.candidates) == 3
    told = [
        one.kind
        for one in await play.entries(tender_id, Stream.PUBLIC)
        if one.kind.startswith("evaluation.")
    ]
    assert told == ["evaluation.reported", "evaluation.voided", "evaluation.reported"]


async def test_after_a_ruling_another_committee_evaluates_up_to_the_award(
    pool: Pool, keys: PlatformKeys
) -> None:
    play = await a_play(pool, keys)
    play.spare = 5
    tender_id = await play.draft("open-tendering", "construction")
    await play.publish(tender_id)
    bidders = play.bidders[:3]
    for bidder in bidders:
        await play.hand_in(tender_id, bidder)
    await play.open(tender_id, bidders)
    await play.evaluate(tender_id, bidders, rejected=frozenset({1}))
    await play.show_candidates(tender_id)
    first = play.members

    case = Objecting(pool, keys, OpenedLot(tender_id, play.host, play.supervisor, bidders, ()))
    raised = await case.objects(bidders[0], play.now, subject="evaluation_result", lot="1")
    await case.answers(raised.id, play.now)
    complaint = await complains(case, raised.id, play.now)
    await takes_up(case, complaint.id, play.now)
    await rules(case, complaint.id, "re_evaluate_anew", play.now)
    again = await play.evaluate(tender_id, bidders)

    assert again is TenderStatus.EVALUATED
    assert not set(first) & set(play.members)
    winner = await play.award(tender_id)
    async with reading(pool) as connection:
        [result] = await results(connection, tender_id)
        entries = await rooms.list_of_tender(connection, tender_id)
    assert result.award is not None
    assert result.award.bidder_id == winner
    assert len(entries) == 2
    public = [one.kind for one in await play.entries(tender_id, Stream.PUBLIC)]
    ruled = public.index("complaint.ruled")
    assert public[ruled : ruled + 7] == [
        "complaint.ruled",
        "evaluation.voided",
        *["committee.replaced"] * 5,
    ]
