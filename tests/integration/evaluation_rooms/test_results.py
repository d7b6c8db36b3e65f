"""From the opened bids to the award on a real database: report, hand-over, candidates, winner."""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from crypto.pdf_signatures import verify_pdf
from evaluation_rooms.actions.evaluations import (
    Chance,
    close_evaluation,
    issue_report,
    open_evaluation,
)
from evaluation_rooms.phases import Phase
from evaluation_rooms.storage import rooms
from tendering.actions.awards import Choice, award_lot, publish_candidates, results
from tendering.actions.issued_documents import Address, find, list_visible, read_pdf
from tendering.actions.tenders import Law
from tendering.domain import timetable as dates
from tendering.domain.award import PassedOver
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.awards import AwardNotAllowed
from tendering.domain.refusals.signatures import NotASignatory, SignatureRefused, SignaturesMissing
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.rulebooks import holiday_calendar, rulebook_of
from tendering.storage import journal, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluating import SEED, at_signing, opened, seat_committee
from tests.support.opened import (
    NOW,
    PUBLISHED,
    OpenedLot,
    Party,
    certified,
    revealed_lot,
)
from tests.support.signing import prepare, sign

LAW = Law(rulebook_of("construction"), holiday_calendar())
LATER = NOW + timedelta(hours=3)
FIRST = Choice("", {})


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("results") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@dataclass(frozen=True, slots=True)
class Stage:
    """A lot whose committee is drawn."""

    pool: Pool
    keys: PlatformKeys
    lot: OpenedLot
    members: tuple[Party, ...]

    @property
    def report(self) -> Address:
        """Where the evaluation report is."""
        return Address(self.lot.id, DocumentKind.EVALUATION_REPORT, "1")

    async def evaluated(self, *, rejected: frozenset[int] = frozenset()) -> UUID:
        """Play the evaluation to the end and hand it over; the room's id."""
        room_id = await at_signing(self.pool, self.lot, self.members, rejected=rejected)
        await issue_report(self.pool, self.lot.id, "1", by=self.lot.host.actor, at=LATER)
        for one in self.members:
            await sign(self.pool, self.keys, self.report, one, at=LATER)
        await self.close()
        return room_id

    async def close(self) -> None:
        """The host closes the room."""
        async with transaction(self.pool) as connection:
            await close_evaluation(connection, self.lot.id, "1", by=self.lot.host.actor, at=LATER)

    async def displayed(self) -> datetime:
        """Publish the sealed candidates; when the publicity ends."""
        host = self.lot.host
        await publish_candidates(self.pool, self.lot.id, "1", LAW, by=host.actor, at=LATER)
        await sign(
            self.pool,
            self.keys,
            Address(self.lot.id, DocumentKind.CANDIDATES, "1"),
            host,
            at=LATER,
        )
        async with reading(self.pool) as connection:
            [result] = await results(connection, self.lot.id)
        return result.published.publicity_until

    async def award(self, choice: Choice = FIRST, *, at: datetime) -> None:
        """The host decides."""
        await award_lot(self.pool, self.lot.id, "1", LAW, choice, by=self.lot.host.actor, at=at)

    async def entries(self, stream: Stream) -> list[Entry]:
        """A whole stream."""
        async with reading(self.pool) as connection:
            return await journal.after(connection, self.lot.id, stream, 0)

    async def status(self) -> TenderStatus:
        """How far the tender has come."""
        async with reading(self.pool) as connection:
            return (await tenders.get(connection, self.lot.id)).status


@pytest.fixture
async def stage(pool: Pool, keys: PlatformKeys) -> Stage:
    """The opening record is signed, the committee is drawn."""
    lot = await revealed_lot(pool, keys)
    await opened(pool, lot)
    return Stage(pool, keys, lot, await seat_committee(pool, keys, lot.id))


