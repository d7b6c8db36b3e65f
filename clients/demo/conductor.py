"""The conductor of the demonstration: starts every process, lets the clock jump, collects results.

It knows the parties by what they say of themselves and by nothing else; what they do with one
another goes over the platform. If the server dies it is started again, and the play goes on.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from clients.demo.cast import (
    BIDDERS,
    agency,
    experts,
    fresh_password,
    insurers,
    key_holders,
    procuring_entity,
    supervisor,
)
from clients.demo.casting import Part, enrollments, parts
from clients.demo.cheating import CHEATING_BIDDER, LOSES_KEY, TOLD, Cheat, damage
from clients.demo.from_ocds import read_plan
from clients.demo.insuring import start_insurers
from clients.demo.jumping import Idleness
from clients.demo.party import PATIENCE_SECONDS, letter_file
from clients.demo.processes import ProcessFailed, Stage
from clients.demo.progress import STORY, Progress
from clients.demo.registering import Account, register_experts, register_players
from clients.demo.results import ArchiveBroken, FolderInUse, collect, prepare_folder
from clients.demo.scripts import SCRIPTS, WHOLE, Script
from clients.demo.setting import set_stage
from clients.demo.template import TenderPlan, plan_of, plan_of_template
from clients.journal_following import JournalFollower
from clients.platform import Platform, PlatformRefused, PlatformUnreachable, open_platform
from clients.serving import write_private
from crypto.seal_suites import CLASSIC
from tendering.domain.refusals import Refused

PROCESSES: Final = "processes.json"
WATCH_SECONDS: Final = 0.2
STUCK_SECONDS_MAX: Final = 30.0
PLAY_SECONDS_MAX: Final = 900.0
# Exit status of a play with a cheat, when the verifier has named who it was.
CHEAT_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What is played and where the results go. `fast`: small files, for tests.

    `procedure`: in its short form; without one, open tendering of works with everything in it.

    With `transcripts` each party keeps what it and the platform said, without secrets. `suite`: in
    which bids are sealed. `bidding`: how many bidders take part; with fewer than three the tender
    fails. `cheat`: what one of all these does that it should not.
    """

    folder: Path
    procedure: str | None = None
    ocds: Path | None = None
    ocid: str | None = None
    as_cny: bool = False
    fast: bool = False
    transcripts: bool = False
    suite: str = CLASSIC.name
    bidding: int | None = None
    cheat: Cheat | None = None


class DemonstrationFailed(Exception):
    """A party failed, or nobody can go on."""


_FAILURES: Final = (
    ArchiveBroken,
    DemonstrationFailed,
    PlatformRefused,
    PlatformUnreachable,
    ProcessFailed,
    TimeoutError,
)


@dataclass(slots=True)
class Performance:
    """A demonstration that is being played."""

    operator: Platform
    stage: Stage
    progress: Progress
    idleness: Idleness
    folder: Path
    kept: Path
    cheat: Cheat | None = None
    journals: list[JournalFollower] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stuck_since: float | None = None

    def heard(self, part: Part, said: dict[str, Any]) -> None:
        """A party has said something."""
        if "letter" in said:
            self._deliver(said["subject"], said["letter"])
            return
        self.idleness.heard(part.login, said, at=time.monotonic())
        state = self.idleness.parties[part.login]
        shown = "done" if state.done else "idle" if state.idle else "working"
        self.progress.party(part.name, state.text, state=shown)

    def ended(self, part: Part, status: int) -> None:
        """A party's process has ended."""
        if not self.idleness.parties[part.login].done:
            self.failures.append(f"{part.name}({part.login}) 以状态 {status} 退出")

    async def watch(self) -> None:
        """Let the clock jump whenever everybody is idle, until all are done.

        Raises DemonstrationFailed.
        """
        async with asyncio.timeout(PLAY_SECONDS_MAX):
            while not self.idleness.all_done:
                await self._follow()
                if self.failures:
                    raise DemonstrationFailed("; ".join(self.failures))
                self._require_moving()
                if self.idleness.may_jump:
                    await self._jump()
                await asyncio.sleep(WATCH_SECONDS)
            await self._follow()

    async def _jump(self) -> None:
        # Sent once: a jump whose answer was lost must not become two. If it was not done, everybody
        # will be idle again and it comes anew.
        with suppress(PlatformUnreachable):
            await self.operator.call(
                "POST", "/demonstration/clock/jump", body={}, patience_seconds=0.0
            )
        self.progress.clock(await self.operator.clock())
        self.idleness.jumped(at=time.monotonic())

    async def _follow(self) -> None:
        self.progress.clock(await self.operator.clock())
        board = (await self.operator.get("/tenders", {"limit": 1}))["items"]
        newest = UUID(board[0]["id"]) if board else None
        if newest is not None and newest not in {one.tender_id for one in self.journals}:
            self.journals.append(JournalFollower(self.operator, newest))
        for journal in self.journals:
            for entry in await journal.look():
                if entry.kind in STORY:
                    self.progress.event(STORY[entry.kind], at=entry.at)
                if self.cheat is Cheat.DAMAGED and entry.body.get("occasion") == "eve":
                    await self._damage()

    async def _damage(self) -> None:
        """The operator changes a byte of a container that it keeps, when all bids are in."""
        bidder = self.folder / f"bidder{CHEATING_BIDDER:02d}"
        (sealed,) = await asyncio.to_thread(lambda: list(bidder.glob("*/sealed/price.age")))
        if not await asyncio.to_thread(damage, self.kept, sealed):
            raise DemonstrationFailed("找不到要损坏的加密投标文件")

    def _require_moving(self) -> None:
        stuck = self.idleness.stuck
        now = time.monotonic()
        if not stuck:
            self.stuck_since = None
        elif self.stuck_since is None:
            self.stuck_since = now
        elif now > self.stuck_since + STUCK_SECONDS_MAX:
            raise DemonstrationFailed("没有人能继续: " + "; ".join(stuck))

    def _deliver(self, subject: str, letter: dict[str, Any]) -> None:
        content = json.dumps(letter).encode()
        for login in self.idleness.parties:
            write_private(self.folder / login / letter_file(subject), content)


