"""Who a bidder is, found in documents however it is written."""

import pytest

from tendering.domain.identity_leaks import LEAKS_MAX, Text, Words, leaks_in, words_of

NAME, USCC = "示范市第一建设集团有限公司", "91510100MA00000001"
OWN = words_of(NAME, USCC, [{"project_manager": "示范某", "price_fen": 1}, {"legal_person": "  "}])
WORDS = Words(OWN, words_of("别处工程有限公司", "91510100MA00000002", []))


def test_a_bidder_is_known_by_names_code_and_people() -> None:
    assert OWN == (
        ("name", NAME),
        ("uscc", USCC),
        ("short_name", "示范市第一建设"),
        ("project_manager", "示范某"),
    )


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("本工程由示 范\n市第一建设集团有限公司承建", [("name", "own")]),
        ("示范市第一建设公司", [("short_name", "own")]),
        ("代码：９１５１０１００ma00000001", [("uscc", "own")]),
        ("项目经理 示范某", [("project_manager", "own")]),
        ("与别处工程有限公司合作", [("name", "other")]),
        ("示范市第一中学的建设方案", []),
    ],
)
def test_spacing_width_and_case_hide_nothing(text: str, kinds: list[tuple[str, str]]) -> None:
    found = leaks_in([Text(2, 3, text)], WORDS)

    assert [(one.kind, one.about) for one in found] == kinds
    assert all((one.file, one.page) == (2, 3) for one in found)


def test_the_excerpt_is_short_and_there_is_an_end() -> None:
    [one] = leaks_in([Text(1, 0, "甲" * 50 + USCC + "乙" * 50)], WORDS)

    assert one.excerpt == "甲" * 12 + USCC.lower() + "乙" * 12
    assert len(leaks_in([Text(1, page, USCC) for page in range(500)], WORDS)) == LEAKS_MAX
