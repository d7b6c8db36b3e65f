"""Figures for Prometheus, and the two questions a load balancer asks.

Each process has its own registry. `/metrics` answers programs on the same machine, and others only
with the token.
"""

import asyncio
import hmac
import ipaddress
from collections.abc import Callable
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from tendering.domain.refusals import NotFound
from tendering.storage.connection import OUTAGES, Pool, ping, reading

LAG_INTERVAL_SECONDS: Final = 1.0
PING_SECONDS_MAX: Final = 2.0
SWITCHING_PROTOCOLS: Final = 101

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


class Metrics:
    """The figures of one process."""

    def __init__(self, pool: Pool, *, is_full: Callable[[], bool] = lambda: False) -> None:
        """Make the registry. `pool` is asked at each reading, and `is_full` about the disk.

        How much is free would tell what bidders bring; that it is too little, everybody may know.
        """
        self.is_full = is_full
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "kaibiao_request_seconds",
            "Duration of requests; secret routes appear as custody, and only when we fail.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.loop_lag = Gauge(
            "kaibiao_loop_lag_seconds", "How late the event loop woke up.", registry=self.registry
        )
        self.canaries_overdue = Gauge(
            "kaibiao_canaries_overdue",
            "Key holders that are late to show that they can unwrap, over all tenders.",
            registry=self.registry,
        )
        self.discrepancies_overdue = Gauge(
            "kaibiao_discrepancies_overdue",
            "Discrepancies of orders, lists and payments that nobody has settled in three days.",
            registry=self.registry,
        )
        for name, text, read in (
            ("size", "Open database connections.", pool.get_size),
            ("idle", "Idle database connections.", pool.get_idle_size),
            ("max", "Most database connections.", pool.get_max_size),
        ):
            gauge = Gauge(f"kaibiao_pool_{name}", text, registry=self.registry)
            gauge.set_function(read)
        full = Gauge(
            "kaibiao_storage_full", "1 when new bytes are refused.", registry=self.registry
        )
        full.set_function(is_full)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One finished request; sockets, which last for hours, do not count."""
        if status == SWITCHING_PROTOCOLS:
            return
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, f"{status // 100}xx").observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)


async def watch_loop(metrics: Metrics) -> None:
    """Measure how late the loop wakes up, for ever; one of the server's background tasks."""
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time() + LAG_INTERVAL_SECONDS
        await asyncio.sleep(LAG_INTERVAL_SECONDS)
        metrics.loop_lag.set(max(0.0, loop.time() - asked))


def mount_health(
    app: web.Application, pool: Pool, metrics: Metrics, *, metrics_token: str = ""
) -> None:
    """Add /health/live, /health/ready and /metrics."""

    async def get_live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def get_ready(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(PING_SECONDS_MAX), reading(pool) as connection:
                await ping(connection)
        except OUTAGES:
            return web.json_response({"status": "unready"}, status=503)
        # What is there can be used all the same, so the others send their requests here.
        full = {"storage": "full"} if await asyncio.to_thread(metrics.is_full) else {}
        return web.json_response({"status": "ready", **full})

    async def get_metrics(request: web.Request) -> web.Response:
        if not may_read_metrics(request, metrics_token):
            raise NotFound
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/health/live", get_live)
    app.router.add_get("/health/ready", get_ready)
    app.router.add_get("/metrics", get_metrics)


def may_read_metrics(request: web.Request, token: str) -> bool:
    """Does this come from the same machine, not through its proxy, or with the token?"""
    shown = request.headers.get("Authorization", "").encode("utf-8", "replace")
    if token and hmac.compare_digest(shown, f"Bearer {token}".encode()):
        return True
    try:
        local = ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
    return local and not request.headers.keys() & {"X-Forwarded-For", "Forwarded"}
