"""Who may register, manage, leave and act."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from stdnum.cn import uscc as credit_code

from tendering.domain.parties import (
    Actor,
    Authorization,
    Organization,
    Person,
    Session,
    check_uscc,
    choose_authorization,
    decide_departure,
    decide_grant,
    decide_registration,
    require_administrator,
)
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.accounts import (
    AlreadyOver,
    LastAdministrator,
    NotAdministrator,
    PersonLeft,
    RoleNotHeld,
    UsccInvalid,
)
from tendering.domain.roles import Role

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
OURS, THEIRS = UUID(int=1), UUID(int=2)
CODE = "91110000600037341"
CODE += credit_code.calc_check_digit(CODE)
ORGANIZATION = Organization(OURS, CODE, "示范单位", frozenset({Role.BIDDER}))
COLLEAGUE = Person(UUID(int=11), OURS, "示范人员", "colleague", is_administrator=True)
GONE = Person(UUID(int=12), OURS, "示范人员", "gone", is_administrator=False, left_at=NOON)


def a_session(
    role: Role = Role.BIDDER, *, organization_id: UUID = OURS, administrator: bool = True
) -> Session:
    """Somebody who has logged in."""
    actor = Actor(UUID(int=10), organization_id, role, "示范单位", CODE)
    return Session(bytes(32), actor, "c" * 43, administrator)


def test_a_code_with_its_check_digit_is_one() -> None:
    check_uscc(CODE)


@pytest.mark.parametrize(
    "code", [CODE[:-1], CODE[:-1] + "0", CODE.lower(), f" {CODE}", CODE[:9] + "I" + CODE[10:], ""]
)
def test_a_code_written_otherwise_is_none(code: str) -> None:
    with pytest.raises(UsccInvalid):
        check_uscc(code)


def test_bidders_register_themselves() -> None:
    decide_registration(Role.BIDDER, by=None)


@pytest.mark.parametrize("by", [None, a_session(Role.SUPERVISOR)])
def test_others_are_registered_by_the_operator_only(by: Session | None) -> None:
    with pytest.raises(Forbidden):
        decide_registration(Role.SUPERVISOR, by=by)
    decide_registration(Role.SUPERVISOR, by=a_session(Role.OPERATOR))


def test_another_organization_is_not_to_be_known() -> None:
    with pytest.raises(NotFound):
        require_administrator(a_session(organization_id=THEIRS), OURS)


def test_a_colleague_without_the_office_manages_nobody() -> None:
    with pytest.raises(NotAdministrator):
        require_administrator(a_session(administrator=False), OURS)


@pytest.mark.parametrize(
    ("person", "role", "valid_until", "refusal"),
    [
        (GONE, Role.BIDDER, None, PersonLeft),
        (COLLEAGUE, Role.AGENCY, None, RoleNotHeld),
        (COLLEAGUE, Role.BIDDER, NOON, AlreadyOver),
    ],
)
def test_a_grant_may_be_refused(
    person: Person, role: Role, valid_until: datetime | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        decide_grant(person, ORGANIZATION, role, by=a_session(), valid_until=valid_until, at=NOON)


def test_a_grant_may_end_later() -> None:
    until = NOON + timedelta(microseconds=1)

    decide_grant(COLLEAGUE, ORGANIZATION, Role.BIDDER, by=a_session(), valid_until=until, at=NOON)


def test_the_last_administrator_may_not_leave() -> None:
    with pytest.raises(LastAdministrator):
        decide_departure(COLLEAGUE, by=a_session(), other_administrators=0)
    decide_departure(COLLEAGUE, by=a_session(), other_administrators=1)


def test_the_operator_locks_out_others_but_not_the_own_last_administrator() -> None:
    elsewhere = a_session(Role.OPERATOR, organization_id=THEIRS, administrator=False)
    decide_departure(COLLEAGUE, by=elsewhere, other_administrators=0)

    with pytest.raises(LastAdministrator):
        decide_departure(COLLEAGUE, by=a_session(Role.OPERATOR), other_administrators=0)


def test_a_session_begins_in_the_asked_role_or_in_the_first() -> None:
    standing = [
        Authorization(UUID(int=20), COLLEAGUE.id, OURS, Role.AGENCY, COLLEAGUE.id, NOON),
        Authorization(UUID(int=21), COLLEAGUE.id, OURS, Role.BIDDER, COLLEAGUE.id, NOON),
    ]

    assert choose_authorization(standing, None).role is Role.AGENCY
    assert choose_authorization(standing, Role.BIDDER).role is Role.BIDDER
    with pytest.raises(RoleNotHeld):
        choose_authorization(standing, Role.OPERATOR)
    with pytest.raises(RoleNotHeld):
        choose_authorization([], None)
