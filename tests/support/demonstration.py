"""`kaibiao demo` as a process: played to its end, or stopped."""

import asyncio
import sys
from pathlib import Path

from tests.support.programs import ROOT

DEMO_SECONDS_MAX = 270


async def demonstrated(
    folder: Path, *words: str, seconds_max: float = DEMO_SECONDS_MAX
) -> tuple[int, str]:
    """Play with small files; the exit status, and everything that was told."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from clients.cli import main; main()"),
        *("demo", "--fast", "--folder", str(folder), *words),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(seconds_max):
            told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, told.decode()
