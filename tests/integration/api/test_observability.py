"""What an operator sees of requests, and what not."""

import json
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import msgspec
import pytest

from tendering.api.metrics import Metrics
from tendering.api.observability import JsonLines
from tendering.api.routing import Route
from tendering.domain.roles import Role
from tendering.storage.connection import Connection, reading
from tests.integration.api.conftest import PASSWORD, Edge


class Taken(msgspec.Struct, frozen=True):
    """An answer."""

    tender_id: UUID


async def post_secret(tender_id: UUID) -> Taken:
    """Something that must not be counted by tender."""
    return Taken(tender_id)


async def post_clash(connection: Connection) -> None:
    """A mistake of ours whose error text repeats a row."""
    await connection.execute(
        """INSERT INTO tendering.rate_limits (bucket, full_at)
           VALUES (sha256('a'), now()), (sha256('a'), now())"""
    )


async def post_secret_clash(connection: Connection) -> None:
    """The same mistake behind a secret door."""
    await post_clash(connection)


ROUTES = (
    Route("POST", "/tenders/{tender_id}/secret", post_secret, secret=True),
    Route("POST", "/clash", post_clash),
    Route("POST", "/secret-clash", post_secret_clash, secret=True),
)


@pytest.fixture
def extra_routes() -> tuple[Route, ...]:
    """The table above."""
    return ROUTES


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What the formatter writes, line by line."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("tendering")
    caplog.set_level(logging.INFO, logger="tendering")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


async def metrics(edge: Edge) -> str:
    """The text of /metrics."""
    answer = await edge.client.get("/metrics")
    return await answer.text()


async def test_a_line_names_the_route_and_the_role_but_nobody(edge: Edge, lines: list[str]) -> None:
    person = await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")
    await edge.call(
        "DELETE",
        f"/people/{person.id}/authorizations/{uuid4()}",
        token=token,
        headers={"X-Request-Id": "from-the-proxy"},
    )

    line = json.loads(lines[-1])

    assert line["route"] == "/api/v1/people/{person_id}/authorizations/{authorization_id}"
    assert (line["method"], line["status"], line["role"]) == ("DELETE", 404, "bidder")
    assert line["request_id"] == "from-the-proxy"
    for secret in (str(person.id), token, PASSWORD, "login1", "示范"):
        assert secret not in "".join(lines)


@pytest.mark.parametrize("given", ["a b", "short", "x" * 65, "<script>"])
async def test_a_malformed_request_id_is_replaced(edge: Edge, given: str) -> None:
    answer = await edge.request("GET", "/me", headers={"X-Request-Id": given})

    assert answer.headers["X-Request-Id"] != given


async def test_secret_routes_leave_neither_a_line_nor_a_figure(
    edge: Edge, lines: list[str]
) -> None:
    tender_id = uuid4()

    status, _ = await edge.call("POST", f"/tenders/{tender_id}/secret")

    text = await metrics(edge)
    assert status == 200
    assert "/metrics" in "".join(lines)
    assert not any("secret" in line or "custody" in line for line in lines)
    figures = [line for line in text.splitlines() if not line.startswith("#")]
    assert any("/metrics" in line for line in (await metrics(edge)).splitlines())
    assert not any("secret" in line or "custody" in line for line in figures)
    assert str(tender_id) not in text


async def test_a_secret_route_that_fails_is_seen_without_its_name(
    edge: Edge, lines: list[str]
) -> None:
    status, _ = await edge.call("POST", "/secret-clash")

    text = await metrics(edge)
    assert status == 500
    assert any('"route": "custody"' in line for line in lines)
    assert 'kaibiao_request_seconds_count{method="POST",route="custody",status="5xx"} 1.0' in text
    assert "secret-clash" not in "".join(lines)
    assert "secret-clash" not in text


async def test_a_traceback_is_logged_without_the_values_of_the_row(
    edge: Edge, lines: list[str]
) -> None:
    status, _ = await edge.call("POST", "/clash")

    failed = json.loads(next(line for line in lines if "traceback" in line))
    assert status == 500
    assert "UniqueViolationError" in failed["traceback"]
    assert "already exists" not in failed["traceback"]
    assert failed["request_id"]


async def test_health_and_figures(edge: Edge) -> None:
    live = await edge.client.get("/health/live")
    ready = await edge.client.get("/health/ready")
    await edge.call("GET", "/nowhere")

    text = await metrics(edge)
    assert (live.status, ready.status) == (200, 200)
    assert "kaibiao_pool_max 8.0" in text
    assert 'route="unmatched"' in text


async def test_a_server_that_waits_for_its_database_is_live_but_not_ready(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tendering.api.metrics.PING_SECONDS_MAX", 0.05)
    pool = edge.context.pool

    async with AsyncExitStack() as taken:
        for _ in range(pool.get_max_size()):
            await taken.enter_async_context(reading(pool))
        live = await edge.client.get("/health/live")
        ready = await edge.client.get("/health/ready")

    assert (live.status, ready.status) == (200, 503)


async def test_figures_behind_a_proxy_need_the_token(edge: Edge) -> None:
    proxied = {"X-Forwarded-For": "192.0.2.7"}

    without = await edge.client.get("/metrics", headers=proxied)
    wrong = await edge.client.get("/metrics", headers=proxied | {"Authorization": "Bearer no"})
    right = await edge.client.get(
        "/metrics", headers=proxied | {"Authorization": "Bearer a-token-for-metrics"}
    )

    assert (without.status, wrong.status, right.status) == (404, 404, 200)


async def test_sockets_do_not_count(edge: Edge) -> None:
    figures = Metrics(edge.context.pool)

    figures.count("GET", "/socket", 101, 3600.0)
    figures.count("BREW", "/pot", 405, 0.1)

    text = figures.text().decode()
    assert "/socket" not in text
    assert 'method="other"' in text
