"""`kaibiao witness` and `kaibiao tsa` as their keepers run them: keygen, a file, serve."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from crypto.timestamp import make_request
from crypto.tlog import verify_cosignatures
from tendering.domain.published_keys import Witness
from tendering.log_observers import WitnessLine
from tests.integration.log.conftest import TheLog, ask
from tests.integration.log.test_witness import forged
from tests.support.programs import ROOT, Program

NAME = "w1.example/kaibiao"


async def kaibiao(*arguments: object) -> tuple[int, str, str]:
    """Run a command to its end: status, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "clients.cli", *map(str, arguments)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(20):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def serving(command: str, config: Path) -> AsyncIterator[Program]:
    """`kaibiao COMMAND serve` until the block ends; it stops on SIGTERM with status 0."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "clients.cli", command, "serve", "--config", str(config)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            facts = json.loads(await process.stdout.readline())
        program = Program(facts["ready"], facts, process)
        yield program
        assert await program.stop() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def witness_config(folder: Path, the_log: TheLog, *, more: str = "") -> Path:
    """The configuration of a witness of this log."""
    file = folder / "witness.toml"
    file.write_text(
        f'folder = "{folder / "witness"}"\nlisten = "127.0.0.1:0"\n{more}\n'
        f'[[logs]]\norigin = "{the_log.signer.name}"\nkey = "{the_log.signer.verifier}"\n'
    )
    return file


async def made_witness(folder: Path) -> str:
    """A key in the folder; its public half."""
    status, out, _ = await kaibiao(
        "witness", "keygen", "--folder", folder / "witness", "--name", NAME
    )
    assert status == 0
    return out.strip()


async def test_a_witness_serves_from_its_file_and_refuses_what_does_not_continue(
    the_log: TheLog, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    verifier = await made_witness(tmp_path)
    config = witness_config(tmp_path, the_log)
    first = await the_log.made()

    async with serving("witness", config) as program:
        line = WitnessLine(Witness(verifier, "示范公证处", True), program.url)
        cosignature = await ask(the_log, line, session, first)
    async with serving("witness", config) as again:
        body = f"old 0\n\n{forged(the_log.signer, 256).text}"
        async with session.post(f"{again.url}/add-checkpoint", data=body.encode()) as response:
            refused = response.status, await response.text()

    assert NAME in verify_cosignatures(first.text + (cosignature or ""), [verifier])
    assert refused == (409, "256\n")
    assert (tmp_path / "witness" / "witness.key").stat().st_mode & 0o077 == 0


async def test_a_second_witness_in_the_same_folder_does_not_start(
    the_log: TheLog, tmp_path: Path
) -> None:
    await made_witness(tmp_path)
    config = witness_config(tmp_path, the_log)

    async with serving("witness", config):
        status, _, said = await kaibiao("witness", "serve", "--config", config)

    assert (status, "another process uses" in said) == (1, True)


async def test_a_key_is_never_made_twice_nor_by_serving(the_log: TheLog, tmp_path: Path) -> None:
    config = witness_config(tmp_path, the_log)
    unmade = await kaibiao("witness", "serve", "--config", config)
    await made_witness(tmp_path)
    twice = await kaibiao("witness", "keygen", "--folder", tmp_path / "witness", "--name", NAME)

    assert (unmade[0], "keygen" in unmade[2]) == (1, True)
    assert (twice[0], "there already" in twice[2]) == (1, True)


@pytest.mark.parametrize(
    ("spoiled", "sentence"),
    [
        ("quorum = 2", "unknown field"),
        ("folder = 3", "Cannot overwrite"),
        ('[[logs]]\norigin = "other.example/log"\nkey = "x"', "not a verifier key"),
    ],
)
async def test_a_spoiled_file_is_refused_with_a_sentence(
    the_log: TheLog, tmp_path: Path, spoiled: str, sentence: str
) -> None:
    await made_witness(tmp_path)

    status, _, said = await kaibiao(
        "witness", "serve", "--config", witness_config(tmp_path, the_log, more=spoiled)
    )

    assert (status, sentence in said, "Traceback" in said) == (1, True, False)


@pytest.mark.needs("openssl")
async def test_an_authority_serves_from_its_file_and_openssl_accepts_it(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    made = await kaibiao("tsa", "keygen", "--folder", tmp_path / "tsa", "--name", "示范时间戳")
    (tmp_path / "root.pem").write_text(made[1])
    config = tmp_path / "tsa.toml"
    config.write_text(f'folder = "{tmp_path / "tsa"}"\nname = "示范时间戳"\nlisten = "127.0.0.1:0"')
    digest = os.urandom(32)
    headers = {"Content-Type": "application/timestamp-query"}

    async with (
        serving("tsa", config) as program,
        session.post(program.url, data=make_request(digest), headers=headers) as response,
    ):
        (tmp_path / "answer.tsr").write_bytes(await response.read())
    openssl = shutil.which("openssl") or "openssl"
    command = [openssl, "ts", "-verify", "-digest", digest.hex(), "-in", "answer.tsr"]
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, "-CAfile", "root.pem"],
        cwd=tmp_path,
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert b"Verification: OK" in done.stdout + done.stderr
