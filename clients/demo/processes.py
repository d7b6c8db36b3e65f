"""Starting, hearing and stopping the processes of the demonstration. None outlives it."""

import asyncio
import ctypes
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from clients.serving import write_private

ROOT: Final = Path(__file__).parents[2]
READY_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 10.0
RESTART_PAUSE_SECONDS: Final = 0.3
RESTARTS_MAX: Final = 50
LINE_BYTES_MAX: Final = 1 << 20
PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_LIBC: Final = ctypes.CDLL(None)

Heard = Callable[[dict[str, Any]], None]
Ended = Callable[[int], None]


class ProcessFailed(Exception):
    """A process of the demonstration ended, or did not become ready. `killed`: by a signal."""

    def __init__(self, why: str, *, killed: bool = False) -> None:
        """Say which one, and why."""
        super().__init__(why)
        self.killed = killed


@dataclass(slots=True)
class Child:
    """A process, what it says, and the task that hears it."""

    name: str
    process: asyncio.subprocess.Process
    hearing: asyncio.Task[None]


@dataclass(slots=True)
class Stage:
    """All processes of a demonstration. Each has `NAME.log` (errors) in the folder `logs`.

    The file `listed` tells their process ids, for whoever wants to kill one.
    """

    logs: Path
    listed: Path
    _children: dict[str, Child] = field(default_factory=dict)
    _keeping: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False

    async def __aenter__(self) -> "Stage":
        """Nothing runs yet."""
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything: politely, then not."""
        self._stopping = True
        for task in self._keeping:
            task.cancel()
        # Those that were started last go first: the server outlives its clients.
        for child in reversed(self._children.values()):
            if child.process.returncode is None:
                child.process.terminate()
            await self._wait_or_kill(child)

    async def start(
        self, name: str, arguments: Sequence[str], *, heard: Heard, ended: Ended | None = None
    ) -> Child:
        """Start `python ARGUMENTS`; `heard` gets each JSON line, `ended` the exit status."""
        errors = await asyncio.to_thread((self.logs / f"{name}.log").open, "ab")
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                limit=LINE_BYTES_MAX,
                start_new_session=True,  # Ctrl-C reaches the conductor alone, who stops the others
                preexec_fn=_end_with_parent,
            )
        finally:
            errors.close()
        hearing = asyncio.create_task(_hear(process, heard, ended))
        child = self._children[name] = Child(name, process, hearing)
        listed = json.dumps(self.process_ids).encode()
        await asyncio.to_thread(write_private, self.listed, listed)
        return child

    @property
    def process_ids(self) -> dict[str, int]:
        """The process id of each program as it was started last."""
        return {child.name: child.process.pid for child in self._children.values()}

    async def start_ready(self, name: str, arguments: Sequence[str]) -> dict[str, Any]:
        """Start a program that serves; what it says when it is ready. Raises ProcessFailed."""
        ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def heard(said: dict[str, Any]) -> None:
            if "ready" in said and not ready.done():
                ready.set_result(said)

        def ended(status: int) -> None:
            if not ready.done():
                why = f"{name} ended with status {status}"
                ready.set_exception(ProcessFailed(why, killed=status < 0))

        await self.start(name, arguments, heard=heard, ended=ended)
        try:
            async with asyncio.timeout(READY_SECONDS_MAX):
                return await ready
        except TimeoutError as error:
            raise ProcessFailed(f"{name} did not become ready") from error

    async def start_and_keep(
        self, name: str, start: Callable[[], Awaitable[object]], told: Callable[[str], None]
    ) -> None:
        """Start a program by `start`, and again whenever it ends; `told` hears of it.

        Raises ProcessFailed when it cannot be started at all.
        """
        for _ in range(RESTARTS_MAX):
            try:
                await start()
                break
            except ProcessFailed as error:
                if not error.killed:
                    raise
                told(f"{error},重新启动")
        self._keeping.append(asyncio.create_task(self._keep(name, start, told)))

    async def _keep(
        self, name: str, start: Callable[[], Awaitable[object]], told: Callable[[str], None]
    ) -> None:
        for _ in range(RESTARTS_MAX):
            status = await self._children[name].process.wait()
            if self._stopping:
                return
            told(f"{name} 已退出({status}),重新启动")
            await asyncio.sleep(RESTART_PAUSE_SECONDS)
            try:
                await start()
            except ProcessFailed as error:
                told(str(error))

    async def _wait_or_kill(self, child: Child) -> None:
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await child.process.wait()
        except TimeoutError:
            child.process.kill()
            await child.process.wait()
        await child.hearing


def _end_with_parent() -> None:
    """In the child, before it begins: the kernel ends it when the conductor is gone."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


async def _hear(process: asyncio.subprocess.Process, heard: Heard, ended: Ended | None) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            heard(said)
    status = await process.wait()
    if ended is not None:
        ended(status)
