"""Marks that bids share, and regular prices, on cases made by hand."""

from tendering.domain.similarity.marks import STRONG, WEAK, Mark, shared_marks
from tendering.domain.similarity.prices import price_regularities


def test_a_shared_author_is_told_with_both_files() -> None:
    found = shared_marks(
        [
            ("甲", [Mark("author", "示范编制人甲", "a.docx")]),
            ("乙", [Mark("author", " 示范编制人甲", "b.docx")]),
            ("丙", [Mark("author", "示范编制人乙", "c.docx"), Mark("author", "", "d.docx")]),
        ]
    )

    (one,) = found
    assert (one.kind, one.weight, one.bids) == ("author", STRONG, ("丙", "乙", "甲")[1:])
    assert one.places == (("甲", "a.docx"), ("乙", "b.docx"))
    assert one.words.zh == "作者相同：示范编制人甲"


def test_a_default_name_is_weak_and_stands_after_what_is_strong() -> None:
    marks = [Mark("author", "Administrator", "a.docx"), Mark("image", "ab" * 32, "a.pdf", 3)]

    strong, weak = shared_marks([("甲", marks), ("乙", marks)])

    assert (strong.kind, strong.places[0]) == ("image", ("甲", "a.pdf p.3"))
    assert (weak.kind, weak.weight) == ("author", WEAK)


def test_what_the_tenders_template_carries_says_nothing() -> None:
    mark = Mark("document_id", "8A31C0", "投标文件格式.docx")

    assert shared_marks([("甲", [mark]), ("乙", [mark])], [mark]) == ()


def test_what_most_have_says_nothing_but_the_same_file_does() -> None:
    bids = [
        (name, [Mark("software", "WPS 12", "a.pdf"), Mark("file", "00" * 32, "a.pdf")])
        for name in "甲乙丙丁"
    ]

    assert [one.kind for one in shared_marks(bids)] == ["file"]


def test_equal_steps_equal_ratios_and_round_shares_are_told() -> None:
    steps = price_regularities({"甲": 100_000_00, "乙": 101_000_00, "丙": 102_000_00, "丁": 0})
    ratios = price_regularities({"甲": 100_000_00, "乙": 102_000_00, "丙": 104_040_00})
    shares = price_regularities(
        {"甲": 93_827_16, "乙": 95_308_64, "丙": 98_666_66, "丁": 97_123_45}, 98_765_43
    )

    assert [(one.kind, one.bids) for one in steps] == [("regular_totals", ("甲", "乙", "丙"))]
    assert [(one.kind, one.count) for one in ratios] == [("regular_price_ratios", 3)]
    assert ratios[0].words.en == "each total is 1.020000 times the one before"
    assert [one.kind for one in shares] == ["round_share_of_ceiling"]
    assert shares[0].examples[0] == "甲 93827.16 = 95%"


def test_prices_without_a_rule_are_not_told() -> None:
    prices = {"甲": 95_123_41, "乙": 96_777_10, "丙": 99_901_07, "丁": 99_123_45}

    whole = {"甲": 95_000_00, "乙": 96_000_00, "丙": 99_000_00}
    assert price_regularities(prices, 100_000_00) == ()
    assert [one.kind for one in price_regularities(whole, 100_000_00)] == []
    assert price_regularities({"甲": 1, "乙": 2}) == ()
    assert [one.kind for one in price_regularities({"甲": 5, "乙": 5, "丙": 5})] == ["equal_totals"]
