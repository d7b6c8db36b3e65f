"""What the procuring entity announces, in type: what stands in it, and the QR code on it."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from tendering.documents.announcements import (
    render_clarification,
    render_notice,
    render_result,
    render_termination,
)
from tendering.documents.data import (
    ClarificationDocument,
    FileRow,
    Heading,
    JournalMark,
    LotRow,
    Notice,
    ResultNotice,
    TerminationNotice,
)
from tendering.documents.typesetting import Rendered, Signer

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HEADING = Heading(
    number="KB-2026-1-ZBGG",
    tender_number="KB-2026-1",
    tender_title="示范道路工程施工",
    lot="",
    lot_title="",
    procuring_entity="示范建设单位",
    agency="示范代理机构",
    made_at=AT,
    demonstration=False,
    proof="https://bids.example/proof/0190d5f1-4c30-7000-8000-000000000001/notice",
)
MARK = JournalMark(7, "ab" * 32)
SIGNERS = (Signer("招标人", "示范建设单位"),)
LOT_HEADING = replace(HEADING, lot="1", lot_title="一标段")


def a_notice(heading: Heading = HEADING) -> Rendered:
    return render_notice(
        Notice(
            heading=heading,
            title="招标公告",
            law="投标：《招标投标法》第十条、第二十八条",
            description="新建道路三公里。",
            lots=(LotRow("1", "一标段", 1_000_000_00, 20_000_00), LotRow("2", "二标段", 0, 0)),
            timetable=(("发布时间", AT), ("投标截止", AT + timedelta(days=20))),
            files=(FileRow("招标文件.pdf", 1_234_567, "cd" * 32),),
            key_holders=("示范公证处", "示范交易中心"),
            threshold=2,
            platform="本平台（https://bids.example）",
            supervisor="示范监督局",
            published=MARK,
            signers=SIGNERS,
        )
    )


def a_clarification() -> Rendered:
    text = "第一条。\n\n第二条。"
    return render_clarification(
        ClarificationDocument(HEADING, 3, text, True, AT, AT + timedelta(days=15), MARK, SIGNERS)
    )


def a_result() -> Rendered:
    return render_result(
        ResultNotice(LOT_HEADING, "示范甲公司", 9_876_543_21, AT, "示范监督局", MARK, SIGNERS)
    )


def a_procurements_result() -> Rendered:
    notice = ResultNotice(LOT_HEADING, "示范甲公司", 100, AT, "示范监督局", MARK, SIGNERS)
    members, until = ("示范专家甲", "示范专家乙"), AT + timedelta(days=1)
    told = replace(notice, items=("气象雷达：2台",), members=members, shown_until=until)
    return render_result(told)


def a_termination(*, failed: bool = False) -> Rendered:
    return render_termination(
        TerminationNotice(HEADING, failed, "不可抗力", "因洪水终止。", AT, MARK, SIGNERS)
    )


def text_of(rendered: Rendered) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(rendered.pdf))
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
        return "".join("".join(pages).split())
    finally:
        document.close()


@pytest.mark.parametrize(
    ("rendered", "said"),
    [
        (a_notice(), ["招标公告", "一标段", "1,000,000.00", "不设", "示范公证处", "招标文件.pdf"]),
        (a_clarification(), ["澄清与修改（第3号）", "第二条。", "2026-12-0812:00:00"]),
        (a_result(), ["中标结果公告", "示范甲公司", "9,876,543.21", "玖佰捌拾柒万"]),
        (
            a_procurements_result(),
            ["示范专家甲、示范专家乙", "气象雷达：2台", "公告期限至"],
        ),
        (a_termination(), ["终止公告", "不可抗力", "因洪水终止。"]),
        (a_termination(failed=True), ["招标失败公告"]),
    ],
    ids=["notice", "clarification", "result", "procurement", "termination", "failure"],
)
def test_a_document_says_what_its_entry_says(rendered: Rendered, said: list[str]) -> None:
    text = text_of(rendered)

    assert [words for words in [*said, "示范道路工程施工", "第7条"] if words not in text] == []
    assert len(rendered.places) == 1


def test_every_document_is_pdf_a_with_its_fonts_inside() -> None:
    for rendered in (a_notice(), a_clarification(), a_result(), a_termination()):
        with pikepdf.open(BytesIO(rendered.pdf)) as document:
            with document.open_metadata() as metadata:
                assert metadata.pdfa_status == "2B"
            embedded: list[Any] = [
                one.get("/FontDescriptor", {})
                for one in document.objects
                if isinstance(one, pikepdf.Dictionary) and "/FontDescriptor" in one
            ]
            assert embedded
            assert all("/FontFile2" in one or "/FontFile3" in one for one in embedded)


def test_the_page_is_darker_where_the_qr_code_stands() -> None:
    def dark_share(rendered: Rendered) -> float:
        document = pypdfium2.PdfDocument(rendered.pdf)
        try:
            page = document[0].render(scale=2).to_pil().convert("L")
        finally:
            document.close()
        # 16 mm wide from 20 mm below the top of the page, up to 20 mm from its right edge.
        corner = page.crop((987, 115, 1075, 201))
        dark: int = sum(count for level, count in enumerate(corner.histogram()) if level < 80)
        area: int = corner.width * corner.height
        return dark / area

    assert dark_share(a_notice()) > 0.25
    assert dark_share(a_notice(replace(HEADING, proof=""))) < 0.02
