"""From blocks to PDF: the same bytes for the same data, nothing read as markup, places on pages."""

import io
from datetime import UTC, datetime
from itertools import combinations

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from crypto.pdf_signatures import placeholders
from tendering.documents.signing import SignaturePlace
from tendering.documents.typesetting import (
    Rendered,
    Signer,
    capital_yuan,
    fact_list,
    heading,
    moment,
    paragraph,
    table,
    typeset,
    yuan,
)

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def a_document(text: str = "正文", *, signers: int = 1, demonstration: bool = False) -> Rendered:
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
        demonstration=demonstration,
    )


def overlap(one: SignaturePlace, other: SignaturePlace) -> bool:
    return one.page == other.page and not (
        one.box[2] <= other.box[0]
        or other.box[2] <= one.box[0]
        or one.box[3] <= other.box[1]
        or other.box[3] <= one.box[1]
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
    rendered = a_document(signers=30)

    assert len(rendered.places) == 30
    assert not any(overlap(one, other) for one, other in combinations(rendered.places, 2))
    assert all(56 < one.box[0] < one.box[2] < 540 for one in rendered.places)
    assert all(60 < one.box[1] < one.box[3] < 775 for one in rendered.places)


def test_a_place_is_on_the_page_that_names_its_signer() -> None:
    rendered = a_document(signers=30)

    pages = pages_of(rendered)
    assert len({one.page for one in rendered.places}) > 2
    assert all(f"示范单位{number}" in pages[one.page] for number, one in enumerate(rendered.places))


def test_few_signatures_stand_on_the_page_of_the_text() -> None:
    assert len(pages_of(a_document(signers=2))) == 1


@pytest.mark.parametrize("demonstration", [True, False])
def test_every_page_of_a_demonstration_says_so(demonstration: bool) -> None:
    pages = pages_of(a_document("正文" * 5000, demonstration=demonstration))

    assert len(pages) > 3
    assert {"演示环境" in page and "Demonstration" in page for page in pages} == {demonstration}


@pytest.mark.parametrize(
    "text",
    [
        "'\"\\`${}#(){{}}//",
        "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
        "𠮷😀\ufffe",
        "\x00\x1b[31m",
        "长" * 10_000,
        "w" * 10_000,
        "/ByteRange [0 1 2 3] startxref %%EOF endobj",
    ],
)
def test_any_text_can_be_set_and_signed(text: str) -> None:
    rendered = a_document(text)

    assert pages_of(rendered)[0].startswith("开标记录")
    assert placeholders(rendered.pdf) == ()


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


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (12_345, "壹佰贰拾叁元肆角伍分"),
        (10_000_100, "壹拾万零壹元整"),
        (1_000_050_000, "壹仟万零伍佰元整"),
        (10_020_000_000, "壹亿零贰拾万元整"),
        (18_642_350_000, "壹亿捌仟陆佰肆拾贰万叁仟伍佰元整"),
    ],
)
def test_money_is_written_in_capital_figures(fen: int, words: str) -> None:
    assert capital_yuan(fen) == words
