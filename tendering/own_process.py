"""Long work on bidders' files in a process of its own: a job in, an answer out, both JSON.

It yields to everything else, has bounds, and ends with whoever waits for it: a platform that is
stopped does not wait for it, and what it has begun is killed with it.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

MEMORY_BYTES_MAX: Final = 6 << 30
SECONDS_MAX: Final = 1800
PATIENCE_SECONDS: Final = 3600
NICENESS: Final = 19
ERROR_MAX: Final = 500


class ProcessFailed(Exception):
    """The process came to no answer; the sentence says what it said last."""


async def ask_process(module: str, job: Mapping[str, Any]) -> dict[str, Any]:
    """What `python -m module` answers, a module whose main is `answer`. Raises ProcessFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # A group of its own, so that what it starts ends with it.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            told, complained = await process.communicate(json.dumps(job).encode())
    except TimeoutError as error:
        raise ProcessFailed("it takes too long") from error
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        raise ProcessFailed(complained.decode(errors="replace")[-ERROR_MAX:])
    found: dict[str, Any] = json.loads(told)
    return found


def answer(work: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """Do the job on standard input within the bounds, and print what came of it."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    sys.stdout.write(json.dumps(work(json.load(sys.stdin))))
