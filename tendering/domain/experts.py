"""Experts: who is in the pool, who may be drawn for a tender, and who must stand back.

评标委员会和评标方法暂行规定 第十一、十二条; 《政府采购法实施条例》第九条 for the look-back. Whoever
has a reason to stand back never enters the pool of a draw.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, canonical
from tendering.domain.conduct import (
    REMOVAL_LAW,
    SUSPENSION_LAW,
    Conduct,
    ConductKind,
    barring,
)
from tendering.domain.rulebook import Rule, Rulebook


class RelationKind(StrEnum):
    """What ties an expert to an organization; `punished` ties to none, `drafted` to a project."""

    EMPLOYMENT = "employment"
    DIRECTOR = "director"
    SHAREHOLDER = "shareholder"
    RELATIVE = "relative"
    ECONOMIC_INTEREST = "economic_interest"
    SUPERVISES = "supervises"
    PUNISHED = "punished"
    DRAFTED = "drafted"


# Ended longer ago than the look-back these no longer bar; the others bar as long as they stand.
LOOKED_BACK: Final = frozenset(
    {RelationKind.EMPLOYMENT, RelationKind.DIRECTOR, RelationKind.SHAREHOLDER}
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A tie to the organization with this USCC; `until` is its last day, None while it lasts.

    Who has written plan or documents of a project is tied to it by the number of its approval.
    """

    kind: RelationKind
    uscc: str = ""
    until: date | None = None
    project: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Earlier parts of a project: its approval's number, and who judged in an earlier round."""

    project: str = ""
    judged: frozenset[UUID] = frozenset()


NOTHING_EARLIER: Final = Earlier()


