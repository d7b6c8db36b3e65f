"""The clearing report (清标报告) in type: what a committee reads; its JSON has everything.

Every page says that it is material and no verdict. Figures stand as the report has them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tendering.documents.headed import DEMONSTRATION
from tendering.documents.typesetting import (
    Block,
    Rendered,
    fact_list,
    heading,
    paragraph,
    table,
    typeset,
    yuan,
)

# Of one kind in one bid; the JSON lists more, and counts all.
LISTED_MAX: Final = 30
EVIDENCE_MAX: Final = 200
_NO_VERDICT: Final = (
    "本报告由平台按招标文件载明的参数自动计算，供评标委员会核实使用，只列事实与线索，"
    "不构成对任何投标的结论；是否澄清、修正或者否决，由评标委员会依法决定。"
)


@dataclass(frozen=True, slots=True)
class ClearingHeading:
    """Whose report it is. `digest`: SHA-256 of the report as the journal has it, lower hex."""

    tender_number: str
    tender_title: str
    lot: str
    lot_title: str
    digest: str
    made_at: datetime
    demonstration: bool


def render_clearing(about: ClearingHeading, report: Mapping[str, Any]) -> Rendered:
    """Make the PDF of a report whose bids have their room's names. Blocks: call it in a thread."""
    footer = DEMONSTRATION if about.demonstration else about.tender_title
    return typeset(
        title="清标报告",
        subtitle="Clearing report",
        number=f"{about.tender_number}-清标-{about.lot}",
        footer=footer,
        blocks=list(_blocks(about, report)),
        signers=(),
        made_at=about.made_at,
        demonstration=about.demonstration,
    )


def _blocks(about: ClearingHeading, report: Mapping[str, Any]) -> Iterator[Block]:
    yield fact_list(
        ("项目名称", about.tender_title),
        ("项目编号", about.tender_number),
        ("标段", f"{about.lot} {about.lot_title}"),
        ("招标清单摘要", str(report["tender"]["digest"])),
        ("报告摘要", about.digest),
        ("参数", "，".join(f"{name}={value}" for name, value in report["terms"].items())),
    )
    yield paragraph(_NO_VERDICT)
    yield heading("一、清单合计与建议修正价")
    yield table(
        ["投标", "清单合计（元）", "所写总价（元）", "建议修正价（元）", "提示"],
        [
            [
                one["bid"],
                one["total"],
                one["stated_total"] or "—",
                yuan(one["suggested_price_fen"]),
                "；".join(f"{kind} {count}" for kind, count in one["counts"].items()) or "无",
            ]
            for one in report["bids"]
        ],
        shares=[5, 5, 5, 5, 8],
    )
    for one in report["unread"]:
        yield paragraph(f"{one['bid']}：没有可以读取的已标价工程量清单（{one['where']}）。")
    yield heading("二、需要核实的内容")
    for one in report["bids"]:
        yield from _findings(one)
    yield heading("三、共同点（线索，不是结论）")
    shared = report["evidence"][:EVIDENCE_MAX]
    if not shared:
        yield paragraph("未发现。")
        return
    yield table(
        ["种类", "投标", "说明", "例"],
        [
            [
                one["kind"],
                "、".join(one["bids"]),
                one["words"]["zh"],
                "；".join(one["examples"][:3]) or "—",
            ]
            for one in shared
        ],
        shares=[4, 5, 8, 8],
    )


def _findings(bid: Mapping[str, Any]) -> Iterator[Block]:
    rows: list[Sequence[str]] = []
    for kind, count in bid["counts"].items():
        of_kind = [one for one in bid["findings"] if one["kind"] == kind][:LISTED_MAX]
        rows += [[kind, one["item"] or "—", one["words"]["zh"]] for one in of_kind]
        if count > len(of_kind):
            rows.append([kind, "—", f"共{count}处，列出前{len(of_kind)}处"])
    if not rows:
        yield paragraph(f"{bid['bid']}：未发现需要核实的内容。")
        return
    yield paragraph(f"{bid['bid']}：")
    yield table(["种类", "项目", "说明"], rows, shares=[4, 4, 12])
