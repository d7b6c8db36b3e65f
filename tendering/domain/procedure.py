"""A procedure as data: a sequence of rounds, each of which is a tender of its own.

Every round has the same machinery, sealed submission, opening, evaluation; what differs is in a
file of `tendering/procedures`: which envelopes, who may take part, how few bidders are too few,
which periods of the rulebook bind, who judges by what, and what comes out. A tender keeps its round
with the numbers as they were when it was drafted, so that its archive explains itself.
"""

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.fields import Fields
from tendering.domain.refusals.rules import ProcedureInvalid
from tendering.domain.rulebook import Rulebook

ENVELOPES: Final = ("qualification", "technical", "price")
ROUNDS_MAX: Final = 4
# The only envelope that waits for a second session: 双信封, the price after the technical marks.
LAST_SESSION: Final = ("price",)
BIDDERS_MIN_MAX: Final = 100


class Participants(StrEnum):
    """Who may hand in a bid."""

    PUBLIC = "public"
    INVITED = "invited"
    ADMITTED = "admitted"


class Qualification(StrEnum):
    """Who checks whether a bidder is qualified; `settled`: an earlier round did."""

    COMMITTEE = "committee"
    PROCURING_ENTITY = "procuring_entity"
    SETTLED = "settled"


class Judging(StrEnum):
    """What the committee does with the bids; `none`: there is no committee, all go on."""

    METHOD = "method"
    LOWEST_PRICE = "lowest_price"
    REVIEW = "review"
    NONE = "none"


class Outcome(StrEnum):
    """What comes out of a round."""

    CANDIDATES = "candidates"
    ADMISSIONS = "admissions"


@dataclass(frozen=True, slots=True)
class Periods:
    """The rulebook's keys for the periods of a round; None: no such period binds.

    `after_documents`: the time to hand in begins when the documents are no longer given out (E02).
    """

    deadline: str | None = "bid_period_min"
    documents: str | None = "documents_available_min"
    clarification: str | None = "clarification_before_deadline_min"
    objection: str | None = "objection_before_deadline_min"
    after_documents: bool = False


@dataclass(frozen=True, slots=True)
class Least:
    """A least number of bidders with the rule that says so."""

    count: int
    rule: str
    law: str


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a procedure, `number` of `rounds`, as a tender keeps it.

    `admitted_min` is how many must be left for the next round, or for the evaluation where the
    procuring entity checks qualification (G13). `committee` begins the keys of the committee's
    shape in the rulebook. `later`: the envelopes of a second session of the opening, which are
    unlocked after the technical marks are locked (双信封); none when all open together.
    """

    procedure: str
    number: int
    rounds: int
    title: str
    law: str
    envelopes: tuple[str, ...]
    participants: Participants
    qualification: Qualification
    judging: Judging
    outcome: Outcome
    committee: str
    bidders_min: Least
    admitted_min: Least | None
    periods: Periods = field(default_factory=Periods)
    later: tuple[str, ...] = ()

    @property
    def sessions(self) -> tuple[tuple[str, ...], ...]:
        """The kinds of envelopes that each session of the opening unlocks."""
        first = tuple(kind for kind in self.envelopes if kind not in self.later)
        return (first, self.later) if self.later else (first,)

    def kinds_in(self, session: int) -> tuple[str, ...]:
        """The kinds of envelopes of one session, from 1."""
        return self.sessions[session - 1]

    @property
    def is_last(self) -> bool:
        """Does the award follow, and not another round?"""
        return self.number == self.rounds

    @property
    def has_price(self) -> bool:
        """Is a price handed in?"""
        return "price" in self.envelopes


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A round as the file has it: numbers are keys of the rulebook."""

    title: str
    law: str
    envelopes: tuple[str, ...]
    participants: Participants
    qualification: Qualification
    judging: Judging
    outcome: Outcome
    committee: str
    bidders_min: str
    admitted_min: str | None
    periods: Periods
    later: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Procedure:
    """A whole procedure and the regimes that know it."""

    id: str
    title: str
    law: str
    verified: bool
    regimes: tuple[str, ...]
    rounds: tuple[RoundPlan, ...]

    def round(self, number: int, rulebook: Rulebook) -> Round:
        """The round of that number, from 1, with the rulebook's numbers.

        Raises ProcedureInvalid for a regime or round the procedure does not have, and
        RulebookInvalid where the rulebook lacks a rule.
        """
        if rulebook.regime not in self.regimes:
            raise ProcedureInvalid("not a procedure of this regime", where=self.id)
        if not 1 <= number <= len(self.rounds):
            raise ProcedureInvalid("there is no such round", where=f"{self.id}.{number}")
        plan = self.rounds[number - 1]
        admitted = plan.admitted_min
        return Round(
            procedure=self.id,
            number=number,
            rounds=len(self.rounds),
            title=plan.title,
            law=plan.law,
            envelopes=plan.envelopes,
            participants=plan.participants,
            qualification=plan.qualification,
            judging=plan.judging,
            outcome=plan.outcome,
            committee=plan.committee,
            bidders_min=_least(rulebook, plan.bidders_min),
            admitted_min=None if admitted is None else _least(rulebook, admitted),
            periods=plan.periods,
            later=plan.later,
        )

    def require_rules(self, rulebook: Rulebook) -> None:
        """Every key that the procedure names is in the rulebook. Raises RulebookInvalid."""
        for number, plan in enumerate(self.rounds, start=1):
            self.round(number, rulebook)
            periods = plan.periods
            for key in (periods.deadline, periods.documents, periods.clarification):
                if key is not None:
                    rulebook.number(key)
            if plan.judging is not Judging.NONE:
                rulebook.number(f"{plan.committee}_min")
                rulebook.required(f"{plan.committee}_experts_share")


