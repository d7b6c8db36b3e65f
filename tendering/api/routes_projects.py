"""The doors of projects."""

from typing import Final

from tendering.api import projects
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid
from tendering.domain.refusals.tenders import ProjectInvalid

PROJECT_ROUTES: Final = (
    Route(
        "POST",
        "/projects",
        projects.post_project,
        action="project.register",
        status=201,
        idempotency="transaction",
        errors=(Forbidden, Invalid, ProjectInvalid),
        tags=("projects",),
    ),
    Route(
        "GET",
        "/projects",
        projects.get_projects,
        action="project.read",
        tags=("projects",),
    ),
)
