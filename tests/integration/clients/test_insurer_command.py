"""`kaibiao insurer`: insurers that conform pass the run, and one that does not is told why."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
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

    async def conformance(self, url: str, report: Path, *family: str) -> tuple[int, str]:
        """Exit status and words of a run against the insurer at `url`."""
        arguments = ["conformance", url, "--listen", self.platform, "--report", str(report)]
        arguments += ["--trust", str(self.keys / ROOT_FILE), *family]
        if not family:
            arguments += ["--public-key", self.public_key]
        # The command has a loop of its own, in a thread of its own.
        run = asyncio.to_thread(CliRunner().invoke, insurer, arguments)
        async with asyncio.timeout(SECONDS_MAX):
            result = await run
        return result.exit_code, result.output


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


async def keys_of(folder: Path, family: str) -> str:
    """Keys for a side of a family; what the command prints."""
    arguments = ["--name", "示范财产保险丁", "--uscc", "91510100MA0000001X", "--family", family]
    # The command has a loop of its own, in a thread of its own.
    arguments = ["keygen", str(folder), *arguments]
    made = await asyncio.to_thread(CliRunner().invoke, insurer, arguments)
    assert made.exit_code == 0, made.output
    return str(made.output.strip())


@pytest.mark.parametrize("family", ["gm_json", "xml"])
async def test_an_insurer_of_another_family_conforms(kit: Kit, tmp_path: Path, family: str) -> None:
    folder, platform = tmp_path / "insurer", tmp_path / "platform"
    theirs, ours = await keys_of(folder, family), await keys_of(platform, family)
    own = ["--secret-file", theirs] if family == "xml" else ["--platform-key", ours]
    keys = own if family == "xml" else ["--public-key", theirs, "--own-keys", str(platform)]
    said: list[tuple[int, str]] = []
    fresh = replace(kit, keys=folder)
    faults = ("--duplicates", "--disorder", *(("--wrong-signatures", "1") * (family == "xml")))
    async with simulated(fresh, "--family", family, *own, *faults) as program:
        for number in range(1 + (family == "xml")):
            report = tmp_path / f"{number}.json"
            said.append(await fresh.conformance(program.url, report, "--family", family, *keys))
    arguments = ["conformance", program.url, "--family", family]
    untrusted = await asyncio.to_thread(CliRunner().invoke, insurer, arguments)

    assert said[-1][0] == 0, said
    # Where the first notice was signed by a stranger the run has seen it.
    assert [status for status, _ in said[:-1]] == [1] * (family == "xml")
    assert all("a notice is refused" in words for _, words in said[:-1])
    assert json.loads((tmp_path / "0.json").read_text("utf-8"))["family"] == family
    assert (untrusted.exit_code, "--trust" in untrusted.output) == (2, True)


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
