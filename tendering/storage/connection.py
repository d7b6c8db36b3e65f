"""The way to PostgreSQL: a pool, a transaction, a listener.

The only module that imports asyncpg. Everyone else takes a `Connection` or a `Pool` and names the
exceptions exported here, so that the driver could be exchanged in one place.

Session state is not reset when a connection goes back to the pool, which saves a round trip for
each use: use `SET LOCAL` and transaction-level advisory locks (`pg_advisory_xact_lock`) only.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg
from asyncpg import exceptions
from asyncpg.pool import PoolConnectionProxy

Record: TypeAlias = asyncpg.Record
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

DatabaseError = exceptions.PostgresError
ConstraintViolation = exceptions.IntegrityConstraintViolationError
UniqueViolation = exceptions.UniqueViolationError
ForeignKeyViolation = exceptions.ForeignKeyViolationError
CheckViolation = exceptions.CheckViolationError
NotNullViolation = exceptions.NotNullViolationError
ExclusionViolation = exceptions.ExclusionViolationError
InsufficientPrivilege = exceptions.InsufficientPrivilegeError
LockNotAvailable = exceptions.LockNotAvailableError
QueryCanceled = exceptions.QueryCanceledError
RaiseException = exceptions.RaiseError
InterfaceError = exceptions.InterfaceError


class ConnectionLost(ConnectionError):
    """The line to the database broke in the middle of its use."""


# What a caller may see when the database is away, busy or restarting: an outage, not a bug.
OUTAGES: Final[tuple[type[Exception], ...]] = (
    OSError,
    TimeoutError,
    exceptions.PostgresConnectionError,
    exceptions.OperatorInterventionError,
    exceptions.InsufficientResourcesError,
    exceptions.LockNotAvailableError,
    # Between the loss of a primary and the promotion of its replica nobody can write.
    exceptions.TargetServerAttributeNotMatched,
    exceptions.ReadOnlySQLTransactionError,
)

# What may end a listening line; whatever it was, the answer is to connect again.
_LINE_TROUBLE: Final[tuple[type[Exception], ...]] = (
    *OUTAGES,
    exceptions.PostgresError,
    exceptions.InterfaceError,
)

CONNECT_SECONDS: Final = 10
ACQUIRE_SECONDS: Final = 10
LOCK_SECONDS: Final = 5
STATEMENT_SECONDS: Final = 30
IDLE_IN_TRANSACTION_SECONDS: Final = 30
# The client gives up a little after the server should have: only a dead line gets this far.
COMMAND_SECONDS: Final = STATEMENT_SECONDS + 5
POOL_MIN: Final = 2
_IN_UTC: Final[Mapping[str, str]] = {"timezone": "UTC"}

LISTEN_CHECK_SECONDS: Final = 15
RECONNECT_FIRST_SECONDS: Final = 0.1
RECONNECT_MAX_SECONDS: Final = 5.0

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_pool(dsn: str, *, size: int) -> AsyncIterator[Pool]:
    """Open at most `size` connections to `dsn`, closed when the block ends.

    `dsn` is `postgresql://user:password@host/database`, or with a socket folder
    `postgresql://user:password@/database?host=/folder`. Raises one of `OUTAGES` when unreachable.
    """
    pool = asyncpg.create_pool(
        dsn,
        min_size=min(POOL_MIN, size),
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        reset=_keep_session,
        server_settings={
            "application_name": "kaibiao",
            "timezone": "UTC",
            "lock_timeout": _milliseconds(LOCK_SECONDS),
            "statement_timeout": _milliseconds(STATEMENT_SECONDS),
            "idle_in_transaction_session_timeout": _milliseconds(IDLE_IN_TRANSACTION_SECONDS),
        },
    )
    async with pool:
        yield pool


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """One unit of work: committed when the block ends, rolled back when it raises.

    Raises one of `OUTAGES` when the database is away; whether a commit that was under way then
    came through is not known.
    """
    async with reading(pool) as connection, connection.transaction():
        yield connection


@asynccontextmanager
async def reading(pool: Pool) -> AsyncIterator[Connection]:
    """Give a connection for single reads; each statement sees what is committed by then.

    Raises one of `OUTAGES` when the database is away.
    """
    async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
        try:
            yield connection
        except InterfaceError as error:
            # The driver says the same of its wrong use, which is a bug and stays one.
            if not _is_lost(connection):
                raise
            raise ConnectionLost(str(error)) from error
        except exceptions.InternalClientError as error:
            # The server ended the line between two steps of one statement, and the driver lost
            # track of it, or the caller was cancelled between two of them. Nobody may be given
            # this line again.
            if not _is_lost(connection):
                connection.terminate()
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # Told as an outage it would be tried again, by somebody who is to stop.
                raise asyncio.CancelledError from error
            raise ConnectionLost(str(error)) from error


def _is_lost(connection: Connection) -> bool:
    try:
        return connection.is_closed()
    except InterfaceError:
        # The pool has taken it back already, which it does when the line breaks.
        return True


async def ping(connection: Connection) -> None:
    """Ask the database whether it answers at all."""
    await connection.execute("SELECT 1")


@asynccontextmanager
async def open_connection(
    dsn: str, *, session: Mapping[str, str] = _IN_UTC
) -> AsyncIterator[Connection]:
    """Open one connection without statement limits: for migrations and maintenance.

    `session`: settings of its own, over those of the server.
    """
    connection = await asyncpg.connect(
        dsn,
        timeout=CONNECT_SECONDS,
        server_settings={"application_name": "kaibiao maintenance", **session},
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=CONNECT_SECONDS)


def constraint_name(error: BaseException) -> str | None:
    """Name the constraint that `error` violates; None when it is another kind of error.

    Storage maps a named constraint to a refusal where a race is possible; the rule comes first.
    """
    if isinstance(error, ConstraintViolation):
        return error.constraint_name
    return None


@asynccontextmanager
async def open_listener(
    dsn: str, channel: str, on_hint: Callable[[str], None]
) -> AsyncIterator[None]:
    """Call `on_hint` with the payload of each NOTIFY on `channel` while the block runs.

    The line is re-established when it breaks. What was notified meanwhile is lost, therefore
    `on_hint("")` is called each time the line is up again: look at everything. `on_hint` must
    return at once. Raises one of `OUTAGES` when the first connection fails.
    """
    connection = await _listen(dsn, channel, on_hint)
    keeper = asyncio.create_task(_keep_listening(connection, dsn, channel, on_hint))
    # Not a task group, which would wrap whatever the block raises.
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])
        # The keeper ends what it has seen; cancelled at once, it has seen nothing.
        connection.terminate()
        if not keeper.cancelled():
            keeper.result()


async def _listen(
    dsn: str, channel: str, on_hint: Callable[[str], None]
) -> "asyncpg.Connection[asyncpg.Record]":
    connection = await asyncpg.connect(
        dsn,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        server_settings={"application_name": f"kaibiao listens to {channel}"},
    )
    try:
        await connection.add_listener(channel, lambda *message: on_hint(str(message[3])))
    except BaseException:
        connection.terminate()
        raise
    on_hint("")
    return connection


async def _keep_listening(
    connection: "asyncpg.Connection[asyncpg.Record]",
    dsn: str,
    channel: str,
    on_hint: Callable[[str], None],
) -> None:
    while True:
        await _until_broken(connection)
        log.warning("listening connection lost, channel %s", channel)
        connection = await _listen_again(dsn, channel, on_hint)


async def _until_broken(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Wait until the line ends; ask now and then, for a dead line says nothing by itself."""
    broken = asyncio.Event()
    connection.add_termination_listener(lambda _: broken.set())
    try:
        while not connection.is_closed():
            try:
                async with asyncio.timeout(LISTEN_CHECK_SECONDS):
                    await broken.wait()
            except TimeoutError:
                await connection.execute("SELECT 1")
    except _LINE_TROUBLE:
        log.debug("listening connection does not answer", exc_info=True)
    finally:
        connection.terminate()


async def _listen_again(
    dsn: str, channel: str, on_hint: Callable[[str], None]
) -> "asyncpg.Connection[asyncpg.Record]":
    pause_seconds = RECONNECT_FIRST_SECONDS
    while True:
        try:
            return await _listen(dsn, channel, on_hint)
        except _LINE_TROUBLE as error:
            log.warning("cannot listen to %s: %s", channel, error)
        await asyncio.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 2, RECONNECT_MAX_SECONDS)


async def _keep_session(_connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Replace asyncpg's reset query: a round trip for state that nobody here sets."""


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
