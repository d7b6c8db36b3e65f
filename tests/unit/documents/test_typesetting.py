"""From blocks to PDF: the same bytes for the same data, nothing read as markup, places on pages."""

import io
from datetime import UTC, datetime

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from crypto.pdf_signatures import placeholders
from tendering.documents.typesetting import (
    Rendered,
    Signer,
    fact_list,
    heading,
    moment,
    paragraph,
    table,
    typeset,
    yuan,
)

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def a_document(text: str = "正文", *, signers: int = 1) -> Rendered:
    return typeset(
        title="开标记录",
        number="KB-1",
        footer="示范",
        blocks=[
            heading("一、概况"),
            fact_list(("项目", text)),
            paragraph(text),
            table(["甲", "乙"], [[text, "2"]], shares=[1, 1]),
        ],
        signers=[Signer("投标人", f"示范单位{n}", person=n == 0) for n in range(signers)],
        made_at=AT,
    )


def pages_of(rendered: Rendered) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(rendered.pdf))
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_the_same_data_makes_the_same_bytes() -> None:
    assert a_document().pdf == a_document().pdf


@pytest.mark.parametrize("text", ["#panic()", "*a* _b_ $x$", "= 标题", "#sys.inputs", "@x <y>"])
def test_markup_in_the_data_is_shown_as_it_is(text: str) -> None:
    assert text in pages_of(a_document(text))[0]


def test_what_cannot_be_drawn_is_named() -> None:
    assert "〓(U+202E)" in pages_of(a_document("甲\u202e乙"))[0]


def test_every_signer_has_a_place_of_its_own() -> None:
    rendered = a_document(signers=12)

    pages = pages_of(rendered)
    assert len(set(rendered.places)) == 12
    assert [place.page for place in rendered.places] == [1] * 10 + [2] * 2
    assert "示范单位11" in pages[2]


def test_a_person_gets_a_wide_place_and_an_organization_a_square_one() -> None:
    person, organization = a_document(signers=2).places

    assert person.box[2] - person.box[0] > person.box[3] - person.box[1]
    assert organization.box[2] - organization.box[0] == pytest.approx(
        organization.box[3] - organization.box[1]
    )


def test_a_new_document_is_of_the_kind_that_can_be_signed() -> None:
    assert placeholders(a_document().pdf) == ()


def test_money_and_instants_are_written_as_readers_expect() -> None:
    assert yuan(123_456_789) == "1,234,567.89"
    assert moment(AT) == "2026-11-23 12:00:00"
