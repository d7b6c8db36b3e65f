"""The demonstration's folder: made anew, and at the end the results where one looks for them."""

import asyncio
import json
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from clients.demo.cheating import BLAMED, Cheat
from clients.demo.processes import ROOT
from clients.demo.scripts import Script

KEYS: Final = "platform-keys.json"
MARK: Final = "demonstration.json"
SUMMARY: Final = "summary.json"
VERIFY_SECONDS_MAX: Final = 300
BLAME: Final = "⚖"
# Where each result lies when the parties have ended.
RESULTS: Final = (
    ("supervisor/*archive.zip", "."),
    ("agency/*public.zip", "."),
    ("agency/*opening_record*.pdf", "."),
    ("agency/*price_record*.pdf", "."),
    ("agency/*evaluation_report*.pdf", "."),
    ("entity/award_notice*.pdf", "."),
    ("entity/contract*.pdf", "."),
    ("bidder01/platform-keys.json", KEYS),
)


class FolderInUse(Exception):
    """The folder holds something else than an earlier demonstration: it is left alone."""


class ArchiveBroken(Exception):
    """The verifier found something wrong with the archive."""


@dataclass(frozen=True, slots=True)
class Verified:
    """An archive by its name, and the last line of the verifier."""

    name: str
    verdict: str


def prepare_folder(folder: Path) -> None:
    """Make the folder empty. Raises FolderInUse when it holds anything but results."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise FolderInUse(str(folder))
        shutil.rmtree(folder)
    # Others may pass, for the database runs as a user of its own; what is private is so inside.
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    (folder / MARK).write_text(json.dumps({"what": "results of kaibiao demo"}) + "\n")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a play came to: the archives, one a round, each with what the verifier said of it."""

    procedure: str
    archives: tuple[Verified, ...]
    seconds: int


async def collect(folder: Path, script: Script, *, began: float) -> list[str]:
    """Copy the results up and have the archives verified offline; what there is, line by line.

    Where somebody has cheated, the verifier must name who it was without having been told. `began`:
    when the play did, monotonic seconds. Raises ArchiveBroken.
    """
    parties = folder / "parties"
    await asyncio.to_thread(_copy, parties, folder)
    found = sorted(await asyncio.to_thread(_files, folder, "*archive.zip"))
    # round1-archive.zip, round2-…, and archive.zip, which is the last.
    found.sort(key=lambda one: one.name == "archive.zip")
    archives = [Verified(one.name, await _verify(one, script.cheat)) for one in found]
    names = sorted(path.name for path in await asyncio.to_thread(_files, folder))
    receipts = len(await asyncio.to_thread(_files, folder / "receipts"))
    summary = Summary(script.procedure, tuple(archives), round(time.monotonic() - began))
    text = json.dumps(asdict(summary), ensure_ascii=False, indent=1)
    await asyncio.to_thread((folder / SUMMARY).write_text, f"{text}\n")
    return [
        f"结果在 {folder}: {' '.join(names)}",
        f"回执 {receipts} 份",
        *(f"离线验证 {one.name}: {one.verdict}" for one in archives),
        f"用时 {summary.seconds} 秒",
    ]


def _copy(parties: Path, folder: Path) -> None:
    for pattern, target in RESULTS:
        for found in sorted(parties.glob(pattern)):
            shutil.copy2(found, folder / target)
    receipts = folder / "receipts"
    receipts.mkdir(exist_ok=True)
    for found in sorted(parties.glob("*/receipts-*/*.json")):
        round_ = found.parent.name.removeprefix("receipts-")
        shutil.copy2(found, receipts / f"{found.parents[1].name}-round{round_}-{found.name}")


def _files(folder: Path, pattern: str = "*") -> list[Path]:
    return [path for path in folder.glob(pattern) if path.is_file() and path.name != MARK]


def _blamed(told: list[str]) -> list[str]:
    """The lines in which the verifier says whose fault something is: Chinese, then English."""
    return [
        line
        for number, line in enumerate(told)
        if line.startswith(BLAME) or (number and told[number - 1].startswith(BLAME))
    ]


def names_cheat(told: list[str], cheat: Cheat | None) -> bool:
    """Does the verifier blame whom it must, and nobody else?"""
    blamed = [line for line in _blamed(told) if not line.startswith(BLAME)]
    if cheat is None:
        return not blamed
    whose, proved = BLAMED[cheat]
    words = f": {whose} ({'proved' if proved else 'not proved'}): "
    return len(blamed) == 1 and words in blamed[0]


async def _verify(archive: Path, cheat: Cheat | None) -> str:
    """`kaibiao verify` in a process of its own, without any line to the platform.

    It trusts the keys that a bidder fetched before it bid, not those in the archive.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from clients.cli import main; main()", "verify", str(archive)),
        *("--trust", str(archive.parent / KEYS)),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(VERIFY_SECONDS_MAX):
        output, _ = await process.communicate()
    told = archive.with_name(archive.name.replace("archive.zip", "verify.txt"))
    await asyncio.to_thread(told.write_bytes, output)
    lines = output.decode(errors="replace").strip().splitlines()
    if process.returncode != (cheat is Cheat.DAMAGED) or not names_cheat(lines, cheat):
        raise ArchiveBroken("\n".join(lines[-20:]))
    return "\n".join([*_blamed(lines), *lines[-1:]])