async def play(options: DemoOptions, progress: Progress) -> list[str]:
    """Play one tender from notice to award; what came out of it, a sentence a line.

    Raises DemonstrationFailed, ProcessFailed, and what reading a publication raises.
    """
    began = time.monotonic()
    script = _script(options)
    plan = _plan(options, script)
    prepare_folder(options.folder)
    enrolled = enrollments()
    async with Stage(options.folder / "logs", options.folder / PROCESSES) as stage:
        progress.event("启动平台、见证方、时间戳机构、外部证书机构和保险公司")
        setting = await set_stage(
            stage,
            options.folder,
            holders=[one.holder for one in enrolled.values()],
            told=progress.event,
        )
        async with open_platform(setting.platform, patience_seconds=PATIENCE_SECONDS) as operator:
            await operator.log_in(setting.operator_login, setting.operator_password)
            accounts = await _register(operator, plan)
            sureties = [accounts[player.login] for player in insurers()]
            await start_insurers(
                stage, options.folder / "keys", operator, sureties, ports=[0] * len(sureties)
            )
            cast = list(
                parts(
                    accounts,
                    plan,
                    script,
                    enrolled=enrolled,
                    authority=setting.authority,
                )
            )
            idleness = Idleness.of(part.login for part in cast)
            folder = options.folder / "parties"
            performance = Performance(
                operator, stage, progress, idleness, folder, setting.data, options.cheat
            )
            if options.cheat is not None:
                progress.event(f"有人作弊: {TOLD[options.cheat]}")
            progress.event(f"{len(cast)} 个参与方各自启动")
            await _start(performance, cast, setting.platform, transcripts=options.transcripts)
            await performance.watch()
        return await collect(options.folder, script, began=began)


async def _register(operator: Platform, plan: TenderPlan) -> dict[str, Account]:
    """Accounts for whoever needs the operator's word; bidders register themselves."""
    players = [
        procuring_entity(plan.procuring_entity),
        agency(),
        supervisor(),
        *key_holders(),
        *insurers(),
    ]
    accounts = await register_players(operator, players, passwords=_fresh)
    return accounts | await register_experts(operator, list(experts()), passwords=_fresh)


async def _start(
    performance: Performance, cast: Sequence[Part], platform: str, *, transcripts: bool
) -> None:
    for part in cast:
        performance.progress.party(part.name, "", state="working")
    for part in cast:
        config = part.write(performance.folder, platform, transcript=transcripts)
        await performance.stage.start(
            part.login,
            ["-m", "clients.demo.party", part.role, "--config", str(config)],
            heard=partial(performance.heard, part),
            ended=partial(performance.ended, part),
        )


def _fresh(_login: str) -> str:
    return fresh_password()


def _script(options: DemoOptions) -> Script:
    if options.procedure is not None:
        return SCRIPTS[options.procedure]
    cheat, parts = options.cheat, dict(WHOLE.parts)
    if cheat is not None and cheat not in LOSES_KEY:
        del parts[CHEATING_BIDDER]
    fewest = BIDDERS if cheat is None else CHEATING_BIDDER
    return replace(
        WHOLE,
        small_files=options.fast,
        parts=parts,
        bidders=options.bidding or fewest,
        suite=options.suite,
        cheat=cheat,
    )


def _plan(options: DemoOptions, script: Script) -> TenderPlan:
    if options.procedure is not None:
        return plan_of(script)
    if options.ocds is None:
        return replace(plan_of_template(), suite=script.suite)
    return read_plan(options.ocds, as_cny=options.as_cny, ocid=options.ocid)


def run(options: DemoOptions) -> int:
    """Play, and tell how it went: the exit status of `kaibiao demo`."""
    progress = Progress()
    with progress:
        try:
            lines = asyncio.run(play(options, progress))
        except (FolderInUse, OSError, Refused) as error:
            progress.console.print(f"无法开始: {error}", markup=False)
            return 1
        except _FAILURES as error:
            progress.console.print(f"示范失败: {error}", markup=False)
            progress.console.print(f"日志: {options.folder / 'logs'}", markup=False)
            return 1
        except KeyboardInterrupt:
            progress.console.print("已中断,全部进程已停止", markup=False)
            return 130
    for line in lines:
        progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0 if options.cheat is None else CHEAT_NAMED
