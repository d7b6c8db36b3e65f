"""The notice of award candidates and the notice of award in type."""

from tendering.documents.data import AwardNotice, CandidatesNotice
from tendering.documents.headed import headed, heading_facts
from tendering.documents.typesetting import (
    Rendered,
    capital_yuan,
    fact_list,
    heading,
    moment,
    paragraph,
    table,
    yuan,
)


def render_candidates(notice: CandidatesNotice) -> Rendered:
    """Make the PDF of a notice of candidates. Blocks: call it in a thread."""
    rejected = [list(row) for row in notice.rejected]
    return headed(
        notice.heading,
        "中标候选人公示",
        "Notice of Award Candidates",
        blocks=[
            fact_list(
                *heading_facts(notice.heading),
                ("公示开始时间", moment(notice.publicity_from)),
                ("公示结束时间", moment(notice.publicity_until)),
            ),
            heading("一、中标候选人"),
            table(
                ["名次", "投标人", "投标报价（元）", "综合得分"],
                [
                    [str(row.rank), row.bidder_name, yuan(row.price_fen), row.total]
                    for row in notice.candidates
                ],
                shares=[2, 10, 6, 4],
            ),
            heading("二、被否决的投标及其依据"),
            table(["投标人", "依据"], rejected, shares=[10, 12]) if rejected else paragraph("无。"),
            heading("三、提出异议的渠道"),
            paragraph(
                "投标人或者其他利害关系人对评标结果有异议的，应当在公示期间通过本平台向招标人提出；"
                f"对答复不满意的，可以向{notice.supervisor}投诉。"
            ),
            heading("存证"),
            paragraph(f"评标报告（SHA-256）：{notice.report_digest}"),
        ],
        signers=notice.signers,
    )


def render_award_notice(notice: AwardNotice) -> Rendered:
    """Make the PDF of a notice of award. Blocks: call it in a thread."""
    duration = "—" if notice.duration_days is None else f"{notice.duration_days}日历天"
    return headed(
        notice.heading,
        "中标通知书",
        "Notice of Award",
        blocks=[
            paragraph(f"{notice.winner}："),
            paragraph(
                f"你方递交的“{notice.heading.tender_title}”第{notice.heading.lot}标段"
                "投标文件已被我方接受，被确定为中标人。"
            ),
            fact_list(
                *heading_facts(notice.heading),
                ("中标价（元）", yuan(notice.price_fen)),
                ("中标价大写（人民币）", capital_yuan(notice.price_fen)),
                ("工期", duration),
                ("质量", notice.quality or "—"),
                ("项目负责人", notice.project_manager or "—"),
                ("发出时间", moment(notice.heading.made_at)),
            ),
            paragraph(
                f"请于{moment(notice.contract_until)}前与我方订立书面合同，"
                "并按照招标文件规定提交履约保证金。"
            ),
        ],
        signers=notice.signers,
    )
