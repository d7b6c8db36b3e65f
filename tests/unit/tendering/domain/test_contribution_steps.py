"""What counts is settled while everything is sealed; afterwards nobody can take anything back."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tendering.domain.contribution_steps import (
    CONTRIBUTION_WINDOW,
    Gathering,
    contributors,
    decide_closing,
    decide_commitment,
    decide_record,
    decide_reveal,
    decide_share,
    require_opened,
)
from tendering.domain.contributions import is_admissible
from tendering.domain.refusals import Forbidden
from tendering.domain.refusals.bids import ContainerRefused
from tendering.domain.refusals.draws import (
    AlreadyContributed,
    ContributionMismatch,
    ContributionsMissing,
    DrawNotPrepared,
    DrawOver,
)
from tendering.domain.refusals.openings import WrongShare
from tests.support.contributing import made, share_of
from tests.support.make import ENTITY, SUPERVISOR
from tests.unit.tendering.domain.a_gathering import (
    ALL_USABLE,
    HOLDER_KEYS,
    HOLDERS,
    MADE,
    NOW,
    PARTIES,
    SUBJECT,
    closed,
    sealed,
)

LATE = NOW + CONTRIBUTION_WINDOW
SHARE = share_of(SUBJECT, MADE[ENTITY].contribution, 1, HOLDER_KEYS[0])


def test_parties_of_both_sides_contribute() -> None:
    assert contributors(SUBJECT) == set(PARTIES)


BIDDER = UUID(int=0x400)
WITH_BIDDER = replace(SUBJECT, bidders=frozenset({BIDDER}))


def test_where_a_coefficient_is_drawn_bidders_contribute_and_are_waited_for() -> None:
    mine = made(WITH_BIDDER, BIDDER).contribution
    others = sealed(*PARTIES, records=ALL_USABLE)
    gathering = replace(others, subject=WITH_BIDDER)

    assert contributors(WITH_BIDDER) == {*PARTIES, BIDDER}
    assert decide_commitment(gathering, mine, {}).body["organization_id"] == str(BIDDER)
    with pytest.raises(Forbidden):
        decide_commitment(others, mine, {})
    with pytest.raises(ContributionsMissing) as missing:
        decide_closing(gathering, at=NOW)
    assert str(BIDDER) in str(missing.value.parameters)
    # Who stays away stops nobody, and stands for neither side.
    assert decide_closing(gathering, at=LATE).body["admitted"] == sorted(map(str, PARTIES))
    alone = replace(gathering, contributions=(replace(mine, records=ALL_USABLE),))
    with pytest.raises(ContributionsMissing):
        decide_closing(alone, at=LATE)


def test_a_bidder_that_does_not_like_the_others_numbers_cannot_take_its_own_back() -> None:
    silent = made(WITH_BIDDER, BIDDER)
    gathering = replace(closed(silent.contribution), subject=WITH_BIDDER)
    opened = gathering.contributions[0]
    for number, key in enumerate(HOLDER_KEYS[:2], start=1):
        share = share_of(WITH_BIDDER, silent.contribution, number, key)
        decide_share(gathering, BIDDER, number=number, share=share, at=LATE)
        opened = replace(opened, shares={**opened.shares, number: share})

    outcome = require_opened(replace(gathering, contributions=(opened,)))

    assert outcome.values == {BIDDER: silent.value}


def test_a_party_seals_once_while_contributions_are_taken() -> None:
    mine = MADE[ENTITY].contribution
    event = decide_commitment(sealed(), mine, {})

    assert event.kind == "draw.committed"
    with pytest.raises(AlreadyContributed):
        decide_commitment(sealed(ENTITY), mine, {})
    with pytest.raises(DrawOver):
        decide_commitment(closed(), mine, {})
    with pytest.raises(ContainerRefused):
        decide_commitment(sealed(), replace(mine, container=b""), {})
    with pytest.raises(Forbidden):
        decide_commitment(sealed(), made(SUBJECT, UUID(int=9)).contribution, {})


def test_a_key_holder_says_once_and_in_time_what_its_record_is_worth() -> None:
    def said(gathering: Gathering, number: int = 1) -> str:
        return decide_record(gathering, ENTITY, number=number, usable=True, statement={}).kind

    assert said(sealed(ENTITY)) == "draw.record_checked"
    with pytest.raises(AlreadyContributed):
        said(sealed(ENTITY, records={1: False}))
    with pytest.raises(DrawNotPrepared):
        said(sealed(SUPERVISOR))
    with pytest.raises(DrawOver):
        said(closed(MADE[ENTITY].contribution))


@pytest.mark.parametrize(
    ("records", "admissible"),
    [
        ({}, None),
        ({1: True}, None),
        ({1: True, 2: False}, None),
        ({1: True, 2: False, 3: True}, True),
        ({1: True, 2: True}, True),
        ({1: False, 3: False}, False),
    ],
)
def test_a_contribution_is_admitted_when_enough_key_holders_can_open_it(
    records: dict[int, bool], admissible: bool | None
) -> None:
    (contribution,) = sealed(ENTITY, records=records).contributions

    assert is_admissible(SUBJECT.tender, contribution) is admissible


def test_all_are_closed_at_once_when_everybody_has_sealed_and_looked() -> None:
    event = decide_closing(sealed(*PARTIES, records=ALL_USABLE), at=NOW)

    assert event.body == {"admitted": sorted(map(str, PARTIES)), "left_out": []}
    with pytest.raises(DrawOver):
        decide_closing(closed(), at=NOW)


@pytest.mark.parametrize(
    ("gathering", "why"),
    [
        (sealed(*PARTIES[1:], records=ALL_USABLE), "not-all-sealed"),
        (sealed(*PARTIES, records={2: True}), "records-unchecked"),
    ],
)
def test_nobody_is_shut_out_within_the_window(gathering: Gathering, why: str) -> None:
    with pytest.raises(ContributionsMissing) as refused:
        decide_closing(gathering, at=LATE - timedelta(microseconds=1))

    assert refused.value.parameters["why"] == why


def test_after_the_window_those_count_who_are_there_if_from_both_sides() -> None:
    there = sealed(ENTITY, SUPERVISOR, records=ALL_USABLE)
    unchecked = replace(there, contributions=(*there.contributions, MADE[HOLDERS[0]].contribution))

    event = decide_closing(unchecked, at=LATE)

    assert event.body["left_out"] == [str(HOLDERS[0])]
    for one_side in (sealed(), sealed(ENTITY, records=ALL_USABLE), sealed(ENTITY, SUPERVISOR)):
        with pytest.raises(ContributionsMissing) as refused:
            decide_closing(one_side, at=LATE)
        assert refused.value.parameters["why"] == "both-sides-needed"


def test_a_party_opens_its_own_contribution_once_after_the_closing() -> None:
    mine, file_key = MADE[ENTITY].contribution, MADE[ENTITY].file_key

    assert decide_reveal(closed(mine), ENTITY, file_key).kind == "draw.revealed"
    with pytest.raises(DrawNotPrepared):
        decide_reveal(sealed(ENTITY), ENTITY, file_key)
    with pytest.raises(DrawNotPrepared):
        decide_reveal(closed(mine), SUPERVISOR, file_key)
    with pytest.raises(ContributionMismatch):
        decide_reveal(closed(mine), ENTITY, bytes(16))
    with pytest.raises(AlreadyContributed):
        decide_reveal(closed(replace(mine, file_key=file_key)), ENTITY, file_key)
    left_out = replace(closed(), contributions=(replace(mine, admitted=False),))
    with pytest.raises(DrawOver):
        decide_reveal(left_out, ENTITY, file_key)


def test_a_key_holder_opens_what_its_maker_did_not_open_in_time() -> None:
    mine = MADE[ENTITY].contribution

    event = decide_share(closed(mine), ENTITY, number=1, share=SHARE, at=LATE)

    assert event.body["share"] == SHARE.hex()
    with pytest.raises(WrongShare):
        decide_share(closed(mine), ENTITY, number=2, share=SHARE, at=LATE)
    with pytest.raises(ContributionsMissing):
        decide_share(
            closed(mine), ENTITY, number=1, share=SHARE, at=LATE - timedelta(microseconds=1)
        )
    with pytest.raises(AlreadyContributed):
        decide_share(
            closed(replace(mine, shares={1: SHARE})), ENTITY, number=1, share=SHARE, at=LATE
        )


def test_a_draw_waits_and_says_for_whom() -> None:
    mine = MADE[ENTITY].contribution

    for gathering, why in (
        (sealed(ENTITY), "not-closed"),
        (closed(replace(mine, shares={1: SHARE})), "still-sealed"),
        (closed(), "none-valid"),
    ):
        with pytest.raises(ContributionsMissing) as refused:
            require_opened(gathering)
        assert refused.value.parameters["why"] == why

    with pytest.raises(ContributionsMissing) as refused:
        require_opened(closed(replace(mine, shares={1: SHARE})))
    assert refused.value.parameters["shares"] == {str(ENTITY): [1]}


def test_when_all_are_open_the_draw_goes_on() -> None:
    outcome = require_opened(
        closed(replace(MADE[ENTITY].contribution, file_key=MADE[ENTITY].file_key))
    )

    assert outcome.values == {ENTITY: MADE[ENTITY].value}
