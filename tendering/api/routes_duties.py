"""The doors of duties."""

from typing import Final

from tendering.api import duties
from tendering.api.routing import Route
from tendering.domain.refusals import NotFound

DUTY_ROUTES: Final = (
    Route("GET", "/duties", duties.get_tasks, tags=("duties",)),
    Route(
        "GET",
        "/tenders/{tender_id}/duties",
        duties.get_duties,
        errors=(NotFound,),
        tags=("duties",),
    ),
)
