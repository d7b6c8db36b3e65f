"""What the person at the terminal sees: the platform's clock, what happened, who does what."""

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tendering.domain.calendar import SHANGHAI

EVENTS_SHOWN: Final = 14
COLUMNS: Final = 2
STYLES: Final = {"working": "bold green", "idle": "dim", "done": "cyan"}
REFRESH_A_SECOND: Final = 4
# Entries of the public journal that make the story; what is not here is not told.
STORY: Final = {
    "tender.published": "发布招标公告和招标文件",
    "clarification.published": "发布澄清",
    "tender.suspended": "暂停招标投标活动",
    "objection.answered": "答复异议",
    "tender.resumed": "恢复招标投标活动",
    "platform.outage": "平台中断，期限顺延",
    "submission.closed": "投标截止,开标,公布投标人名单",
    "tender.failed": "投标人不足,招标失败",
    "key.lost": "一家投标人密钥遗失,转由密钥持有人解密",
    "prices.revealed": "全部报价同时公布",
    "opening.resumed": "技术评分锁定,复会开报价信封",
    "opening.recorded": "开标记录签署完成",
    "qualification.checked": "采购人或者采购代理机构完成资格审查",
    "round.continued": "本轮结束,进入下一轮",
    "draw.pool_frozen": "冻结专家库",
    "draw.contributions_closed": "各方随机数密封截止",
    "draw.share_given": "密钥持有人交出份额,打开一方未公开的随机数",
    "committee.drawn": "抽取评标委员会",
    "committee.kept": "谈判、磋商小组不变,继续本轮",
    "evaluation.reported": "评标报告签署完成",
    "candidates.published": "公示中标候选人",
    "complaint.raised": "投标人向监督部门投诉",
    "complaint.decided": "监督部门决定是否受理投诉",
    "complaint.ruled": "监督部门作出投诉处理决定",
    "award.notified": "发出中标通知书",
    "supervisor.reported": "向监督部门提交书面报告",
    "contract.signed": "双方签订合同,投标担保随之解除",
}


class Progress:
    """A live table where there is a terminal, plain lines elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        """Show nothing yet."""
        self.console = Console() if console is None else console
        self._parties: dict[str, tuple[str, str]] = {}
        self._events: list[str] = []
        self._clock = ""
        self._live = Live(
            get_renderable=self._render,
            console=self.console,
            refresh_per_second=REFRESH_A_SECOND,
            transient=True,
        )

    def __enter__(self) -> "Progress":
        """Begin to show."""
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the story on the terminal, and nothing else."""
        self._live.stop()
        if self.console.is_terminal:
            self._print(self._events)

    def event(self, text: str, *, at: datetime | None = None) -> None:
        """Something happened that the story is about: now, or when the journal says."""
        line = f"{self._clock if at is None else _shown(at)} {text}".strip()
        self._events.append(line)
        if not self.console.is_terminal:
            self._print([line])

    def clock(self, now: datetime) -> None:
        """The platform's clock, shown as in Beijing."""
        self._clock = _shown(now)

    def party(self, name: str, text: str, *, state: str) -> None:
        """What a party does; `state` is working, idle or done."""
        self._parties[name] = (state, text)

    def _print(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.console.print(line, soft_wrap=True, markup=False, highlight=False)

    def _render(self) -> RenderableType:
        table = Table(title=f"平台时间 {self._clock}", expand=False)
        for heading in ("参与方", "正在") * COLUMNS:
            table.add_column(heading, no_wrap=True)
        cells = [
            (Text(name), Text(text, style=STYLES[state]))
            for name, (state, text) in self._parties.items()
        ]
        for start in range(0, len(cells), COLUMNS):
            table.add_row(*(cell for pair in cells[start : start + COLUMNS] for cell in pair))
        return Group(*(Text(line) for line in self._events[-EVENTS_SHOWN:]), table)


def _shown(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
