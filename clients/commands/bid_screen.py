"""What the bidder's tool shows: lines and progress for a person, one JSON object for a program."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from clients.sdk.checks import BidFinding, Weight
from clients.sdk.timing import DIFFERENCE_TOLD, PlatformTime

ENVELOPE_NAMES: Final = {
    "qualification": "资格与商务文件",
    "technical": "技术文件",
    "price": "报价文件",
}
MARKS: Final = {Weight.ERROR: "✗", Weight.QUESTION: "?", Weight.NOTE: "!"}
DEADLINE_NEAR: Final = timedelta(hours=2)

Told = Callable[[str, int], None]


@dataclass(slots=True)
class Screen:
    """Where a command speaks. With `as_json` all it says is one object at its end."""

    as_json: bool
    result: dict[str, Any] = field(default_factory=dict)
    console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))

    def say(self, text: str) -> None:
        """A line for a person."""
        if not self.as_json:
            self.console.print(escape(text))

    def set(self, **facts: Any) -> None:
        """Facts for a program."""
        self.result.update(facts)

    def finish(self, **facts: Any) -> None:
        """The object, if it was asked for."""
        self.set(**facts)
        if self.as_json:
            # Escaped, so that every terminal and every locale can carry it.
            self.console.file.write(json.dumps(self.result, default=str) + "\n")

    def findings(self, findings: list[BidFinding]) -> None:
        """What was found, the grave things first."""
        order = list(Weight)
        for one in sorted(findings, key=lambda finding: order.index(finding.weight)):
            question = f" (确认无误请加 --confirm {one.code})" if one.weight is order[1] else ""
            self.say(f"{MARKS[one.weight]} {one.where}: {one.text}{question}")
        self.set(findings=[asdict(one) for one in findings])

    def deadline(self, deadline: datetime, time: PlatformTime) -> None:
        """How long there is by the platform's clock, and how far this machine's is off."""
        left = deadline - time.now
        told = f"投标截止时间 {deadline.astimezone():%F %T},"
        past = left <= timedelta(0)
        self.say(told + ("已过" if past else f"还有 {_span(left)}"))
        if timedelta(0) < left < DEADLINE_NEAR:
            self.say("! 时间不多了:大文件上传需要时间,请立即递交,不要等到最后")
        if abs(time.ahead) > DIFFERENCE_TOLD:
            which = "快" if time.ahead > timedelta(0) else "慢"
            self.say(f"! 本机时钟比平台{which} {_span(abs(time.ahead))};以平台时间为准")
        self.set(
            deadline=deadline.isoformat(),
            platform_time=time.now.isoformat(),
            seconds_left=left.total_seconds(),
            clock_ahead_seconds=time.ahead.total_seconds(),
        )

    @contextmanager
    def progress(self, doing: str, sizes: dict[str, int], *, adding: bool) -> Iterator[Told]:
        """A bar for each envelope. `adding`: what is told is more bytes, not all so far."""
        if self.as_json or not self.console.is_terminal:
            yield lambda _kind, _count: None
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.console) as bars:
            tasks = {
                kind: bars.add_task(f"{doing} {ENVELOPE_NAMES[kind]}", total=size)
                for kind, size in sizes.items()
            }

            def told(kind: str, count: int) -> None:
                if adding:
                    bars.advance(tasks[kind], count)
                else:
                    bars.update(tasks[kind], completed=count)

            yield told


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} 天 {hours} 小时"
    if hours:
        return f"{hours} 小时 {minutes} 分钟"
    return f"{minutes} 分 {seconds % 60} 秒"
