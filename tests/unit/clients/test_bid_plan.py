"""bid.toml says what is meant, or is refused with a sentence."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from clients.sdk.plan import (
    PlanInvalid,
    parse_plan,
    parse_price,
    parse_subject,
    plan_template,
    require_envelopes,
)
from tendering.domain.tender import Tender
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_of
from tests.support.make import a_tender

TENDER = UUID(int=0x7E)
GOOD = f"""
tender = "{TENDER}"
lot = "1"
[qualification]
files = ["资格.pdf"]
objective = {{ credit = "8.00" }}
[technical]
files = ["技术一.pdf", "附件/技术二.pdf"]
[price]
files = ["报价.pdf"]
price = "128.5 万元"
duration_days = 300
quality = "合格"
project_manager = "示范项目经理"
"""
FOLDER = Path("bid")
CODES = tuple(
    body + uscc.calc_check_digit(body) for body in ("91510100MA0000001", "91510100MA0000002")
)
PREQUALIFICATION = round_of("prequalified-tendering", 1, rulebook_of("construction"))


def test_a_plan_is_read() -> None:
    plan = parse_plan(GOOD.encode(), FOLDER)

    assert (plan.tender_id, plan.lot) == (TENDER, "1")
    assert plan.files["technical"] == (FOLDER / "技术一.pdf", FOLDER / "附件/技术二.pdf")
    assert plan.forms["price"]["price_fen"] == 128_500_000
    assert [content.kind for content in plan.contents] == ["qualification", "technical", "price"]


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('"128.5 万元"', '"128.5"', "单位"),
        ('"128.5 万元"', '""', "未填写"),
        ('"128.5 万元"', "128.5", "未填写"),
        ('"128.5 万元"', '"0 元"', "大于零"),
        ('"128.5 万元"', '"0.001 元"', "最小单位"),
        ('"128.5 万元"', '"90071992547409.93 元"', "大于零"),
        ("duration_days = 300", "duration_days = 0", "duration_days"),
        ("duration_days = 300", "duration_days = true", "duration_days"),
        ("duration_days = 300", "", "duration_days"),
        ('"合格"', '" "', "quality"),
        ('files = ["资格.pdf"]', "files = []", "至少一个"),
        ('files = ["资格.pdf"]', "files = [1]", "至少一个"),
        ('{ credit = "8.00" }', "{ credit = 8.0 }", "objective.credit"),
        ('{ credit = "8.00" }', "3", "objective"),
        (f'"{TENDER}"', '"KB-2026-0001"', "UUID"),
        ('lot = "1"', "", "lot"),
        ("[technical]", "[technica]", "technica"),
        ("quality", "qualty", "qualty"),
        ('lot = "1"', 'lot = "1"\ntechnical = 3', "TOML"),
        ("tender", "\x00tender", "TOML"),
    ],
)
def test_what_is_not_meant_so_is_refused(good: str, bad: str, told: str) -> None:
    with pytest.raises(PlanInvalid, match=told):
        parse_plan(GOOD.replace(good, bad, 1).encode(), FOLDER)


def test_envelopes_that_the_round_does_not_ask_for_are_refused() -> None:
    text = GOOD[: GOOD.index("[technical]")] + GOOD[GOOD.index("[price]") :]
    plan = parse_plan(text.encode(), FOLDER)

    with pytest.raises(PlanInvalid, match="technical"):
        require_envelopes(plan, a_tender())
    with pytest.raises(PlanInvalid, match="缺少"):
        parse_plan(f'tender = "{TENDER}"\nlot = "1"'.encode(), FOLDER)


def test_a_template_asks_for_the_envelopes_of_the_round() -> None:
    tender = a_tender(round=PREQUALIFICATION)
    text = plan_template(tender, "1")

    assert "[qualification]" in text
    assert "[price]" not in text
    require_envelopes(parse_plan(text.encode(), FOLDER), tender)


def test_a_consortium_stands_in_the_first_envelope() -> None:
    plan = parse_plan((GOOD + consortium()).encode(), FOLDER)

    assert plan.forms["qualification"]["consortium"] == {
        "lead": CODES[0],
        "members": [
            {"uscc": CODES[0], "name": "示范单位甲"},
            {"uscc": CODES[1], "name": "示范单位乙"},
        ],
        "agreement": "资格.pdf",
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"agreement": "没有.pdf"}, "没有.pdf"),
        ({"codes": CODES[:1]}, "两个成员"),
        ({"codes": ("91", "92")}, "社会信用代码"),
        ({"extra": "share = 3"}, "share"),
        ({"members": "[1, 2]"}, "uscc"),
    ],
)
def test_a_consortium_that_does_not_hold_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(PlanInvalid, match=told):
        parse_plan((GOOD + consortium(**changes)).encode(), FOLDER)


def consortium(
    *,
    agreement: str = "资格.pdf",
    codes: tuple[str, ...] = CODES,
    extra: str = "",
    members: str = "",
) -> str:
    """The section of a bid.toml."""
    listed = ", ".join(
        f'{{ uscc = "{code}", name = "示范单位{name}" }}'
        for code, name in zip(codes, "甲乙", strict=False)
    )
    text = f'agreement = "{agreement}"\nmembers = {members or f"[{listed}]"}'
    return f"\n[consortium]\n{text}\n{extra}\n"


def test_text_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(PlanInvalid, match="TOML"):
        parse_plan(b"\xff\xfe", FOLDER)


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1 元", 100), ("1,285,000.00元", 128_500_000), (" 0.01 万元 ", 10_000), ("0.01 元", 1)],
)
def test_a_price_is_fen(text: str, fen: int) -> None:
    assert parse_price(text) == fen


@given(st.integers(1, 10**13))
def test_every_price_survives_being_written_in_yuan(fen: int) -> None:
    assert parse_price(f"{fen // 100}.{fen % 100:02d} 元") == fen


@pytest.mark.parametrize(
    "text", ["-1 元", "1e3 元", "1_000 元", "１元", "1. 元", ".5 元", "元", ","]
)
def test_an_odd_number_is_no_price(text: str) -> None:
    with pytest.raises(PlanInvalid):
        parse_price(text)


def test_the_template_says_what_it_is_for_before_it_is_filled_in(tender: Tender) -> None:
    text = plan_template(tender, "1").encode()

    subject = parse_subject(text)

    assert (subject.tender_id, subject.lot) == (tender.id, "1")
    with pytest.raises(PlanInvalid):
        parse_plan(text, FOLDER)
