"""SQL of `tendering.projects`."""

from datetime import datetime
from uuid import UUID

from tendering.domain.projects import Approval, Project
from tendering.domain.refusals import NotFound
from tendering.storage.connection import Connection, Record

_SELECT = """
SELECT id, procuring_entity_id, name, region, approval, approval_number, approved_by, approved_on,
       code, investment_fen
FROM tendering.projects
"""


async def insert(connection: Connection, project: Project, by: UUID, *, at: datetime) -> bool:
    """Register a project; False when its approval is registered."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.projects
               (id, procuring_entity_id, name, region, approval, approval_number, approved_by,
                approved_on, code, investment_fen, registered_by, registered_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT (procuring_entity_id, approval_number) DO NOTHING RETURNING true""",
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
        by,
        at,
    )
    return inserted is not None


async def get(connection: Connection, project_id: UUID) -> Project:
    """One project. Raises NotFound."""
    row = await connection.fetchrow(_SELECT + "WHERE id = $1", project_id)
    if row is None:
        raise NotFound
    return _project(row)


async def list_of_entity(connection: Connection, organization_id: UUID) -> list[Project]:
    """The projects of a procuring entity, newest approval first."""
    rows = await connection.fetch(
        _SELECT + "WHERE procuring_entity_id = $1 ORDER BY approved_on DESC, id LIMIT 1000",
        organization_id,
    )
    return [_project(row) for row in rows]


def _project(row: Record) -> Project:
    return Project(
        row["id"],
        row["procuring_entity_id"],
        row["name"],
        row["region"],
        Approval(row["approval"]),
        row["approval_number"],
        row["approved_by"],
        row["approved_on"],
        row["code"],
        row["investment_fen"],
    )
