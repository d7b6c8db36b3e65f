"""An insurer to try the platform with: it quotes, underwrites, signs policies and calls back.

A process of its own with keys of its own: an Ed25519 key for requests, and a P-256 organization
key that the platform's authority certifies. It does what docs/specs/insurer-wire-v1.md says and
keeps its orders in memory. `python -m clients.insurer_simulator --config FILE`.
"""

import argparse
import asyncio
import base64
import json
import sys
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

import aiohttp
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.certifying import certify_with_platform
from clients.insurer_books import Books, number_of, premium_of
from clients.insurer_dialects import (
    TOLD,
    Line,
    door_of,
    speaking,
)
from clients.insurer_sdk import Callbacks, open_api_key, signed_policy
from clients.insurer_settings import Config, Faults, TellLine, dialect_of
from clients.key_files import KeyFolder, Signer
from clients.platform import PREFIX, open_platform
from clients.policy_pdf import policy_pdf
from clients.serving import Clock, ClockUnavailable, serve, without_clock
from crypto.request_signatures import (
    Message,
    WireRefused,
    read_public_key,
    verify_request,
)
from insurance_gateway.forms import yuan
from insurance_gateway.guarantee import Cover
from insurance_gateway.wire import (
    MESSAGE_BYTES_MAX,
    TAG,
    Application,
    Cancellation,
    Claim,
    Disclosure,
    Extension,
    IssuedAsked,
    Notice,
    Policy,
    PremiumPaid,
    Quote,
    QuoteRequest,
    Release,
    State,
    Surrender,
    encode,
    policy_statement,
)
from tendering.domain.roles import Role

API_KEY: Final = "api.key.hex"
ORDERS_MAX: Final = 10_000
NONCES_MAX: Final = 10_000
NONCE_BYTES: Final = 18
TRIES_MAX: Final = 60
PAUSE_FIRST_SECONDS: Final = 0.2
PAUSE_SECONDS_MAX: Final = 5.0
REQUEST_SECONDS_MAX: Final = 10.0

Told = TypeVar("Told", bound=msgspec.Struct)
Known = TypeVar(
    "Known", Cancellation, Claim, Disclosure, Extension, PremiumPaid, Release, Surrender
)


