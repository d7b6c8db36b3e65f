"""The conformance run: an insurer's endpoint driven through every case, and judged.

Each case is a short story with one sentence that must hold at its end; CASES is the list. A run
leaves a report whose SHA-256 the operator is given when the insurer is to go live.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, TypeAlias
from uuid import UUID, uuid4

import msgspec

from clients.insurer_bench import Bench, Heard, matter_notices
from crypto.request_signatures import WireRefused
from insurance_gateway.guarantee import SHANGHAI, Cover, GuaranteeState, short_of
from insurance_gateway.wire import (
    Applicant,
    Application,
    Cancellation,
    Claim,
    Disclosure,
    Evidence,
    Extension,
    IssuedAsked,
    IssuedLine,
    IssuedList,
    Notice,
    Policy,
    ProcuringEntity,
    Quote,
    QuoteRequest,
    Release,
    Surrender,
)

USCC: Final = "91510100MA0000001X"
UNTIL: Final = datetime(2035, 3, 31, 16, tzinfo=UTC)
AMOUNT_FEN: Final = 100_000_000
OLD: Final = timedelta(hours=1)
TAKEN: Final = range(200, 300)
REFUSED: Final = range(400, 500)
# After these the platform tries again.
PASSING: Final = frozenset({401, 408, 409, 429})


class NotConforming(Exception):
    """The case does not hold; the sentence says what was seen."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a case; `seen` is empty when it holds."""

    case: str
    seen: str


@dataclass(frozen=True, slots=True)
class Run:
    """The bench, and how long an insurer may take for a decision."""

    bench: Bench
    decision_seconds: float


Case: TypeAlias = Callable[[Run], Awaitable[None]]


async def conformance(run: Run) -> list[Finding]:
    """Every case in turn."""
    found = []
    for case in CASES:
        sentence = (case.__doc__ or "").split("\n", maxsplit=1)[0]
        run.bench.faults.clear()
        seen = ""
        try:
            await case(run)
        except (NotConforming, WireRefused) as error:
            seen = str(error)
        found.append(Finding(sentence, seen or next(iter(run.bench.faults), "")))
    return found


