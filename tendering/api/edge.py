"""The application that all routes are mounted on: middlewares, headers, health."""

import resource

from aiohttp import web

from tendering.api.context import Context
from tendering.api.metrics import Metrics, mount_health
from tendering.api.observability import observe
from tendering.api.problems import problem_middleware
from tendering.api.receiving import announce_closing
from tendering.api.security_headers import security_headers


def make_edge(context: Context, metrics: Metrics, *, metrics_token: str = "") -> web.Application:
    """An application without routes of its own but health and metrics.

    Serve it without aiohttp's access log (`access_log=None`), which would write raw addresses.
    """
    _use_all_descriptors()
    app = web.Application(middlewares=[observe(metrics), problem_middleware])
    app.on_response_prepare.append(security_headers(context.public_address))
    app.on_response_prepare.append(announce_closing)
    mount_health(app, context.pool, metrics, metrics_token=metrics_token)
    return app


def _use_all_descriptors() -> None:
    """A line that sends a part needs four of them; what the process may have it should use."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
