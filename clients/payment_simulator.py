"""A payment provider to try the platform with: it takes sums, gives them back, and calls back.

A process of its own with a key of its own. What it has taken, paid and told stands in a log that is
on the disk before it answers, so it may be killed at any step and goes on at its next start. It
moves no money. docs/specs/payment-wire-v1.md.
"""

import asyncio
import base64
import os
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from uuid import UUID, uuid5

import aiohttp
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from clients.insurer_books import day_of
from clients.insurer_sdk import open_api_key
from clients.key_files import KeyFolder
from clients.platform import PREFIX
from clients.serving import Clock, serve, without_clock
from crypto.request_signatures import (
    Message,
    WireRefused,
    read_public_key,
    sign_request,
    verify_request,
)
from insurance_gateway.payment_wire import (
    MESSAGE_BYTES_MAX,
    TAG,
    UNIT,
    PaymentAsked,
    RefundAsked,
    Statement,
    StatementAsked,
    StatementLine,
    Taken,
)
from insurance_gateway.wire import encode

TRIES_MAX: Final = 60
PAUSE_FIRST_SECONDS: Final = 0.1
PAUSE_SECONDS_MAX: Final = 5.0
REQUEST_SECONDS_MAX: Final = 10.0
FEN_PER_WAN: Final = 1_000_000

Told = TypeVar("Told", bound=Struct)


class Movement(Struct, frozen=True):
    """A payment, or the refund of the payment `refunds`. `at`: when the money moved."""

    id: UUID
    kind: Literal["premium", "refund"]
    amount: int
    payee_account: str
    provider_id: UUID
    refunds: UUID | None = None
    at: datetime | None = None

    @property
    def reference(self) -> str:
        """How the provider names it."""
        return f"SIM-{self.id.hex[:16].upper()}"


class Line(Struct, frozen=True):
    """A line of the log: what came, moved or was told."""

    movement: Movement
    what: Literal["taken", "moved", "told"]


@dataclass(slots=True)
class PaymentFaults:
    """What goes wrong on purpose: counts run down, the flag stays. `wrong_amounts`: a fen less."""

    errors: int = 0
    wrong_signatures: int = 0
    wrong_amounts: int = 0
    wrong_units: int = 0
    duplicates: bool = False


