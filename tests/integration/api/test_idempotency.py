"""The same request once more: one deed, one answer."""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from tendering.api.context import Context
from tendering.api.problems import Unauthenticated
from tendering.api.routing import Route, Tagged
from tendering.domain.parties import Actor
from tendering.domain.refusals.demonstration import NothingDue
from tendering.domain.roles import Role
from tendering.storage import idempotency_keys
from tendering.storage.connection import Connection, reading, transaction
from tests.integration.api.conftest import Edge

KEY = "0123456789-abcdef"


class Pebble(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something put on a heap; the heap is a table of the accounts that nobody uses here."""

    name: str


class Hold:
    """Keeps a deed in the middle until the test lets it go on."""

    def __init__(self) -> None:
        self.entered, self.go_on = asyncio.Event(), asyncio.Event()
        self.refuse = False


HOLD: list[Hold] = []


async def _put(connection: Connection, name: str) -> int:
    await connection.execute(
        """INSERT INTO tendering.rate_limits (bucket, full_at)
           VALUES (sha256($1::bytea), now())""",
        f"{name}{uuid4()}".encode(),
    )
    return int(await connection.fetchval("SELECT count(*) FROM tendering.rate_limits"))


class Heap(msgspec.Struct, frozen=True):
    """How many lie there."""

    size: int


async def post_pebble(connection: Connection, body: Pebble) -> Tagged[Heap]:
    """Put one on the heap."""
    size = await _put(connection, body.name)
    if body.name == "refused":
        raise NothingDue
    if body.name == "broken":
        raise ZeroDivisionError
    return Tagged(Heap(size), f"size-{size}")


async def post_slow_pebble(connection: Connection, body: Pebble) -> Heap:
    """Put one on the heap and wait."""
    size = await _put(connection, body.name)
    hold = HOLD[-1]
    hold.entered.set()
    await hold.go_on.wait()
    if hold.refuse:
        hold.refuse = False
        raise NothingDue
    return Heap(size)


async def post_own_pebble(connection: Connection, actor: Actor, body: Pebble) -> Heap:
    """Put one on the heap as somebody."""
    return Heap(await _put(connection, body.name))


async def post_question(context: Context, body: Pebble) -> Heap:
    """Ask somebody else how large the heap is; changes nothing."""
    async with reading(context.pool) as connection:
        size = int(await connection.fetchval("SELECT count(*) FROM tendering.rate_limits"))
    if body.name == "refused":
        raise NothingDue
    if body.name == "slow":
        HOLD[-1].entered.set()
        await HOLD[-1].go_on.wait()
    return Heap(size)


async def delete_pebbles(connection: Connection) -> None:
    """Clear the heap."""
    await connection.execute("DELETE FROM tendering.rate_limits")


async def post_natural_pebble(body: Pebble, idempotency_key: str) -> Pebble:
    """Needs the key, and keeps nothing."""
    return Pebble(body.name + idempotency_key)


ROUTES = (
    Route("POST", "/pebbles", post_pebble, status=201, idempotency="transaction"),
    Route("POST", "/slow-pebbles", post_slow_pebble, idempotency="transaction"),
    Route("POST", "/own-pebbles", post_own_pebble, idempotency="transaction"),
    Route("DELETE", "/pebbles", delete_pebbles, idempotency="transaction"),
    Route("POST", "/questions", post_question, idempotency="answer"),
    Route("POST", "/natural-pebbles", post_natural_pebble, idempotency="natural"),
)


@pytest.fixture
def extra_routes() -> tuple[Route, ...]:
    """The table above."""
    return ROUTES


@pytest.fixture
def hold() -> Hold:
    """The hold of the slow route in this test."""
    HOLD.append(Hold())
    return HOLD[-1]


async def heap_size(edge: Edge) -> int:
    """How many were really put there."""
    async with reading(edge.context.pool) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM tendering.rate_limits"))


async def test_a_repeated_request_gets_the_first_answer(edge: Edge) -> None:
    first = await edge.request("POST", "/pebbles", {"name": "a"}, key=KEY)
    second = await edge.request("POST", "/pebbles", {"name": "a"}, key=KEY)

    assert await second.read() == await first.read()
    assert (first.status, second.status) == (201, 201)
    assert second.headers["ETag"] == first.headers["ETag"] == '"size-1"'
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await heap_size(edge) == 1


async def test_an_empty_answer_is_repeated_too(edge: Edge) -> None:
    await edge.request("DELETE", "/pebbles", key=KEY)
    again = await edge.request("DELETE", "/pebbles", key=KEY)

    assert (again.status, again.headers["Idempotency-Replayed"]) == (204, "true")


async def test_a_key_serves_one_request_only(edge: Edge) -> None:
    await edge.request("POST", "/pebbles", {"name": "a"}, key=KEY)

    status, answer = await edge.call("POST", "/pebbles", {"name": "b"}, key=KEY)

    assert (status, answer["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("key", ["", "short", "a" * 65, "with space", "umläut-key"])
@pytest.mark.parametrize("path", ["/pebbles", "/natural-pebbles"])
async def test_a_missing_or_malformed_key_is_refused(edge: Edge, key: str, path: str) -> None:
    status, answer = await edge.call("POST", path, {"name": "a"}, key=key)

    assert (status, answer["code"]) == (400, "idempotency-key-required")


async def test_a_natural_route_keeps_nothing(edge: Edge) -> None:
    _, answer = await edge.call("POST", "/natural-pebbles", {"name": "a"}, key=KEY)
    _, other = await edge.call("POST", "/natural-pebbles", {"name": "b"}, key=KEY)

    assert (answer["name"], other["name"]) == ("a" + KEY, "b" + KEY)


@pytest.mark.parametrize(("name", "status"), [("refused", 409), ("broken", 500)])
async def test_what_was_not_done_may_be_tried_again(edge: Edge, name: str, status: int) -> None:
    first, _ = await edge.call("POST", "/pebbles", {"name": name}, key=KEY)
    second, _ = await edge.call("POST", "/pebbles", {"name": name}, key=KEY)

    assert (first, second) == (status, status)
    assert await heap_size(edge) == 0


async def test_of_two_at_once_one_acts_and_the_other_waits_for_its_answer(
    edge: Edge, hold: Hold
) -> None:
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        first = group.create_task(edge.request("POST", "/slow-pebbles", {"name": "a"}, key=KEY))
        await hold.entered.wait()
        second = group.create_task(edge.request("POST", "/slow-pebbles", {"name": "a"}, key=KEY))
        await _until_somebody_waits(edge)
        hold.go_on.set()

    assert await first.result().read() == await second.result().read()
    assert second.result().headers["Idempotency-Replayed"] == "true"
    assert await heap_size(edge) == 1


async def test_when_the_first_of_two_is_refused_the_second_acts(edge: Edge, hold: Hold) -> None:
    hold.refuse = True

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        first = group.create_task(edge.request("POST", "/slow-pebbles", {"name": "a"}, key=KEY))
        await hold.entered.wait()
        second = group.create_task(edge.request("POST", "/slow-pebbles", {"name": "a"}, key=KEY))
        await _until_somebody_waits(edge)
        hold.go_on.set()

    assert (first.result().status, second.result().status) == (409, 200)
    assert await heap_size(edge) == 1


async def test_a_server_that_dies_in_the_middle_leaves_nothing(edge: Edge, hold: Hold) -> None:
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        broken = group.create_task(edge.request("POST", "/slow-pebbles", {"name": "a"}, key=KEY))
        await hold.entered.wait()
        async with reading(edge.context.pool) as connection:
            await connection.fetch(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND state = 'idle in transaction'"""
            )
        hold.go_on.set()

    again = await edge.request("POST", "/slow-pebbles", {"name": "a"}, key=KEY)

    assert broken.result().status == 503
    assert (again.status, await heap_size(edge)) == (200, 1)


