"""The opening record in type: who bid, how each bid was opened, what was read out, who signs."""

from typing import Final, TypeAlias

from tendering.documents.data import HallDraw, OpeningRecord, OpeningRow
from tendering.documents.headed import headed, heading_facts
from tendering.documents.typesetting import (
    Block,
    Rendered,
    fact_list,
    heading,
    moment,
    paragraph,
    table,
    yuan,
)

_FINDINGS: Final = {
    "price-missing": "未填写报价",
    "above-ceiling": "超过最高投标限价",
    "unit-slip-suspected": "报价单位疑似有误",
    "amounts-differ": "大写、小写或正文金额不一致",
    "duration-missing": "未填写工期",
}
_OPENED_BY: Final = {
    "bidder": "投标人解密",
    "key_holders": "密钥持有人补救解密",
}
_FATES: Final = {
    "deemed_revoked": "投标人原因未解密，视为撤销投标文件",
    "deemed_withdrawn": "非投标人原因未解密，视为撤回投标文件",
}
_Section: TypeAlias = tuple[str, list[Block]]
# By session of the opening.
_TITLES: Final = {
    1: ("开标记录", "Record of Bid Opening"),
    2: ("报价开标记录（复会）", "Record of the Opening of Prices"),
}


def render_opening_record(record: OpeningRecord) -> Rendered:
    """Make the PDF of an opening record. Blocks: call it in a thread."""
    return headed(
        record.heading,
        *_TITLES[record.session],
        blocks=[
            heading("一、项目与开标概况"),
            fact_list(
                *heading_facts(record.heading),
                ("最高投标限价（元）", yuan(record.ceiling_price_fen)),
                ("投标截止时间", moment(record.deadline)),
                ("开标时间", moment(record.opened_at)),
                ("解密截止时间", moment(record.unlock_until)),
                ("集中唱标时间", moment(record.revealed_at)),
            ),
            heading("二、唱标记录"),
            _readings(record),
            heading("三、投标文件递交与解密"),
            _openings(record),
            *_consequences(record),
            paragraph("投标文件清单摘要（SHA-256）："),
            fact_list(
                *((f"{row.place} {row.bidder_name}", row.manifest_digest) for row in record.rows)
            ),
            *_numbered(_key_holders(record), _draw(record.draw), _announcements(record)),
            heading("存证"),
            paragraph("本记录依据平台日志生成，任何人可以凭归档文件离线复核。"),
            fact_list(
                (f"公开日志至第{record.public.seq}条", record.public.head),
                (f"保管日志至第{record.custody.seq}条", record.custody.head),
            ),
        ],
        signers=record.signers,
    )


def _readings(record: OpeningRecord) -> Block:
    return table(
        ["序号", "投标人", "投标报价（元）", "工期（天）", "质量", "项目负责人", "备注"],
        [
            [
                str(row.place),
                row.bidder_name,
                "—" if row.price_fen is None else yuan(row.price_fen),
                "—" if row.duration_days is None else str(row.duration_days),
                row.quality or "—",
                row.project_manager or "—",
                _remarks(row),
            ]
            for row in record.rows
        ],
        shares=[2, 8, 6, 3, 4, 5, 8],
    )


def _opening(row: OpeningRow) -> str:
    return _OPENED_BY[row.opened_by] if row.opened_by else _FATES[row.fate]


def _consequences(record: OpeningRecord) -> list[Block]:
    """What follows for who did not unlock, by whose fault it was, with the articles."""
    kept = f"（{record.kept_law}）" if record.kept_law else ""
    said = {
        "deemed_revoked": "因投标人原因未解密的，视为撤销其投标文件"
        f"（《电子招标投标办法》第三十一条）；招标文件约定的，投标保证金可以不予退还{kept}。",
        "deemed_withdrawn": "因投标人之外的原因未解密的，视为撤回其投标文件，投标保证金应当退还，"
        "投标人有权要求责任方赔偿直接损失（《电子招标投标办法》第三十一条）。",
    }
    found = {row.fate for row in record.rows}
    return [paragraph(text) for fate, text in said.items() if fate in found]


def _remarks(row: OpeningRow) -> str:
    said = [_FINDINGS.get(finding, finding) for finding in row.findings]
    if row.opened_by != "bidder":
        said.append(_opening(row))
    if row.confirmed_at is not None:
        said.append("投标人已确认")
    return "；".join(said) or "—"


def _openings(record: OpeningRecord) -> Block:
    return table(
        ["序号", "投标人", "统一社会信用代码", "递交时间", "解密方式"],
        [
            [
                str(row.place),
                row.bidder_name,
                row.uscc,
                moment(row.received_at),
                _opening(row),
            ]
            for row in record.rows
        ],
        shares=[2, 8, 7, 6, 8],
    )


def _numbered(*sections: _Section | None) -> list[Block]:
    """The sections that have something to say, under their numbers."""
    blocks: list[Block] = []
    said = [section for section in sections if section is not None]
    for number, (title, content) in zip("四五六", said, strict=False):
        blocks += [heading(f"{number}、{title}"), *content]
    return blocks


def _key_holders(record: OpeningRecord) -> _Section | None:
    if not record.key_holders:
        return None
    rows = [
        [str(holder.number), holder.name, "、".join(holder.bidders)]
        for holder in record.key_holders
    ]
    header = ["编号", "密钥持有人", "参与补救的投标文件"]
    return "密钥持有人补救解密", [table(header, rows, shares=[2, 8, 20])]


def _draw(draw: HallDraw | None) -> _Section | None:
    """What was drawn, ball by ball, and every number that went into it."""
    if draw is None:
        return None
    results = [
        [
            row.name,
            row.result,
            "；".join(f"{drawn}（球箱：{urn}）" for urn, drawn in row.balls),
        ]
        for row in draw.results
    ]
    numbers = [
        (row.name, "；".join(said for said in (row.value, row.remark) if said))
        for row in draw.contributions
    ]
    return "现场抽取", [
        fact_list(("抽取时间", moment(draw.at)), ("抽取种子", draw.seed)),
        table(["抽取事项", "结果", "依次抽得的球"], results, shares=[5, 10, 15]),
        paragraph("各方封存后公开的随机数："),
        fact_list(*numbers),
    ]


def _announcements(record: OpeningRecord) -> _Section | None:
    if not record.announcements:
        return None
    rows = [[moment(at), text] for at, text in record.announcements]
    return "主持人宣布事项", [table(["时间", "内容"], rows, shares=[6, 24])]
