"""A witness as a real process: asked, killed, behind, ahead, deceived."""

import asyncio
import contextlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from crypto.keys import NoteKey
from crypto.tlog import checkpoint_body, sign_note, verify_cosignatures
from tendering.log_observers import ObserverFailed, WitnessLine
from tendering.storage.log import Checkpoint
from tests.integration.log.conftest import (
    NOON,
    TheLog,
    ask,
    line_to,
    witness_arguments,
)
from tests.support.programs import Program, running

NOWHERE = "http://127.0.0.1:9"


def forged(signer: NoteKey, size: int) -> Checkpoint:
    """A checkpoint of a tree that never was."""
    root = os.urandom(32)
    return Checkpoint(size, root, sign_note(checkpoint_body(signer.name, size, root), signer), NOON)


async def test_a_witness_cosigns_a_log_that_grows(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    line = line_to(witness)

    for _ in range(3):
        checkpoint = await the_log.made()
        cosignature = await ask(the_log, line, session, checkpoint)
        assert cosignature is not None
        found = verify_cosignatures(checkpoint.text + cosignature, [line.witness.verifier])
        assert abs(found["witness.example/w1"] - datetime.now(UTC)) < timedelta(seconds=30)
    assert line.size == 768


async def test_a_line_that_forgot_learns_the_size_from_a_conflict(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    await ask(the_log, line_to(witness), session, await the_log.made())
    await the_log.made()

    cosignature = await ask(the_log, line_to(witness), session, await the_log.made())

    assert cosignature is not None


async def test_a_witness_that_is_ahead_is_left_alone(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    old, new = await the_log.made(), await the_log.made()
    await ask(the_log, line_to(witness), session, new)

    assert await ask(the_log, line_to(witness), session, old) is None


async def test_a_witness_remembers_after_its_process_was_killed(
    the_log: TheLog, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    arguments = witness_arguments(the_log, tmp_path)
    async with running("clients.witness", *arguments) as first:
        await ask(the_log, line_to(first), session, await the_log.made())
        first.process.kill()
        await first.process.wait()

    async with (
        running("clients.witness", *arguments) as again,
        session.get(again.url) as response,
    ):
        facts = await response.json()

    assert facts["sizes"]["log.example/kaibiao"] == 256
    assert facts["verifier"] == first.facts["verifier"]


async def test_a_forged_checkpoint_is_not_cosigned(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    line = line_to(witness)
    await ask(the_log, line, session, await the_log.made())
    await the_log.made()

    with pytest.raises(ObserverFailed, match="422"):
        await ask(the_log, line, session, forged(the_log.signer, 512))


async def test_another_tree_of_the_same_size_is_not_cosigned(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    line = line_to(witness)
    await ask(the_log, line, session, await the_log.made())

    with pytest.raises(ObserverFailed, match="another tree"):
        await ask(the_log, line, session, forged(the_log.signer, 256))


async def test_a_checkpoint_signed_by_somebody_else_is_refused(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    stranger = NoteKey.from_seed(the_log.signer.name, os.urandom(32))

    with pytest.raises(ObserverFailed, match="403"):
        await ask(the_log, line_to(witness), session, forged(stranger, 256))


async def test_an_unknown_log_is_refused(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    other = NoteKey.from_seed("other.example/log", os.urandom(32))

    with pytest.raises(ObserverFailed, match="404"):
        await ask(the_log, line_to(witness), session, forged(other, 256))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "old 0",
        "old 00\n\nlog\n256\n",
        "old -1\n\n",
        "old ٣\n\nx\n",
        "new 0\n\nlog.example/kaibiao\n0\n",
        "old 0\nnot base64\n\nlog.example/kaibiao\n256\nAAAA\n",
        "old 0\n" + "AAAA\n" * 64 + "\nlog\n",
    ],
)
async def test_a_malformed_request_is_a_bad_request(
    witness: Program, session: aiohttp.ClientSession, body: str
) -> None:
    async with session.post(f"{witness.url}/add-checkpoint", data=body.encode()) as response:
        assert response.status == 400


async def test_an_old_size_beyond_the_new_is_a_bad_request(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    body = f"old 512\n\n{(await the_log.made()).text}"

    async with session.post(f"{witness.url}/add-checkpoint", data=body.encode()) as response:
        assert response.status == 400


async def test_a_witness_with_the_state_of_another_log_does_not_start(
    the_log: TheLog, tmp_path: Path
) -> None:
    state = {"origin": "other.example/log", "size": 0, "root": "00" * 32}
    (tmp_path / "witness.state").write_text(json.dumps(state))

    with pytest.raises(json.JSONDecodeError):
        async with running("clients.witness", *witness_arguments(the_log, tmp_path)):
            raise AssertionError("it started")


async def test_many_requests_at_once_never_roll_a_witness_back(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    checkpoints = [await the_log.made() for _ in range(6)]

    async with asyncio.TaskGroup() as group:
        for checkpoint in checkpoints * 2:
            group.create_task(_try(the_log, line_to(witness), session, checkpoint))
    async with session.get(witness.url) as response:
        seen = (await response.json())["sizes"]["log.example/kaibiao"]
    await ask(the_log, line_to(witness), session, checkpoints[-1])

    assert seen in {checkpoint.size for checkpoint in checkpoints}


async def _try(
    the_log: TheLog, line: WitnessLine, session: aiohttp.ClientSession, checkpoint: Checkpoint
) -> None:
    with contextlib.suppress(ObserverFailed):  # the size changes under our feet
        await ask(the_log, line, session, checkpoint)
