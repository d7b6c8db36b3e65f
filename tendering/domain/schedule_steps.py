"""The steps of a tender from prequalification to the archive, as a table.

Each step says what it comes after and before, and which rules bound it: the code knows the keys of
the rulebook, never numbers. A step whose rules a regime lacks is not a step of that regime. The law
of each bound is in the rulebook; which event a term runs from is here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Bound(StrEnum):
    """How a rule bounds a step, reckoned from another step."""

    WAITS = "waits"  # not before the last day of the period
    LASTS = "lasts"  # a period of whole days, then it is over
    WITHIN = "within"  # at the latest so long after
    BEFORE = "before"  # at the latest so long before
    OPENS = "opens"  # so many minutes before
    EQUALS = "equals"  # not before that step's instant; the rule has no number


@dataclass(frozen=True, slots=True)
class Term:
    """One rule that bounds a step: its key in the rulebook, and the step it is reckoned from."""

    bound: Bound
    key: str
    anchor: str


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step: its names, the steps it follows, the steps it precedes, its terms.

    `always`: a step of every regime, whether or not a rule bounds it. `asked`: only there when the
    instant of the step it names is given. `regime`: of one regime alone, for a step whose rule has
    the same key elsewhere and another place.
    """

    name: str
    zh: str
    en: str
    terms: tuple[Term, ...] = ()
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    always: bool = False
    asked: str = ""
    regime: str = ""


_PRE: Final = "prequalification_notice"
_GOODS: Final = "government_procurement"

