"""Does a year of bid securities, played record by record, come out as it was published? In 5 min?

The totals are those of one city for 2020 (`--totals FILE`, or a smaller year with `--small`). Each
of the records goes through the real API: an order and its notices, or a deposit, and a bid. The
amounts of single securities were not published: `--seed` makes them, and they are synthetic.
"""

import argparse
import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from server import MIGRATIONS
from tendering.storage.connection import open_connection
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate
from tests.support.platform import serving
from tests.support.postgres import Database
from tests.support.year_of_securities import Totals, plan, play

SEED: Final = 20_200_101
SMALL: Final = Totals(3, 2, 4, 24, 18, 882_000_000)
FEN_PER_WAN: Final = 1_000_000


def totals_of(file: Path) -> Totals:
    """The published totals."""
    told = json.loads(file.read_text("utf-8"))["bid_insurance"]
    return Totals(
        told["insurers_applied"],
        told["insurers_issuing"],
        told["projects"],
        # The share was published with two places; the number of bidders that it is of, too.
        round(told["bidders_with_policy"] * 100 / Decimal(told["share_of_bidders_percent"])),
        told["bidders_with_policy"],
        int(Decimal(told["cash_released_wan_yuan"]) * FEN_PER_WAN),
    )


async def year(folder: Path, totals: Totals, *, seed: int) -> tuple[dict[str, Any], float]:
    """What the public door says of the year, and the seconds that playing it took."""
    async with embedded_postgres(folder / "postgres") as embedded:
        async with open_connection(embedded.owner_dsn) as connection:
            await migrate(connection, MIGRATIONS)
        database = Database("kaibiao", embedded.owner_dsn, embedded.app_dsn, "")
        served = folder / "platform"
        served.mkdir()
        async with serving(database, served, demonstration=True) as platform:
            ahead = datetime.now(UTC).year + 1
            begun = time.perf_counter()
            await play(platform, plan(totals, seed=seed), totals, year=ahead)
            seconds = time.perf_counter() - begun
            answer = await platform.request("GET", f"/api/v1/insurance/statistics?year={ahead}")
            return json.loads(answer.body), seconds


def main() -> None:
    """Play it in a folder that is thrown away; the last line is what came out."""
    parser = argparse.ArgumentParser(prog="securities_year")
    parser.add_argument("--totals", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    totals = SMALL if options.totals is None else totals_of(options.totals)
    print(f"seed {options.seed}: the amounts of single securities are synthetic")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        told, seconds = asyncio.run(year(folder, totals, seed=options.seed))
    total = told["total"]
    expected = (totals.projects, totals.bidders, totals.with_policy, totals.released_fen)
    found = tuple(total[one] for one in ("projects", "bidders", "by_insurance", "spared_fen"))
    assert found == expected, (found, expected)
    print(
        json.dumps(
            {
                "name": "a year of bid securities",
                "seed": options.seed,
                "seconds": round(seconds, 1),
                "guarantors": [told["guarantors_applied"], told["guarantors_live"]],
                **total,
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
