"""A platform for one insurer, in memory: what `kaibiao insurer simulate-platform` and a conformance
run put in front of an insurer's endpoint.

It speaks the insurer's family by its line, takes notices as the platform does, by the same tables,
and keeps everything it heard, for the run to judge.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol
from uuid import UUID, uuid4

from aiohttp import web
from msgspec import Struct

from clients.platform import PREFIX
from clients.serving import Clock
from insurance_gateway.guarantee import GuaranteeState, Reception, reception, state_after
from insurance_gateway.payment_wire import STATEMENT_BYTES_MAX
from insurance_gateway.wire import (
    MATTER_STEP_OF,
    STEP_OF,
    Notice,
    Policy,
)

# Status and answer; status 0 and the reason when there was none.
Answer = tuple[int, bytes]


class BenchLine(Protocol):
    """How the bench speaks to the insurer, rightly and wrongly. Answers are as in our format."""

    async def send(self, message: Struct, message_id: UUID | None = None) -> Answer:
        """Tell the insurer something, as the platform does."""

    async def unsigned(self, message: Struct) -> Answer:
        """The same with no signature."""

    async def forged(self, message: Struct) -> Answer:
        """The same, signed by a stranger."""

    async def changed(self, message: Struct) -> Answer:
        """The same, changed after signing."""

    async def dated(self, message: Struct, at: datetime) -> Answer:
        """The same, signed at another time."""

    async def malformed(self, door: str) -> list[tuple[str, int]]:
        """What is signed and not in the form agreed: what it was, and the status."""

    def mount(self, app: web.Application, bench: "Bench") -> None:
        """Add the doors at which the insurer knocks in this family."""

    async def read_policy(self, notice: Notice, *, at: datetime) -> Policy:
        """The policy of a notice, its signature checked. Raises WireRefused."""


@dataclass(slots=True)
class Heard:
    """What an insurer said about one order: notices as they came, by their ids, applied once."""

    state: GuaranteeState = GuaranteeState.APPLIED
    notices: dict[UUID, Notice] = field(default_factory=dict)
    repeated: int = 0


@dataclass(slots=True)
class Bench:
    """The platform. `refusals_left` notices are answered 503 first: they must come again."""

    line: BenchLine
    address: str = ""
    guarantor_id: UUID = field(default_factory=uuid4)
    heard: dict[UUID, Heard] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    refusals_left: int = 0
    refused_once: set[UUID] = field(default_factory=set)
    clock: Clock = field(default_factory=Clock)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        """The platform's doors, as far as an insurer knocks at them."""
        app = web.Application(client_max_size=STATEMENT_BYTES_MAX)
        app.router.add_get(f"{PREFIX}/clock", self._clock)
        self.line.mount(app, self)
        return app

    def refuse(self, why: str) -> None:
        """A notice is not in order; the run is told."""
        self.faults.append(f"a notice is refused: {why}")
        self.news.set()

    def take(self, notice: Notice) -> tuple[HTTPStatus, str]:
        """Take in a notice that was verified: 200, or why not."""
        heard = self.heard.get(notice.order_id)
        if heard is None:
            return HTTPStatus.NOT_FOUND, "no such order"
        if self.refusals_left and notice.id not in self.refused_once:
            self.refusals_left -= 1
            self.refused_once.add(notice.id)
            return HTTPStatus.SERVICE_UNAVAILABLE, "try again"
        known = heard.notices.get(notice.id)
        if known is not None and known != notice:
            self.faults.append("one notice id with two contents")
            return HTTPStatus.CONFLICT, "another content"
        heard.repeated += known is not None
        heard.notices[notice.id] = notice
        _settle(heard)
        self.news.set()
        return HTTPStatus.OK, ""

    async def _clock(self, _request: web.Request) -> web.Response:
        return web.json_response({"now": (await self.clock.now()).isoformat()})


def _settle(heard: Heard) -> None:
    """Apply what has come, whatever its order, until nothing more moves."""
    steps = [STEP_OF[one.state] for one in heard.notices.values() if one.state in STEP_OF]
    moved = True
    while moved:
        moved = False
        for step in steps:
            if reception(heard.state, step) is Reception.NOW:
                heard.state = state_after(heard.state, step)
                moved = True


def matter_notices(heard: Heard, matter_id: UUID) -> list[Notice]:
    """What was said about a matter, in the order of arrival."""
    return [
        one
        for one in heard.notices.values()
        if one.matter_id == matter_id and one.state in MATTER_STEP_OF
    ]


def problem(status: HTTPStatus, code: str, detail: str) -> web.Response:
    """A problem document as the platform's."""
    body: dict[str, Any] = {"type": f"urn:problem:{code}", "code": code, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")