@dataclass(slots=True)
class Simulator:
    """The insurer. `orders` are the applications it took, `disclosed` what it was told later."""

    config: Config
    signer: Signer
    line: TellLine
    clock: Clock
    group: asyncio.TaskGroup
    faults: Faults = field(default_factory=Faults)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    orders: dict[UUID, Application] = field(default_factory=dict)
    disclosed: dict[UUID, Disclosure] = field(default_factory=dict)
    released: dict[UUID, Release] = field(default_factory=dict)
    matters: set[UUID] = field(default_factory=set)
    books: Books = field(init=False)
    nonces: deque[str] = field(default_factory=lambda: deque(maxlen=NONCES_MAX))

    def __post_init__(self) -> None:
        """Open the books."""
        self.books = Books(takes_premiums=not self.config.premium_by_platform)

    async def quote(self, request: web.Request) -> web.Response:
        """The price of a cover."""
        asked = await self._read(request, QuoteRequest)
        return web.Response(
            body=encode(Quote(premium_of(asked.amount_fen))), content_type="application/json"
        )

    async def take(self, request: web.Request) -> web.Response:
        """Take an application, at once; the decision follows in notices."""
        application = await self._read(request, Application)
        if application.order_id not in self.orders:
            if len(self.orders) >= ORDERS_MAX:
                raise web.HTTPServiceUnavailable(text="too many orders\n")
            self.orders[application.order_id] = application
            self._start(self._underwrite(application))
        return web.Response(status=HTTPStatus.ACCEPTED)

    async def list_issued(self, request: web.Request) -> web.Response:
        """What was issued, received and given back on a day."""
        listed = self.books.of_day((await self._read(request, IssuedAsked)).day)
        return web.Response(body=encode(listed), content_type="application/json")

    async def learn(self, request: web.Request) -> web.Response:
        """Learn, after the opening, what a guarantee was for."""
        disclosure = await self._known(request, Disclosure)
        self.disclosed[disclosure.order_id] = disclosure
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def paid(self, request: web.Request) -> web.Response:
        """Learn that the premium has come, and issue."""
        paid = await self._known(request, PremiumPaid)
        if paid.payment_id not in self.matters:
            self.matters.add(paid.payment_id)
            self._start(self._issue(self.orders[paid.order_id]))
        return web.Response(status=HTTPStatus.ACCEPTED)

    async def let_go(self, request: web.Request) -> web.Response:
        """Learn that a guarantee is given back."""
        release = await self._known(request, Release)
        self.released[release.order_id] = release
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def forget(self, request: web.Request) -> web.Response:
        """Learn that an order is cancelled; there is nothing to undo here."""
        await self._known(request, Cancellation)
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def extend(self, request: web.Request) -> web.Response:
        """Agree to a longer guarantee: the same policy with another cover."""
        asked = await self._known(request, Extension)
        applied = self.orders[asked.order_id]
        longer = msgspec.structs.replace(
            applied, amount_fen=asked.amount_fen, valid_until=asked.valid_until
        )
        policy = await self._fresh_policy(longer)
        self._agree(applied, asked.matter_id, policy=policy)
        return web.Response(status=HTTPStatus.ACCEPTED)

    async def refund(self, request: web.Request) -> web.Response:
        """Take a policy back and refund its premium."""
        asked = await self._known(request, Surrender)
        applied = self.orders[asked.order_id]
        if asked.matter_id not in self.matters:
            at = await self.clock.now()
            self.books.book("refund", applied, asked.refund_fen, at=at)
        self._agree(applied, asked.matter_id, amount_fen=asked.refund_fen)
        return web.Response(status=HTTPStatus.ACCEPTED)

    async def indemnify(self, request: web.Request) -> web.Response:
        """Pay what is claimed."""
        asked = await self._known(request, Claim)
        applied = self.orders[asked.order_id]
        self._agree(applied, asked.matter_id, amount_fen=asked.claimed_fen)
        return web.Response(status=HTTPStatus.ACCEPTED)

    def _agree(self, applied: Application, matter_id: UUID, **told: Any) -> None:
        """Agree to a matter, once."""
        if matter_id in self.matters:
            return
        self.matters.add(matter_id)
        self._start(self._tell(applied, "agreed", matter_id=matter_id, **told))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.group.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _known(self, request: web.Request, kind: type[Known]) -> Known:
        """A message about an order that was taken."""
        message = await self._read(request, kind)
        if message.order_id not in self.orders:
            raise web.HTTPNotFound(text="no such order\n")
        return message

    async def show(self, _request: web.Request) -> web.Response:
        """What this insurer knows, for tests: applications and disclosures as they came."""
        known = {
            "applications": [msgspec.to_builtins(one) for one in self.orders.values()],
            "disclosures": [msgspec.to_builtins(one) for one in self.disclosed.values()],
            "releases": [msgspec.to_builtins(one) for one in self.released.values()],
        }
        return web.json_response(known)

    async def _read(self, request: web.Request, kind: type[Told]) -> Told:
        """A message whose signature is the platform's, or a refusal."""
        if isinstance(told := request.get(TOLD), kind):
            self._fail_if_asked()
            return told
        body = await request.read()
        self._fail_if_asked()
        headers = {name.lower(): value for name, value in request.headers.items()}
        message = Message(request.method, str(request.url), headers)
        try:
            key = read_public_key(await self.line.platform_key())
            signed = verify_request(message, body, key, tag=TAG, at=await self.clock.now())
        except WireRefused as error:
            raise web.HTTPUnauthorized(text=f"{error}\n") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise web.HTTPServiceUnavailable(text=f"the platform: {error}\n") from error
        if signed.nonce in self.nonces:
            raise web.HTTPConflict(text="this nonce was used\n")
        self.nonces.append(signed.nonce)
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise web.HTTPUnprocessableEntity(text=f"{error}\n") from error

    def _fail_if_asked(self) -> None:
        if self.faults.errors:
            self.faults.errors -= 1
            raise web.HTTPServiceUnavailable(text="a fault that was asked for\n")

    async def _underwrite(self, application: Application) -> None:
        """Decide, be paid, issue: each step is a notice that the platform must have taken."""
        premium_fen = premium_of(application.amount_fen)
        steps: list[tuple[State, dict[str, Any]]] = [
            ("underwriting", {}),
            ("awaiting_premium", {"premium_fen": premium_fen}),
        ]
        if not self.config.premium_by_platform:
            self.books.book("premium", application, premium_fen, at=await self.clock.now())
            issued = {"premium_fen": premium_fen, "policy": await self._fresh_policy(application)}
            steps += [("paid", {"premium_fen": premium_fen}), ("issued", issued)]
        if self.faults.disorder:
            steps.reverse()
        for number, (state, told) in enumerate(steps):
            await self._tell(application, state, **told)
            if number == 0:
                await asyncio.sleep(self.config.latency_ms / 1000)

    async def _issue(self, application: Application) -> None:
        """Issue what was paid for through the platform."""
        policy = await self._fresh_policy(application)
        await self._tell(application, "issued", policy=policy)

    async def _fresh_policy(self, application: Application) -> Any:
        at = await self.clock.now()
        self.books.issue(application, at=at)
        return self._policy(application, at=at)

    def _policy(self, application: Application, *, at: datetime) -> Any:
        cover = Cover(application.amount_fen, application.valid_until)
        number = number_of(application)
        if self.config.family == "signed_http":
            return signed_policy(self.signer, application, cover, number)
        policy = Policy(application.order_id, application.applicant.uscc, cover, number)
        lines = [
            f"保单号 {number}",
            f"投保人 {application.applicant.name} {application.applicant.uscc}",
            f"保险金额 {yuan(cover.amount_fen)} 元 保险期间至 {cover.until.isoformat()}",
            "被保险人、项目与标段在开标前不载明(密文保函)",
        ]
        content = policy_pdf(self.signer, policy_statement(policy), lines, at=at)
        return {"pdf": base64.b64encode(content).decode("ascii")}

    async def _tell(self, application: Application, state: State, **told: Any) -> None:
        """Send a notice until the platform has it; every attempt is signed anew."""
        notice = Notice(uuid4(), application.order_id, state, **told)
        await self._send(application.guarantor_id, notice)
        if self.faults.duplicates:
            await self._send(application.guarantor_id, notice)

    async def _send(self, guarantor_id: UUID, notice: Notice) -> None:
        pause_seconds = PAUSE_FIRST_SECONDS
        for _ in range(TRIES_MAX):
            try:
                answer = await self.line.tell(guarantor_id, notice, key=self._fault_key())
                if answer.status == HTTPStatus.OK:
                    return
                self._complain(f"the platform answers {answer.status}: {answer.text}")
            except (aiohttp.ClientError, ClockUnavailable, TimeoutError, OSError) as error:
                self._complain(f"the platform cannot be reached: {error}")
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, PAUSE_SECONDS_MAX)
        self._complain(f"a notice for order {notice.order_id} is given up")

    def _fault_key(self) -> Ed25519PrivateKey | None:
        """A stranger's key, as often as was asked for."""
        if not self.faults.wrong_signatures:
            return None
        self.faults.wrong_signatures -= 1
        return Ed25519PrivateKey.generate()

    def _complain(self, what: str) -> None:
        print(f"{self.config.name}: {what}", file=sys.stderr, flush=True)  # noqa: T201


