"""The evaluation report in type: members, criteria, rejections, points, ranking, candidates."""

from itertools import groupby

from tendering.documents.data import EvaluationReport
from tendering.documents.opening_record import footer_of, heading_facts
from tendering.documents.typesetting import (
    Block,
    Rendered,
    fact_list,
    heading,
    moment,
    paragraph,
    table,
    typeset,
    yuan,
)


def render_evaluation_report(report: EvaluationReport) -> Rendered:
    """Make the PDF of an evaluation report. Blocks: call it in a thread."""
    return typeset(
        title="评标报告",
        number=report.heading.number,
        footer=footer_of(report.heading),
        blocks=[
            heading("一、基本情况"),
            fact_list(
                *heading_facts(report.heading),
                ("开标时间", moment(report.opened_at)),
                ("开标记录（SHA-256）", report.opening_record_digest),
                ("评标方法", report.method_title),
                ("评标方法摘要", report.method_digest),
            ),
            heading("二、评标委员会"),
            _members(report),
            heading("三、评审因素与标准"),
            table(
                ["评审因素", "类别", "满分"],
                [list(row) for row in report.criteria],
                shares=[16, 6, 4],
            ),
            heading("四、否决投标情况"),
            *_rejections(report),
            heading("五、价格评审"),
            paragraph(report.price_explanation or "无有效投标，未进行价格评审。"),
            *_prices(report),
            heading("六、得分汇总与排序"),
            _totals(report),
            heading("七、推荐的中标候选人"),
            *_candidates(report),
            heading("八、签署前核查及说明"),
            *_findings(report),
            *_dissents(report),
            heading("附：成员评分表"),
            *_sheets(report),
            heading("存证"),
            paragraph(
                f"评标结果摘要：{report.outcome_digest}。评标委员会日志至第"
                f"{report.committee.seq}条，链首{report.committee.head}。"
            ),
        ],
        signers=report.signers,
        made_at=report.heading.made_at,
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
    return said


def _prices(report: EvaluationReport) -> list[Block]:
    if not report.price_rows:
        return []
    rows = [list(row) for row in report.price_rows]
    return [table(["编号", "计算过程"], rows, shares=[2, 24])]


def _totals(report: EvaluationReport) -> Block:
    header = ["名次", "编号", "投标人", "报价（元）", "技术", "商务", "价格", "总分"]
    rows = [
        [
            one.rank or "否决",
            one.number,
            one.bidder_name,
            yuan(one.price_fen),
            one.technical or "—",
            one.business or "—",
            one.price_points or "—",
            one.total or "—",
        ]
        for one in report.bids
    ]
    return table(header, rows, shares=[3, 2, 8, 6, 3, 3, 3, 3])


def _candidates(report: EvaluationReport) -> list[Block]:
    if not report.candidates:
        return [paragraph("没有可以推荐的中标候选人。")]
    rows = [
        [str(one.rank), one.bidder_name, yuan(one.price_fen), one.total]
        for one in report.candidates
    ]
    return [table(["名次", "投标人", "报价（元）", "总分"], rows, shares=[3, 12, 6, 4])]


def _findings(report: EvaluationReport) -> list[Block]:
    if not report.findings:
        return [paragraph("汇总、分项、客观因素一致性和评分离散情况核查未发现问题。")]
    rows = [list(row) for row in report.findings]
    return [table(["核查发现", "成员说明"], rows, shares=[12, 12])]


def _dissents(report: EvaluationReport) -> list[Block]:
    said = [(one.name, one.dissent) for one in report.members if one.dissent]
    if not said:
        return [paragraph("全体成员对评标结论无不同意见。")]
    return [table(["成员", "不同意见及理由"], [list(row) for row in said], shares=[5, 20])]


def _sheets(report: EvaluationReport) -> list[Block]:
    """One table a member: a row for each bid and criterion."""
    blocks: list[Block] = []
    for member, marks in groupby(report.marks, key=lambda mark: mark.member):
        rows = [[mark.number, mark.criterion, mark.points] for mark in marks]
        blocks.append(paragraph(member))
        blocks.append(table(["编号", "评审因素", "得分"], rows, shares=[4, 16, 5]))
    return blocks