@dataclass(frozen=True, slots=True)
class Expert:
    """An expert of the pool. `region` is a GB/T 2260 code, `specialities` codes of the pool.

    `person_id` is the account the expert signs in with; `expires_on` the last day of appointment;
    `conduct` what is on record, in the order it was entered.
    """

    id: UUID
    person_id: UUID
    name: str
    region: str
    employer: str
    employer_uscc: str
    specialities: frozenset[str]
    experience_years: int
    expires_on: date
    relations: tuple[Relation, ...] = ()
    conduct: tuple[Conduct, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """So many seats at a venue for experts of a region and speciality, and so many reserves.

    An empty `region` takes experts from anywhere.
    """

    venue: str
    region: str
    speciality: str
    seats: int
    reserves: int


@dataclass(frozen=True, slots=True)
class Recusal:
    """Why an expert must stand back: the tie, the organization, the law."""

    expert_id: UUID
    kind: str
    uscc: str
    law: str


class Obstacle(StrEnum):
    """Why an expert cannot be drawn for a need, ties aside."""

    EXPERIENCE = "experience"
    TERM = "term"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    SPECIALITY = "speciality"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Ineligibility:
    """Why an expert cannot be drawn; `law` is empty where the need says so and no law."""

    expert_id: UUID
    obstacle: Obstacle
    law: str


@dataclass(frozen=True, slots=True)
class CommitteeFinding:
    """What is wrong with a committee's shape, and the rule that says so."""

    rule_id: str
    law: str
    message_zh: str
    message_en: str


_LAW: Final = {
    RelationKind.PUNISHED: "《评标委员会和评标方法暂行规定》第十二条第四项",
    RelationKind.SUPERVISES: "《招标投标法实施条例》第四十六条",
    RelationKind.RELATIVE: "《评标委员会和评标方法暂行规定》第十二条第一项",
}
# A region's rule: whoever took an earlier part in a project judges no later one. No law of the
# state says so (docs/law/divergences.md).
EARLIER_PART_KEY: Final = "earlier_part_recuses"
JUDGED: Final = "judged"
# 招标投标法 第三十七条: experts come from the pool, from among those of the speciality concerned.
_LAW_POOL: Final = "《招标投标法》第三十七条第三款"
_LAW_OTHERS: Final = "《评标委员会和评标方法暂行规定》第十二条第三项；《政府采购法实施条例》第九条"


def fits(expert: Expert, need: Need, rulebook: Rulebook, *, on: date) -> bool:
    """May this expert be drawn for this need, conflicts of interest aside?"""
    return not obstacles(expert, need, rulebook, on=on)


def obstacles(
    expert: Expert, need: Need, rulebook: Rulebook, *, on: date
) -> tuple[Ineligibility, ...]:
    """Every reason why this expert cannot be drawn for this need, each with the law behind it."""
    found = []
    # 招标投标法 第三十七条: eight years in the field. Government procurement has no such number.
    experience = rulebook.keyed("expert_experience_min")
    if experience is not None and expert.experience_years < _number(experience.value):
        found.append((Obstacle.EXPERIENCE, experience.law))
    if ends_before(expert, on=on):
        found.append((Obstacle.TERM, _LAW_POOL))
    barred = barring(expert.conduct, on=on)
    if barred is not None:
        removed = barred.kind is ConductKind.REMOVED
        found.append(
            (Obstacle.REMOVED, REMOVAL_LAW) if removed else (Obstacle.SUSPENDED, SUSPENSION_LAW)
        )
    if need.speciality not in expert.specialities:
        found.append((Obstacle.SPECIALITY, _LAW_POOL))
    if need.region not in {"", expert.region}:
        found.append((Obstacle.REGION, ""))
    return tuple(Ineligibility(expert.id, obstacle, law) for obstacle, law in found)


def recusals(
    expert: Expert,
    interested: frozenset[str],
    rulebook: Rulebook,
    *,
    on: date,
    earlier: Earlier = NOTHING_EARLIER,
) -> tuple[Recusal, ...]:
    """Every reason why this expert must stand back.

    `interested`: the USCCs of the procuring entity, its agency, its supervisor and all bidders.
    """
    found = [*_by_earlier_parts(expert, earlier, rulebook)]
    if expert.employer_uscc in interested:
        found.append(Recusal(expert.id, RelationKind.EMPLOYMENT, expert.employer_uscc, _LAW_OTHERS))
    years = rulebook.number("lookback")
    for relation in expert.relations:
        if relation.kind is RelationKind.DRAFTED:
            continue
        if relation.kind is not RelationKind.PUNISHED and relation.uscc not in interested:
            continue
        if relation.until is not None and _is_over(relation, years, on):
            continue
        law = _LAW.get(relation.kind, _LAW_OTHERS)
        found.append(Recusal(expert.id, relation.kind, relation.uscc, law))
    return tuple(found)


def ends_before(expert: Expert, *, on: date) -> bool:
    """Is the appointment over on that day? Who was appointed when the pool was frozen sits all the
    same: no law says otherwise, and who asks is told.
    """
    return expert.expires_on < on


def committee_size(
    rulebook: Rulebook, *, shape: str = "committee", budget_fen: int = 0, is_complex: bool = False
) -> Rule:
    """The rule that says how few members are too few; `shape` begins its keys.

    G14: more of them for a large budget or a complex task.
    """
    large = rulebook.keyed(f"{shape}_large_min")
    threshold = rulebook.keyed(f"{shape}_large_budget")
    if large is not None and (
        is_complex or (threshold is not None and budget_fen >= _number(threshold.value))
    ):
        return large
    return rulebook.required(f"{shape}_min")


def committee_findings(
    rulebook: Rulebook,
    *,
    members: int,
    experts: int,
    shape: str = "committee",
    budget_fen: int = 0,
    is_complex: bool = False,
) -> tuple[CommitteeFinding, ...]:
    """What is wrong with a committee of so many, so many of them drawn experts (E22, G14)."""
    size = committee_size(rulebook, shape=shape, budget_fen=budget_fen, is_complex=is_complex)
    share = rulebook.required(f"{shape}_experts_share")
    found = []
    if members < _number(size.value):
        found.append(
            CommitteeFinding(
                size.id,
                size.law,
                f"评标委员会不得少于{size.value}人。",
                f"At least {size.value} members.",
            )
        )
    if members % 2 == 0:
        found.append(
            CommitteeFinding(
                size.id, size.law, "评标委员会人数应为单数。", "The number of members must be odd."
            )
        )
    if experts < _number(share.value) * members:
        found.append(
            CommitteeFinding(
                share.id,
                share.law,
                f"专家不得少于成员总数的{share.value}。",
                f"At least {share.value} of the members are experts.",
            )
        )
    return tuple(found)


def sealed_value(expert: Expert) -> bytes:
    """What a commitment to an expert hides: enough to know the person, as canonical JSON."""
    return canonical(
        {
            "id": str(expert.id),
            "name": expert.name,
            "region": expert.region,
            "employer": expert.employer,
            "employer_uscc": expert.employer_uscc,
            "specialities": sorted(expert.specialities),
        }
    )


def needs_json(needs: Sequence[Need]) -> list[JsonValue]:
    """The needs as they are published with the frozen pool."""
    return [
        {
            "venue": need.venue,
            "region": need.region,
            "speciality": need.speciality,
            "seats": need.seats,
            "reserves": need.reserves,
        }
        for need in needs
    ]


def _by_earlier_parts(expert: Expert, earlier: Earlier, rulebook: Rulebook) -> Iterator[Recusal]:
    """However long ago: it is the same project."""
    rule = rulebook.keyed(EARLIER_PART_KEY)
    if rule is None or not rule.value:
        return
    if expert.id in earlier.judged:
        yield Recusal(expert.id, JUDGED, "", rule.law)
    if earlier.project and any(
        one.kind is RelationKind.DRAFTED and one.project == earlier.project
        for one in expert.relations
    ):
        yield Recusal(expert.id, RelationKind.DRAFTED, "", rule.law)


def _is_over(relation: Relation, years: int, on: date) -> bool:
    """Has the tie ended, and for the looked-back kinds more than so many years ago?"""
    assert relation.until is not None
    if relation.kind not in LOOKED_BACK:
        return relation.kind is not RelationKind.PUNISHED and relation.until < on
    return (on.year - relation.until.year, on.month, on.day) >= (
        years,
        relation.until.month,
        relation.until.day,
    ) and relation.until < on


def _number(value: int | Fraction | None) -> Fraction:
    assert value is not None
    return Fraction(value)
