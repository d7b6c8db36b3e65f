"""Does the platform keep its promises when it is killed again and again? No exception allowed.

A server process is ended by SIGKILL at seeded moments while bidders hand in small bids and upload
large ones. After each start everything acknowledged has the same receipt, everything else goes in
once, every chain and digest is right and no part of a file is half. `--seed` repeats a campaign.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from typing import Final

from server import MIGRATIONS
from tendering.storage.connection import open_connection
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate
from tests.support.killing import Tally, kill_again_and_again
from tests.support.postgres import Database

KILLS: Final = 20


async def campaign(folder: Path, *, seed: int, kills: int) -> Tally:
    """Break a platform on a database of its own, which is durable."""
    async with embedded_postgres(folder / "postgres") as embedded:
        async with open_connection(embedded.owner_dsn) as connection:
            await migrate(connection, MIGRATIONS)
        database = Database("kaibiao", embedded.owner_dsn, embedded.app_dsn, "")
        served = folder / "platform"
        served.mkdir()
        return await kill_again_and_again(database, served, seed=seed, kills=kills)


def main() -> None:
    """Break it in a folder that is thrown away; the last line is the tally."""
    parser = argparse.ArgumentParser(prog="campaign")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=20261123)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        tally = asyncio.run(campaign(folder, seed=options.seed, kills=options.kills))
    print(
        json.dumps(
            {
                "name": "campaign, killed servers",
                "seed": options.seed,
                "kills": tally.kills,
                "acknowledged": tally.acknowledged,
                "repeated": tally.repeated,
                "broken_promises": 0,
            }
        )
    )


if __name__ == "__main__":
    main()