def text_of(pdf: bytes) -> str:
    """All text of a document."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


async def test_the_room_takes_objective_points_from_the_bids(stage: Stage) -> None:
    room_id = uuid4()
    async with transaction(stage.pool) as connection:
        chance = Chance(room_id, SEED)
        await open_evaluation(
            connection, stage.lot.id, "1", chance, by=stage.lot.host.actor, at=NOW
        )

    async with reading(stage.pool) as connection:
        room = await rooms.load(connection, stage.lot.id, room_id)
    assert {mark.points for mark in room.objective.values()} == {Decimal("8.00")}
    assert len(room.members) == 5
    assert await stage.status() is TenderStatus.EVALUATING


async def test_only_the_host_opens_an_evaluation(stage: Stage) -> None:
    with pytest.raises(Forbidden):
        async with transaction(stage.pool) as connection:
            await open_evaluation(
                connection,
                stage.lot.id,
                "1",
                Chance(uuid4(), SEED),
                by=stage.lot.supervisor.actor,
                at=NOW,
            )


async def test_a_signed_report_is_handed_over_and_verifies(stage: Stage) -> None:
    await stage.evaluated()

    async with reading(stage.pool) as connection:
        document = await find(connection, stage.report, stage.lot.supervisor.actor)
        pdf = await read_pdf(connection, document)
    facts = verify_pdf(pdf, trusted_roots=stage.keys.trusted_roots(), at=None)
    reported = (await stage.entries(Stream.PUBLIC))[-1]
    committee = await stage.entries(Stream.COMMITTEE)
    assert len(facts) == 5
    assert reported.kind == "evaluation.reported"
    assert reported.body["report_digest"] == hashlib.sha256(pdf).hexdigest()
    assert reported.body["committee"] == {
        "seq": committee[-1].seq,
        "head": committee[-1].head.hex(),
    }
    assert await stage.status() is TenderStatus.EVALUATED


async def test_nothing_of_the_report_is_public_before_it_is_handed_over(stage: Stage) -> None:
    before = await stage.entries(Stream.PUBLIC)
    await at_signing(stage.pool, stage.lot, stage.members)
    await issue_report(stage.pool, stage.lot.id, "1", by=stage.lot.host.actor, at=LATER)
    for one in stage.members:
        await sign(stage.pool, stage.keys, stage.report, one, at=LATER)

    async with reading(stage.pool) as connection:
        listed = [
            {one.kind for one in await list_visible(connection, stage.lot.id, actor)}
            for actor in (None, stage.lot.bidders[0].actor, stage.members[0].actor)
        ]
        with pytest.raises(NotFound):
            await find(connection, stage.report, stage.lot.bidders[0].actor)
    assert await stage.entries(Stream.PUBLIC) == before
    assert [DocumentKind.EVALUATION_REPORT in kinds for kinds in listed] == [False, False, True]


async def test_e25_members_are_named_to_nobody_outside_even_after_the_hand_over(
    stage: Stage,
) -> None:
    await stage.evaluated()

    public = str([entry.body for entry in await stage.entries(Stream.PUBLIC)])

    assert "示范专家" not in public
    async with reading(stage.pool) as connection:
        with pytest.raises(NotFound):
            await find(connection, stage.report, None)


async def test_a_member_signs_with_the_key_of_the_check_in(stage: Stage) -> None:
    await at_signing(stage.pool, stage.lot, stage.members)
    await issue_report(stage.pool, stage.lot.id, "1", by=stage.lot.host.actor, at=LATER)
    async with transaction(stage.pool) as connection:
        other = await certified(connection, stage.keys, stage.members[0].actor, at=PUBLISHED)

    with pytest.raises(SignatureRefused):
        await prepare(stage.pool, stage.keys, stage.report, other, at=LATER)


async def test_a_colleague_of_the_same_employer_does_not_sign_for_a_member(stage: Stage) -> None:
    await at_signing(stage.pool, stage.lot, stage.members)
    await issue_report(stage.pool, stage.lot.id, "1", by=stage.lot.host.actor, at=LATER)

    with pytest.raises(NotASignatory):
        await prepare(stage.pool, stage.keys, stage.report, stage.members[1], at=LATER)


async def test_there_is_no_report_before_all_have_confirmed_it(stage: Stage) -> None:
    async with transaction(stage.pool) as connection:
        chance = Chance(uuid4(), SEED)
        await open_evaluation(
            connection, stage.lot.id, "1", chance, by=stage.lot.host.actor, at=NOW
        )

    with pytest.raises(WrongPhase):
        await issue_report(stage.pool, stage.lot.id, "1", by=stage.lot.host.actor, at=LATER)


async def test_an_evaluation_is_not_handed_over_with_a_signature_missing(stage: Stage) -> None:
    await at_signing(stage.pool, stage.lot, stage.members)
    await issue_report(stage.pool, stage.lot.id, "1", by=stage.lot.host.actor, at=LATER)
    for one in stage.members[:-1]:
        await sign(stage.pool, stage.keys, stage.report, one, at=LATER)

    with pytest.raises(SignaturesMissing):
        await stage.close()

    assert await stage.status() is TenderStatus.EVALUATING


async def test_the_room_closes_with_the_hand_over(stage: Stage) -> None:
    room_id = await stage.evaluated()

    async with reading(stage.pool) as connection:
        room = await rooms.load(connection, stage.lot.id, room_id)
    assert room.phase is Phase.CLOSED


async def test_a_rejected_bid_stands_in_the_report_with_the_reasons(stage: Stage) -> None:
    await stage.evaluated(rejected=frozenset({2}))

    async with reading(stage.pool) as connection:
        document = await find(connection, stage.report, stage.lot.host.actor)
        text = text_of(await read_pdf(connection, document))
    reported = (await stage.entries(Stream.PUBLIC))[-1]
    assert "没有法定代表人签字" in text
    assert "4/5否决" in text
    ranking, rejected = reported.body["ranking"], reported.body["rejected"]
    assert isinstance(ranking, list)
    assert isinstance(rejected, list)
    assert [len(ranking), len(rejected)] == [2, 1]


async def test_with_every_bid_rejected_the_tender_has_failed(stage: Stage) -> None:
    await stage.evaluated(rejected=frozenset({1, 2, 3}))

    last = (await stage.entries(Stream.PUBLIC))[-1]
    assert (last.kind, last.body) == ("tender.failed", {"without_candidates": ["1"]})
    assert await stage.status() is TenderStatus.FAILED


async def test_candidates_are_displayed_and_the_clock_knows_until_when(stage: Stage) -> None:
    await stage.evaluated()

    until = await stage.displayed()

    async with reading(stage.pool) as connection:
        tender = await tenders.get(connection, stage.lot.id)
    assert dates.from_json(dict(tender.timetable)).publicity_until == until
    assert dates.next_instant(dates.from_json(dict(tender.timetable)), LATER) == (
        "publicity_until",
        until,
    )
    assert tender.status is TenderStatus.CANDIDATES_PUBLISHED


async def test_candidates_are_published_once(stage: Stage) -> None:
    await stage.evaluated()
    await stage.displayed()

    await publish_candidates(stage.pool, stage.lot.id, "1", LAW, by=stage.lot.host.actor, at=LATER)

    kinds = [entry.kind for entry in await stage.entries(Stream.PUBLIC)]
    assert kinds.count("candidates.published") == 1


async def test_candidates_wait_for_the_evaluation(stage: Stage) -> None:
    with pytest.raises(WrongPhase):
        await publish_candidates(
            stage.pool, stage.lot.id, "1", LAW, by=stage.lot.host.actor, at=LATER
        )


async def test_there_are_no_results_before_the_candidates(stage: Stage) -> None:
    await stage.evaluated()

    async with reading(stage.pool) as connection:
        assert await results(connection, stage.lot.id) == []


async def test_the_first_candidate_wins_after_the_publicity(stage: Stage) -> None:
    await stage.evaluated()
    until = await stage.displayed()

    await stage.award(at=until)
    await stage.award(at=until)

    async with reading(stage.pool) as connection:
        [result] = await results(connection, stage.lot.id)
        address = Address(stage.lot.id, DocumentKind.AWARD_NOTICE, "1")
        text = text_of(await read_pdf(connection, await find(connection, address, None)))
    notified = [one for one in await stage.entries(Stream.PUBLIC) if one.kind == "award.notified"]
    assert result.award is not None
    assert result.award.bidder_id == result.published.candidates[0].bidder_id
    assert result.published.candidates[0].bidder_name in text
    assert len(notified) == 1
    assert await stage.status() is TenderStatus.AWARDED


async def test_the_award_waits_for_the_end_of_the_publicity(stage: Stage) -> None:
    await stage.evaluated()
    until = await stage.displayed()

    with pytest.raises(AwardNotAllowed) as refused:
        await stage.award(at=until - timedelta(microseconds=1))

    assert refused.value.parameters["why"] == "publicity-running"


async def test_the_award_waits_for_the_seal_on_the_candidates(stage: Stage) -> None:
    await stage.evaluated()
    await publish_candidates(stage.pool, stage.lot.id, "1", LAW, by=stage.lot.host.actor, at=LATER)

    with pytest.raises(SignaturesMissing):
        await stage.award(at=LATER + timedelta(days=30))


async def test_the_second_candidate_needs_a_cause_against_the_first(stage: Stage) -> None:
    await stage.evaluated()
    until = await stage.displayed()
    async with reading(stage.pool) as connection:
        [result] = await results(connection, stage.lot.id)
    first, second = result.published.candidates[:2]

    with pytest.raises(AwardNotAllowed):
        await stage.award(Choice(second.bid, {}), at=until)
    passed_over = {first.bid: PassedOver("abandoned", "书面放弃声明")}
    await stage.award(Choice(second.bid, passed_over), at=until)

    async with reading(stage.pool) as connection:
        [result] = await results(connection, stage.lot.id)
    assert result.award is not None
    assert result.award.bidder_id == second.bidder_id
