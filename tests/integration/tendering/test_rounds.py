"""Every procedure from its draft to the award, on a real database; and who is kept out of it."""

from pathlib import Path

import pytest

from tendering.domain.tender import TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.procedures import PROCEDURES
from tendering.storage.connection import Pool
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
