"""The schemas of the files that people write themselves, over HTTP."""

import pytest

from tendering.api.routes import TENDER_ROUTES
from tendering.api.routing import Route
from tendering.methods import SCHEMAS, schema_text
from tests.integration.api.conftest import Edge


@pytest.fixture
def extra_routes() -> tuple[Route, ...]:
    """The door of the schemas."""
    return tuple(route for route in TENDER_ROUTES if route.path == "/schemas/{name}")


@pytest.mark.parametrize("name", SCHEMAS)
async def test_a_schema_is_served_as_it_is(edge: Edge, name: str) -> None:
    answer = await edge.client.get(f"/api/v1/schemas/{name}")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert await answer.text() == schema_text(name)


async def test_there_is_no_other_schema(edge: Edge) -> None:
    status, _ = await edge.call("GET", "/schemas/..%2fmean")

    assert status in {404, 422}