def report(
    endpoint: str, findings: Sequence[Finding], *, family: str, at: datetime
) -> tuple[str, str]:
    """The report as JSON, and its SHA-256 in hex."""
    content = {
        "endpoint": endpoint,
        "family": family,
        "at": at.isoformat(),
        "passed": sum(not one.seen for one in findings),
        "failed": sum(bool(one.seen) for one in findings),
        "cases": [{"case": one.case, "seen": one.seen or "ok"} for one in findings],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return text, hashlib.sha256(text.encode()).hexdigest()


async def quotes(run: Run) -> None:
    """A quote states a premium in fen."""
    status, body = await run.bench.line.send(QuoteRequest(AMOUNT_FEN, UNTIL))
    _taken(status, body)
    try:
        msgspec.json.decode(body, type=Quote)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotConforming(f"the quote is not in the form agreed: {error}") from error


async def unsigned(run: Run) -> None:
    """What is not signed is refused."""
    _refused(await run.bench.line.unsigned(QuoteRequest(AMOUNT_FEN, UNTIL)))


async def forged(run: Run) -> None:
    """What somebody else has signed is refused."""
    _refused(await run.bench.line.forged(_application(run)))


async def changed(run: Run) -> None:
    """What was changed after signing is refused."""
    _refused(await run.bench.line.changed(_application(run)))


async def outdated(run: Run) -> None:
    """What was signed an hour ago, or in an hour, is refused."""
    now = await run.bench.clock.now()
    for at in (now - OLD, now + OLD):
        _refused(await run.bench.line.dated(_application(run), at))


async def malformed(run: Run) -> None:
    """What is signed and not in the form agreed is refused for good, without a failure."""
    for what, status in await run.bench.line.malformed("applications"):
        if status not in REFUSED or status in PASSING:
            raise NotConforming(f"{what} is answered {status}; expected 4xx such as 422")


async def issues(run: Run) -> None:
    """An application comes to a policy that covers what was asked."""
    application = _application(run)
    await _issued(run, application)


async def issues_once(run: Run) -> None:
    """An application that comes again, and at once, is one application."""
    application, message_id = _application(run), uuid4()
    run.bench.heard[application.order_id] = Heard()
    answers = await asyncio.gather(
        *(run.bench.line.send(application, message_id) for _ in range(4))
    )
    for status, body in answers:
        if status != HTTPStatus.CONFLICT:
            _taken(status, body)
    await _until(run, lambda: _state(run, application) is GuaranteeState.VERIFIED)


async def repeats(run: Run) -> None:
    """A notice that could not be taken is sent again, signed anew, with the same id."""
    run.bench.refusals_left = 2
    try:
        await _issued(run, _application(run))
        if run.bench.refusals_left:
            raise NotConforming("fewer than two notices came")
    finally:
        run.bench.refusals_left = 0


async def discloses(run: Run) -> None:
    """What a guarantee was for is taken, again too, and refused for an unknown order."""
    application, number = await _with_policy(run)
    disclosure = Disclosure(
        application.order_id,
        number,
        uuid4(),
        "KB-2035-0001",
        "示范工程",
        "1",
        "一标段",
        ProcuringEntity("示范招标人", USCC),
        80_000_000,
        UNTIL - timedelta(days=120),
    )
    for _ in range(2):
        _taken(*await run.bench.line.send(disclosure))
    unknown = msgspec.structs.replace(disclosure, order_id=uuid4())
    status, _ = await run.bench.line.send(unknown)
    if status not in REFUSED:
        raise NotConforming(f"a disclosure of an unknown order is answered {status}")


async def extends(run: Run) -> None:
    """An extension is agreed to by a longer policy of the same number, or declined."""
    application, number = await _with_policy(run)
    cover = Cover(application.amount_fen * 2, UNTIL + timedelta(days=92))
    asked = Extension(uuid4(), application.order_id, number, cover.amount_fen, cover.until)
    _taken(*await run.bench.line.send(asked, asked.matter_id))
    said = await _settled(run, application, asked.matter_id)
    if said.state == "declined":
        return
    policy = await run.bench.line.read_policy(said, at=await run.bench.clock.now())
    if policy.number != number:
        raise NotConforming("the extended policy has another number")
    if short := short_of(policy.insured, cover):
        raise NotConforming(short)


async def refunds(run: Run) -> None:
    """A surrender is agreed to with the full premium, once, or declined."""
    application, number = await _with_policy(run)
    premium = next(
        one.premium_fen
        for one in run.bench.heard[application.order_id].notices.values()
        if one.premium_fen is not None
    )
    assert premium is not None
    asked = Surrender(uuid4(), application.order_id, number, premium)
    for _ in range(2):
        _taken(*await run.bench.line.send(asked, asked.matter_id))
    said = await _settled(run, application, asked.matter_id)
    if said.state == "agreed" and said.amount_fen != premium:
        raise NotConforming(f"refunded {said.amount_fen} fen, the premium was {premium}")


async def indemnifies(run: Run) -> None:
    """A claim is paid in full, declined, or under review; the reason of a refusal is given."""
    application, number = await _with_policy(run)
    asked = Claim(
        uuid4(),
        application.order_id,
        number,
        80_000_000,
        ProcuringEntity("示范招标人", USCC),
        "contract_refused",
        "《招标投标法实施条例》第七十四条",
        "中标人无正当理由拒签合同(示范)",
        [Evidence("招标文件.pdf", "0" * 64)],
        7,
        "0" * 64,
        await run.bench.clock.now() + timedelta(days=14),
    )
    _taken(*await run.bench.line.send(asked, asked.matter_id))
    said = await _settled(run, application, asked.matter_id, also="under_review")
    if said.state == "agreed" and said.amount_fen != asked.claimed_fen:
        raise NotConforming(f"paid {said.amount_fen} fen, claimed were {asked.claimed_fen}")
    if said.state == "declined" and not said.reason:
        raise NotConforming("a claim is declined without a reason")


async def lets_go(run: Run) -> None:
    """Cancellations and releases are taken, and taken again."""
    cancelled = _application(run)
    run.bench.heard[cancelled.order_id] = Heard()
    _taken(*await run.bench.line.send(cancelled, cancelled.order_id))
    application, number = await _with_policy(run)
    for _ in range(2):
        _taken(*await run.bench.line.send(Cancellation(cancelled.order_id)))
        _taken(
            *await run.bench.line.send(
                Release(application.order_id, number, await run.bench.clock.now())
            )
        )


async def lists(run: Run) -> None:
    """The list of a day names each policy of it once, with its amount and its premium."""
    application, number = await _with_policy(run)
    day = (await run.bench.clock.now()).astimezone(SHANGHAI).date()
    days = [day, day - timedelta(days=1)]  # It may just have struck midnight.
    lines: list[IssuedLine] = []
    for one in days:
        status, body = await run.bench.line.send(IssuedAsked(one))
        if status in REFUSED:
            return  # It is handed in to the operator as a file.
        _taken(status, body)
        try:
            lines += msgspec.json.decode(body, type=IssuedList).lines
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotConforming(f"the list is not in the form agreed: {error}") from error
    own = [line for line in lines if line.order_id == application.order_id]
    if [(line.policy_number, line.amount_fen) for line in own] != [(number, AMOUNT_FEN)]:
        raise NotConforming(f"the list names the policy {len(own)} times, or otherwise")


async def no_second(run: Run) -> None:
    """At the end of the run no order has two policies."""
    for order_id, heard in run.bench.heard.items():
        issued = [one for one in heard.notices.values() if one.state == "issued"]
        if len(issued) > 1:
            raise NotConforming(f"order {order_id} has {len(issued)} policies")


CASES: Final[tuple[Case, ...]] = (
    quotes,
    unsigned,
    forged,
    changed,
    outdated,
    malformed,
    issues,
    issues_once,
    repeats,
    discloses,
    extends,
    refunds,
    indemnifies,
    lets_go,
    lists,
    no_second,
)


def _application(run: Run) -> Application:
    applicant = Applicant("示范建设01有限公司", USCC)
    return Application(uuid4(), run.bench.guarantor_id, applicant, AMOUNT_FEN, UNTIL)


def _taken(status: int, body: bytes) -> None:
    if status not in TAKEN:
        text = body[:200].decode("utf-8", "replace")
        raise NotConforming(f"answered {status or 'not at all'}: {text}")


def _refused(answer: tuple[int, bytes]) -> None:
    if answer[0] not in REFUSED:
        raise NotConforming(f"answered {answer[0] or 'not at all'}; expected 401")


async def _issued(run: Run, application: Application) -> Policy:
    """The policy of an application, which covers it."""
    run.bench.heard[application.order_id] = Heard()
    _taken(*await run.bench.line.send(application, application.order_id))
    await _until(run, lambda: _state(run, application) is GuaranteeState.VERIFIED)
    issued = run.bench.heard[application.order_id].notices.values()
    notice = next(one for one in issued if one.state == "issued")
    policy = await run.bench.line.read_policy(notice, at=await run.bench.clock.now())
    if (policy.order_id, policy.applicant_uscc) != (application.order_id, USCC):
        raise NotConforming("the policy is for another order or applicant")
    if short := short_of(policy.insured, Cover(application.amount_fen, application.valid_until)):
        raise NotConforming(short)
    return policy


async def _with_policy(run: Run) -> tuple[Application, str]:
    application = _application(run)
    return application, (await _issued(run, application)).number


async def _settled(
    run: Run, application: Application, matter_id: UUID, *, also: str = "agreed"
) -> Notice:
    """The notice that ends a matter."""
    ends = {"agreed", "declined", also}

    def last() -> list[Notice]:
        heard = run.bench.heard[application.order_id]
        return [one for one in matter_notices(heard, matter_id) if one.state in ends]

    await _until(run, lambda: bool(last()))
    return last()[-1]


def _state(run: Run, application: Application) -> GuaranteeState:
    return run.bench.heard[application.order_id].state


async def _until(run: Run, came: Callable[[], bool]) -> None:
    """Wait for notices until something has come."""
    try:
        async with asyncio.timeout(run.decision_seconds):
            while not came():
                await run.bench.news.wait()
                run.bench.news.clear()
    except TimeoutError:
        fault = f"; {run.bench.faults[0]}" if run.bench.faults else ""
        seconds = run.decision_seconds
        raise NotConforming(f"no such notice within {seconds:g} s{fault}") from None
