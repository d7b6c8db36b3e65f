"""Procedures played from outside, by all their parties, from the draft to the verified archive.

One of two rounds each time; `PROCEDURES=all` plays every one. The long one of the demonstration
has a journey of its own.
"""

import json
import os
from pathlib import Path

import pytest

from clients.demo.results import SUMMARY
from clients.demo.scripts import SCRIPTS
from tendering.procedures import procedure_of
from tests.support.demonstration import demonstrated

PLAY_SECONDS_MAX = 400
PLAYED = tuple(SCRIPTS) if os.environ.get("PROCEDURES") == "all" else ("competitive-negotiation",)


@pytest.mark.timeout(PLAY_SECONDS_MAX + 20)
@pytest.mark.parametrize("procedure", PLAYED)
async def test_a_procedure_is_played_to_its_contract_and_every_archive_verifies(
    open_folder: Path, procedure: str
) -> None:
    folder = open_folder / procedure

    status, told = await demonstrated(
        folder, "--procedure", procedure, seconds_max=PLAY_SECONDS_MAX
    )

    assert status == 0, told
    summary = json.loads((folder / SUMMARY).read_text())
    assert len(summary["archives"]) == len(procedure_of(procedure).rounds)
    assert all("HOLDS" in one["verdict"] for one in summary["archives"])
    assert (folder / "contract-1.pdf").exists()
