"""Projects (项目登记): what was approved, under which number; tenders with their lots refer to one.

《电子招标投标办法》第十四条: data entered first are verified. The code of the national platform
(全国投资项目在线审批监管平台) carries year, region and kind of approval; whether its office
gave it is not asked of anybody (its form is not verified against the standard).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.refusals.tenders import ProjectInvalid
from tendering.domain.tender import Tender

# Year, region (GB/T 2260), industry, kind of approval, number.
_CODE: Final = re.compile(r"(20[0-9]{2})-([0-9]{6})-([0-9]{2})-([0-9]{2})-([0-9]{6})")
FIRST_YEAR: Final = 2015


class Approval(StrEnum):
    """How the project was approved: 审批, 核准, 备案."""

    APPROVED = "approved"
    AUTHORIZED = "authorized"
    FILED = "filed"


_KINDS: Final = {"01": Approval.APPROVED, "02": Approval.AUTHORIZED, "03": Approval.FILED}


@dataclass(frozen=True, slots=True)
class Project:
    """A registered project. Money in fen; `code` is empty where none is given (procurement)."""

    id: UUID
    procuring_entity_id: UUID
    name: str
    region: str
    approval: Approval
    approval_number: str
    approved_by: str
    approved_on: date
    code: str
    investment_fen: int


def require_sound(project: Project, *, today: date) -> None:
    """Refuse what contradicts itself. Raises ProjectInvalid, with the member in `where`."""
    if project.investment_fen <= 0:
        raise ProjectInvalid(where="investment_fen", why="not-positive")
    if project.approved_on > today:
        raise ProjectInvalid(where="approved_on", why="in-the-future")
    if not project.code:
        return
    found = _CODE.fullmatch(project.code)
    if found is None:
        raise ProjectInvalid(where="code", why="malformed")
    year, region, _, kind, _ = found.groups()
    if not FIRST_YEAR <= int(year) <= today.year:
        raise ProjectInvalid(where="code", why="year")
    # The project may lie in a part of what the office answers for.
    if region.rstrip("0") != project.region[: len(region.rstrip("0"))]:
        raise ProjectInvalid(where="code", why="region")
    if _KINDS.get(kind, project.approval) is not project.approval:
        raise ProjectInvalid(where="code", why="kind")


def project_json(project: Project) -> dict[str, JsonValue]:
    """A project as the notice of each of its tenders says it."""
    return {
        "id": str(project.id),
        "name": project.name,
        "region": project.region,
        "approval": project.approval,
        "approval_number": project.approval_number,
        "approved_by": project.approved_by,
        "approved_on": project.approved_on.isoformat(),
        "code": project.code,
        "investment_fen": project.investment_fen,
    }


def project_number(tender: Tender) -> str:
    """The number of the approval of a tender's project; empty where none is named."""
    project = tender.source.get("project")
    return str(project["approval_number"]) if isinstance(project, dict) else ""


def require_fits(project: Project, procuring_entity_id: UUID, budget_fen: int) -> None:
    """May a tender of this entity and size belong to the project? Raises ProjectInvalid."""
    if project.procuring_entity_id != procuring_entity_id:
        raise ProjectInvalid(where="project_id", why="of-another")
    if budget_fen > project.investment_fen:
        raise ProjectInvalid(where="lots", why="over-investment", most=project.investment_fen)
