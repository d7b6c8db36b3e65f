"""Several processes of one platform on one port: begun one by one, exchanged one by one.

Whoever runs the group serves nothing: it keeps the embedded database, if there is one, and starts
again what has died. An exchange starts a new process before it tells the old one to stop, so that
somebody always listens; the old one finishes what it has begun. New ones run the program as it is
installed by then, and read the configuration anew: that is an upgrade without a break.
"""

import asyncio
import ctypes
import json
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tendering.background import background
from tendering.backup.keeping_up import keeping_up
from tendering.database_choice import open_database
from tendering.listening import reserve
from tendering.ready_signal import tell_supervisor
from tendering.settings import Settings, SettingsRefused

READY_SECONDS: Final = 120
# Beside the drain: what is closed after the last request.
STOP_SECONDS: Final = 30
PROCESSES_MAX: Final = 64
PR_SET_PDEATHSIG: Final = 1  # prctl(2)

log = logging.getLogger(__name__)


class ProcessFailed(Exception):
    """A process of the group did not become ready, so the group ends."""


@dataclass(slots=True)
class Member:
    """A process that serves, and the task that waits for its end."""

    process: asyncio.subprocess.Process
    ended: asyncio.Task[int]


@dataclass(slots=True)
class ProcessGroup:
    """So many processes `python ARGUMENTS`, each given `told` on its standard input."""

    arguments: Sequence[str]
    told: Mapping[str, Any]
    drain_seconds: int
    members: list[Member] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> Member:
        """Start one more, and wait until it serves. Raises ProcessFailed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self.arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Ctrl-C at a terminal is for the group, which tells each.
            start_new_session=True,
        )
        ended = asyncio.create_task(process.wait())
        member = Member(process, ended)
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(dict(self.told)).encode())
            process.stdin.close()
            async with asyncio.timeout(READY_SECONDS):
                line = await process.stdout.readline()
        except (OSError, TimeoutError):
            line = b""
        except asyncio.CancelledError:
            await self._stop([member])
            raise
        if not line:
            await self._stop([member])
            raise ProcessFailed("a process of the platform did not become ready")
        self.members.append(member)
        ended.add_done_callback(lambda _: self._changed.set())
        return member

    async def keep(self, count: int, exchange: asyncio.Event) -> None:
        """Keep so many alive, for ever; exchange all when asked. Raises ProcessFailed."""
        while True:
            dead = [member for member in self.members if member.ended.done()]
            for member in dead:
                self.members.remove(member)
                log.error("process %d ended with %d", member.process.pid, member.ended.result())
            while len(self.members) < count:
                await self.start()
            if exchange.is_set():
                exchange.clear()
                await self._exchange()
                continue
            waiting = [asyncio.create_task(one.wait()) for one in (exchange, self._changed)]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()
            self._changed.clear()

    async def stop(self) -> None:
        """Let all finish what they have begun."""
        await self._stop(self.members)
        self.members.clear()

    async def _exchange(self) -> None:
        for old in tuple(self.members):
            try:
                new = await self.start()
            except ProcessFailed:
                # The release or its configuration is broken: those that run go on.
                log.exception("nothing more is exchanged")
                return
            self.members.remove(old)
            await self._stop([old])
            log.info("process %d took the place of %d", new.process.pid, old.process.pid)

    async def _stop(self, members: Sequence[Member]) -> None:
        for member in members:
            if member.process.returncode is None:
                member.process.terminate()
        for member in members:
            try:
                async with asyncio.timeout(self.drain_seconds + STOP_SECONDS):
                    await asyncio.shield(member.ended)
            except TimeoutError:
                log.warning("process %d does not end: killed", member.process.pid)
                member.process.kill()
                await member.ended


def as_member(settings: Settings, told: Mapping[str, Any]) -> Settings:
    """The settings of one of the group: the file's, but for what the group has decided."""
    die_with_parent()
    return replace(
        settings,
        server=replace(settings.server, **told["server"]),
        database=replace(settings.database, **told["database"]),
    )


def die_with_parent() -> None:
    """The kernel tells this process to stop when the one that started it is gone."""
    parent = os.getppid()
    if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM) or os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


async def serve_group(settings: Settings, count: int, arguments: Sequence[str]) -> int:
    """Serve with so many processes until a signal; SIGHUP exchanges all, one by one.

    Raises SettingsRefused, PortTaken, ProcessFailed.
    """
    if not 1 <= count <= PROCESSES_MAX:
        raise SettingsRefused(f"processes: 1 to {PROCESSES_MAX}")
    stop, exchange, loop = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, exchange.set)
    async with AsyncExitStack() as stack:
        line = stack.enter_context(reserve(settings.server))
        database, watch = await _database(stack, settings)
        port = line.getsockname()[1]
        told = {"server": {"port": port, "processes": max(count, 2)}, "database": database}
        group = ProcessGroup(arguments, told, settings.server.drain_seconds)
        stack.push_async_callback(group.stop)
        for _ in range(count):
            await _unless(stop, group.start())
        ended = asyncio.Event()
        loops = (group.keep(count, exchange), watch(), *keeping_up(settings))
        await stack.enter_async_context(background(ended, *loops))
        if not stop.is_set():
            _say_ready(line, group)
        waiting = [asyncio.create_task(each.wait()) for each in (stop, ended)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        return int(ended.is_set())


def _say_ready(line: socket.socket, group: ProcessGroup) -> None:
    host, port = line.getsockname()[:2]
    processes = [member.process.pid for member in group.members]
    print(json.dumps({"ready": f"http://{host}:{port}", "processes": processes}), flush=True)  # noqa: T201
    tell_supervisor("READY=1")


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, object]) -> None:
    """Do the work unless it is time to stop; what was begun then is cancelled."""
    doing, stopping = asyncio.ensure_future(work), asyncio.create_task(stop.wait())
    await asyncio.wait([doing, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not doing.done():
        doing.cancel()
        await asyncio.wait([doing])
        return
    await doing


async def _database(
    stack: AsyncExitStack, settings: Settings
) -> tuple[dict[str, str], Callable[[], Coroutine[None, None, None]]]:
    """What each process is told of the database: where an embedded one's addresses stand."""
    owner_dsn, dsn, watch = await open_database(stack, settings)
    if settings.database.dsn_file:
        return {}, watch
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kaibiao-")))
    files = {"dsn_file": dsn, "owner_dsn_file": owner_dsn}
    for name, text in files.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text, "utf-8")
    return {name: str(folder / name) for name in files}, watch