def build_app(simulator: Simulator) -> web.Application:
    """The insurer's doors."""
    app = web.Application(client_max_size=MESSAGE_BYTES_MAX, middlewares=[without_clock])
    app.router.add_post("/v1/quotes", simulator.quote)
    app.router.add_post("/v1/issued", simulator.list_issued)
    app.router.add_post("/v1/applications", simulator.take)
    app.router.add_post("/v1/disclosures", simulator.learn)
    app.router.add_post("/v1/releases", simulator.let_go)
    app.router.add_post("/v1/cancellations", simulator.forget)
    app.router.add_post("/v1/extensions", simulator.extend)
    app.router.add_post("/v1/surrenders", simulator.refund)
    app.router.add_post("/v1/claims", simulator.indemnify)
    app.router.add_post("/v1/payments", simulator.paid)
    app.router.add_get("/known", simulator.show)
    if isinstance(simulator.line, Line):
        handlers = {
            QuoteRequest: simulator.quote,
            IssuedAsked: simulator.list_issued,
            Application: simulator.take,
            Disclosure: simulator.learn,
            Release: simulator.let_go,
            Cancellation: simulator.forget,
            Extension: simulator.extend,
            Surrender: simulator.refund,
            Claim: simulator.indemnify,
            PremiumPaid: simulator.paid,
        }
        speak = speaking(simulator.line.dialect, handlers, simulator.clock.now)
        app.router.add_post("/{call}", speak)
    return app


async def run(config: Config) -> None:
    """Log in, have the signing key certified, serve until told to stop."""
    keys = KeyFolder(Path(config.key_folder))
    async with open_platform(config.platform) as platform:
        await platform.log_in(config.login, config.password, Role.INSURER)
        signer = await certify_with_platform(keys, platform)
        await _serve(config, keys, signer, Faults())


async def run_offline(config: Config, faults: Faults) -> None:
    """Serve with the certificate that lies in the folder, for a platform without accounts."""
    keys = KeyFolder(Path(config.key_folder))
    await _serve(config, keys, keys.signer(), faults)


async def _serve(config: Config, keys: KeyFolder, signer: Signer, faults: Faults) -> None:
    key = open_api_key(keys)
    address = config.platform.rstrip("/")
    clock = Clock(f"{address}{PREFIX}/clock")
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS_MAX)
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        clock.running(),
        asyncio.TaskGroup() as group,
    ):
        line: TellLine = Callbacks(address, key, http, clock.now)
        public_key = base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")
        if config.family != "signed_http":
            dialect, public_key = dialect_of(config, keys)
            line = Line(dialect, door_of(address, config.family), http, clock.now)
        simulator = Simulator(config, signer, line, clock, group, faults)
        app = build_app(simulator)
        await serve(app, listen=config.listen, facts={"public_key": public_key})
        # What is still being told is left to the next start of a real insurer; this one forgets.
        for task in simulator.tasks:
            task.cancel()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="An insurer for demonstrations and tests.")
    parser.add_argument("--config", type=Path, required=True, help="JSON; see Config")
    options = parser.parse_args()
    values: Any = json.loads(options.config.read_text("utf-8"))
    asyncio.run(run(msgspec.convert(values, Config)))


if __name__ == "__main__":
    main()
