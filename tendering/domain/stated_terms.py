"""Terms that tender documents state in words, compared with the terms the platform goes by.

Bidders read the documents, the platform acts by its own fields: where the two differ, or two
documents do, somebody must mend one of them before anybody relies on either.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from tendering.domain.calendar import SHANGHAI
from tendering.domain.clauses import Place
from tendering.domain.document_text import DocumentText
from tendering.domain.tender import Tender

STATED_MAX: Final = 200
_FEN_IN_YUAN: Final = 100
_WAN: Final = 10_000
_AMOUNT: Final = r"[^。；\d]{0,16}(?P<amount>\d[\d,]{0,17}(?:\.\d{1,6})?)(?P<unit>万元|元)"
_MOMENT: Final = (
    r"[^。；\d]{0,16}(?P<year>20\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:\([^)]{0,8}\))?"
    r"(?P<half>上午|下午)?(?:(?P<hour>\d{1,2})[时:点](?P<minute>\d{1,2})?)?"
)
_LOWEST: Final = "经评审的最低投标价法|最低评标价法"
_SCORED: Final = "综合评估法|综合评分法"
_NOON: Final = 12
_MIDNIGHT: Final = 24
_MINUTES: Final = 60
_ONE_VALUE: Final = frozenset({"validity_days", "unlock_minutes", "deadline", "method"})


@dataclass(frozen=True, slots=True)
class Stated:
    """A term as a document states it. `value` by kind: days, minutes, fen, or a text."""

    kind: str
    value: int | str
    place: Place


@dataclass(frozen=True, slots=True)
class Term:
    """A kind of term: how it is found, and what it is called."""

    kind: str
    pattern: re.Pattern[str]
    zh: str
    en: str
    must: bool = False


# `must`: documents that say nothing of it lack something (warned of).
TERMS: Final = (
    Term(
        "validity_days",
        re.compile(r"投标有效期[^。；\d]{0,16}(?P<number>\d{1,4})(?:个)?(?:日历)?[天日]"),
        "投标有效期（日）",
        "bid validity (days)",
        must=True,
    ),
    Term(
        "unlock_minutes",
        re.compile(r"解密[^。；\d]{0,16}(?P<number>\d{1,4})分钟"),
        "解密时间（分钟）",
        "time to unlock (minutes)",
    ),
    Term(
        "deadline",
        re.compile(r"(?:投标截止|递交投标文件的?截止|投标文件递交的?截止)" + _MOMENT),
        "投标截止时间",
        "deadline",
        must=True,
    ),
    Term(
        "ceiling_fen",
        re.compile(r"(?:最高投标限价|招标控制价|最高限价)" + _AMOUNT),
        "最高投标限价（分）",
        "ceiling price (fen)",
    ),
    Term(
        "security_fen",
        re.compile(r"(?<!质量)(?:投标保证金)" + _AMOUNT),
        "投标保证金（分）",
        "bid security (fen)",
    ),
    Term(
        "method",
        re.compile(f"(?P<method>{_LOWEST}|{_SCORED})"),
        "评标办法",
        "evaluation method",
        must=True,
    ),
)
_TERMS: Final = {term.kind: term for term in TERMS}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stated that cannot be right, or is not stated at all (`document` is empty)."""

    kind: str
    severity: str
    document: str
    place: Place
    zh: str
    en: str


def stated_in(document: DocumentText) -> tuple[Stated, ...]:
    """Every term that a document states, in the order of TERMS; impossible days are left out."""
    found: list[Stated] = []
    for term in TERMS:
        for match in term.pattern.finditer(document.text):
            value = _value(term.kind, match)
            if value is None or len(found) >= STATED_MAX:
                continue
            place = Place(document.page_of(match.start()), document.passage(*match.span()))
            found.append(Stated(term.kind, value, place))
    return tuple(found)


def differences(
    tender: Tender, documents: Sequence[tuple[str, Sequence[Stated]]]
) -> tuple[Difference, ...]:
    """What documents, by name, state otherwise than the tender's terms, and what none states."""
    found: list[Difference] = []
    for name, stated in documents:
        found += [_against(tender, name, one) for one in stated if not _agrees(tender, one)]
    said = {one.kind for _, stated in documents for one in stated}
    if documents:
        found += [_missing(term) for term in TERMS if term.must and term.kind not in said]
    return tuple(found)


