"""Deeds about projects: registered once, with what was entered checked."""

from datetime import datetime
from uuid import UUID

from tendering.domain.calendar import civil_day
from tendering.domain.parties import Actor
from tendering.domain.projects import Project, require_fits, require_sound
from tendering.domain.refusals import Forbidden, Invalid
from tendering.domain.refusals.tenders import ProjectInvalid
from tendering.domain.roles import Role
from tendering.storage import organizations, projects
from tendering.storage.connection import Connection


async def register_project(
    connection: Connection, project: Project, *, by: Actor, at: datetime
) -> Project:
    """Register a project. Raises ProjectInvalid, Forbidden, Invalid when the entity is unknown."""
    if by.role is Role.PROCURING_ENTITY and by.organization_id != project.procuring_entity_id:
        raise Forbidden("a procuring entity registers its own projects")
    entity = await organizations.get(connection, project.procuring_entity_id)
    if entity is None or Role.PROCURING_ENTITY not in entity.roles:
        raise Invalid("no such organization in this role", role=Role.PROCURING_ENTITY)
    require_sound(project, today=civil_day(at))
    if not await projects.insert(connection, project, by.person_id, at=at):
        raise ProjectInvalid(where="approval_number", why="registered")
    return project


async def project_of_tender(
    connection: Connection, project_id: UUID, procuring_entity_id: UUID, budget_fen: int
) -> Project:
    """The project that a draft is to belong to. Raises NotFound, ProjectInvalid."""
    project = await projects.get(connection, project_id)
    require_fits(project, procuring_entity_id, budget_fen)
    return project
