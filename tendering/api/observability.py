"""What operators see of a request: its route, status, duration and role; never whom or what.

The number of bids of a tender is secret before the opening, so no line and no figure names a
tender, and the routes marked `secret` leave neither, but for failures of ours, which appear
together as `custody`.
"""

import json
import logging
import re
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from tendering.api.auth import ROLE
from tendering.api.metrics import Metrics
from tendering.api.problems import REQUEST_ID, Handler
from tendering.api.routing import ROUTE, Route

CUSTODY: Final = "custody"
SERVER_ERROR: Final = 500

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FIELDS: Final = ("request_id", "method", "route", "status", "duration_ms", "role")
# PostgreSQL's DETAIL repeats the values of a row: names, logins.
_DETAIL: Final = re.compile(r"^(DETAIL|CONTEXT): .*$", re.MULTILINE)

log = logging.getLogger(__name__)


def observe(metrics: Metrics) -> Middleware:
    """The outermost middleware: request id, one line in the log, one figure in the metrics."""

    @web.middleware
    async def observed(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[REQUEST_ID] = _request_id(request)
        started = time.monotonic()
        status = SERVER_ERROR
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as answer:
            status = answer.status
            raise
        else:
            return response
        finally:
            seconds = time.monotonic() - started
            route = route_label(request)
            # How often a secret door is knocked at tells of bids; that one is broken must be seen.
            if route != CUSTODY or status >= SERVER_ERROR:
                metrics.count(request.method, route, status, seconds)
                _write_line(request, route, status, seconds)

    return observed


def route_label(request: web.Request) -> str:
    """The template of the route, `custody` for secret ones, `unmatched` for none."""
    route = request.get(ROUTE)
    if isinstance(route, Route) and route.secret:
        return CUSTODY
    resource = request.match_info.route.resource
    return "unmatched" if resource is None else resource.canonical


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the fields of a request."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without line feeds inside."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = _DETAIL.sub(
                r"\1: (left out)", self.formatException(record.exc_info)
            )
        return json.dumps(line, ensure_ascii=False, default=str)


def _write_line(request: web.Request, route: str, status: int, seconds: float) -> None:
    log.info(
        "request",
        extra={
            "request_id": request[REQUEST_ID],
            "method": request.method,
            "route": route,
            "status": status,
            "duration_ms": round(seconds * 1000),
            "role": str(request.get(ROLE, "public")),
        },
    )


def _request_id(request: web.Request) -> str:
    """The caller's id if it is well formed, else a fresh one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def log_to(file: Path | None) -> None:
    """JSON lines on standard error, or in a file where a person reads the terminal."""
    logs = logging.FileHandler(file) if file else logging.StreamHandler(sys.stderr)
    logs.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[logs])
