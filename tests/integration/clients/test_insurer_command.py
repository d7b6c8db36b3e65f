"""`kaibiao insurer`: insurers that conform pass the run, and one that does not is told why."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from clients.commands.insurer import ROOT_FILE, insurer
from tests.support.programs import ROOT, running

SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Kit:
    """An insurer's keys, and where platform and insurer are to listen."""

    keys: Path
    public_key: str
    platform: str

    async def conformance(self, url: str, report: Path) -> tuple[int, str]:
        """Exit status and words of a run against the insurer at `url`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "clients.cli", "insurer", "conformance", url),
            *("--public-key", self.public_key, "--listen", self.platform),
            *("--trust", str(self.keys / ROOT_FILE), "--report", str(report)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(SECONDS_MAX):
                said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return process.returncode, said.decode()


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Fresh keys, and an address that nobody listens at."""
    made = CliRunner().invoke(
        insurer,
        [
            "keygen",
            str(tmp_path / "keys"),
            "--name",
            "示范财产保险丙",
            "--uscc",
            "91510100MA0000001X",
        ],
    )
    assert made.exit_code == 0, made.output
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    return Kit(tmp_path / "keys", made.output.strip(), address)


@asynccontextmanager
async def node(kit: Kit) -> AsyncIterator[dict[str, Any]]:
    """The insurer in Node; its ready line."""
    process = await asyncio.create_subprocess_exec(
        *("node", "clients/examples/insurer.mjs", str(kit.keys), f"http://{kit.platform}", "0"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(SECONDS_MAX):
            yield json.loads(await process.stdout.readline())
    finally:
        process.terminate()
        await process.wait()


def simulated(kit: Kit, *faults: str) -> Any:
    """The simulated insurer."""
    return running(
        "clients.cli",
        *("insurer", "simulate-insurer", kit.keys, "--platform", f"http://{kit.platform}"),
        *("--listen", "127.0.0.1:0", *faults),
    )


async def test_an_insurer_that_repeats_itself_out_of_order_conforms(
    kit: Kit, tmp_path: Path
) -> None:
    async with simulated(kit, "--duplicates", "--disorder") as program:
        status, said = await kit.conformance(program.url, tmp_path / "report.json")

    text = (tmp_path / "report.json").read_text("utf-8")
    assert status == 0, said
    assert json.loads(text)["failed"] == 0
    assert sha256(text.encode()).hexdigest() in said


async def test_an_insurer_that_fails_is_told_in_what(kit: Kit, tmp_path: Path) -> None:
    async with simulated(kit, "--errors", "100000") as program:
        status, said = await kit.conformance(program.url, tmp_path / "report.json")

    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert status == 1
    assert "a fault that was asked for" in said
    assert report["failed"] > report["passed"]


async def test_a_signature_that_is_wrong_is_explained(kit: Kit, tmp_path: Path) -> None:
    async with simulated(kit, "--wrong-signatures", "1") as program:
        status, said = await kit.conformance(program.url, tmp_path / "report.json")

    assert status == 1
    assert said.count("FAIL") == 1
    assert "a notice is refused" in said


@pytest.mark.needs("node")
async def test_an_insurer_in_another_language_conforms(kit: Kit, tmp_path: Path) -> None:
    source = (ROOT / "clients/examples/insurer.mjs").read_text("utf-8")
    async with node(kit) as ready:
        status, said = await kit.conformance(ready["ready"], tmp_path / "report.json")

    assert status == 0, said
    assert ready["public_key"] == kit.public_key
    assert len(source.splitlines()) < 200


def test_keys_are_made_once_and_the_document_is_printed(kit: Kit) -> None:
    again = CliRunner().invoke(
        insurer, ["keygen", str(kit.keys), "--name", "示范", "--uscc", "91510100MA0000001X"]
    )
    printed = CliRunner().invoke(insurer, ["openapi"])

    assert again.exit_code == 1
    assert json.loads(printed.output)["openapi"] == "3.1.0"
