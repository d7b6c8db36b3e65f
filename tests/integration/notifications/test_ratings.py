"""Ratings: once each, counted in public, bad ones settled; none that would tell who bids."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tendering.domain.opening import Opening, OpeningPhase
from tendering.domain.roles import Role
from tendering.storage import openings
from tendering.storage.connection import transaction
from tests.support.intake import Intake, intake
from tests.support.platform import Account, Platform, begin_session, platform

__all__ = ["intake", "platform"]


async def ask(
    served: Platform, method: str, path: str, *, token: str = "", body: object = None
) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    answer = await served.request(
        method,
        f"/api/v1{path}",
        token=token,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
    )
    return answer.status, json.loads(answer.body) if answer.body else None


async def token_of(intake: Intake, bidder: Account) -> str:
    async with transaction(intake.platform.running.context.pool) as connection:
        return await begin_session(connection, bidder.authorization_id)


async def rates(
    intake: Intake, token: str, level: str, *, service: str = "bid_submitted"
) -> tuple[int, Any]:
    body = {"service": service, "level": level, "comment": "示范意见"}
    path = f"/tenders/{intake.tender.id}/ratings"
    return await ask(intake.platform, "POST", path, token=token, body=body)


async def opens(intake: Intake) -> None:
    """The opening of the lot begins."""
    now = intake.platform.running.context.now()
    opening = Opening(
        "1", OpeningPhase.UNLOCK, now, now + timedelta(hours=1), (), frozenset(), frozenset()
    )
    async with transaction(intake.platform.running.context.pool) as connection:
        await openings.insert(connection, intake.tender.id, opening)


async def totals(intake: Intake) -> dict[str, dict[str, int]]:
    _, found = await ask(intake.platform, "GET", "/ratings/totals")
    return {one.pop("service"): one for one in found["items"]}


async def test_a_service_is_rated_once_by_who_received_it(intake: Intake) -> None:
    served = intake.platform
    host, bidder = served.tokens[Role.AGENCY], served.tokens[Role.BIDDER]

    first = await rates(intake, host, "good", service="notice_published")
    again = await rates(intake, host, "bad", service="notice_published")
    stranger = await rates(intake, bidder, "bad")
    early = await rates(intake, host, "bad", service="contract_signed")
    path = f"/tenders/{intake.tender.id}/ratings/mine"
    _, own = await ask(served, "GET", path, token=host)

    assert first[0] == 204
    assert (again[0], again[1]["code"]) == (409, "already-rated")
    assert (stranger[0], stranger[1]["code"]) == (403, "not-served")
    assert (early[0], early[1]["code"]) == (403, "not-served")
    assert own["items"] == [{"service": "notice_published", "level": "good"}]
    assert (await totals(intake))["notice_published"]["good"] == 1


async def test_neither_totals_nor_follow_ups_tell_of_a_bid_before_the_opening(
    intake: Intake,
) -> None:
    served = intake.platform
    operator = served.tokens[Role.OPERATOR]

    async def seen() -> tuple[object, object]:
        _, follow_ups = await ask(served, "GET", "/ratings/follow-ups", token=operator)
        return await totals(intake), follow_ups["items"]

    none = await seen()
    for number, bidder in enumerate(intake.bidders):
        await intake.submit(bidder)
        status, _ = await rates(intake, await token_of(intake, bidder), "very_bad")
        assert status == 204
        if number == 0:
            one = await seen()
    twenty = await seen()
    await opens(intake)
    opened_totals, opened_bad = await totals(intake), (await seen())[1]

    assert none == one == twenty
    assert opened_totals["bid_submitted"]["very_bad"] == 20
    assert isinstance(opened_bad, list)
    assert len(opened_bad) == 20


async def test_a_bad_rating_is_settled_by_the_operator_and_late_ones_reach_the_supervisor(
    intake: Intake,
) -> None:
    served = intake.platform
    operator, supervisor = served.tokens[Role.OPERATOR], served.tokens[Role.SUPERVISOR]
    await rates(intake, served.tokens[Role.AGENCY], "bad", service="notice_published")
    _, waiting = await ask(served, "GET", "/ratings/follow-ups", token=operator)
    _, in_time = await ask(served, "GET", "/ratings/follow-ups", token=supervisor)
    rating_id = waiting["items"][0]["id"]
    async with transaction(served.running.context.pool) as connection:
        await connection.execute(
            "UPDATE tendering.ratings SET at = at - interval '30 days' WHERE id = $1",
            UUID(rating_id),
        )

    _, late = await ask(served, "GET", "/ratings/follow-ups", token=supervisor)
    path, body = f"/ratings/{rating_id}/settlement", {"note": "已回访并改进"}
    forbidden = await ask(served, "POST", path, token=supervisor, body=body)
    settled = await ask(served, "POST", path, token=operator, body=body)
    twice = await ask(served, "POST", path, token=operator, body=body)
    unknown = await ask(served, "POST", f"/ratings/{uuid4()}/settlement", token=operator, body=body)
    _, after = await ask(served, "GET", "/ratings/follow-ups", token=operator)

    assert (waiting["items"][0]["overdue"], in_time["items"]) == (False, [])
    assert [one["overdue"] for one in late["items"]] == [True]
    assert [forbidden[0], settled[0], twice[0], unknown[0]] == [403, 204, 409, 404]
    assert after["items"][0]["note"] == "已回访并改进"
