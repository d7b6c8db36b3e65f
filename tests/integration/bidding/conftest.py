"""What the tests of `kaibiao bid` share: a platform, a tender, a clerk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crypto import age_passphrase
from tendering.domain.tender import Tender
from tests.support.bidding import Clerk, a_clerk, tender_to_bid_for
from tests.support.platform import Platform, serving
from tests.support.postgres import Database


@pytest.fixture
async def platform(database: Database, tmp_path: Path) -> AsyncIterator[Platform]:
    """A platform that takes uploads of several parts."""
    folder = tmp_path / "platform"
    folder.mkdir()
    async with serving(database, folder, upload_bytes_max=64 << 20) as served:
        yield served


@pytest.fixture
async def tender(platform: Platform, tmp_path: Path) -> Tender:
    """A tender that takes bids for 25 days."""
    return await tender_to_bid_for(platform, tmp_path)


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least work: no test here asks how slow a passphrase is to guess."""
    monkeypatch.setattr(age_passphrase, "WORK_FACTOR", 2)


@pytest.fixture
async def clerk(platform: Platform, tmp_path: Path) -> Clerk:
    """A clerk who is logged in."""
    clerk = a_clerk(platform, tmp_path / "bid")
    await clerk.log_in()
    return clerk
