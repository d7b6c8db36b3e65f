"""A year of bid securities, record by record through the real API, meets its totals."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.platform import serving
from tests.support.postgres import Database
from tests.support.year_of_securities import Totals, plan, play

PUBLISHED = Totals(16, 11, 87, 1822, 1382, 67_782_435_000)
SMALL = Totals(3, 2, 3, 12, 8, 392_000_000)


@pytest.mark.parametrize("seed", [1, 20_200_101])
def test_the_plan_of_a_year_meets_what_was_published(seed: int) -> None:
    planned = plan(PUBLISHED, seed=seed)

    assert planned == plan(PUBLISHED, seed=seed)
    assert len(planned) == PUBLISHED.projects
    assert sum(one.bidders for one in planned) == PUBLISHED.bidders
    assert sum(one.with_policy for one in planned) == PUBLISHED.with_policy
    assert sum(one.with_policy * one.security_fen for one in planned) == PUBLISHED.released_fen
    assert all(one.with_policy <= one.bidders for one in planned)


async def test_a_small_year_comes_out_exactly(database: Database, tmp_path: Path) -> None:
    year = datetime.now(UTC).year + 1
    path = f"/api/v1/insurance/statistics?year={year}"
    async with serving(database, tmp_path, demonstration=True) as platform:
        before = json.loads((await platform.request("GET", path)).body)
        await play(platform, plan(SMALL, seed=1), SMALL, year=year)
        told = json.loads((await platform.request("GET", path)).body)
        table = await platform.request("GET", f"/api/v1/insurance/statistics.csv?year={year}")

    assert before["projects"] == []
    assert (told["guarantors_applied"], told["guarantors_live"]) == (3, 2)
    total = told["total"]
    assert (total["projects"], total["bidders"]) == (3, 12)
    assert (total["by_insurance"], total["by_cash"]) == (8, 4)
    assert (total["share_percent"], total["spared_wan_yuan"]) == ("66.67", "392")
    assert total["issue_seconds"] is not None
    assert sum(one["figures"]["bidders"] for one in told["months"]) == 12
    assert table.body.decode("utf-8-sig").splitlines()[-1].startswith("合计,,,12,8,0,4,66.67,392,")
