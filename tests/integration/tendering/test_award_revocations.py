"""A winner falls away after the notice of award: the next candidate, or a new tender."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tendering.actions.award_revocations import revoke_award
from tendering.actions.awards import Choice, LotResult, award_lot, results
from tendering.actions.contracts import draft_contract, list_contracts, report_to_supervisor
from tendering.actions.issued_documents import Address, find, list_visible, read_pdf
from tendering.domain.award_revocation import Following, Revocation
from tendering.domain.contract import ContractTerms
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Stream
from tendering.domain.procedure_statistics import ProcedureFigures, figures
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.awards import AwardNotAllowed, AwardNotRevocable, ContractStepRefused
from tendering.domain.refusals.signatures import NotASignatory
from tendering.domain.tender import TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.storage.connection import Pool, reading, transaction
from tendering.storage.procedure_statistics import list_evaluated
from tests.support.opened import PUBLISHED, Party
from tests.support.rounds import HOUR, RoundsPlay, a_play
from tests.support.signing import prepare, sign

NEXT = Revocation("abandoned", "书面放弃声明", Following.NEXT_CANDIDATE, "排名第二的报价合理")
AGAIN = Revocation("abandoned", "书面放弃声明", Following.RE_TENDER, "其余报价与市场偏差大")


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("revocations") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def play(pool: Pool, keys: PlatformKeys) -> RoundsPlay:
    """The parties."""
    return await a_play(pool, keys)


async def awarded(play: RoundsPlay, regime: str = "construction") -> UUID:
    """A tender whose award notice is sealed."""
    works = regime == "construction"
    [tender_id], _ = await play.to_award(
        "open-tendering" if works else "procurement-open-tendering", regime
    )
    await sign(play.pool, play.keys, notice(tender_id), play.host, at=play.now)
    return tender_id


def notice(tender_id: UUID, edition: int | None = None) -> Address:
    return Address(tender_id, DocumentKind.AWARD_NOTICE, "1", edition)


async def revoke(
    play: RoundsPlay, tender_id: UUID, said: Revocation = NEXT, by: Party | None = None
) -> None:
    async with transaction(play.pool) as connection:
        await revoke_award(
            connection, tender_id, "1", said, by=(by or play.host).actor, at=play.now
        )


async def award_again(play: RoundsPlay, tender_id: UUID, bid: str = "") -> None:
    law = play.law(await play.tender(tender_id))
    choice, host = Choice(bid, {}), play.host.actor
    await award_lot(play.pool, tender_id, "1", law, choice, by=host, at=play.now)


async def result(play: RoundsPlay, tender_id: UUID) -> LotResult:
    async with reading(play.pool) as connection:
        [found] = await results(connection, tender_id)
    return found


async def draft(play: RoundsPlay, tender_id: UUID) -> None:
    found = await result(play, tender_id)
    assert found.award is not None
    winner = next(one for one in found.published.candidates if one.bid == found.award.bid)
    terms = ContractTerms(winner.price_fen, None, "", "", "ab" * 32, None)
    law, host = play.law(await play.tender(tender_id)), play.host.actor
    await draft_contract(play.pool, tender_id, "1", law, terms, by=host, at=play.now)


async def counted(play: RoundsPlay) -> ProcedureFigures:
    async with reading(play.pool) as connection:
        years = (PUBLISHED - timedelta(days=1), PUBLISHED + timedelta(days=1000))
        return figures(await list_evaluated(connection, begin=years[0], end=years[1]))


async def why_not(play: RoundsPlay, tender_id: UUID, said: Revocation) -> object:
    with pytest.raises(AwardNotRevocable) as refused:
        await revoke(play, tender_id, said)
    return refused.value.parameters["why"]


async def report(play: RoundsPlay, tender_id: UUID) -> None:
    async with transaction(play.pool) as connection:
        await report_to_supervisor(
            connection, tender_id, "1", reference="示范1", by=play.host.actor, at=play.now
        )


async def test_e35_whoever_won_anew_is_reported_anew(play: RoundsPlay) -> None:
    tender_id = await awarded(play)
    await report(play, tender_id)
    await revoke(play, tender_id)
    play.now += HOUR
    await award_again(play, tender_id)
    await sign(play.pool, play.keys, notice(tender_id), play.host, at=play.now)

    await report(play, tender_id)

    with pytest.raises(ContractStepRefused):
        await report(play, tender_id)


@pytest.mark.parametrize("regime", ["construction", "government_procurement"])
async def test_e31_after_the_award_the_next_candidate_wins_and_gets_a_contract(
    play: RoundsPlay, regime: str
) -> None:
    tender_id = await awarded(play, regime)
    await draft(play, tender_id)
    first, second = (await result(play, tender_id)).published.candidates[:2]
    assert (await counted(play)).awards == 1

    await revoke(play, tender_id)
    await revoke(play, tender_id)

    assert await play.status(tender_id) is TenderStatus.CANDIDATES_PUBLISHED
    told = await counted(play)
    assert (told.evaluations, told.awards, told.whole_days) == (1, 0, None)
    assert (await result(play, tender_id)).award is None
    await award_again(play, tender_id)
    now = await result(play, tender_id)
    assert now.award is not None
    assert (now.award.bid, [one.bid for one in now.revoked]) == (second.bid, [first.bid])
    assert now.award.award["passed_over"] == [
        {"bid": first.bid, "cause": "abandoned", "evidence": NEXT.evidence}
    ]
    assert await play.status(tender_id) is TenderStatus.AWARDED
    await sign(play.pool, play.keys, notice(tender_id), play.host, at=play.now)
    await draft(play, tender_id)
    async with reading(play.pool) as connection:
        [contract] = await list_contracts(connection, tender_id, actor=play.host.actor)
    assert contract.bidder_id == second.bidder_id
    kinds = [one.kind for one in await play.entries(tender_id, Stream.PUBLIC)]
    assert kinds.count("award.revoked") == 1


async def test_what_hung_on_a_revoked_award_is_void_and_stays_to_be_read(play: RoundsPlay) -> None:
    tender_id = await awarded(play)
    await draft(play, tender_id)
    await revoke(play, tender_id)
    await award_again(play, tender_id)

    async with reading(play.pool) as connection:
        listed = {
            (one.kind, one.edition): one.void_at is not None
            for one in await list_visible(connection, tender_id, None)
        }
        old, new = [await find(connection, notice(tender_id, edition), None) for edition in (1, 2)]
        pdfs = [await read_pdf(connection, one) for one in (old, new)]
        newest = await find(connection, notice(tender_id), None)
    assert listed[DocumentKind.AWARD_NOTICE, 1]
    assert listed[DocumentKind.CONTRACT, 1]
    assert not listed[DocumentKind.AWARD_NOTICE, 2]
    assert newest == new
    assert new.number == f"{old.number}.2"
    assert pdfs[0] != pdfs[1]


async def test_nobody_signs_a_contract_of_a_revoked_award(play: RoundsPlay) -> None:
    tender_id = await awarded(play)
    await draft(play, tender_id)
    address = Address(tender_id, DocumentKind.CONTRACT, "1")
    await prepare(play.pool, play.keys, address, play.host, at=play.now)
    await revoke(play, tender_id)

    with pytest.raises(NotASignatory) as refused:
        await sign(play.pool, play.keys, address, play.host, at=play.now)

    assert refused.value.parameters["why"] == "void"


async def test_e31_or_the_tender_has_failed_and_is_tendered_again(play: RoundsPlay) -> None:
    tender_id = await awarded(play)

    await revoke(play, tender_id, AGAIN)

    assert await play.status(tender_id) is TenderStatus.FAILED
    last = (await play.entries(tender_id, Stream.PUBLIC))[-1]
    assert (last.kind, last.body) == ("tender.failed", {"award_revoked": "1"})


async def test_whose_award_was_revoked_never_wins_the_lot_again(play: RoundsPlay) -> None:
    tender_id = await awarded(play)
    first = (await result(play, tender_id)).published.candidates[0]
    await revoke(play, tender_id)

    with pytest.raises(AwardNotAllowed) as refused:
        await award_again(play, tender_id, first.bid)

    assert refused.value.parameters["why"] == "award-revoked"


async def test_after_the_last_candidate_there_is_only_a_new_tender(play: RoundsPlay) -> None:
    tender_id = await awarded(play)
    for _ in range(len((await result(play, tender_id)).published.candidates) - 1):
        await revoke(play, tender_id)
        await award_again(play, tender_id)

    assert await why_not(play, tender_id, NEXT) == "no-candidate-left"
    await revoke(play, tender_id, AGAIN)


async def test_an_award_is_not_revoked_without_cause_evidence_and_reasons(
    play: RoundsPlay,
) -> None:
    tender_id = await awarded(play, "government_procurement")
    following = Following.NEXT_CANDIDATE

    # 政府采购法实施条例 第四十九条: a refusal to sign, and no other cause of 条例 第五十五条.
    for cause in ("force_majeure", "no_performance_security", "too-expensive"):
        said = Revocation(cause, "示范", following, "示范")
        assert await why_not(play, tender_id, said) == "no-such-cause"
    bare = Revocation("abandoned", " ", following, "示范")
    assert await why_not(play, tender_id, bare) == "no-evidence"
    silent = Revocation("abandoned", "示范", following, " ")
    assert await why_not(play, tender_id, silent) == "no-reasons"


async def test_a_signed_contract_keeps_its_award(play: RoundsPlay) -> None:
    tender_id = await awarded(play)
    await draft(play, tender_id)
    address = Address(tender_id, DocumentKind.CONTRACT, "1")
    winner = (await result(play, tender_id)).published.candidates[0].bidder_id
    party = next(one for one in play.bidders if one.actor.organization_id == winner)
    for one in (play.host, party):
        await sign(play.pool, play.keys, address, one, at=play.now)

    assert await why_not(play, tender_id, NEXT) == "contract-signed"


async def test_only_who_runs_the_tender_revokes_and_only_what_stands(play: RoundsPlay) -> None:
    tender_id = await awarded(play)

    with pytest.raises(Forbidden):
        await revoke(play, tender_id, by=play.bidders[0])
    await revoke(play, tender_id)
    with pytest.raises(NotFound):
        await revoke(play, tender_id, AGAIN)
