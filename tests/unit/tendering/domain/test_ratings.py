"""Who rates which service, what is seen when, and until when a bad rating is settled."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tendering.domain.ratings import (
    Level,
    Rating,
    Service,
    Standing,
    decide_rating,
    follow_up_due,
    services_for,
)
from tendering.domain.refusals.notifications import NotServed
from tendering.domain.roles import Role
from tendering.rulebooks import holiday_calendar

NOTHING = Standing(*[False] * 7)
ALL = Standing(*[True] * 7)
AT = datetime(2026, 11, 20, 8, tzinfo=UTC)  # a Friday
RATING = Rating(
    UUID(int=1), UUID(int=2), Service.BID_SUBMITTED, Level.BAD, "", Role.BIDDER, AT, None
)


def test_each_role_rates_what_it_has_received() -> None:
    host = services_for(Role.AGENCY, replace(ALL, has_bid=False))

    assert set(host) == set(Service) - {Service.BID_SUBMITTED}
    assert services_for(Role.BIDDER, replace(ALL, is_host=False)) == (
        Service.BID_SUBMITTED,
        Service.OPENING_ATTENDED,
        Service.CONTRACT_SIGNED,
    )
    assert services_for(Role.EXPERT, ALL) == (Service.EVALUATION_DONE,)
    assert services_for(Role.SUPERVISOR, ALL) == ()
    assert services_for(Role.BIDDER, NOTHING) == ()


@pytest.mark.parametrize("service", Service)
def test_what_is_not_finished_is_not_rated(service: Service) -> None:
    with pytest.raises(NotServed) as refused:
        decide_rating(service, Role.BIDDER, NOTHING)

    assert refused.value.parameters == {"service": service}
    decide_rating(Service.BID_SUBMITTED, Role.BIDDER, replace(NOTHING, has_bid=True))


def test_a_rated_submission_is_seen_from_the_opening_on() -> None:
    opened = AT + timedelta(days=3)

    assert RATING.seen_since is None
    assert replace(RATING, opened_at=opened).seen_since == opened
    assert replace(RATING, opened_at=AT - timedelta(days=1)).seen_since == AT
    assert replace(RATING, service=Service.NOTICE_PUBLISHED).seen_since == AT


def test_the_term_counts_working_days_and_not_the_day_itself() -> None:
    due = follow_up_due(AT, holiday_calendar(), working_days=5)

    # Friday the 20th; five working days end with Friday the 27th.
    assert due == datetime(2026, 11, 27, 16, tzinfo=UTC)
