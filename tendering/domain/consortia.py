"""Consortia (联合体) and other ties between bidders: what only the opened bids can show.

招标投标法实施条例 第三十七条: who is a member of a consortium bids neither alone nor in another one
for the same lot; 第三十四条: nor do organizations with one legal head, or one controlling another.
Before the opening nobody may know who bids, so this is found when all bids of a lot are open. It is
said, with the article; rejecting is the committee's part.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from stdnum.cn import uscc as codes

from crypto.canonical import JsonValue
from tendering.domain.journal import Event

MEMBERS_MAX: Final = 50
_LAW_ALONE: Final = "《招标投标法实施条例》第三十七条"
_LAW_AGREEMENT: Final = "《招标投标法》第三十一条；《招标投标法实施条例》第五十一条（二）"
_LAW_RELATED: Final = "《招标投标法实施条例》第三十四条；《政府采购法实施条例》第十八条"


@dataclass(frozen=True, slots=True)
class Entrant:
    """A bidder of a lot with the form of its first envelope, as it was opened."""

    bidder_id: UUID
    uscc: str
    form: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Consortium:
    """What a bid declares. `members` are codes with names, the lead among them.

    `agreement` is the name of a file in the bundle.
    """

    lead: str
    members: tuple[tuple[str, str], ...]
    agreement: str


@dataclass(frozen=True, slots=True)
class Tie:
    """What is wrong with a bid because of who stands behind it; `others` are codes."""

    bidder_id: UUID
    code: str
    law: str
    others: tuple[str, ...] = ()


def consortium_of(form: Mapping[str, JsonValue]) -> Consortium | None:
    """The consortium a form declares; None for a single bidder.

    A form is the bidder's own: whatever is not as it should be reads as empty and is found then.
    """
    declared = form.get("consortium")
    if declared is None:
        return None
    if not isinstance(declared, Mapping):
        return Consortium("", (), "")
    listed = declared.get("members")
    members = tuple(
        (_text(one.get("uscc")), _text(one.get("name")))
        for one in (listed if isinstance(listed, list | tuple) else ())[:MEMBERS_MAX]
        if isinstance(one, Mapping)
    )
    return Consortium(_text(declared.get("lead")), members, _text(declared.get("agreement")))


def ties_of(entrants: Sequence[Entrant]) -> tuple[Tie, ...]:
    """Everything that is found among the opened bids of one lot, in the order of the bids."""
    declared = {one.bidder_id: consortium_of(one.form) for one in entrants}
    behind = {one.bidder_id: _behind(one, declared[one.bidder_id]) for one in entrants}
    times = Counter(code for members in behind.values() for code in members)
    found: list[Tie] = []
    for one in entrants:
        consortium = declared[one.bidder_id]
        if consortium is not None:
            found += _formal(one, consortium)
        twice = tuple(sorted(code for code in behind[one.bidder_id] if times[code] > 1))
        if twice:
            found.append(Tie(one.bidder_id, "bids-twice", _LAW_ALONE, twice))
        found += _related(one, entrants)
    return tuple(found)


def ties_event(lot: str, entrants: Sequence[Entrant]) -> Event:
    """What is said in public beside the prices: consortia, and what was found."""
    consortia: list[JsonValue] = []
    for one in entrants:
        consortium = consortium_of(one.form)
        if consortium is not None:
            members: list[JsonValue] = [
                {"uscc": code, "name": name} for code, name in consortium.members
            ]
            consortia.append(
                {"bidder_id": str(one.bidder_id), "lead": consortium.lead, "members": members}
            )
    findings: list[JsonValue] = [
        {
            "bidder_id": str(tie.bidder_id),
            "code": tie.code,
            "law": tie.law,
            "others": list(tie.others),
        }
        for tie in ties_of(entrants)
    ]
    return Event("bidders.compared", {"lot": lot, "consortia": consortia, "findings": findings})


def _behind(one: Entrant, consortium: Consortium | None) -> frozenset[str]:
    """The codes of all who stand behind a bid, its bidder included."""
    members = () if consortium is None else consortium.members
    return frozenset({one.uscc, *(code for code, _ in members if code)})


def _formal(one: Entrant, consortium: Consortium) -> list[Tie]:
    named = [code for code, _ in consortium.members]
    found = []
    if not consortium.agreement:
        found.append(Tie(one.bidder_id, "agreement-missing", _LAW_AGREEMENT))
    wrong = tuple(sorted(code for code in named if not codes.is_valid(code)))
    if wrong or len(set(named)) != len(named) or len(named) < 2:  # noqa: PLR2004  # two at least
        found.append(Tie(one.bidder_id, "members-unsound", _LAW_AGREEMENT, wrong))
    # Who leads hands in and signs for all.
    if consortium.lead != one.uscc or one.uscc not in named:
        found.append(Tie(one.bidder_id, "lead-is-another", _LAW_AGREEMENT, (consortium.lead,)))
    return found


def _related(one: Entrant, entrants: Sequence[Entrant]) -> list[Tie]:
    """What the bidders themselves declare of head and control."""
    head, controllers = _declared(one)
    same, controlled = [], []
    for other in entrants:
        if other.bidder_id == one.bidder_id:
            continue
        other_head, other_controllers = _declared(other)
        if head and head == other_head:
            same.append(other.uscc)
        if other.uscc in controllers or one.uscc in other_controllers:
            controlled.append(other.uscc)
    found = []
    if same:
        found.append(Tie(one.bidder_id, "same-legal-head", _LAW_RELATED, tuple(sorted(same))))
    if controlled:
        found.append(Tie(one.bidder_id, "controlled", _LAW_RELATED, tuple(sorted(controlled))))
    return found


def _declared(one: Entrant) -> tuple[str, frozenset[str]]:
    declared = one.form.get("related")
    if not isinstance(declared, Mapping):
        return "", frozenset()
    listed = declared.get("controlled_by")
    texts = listed if isinstance(listed, list | tuple) else ()
    controllers = frozenset(_text(code) for code in texts[:MEMBERS_MAX]) - {""}
    return _text(declared.get("legal_head")), controllers


def _text(value: object) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""
