"""The whole platform from outside: one tender, and a server that is killed on the way.

What the parties say to it is the documentation of the interface, docs/api/examples.
"""

import asyncio
import json
import os
import signal
import sys
import zipfile
from pathlib import Path

import pytest

from clients.demo.party import TRANSCRIPT
from tendering.domain.archive import clearing_path, journal_path
from tendering.domain.journal import Stream
from tests.support.chapters import chapters
from tests.support.examples import require_examples

ROOT = Path(__file__).resolve().parents[2]
DEMO_SECONDS_MAX = 270
# When the server is killed, in what the demonstration tells.
KILLED_AFTER = ("发布澄清", "开标记录签署完成")


@pytest.mark.timeout(DEMO_SECONDS_MAX + 20)
async def test_one_tender_is_awarded_and_its_archive_verifies_although_the_server_is_killed(
    open_folder: Path,
) -> None:
    folder = open_folder / "demo"

    status, told = await _play(folder)

    assert status == 0, told
    assert told.count("重新启动") == len(KILLED_AFTER)
    results = _names(folder)
    assert {"archive.zip", "public.zip", "receipts", "logs", "verify.txt"} <= results
    assert "opening_record-1.pdf" in results
    # Ten who stood at the deadline, one of them twice, one who withdrew and has two.
    assert len(_names(folder / "receipts")) == 13
    _require_no_secrets(folder / "parties")
    _require_bills_as_told(folder / "archive.zip")
    assert _told(folder / "parties" / "supervisor") >= {
        "tender.published",
        "submission.closed",
        "candidates.published",
        "award.notified",
        "contract.signed",
    }
    # A killed server costs time only: what is said is the same.
    require_examples(chapters(folder / "parties"))


def _require_bills_as_told(file: Path) -> None:
    """The page on bills of quantities says of the demonstration what its archive holds."""
    with zipfile.ZipFile(file) as archive:
        names = {name.partition("/")[2]: name for name in archive.namelist()}
        report = json.loads(archive.read(names[clearing_path("1")]))
        public = archive.read(names[journal_path(Stream.PUBLIC)]).splitlines()
    notice = next(one for one in map(json.loads, public) if one["kind"] == "tender.published")
    lines = notice["body"]["lots"][0]["bill"]["lines"]
    bids = [[one["kind"] for one in bid["findings"]] for bid in report["bids"]]
    unbalanced = sum("unbalanced_high" in kinds for kinds in bids)
    page = (ROOT / "docs" / "bill-of-quantities.md").read_text()

    assert report["unread"] == []
    assert f"# {lines} 行 lines" in page
    assert f"{lines} lines, {len(bids)} priced bills, {unbalanced} of them unbalanced" in page


def _told(party: Path) -> set[str]:
    """The kinds of messages that somebody has got on the platform."""
    return {one["kind"] for one in json.loads((party / "messages.json").read_text())}


def _require_no_secrets(parties: Path) -> None:
    """What each party alone knows is not in what it has kept of its talk with the platform."""
    for config in sorted(parties.glob("*/config.json")):
        told = json.loads(config.read_text())
        said = config.with_name(TRANSCRIPT).read_text()
        assert told["password"] not in said, config
        assert told["facts"].get("secret", told["password"]) not in said, config


async def _play(folder: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from clients.cli import main; main()"),
        *("demo", "--fast", "--transcripts", "--folder", str(folder)),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    told = []
    try:
        async with asyncio.timeout(DEMO_SECONDS_MAX):
            async for line in process.stdout:
                told.append(line.decode())
                if any(words in told[-1] for words in KILLED_AFTER):
                    running = json.loads((folder / "processes.json").read_text())
                    os.kill(running["server"], signal.SIGKILL)
            return await process.wait(), "".join(told)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
