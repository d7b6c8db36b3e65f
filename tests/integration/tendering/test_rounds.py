"""Every procedure from its draft to the award, on a real database; and who is kept out of it."""

from pathlib import Path
from uuid import UUID

import pytest

from tendering.domain.journal import Stream
from tendering.domain.kept_groups import keeps_group
from tendering.domain.participants import Answer
from tendering.domain.refusals.tenders import (
    NotParticipant,
    QualificationMissing,
    TenderIncomplete,
    WrongPhase,
)
from tendering.domain.tender import TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.procedures import PROCEDURES
from tendering.storage import draws
from tendering.storage.connection import Pool, reading
from tests.support.opened import PUBLISHED
from tests.support.rounds import RoundsPlay, a_play

WORKS = "construction"
GOODS = "government_procurement"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("rounds") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def play(pool: Pool, keys: PlatformKeys) -> RoundsPlay:
    """The parties."""
    return await a_play(pool, keys)


@pytest.mark.parametrize(
    ("regime", "procedure"),
    [(regime, name) for regime, names in PROCEDURES.items() for name in names],
)
async def test_a_procedure_comes_to_its_award(
    play: RoundsPlay, regime: str, procedure: str
) -> None:
    rounds, winner = await play.to_award(procedure, regime)

    ended = [await play.status(tender_id) for tender_id in rounds]
    assert ended == [TenderStatus.CONTINUED] * (len(rounds) - 1) + [TenderStatus.AWARDED]
    assert winner in {bidder.actor.organization_id for bidder in play.bidders}
    # 谈判小组, 磋商小组: whoever was drawn for the first round sits in the second.
    async with reading(play.pool) as connection:
        sat = [
            {one.person_id for one in await draws.seats(connection, tender_id)}
            for tender_id in rounds
        ]
    told = [{entry.kind for entry in await play.entries(one, Stream.PUBLIC)} for one in rounds]
    kept = ["committee.kept" in kinds for kinds in told]
    assert kept == [keeps_group((await play.tender(one)).round) for one in rounds]
    assert not any(sat[number] - sat[0] for number, keeps in enumerate(kept) if keeps)
    async with reading(play.pool) as connection:
        judged = [await draws.judged_before(connection, one) for one in rounds]
        seats = [await draws.seats(connection, one) for one in rounds]
    before: set[UUID] = set()
    for found, seated in zip(judged, seats, strict=True):
        assert found == before
        before |= {one.expert_id for one in seated if one.status != "reserve"}


async def test_e20_fewer_than_three_admitted_end_the_procedure(play: RoundsPlay) -> None:
    tender_id = await opened(play, "prequalified-tendering", WORKS, bidders=4)

    status = await play.evaluate(tender_id, play.bidders, rejected=frozenset({1, 2}))

    assert status is TenderStatus.FAILED
    [failed] = [
        entry
        for entry in await play.entries(tender_id, Stream.PUBLIC)
        if entry.kind == "tender.failed"
    ]
    assert failed.body["rule"]["id"] == "E20"  # type: ignore[index, call-overload]
    with pytest.raises(WrongPhase):
        await play.next_round(tender_id)


async def test_who_was_not_admitted_is_refused_in_the_next_round(play: RoundsPlay) -> None:
    tender_id = await opened(play, "prequalified-tendering", WORKS, bidders=4)
    await play.evaluate(tender_id, play.bidders, rejected=frozenset({1}))
    admitted = await admitted_in(play, tender_id)

    second = await play.next_round(tender_id)
    await play.publish(second)

    taken = []
    for bidder in play.bidders:
        if bidder.actor.organization_id in admitted:
            await play.hand_in(second, bidder)
            taken.append(bidder)
            continue
        with pytest.raises(NotParticipant):
            await play.hand_in(second, bidder)
    assert len(taken) == 3
    with pytest.raises(WrongPhase):
        await play.next_round(tender_id)


