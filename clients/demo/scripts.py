"""Which plays there are: the whole one of `kaibiao demo`, and a short one of each procedure.

The parties are the same in all of them. What they do follows from the round that the notice names;
a script says only what is bought, who comes, and what befalls whom.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from clients.demo.cast import BIDDERS
from clients.demo.cheating import Cheat
from crypto.seal_suites import CLASSIC
from tendering.procedures import PROCEDURES

REGION: Final = "510100"
# Of no real place: there the procuring entity chooses among the candidates by itself (评定分离).
SEPARATED_REGION: Final = "990000"
SHORT_BIDDERS: Final = 4
WORKS_FEN: Final = 4_860_000_000
# Below ten million yuan a committee of five is enough (87号令 第四十七条).
GOODS_FEN: Final = 800_000_000


@dataclass(frozen=True, slots=True)
class Script:
    """A play. `parts`: which bidder is not a plain one, and what befalls it.

    `rejected`: so many bids fail the review of a round that admits. `disputed`: the documents and
    the result are objected to, and there is a complaint over which the tender stands still.
    `suite`: in which bids are sealed. `cheat`: what somebody does that it should not.
    """

    procedure: str
    title: str
    estimate_fen: int = GOODS_FEN
    category: str = "goods"
    region: str = REGION
    bidders: int = SHORT_BIDDERS
    parts: Mapping[int, str] = field(default_factory=dict)
    rejected: int = 0
    award_method: str = ""
    disputed: bool = False
    small_files: bool = True
    suite: str = CLASSIC.name
    cheat: Cheat | None = None

    @property
    def regime(self) -> str:
        """The body of law that knows the procedure."""
        return next(regime for regime, names in PROCEDURES.items() if self.procedure in names)

    @property
    def asking(self) -> int:
        """Which bidder asks a question about the documents."""
        return min(2, self.bidders)


WHOLE: Final = Script(
    "open-tendering",
    "示范市第一中学教学楼新建工程施工",
    WORKS_FEN,
    "works",
    bidders=BIDDERS,
    parts={3: "replaces", 5: "loses_key", 8: "withdraws", 11: "late"},
    small_files=False,
)
_SHORT: Final = (
    Script("open-tendering", "示范市图书馆新建工程施工", WORKS_FEN, "works", disputed=True),
    Script("prequalified-tendering", "示范市大桥新建工程施工", WORKS_FEN, "works", rejected=1),
    Script(
        "two-envelope-tendering",
        "示范市绕城公路养护工程施工",
        WORKS_FEN,
        "works",
        parts={2: "loses_key"},
    ),
    Script(
        "invitation-tendering",
        "示范市博物馆修缮工程施工",
        WORKS_FEN,
        "works",
        region=SEPARATED_REGION,
        parts={4: "declines"},
        award_method="定标委员会票决",
    ),
    Script("two-stage-tendering", "示范市污水处理工程施工", WORKS_FEN, "works"),
    Script("procurement-open-tendering", "示范市中小学计算机采购"),
    Script("procurement-invitation-tendering", "示范市气象雷达采购", parts={4: "declines"}),
    Script("competitive-negotiation", "示范市应急通信设备采购", rejected=1),
    Script("competitive-consultation", "示范市政务系统设备采购", parts={2: "loses_key"}),
    Script("inquiry", "示范市办公桌椅采购"),
    Script("single-source", "示范市电梯原厂配件采购", bidders=1),
)
SCRIPTS: Final = {script.procedure: script for script in _SHORT}
