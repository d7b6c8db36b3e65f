"""The evaluation report in type: the ten parts that 12号令 第四十二条 lists, in its order."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from tendering.documents.data import EvaluatedBid, EvaluationReport
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

# As many columns as stay readable beside the name of a criterion.
BIDS_A_SHEET: Final = 8


def render_evaluation_report(report: EvaluationReport) -> Rendered:
    """Make the PDF of an evaluation report. Blocks: call it in a thread."""
    return headed(
        report.heading,
        "评标报告",
        "Bid Evaluation Report",
        blocks=[
            heading("一、基本情况和数据表"),
            _basics(report),
            heading("二、评标委员会成员名单"),
            _members(report),
            heading("三、开标记录"),
            *_opened(report),
            heading("四、符合要求的投标一览表"),
            _conforming(report),
            heading("五、否决投标的情况说明"),
            *_rejections(report),
            heading("六、评标标准、评标方法或者评标因素一览表"),
            _criteria(report),
            heading("七、经评审的价格或者评分比较一览表"),
            *_prices(report),
            _totals(report),
            heading("八、经评审的投标人排序"),
            _ranking(report),
            heading("九、推荐的中标候选人名单与签订合同前要处理的事宜"),
            *_candidates(report),
            heading("十、澄清、说明、补正事项纪要"),
            _enquiries(report),
            heading("附一、签署前核查及不同意见"),
            *_findings(report),
            *_dissents(report),
            heading("附二、评标委员会成员评分表"),
            *_sheets(report),
            heading("附三、存证"),
            fact_list(
                ("评标结果摘要（SHA-256）", report.outcome_digest),
                (f"评标委员会日志至第{report.committee.seq}条", report.committee.head),
            ),
        ],
        signers=report.signers,
    )


def _basics(report: EvaluationReport) -> Block:
    return fact_list(
        *heading_facts(report.heading),
        ("开标时间", moment(report.opened_at)),
        ("评标报告形成时间", moment(report.heading.made_at)),
        ("评标方法", report.method_title),
        ("开启的投标", f"{len(report.bids)}份"),
        ("被否决的投标", f"{len(report.rejected)}份"),
    )


def _opened(report: EvaluationReport) -> list[Block]:
    """The record itself is a document of its own: here its digest and what was read out."""
    return [
        fact_list(("开标记录（SHA-256）", report.opening_record_digest)),
        _bids(sorted(report.bids, key=lambda one: one.number)),
    ]


def _conforming(report: EvaluationReport) -> Block:
    conforming = sorted((one for one in report.bids if one.rank), key=lambda one: one.number)
    return _bids(conforming) if conforming else paragraph("没有符合要求的投标。")


def _bids(bids: Sequence[EvaluatedBid]) -> Block:
    rows = [[one.number, one.bidder_name, yuan(one.price_fen)] for one in bids]
    return table(["编号", "投标人", "投标报价（元）"], rows, shares=[3, 14, 7])


def _criteria(report: EvaluationReport) -> Block:
    return table(
        ["评审因素", "类别", "满分"], [list(row) for row in report.criteria], shares=[16, 6, 4]
    )


def _members(report: EvaluationReport) -> Block:
    rows = [
        [str(one.seat), one.name, one.site, "组长" if one.chair else "成员"]
        for one in report.members
    ]
    return table(["席位", "姓名", "评标地点", "职责"], rows, shares=[3, 8, 8, 4])


def _rejections(report: EvaluationReport) -> list[Block]:
    if not report.rejected:
        return [paragraph("没有被否决的投标。")]
    rows = [
        [one.number, one.bidder_name, one.item, one.law, one.votes, one.reasons]
        for one in report.rejected
    ]
    header = ["编号", "投标人", "评审项", "依据", "表决", "理由与出处"]
    said: list[Block] = [table(header, rows, shares=[2, 6, 4, 6, 3, 10])]
    if report.competition_lacking:
        said.append(paragraph("否决后有效投标不足三个，评标委员会已就竞争性作出判断。"))
    if report.all_rejected_because:
        why = report.all_rejected_because
        said.append(paragraph(f"评标委员会认为投标明显缺乏竞争，否决全部投标。理由：{why}"))
    return said


def _prices(report: EvaluationReport) -> list[Block]:
    method = fact_list(("评标方法摘要（SHA-256）", report.method_digest))
    if not report.price_rows:
        return [method, paragraph("没有进行价格评审。")]
    rows = [list(row) for row in report.price_rows]
    return [
        method,
        *(paragraph(note) for note in report.price_notes),
        table(["编号", "价格评审计算过程"], rows, shares=[3, 24]),
    ]


def _totals(report: EvaluationReport) -> Block:
    header = ["编号", "投标人", "报价（元）", "技术", "商务", "价格", _total_title(report)]
    rows = [
        [
            one.number,
            one.bidder_name,
            yuan(one.price_fen),
            one.technical or "—",
            one.business or "—",
            one.price_points or "—",
            one.total or "否决",
        ]
        for one in sorted(report.bids, key=lambda one: one.number)
    ]
    return table(header, rows, shares=[3, 9, 7, 4, 4, 4, 4])


def _total_title(report: EvaluationReport) -> str:
    return "评审价格（元）" if report.by_lowest_price else "总分"


def _ranking(report: EvaluationReport) -> Block:
    rows = [[one.rank, one.bidder_name, one.total] for one in report.bids if one.rank]
    if not rows:
        return paragraph("没有可以排序的投标。")
    return table(["名次", "投标人", _total_title(report)], rows, shares=[3, 16, 5])


def _candidates(report: EvaluationReport) -> list[Block]:
    if not report.candidates:
        return [paragraph("没有可以推荐的中标候选人。")]
    rows = [
        [str(one.rank), one.bidder_name, yuan(one.price_fen), one.total]
        for one in report.candidates
    ]
    header = ["名次", "投标人", "报价（元）", _total_title(report)]
    return [table(header, rows, shares=[3, 12, 6, 4])]


def _findings(report: EvaluationReport) -> list[Block]:
    if not report.findings:
        return [paragraph("汇总、分项、客观因素一致性和评分离散情况核查未发现问题。")]
    rows = [list(row) for row in report.findings]
    return [table(["核查发现", "成员说明"], rows, shares=[12, 12])]


def _enquiries(report: EvaluationReport) -> Block:
    if not report.enquiries:
        return paragraph("评标委员会没有通过本平台要求投标人澄清、说明或者补正。")
    rows = [list(row) for row in report.enquiries]
    return table(["编号", "评标委员会的问题", "投标人的答复"], rows, shares=[2, 12, 12])


def _dissents(report: EvaluationReport) -> list[Block]:
    said = [(one.name, one.dissent) for one in report.members if one.dissent]
    if not said:
        return [paragraph("全体成员对评标结论无不同意见。")]
    return [table(["成员", "不同意见及理由"], [list(row) for row in said], shares=[5, 20])]


def _sheets(report: EvaluationReport) -> list[Block]:
    """One table a member: a row for each criterion, a column for each bid, some bids at a time."""
    blocks: list[Block] = []
    for member, marks in groupby(report.marks, key=lambda mark: mark.member):
        points = {(mark.criterion, mark.number): mark.points for mark in marks}
        criteria = list(dict.fromkeys(criterion for criterion, _ in points))
        numbers = list(dict.fromkeys(number for _, number in points))
        blocks.append(paragraph(member))
        for start in range(0, len(numbers), BIDS_A_SHEET):
            some = numbers[start : start + BIDS_A_SHEET]
            rows = [[one, *(points.get((one, number), "—") for number in some)] for one in criteria]
            header = ["评审因素", *(f"{number}号" for number in some)]
            blocks.append(table(header, rows, shares=[12, *(4 for _ in some)]))
    return blocks
