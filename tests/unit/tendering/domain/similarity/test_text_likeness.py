"""The likeness of texts on cases made by hand."""

import random
from decimal import Decimal

import numpy as np
import pytest

from tendering.domain.similarity import comparing, passages
from tendering.domain.similarity import text as texts
from tendering.domain.similarity.comparing import TextLikeness, common_from, compare_texts, percent
from tendering.domain.similarity.fingerprints import FOUND_ALWAYS, chosen, grams, known
from tendering.domain.similarity.passages import union_letters
from tendering.domain.similarity.text import BidText, Document, Place, bid_text, letters

COPIED = (
    "本工程采用分段流水施工，第一段自轴线三至轴线九，先行开挖并浇筑垫层；"
    "第二段待防水层验收合格后插入，钢筋绑扎与模板支设交叉进行，由专人负责协调。"
)


def filler(seed: int, count: int = 400) -> str:
    chance = random.Random(seed)
    return "".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(count))


def bid(name: str, *pages: str) -> BidText:
    return bid_text(name, [Document("技术标.pdf", pages)])


def compared(*bids: BidText, tender: str = "") -> TextLikeness:
    return compare_texts(bids, [letters(tender)[0]] if tender else ())


def test_a_copied_passage_is_found_with_its_pages_and_as_it_was_written() -> None:
    one = bid("甲", filler(1), filler(2) + COPIED)
    other = bid("乙", filler(3) + COPIED + filler(4))

    (pair,) = compared(one, other).pairs

    (passage,) = pair.passages
    assert (pair.first, pair.second, pair.passages_found) == ("甲", "乙", 1)
    assert pair.letters == passage.letters == len(letters(COPIED)[0])
    assert passage.first_place == Place("技术标.pdf", 2)
    assert passage.second_place == Place("技术标.pdf", 1)
    assert (
        passage.first_text
        == passage.second_text
        == COPIED.rstrip("。").replace("；", ";").replace("，", ",")
    )
    assert pair.percent == percent(pair.letters, 400 + 400 + len(letters(COPIED)[0]))


def test_width_case_spaces_marks_and_page_numbers_change_nothing() -> None:
    plain = (
        "采用C30混凝土BIM模型协同管理平台进行全过程质量追溯，每200立方米留置一组试件并做好标识记录"
    )
    shown = (
        "采用Ｃ３０混凝土bim模型 协同管理\n- 12 -\n平台进行全过程、质量追溯。"
        "每２００立方米\n第 3 页 共 9 页\n留置一组试件，并做好标识记录"
    )

    (pair,) = compared(bid("甲", filler(1) + plain), bid("乙", filler(2), shown)).pairs

    assert pair.letters == len(letters(plain)[0])


def test_paragraphs_in_another_order_are_all_found() -> None:
    parts = [filler(seed, 60) for seed in range(10, 15)]

    (pair,) = compared(bid("甲", filler(1), *parts), bid("乙", *reversed(parts), filler(2))).pairs

    assert pair.letters == 300
    assert pair.passages_found == 5


def test_a_changed_word_does_not_break_a_passage() -> None:
    changed = COPIED.replace("浇筑", "浇捣").replace("第二段待", "第二施工段等待")

    (pair,) = compared(bid("甲", filler(1) + COPIED), bid("乙", filler(2) + changed)).pairs

    (passage,) = pair.passages
    assert len(letters(COPIED)[0]) - 6 <= passage.letters < len(letters(COPIED)[0])


def test_what_the_tender_says_is_nobodys_likeness() -> None:
    one, other = bid("甲", filler(1) + COPIED), bid("乙", filler(2) + COPIED)

    found = compared(one, other, tender="招标要求：" + COPIED)

    assert found.pairs == ()
    assert [row.of_tender for row in found.bids] == [len(letters(COPIED)[0])] * 2


def test_what_most_bids_have_is_told_once_and_counts_for_no_pair() -> None:
    law = filler(99, 80)
    bids = [bid(name, filler(seed) + law) for seed, name in enumerate("甲乙丙丁戊")]

    found = compared(*bids)

    assert found.pairs == ()
    (common,) = found.common
    assert (common.bids, common.bid, common.letters > 60) == (5, "甲", True)
    assert common.text in law