async def test_the_list_of_the_admitted_is_bound_in_both_rounds(play: RoundsPlay) -> None:
    tender_id = await opened(play, "two-stage-tendering", WORKS, bidders=3)

    second = await play.next_round(tender_id)

    [continued] = [
        entry
        for entry in await play.entries(tender_id, Stream.PUBLIC)
        if entry.kind == "round.continued"
    ]
    [listed] = [
        entry
        for entry in await play.entries(second, Stream.CUSTODY)
        if entry.kind == "participants.admitted"
    ]
    previous = (await play.tender(second)).previous
    assert previous is not None
    assert previous.admitted_digest.hex() == continued.body["admitted_digest"]
    assert continued.body["next_id"] == str(second)
    assert listed.body["previous_id"] == str(tender_id)


async def test_only_the_invited_hand_in_and_their_names_stay_in_custody(play: RoundsPlay) -> None:
    tender_id = await play.draft("invitation-tendering", WORKS)
    await play.invite(tender_id, play.bidders[:2])
    with pytest.raises(TenderIncomplete):
        await play.publish(tender_id)
    await play.invite(tender_id, play.bidders[2:3])
    await play.publish(tender_id)

    with pytest.raises(NotParticipant):
        await play.hand_in(tender_id, play.bidders[3])

    await play.hand_in(tender_id, play.bidders[0])
    public = str([entry.body for entry in await play.entries(tender_id, Stream.PUBLIC)])
    assert not any(str(one.actor.organization_id) in public for one in play.bidders)


async def test_who_declined_an_invitation_is_refused_until_it_accepts(play: RoundsPlay) -> None:
    tender_id = await play.draft("invitation-tendering", WORKS)
    await play.invite(tender_id, play.bidders)
    await play.publish(tender_id)
    await play.answer(tender_id, play.bidders[0], Answer.DECLINED)

    with pytest.raises(NotParticipant):
        await play.hand_in(tender_id, play.bidders[0])

    await play.answer(tender_id, play.bidders[0], Answer.ACCEPTED)
    await play.hand_in(tender_id, play.bidders[0])


async def test_g13_nothing_is_evaluated_before_the_check_and_only_the_qualified_after(
    play: RoundsPlay,
) -> None:
    tender_id = await opened(play, "procurement-open-tendering", GOODS, bidders=4)
    with pytest.raises(QualificationMissing):
        await play.evaluate(tender_id, play.bidders)

    await play.check(tender_id, play.bidders, failing=1)
    await play.evaluate(tender_id, play.bidders[:3])

    [reported] = [
        entry
        for entry in await play.entries(tender_id, Stream.PUBLIC)
        if entry.kind == "evaluation.reported"
    ]
    unqualified = play.bidders[3].actor.organization_id
    assert str(unqualified) not in str(reported.body)


async def test_g13_fewer_than_three_qualified_end_the_tender(play: RoundsPlay) -> None:
    tender_id = await opened(play, "procurement-open-tendering", GOODS, bidders=3)

    status = await play.check(tender_id, play.bidders[:3], failing=1)

    assert status is TenderStatus.FAILED


async def opened(play: RoundsPlay, procedure: str, regime: str, *, bidders: int) -> UUID:
    """A first round whose bids are open."""
    tender_id = await play.draft(procedure, regime)
    await play.publish(tender_id)
    for bidder in play.bidders[:bidders]:
        await play.hand_in(tender_id, bidder)
    await play.open(tender_id, play.bidders[:bidders])
    return tender_id


async def admitted_in(play: RoundsPlay, tender_id: UUID) -> set[UUID]:
    """Whom the report of a round admits."""
    [reported] = [
        entry
        for entry in await play.entries(tender_id, Stream.PUBLIC)
        if entry.kind == "evaluation.reported"
    ]
    admitted = reported.body["admitted"]
    assert isinstance(admitted, list)
    return {UUID(str(one)) for one in admitted}
