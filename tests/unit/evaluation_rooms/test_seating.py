"""Who may sit in an evaluation room."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from evaluation_rooms import commands as c
from evaluation_rooms.events import SeatCheckedIn, SeatRecused
from evaluation_rooms.fold import opened
from evaluation_rooms.phases import Phase
from evaluation_rooms.seating import certificate_of, numbered, require_sound
from evaluation_rooms.standing import Viewer, standing_in_hall, standing_in_room
from tendering.domain.methods.method import parse_method
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.refusals.rooms import (
    AlreadyCheckedIn,
    CommitteeUnsound,
    NotCheckedIn,
    NotYourPart,
    PointsOutOfRange,
    ReasonMissing,
    RoomWindowClosed,
    SeatNotVacant,
    StatementsIncomplete,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.domain.suspension import Pause
from tests.support.evaluation import (
    AT,
    METHOD,
    Play,
    a_room_opening,
    check_ins,
    person,
    points_of,
    statements,
)

SUPERVISOR = UUID(int=0x50)
AGENCY = UUID(int=0x51)
FIRST = person(1)


def an_actor(role: Role, *, person_id: UUID = FIRST, organization: UUID = AGENCY) -> Actor:
    return Actor(person_id, organization, role, "示范单位", "91350100M000100Y43")


def test_a_committee_of_an_even_number_is_unsound() -> None:
    with pytest.raises(CommitteeUnsound):
        require_sound(a_room_opening(members=4), parse_method(METHOD))


def test_a_committee_below_the_least_number_is_unsound() -> None:
    opening = a_room_opening(members=3)
    strict = structs.replace(opening, terms=structs.replace(opening.terms, committee_min=5))

    with pytest.raises(CommitteeUnsound):
        require_sound(strict, parse_method(METHOD))


def test_one_person_has_one_seat() -> None:
    opening = a_room_opening()
    twice = structs.replace(opening.seats[1], person_id=opening.seats[0].person_id)
    seats = (opening.seats[0], twice, *opening.seats[2:])

    with pytest.raises(CommitteeUnsound):
        require_sound(structs.replace(opening, seats=seats), parse_method(METHOD))


def test_objective_marks_cover_every_bid() -> None:
    opening = a_room_opening()

    with pytest.raises(EvaluationIncomplete):
        require_sound(
            structs.replace(opening, objective=opening.objective[1:]), parse_method(METHOD)
        )


def test_a_room_without_bids_is_not_opened() -> None:
    with pytest.raises(EvaluationIncomplete):
        require_sound(a_room_opening(bids=0), parse_method(METHOD))


def test_bids_are_numbered_without_gaps() -> None:
    opening = a_room_opening()

    with pytest.raises(EvaluationIncomplete):
        require_sound(structs.replace(opening, bids=opening.bids[1:]), parse_method(METHOD))


def test_objective_marks_stay_within_the_criterion() -> None:
    opening = a_room_opening()
    high = structs.replace(opening.objective[0], points=Decimal(11))

    require_sound(opening, parse_method(METHOD))
    with pytest.raises(PointsOutOfRange):
        require_sound(
            structs.replace(opening, objective=(high, *opening.objective[1:])),
            parse_method(METHOD),
        )


def test_numbers_of_bids_are_a_permutation_that_the_seed_decides() -> None:
    bidders = [UUID(int=number) for number in range(12)]

    once, again, other = (
        numbered(bidders, b"a" * 32),
        numbered(reversed(bidders), b"a" * 32),
        numbered(bidders, b"b" * 32),
    )

    assert once == again
    assert sorted(once) == bidders
    assert once != other


def test_a_member_sits_down_with_four_statements() -> None:
    play = Play()

    (event,) = play.do(c.CheckIn(1, person(1), statements(1)))

    assert isinstance(event, SeatCheckedIn)
    assert play.room.seat(1).checked_in


def test_a_missing_statement_is_refused_by_name() -> None:
    with pytest.raises(StatementsIncomplete) as refused:
        Play().do(c.CheckIn(1, person(1), statements(1)[1:]))

    assert refused.value.parameters == {"missing": ["ai_use"]}


def test_a_statement_for_another_seat_is_refused() -> None:
    with pytest.raises(StatementsIncomplete):
        Play().do(c.CheckIn(1, person(1), statements(2, person_id=person(1))))


def test_statements_of_two_keys_are_refused() -> None:
    mixed = (*statements(1)[:3], statements(1)[3] | {"certificate": "YW5vdGhlcg"})

    with pytest.raises(StatementsIncomplete):
        Play().do(c.CheckIn(1, person(1), mixed))


@pytest.mark.parametrize(
    ("position", "statement"),
    [
        (0, "text"),
        (0, {"kind": 7}),
        (3, {"kind": "recusal", "conflict": "no"}),
    ],
)
def test_a_statement_without_its_members_is_refused(position: int, statement: Any) -> None:
    signed = list(statements(1))
    if isinstance(statement, dict):
        statement = signed[position]["statement"] | statement
    signed[position] = signed[position] | {"statement": statement}

    with pytest.raises(StatementsIncomplete):
        Play().do(c.CheckIn(1, person(1), tuple(signed)))


def test_who_has_signed_nothing_has_no_key() -> None:
    with pytest.raises(NotCheckedIn):
        certificate_of(Play().room.seat(1))


def test_a_seat_that_is_not_there_is_unknown() -> None:
    with pytest.raises(NotFound):
        Play().do(c.RecuseSeat(9, "回避"))


def test_nobody_is_recused_twice_and_a_recused_member_does_not_act() -> None:
    play = Play()
    play.do(c.RecuseSeat(2, "回避"))

    with pytest.raises(NotYourPart):
        play.do(c.RecuseSeat(2, "回避"))
    with pytest.raises(NotYourPart):
        play.do(c.Speak(2, "我还在"))


def test_an_operator_of_a_guest_site_has_a_seat_of_its_own() -> None:
    opening = a_room_opening()
    operator = structs.replace(
        opening.seats[0], number=6, role="guest_operator", expert_id=None, person_id=person(6)
    )
    seats = opened(structs.replace(opening, seats=(*opening.seats, operator))).seats

    standing = standing_in_room(
        an_actor(Role.VENUE_OPERATOR, person_id=person(6)),
        seats,
        hosts=frozenset(),
        supervisor_id=SUPERVISOR,
    )

    assert standing.viewer is Viewer.GUEST_OPERATOR


def test_two_members_do_not_sign_with_one_key() -> None:
    play = Play()
    play.do(c.CheckIn(1, person(1), statements(1)))
    borrowed = statements(1)[0]["certificate"]

    with pytest.raises(StatementsIncomplete):
        play.do(
            c.CheckIn(2, person(2), tuple(one | {"certificate": borrowed} for one in statements(2)))
        )


def test_nobody_sits_on_the_seat_of_another() -> None:
    with pytest.raises(NotYourPart):
        Play().do(c.CheckIn(1, person(2), statements(1)))


def test_checking_in_twice_is_refused() -> None:
    play = Play()
    play.do(c.CheckIn(1, person(1), statements(1)))

    with pytest.raises(AlreadyCheckedIn):
        play.do(c.CheckIn(1, person(1), statements(1)))


def test_who_declares_a_conflict_leaves_the_seat() -> None:
    play = Play()

    (event,) = play.do(c.CheckIn(1, person(1), statements(1, conflict=True)))

    assert isinstance(event, SeatRecused)
    assert play.room.seat(1).recused


@pytest.mark.parametrize("hours", [-1.001, 12])
def test_nothing_happens_outside_the_time_window(hours: float) -> None:
    play = Play(at=AT + timedelta(hours=hours))

    with pytest.raises(RoomWindowClosed):
        play.do(c.CheckIn(1, person(1), statements(1)))


def test_e37_a_pause_gives_the_room_its_time_back() -> None:
    room = Play().room
    closes_at = room.terms.closes_at
    pause = Pause(AT, AT + timedelta(days=3))

    assert not room.is_open_at(closes_at)
    assert room.is_open_at(closes_at + timedelta(days=3, microseconds=-1), [pause])
    assert not room.is_open_at(closes_at + timedelta(days=3), [pause])


def test_who_has_not_checked_in_does_not_act() -> None:
    play = Play()

    with pytest.raises(NotCheckedIn):
        play.do(c.Speak(1, "我到了"))


def test_e27_and_g17_the_opinions_of_a_replaced_member_are_void() -> None:
    play = Play().until(Phase.TECHNICAL)
    play.do(c.SubmitScore(2, 1, "design", points_of(2, 1, "design")))

    play.do(
        c.RecuseSeat(2, "突发疾病"),
        c.ReplaceSeat(2, "示范专家己", "示范市", UUID(int=9), person(9), "递补"),
    )

    assert not [key for key in play.room.marks if key[0] == 2]
    assert not [key for key in play.room.votes if key[0] == 2]
    assert play.room.seat(2).person_id == person(9)
    assert not play.room.seat(2).checked_in


def test_when_the_chair_leaves_a_new_one_is_elected() -> None:
    play = Play().until(Phase.TECHNICAL)

    play.do(c.RecuseSeat(1, "突发疾病"))

    assert play.room.chair is None
    assert play.room.election.round == 2


def test_a_recusal_by_the_host_has_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        Play().do(c.RecuseSeat(2, "  "))


def test_a_seat_that_is_taken_is_not_given_away() -> None:
    with pytest.raises(SeatNotVacant):
        Play().do(c.ReplaceSeat(2, "示范专家己", "示范市", UUID(int=9), person(9), "递补"))


def test_who_sits_in_the_room_does_not_take_a_second_seat() -> None:
    play = Play()
    play.do(c.RecuseSeat(2, "回避"))

    with pytest.raises(CommitteeUnsound):
        play.do(c.ReplaceSeat(2, "示范专家1", "示范市", UUID(int=9), person(1), "递补"))


def test_seats_do_not_change_once_marks_are_revealed() -> None:
    play = Play().until(Phase.PRICE)

    with pytest.raises(WrongPhase):
        play.do(c.RecuseSeat(2, "回避"))


def test_standing_follows_seat_organization_and_role() -> None:
    play = Play()
    play.do_all(check_ins(play.room))

    def viewer(actor: Actor) -> Viewer:
        return standing_in_room(
            actor, play.room.seats, hosts=frozenset({AGENCY}), supervisor_id=SUPERVISOR
        ).viewer

    assert viewer(an_actor(Role.EXPERT)) is Viewer.MEMBER
    assert viewer(an_actor(Role.AGENCY)) is Viewer.HOST
    assert viewer(an_actor(Role.SUPERVISOR, organization=SUPERVISOR)) is Viewer.SUPERVISOR


@pytest.mark.parametrize(
    "actor",
    [
        an_actor(Role.EXPERT, person_id=person(99)),
        an_actor(Role.AGENCY, organization=UUID(int=1)),
        an_actor(Role.SUPERVISOR),
        an_actor(Role.VENUE_OPERATOR),
        an_actor(Role.BIDDER),
        an_actor(Role.OPERATOR),
    ],
)
def test_who_has_no_place_in_a_room_does_not_learn_that_it_exists(actor: Actor) -> None:
    with pytest.raises(NotFound):
        standing_in_room(
            actor, Play().room.seats, hosts=frozenset({AGENCY}), supervisor_id=SUPERVISOR
        )


def test_everybody_may_watch_the_hall() -> None:
    hosts = frozenset({AGENCY})

    assert standing_in_hall(None, hosts=hosts).viewer is Viewer.PUBLIC
    assert standing_in_hall(an_actor(Role.BIDDER), hosts=hosts).viewer is Viewer.PUBLIC
    assert standing_in_hall(an_actor(Role.AGENCY), hosts=hosts).viewer is Viewer.HOST
