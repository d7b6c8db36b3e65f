"""What the procuring entity announces, in type: notice, clarification, result, termination.

Each says which entry of the public journal it repeats: the entry counts, and anybody can compare.
"""

from tendering.documents.data import (
    ClarificationDocument,
    JournalMark,
    Notice,
    ResultNotice,
    TerminationNotice,
)
from tendering.documents.headed import headed, heading_facts
from tendering.documents.typesetting import (
    Block,
    Rendered,
    capital_yuan,
    fact_list,
    heading,
    moment,
    paragraph,
    table,
    yuan,
)


def render_notice(notice: Notice) -> Rendered:
    """Make the PDF of a notice. Blocks: call it in a thread."""
    lots = [
        [row.lot, row.title, _or_none(row.ceiling_price_fen), _or_none(row.bid_security_fen)]
        for row in notice.lots
    ]
    files = [[row.name, f"{row.size_bytes:,}", row.digest] for row in notice.files]
    return headed(
        notice.heading,
        notice.title,
        "Notice",
        blocks=[
            heading("一、项目概况"),
            fact_list(*heading_facts(notice.heading), ("依据", notice.law)),
            *([paragraph(notice.description)] if notice.description else []),
            heading("二、标段"),
            table(
                ["标段", "名称", "最高投标限价（元）", "投标保证金（元）"],
                lots,
                shares=[2, 10, 6, 6],
            ),
            heading("三、时间安排"),
            fact_list(*((name, moment(at)) for name, at in notice.timetable)),
            heading("四、文件的获取"),
            paragraph(f"在{notice.platform}注册后免费下载，除注册外不设任何门槛，下载人名单保密。"),
            table(["文件", "字节", "摘要"], files, shares=[7, 4, 13])
            if files
            else paragraph("无文件。"),
            heading("五、投标文件的递交与开启"),
            paragraph(
                "投标文件在投标人本机加密后递交到上述平台，截止时间以平台完整收到之时为准；"
                "平台没有解密密钥。投标人未能解密的，由下列密钥持有人中至少"
                f"{notice.threshold}家共同补救："
                f"{'、'.join(notice.key_holders) or '无'}。"
            ),
            heading("六、异议与投诉"),
            paragraph(
                f"对文件有异议的，在时间安排所列期限内通过平台提出；投诉向{notice.supervisor}提出。"
            ),
            *_evidence(notice.published),
        ],
        signers=notice.signers,
    )


def render_clarification(document: ClarificationDocument) -> Rendered:
    """Make the PDF of a clarification. Blocks: call it in a thread."""
    return headed(
        document.heading,
        f"澄清与修改（第{document.clarification}号）",
        f"Clarification No. {document.clarification}",
        blocks=[
            fact_list(
                *heading_facts(document.heading),
                ("发布时间", moment(document.published_at)),
                ("可能影响投标文件编制", "是" if document.affects_bids else "否"),
                ("投标截止时间", moment(document.deadline)),
            ),
            heading("内容"),
            *(paragraph(line) for line in document.text.splitlines() if line.strip()),
            paragraph("本文件是招标文件的组成部分，与其不一致之处以本文件为准。"),
            *_evidence(document.published),
        ],
        signers=document.signers,
    )


def render_result(notice: ResultNotice) -> Rendered:
    """Make the PDF of the announcement of a lot's result. Blocks: call it in a thread."""
    return headed(
        notice.heading,
        "中标结果公告",
        "Announcement of the Result",
        blocks=[
            fact_list(
                *heading_facts(notice.heading),
                ("中标人", notice.winner),
                ("中标价（元）", yuan(notice.price_fen)),
                ("中标价大写（人民币）", capital_yuan(notice.price_fen)),
                ("定标时间", moment(notice.awarded_at)),
                *([("公告期限至", moment(notice.shown_until))] if notice.shown_until else []),
                *([("评审专家名单", "、".join(notice.members))] if notice.members else []),
            ),
            *([heading("主要中标标的")] if notice.items else []),
            *(paragraph(item) for item in notice.items),
            paragraph(
                "本公告同时是向未中标的投标人告知中标结果的通知；各投标人可以登录平台查看本单位"
                "投标文件的结果及其理由。"
            ),
            paragraph(f"对结果有异议的，通过平台提出；投诉向{notice.supervisor}提出。"),
            *_evidence(notice.published),
        ],
        signers=notice.signers,
    )


def render_termination(notice: TerminationNotice) -> Rendered:
    """Make the PDF of the announcement that a tender is over. Blocks: call it in a thread."""
    return headed(
        notice.heading,
        "招标失败公告" if notice.failed else "终止公告",
        "Announcement of Failure" if notice.failed else "Announcement of Termination",
        blocks=[
            fact_list(
                *heading_facts(notice.heading),
                ("时间", moment(notice.ended_at)),
                ("原因", notice.cause),
            ),
            *(paragraph(line) for line in notice.text.splitlines() if line.strip()),
            paragraph(
                "已经下载文件的潜在投标人和已经递交投标文件的投标人由平台另行通知；"
                "未开启的投标文件不解密，投标保证金予以退还。"
            ),
            *_evidence(notice.published),
        ],
        signers=notice.signers,
    )


def _or_none(fen: int) -> str:
    return yuan(fen) if fen else "不设"


def _evidence(mark: JournalMark) -> list[Block]:
    return [
        heading("存证"),
        paragraph("本文件依据平台公开日志生成，日志与归档文件任何人可以离线复核。"),
        fact_list((f"公开日志第{mark.seq}条", mark.head)),
    ]