def load_procedure(text: str) -> Procedure:
    """Read a procedure from TOML. Raises ProcedureInvalid for whatever does not hold together."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProcedureInvalid(str(error)) from None
    fields = Fields(value, "procedure", ProcedureInvalid)
    procedure = Procedure(
        id=fields.text("id"),
        title=fields.text("title"),
        law=fields.text("law"),
        verified=fields.flag("verified", default=False),
        regimes=fields.texts("regimes", most=8),
        rounds=tuple(_plan(entry) for entry in fields.each("round", most=ROUNDS_MAX)),
    )
    fields.done()
    _require_coherent(procedure)
    return procedure


def round_json(round_: Round) -> dict[str, JsonValue]:
    """A round as plain JSON: what the notice says of it."""
    return {
        "procedure": round_.procedure,
        "number": round_.number,
        "rounds": round_.rounds,
        "title": round_.title,
        "law": round_.law,
        "envelopes": list(round_.envelopes),
        "sessions": [list(kinds) for kinds in round_.sessions],
        "participants": round_.participants,
        "qualification": round_.qualification,
        "judging": round_.judging,
        "outcome": round_.outcome,
        "committee": round_.committee,
        "bidders_min": _least_json(round_.bidders_min),
        "admitted_min": None if round_.admitted_min is None else _least_json(round_.admitted_min),
        "periods": {
            "deadline": round_.periods.deadline,
            "documents": round_.periods.documents,
            "clarification": round_.periods.clarification,
            "objection": round_.periods.objection,
            "after_documents": round_.periods.after_documents,
        },
    }


def round_from_json(value: JsonValue) -> Round:
    """The inverse of `round_json`. Raises ProcedureInvalid."""
    fields = Fields(value, "round", ProcedureInvalid)
    rounds = fields.integer("rounds", least=1, most=ROUNDS_MAX)
    envelopes = _envelopes(fields)
    round_ = Round(
        procedure=fields.text("procedure"),
        number=fields.integer("number", least=1, most=rounds),
        rounds=rounds,
        title=fields.text("title"),
        law=fields.text("law"),
        envelopes=envelopes,
        participants=Participants(fields.choice("participants", tuple(Participants))),
        qualification=Qualification(fields.choice("qualification", tuple(Qualification))),
        judging=Judging(fields.choice("judging", tuple(Judging))),
        outcome=Outcome(fields.choice("outcome", tuple(Outcome))),
        committee=fields.text("committee"),
        bidders_min=_least_of(fields.fields("bidders_min")),
        admitted_min=_optional_least(fields, "admitted_min"),
        periods=_periods_of(fields.fields("periods")),
        later=_later(fields, envelopes),
    )
    fields.done()
    return round_


def _plan(fields: Fields) -> RoundPlan:
    envelopes = _envelopes(fields)
    plan = RoundPlan(
        title=fields.text("title"),
        law=fields.text("law"),
        envelopes=envelopes,
        participants=Participants(fields.choice("participants", tuple(Participants))),
        qualification=Qualification(fields.choice("qualification", tuple(Qualification))),
        judging=Judging(fields.choice("judging", tuple(Judging))),
        outcome=Outcome(fields.choice("outcome", tuple(Outcome))),
        committee=fields.text("committee", default="committee"),
        bidders_min=fields.text("bidders_min"),
        admitted_min=fields.text("admitted_min") if "admitted_min" in fields else None,
        periods=_periods_of(fields.fields("periods")),
        later=_later(fields, envelopes),
    )
    fields.done()
    return plan


def _envelopes(fields: Fields) -> tuple[str, ...]:
    """The kinds of a round's envelopes: some of ENVELOPES, in their order."""
    kinds = fields.texts("envelopes", most=len(ENVELOPES))
    if not kinds or kinds != tuple(kind for kind in ENVELOPES if kind in kinds):
        raise fields.wrong("envelopes", f"some of {', '.join(ENVELOPES)} are expected, in order")
    return kinds


