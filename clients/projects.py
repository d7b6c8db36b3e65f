"""Registering a project, as whoever tenders it does first."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clients.platform import Platform


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """A project as it was approved: `approval` is approved, authorized or filed. Money in fen."""

    name: str
    region: str
    approval: str
    approval_number: str
    approved_by: str
    approved_on: date
    investment_fen: int
    code: str = ""


async def register_project(platform: Platform, plan: ProjectPlan) -> UUID:
    """Register a project of one's own; its id. Raises PlatformRefused, PlatformUnreachable."""
    body = {
        "name": plan.name,
        "region": plan.region,
        "approval": plan.approval,
        "approval_number": plan.approval_number,
        "approved_by": plan.approved_by,
        "approved_on": plan.approved_on.isoformat(),
        "investment_fen": plan.investment_fen,
        "code": plan.code,
    }
    return UUID((await platform.post("/projects", body))["id"])