def test_what_two_of_many_share_is_not_common_ground() -> None:
    bids = [bid(name, filler(seed)) for seed, name in enumerate("甲乙丙丁戊")]
    bids[3] = bid("丁", filler(3) + COPIED)
    bids[1] = bid("乙", COPIED + filler(1))

    found = compared(*bids)

    assert [(pair.first, pair.second) for pair in found.pairs] == [("乙", "丁")]
    assert [common_from(count) for count in (2, 3, 4, 7, 30)] == [4, 4, 4, 4, 16]


def test_short_coincidences_are_no_passage() -> None:
    phrase = "投标人应当遵守有关法律法规的规定"

    assert compared(bid("甲", filler(1) + phrase), bid("乙", phrase + filler(2))).pairs == ()


def test_files_without_text_are_named_and_empty_bids_hurt_nobody() -> None:
    scan = bid_text("甲", [Document("扫描件.pdf", ("1", " ", "")), Document("坏.pdf", None)])

    found = compared(scan, bid("乙", filler(1)), bid("丙"))

    assert found.bids[0].without_text == ("扫描件.pdf", "坏.pdf")
    assert found.bids[1].without_text == ()
    assert found.pairs == ()
    assert percent(0, 0) == Decimal("0.00")
    assert scan.written(0, 0) == ""


def test_equal_bids_are_alike_to_the_full() -> None:
    repeated = filler(5, 50) * 6

    (pair,) = compared(bid("甲", repeated), bid("乙", repeated)).pairs

    assert pair.percent <= Decimal("100.00")
    assert pair.letters > 40


def test_a_long_text_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "CHARACTERS_MAX", 10)

    cut = bid("甲", filler(1, 8), filler(2, 8))

    assert cut.is_cut
    assert len(cut.codes) == 9


def test_pairs_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "PAIRS_MAX", 1)
    parts = filler(20, 60), filler(21, 90)

    found = compared(
        bid("甲", parts[0] + filler(1) + parts[1]), bid("乙", parts[0]), bid("丙", parts[1])
    )

    assert [(pair.first, pair.second) for pair in found.pairs] == [("甲", "丙")]
    assert found.pairs_left_out == 1


def test_a_long_passage_is_cut_where_it_is_shown() -> None:
    chapter = filler(7, passages.EXCERPT_MAX + 50)

    (pair,) = compared(bid("甲", chapter), bid("乙", chapter)).pairs

    assert pair.passages[0].letters == len(chapter)
    assert pair.passages[0].first_text == chapter[: passages.EXCERPT_MAX] + "…"


def test_the_work_can_be_stopped() -> None:
    class Stopped(Exception):
        pass

    def stop(stage: str, done: int, of: int) -> None:
        if stage == "pairs":
            raise Stopped

    with pytest.raises(Stopped):
        compare_texts([bid("甲", COPIED), bid("乙", COPIED)], (), stop)


def test_every_run_of_the_guaranteed_length_shares_a_fingerprint() -> None:
    chance = random.Random(4)
    for seed in range(200):
        run = filler(seed, FOUND_ALWAYS)
        one = filler(seed + 1000, chance.randrange(40)) + run + filler(seed + 2000, 20)
        other = filler(seed + 3000, chance.randrange(40)) + run + filler(seed + 4000, 20)
        kept = []
        for text in (one, other):
            hashes = grams(letters(text)[0])
            kept.append(set(hashes[chosen(hashes)].tolist()))

        assert kept[0] & kept[1]


def test_odds_and_ends_of_fingerprints() -> None:
    short = grams(letters("甲乙丙丁戊己庚辛壬")[0])

    assert len(grams(letters("短")[0])) == 0
    assert len(chosen(short[:0])) == 0
    assert len(chosen(short)) == 1
    assert not known([letters("短")[0]]).holds(short).any()
    assert union_letters(np.array([0, 5, 30]), np.array([10, 8, 40])) == 20
