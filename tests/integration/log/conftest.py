"""The log on a real database, with witnesses and an authority that are processes of their own."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest

from crypto.keys import NoteKey
from tendering.actions.log import consistency_proof, sequence_batch
from tendering.domain.published_keys import Authority, PublishedKeys, Witness, from_base64
from tendering.domain.receipts import Receipt, Submission, issue_receipt
from tendering.domain.refusals.log import PublishedKeysInvalid
from tendering.log_loop import LogKeeper
from tendering.log_observers import AuthorityLine, WitnessLine
from tendering.storage.connection import (
    Connection,
    Pool,
    open_connection,
    reading,
    transaction,
)
from tendering.storage.log import Checkpoint
from tests.support.programs import Program, running

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ORIGIN = "log.example/kaibiao"


async def always_busy(_connection: Connection) -> bool:
    """Some tender is open."""
    return True


@dataclass(frozen=True, slots=True)
class TheLog:
    """A log in a database of the test's own."""

    pool: Pool
    signer: NoteKey
    receipt_key: NoteKey

    async def batch(self, *, interval_seconds: float = 0.0) -> Checkpoint | None:
        """Make a batch; with no interval it is always due."""
        async with transaction(self.pool) as connection:
            return await sequence_batch(
                connection,
                at=NOON,
                interval_seconds=interval_seconds,
                signer=self.signer,
                random=os.urandom,
            )

    async def made(self) -> Checkpoint:
        """A batch that must come about."""
        checkpoint = await self.batch()
        assert checkpoint is not None
        return checkpoint

    def keeper(
        self, witnesses: tuple[WitnessLine, ...] = (), authorities: tuple[AuthorityLine, ...] = ()
    ) -> LogKeeper:
        """The loops' parts, with real time."""
        return LogKeeper(
            pool=self.pool,
            now=lambda: datetime.now(UTC),
            signer=self.signer,
            is_busy=always_busy,
            witnesses=witnesses,
            authorities=authorities,
            interval_seconds=0.1,
            idle_interval_seconds=0.1,
        )

    def keys(
        self, witnesses: tuple[Witness, ...], authorities: tuple[Authority, ...], *, quorum: int
    ) -> PublishedKeys:
        """What this log's platform would publish."""
        return PublishedKeys(
            receipt_keys=(self.receipt_key.verifier,),
            log_keys=(self.signer.verifier,),
            witnesses=witnesses,
            quorum=quorum,
            authorities=authorities,
            certifiers=(),
            operator_roots=(),
            interval_seconds=1,
        )

    def receipt(self, bidder_id: UUID | None = None) -> Receipt:
        """A receipt of a submission received now."""
        submission = Submission(
            act="bid.submitted",
            tender_id=uuid4(),
            lot="1",
            bidder_id=bidder_id or uuid4(),
            counter=1,
            manifest_digest=os.urandom(32),
            container_digests=(("technical", os.urandom(32)), ("price", os.urandom(32))),
            received_at=datetime.now(UTC),
            custody_head=os.urandom(32),
        )
        return issue_receipt(
            submission,
            leaf_nonce=os.urandom(32),
            origin=self.signer.name,
            within_seconds=60,
            key=self.receipt_key,
        )


@pytest.fixture
def the_log(pool: Pool) -> TheLog:
    """An empty log."""
    return TheLog(
        pool,
        NoteKey.from_seed(ORIGIN, os.urandom(32)),
        NoteKey.from_seed("log.example/receipt", os.urandom(32)),
    )


@pytest.fixture
async def owner(database: Any) -> AsyncIterator[Connection]:
    """A connection of the tables' owner."""
    async with open_connection(database.owner_dsn) as connection:
        yield connection


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client for asking observers."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as opened:
        yield opened


@pytest.fixture
async def witness(the_log: TheLog, tmp_path: Path) -> AsyncIterator[Program]:
    """A witness of this log, as a process."""
    async with running("clients.witness", *witness_arguments(the_log, tmp_path)) as program:
        yield program


@pytest.fixture
async def authority(tmp_path: Path) -> AsyncIterator[Program]:
    """A time-stamping authority with its own root, as a process."""
    async with running(
        "clients.tsa", "--key-folder", tmp_path / "tsa", "--name", "示范第二时间戳"
    ) as program:
        yield program


def witness_arguments(the_log: TheLog, folder: Path, name: str = "witness.example/w1") -> list[str]:
    """The command line of a witness of this log."""
    return [
        *("--state", str(folder / "witness.state")),
        *("--key", str(folder / "witness.key")),
        *("--name", name),
        *("--log-key", the_log.signer.verifier),
        *("--origin", the_log.signer.name),
    ]


def line_to(program: Program) -> WitnessLine:
    """The platform's line to a witness."""
    return WitnessLine(Witness(program.facts["verifier"], "示范公证处", True), program.url)


def stamps_of(program: Program) -> AuthorityLine:
    """The platform's line to an authority."""
    root = from_base64(program.facts["root"], PublishedKeysInvalid)
    return AuthorityLine(Authority(program.facts["name"], root), program.url)


async def ask(
    the_log: TheLog, line: WitnessLine, session: aiohttp.ClientSession, checkpoint: Checkpoint
) -> str | None:
    """Ask a witness as the loop does."""

    async def consistency(old: int, size: int) -> list[bytes]:
        async with reading(the_log.pool) as connection:
            return await consistency_proof(connection, old, size)

    return await line.ask(session, checkpoint, consistency)
