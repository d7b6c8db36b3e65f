"""Projects over HTTP: registered once, referred to by tenders, told in the notice."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from tendering.domain.journal import instant
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tests.integration.tendering.test_overrides import ask
from tests.support.evaluation import METHOD
from tests.support.platform import Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

PROJECT = {
    "name": "示范小学教学楼工程",
    "region": "510100",
    "approval": "approved",
    "approval_number": "示范发改〔2026〕1号",
    "approved_by": "示范市发展和改革委员会",
    "approved_on": "2026-01-05",
    "code": "2026-510100-83-01-000001",
    "investment_fen": 500_000_000,
}


def a_body(platform: Platform, published: Tender, **changes: Any) -> dict[str, Any]:
    """A draft with two lots, by the procuring entity; key holders as in another tender."""
    lot = {"title": "标段", "estimate_fen": 200_000_000, "bid_security_fen": 0}
    lots = [lot | {"lot": str(one), "ceiling_price_fen": 210_000_000} for one in (1, 2)]
    body = {
        "title": "示范小学教学楼工程施工",
        "description": "示范",
        "regime": "construction",
        "region": "510100",
        "supervisor_id": str(published.supervisor_id),
        "key_holder_ids": [str(one.organization_id) for one in published.key_holders],
        "threshold": 2,
        "lots": lots,
        "method": METHOD,
        "committee": {},
        "bid_validity_days": 90,
        "unlock_minutes": 30,
        "drain_seconds": 10,
        "deadline": instant(platform.running.context.now() + timedelta(days=40)),
    }
    return body | changes


async def register(platform: Platform, **changes: Any) -> tuple[int, dict[str, Any]]:
    answer = await ask(platform, "POST", "/projects", PROJECT | changes, role=Role.PROCURING_ENTITY)
    return answer.status, json.loads(answer.body)


async def test_a_tender_with_two_lots_refers_to_its_project(platform: Platform) -> None:
    published = await published_tender(platform)
    status, project = await register(platform)
    body = a_body(platform, published, project_id=project["id"])

    drafted = await ask(platform, "POST", "/tenders", body, role=Role.PROCURING_ENTITY)
    listed = await ask(platform, "GET", "/projects", role=Role.PROCURING_ENTITY)

    assert (status, drafted.status) == (201, 201)
    source = json.loads(drafted.body)["source"]
    assert source["project"]["approval_number"] == PROJECT["approval_number"]
    assert [one["id"] for one in json.loads(listed.body)["items"]] == [project["id"]]


async def test_the_same_approval_twice_a_wrong_code_and_too_large_a_tender_are_refused(
    platform: Platform,
) -> None:
    published = await published_tender(platform)
    _, project = await register(platform)
    twice = await register(platform)
    wrong = await register(platform, approval_number="2", code="2026-440100-83-01-000001")
    poor = await register(platform, approval_number="3", investment_fen=399_999_999)
    draft = a_body(platform, published, project_id=poor[1]["id"])
    large = await ask(platform, "POST", "/tenders", draft, role=Role.PROCURING_ENTITY)
    nobody = a_body(platform, published, project_id=str(UUID(int=7)))
    unknown = await ask(platform, "POST", "/tenders", nobody, role=Role.PROCURING_ENTITY)
    forged = a_body(platform, published, source={"project": {"name": "x"}})
    refused = await ask(platform, "POST", "/tenders", forged, role=Role.PROCURING_ENTITY)

    assert project["code"] == PROJECT["code"]
    assert (twice[0], twice[1]["code"]) == (422, "project-invalid")
    assert wrong[1]["parameters"] == {"where": "code", "why": "region"}
    assert (large.code, large.problem["parameters"]["why"]) == (
        "project-invalid",
        "over-investment",
    )
    assert (unknown.status, refused.status) == (404, 422)


async def test_only_who_tenders_registers_projects(platform: Platform) -> None:
    for role in (Role.BIDDER, Role.SUPERVISOR, Role.KEY_HOLDER):
        answer = await ask(platform, "POST", "/projects", PROJECT, role=role)
        assert answer.status == 403
    unnamed = await ask(platform, "POST", "/projects", PROJECT, role=Role.AGENCY)
    assert unnamed.status == 422
    other = str(platform.accounts[Role.AGENCY].organization.id)
    body = PROJECT | {"procuring_entity_id": other}
    foreign = await ask(platform, "POST", "/projects", body, role=Role.PROCURING_ENTITY)
    assert foreign.status == 403