def conflicts(documents: Sequence[tuple[str, Sequence[Stated]]]) -> tuple[Difference, ...]:
    """Where documents contradict one another, or themselves, in what can have one value only."""
    first: dict[str, Stated] = {}
    found: list[Difference] = []
    for name, stated in documents:
        for one in stated:
            if one.kind not in _ONE_VALUE:
                continue
            before = first.setdefault(one.kind, one)
            if not _same(before.value, one.value):
                found.append(_conflict(name, before, one))
    return tuple(found)


def _same(one: int | str, other: int | str) -> bool:
    """A day alone does not contradict a time of that day."""
    if isinstance(one, str) and isinstance(other, str):
        return one.startswith(other) or other.startswith(one)
    return one == other


def _conflict(name: str, before: Stated, one: Stated) -> Difference:
    term = _TERMS[one.kind]
    return Difference(
        one.kind,
        "block",
        name,
        one.place,
        f"{term.zh}前后矛盾：一处为{before.value}（“{before.place.passage}”），此处为{one.value}。",
        f"The {term.en} is {before.value} in one place and {one.value} here.",
    )


def _value(kind: str, match: re.Match[str]) -> int | str | None:
    if kind in {"validity_days", "unlock_minutes"}:
        return int(match["number"])
    if kind == "method":
        return "lowest" if re.fullmatch(_LOWEST, match["method"]) else "scored"
    if kind == "deadline":
        return _deadline(match)
    try:
        yuan = Decimal(match["amount"].replace(",", ""))
    except InvalidOperation:
        return None
    fen = yuan * _FEN_IN_YUAN * (_WAN if match["unit"] == "万元" else 1)
    return int(fen) if fen == fen.to_integral_value() else None


def _deadline(match: re.Match[str]) -> str | None:
    """A day, or a day and a time of day on the clocks of Shanghai."""
    try:
        at = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=SHANGHAI)
        if match["hour"] is None:
            return at.date().isoformat()
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if hour > _MIDNIGHT or minute >= _MINUTES:
            return None
        afternoon = match["half"] == "下午" and hour < _NOON
        at += timedelta(hours=hour + (_NOON if afternoon else 0), minutes=minute)
    except (ValueError, OverflowError):
        return None
    return at.strftime("%Y-%m-%dT%H:%M")


def _ours(tender: Tender, kind: str) -> set[int | str]:
    """What the platform goes by; of money each lot's, of the deadline also its day alone."""
    if kind == "validity_days":
        return {tender.terms.bid_validity_days}
    if kind == "unlock_minutes":
        return {tender.terms.unlock_minutes}
    if kind == "ceiling_fen":
        each = [lot.ceiling_price_fen for lot in tender.lots]
        return {*each, sum(each)}
    if kind == "security_fen":
        return {lot.bid_security_fen for lot in tender.lots}
    if kind == "method":
        by_price = tender.method.get("ranked_by", "points") != "points"
        return {"scored" if tender.method.get("criteria") and not by_price else "lowest"}
    moment = tender.deadline.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    return {moment, moment.partition("T")[0]}


def _agrees(tender: Tender, stated: Stated) -> bool:
    if stated.kind == "method" and "format" not in tender.method:
        return True
    return stated.value in _ours(tender, stated.kind)


def _against(tender: Tender, name: str, stated: Stated) -> Difference:
    term, ours = _TERMS[stated.kind], sorted(map(str, _ours(tender, stated.kind)))
    units = _is_units(stated, tender)
    return Difference(
        stated.kind,
        "block",
        name,
        stated.place,
        f"{term.zh}写作{stated.value}，与平台登记的{'、'.join(ours)}不一致。"
        + ("相差一万倍，疑为元与万元混淆。" if units else ""),
        f"The {term.en} is stated as {stated.value}, the platform goes by {', '.join(ours)}."
        + (" It is ten thousand times off: yuan for 10,000 yuan?" if units else ""),
    )


def _is_units(stated: Stated, tender: Tender) -> bool:
    if not stated.kind.endswith("_fen") or not isinstance(stated.value, int):
        return False
    ours = {one for one in _ours(tender, stated.kind) if isinstance(one, int)}
    return any(stated.value in {one * _WAN, one // _WAN} and one for one in ours)


def _missing(term: Term) -> Difference:
    return Difference(
        term.kind,
        "warn",
        "",
        Place(0, ""),
        f"招标文件没有写明{term.zh}，或者没有读出。",
        f"No document states the {term.en}, or it could not be read.",
    )
