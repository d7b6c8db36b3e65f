"""Projects: what contradicts its approval, or does not fit the tender, is refused."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tendering.domain.projects import Approval, Project, project_json, require_fits, require_sound
from tendering.domain.refusals.tenders import ProjectInvalid

TODAY = date(2026, 11, 23)
ENTITY = UUID(int=0x200)
PROJECT = Project(
    UUID(int=1),
    ENTITY,
    "示范小学教学楼工程",
    "510104",
    Approval.APPROVED,
    "示范发改〔2026〕1号",
    "示范市发展和改革委员会",
    date(2024, 2, 29),
    "2024-510100-83-01-000001",
    5_000_000_00,
)


def test_a_sound_project_is_told_in_the_notice_as_it_was_approved() -> None:
    require_sound(PROJECT, today=TODAY)
    require_sound(replace(PROJECT, code=""), today=TODAY)
    require_sound(replace(PROJECT, code="2024-000000-83-99-000001"), today=TODAY)
    require_fits(PROJECT, ENTITY, PROJECT.investment_fen)

    assert project_json(PROJECT)["approved_on"] == "2024-02-29"


@pytest.mark.parametrize(
    ("changes", "where", "why"),
    [
        ({"investment_fen": 0}, "investment_fen", "not-positive"),
        ({"investment_fen": -1}, "investment_fen", "not-positive"),
        ({"approved_on": date(2026, 11, 24)}, "approved_on", "in-the-future"),
        ({"code": "2024-510100-83-01-00001"}, "code", "malformed"),
        ({"code": "2024-510100-83-01-0000011"}, "code", "malformed"),
        ({"code": "2027-510100-83-01-000001"}, "code", "year"),
        ({"code": "2014-510100-83-01-000001"}, "code", "year"),
        ({"code": "2024-440100-83-01-000001"}, "code", "region"),
        ({"code": "2024-510100-83-03-000001"}, "code", "kind"),
        ({"approval": Approval.FILED}, "code", "kind"),
    ],
)
def test_what_contradicts_its_approval_is_refused(
    changes: dict[str, object], where: str, why: str
) -> None:
    with pytest.raises(ProjectInvalid) as refused:
        require_sound(replace(PROJECT, **changes), today=TODAY)  # type: ignore[arg-type]

    assert refused.value.parameters == {"where": where, "why": why}


def test_a_tender_of_another_entity_or_above_the_investment_does_not_fit() -> None:
    with pytest.raises(ProjectInvalid):
        require_fits(PROJECT, UUID(int=9), 1)
    with pytest.raises(ProjectInvalid):
        require_fits(PROJECT, ENTITY, PROJECT.investment_fen + 1)
