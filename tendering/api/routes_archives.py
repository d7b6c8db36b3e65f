"""The door of the archive."""

from typing import Final

from tendering.api import archives
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.tenders import ArchiveNotReady

ARCHIVE_ROUTES: Final = (
    Route(
        "GET",
        "/tenders/{tender_id}/archive",
        archives.get_archive,
        errors=(ArchiveNotReady, Forbidden, NotFound),
        produces="application/zip",
        tags=("archive",),
    ),
)
