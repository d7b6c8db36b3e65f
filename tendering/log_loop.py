"""The log's two loops: one makes batches at a fixed pace, the other asks observers about them.

They share nothing but the newest checkpoint. Whatever a witness or an authority does, however long
it takes, the next batch comes at its time; a round that takes long skips checkpoints, and the later
one it asks about covers the leaves of those skipped.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

import aiohttp

from crypto.keys import NoteKey
from crypto.notes import with_signatures
from tendering.actions.log import consistency_proof, sequence_batch
from tendering.domain.time_stamping import SERIAL_BYTES, Stamper
from tendering.log_observers import (
    FAILURES,
    AuthorityLine,
    ObserverFailed,
    Patience,
    WitnessLine,
)
from tendering.log_pruning import PAUSE_SECONDS, prune
from tendering.storage import log as stored
from tendering.storage.connection import OUTAGES, Connection, Pool, reading, transaction
from tendering.storage.log import Checkpoint, Evidence, Token

ANSWER_SECONDS: Final = 3.0
PAUSE_MIN_SECONDS: Final = 0.05
OUTAGE_PAUSE_SECONDS: Final = 1.0

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeeper:
    """What the loops need. `signer` is the log's key, its name the log's origin.

    `is_busy` tells whether any tender lies between its publication and its opening: a public fact,
    never one about bids, because the pace must not tell of them. While none does, the interval
    stretches to `idle_interval_seconds`. `stamper` is the platform's own authority, asked without a
    network. With `prunes`, what nobody needs of their words is forgotten; `quorum` says how many
    witnesses count.
    """

    pool: Pool
    now: Callable[[], datetime]
    signer: NoteKey
    is_busy: Callable[[Connection], Awaitable[bool]]
    witnesses: Sequence[WitnessLine] = ()
    authorities: Sequence[AuthorityLine] = ()
    stamper: Stamper | None = None
    stamper_name: str = ""
    interval_seconds: float = 1.0
    idle_interval_seconds: float = 60.0
    quorum: int = 0
    prunes: bool = False


@dataclass(slots=True)
class _Newest:
    """The checkpoint to ask about; an older one that nobody asked about yet is forgotten."""

    checkpoint: Checkpoint | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.changed.set()

    async def take(self) -> Checkpoint:
        await self.changed.wait()
        self.changed.clear()
        assert self.checkpoint is not None
        return self.checkpoint


async def run_log(keeper: LogKeeper) -> None:
    """Keep the log until cancelled. Several processes may: one at a time makes a batch."""
    newest = _Newest()
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(_make_batches(keeper, newest))
        group.create_task(_ask_about_batches(keeper, newest, session))
        if keeper.prunes:
            group.create_task(_forget_evidence(keeper))


async def _make_batches(keeper: LogKeeper, newest: _Newest) -> None:
    while True:
        try:
            pause_seconds = await make_due_batch(keeper, newest.put)
        except Exception:  # a background loop: it outlives what goes wrong once
            # Nothing is lost: what waits keeps waiting, the next checkpoint covers it.
            log.warning("the log cannot make a batch", exc_info=True)
            pause_seconds = OUTAGE_PAUSE_SECONDS
        await asyncio.sleep(pause_seconds)


async def make_due_batch(keeper: LogKeeper, publish: Callable[[Checkpoint], None]) -> float:
    """Make a batch if one is due, publish its checkpoint; return how long to wait, in seconds."""
    async with reading(keeper.pool) as connection:
        busy = await keeper.is_busy(connection)
        interval_seconds = keeper.interval_seconds if busy else keeper.idle_interval_seconds
        due = await stored.seconds_until_due(connection, interval_seconds=interval_seconds)
    if due <= 0:
        async with transaction(keeper.pool) as connection:
            checkpoint = await sequence_batch(
                connection,
                at=keeper.now(),
                interval_seconds=interval_seconds,
                signer=keeper.signer,
                random=os.urandom,
            )
        # Only here, after the commit, may anybody see it.
        if checkpoint is not None:
            publish(checkpoint)
    # Look again at least once an interval: a tender may be published in an idle hour.
    return max(PAUSE_MIN_SECONDS, min(due, keeper.interval_seconds))


async def _ask_about_batches(
    keeper: LogKeeper, newest: _Newest, session: aiohttp.ClientSession
) -> None:
    while True:
        checkpoint = await newest.take()
        try:
            await ask_observers(keeper, session, checkpoint)
        except Exception:  # a background loop, as above
            log.warning("the log cannot keep evidence", exc_info=True)
            await asyncio.sleep(OUTAGE_PAUSE_SECONDS)


async def _forget_evidence(keeper: LogKeeper) -> None:
    after = 0
    own = keeper.stamper is not None
    while True:
        try:
            after = await prune(
                keeper.pool,
                now=keeper.now(),
                quorum=keeper.quorum,
                authorities=len(keeper.authorities) + own,
                after=after,
            )
        except OUTAGES:
            log.warning("the database is away; evidence is pruned later")
        await asyncio.sleep(PAUSE_SECONDS)


async def ask_observers(
    keeper: LogKeeper, session: aiohttp.ClientSession, checkpoint: Checkpoint
) -> Evidence | None:
    """Ask all observers at once, keep what they say of a checkpoint; None when nobody answers."""
    async with asyncio.TaskGroup() as group:
        lines = [
            group.create_task(_cosignature(keeper, session, line, checkpoint))
            for line in keeper.witnesses
        ]
        tokens = [
            group.create_task(_token(keeper, session, line, checkpoint))
            for line in keeper.authorities
        ]
        own = group.create_task(_own_token(keeper, checkpoint))
    cosignatures = [text for line in lines if (text := line.result()) is not None]
    stamps = [token for task in (own, *tokens) if (token := task.result()) is not None]
    if not cosignatures and not stamps:
        return None
    evidence = Evidence(
        size=checkpoint.size,
        cosigned=with_signatures(checkpoint.text, cosignatures),
        witnesses=len(cosignatures),
        tokens=tuple(stamps),
        at=keeper.now(),
    )
    # Dies here: this checkpoint stays without evidence, the next round's covers its leaves.
    async with transaction(keeper.pool) as connection:
        await stored.insert_evidence(connection, evidence)
    return evidence


async def _cosignature(
    keeper: LogKeeper, session: aiohttp.ClientSession, line: WitnessLine, checkpoint: Checkpoint
) -> str | None:
    async def consistency(old: int, size: int) -> list[bytes]:
        # A connection for the proof only: none is held while the witness thinks.
        async with reading(keeper.pool) as connection:
            return await consistency_proof(connection, old, size)

    return await _patiently(
        line.patience, line.witness.name, lambda: line.ask(session, checkpoint, consistency)
    )


async def _token(
    keeper: LogKeeper, session: aiohttp.ClientSession, line: AuthorityLine, checkpoint: Checkpoint
) -> Token | None:
    return await _patiently(
        line.patience,
        line.authority.name,
        lambda: line.ask(session, checkpoint, now=keeper.now),
    )


async def _own_token(keeper: LogKeeper, checkpoint: Checkpoint) -> Token | None:
    if keeper.stamper is None:
        return None
    # Some milliseconds of signing and encoding: not on the loop that serves the halls.
    token = await asyncio.to_thread(
        keeper.stamper.stamp, checkpoint.root, at=keeper.now(), chance=os.urandom(SERIAL_BYTES)
    )
    return Token(keeper.stamper_name or keeper.stamper.name, token)


async def _patiently(
    patience: Patience, name: str, ask: Callable[[], Awaitable[Answer | None]]
) -> Answer | None:
    loop = asyncio.get_running_loop()
    if not patience.may_ask(loop.time()):
        return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await ask()
    except FAILURES as error:
        patience.failed(loop.time())
        reason = str(error) if isinstance(error, ObserverFailed) else type(error).__name__
        log.warning("no answer from %s for %.0f s: %s", name, patience.pause_seconds, reason)
        return None
    patience.succeeded()
    return answer
