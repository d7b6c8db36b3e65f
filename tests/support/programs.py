"""Programs of the project run as real processes: started, waited for, stopped by their own id."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 20
STOP_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Program:
    """A program that serves at `url`; `facts` is its ready line, `process` its process."""

    url: str
    facts: dict[str, Any]
    process: asyncio.subprocess.Process

    async def stop(self) -> int:
        """Ask it to stop and wait; its exit status."""
        if self.process.returncode is None:
            self.process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            return await self.process.wait()


@asynccontextmanager
async def running(module: str, *arguments: object) -> AsyncIterator[Program]:
    """Run `python -m module` until the block ends; it must print one ready line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *map(str, arguments),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            line = await process.stdout.readline()
        facts = json.loads(line)
        program = Program(facts["ready"], facts, process)
        yield program
        await program.stop()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
