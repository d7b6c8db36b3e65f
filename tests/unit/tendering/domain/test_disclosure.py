"""Who reads what of a round whose bidders go on to bid in another."""

from dataclasses import replace
from uuid import UUID

import pytest

from tendering.domain.disclosure import releases, sees_all, shown_below, withholds
from tendering.domain.parties import Actor
from tendering.domain.procedure import Outcome
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tests.support.make import a_tender

S = TenderStatus
LAST = a_tender()
FIRST = replace(LAST, round=replace(LAST.round, rounds=2, outcome=Outcome.ADMISSIONS))
WITHHELD = replace(FIRST, withheld_from=7, status=S.EVALUATING)


def actor(organization_id: UUID, role: Role = Role.BIDDER) -> Actor:
    return Actor(UUID(int=1), organization_id, role, "示范单位", "")


def test_only_a_round_that_admits_for_the_next_withholds() -> None:
    assert withholds(FIRST)
    assert not withholds(LAST)


@pytest.mark.parametrize("status", S)
def test_all_is_public_when_the_last_round_is_closed_or_the_procedure_has_ended(
    status: TenderStatus,
) -> None:
    ended = status in {S.FAILED, S.TERMINATED}

    assert releases(replace(FIRST, status=status)) is ended
    assert releases(replace(LAST, status=status)) is (status not in {S.DRAFT, S.PUBLISHED})


def test_nobody_but_who_runs_supervises_or_guards_it_reads_what_waits() -> None:
    insiders = {
        WITHHELD.procuring_entity_id,
        WITHHELD.supervisor_id,
        WITHHELD.key_holders[0].organization_id,
    }

    assert all(sees_all(WITHHELD, actor(one)) for one in insiders)
    assert not sees_all(WITHHELD, None)
    # No role of its own opens it: neither a bidder's nor that of another tender's supervisor.
    assert not any(sees_all(WITHHELD, actor(UUID(int=0xF00D), role)) for role in Role)
    assert shown_below(WITHHELD, None) == 7
    assert shown_below(WITHHELD, actor(WITHHELD.supervisor_id)) is None


def test_where_nothing_waits_everybody_reads_all() -> None:
    assert sees_all(FIRST, None)
    assert shown_below(FIRST, None) is None
