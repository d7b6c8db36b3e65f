"""From the award to the contract over HTTP: signed by both, then its terms, each role's part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tendering.actions.duties import look_after
from tendering.actions.tenders import Law
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.journal import Stream
from tendering.rulebooks import holiday_calendar, rulebook_for
from tendering.storage import bid_securities, journal
from tendering.storage.connection import reading, transaction
from tests.integration.evaluation_rooms.test_result_doors import Doors, doors, keys
from tests.support.evaluating import at_signing, opened, seat_committee
from tests.support.opened import NOW, Party

__all__ = ["doors", "keys"]


@dataclass(frozen=True, slots=True)
class Case:
    """A lot whose notice of award is sealed."""

    doors: Doors
    winner: Party
    losers: tuple[Party, ...]
    price_fen: int

    @property
    def host(self) -> Party:
        """Who runs the tender."""
        return self.doors.lot.host

    def body(self, **changes: Any) -> dict[str, Any]:
        """A contract as it was bid."""
        return {
            "lot": "1",
            "price_fen": self.price_fen,
            "text_digest": "ab" * 32,
            "duration_days": 300,
            "quality": "合格",
            "project_manager": "示范经理0",
            "performance": {"form": "bank_guarantee", "amount_fen": self.price_fen // 10},
        } | changes

    async def step(self, step: str, *, by: Party | None = None) -> tuple[int, Any]:
        """Something happens to the contract."""
        body = {"lot": "1", "step": step, "reference": "示范1"}
        return await self.doors.call("POST", "contracts/steps", body, by=by or self.host)

    async def signed(self) -> None:
        """Draw it up and have both sign."""
        status, answer = await self.doors.call("POST", "contracts", self.body(), by=self.host)
        assert status == 201, answer
        await self.doors.sign("contract", self.host)
        await self.doors.sign("contract", self.winner)

    async def entries(self, kind: str, stream: Stream = Stream.PUBLIC) -> list[dict[str, Any]]:
        """What the journal says of a kind."""
        async with reading(self.doors.pool) as connection:
            found = await journal.list_of_kinds(connection, self.doors.lot.id, stream, [kind])
        return [dict(entry.body) for entry in found]


@pytest.fixture
async def case(doors: Doors) -> Case:
    """Award the lot to the first in rank."""
    lot, host = doors.lot, doors.lot.host
    await opened(doors.pool, lot)
    members = await seat_committee(doors.pool, doors.keys, lot.id)
    await at_signing(doors.pool, lot, members)
    await doors.call("POST", "evaluation/report", {"lot": "1"}, by=host)
    for one in members:
        await doors.sign("evaluation_report", one)
    await doors.call("POST", "evaluation/close", {"lot": "1"}, by=host)
    _, published = await doors.call("POST", "candidates", {"lot": "1"}, by=host)
    await doors.sign("candidates", host)
    doors.clock[0] = datetime.fromisoformat(published["items"][0]["publicity_until"])
    _, results = await doors.call("POST", "award", {"lot": "1"}, by=host)
    await doors.sign("award_notice", host)
    winner = results["items"][0]["award"]["winner"]
    by_id = {str(one.actor.organization_id): one for one in lot.bidders}
    first = by_id.pop(winner["bidder_id"])
    return Case(doors, first, tuple(by_id.values()), winner["price_fen"])


async def test_e32_a_contract_is_signed_by_both_in_turn_and_its_terms_begin(case: Case) -> None:
    drafted, _ = await case.doors.call("POST", "contracts", case.body(), by=case.host)
    await case.doors.sign("contract", case.host)
    before = await case.entries("contract.signed")
    await case.doors.sign("contract", case.winner)

    (signed,) = await case.entries("contract.signed")
    _, tasks = await case.doors.call("GET", "/duties", by=case.host)

    assert (drafted, before) == (201, [])
    assert signed["bidder_id"] == str(case.winner.actor.organization_id)
    assert "E32" not in {one["rule"] for one in tasks["items"]}


async def test_a_price_that_is_not_the_awards_is_flagged_for_everybody(case: Case) -> None:
    own = case.body(price_fen=case.price_fen - 100)
    own["performance"] = None

    status, _ = await case.doors.call("POST", "contracts", own, by=case.host)

    (drafted,) = await case.entries("contract.drafted")
    assert status == 201
    assert drafted["deviations"][0]["item"] == "price_fen"


async def test_e34_too_high_a_performance_security_is_refused_and_nothing_drawn_up(
    case: Case,
) -> None:
    much = {"form": "cash", "amount_fen": case.price_fen // 10 + 1}

    status, problem = await case.doors.call(
        "POST", "contracts", case.body(performance=much), by=case.host
    )

    assert (status, problem["code"]) == (409, "performance-security-refused")
    assert await case.entries("contract.drafted") == []


async def test_nobody_but_the_host_draws_up_or_publishes(case: Case) -> None:
    for stranger in (case.winner, case.losers[0], case.doors.lot.supervisor):
        status, _ = await case.doors.call("POST", "contracts", case.body(), by=stranger)
        assert status == 403
    await case.signed()
    assert (await case.step("publish", by=case.winner))[0] == 403


async def test_g23_published_and_filed_after_the_signing_once(case: Case) -> None:
    await case.doors.call("POST", "contracts", case.body(), by=case.host)
    early, problem = await case.step("publish")
    await case.doors.sign("contract", case.host)
    await case.doors.sign("contract", case.winner)
    _, hidden = await case.doors.call("GET", "contracts")

    done = [(await case.step(step))[0] for step in ("secure", "publish", "file")]
    again, repeated = await case.step("publish")
    given_back, _ = await case.step("return_security")
    _, shown = await case.doors.call("GET", "contracts")

    assert (early, problem["parameters"]["why"]) == (409, "too-early")
    assert hidden["items"] == []
    assert done == [204, 204, 204]
    assert (again, repeated["parameters"]["why"]) == (409, "done")
    assert given_back == 204
    assert len(shown["items"]) == 1


async def test_e35_the_supervisor_is_reported_to_once(case: Case) -> None:
    body = {"lot": "1", "reference": "示范报告1"}

    first, _ = await case.doors.call("POST", "supervisor-reports", body, by=case.host)
    second, problem = await case.doors.call("POST", "supervisor-reports", body, by=case.host)

    (told,) = await case.entries("supervisor.reported")
    assert (first, second, problem["code"]) == (204, 409, "contract-step-refused")
    assert len(told["report_digest"]) == 64


async def test_g22_each_sees_its_own_result_only(case: Case) -> None:
    _, won = await case.doors.call("GET", "results/own?lot=1", by=case.winner)
    _, lost = await case.doors.call("GET", "results/own?lot=1", by=case.losers[0])
    stranger, _ = await case.doors.call("GET", "results/own?lot=1", by=case.doors.lot.supervisor)
    missing, _ = await case.doors.call("GET", "results/own?lot=2", by=case.winner)

    assert (won["won"], lost["won"]) == (True, False)
    # An engineering tender: the law gives the result, not the scores.
    assert (lost["rank"], lost["points"]) == (None, {})
    assert (stranger, missing) == (403, 404)


async def test_e33_with_the_contract_every_guarantee_goes_back(case: Case) -> None:
    lot = case.doors.lot
    async with transaction(case.doors.pool) as connection:
        for bidder in lot.bidders:
            security = BidSecurity(
                lot.id,
                "1",
                bidder.actor.organization_id,
                SecurityForm.GUARANTEE_INSURANCE,
                2_000_000,
                case.doors.clock[0],
                lot.host.actor.organization_id,
                "示范保单",
            )
            await bid_securities.put(connection, security, at=NOW)
    await case.signed()

    async with transaction(case.doors.pool) as connection:
        await look_after(
            connection,
            lot.id,
            lambda tender, at: Law(rulebook_for(tender, at), holiday_calendar()),
            at=case.doors.clock[0],
        )

    released = await case.entries("bid_security.released", Stream.CUSTODY)
    assert sorted(str(one["case"]) for one in released) == ["loser", "loser", "winner"]
