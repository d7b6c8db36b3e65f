"""The door of the archive."""

from typing import Final

from tendering.api import archives
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.signatures import DocumentChanged
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
    Route(
        "POST",
        "/tenders/{tender_id}/archive",
        archives.post_archive,
        action="archive.make",
        status=201,
        idempotency="natural",
        errors=(ArchiveNotReady, DocumentChanged, Forbidden, NotFound),
        tags=("archive",),
    ),
    Route(
        "GET",
        "/archives",
        archives.get_archived,
        action="archive.list",
        tags=("archive",),
    ),
)
