"""The demonstration's processes start, are heard, come back when killed, and none stays behind."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from clients.demo.processes import ProcessFailed, Stage

SERVES = """
import json, time
print(json.dumps({"ready": "here"}), flush=True)
time.sleep(60)
"""
ENDS = "import sys; sys.exit(3)"


def a_stage(folder: Path) -> Stage:
    return Stage(folder / "logs", folder / "processes.json")


def lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


async def test_what_was_started_is_gone_when_the_stage_is_left(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        ready = await stage.start_ready("one", ["-c", SERVES])
        process_id = stage.process_ids["one"]
        alive = lives(process_id)

    assert ready == {"ready": "here"}
    assert alive
    assert not lives(process_id)


async def test_a_program_that_ends_instead_of_serving_is_told(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:
        with pytest.raises(ProcessFailed, match="status 3"):
            await stage.start_ready("one", ["-c", ENDS])


async def test_a_program_that_is_killed_is_started_again(tmp_path: Path) -> None:
    started: list[int] = []
    again = asyncio.Event()

    async with asyncio.timeout(20), a_stage(tmp_path) as stage:

        async def start() -> None:
            await stage.start_ready("one", ["-c", SERVES])
            started.append(stage.process_ids["one"])
            if len(started) == 2:
                again.set()

        told: list[str] = []
        await stage.start_and_keep("one", start, told.append)
        os.kill(started[0], signal.SIGKILL)
        await again.wait()

    assert len(set(started)) == 2
    assert "重新启动" in told[0]


async def test_a_program_that_cannot_be_started_is_not_tried_for_ever(tmp_path: Path) -> None:
    async with a_stage(tmp_path) as stage:

        async def start() -> None:
            await stage.start_ready("one", ["-c", ENDS])

        with pytest.raises(ProcessFailed):
            await stage.start_and_keep("one", start, print)
