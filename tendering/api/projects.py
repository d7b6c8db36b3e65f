"""Projects over HTTP: registered with their approval, read by who tenders them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import projects as deeds
from tendering.api.context import Actor
from tendering.api.fields import INTEGER_MAX, Line
from tendering.domain.projects import Approval, Project
from tendering.domain.refusals import Invalid
from tendering.domain.roles import Role
from tendering.storage import projects
from tendering.storage.connection import Connection


class PostProject(Struct, frozen=True, forbid_unknown_fields=True):
    """A project as it was approved. An agency names the procuring entity."""

    name: Line
    region: Annotated[str, Meta(pattern=r"^[0-9]{6}(?!\n)$", max_length=6)]
    approval: Approval
    approval_number: Line
    approved_by: Line
    approved_on: date
    investment_fen: Annotated[int, Meta(ge=1, le=INTEGER_MAX, description="Money in fen")]
    code: Annotated[str, Meta(pattern=r"^([0-9-]{24})?(?!\n)$", max_length=24)] = ""
    procuring_entity_id: UUID | None = None


class ProjectView(Struct, frozen=True):
    """A registered project. Money in fen."""

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


class ProjectList(Struct, frozen=True):
    """Projects, newest approval first."""

    items: list[ProjectView]


async def post_project(
    actor: Actor, connection: Connection, received_at: datetime, body: PostProject
) -> ProjectView:
    """Register a project."""
    entity = body.procuring_entity_id
    if entity is None:
        if actor.role is not Role.PROCURING_ENTITY:
            raise Invalid("an agency names the procuring entity")
        entity = actor.organization_id
    project = Project(
        uuid4(),
        entity,
        body.name,
        body.region,
        body.approval,
        body.approval_number,
        body.approved_by,
        body.approved_on,
        body.code,
        body.investment_fen,
    )
    registered = await deeds.register_project(connection, project, by=actor, at=received_at)
    return _view(registered)


async def get_projects(connection: Connection, actor: Actor) -> ProjectList:
    """The projects of one's own organization."""
    found = await projects.list_of_entity(connection, actor.organization_id)
    return ProjectList([_view(one) for one in found])


def _view(project: Project) -> ProjectView:
    return ProjectView(
        project.id,
        project.procuring_entity_id,
        project.name,
        project.region,
        project.approval,
        project.approval_number,
        project.approved_by,
        project.approved_on,
        project.code,
        project.investment_fen,
    )