def _later(fields: Fields, envelopes: tuple[str, ...]) -> tuple[str, ...]:
    """What the second of the `sessions` unlocks; without any all envelopes open together."""
    said = fields.take("sessions") if "sessions" in fields else [list(envelopes)]
    if said == [list(envelopes)]:
        return ()
    apart = [list(envelopes[:-1]), list(LAST_SESSION)]
    if said != apart or not envelopes[:-1]:
        raise fields.wrong("sessions", "all envelopes together, or the price by itself afterwards")
    return LAST_SESSION


def _periods_of(fields: Fields) -> Periods:
    periods = Periods(
        deadline=_optional(fields, "deadline"),
        documents=_optional(fields, "documents"),
        clarification=_optional(fields, "clarification"),
        objection=_optional(fields, "objection"),
        after_documents=fields.flag("after_documents", default=False),
    )
    fields.done()
    if periods.after_documents and (periods.deadline is None or periods.documents is None):
        raise fields.wrong("after_documents", "both periods are needed")
    return periods


def _optional(fields: Fields, key: str) -> str | None:
    if key in fields:
        return fields.text(key)
    fields.optional_integer(key, least=0, most=0)  # null or absent
    return None


def _least(rulebook: Rulebook, key: str) -> Least:
    rule = rulebook.required(key)
    return Least(rulebook.number(key), rule.id, rule.law)


def _least_json(least: Least) -> dict[str, JsonValue]:
    return {"count": least.count, "rule": least.rule, "law": least.law}


def _least_of(fields: Fields) -> Least:
    least = Least(
        fields.integer("count", least=1, most=BIDDERS_MIN_MAX),
        fields.text("rule"),
        fields.text("law"),
    )
    fields.done()
    return least


def _optional_least(fields: Fields, key: str) -> Least | None:
    if key in fields:
        return _least_of(fields.fields(key))
    fields.optional_integer(key, least=0, most=0)  # null or absent
    return None


def _require_coherent(procedure: Procedure) -> None:
    """What no file may say, whatever the law: a round nobody could come out of, or get into."""
    if not procedure.rounds or not procedure.regimes:
        raise ProcedureInvalid("there is no round or no regime", where=procedure.id)
    for number, plan in enumerate(procedure.rounds, start=1):
        where = f"{procedure.id}.{number}"
        last = number == len(procedure.rounds)
        if (plan.outcome is Outcome.CANDIDATES) != last:
            raise ProcedureInvalid("candidates come out of the last round alone", where=where)
        if (plan.participants is Participants.ADMITTED) != (number > 1):
            raise ProcedureInvalid("whoever was admitted takes part in a later round", where=where)
        if plan.outcome is Outcome.ADMISSIONS and plan.admitted_min is None:
            raise ProcedureInvalid("a round that admits says how few are too few", where=where)
        scored = plan.judging in {Judging.METHOD, Judging.LOWEST_PRICE}
        if scored != (plan.outcome is Outcome.CANDIDATES):
            raise ProcedureInvalid("candidates are scored, admissions reviewed", where=where)
        if last and "price" not in plan.envelopes:
            raise ProcedureInvalid("no award without a price", where=where)
        if plan.later and ("technical" not in plan.envelopes or not scored):
            raise ProcedureInvalid("no second session without technical marks", where=where)
        by_entity = plan.qualification is Qualification.PROCURING_ENTITY
        if by_entity and (plan.admitted_min is None or "qualification" not in plan.envelopes):
            raise ProcedureInvalid("what is checked is handed in and counted", where=where)


# What a tender is that says nothing else: 招标投标法 第十条, with post-qualification.
OPEN_TENDERING: Final = Round(
    procedure="open-tendering",
    number=1,
    rounds=1,
    title="投标",
    law="《招标投标法》第十条、第二十八条",
    envelopes=ENVELOPES,
    participants=Participants.PUBLIC,
    qualification=Qualification.COMMITTEE,
    judging=Judging.METHOD,
    outcome=Outcome.CANDIDATES,
    committee="committee",
    bidders_min=Least(3, "E19", "《招标投标法》第二十八条；《招标投标法实施条例》第四十四条"),
    admitted_min=None,
)
