"""The demonstration's folder: made anew, and at the end the results where one looks for them."""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Final

from clients.demo.processes import ROOT

KEYS: Final = "platform-keys.json"
MARK: Final = "demonstration.json"
VERIFY_SECONDS_MAX: Final = 300
# Where each result lies when the parties have ended.
RESULTS: Final = (
    ("supervisor/archive.zip", "archive.zip"),
    ("agency/public.zip", "public.zip"),
    ("agency/opening_record*.pdf", "."),
    ("agency/evaluation_report*.pdf", "."),
    ("entity/award_notice*.pdf", "."),
    ("entity/contract*.pdf", "."),
    ("bidder01/platform-keys.json", KEYS),
)


class FolderInUse(Exception):
    """The folder holds something else than an earlier demonstration: it is left alone."""


class ArchiveBroken(Exception):
    """The verifier found something wrong with the archive."""


def prepare_folder(folder: Path) -> None:
    """Make the folder empty. Raises FolderInUse when it holds anything but results."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise FolderInUse(str(folder))
        shutil.rmtree(folder)
    # Others may pass, for the database runs as a user of its own; what is private is so inside.
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    (folder / MARK).write_text(json.dumps({"what": "results of kaibiao demo"}) + "\n")


async def collect(folder: Path) -> list[str]:
    """Copy the results up and have the archive verified offline; what there is, line by line.

    Raises ArchiveBroken.
    """
    parties = folder / "parties"
    await asyncio.to_thread(_copy, parties, folder)
    verdict = await _verify(folder / "archive.zip")
    names = sorted(path.name for path in await asyncio.to_thread(_files, folder))
    receipts = len(await asyncio.to_thread(_files, folder / "receipts"))
    return [f"结果在 {folder}: {' '.join(names)}", f"回执 {receipts} 份", f"离线验证: {verdict}"]


def _copy(parties: Path, folder: Path) -> None:
    for pattern, target in RESULTS:
        for found in sorted(parties.glob(pattern)):
            shutil.copy2(found, folder / target)
    receipts = folder / "receipts"
    receipts.mkdir(exist_ok=True)
    for found in sorted(parties.glob("*/receipts/*.json")):
        shutil.copy2(found, receipts / f"{found.parents[1].name}-{found.name}")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and path.name != MARK]


async def _verify(archive: Path) -> str:
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
    await asyncio.to_thread((archive.parent / "verify.txt").write_bytes, output)
    lines = output.decode(errors="replace").strip().splitlines()
    if process.returncode != 0:
        raise ArchiveBroken("\n".join(lines[-20:]))
    return lines[-1] if lines else "通过"