# In an order in which each step is reckoned from steps above it.
STEPS: Final = (
    StepPlan(_PRE, "资格预审公告", "Prequalification notice", always=True, asked=_PRE),
    StepPlan(
        "prequalification_documents_until",
        "资格预审文件停止发售",
        "Prequalification documents no longer available",
        (Term(Bound.WAITS, "documents_available_min", _PRE),),
        asked=_PRE,
    ),
    StepPlan(
        "prequalification_deadline",
        "提交资格预审申请文件截止",
        "Applications fall due",
        (
            Term(
                Bound.WAITS, "prequalification_application_min", "prequalification_documents_until"
            ),
        ),
        after=("prequalification_documents_until",),
        asked=_PRE,
    ),
    StepPlan(
        "prequalification_objections_until",
        "对资格预审文件提出异议截止",
        "Objections to the prequalification documents end",
        (Term(Bound.BEFORE, "prequalification_objection_before_min", "prequalification_deadline"),),
        asked=_PRE,
    ),
    StepPlan(
        "prequalification_clarifications_until",
        "资格预审文件澄清修改截止（之后须顺延）",
        "Prequalification clarifications without extension end",
        (Term(Bound.BEFORE, "prequalification_clarification_min", "prequalification_deadline"),),
        asked=_PRE,
    ),
    StepPlan(
        "notice",
        "发布招标公告、开始发出招标文件",
        "Notice; tender documents available",
        after=("prequalification_deadline",),
        always=True,
    ),
    StepPlan(
        "announcement_until",
        "招标公告期限届满",
        "Announcement period ends",
        (Term(Bound.LASTS, "announcement_min", "notice"),),
        after=("notice",),
    ),
    StepPlan(
        "documents_until",
        "招标文件停止发售（提供）",
        "Tender documents no longer available",
        (Term(Bound.WAITS, "documents_available_min", "notice"),),
        after=("notice",),
        always=True,
    ),
    StepPlan(
        "deadline",
        "投标截止",
        "Bids fall due",
        (Term(Bound.WAITS, "bid_period_min", "notice"),),
        after=("notice", "documents_until"),
        always=True,
    ),
    StepPlan(
        "objections_until",
        "对招标文件提出异议截止",
        "Objections to the tender documents end",
        (Term(Bound.BEFORE, "objection_before_deadline_min", "deadline"),),
    ),
    StepPlan(
        "questions_until",
        "对采购文件提出质疑截止",
        "Questions to the tender documents end",
        (Term(Bound.WITHIN, "complaint_question_max", "announcement_until"),),
    ),
    StepPlan(
        "objection_reply",
        "答复异议",
        "Reply to objections",
        (Term(Bound.WITHIN, "objection_reply_max", "objections_until"),),
    ),
    StepPlan(
        "question_reply",
        "答复质疑",
        "Reply to questions",
        (Term(Bound.WITHIN, "objection_reply_max", "questions_until"),),
    ),
    StepPlan(
        "clarifications_until",
        "澄清修改截止（之后须顺延投标截止时间）",
        "Clarifications without extension end",
        (Term(Bound.BEFORE, "clarification_before_deadline_min", "deadline"),),
    ),
    StepPlan(
        "sign_in_from",
        "开放签到",
        "Sign-in begins",
        (Term(Bound.OPENS, "sign_in_before_minutes", "deadline"),),
    ),
    StepPlan(
        "opening",
        "开标",
        "Opening",
        (
            Term(Bound.EQUALS, "opening_at_deadline", "deadline"),
            Term(Bound.EQUALS, "bidders_min", "deadline"),
        ),
        after=("deadline",),
        always=True,
    ),
    StepPlan(
        "unlock_until",
        "解密截止",
        "Unlocking ends",
        (Term(Bound.WAITS, "unlock_window_min", "opening"),),
        after=("opening",),
    ),
    StepPlan(
        "opening_objections_until",
        "对开标提出异议截止",
        "Objections to the opening end",
        (Term(Bound.WAITS, "opening_objection_min", "unlock_until"),),
        after=("unlock_until",),
    ),
    StepPlan(
        "validity_until",
        "投标有效期届满",
        "Bid validity ends",
        (Term(Bound.EQUALS, "validity_from_deadline", "deadline"),),
        after=("deadline",),
        always=True,
    ),
    StepPlan(
        "security_until",
        "投标保证金有效期届满",
        "Bid securities end",
        (Term(Bound.EQUALS, "bid_security_max", "validity_until"),),
        always=True,
    ),
    StepPlan(
        "evaluation",
        "评标完成、评标报告签署",
        "Evaluation report signed",
        after=("opening_objections_until",),
        before=("validity_until",),
        always=True,
    ),
    StepPlan(
        "report_delivered",
        "评标报告送采购人",
        "Report delivered",
        (Term(Bound.WITHIN, "report_delivery_max", "evaluation"),),
        after=("evaluation",),
    ),
    StepPlan(
        "candidates",
        "公示中标候选人",
        "Candidates published",
        (Term(Bound.WITHIN, "publicity_start_max", "evaluation"),),
        after=("evaluation",),
    ),
    StepPlan(
        "publicity_until",
        "中标候选人公示期届满、对评标结果提出异议截止",
        "Publicity and objections to the result end",
        (Term(Bound.LASTS, "publicity_min", "candidates"),),
        after=("candidates",),
    ),
    StepPlan(
        "result_objection_reply",
        "答复对评标结果的异议",
        "Reply to objections to the result",
        (Term(Bound.WITHIN, "objection_reply_max", "publicity_until"),),
    ),
    StepPlan(
        "complaint_until",
        "投诉截止（异议答复期间另加）",
        "Complaints end (time for replies is added)",
        (Term(Bound.WITHIN, "complaint_max", "candidates"),),
    ),
    StepPlan(
        "award",
        "确定中标人",
        "Award",
        (
            Term(Bound.EQUALS, "publicity_min", "publicity_until"),
            Term(Bound.WITHIN, "award_decision_max", "report_delivered"),
        ),
        after=("evaluation", "publicity_until"),
        before=("validity_until",),
        always=True,
    ),
    StepPlan(
        "award_notice",
        "发出中标通知书（公告中标结果）",
        "Notice of award",
        (Term(Bound.WITHIN, "award_notice_max", "award"),),
        after=("award",),
        before=("validity_until",),
        always=True,
    ),
    StepPlan(
        "result_until",
        "中标公告期限届满",
        "Result announcement ends",
        (Term(Bound.LASTS, "publicity_min", "award_notice"),),
        after=("award_notice",),
        regime=_GOODS,
    ),
    StepPlan(
        "result_questions_until",
        "对中标结果提出质疑截止",
        "Questions to the result end",
        (Term(Bound.WITHIN, "complaint_question_max", "result_until"),),
    ),
    StepPlan(
        "result_question_reply",
        "答复对中标结果的质疑",
        "Reply to questions to the result",
        (Term(Bound.WITHIN, "objection_reply_max", "result_questions_until"),),
    ),
    StepPlan(
        "result_complaint_until",
        "对质疑答复提出投诉截止",
        "Complaints end",
        (Term(Bound.WITHIN, "complaint_max", "result_question_reply"),),
    ),
    StepPlan(
        "losers_refund",
        "退还未中标人投标保证金",
        "Securities of the others returned",
        (Term(Bound.WITHIN, "bid_security_refund_losers_max", "award_notice"),),
        after=("award_notice",),
    ),
    StepPlan(
        "supervisor_report",
        "向监督部门提交书面报告",
        "Report to the supervisor",
        (Term(Bound.WITHIN, "supervisor_report_max", "award"),),
        after=("award",),
    ),
    StepPlan(
        "contract",
        "签订合同",
        "Contract signed",
        (Term(Bound.WITHIN, "contract_max", "award_notice"),),
        after=("award_notice",),
        always=True,
    ),
    StepPlan(
        "refund",
        "退还投标保证金",
        "Bid securities returned",
        (Term(Bound.WITHIN, "bid_security_refund_max", "contract"),),
        after=("contract",),
    ),
    StepPlan(
        "contract_publication",
        "公告合同",
        "Contract published",
        (Term(Bound.WITHIN, "contract_publication_max", "contract"),),
        after=("contract",),
    ),
    StepPlan(
        "contract_filing",
        "合同副本备案",
        "Contract filed",
        (Term(Bound.WITHIN, "contract_filing_max", "contract"),),
        after=("contract",),
    ),
    StepPlan(
        "archive_until",
        "档案保存期限届满",
        "Archive kept until",
        (Term(Bound.LASTS, "archive_min", "contract"),),
        after=("contract",),
    ),
    StepPlan(
        "withdrawal",
        "撤回投标",
        "Bid withdrawn",
        before=("deadline",),
        always=True,
        asked="withdrawal",
    ),
    StepPlan(
        "withdrawal_refund",
        "退还撤回者的投标保证金",
        "Security of the withdrawn bid returned",
        (Term(Bound.WITHIN, "withdrawal_refund_max", "withdrawal"),),
        asked="withdrawal",
    ),
    StepPlan(
        "clarification",
        "发出澄清修改",
        "Clarification published",
        (Term(Bound.BEFORE, "clarification_before_deadline_min", "deadline"),),
        after=("notice",),
        before=("deadline",),
        asked="clarification",
    ),
)
"""Prequalification, tender documents, opening, evaluation, award, contract, archive, and events."""
NAMES: Final = frozenset(step.name for step in STEPS)
