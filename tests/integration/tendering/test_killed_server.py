"""kill -9 while bidders hand in: what was acknowledged is there, what was not goes in once."""

from pathlib import Path

from tests.support.killing import kill_again_and_again
from tests.support.postgres import Database

SEED = 20261123
KILLS = 2


async def test_a_killed_server_owes_what_it_acknowledged_and_nothing_by_halves(
    database: Database, tmp_path: Path
) -> None:
    tally = await kill_again_and_again(database, tmp_path, seed=SEED, kills=KILLS)

    assert tally.kills == KILLS
    # A kill that met nobody on the way, or nobody who had a receipt, would prove nothing.
    assert tally.repeated
    assert tally.acknowledged