@dataclass(slots=True)
class PaymentSimulator:
    """The provider. `at_once`: nobody has to go to the cashier."""

    address: str
    key: Ed25519PrivateKey = field(repr=False)
    log: Path
    http: aiohttp.ClientSession = field(repr=False)
    clock: Clock
    group: asyncio.TaskGroup
    faults: PaymentFaults
    at_once: bool = True
    movements: dict[UUID, Movement] = field(default_factory=dict)
    told: set[UUID] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    listening: str = ""

    def recover(self) -> None:
        """Read the log of an earlier life; a line that was cut off was never answered."""
        if not self.log.exists():
            return
        lines = self.log.read_bytes().split(b"\n")
        for text in lines[:-1]:
            line = msgspec.json.decode(text, type=Line)
            self.movements[line.movement.id] = line.movement
            if line.what == "told":
                self.told.add(line.movement.id)
        # What follows a line that was cut off begins on one of its own.
        whole = sum(len(text) + 1 for text in lines[:-1])
        os.truncate(self.log, whole)

    def resume(self) -> None:
        """Go on with what was not told."""
        for movement in self.movements.values():
            if movement.id not in self.told:
                self._go_on(movement)

    async def take(self, request: web.Request) -> web.Response:
        """Take a payment. The same again is answered the same; another sum under its id is not."""
        asked = await self._read(request, PaymentAsked)
        movement = Movement(
            asked.payment_id, "premium", asked.amount, asked.payee_account, asked.provider_id
        )
        return self._taken(movement)

    async def refund(self, request: web.Request) -> web.Response:
        """Give a payment back, once and in full."""
        asked = await self._read(request, RefundAsked)
        paid = self.movements.get(asked.payment_id)
        if paid is None or paid.kind != "premium" or paid.at is None:
            raise web.HTTPNotFound(text="nothing was paid under this id\n")
        others = (one for one in self.movements.values() if one.id != asked.refund_id)
        if any(one.refunds == paid.id for one in others):
            raise web.HTTPUnprocessableEntity(text="this payment was refunded\n")
        if asked.amount != paid.amount:
            raise web.HTTPUnprocessableEntity(text="a refund is of the full sum\n")
        movement = Movement(
            asked.refund_id,
            "refund",
            asked.amount,
            paid.payee_account,
            asked.provider_id,
            refunds=paid.id,
        )
        return self._taken(movement)

    async def statement(self, request: web.Request) -> web.Response:
        """What moved on a day in China."""
        asked = await self._read(request, StatementAsked)
        lines = [
            StatementLine(one.reference, one.id, one.payee_account, one.kind, one.amount, UNIT)
            for one in self.movements.values()
            if one.at is not None and day_of(one.at) == asked.day
        ]
        return _json(encode(Statement(asked.day, lines)))

    async def cashier(self, request: web.Request) -> web.Response:
        """What the payer sees."""
        movement = self._of_path(request)
        form = "<p>paid</p>" if movement.at else '<form method="post"><button>pay</button></form>'
        said = f"<h1>Simulated payment, no money moves</h1><p>{movement.amount} fen</p>{form}"
        return web.Response(text=said, content_type="text/html")

    async def pay(self, request: web.Request) -> web.Response:
        """The payer pays."""
        movement = self._of_path(request)
        if movement.at is None:
            self._start(self._move(movement))
        raise web.HTTPSeeOther(str(request.url))

    def _of_path(self, request: web.Request) -> Movement:
        try:
            return self.movements[UUID(request.match_info["payment_id"])]
        except (KeyError, ValueError) as error:
            raise web.HTTPNotFound from error

    def _taken(self, movement: Movement) -> web.Response:
        known = self.movements.get(movement.id)
        if known is None:
            self._keep("taken", movement)
            self._go_on(movement)
        elif (known.kind, known.amount, known.payee_account) != (
            *(movement.kind, movement.amount, movement.payee_account),
        ):
            raise web.HTTPUnprocessableEntity(text="this id was used for another payment\n")
        waits = movement.kind == "premium" and not self.at_once
        return _json(encode(Taken(f"{self.listening}/cashier/{movement.id}" if waits else "")))

    def _go_on(self, movement: Movement) -> None:
        if movement.at is not None:
            self._start(self._tell(movement))
        elif self.at_once or movement.kind == "refund":
            self._start(self._move(movement))

    async def _move(self, movement: Movement) -> None:
        """The money moves, and the platform is told."""
        amount = movement.amount
        if self.faults.wrong_amounts:
            self.faults.wrong_amounts -= 1
            amount -= 1
        at = await self.clock.now()
        if self.movements[movement.id].at is not None:
            return
        moved = msgspec.structs.replace(movement, amount=amount, at=at)
        self._keep("moved", moved)
        await self._tell(moved)

    async def _tell(self, movement: Movement) -> None:
        notice = {
            # The same id in every attempt, also after a crash.
            "id": str(uuid5(movement.id, "succeeded")),
            "payment_id": str(movement.id),
            "kind": movement.kind,
            "state": "succeeded",
            "amount": movement.amount,
            "unit": UNIT,
            "reference": movement.reference,
            "at": movement.at.isoformat() if movement.at else "",
        }
        for _ in range(1 + self.faults.duplicates):
            await self._send(movement.provider_id, notice)
        self._keep("told", movement)
        self.told.add(movement.id)

    async def _send(self, provider_id: UUID, notice: dict[str, Any]) -> None:
        """Send a notice until the platform has it; every attempt is signed anew."""
        pause_seconds = PAUSE_FIRST_SECONDS
        for _ in range(TRIES_MAX):
            said = notice
            if self.faults.wrong_units:
                self.faults.wrong_units -= 1
                said = notice | {"amount": notice["amount"] / FEN_PER_WAN, "unit": "万元"}
            try:
                status, text = await self._post(provider_id, msgspec.json.encode(said))
                if status == HTTPStatus.OK:
                    return
                _complain(f"the platform answers {status}: {text}")
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                _complain(f"the platform cannot be reached: {error}")
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, PAUSE_SECONDS_MAX)
        _complain(f"notice {notice['id']} is given up")

    async def _post(self, provider_id: UUID, body: bytes) -> tuple[int, str]:
        key = self.key
        if self.faults.wrong_signatures:
            self.faults.wrong_signatures -= 1
            key = Ed25519PrivateKey.generate()
        url = f"{self.address}{PREFIX}/insurance/payments/callbacks/{provider_id}"
        at = await self.clock.now()
        message = Message("POST", url, {"Content-Type": "application/json"})
        nonce = os.urandom(18).hex()
        headers = sign_request(message, body, key, tag=TAG, at=at, nonce=nonce)
        async with self.http.post(url, data=body, headers=headers) as response:
            return response.status, (await response.text())[:300]

    async def _read(self, request: web.Request, kind: type[Told]) -> Told:
        """A message whose signature is the platform's, or a refusal."""
        body = await request.read()
        if self.faults.errors:
            self.faults.errors -= 1
            raise web.HTTPServiceUnavailable(text="a fault that was asked for\n")
        headers = {name.lower(): value for name, value in request.headers.items()}
        message = Message(request.method, str(request.url), headers)
        try:
            async with self.http.get(f"{self.address}{PREFIX}/insurance/guarantors") as answer:
                key = read_public_key((await answer.json())["platform_key"])
            verify_request(message, body, key, tag=TAG, at=await self.clock.now())
            return msgspec.json.decode(body, type=kind)
        except WireRefused as error:
            raise web.HTTPUnauthorized(text=f"{error}\n") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise web.HTTPUnprocessableEntity(text=f"{error}\n") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise web.HTTPServiceUnavailable(text=f"the platform: {error}\n") from error

    def _keep(self, what: Literal["taken", "moved", "told"], movement: Movement) -> None:
        """On the disk before anything follows from it."""
        with self.log.open("ab") as stream:
            stream.write(msgspec.json.encode(Line(movement, what)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        self.movements[movement.id] = movement

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.group.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


async def run(
    folder: Path,
    *,
    platform: str,
    listen: str,
    faults: PaymentFaults,
    at_once: bool = True,
) -> None:
    """Serve until told to stop."""
    key = open_api_key(KeyFolder(folder))
    address = platform.rstrip("/")

    clock = Clock(f"{address}{PREFIX}/clock")
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS_MAX)
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        clock.running(),
        asyncio.TaskGroup() as group,
    ):
        log = folder / "payments.jsonl"
        simulator = PaymentSimulator(address, key, log, http, clock, group, faults, at_once)
        simulator.listening = f"http://{listen}"
        simulator.recover()
        simulator.resume()
        public = base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")
        await serve(build_app(simulator), listen=listen, facts={"public_key": public})
        for task in simulator.tasks:
            task.cancel()


def build_app(simulator: PaymentSimulator) -> web.Application:
    """The doors of the provider."""
    app = web.Application(client_max_size=MESSAGE_BYTES_MAX, middlewares=[without_clock])
    app.router.add_post("/v1/payments", simulator.take)
    app.router.add_post("/v1/refunds", simulator.refund)
    app.router.add_post("/v1/statements", simulator.statement)
    app.router.add_get("/cashier/{payment_id}", simulator.cashier)
    app.router.add_post("/cashier/{payment_id}", simulator.pay)
    return app


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


def _complain(what: str) -> None:
    print(f"payments: {what}", file=sys.stderr, flush=True)  # noqa: T201
