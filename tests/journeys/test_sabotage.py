"""A demonstration in which somebody cheats: nobody tells the verifier, and it says who it was.

It is played in the national suite, in which no other journey is.
"""

from pathlib import Path

import pytest

from clients.demo.conductor import CHEAT_NAMED
from tests.support.demonstration import DEMO_SECONDS_MAX, demonstrated


@pytest.mark.timeout(DEMO_SECONDS_MAX + 20)
async def test_an_operator_that_damages_what_it_keeps_is_named(open_folder: Path) -> None:
    folder = open_folder / "demo"

    status, told = await demonstrated(folder, "--gm", "--sabotage", "damaged")

    assert status == CHEAT_NAMED, told
    assert "责任方：平台（已证明）" in told
    assert "DOES NOT HOLD: sealed containers: " in told.replace("\n", " ")