async def test_a_question_keeps_its_answer(edge: Edge) -> None:
    first = await edge.request("POST", "/questions", {"name": "a"}, key=KEY)
    await edge.request("POST", "/pebbles", {"name": "a"}, key="another-key")
    again = await edge.request("POST", "/questions", {"name": "a"}, key=KEY)
    _, anew = await edge.call("POST", "/questions", {"name": "a"}, key="a-third-key")
    status, refused = await edge.call("POST", "/questions", {"name": "b"}, key=KEY)

    assert await again.read() == await first.read() == b'{"size":0}'
    assert again.headers["Idempotency-Replayed"] == "true"
    assert anew == {"size": 1}
    assert (status, refused["code"]) == (422, "idempotency-key-reused")


async def test_a_question_that_was_refused_may_be_asked_again(edge: Edge) -> None:
    refused, _ = await edge.call("POST", "/questions", {"name": "refused"}, key=KEY)
    status, _ = await edge.call("POST", "/questions", {"name": "a"}, key=KEY)

    assert (refused, status) == (409, 200)


async def test_of_two_questions_at_once_the_first_answer_is_that_of_both(
    edge: Edge, hold: Hold
) -> None:
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        slow = group.create_task(edge.request("POST", "/questions", {"name": "slow"}, key=KEY))
        await hold.entered.wait()
        await edge.request("POST", "/pebbles", {"name": "a"}, key="another-key")
        HOLD.append(Hold())
        HOLD[-1].go_on.set()
        quick = await edge.request("POST", "/questions", {"name": "slow"}, key=KEY)
        hold.go_on.set()

    assert await quick.read() == await slow.result().read() == b'{"size":1}'
    assert slow.result().headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in quick.headers


async def test_keys_of_two_people_do_not_meet(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    await edge.enter(2, Role.BIDDER)
    one, two = await edge.log_in("login1"), await edge.log_in("login2")

    first = await edge.request("POST", "/own-pebbles", {"name": "a"}, key=KEY, token=one)
    other = await edge.request("POST", "/own-pebbles", {"name": "a"}, key=KEY, token=two)

    assert first.status == other.status == 200
    assert "Idempotency-Replayed" not in other.headers


async def test_a_key_does_not_open_what_needs_a_log_in(edge: Edge) -> None:
    status, answer = await edge.call("POST", "/own-pebbles", {"name": "a"}, key=KEY)

    assert (status, answer["code"]) == (401, Unauthenticated.code)


async def test_keys_are_forgotten_after_a_day_of_real_time(edge: Edge) -> None:
    await edge.request("POST", "/pebbles", {"name": "a"}, key=KEY)
    await edge.request("POST", "/pebbles", {"name": "a"}, key="another-key")
    async with transaction(edge.context.pool) as connection:
        await connection.execute(
            """UPDATE tendering.idempotency_keys
               SET created_at = now() - interval '25 hours' WHERE key = $1""",
            KEY,
        )
        deleted = await idempotency_keys.delete_expired(connection)

    again = await edge.request("POST", "/pebbles", {"name": "a"}, key=KEY)

    assert deleted == 1
    assert "Idempotency-Replayed" not in again.headers


async def _until_somebody_waits(edge: Edge) -> None:
    """Until a connection of this database waits for a lock."""
    async with reading(edge.context.pool) as connection:
        while not await connection.fetchval(
            """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'"""
        ):
            await connection.execute("SELECT pg_sleep(0.01)")
