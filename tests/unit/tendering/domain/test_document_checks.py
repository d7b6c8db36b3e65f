"""What the check of tender documents finds, where, and what it leaves alone."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tendering.domain.clauses import load_clauses
from tendering.domain.document_checks import (
    CheckedDocument,
    DocumentFinding,
    check_from_json,
    check_json,
    check_pages,
    conflict_findings,
    decide_finding,
    document_findings,
    open_blocks,
    require_checked,
)
from tendering.domain.overrides import Person
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.documents import DocumentFindingsOpen, DocumentsUnchecked
from tendering.domain.refusals.rules import RulebookInvalid
from tendering.domain.tender import Document, Tender
from tendering.rulebooks import clauses_of_documents
from tests.support.evaluation import METHOD
from tests.support.make import a_tender

CLAUSES = clauses_of_documents()
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SOMEBODY = Person(UUID(int=7), "示范经办人", UUID(int=8))
REASON = "该处为对行政区划的一般介绍，不是资格要求。"
# Nothing to find: the terms of `a_tender`, and clauses that forbid what the law forbids.
SOUND = """投标有效期为90日历天。投标截止时间：2026年12月18日上午9时30分。
采用综合评估法。最高投标限价1000万元，投标保证金为19万元。解密时间为30分钟。
不得指定品牌；品牌须为甲级或者相当于甲级的产品。投标人无需报名。不设最低投标限价。
投标报价不得低于成本。不得以投标人在本市的业绩加分。中标后须在本市设立办事处。"""


def checked(*texts: str, regime: str = "construction") -> list[CheckedDocument]:
    return [
        CheckedDocument(
            Document(f"{number}.pdf", bytes([number]) * 32, 1000, "application/pdf"),
            check_pages(text.split("\f"), CLAUSES, regime),
        )
        for number, text in enumerate(texts, start=1)
    ]


def found(tender: Tender, *texts: str, regime: str = "construction") -> list[DocumentFinding]:
    return list(document_findings(tender, checked(*texts, regime=regime)))


def rules(*texts: str, regime: str = "construction") -> set[str]:
    findings = found(a_tender(), *texts, regime=regime)
    return {one.rule for one in findings if one.rule.startswith("DOC-")}


def test_sound_documents_have_no_findings() -> None:
    assert found(a_tender(method=METHOD), SOUND) == []


@pytest.mark.parametrize(
    ("regime", "cases"),
    [
        (
            "construction",
            {
                "DOC-REGION-AWARD": "投标人获得本省优质工程奖的，每项加2分。",
                "DOC-LOCAL-BIDDER": "投标人须在本市注册的企业中选取。",
                "DOC-BRAND": "水泥必须采用某某品牌。",
                "DOC-BRAND-NAMED": "参考品牌：某某。",
                "DOC-OWNERSHIP": "投标人须为国有企业。",
                "DOC-CAPITAL": "注册资本不低于5000万元。",
                "DOC-SIGN-UP": "未报名的投标人，其投标不接受。",
                "DOC-TOOL": "投标人必须购买专用的投标软件。",
                "DOC-SITE-VISIT": "招标人将组织部分潜在投标人踏勘现场。",
                "DOC-LOWEST-LIMIT": "最低投标限价为800万元。",
                "DOC-FORMALITY": "投标文件未胶装的，否决其投标。",
                "DOC-GUARANTEE-REFUSED": "投标保证金不接受保函。",
                "DOC-NO-REMEDY": "投标人不得提出异议。",
            },
        ),
        (
            "government_procurement",
            {
                "DOC-SIZE": "供应商上年度营业收入不少于1亿元。",
                "DOC-TRIMMED-PRICES": "去掉一个最高报价和一个最低报价后计算平均值。",
                "DOC-MAKER": "须提供制造商授权书。",
                "DOC-CASH-ONLY": "投标保证金不接受保函。",
            },
        ),
    ],
)
def test_each_clause_is_found_in_its_regime(regime: str, cases: dict[str, str]) -> None:
    met = {name: rules(text, regime=regime) for name, text in cases.items()}

    assert {name for name, rule in met.items() if name not in rule} == set()
    known = {one.id for one in CLAUSES.clauses if one.regime == regime}
    assert known <= set(cases), "each clause of one regime has a case"


def test_a_finding_names_page_passage_and_article_across_broken_lines() -> None:
    (finding,) = found(
        a_tender(), "封面\f水泥必须采\r\n用 某某 品\n牌。" + SOUND.split("。", 1)[0] + "。"
    )[:1]

    assert (finding.rule, finding.page, finding.document) == ("DOC-BRAND", 2, "1.pdf")
    assert "水泥必须采用某某品牌" in finding.passage
    assert "第三十二条" in finding.law


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("投标有效期为60日历天。", "TERM-VALIDITY-DAYS", "60"),
        ("开标后30分钟内不计，解密时间5分钟。", "TERM-UNLOCK-MINUTES", "5"),
        ("投标截止时间：2026年12月18日下午2时30分。", "TERM-DEADLINE", "2026-12-18T14:30"),
        ("投标截止时间为2026年12月19日。", "TERM-DEADLINE", "2026-12-19"),
        ("最高投标限价为1000元。", "TERM-CEILING-FEN", "相差一万倍"),
        ("投标保证金为19元。", "TERM-SECURITY-FEN", "相差一万倍"),
        ("评标采用经评审的最低投标价法。", "TERM-METHOD", "lowest"),
    ],
)
def test_a_term_that_differs_from_the_tender_blocks(text: str, rule: str, words: str) -> None:
    findings = found(a_tender(method=METHOD), text)

    (block,) = [one for one in findings if one.severity == "block"]
    assert block.rule == rule
    assert words in block.zh


def test_a_day_that_no_calendar_has_is_no_deadline() -> None:
    text = "投标截止时间：2027年2月29日9时30分。投标截止时间：2026年12月18日99时。"

    (missing,) = (one for one in found(a_tender(), text) if one.rule == "TERM-DEADLINE")
    assert missing.severity == "warn"


def test_documents_that_contradict_one_another_are_found_without_a_tender() -> None:
    texts = (
        "投标有效期90天。投标截止时间2026年12月18日。",
        "投标有效期为120天。投标截止时间2026年12月18日9时。",
    )

    findings = conflict_findings(checked(*texts))

    assert [(one.rule, one.document) for one in findings] == [("TERM-VALIDITY-DAYS", "2.pdf")]


def test_what_no_document_states_and_what_cannot_be_read_are_warnings() -> None:
    findings = found(a_tender(), "")

    assert {(one.rule, one.severity) for one in findings} == {
        ("DOC-UNREAD", "warn"),
        ("TERM-VALIDITY-DAYS", "warn"),
        ("TERM-DEADLINE", "warn"),
        ("TERM-METHOD", "warn"),
    }


def test_a_block_stands_until_a_named_person_rejects_it() -> None:
    documents = checked("水泥必须采用某某品牌。" + SOUND)
    tender = a_tender(method=METHOD)
    (finding,) = document_findings(tender, documents)

    with pytest.raises(DocumentFindingsOpen) as refused:
        require_checked(tender, documents, {})
    accepted, _ = decide_finding(
        [finding], finding.id, accepted=True, reason="", by=SOMEBODY, at=AT
    )
    rejected, event = decide_finding(
        [finding], finding.id, accepted=False, reason=REASON, by=SOMEBODY, at=AT
    )

    assert refused.value.parameters["page"] == 1
    assert open_blocks([finding], {finding.id: accepted}) == [finding]
    told = require_checked(tender, documents, {finding.id: rejected})
    assert told["decided"] == [event.body]
    assert event.body["by"] == {
        "person_id": str(SOMEBODY.id),
        "name": "示范经办人",
        "organization_id": str(SOMEBODY.organization_id),
    }


def test_a_rejection_says_why_and_of_what() -> None:
    findings = found(a_tender(), "水泥必须采用某某品牌。")

    with pytest.raises(Invalid):
        decide_finding(findings, findings[0].id, accepted=False, reason="不是", by=SOMEBODY, at=AT)
    with pytest.raises(NotFound):
        decide_finding(findings, "0" * 64, accepted=True, reason="", by=SOMEBODY, at=AT)


def test_a_decision_does_not_carry_over_to_another_file() -> None:
    one, other = (checked(text)[0] for text in ("必须采用某某品牌。", "必须采用某某品牌。"))
    other = replace(other, document=replace(other.document, digest=bytes([9]) * 32))

    before, after = (document_findings(a_tender(), [each])[0].id for each in (one, other))

    assert before != after


def test_an_unchecked_file_is_not_published() -> None:
    with pytest.raises(DocumentsUnchecked) as refused:
        require_checked(
            a_tender(), [CheckedDocument(Document("a.pdf", bytes(32), 1, ""), None)], {}
        )

    assert refused.value.parameters == {"documents": ["a.pdf"]}


def test_a_check_comes_back_from_its_column_as_it_was() -> None:
    (one,) = checked("必须采用某某品牌。" + SOUND)

    assert one.check is not None
    assert check_from_json(check_json(one.check)) == one.check


@pytest.mark.parametrize(
    "text",
    [
        "[[clause",
        "",
        '[[clause]]\nid = "A"',
        *(
            f"""[[clause]]\nid = "A"\nlaw = "L"\nseverity = "{severity}"\nverified = true
patterns = {patterns}\nunless = []\nzh = "z"\nen = "e\""""
            for severity, patterns in (("bad", "['a']"), ("block", "[]"), ("block", "['(']"))
        ),
        """[[clause]]\nid = "A"\nlaw = "L"\nseverity = "warn"\nverified = true
patterns = "a"\nunless = []\nzh = "z"\nen = "e\"""",
    ],
)
def test_a_rule_file_that_does_not_hold_is_refused(text: str) -> None:
    with pytest.raises(RulebookInvalid):
        load_clauses(text)
