"""Who may take part: invited or admitted, counted, secret, and never by chance."""

from dataclasses import replace
from uuid import UUID

import pytest

from tendering.domain.participants import (
    Admitted,
    Answer,
    Participant,
    admitted_digest,
    decide_answer,
    decide_invitations,
    decide_next_round,
    require_invited,
    too_few_admitted,
)
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.tenders import TenderIncomplete, WrongPhase
from tendering.domain.tender import Tender, TenderStatus
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_of
from tests.support.make import BIDDER, DEADLINE, MOMENT, PUBLISHED_AT, TENDER, a_tender

WORKS = rulebook_of("construction")
GOODS = rulebook_of("government_procurement")
INVITED = round_of("invitation-tendering", 1, WORKS)
SINGLE = round_of("single-source", 1, GOODS)
FIRST = round_of("prequalified-tendering", 1, WORKS)
STAGE = round_of("two-stage-tendering", 1, WORKS)
FIVE = tuple(UUID(int=0x400 + number) for number in range(5))
NEXT = UUID(int=0x999)
SALT = bytes(range(32))


def a_draft(**changes: object) -> Tender:
    """A draft to which somebody is invited."""
    return replace(a_tender(status=TenderStatus.DRAFT, round=INVITED), **changes)  # type: ignore[arg-type]


def admitted(count: int) -> list[Admitted]:
    """So many of the five."""
    return [Admitted("1", FIVE[:count])]


def test_invitations_name_each_organization_once() -> None:
    chosen, event = decide_invitations(a_draft(), "1", FIVE, at=PUBLISHED_AT)

    assert [each.organization_id for each in chosen] == list(FIVE)
    assert event.body["bidders"] == sorted(str(each) for each in FIVE)


@pytest.mark.parametrize("wrong", [(), (BIDDER, BIDDER)])
def test_nobody_is_invited_twice_and_an_empty_list_is_none(wrong: tuple[UUID, ...]) -> None:
    with pytest.raises(Invalid):
        decide_invitations(a_draft(), "1", wrong, at=PUBLISHED_AT)


def test_nobody_is_invited_to_a_public_round_to_another_lot_or_after_publication() -> None:
    with pytest.raises(WrongPhase):
        decide_invitations(a_draft(round=FIRST), "1", FIVE, at=PUBLISHED_AT)
    with pytest.raises(NotFound):
        decide_invitations(a_draft(), "9", FIVE, at=PUBLISHED_AT)
    with pytest.raises(WrongPhase):
        decide_invitations(a_draft(status=TenderStatus.PUBLISHED), "1", FIVE, at=PUBLISHED_AT)


def test_an_invitation_goes_to_three_at_least() -> None:
    places = [Participant("1", each) for each in FIVE]

    require_invited(a_draft(), places[:3])
    require_invited(a_draft(round=FIRST), [])
    with pytest.raises(TenderIncomplete):
        require_invited(a_draft(), places[:2])


def test_a_single_source_is_one() -> None:
    places = [Participant("1", each) for each in FIVE]

    require_invited(a_draft(round=SINGLE), places[:1])
    with pytest.raises(TenderIncomplete):
        require_invited(a_draft(round=SINGLE), places[:2])
    with pytest.raises(TenderIncomplete):
        require_invited(a_draft(round=SINGLE), [])


def test_an_answer_may_be_changed_until_the_deadline() -> None:
    tender = a_draft(status=TenderStatus.PUBLISHED)
    place = Participant("1", BIDDER, Answer.ACCEPTED)

    answered, event = decide_answer(tender, place, Answer.DECLINED, at=DEADLINE - MOMENT)

    assert answered.answer is Answer.DECLINED
    assert event.body["answer"] == "declined"
    with pytest.raises(DeadlinePassed):
        decide_answer(tender, place, Answer.DECLINED, at=DEADLINE)


def test_who_has_no_invitation_learns_nothing_from_answering() -> None:
    tender = a_draft(status=TenderStatus.PUBLISHED)

    with pytest.raises(NotFound):
        decide_answer(tender, None, Answer.ACCEPTED, at=PUBLISHED_AT)
    with pytest.raises(NotFound):
        decide_answer(
            replace(tender, round=FIRST),
            Participant("1", BIDDER),
            Answer.ACCEPTED,
            at=PUBLISHED_AT,
        )
    with pytest.raises(WrongPhase):
        decide_answer(a_draft(), Participant("1", BIDDER), Answer.ACCEPTED, at=PUBLISHED_AT)
    with pytest.raises(Invalid):
        decide_answer(tender, Participant("1", BIDDER), Answer.OPEN, at=PUBLISHED_AT)


def test_e20_fewer_than_three_admitted_are_too_few() -> None:
    assert too_few_admitted(a_tender(round=FIRST), admitted(2)) == ["1"]
    assert too_few_admitted(a_tender(round=FIRST), admitted(3)) == []
    assert too_few_admitted(a_tender(), admitted(0)) == []


def test_the_next_round_is_for_those_who_were_admitted() -> None:
    tender = a_tender(round=FIRST, status=TenderStatus.EVALUATED)

    previous, places, event = decide_next_round(tender, admitted(3), next_id=NEXT, salt=SALT)

    assert previous.tender_id == TENDER
    assert previous.admitted_digest == admitted_digest(admitted(3), SALT)
    assert [place.organization_id for place in places] == list(FIVE[:3])
    assert event.body == {
        "next_id": str(NEXT),
        "admitted_digest": previous.admitted_digest.hex(),
        "salt": SALT.hex(),
    }


def test_the_digest_of_the_admitted_does_not_depend_on_their_order() -> None:
    backwards = [Admitted("1", FIVE[2::-1])]

    assert admitted_digest(admitted(3), SALT) == admitted_digest(backwards, SALT)
    assert admitted_digest(admitted(3), SALT) != admitted_digest(admitted(4), SALT)
    assert admitted_digest(admitted(3), SALT) != admitted_digest(admitted(3), bytes(32))


@pytest.mark.parametrize(
    ("round_", "status"),
    [(FIRST, TenderStatus.OPENED), (FIRST, TenderStatus.CONTINUED), (STAGE, TenderStatus.OPENING)],
)
def test_no_round_follows_before_the_result(round_: object, status: TenderStatus) -> None:
    with pytest.raises(WrongPhase):
        decide_next_round(
            a_tender(round=round_, status=status), admitted(3), next_id=NEXT, salt=SALT
        )


def test_no_round_follows_the_last() -> None:
    with pytest.raises(WrongPhase):
        decide_next_round(
            a_tender(status=TenderStatus.EVALUATED), admitted(3), next_id=NEXT, salt=SALT
        )


def test_who_made_a_technical_proposal_goes_on_without_a_committee() -> None:
    tender = a_tender(round=STAGE, status=TenderStatus.OPENED)

    _, places, _ = decide_next_round(tender, admitted(3), next_id=NEXT, salt=SALT)

    assert all(place.answer is Answer.ADMITTED for place in places)
