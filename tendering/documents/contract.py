"""The cover of a contract in type: who agreed on what, and what departs from the bid."""

from tendering.documents.data import ContractCover
from tendering.documents.headed import headed, heading_facts
from tendering.documents.typesetting import (
    Rendered,
    capital_yuan,
    fact_list,
    heading,
    paragraph,
    table,
    yuan,
)


def render_contract(cover: ContractCover) -> Rendered:
    """Make the PDF of a contract's cover. Blocks: call it in a thread."""
    duration = "—" if cover.duration_days is None else f"{cover.duration_days}日历天"
    performance = "—" if cover.performance_fen is None else yuan(cover.performance_fen)
    departs = [list(row) for row in cover.deviations]
    return headed(
        cover.heading,
        "合同",
        "Contract",
        blocks=[
            fact_list(
                *heading_facts(cover.heading),
                ("承包人（供应商）", cover.winner),
                ("合同价（元）", yuan(cover.price_fen)),
                ("合同价大写（人民币）", capital_yuan(cover.price_fen)),
                ("工期", duration),
                ("质量", cover.quality or "—"),
                ("项目负责人", cover.project_manager or "—"),
                ("履约保证金（元）", performance),
            ),
            paragraph(
                "双方按照招标文件和中标人的投标文件订立本合同，不再订立背离合同实质性内容的其他协议。"
            ),
            heading("与中标内容不一致之处"),
            table(["事项", "中标内容", "合同内容"], departs, shares=[4, 8, 8])
            if departs
            else paragraph("无。"),
            heading("合同文本"),
            paragraph(f"全文由双方保存（SHA-256）：{cover.text_digest}"),
        ],
        signers=cover.signers,
    )
