"""The certificate of an archive in type: what it holds, how long it is kept, how it was tested."""

from tendering.documents.data import ArchiveCertificate
from tendering.documents.headed import headed, heading_facts
from tendering.documents.typesetting import (
    Rendered,
    fact_list,
    heading,
    moment,
    paragraph,
    table,
)


def render_archive_certificate(certificate: ArchiveCertificate) -> Rendered:
    """Make the PDF of the certificate of an archive. Blocks: call it in a thread."""
    papers = [
        [one.number, one.title, str(one.signatures), one.digest] for one in certificate.papers
    ]
    tests = [[name, "通过" if holds else "未通过", told] for name, holds, told in certificate.tests]
    until = certificate.keep_until
    return headed(
        certificate.heading,
        "档案证明",
        "Certificate of the Archive",
        blocks=[
            heading("一、项目与档案"),
            fact_list(*heading_facts(certificate.heading), *certificate.metadata),
            heading("二、保管期限"),
            fact_list(
                ("保管期限", certificate.retention),
                ("程序结束时间", moment(certificate.ended_at)),
                ("不得早于此时销毁", "永久保存" if until is None else moment(until)),
                ("依据", certificate.law),
            ),
            heading("三、四性检测（平台归档时）"),
            table(["检测", "结果", "说明"], tests, shares=[3, 3, 14]),
            heading("四、签章文件"),
            table(["编号", "文件", "签章数", "摘要（SHA-256）"], papers, shares=[6, 4, 2, 10])
            if papers
            else paragraph("无。"),
            heading("存证"),
            paragraph("归档文件任何人可以离线复核；日志止于："),
            fact_list(
                (f"公开日志第{certificate.public.seq}条", certificate.public.head),
                (f"保管日志第{certificate.custody.seq}条", certificate.custody.head),
                (f"评标日志第{certificate.committee.seq}条", certificate.committee.head),
            ),
        ],
        signers=certificate.signers,
    )
