"""Whoever is silent and whoever opens, in whatever order: there is one seed, or none yet."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tendering.domain.contribution_steps import (
    CONTRIBUTION_WINDOW,
    Gathering,
    decide_reveal,
    decide_share,
    require_opened,
)
from tendering.domain.contributions import (
    Contribution,
    ContributionFault,
    opened,
    require_sealed,
    seed_of,
)
from tendering.domain.refusals.bids import ContainerRefused
from tendering.domain.refusals.draws import AlreadyContributed, ContributionsMissing
from tendering.domain.refusals.openings import WrongShare
from tests.support.contributing import share_of
from tests.unit.tendering.domain.a_gathering import (
    HOLDER_KEYS,
    MADE,
    NOW,
    PARTIES,
    SUBJECT,
    closed,
)

NUMBERS = (1, 2, 3)
SHARES = {
    (party, number): share_of(SUBJECT, MADE[party].contribution, number, HOLDER_KEYS[number - 1])
    for party in PARTIES
    for number in NUMBERS
}
# None: the maker itself.
ACTS = st.permutations([(party, number) for party in PARTIES for number in (None, *NUMBERS)])
SEED = seed_of(SUBJECT, {party: MADE[party].value for party in PARTIES}, bytes(64))


def after(gathering: Gathering, party: UUID, number: int | None) -> Gathering:
    """What stands after an act that was taken; the same after one that was refused."""
    try:
        if number is None:
            decide_reveal(gathering, party, MADE[party].file_key)
        else:
            decide_share(
                gathering,
                party,
                number=number,
                share=SHARES[party, number],
                at=NOW + CONTRIBUTION_WINDOW,
            )
    except AlreadyContributed:
        return gathering

    def changed(one: Contribution) -> Contribution:
        if one.organization_id != party:
            return one
        if number is None:
            return replace(one, file_key=MADE[party].file_key)
        return replace(one, shares={**one.shares, number: SHARES[party, number]})

    return replace(gathering, contributions=tuple(map(changed, gathering.contributions)))


@settings(max_examples=60, deadline=None)
@given(ACTS, st.sets(st.sampled_from(PARTIES)), st.sets(st.sampled_from(NUMBERS), max_size=1))
def test_no_order_of_acts_and_no_silence_changes_the_seed(
    acts: list[tuple[UUID, int | None]], silent: set[UUID], absent: set[int]
) -> None:
    gathering = closed(*(MADE[party].contribution for party in PARTIES))

    for party, number in acts:
        if (number is None and party in silent) or number in absent:
            continue
        gathering = after(gathering, party, number)

    assert seed_of(SUBJECT, require_opened(gathering).values, bytes(64)) == SEED


@settings(max_examples=60, deadline=None)
@given(ACTS, st.sets(st.sampled_from(PARTIES)), st.sets(st.sampled_from(NUMBERS), min_size=2))
def test_with_too_few_key_holders_a_draw_waits_for_the_silent_and_has_no_other_seed(
    acts: list[tuple[UUID, int | None]], silent: set[UUID], absent: set[int]
) -> None:
    gathering = closed(*(MADE[party].contribution for party in PARTIES))

    for party, number in acts:
        if (number is None and party in silent) or number in absent:
            continue
        gathering = after(gathering, party, number)

    if not silent:
        assert seed_of(SUBJECT, require_opened(gathering).values, bytes(64)) == SEED
        return
    with pytest.raises(ContributionsMissing) as refused:
        require_opened(gathering)
    assert refused.value.parameters["waiting"] == sorted(map(str, silent))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_bytes_that_pass_the_door_are_one_value_or_none_by_every_way(data: st.DataObject) -> None:
    mine = MADE[PARTIES[0]]
    container = bytearray(mine.contribution.container)
    place = data.draw(st.integers(0, len(container) - 1))
    container[place] ^= data.draw(st.integers(1, 255))
    contribution = replace(mine.contribution, container=bytes(container))
    try:
        require_sealed(SUBJECT, contribution)
    except ContainerRefused:
        return
    shares = {
        number: SHARES[PARTIES[0], number]
        for number in NUMBERS
        if _is_committed(contribution, number)
    }

    found = [
        opened(SUBJECT, replace(contribution, shares={one: shares[one] for one in pair}))
        for pair in ((1, 2), (1, 3), (2, 3))
        if set(pair) <= shares.keys()
    ]

    assert len({isinstance(one, ContributionFault) for one in found}) <= 1
    assert all(isinstance(one, ContributionFault) or one == mine.value for one in found)
    assert mine.value not in found  # a changed byte anywhere is a fault of its maker's


def _is_committed(contribution: Contribution, number: int) -> bool:
    gathering = closed(contribution)
    party = contribution.organization_id
    at = NOW + CONTRIBUTION_WINDOW
    try:
        decide_share(gathering, party, number=number, share=SHARES[party, number], at=at)
    except WrongShare:
        return False
    return True
