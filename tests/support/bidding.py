"""A platform with a tender to bid for, and the bidder's command as a real process before it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from click.testing import CliRunner

from clients.cli import main
from clients.demo.pdf_maker import make_pdf
from clients.platform import Identity, open_platform
from clients.tender_facts import ANNOUNCEMENT_LABEL, announcement_statement
from clients.uploading import upload_file
from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.container_digest import container_digest
from crypto.keys import OpeningKey, generate_opening_key, generate_signing_key
from crypto.signing import sign_statement
from tendering.actions.certificates import request_certificate
from tendering.domain import timetable as dates
from tendering.domain.journal import Event, Stream
from tendering.domain.parties import Actor, Session
from tendering.domain.roles import Role
from tendering.domain.rulebook import to_json
from tendering.domain.tender import Document, KeyHolder, Lot, Tender, Terms, public_facts
from tendering.procedures import round_of
from tendering.rulebooks import holiday_calendar, rulebook_of
from tendering.storage import journal, key_holders, tender_documents, tenders
from tendering.storage.connection import Connection, transaction
from tests.support.evaluation import METHOD
from tests.support.make import a_tender
from tests.support.platform import PASSWORD, Account, Platform, enter
from tests.support.programs import ROOT

PASSPHRASE: Final = "示范口令 correct horse"
CEILING_FEN: Final = 200_000_000
COMMAND_SECONDS: Final = 40
PLAN: Final = """
tender = "{tender}"
lot = "1"
[qualification]
files = ["资格文件.pdf"]
objective = {{ credit = "8.00" }}
[technical]
files = ["技术文件.pdf"]
[price]
files = ["报价文件.pdf"]
price = "{price}"
duration_days = 300
quality = "合格"
project_manager = "示范项目经理"
"""


async def tender_to_bid_for(
    platform: Platform,
    folder: Path,
    *,
    lasts: timedelta = timedelta(days=25),
    announced_by_others: bool = False,
    opening_keys: Sequence[OpeningKey] = (),
    method: Mapping[str, Any] = METHOD,
    procedure: str = "open-tendering",
    drain_seconds: int = 10,
) -> Tender:
    """A published tender whose notice holds: documents, announced keys, a timetable.

    `announced_by_others`: by somebody whom nobody has certified. `opening_keys`: the holders'.
    """
    context, accounts = platform.running.context, platform.accounts
    tender_id = uuid4()
    document, upload_id = await _document(platform, folder)
    keys = opening_keys or [generate_opening_key() for _ in range(3)]
    async with transaction(context.pool) as connection:
        holders = tuple(
            [
                await _holder(platform, connection, tender_id, number, key)
                for number, key in enumerate(keys, start=1)
            ]
        )
        # After the certificates, which are valid from the second in which they were made.
        now = context.now()
        if announced_by_others:
            holders = tuple(map(_announced_by_another, holders))
        tender = a_tender(
            id=tender_id,
            procuring_entity_id=accounts[Role.PROCURING_ENTITY].organization.id,
            agency_id=accounts[Role.AGENCY].organization.id,
            supervisor_id=accounts[Role.SUPERVISOR].organization.id,
            lots=(Lot("1", "一标段", 180_000_000, CEILING_FEN, 0),),
            key_holders=holders,
            documents=(document,),
            method=dict(method),
            round=round_of(procedure, 1, rulebook_of("construction")),
            terms=Terms(bid_validity_days=90, unlock_minutes=30, drain_seconds=drain_seconds),
            published_at=now,
            deadline=now + lasts,
            timetable=_timetable(now, now + lasts),
        )
        await tenders.insert(connection, tender, at=now)
        await tender_documents.put_document(connection, tender.id, document, upload_id)
        for holder in holders:
            assert holder.public_key is not None
            await key_holders.announce_key(
                connection,
                tender.id,
                holder.number,
                public_key=holder.public_key,
                announcement=dict(holder.announcement or {}),
            )
        event = Event("tender.published", public_facts(tender))
        event.body["rulebook"] = to_json(rulebook_of(tender.regime))
        await journal.append(connection, tender.id, Stream.PUBLIC, event, at=now)
    return tender


async def move_deadline(platform: Platform, tender: Tender, to: datetime) -> None:
    """A clarification moves the deadline."""
    context = platform.running.context
    async with transaction(context.pool) as connection:
        locked = await tenders.lock(connection, tender.id)
        timetable = _timetable(context.now(), to)
        await tenders.save(connection, replace(locked, deadline=to, timetable=timetable))
        event = Event("clarification.published", {"number": 1, "timetable": timetable})
        await journal.append(connection, tender.id, Stream.PUBLIC, event, at=context.now())


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    status: int
    said: dict[str, Any]
    errors: str


@dataclass(frozen=True, slots=True)
class Clerk:
    """A bidder's clerk at a terminal: a folder, and nothing but the command."""

    folder: Path
    address: str
    account: Account

    def arguments(self, *words: str) -> list[str]:
        """A command line; what asks for the passphrase gets it."""
        secret = {"certify", "seal", "rehearse", "submit", "replace", "withdraw", "unlock", "clear"}
        secret |= {"contribute"}
        step, *others = words
        if step in secret and "--passphrase-file" not in others:
            others += ["--passphrase-file", str(self.folder / "passphrase")]
        begin = ["-m", "clients.cli", "bid", "--json", "--workspace", str(self.folder)]
        return [*begin, step, *others]

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Begin a command. Ctrl-C reaches it even where these tests run in the background."""
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *self.arguments(*words),
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        finally:
            signal.signal(signal.SIGINT, handler)

    async def run(self, *words: str) -> Ended:
        """A command from its beginning to its end, in a thread: a process is slow to start."""
        _, _, *arguments = self.arguments(*words)
        async with asyncio.timeout(COMMAND_SECONDS):
            done = await asyncio.to_thread(CliRunner().invoke, main, arguments)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ended(done.exit_code, json.loads(done.stdout or "{}"), done.stderr)

    async def does(self, *words: str) -> dict[str, Any]:
        """A command that must succeed; what it said."""
        done = await self.run(*words)
        assert done.status == 0, (words, done)
        return done.said

    async def log_in(self) -> None:
        """Log in and have the signing key certified."""
        await self.does(
            "login",
            *("--platform", self.address, "--login", self.account.person.login),
            *("--password-file", str(self.folder / "password")),
        )
        await self.does("certify")

    def write_bid(self, tender: Tender, *, price: str = "128.5 万元", size_bytes: int = 0) -> None:
        """The files of a bid and its bid.toml."""
        for name in ("资格文件", "技术文件", "报价文件"):
            size = size_bytes if name == "技术文件" else 0
            text = [f"{name}。示范文件,内容虚构。"]
            make_pdf(self.folder / f"{name}.pdf", title=name, paragraphs=text, size_bytes=size)
        (self.folder / "bid.toml").write_text(PLAN.format(tender=tender.id, price=price))

    async def seals(self, tender: Tender, **bid: Any) -> dict[str, Any]:
        """From the files to a rehearsed container; what `seal` said."""
        self.write_bid(tender, **bid)
        await self.does("prepare")
        sealed = await self.does("seal")
        await self.does("rehearse")
        return sealed


async def killed(process: asyncio.subprocess.Process) -> None:
    """Kill a command as a failing machine would."""
    process.kill()
    async with asyncio.timeout(COMMAND_SECONDS):
        await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> Ended:
    """Wait for a command's end; one that does not come to an end is killed."""
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            out, errors = await process.communicate()
    finally:
        if process.returncode is None:
            await killed(process)
    assert process.returncode is not None
    said = json.loads(out) if out.strip() else {}
    return Ended(process.returncode, said, errors.decode())


def a_clerk(
    platform: Platform,
    folder: Path,
    *,
    address: str | None = None,
    account: Account | None = None,
) -> Clerk:
    """The platform's bidder, or another, with an empty folder but for the two secrets."""
    folder.mkdir(exist_ok=True)
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "passphrase").write_text(PASSPHRASE + "\n")
    bidder = account or platform.accounts[Role.BIDDER]
    return Clerk(folder, address or platform.running.address, bidder)


@dataclass(slots=True)
class Cable:
    """A TCP proxy that can be cut, held, or lose an answer; `happened` is set when it has.

    `cut_after`: the connection whose sender has sent so many bytes breaks, once. `hold`: a request
    that has these words in its head does not pass. `lose_answer_to`: the answer to the request that
    has these words in its head is thrown away, once, with its connection.
    """

    target: tuple[str, int]
    address: str = ""
    cut_after: int | None = None
    hold: bytes | None = None
    lose_answer_to: bytes | None = None
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    sent_bytes: int = 0
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A new connection."""
        task = asyncio.create_task(self.serve(reader, writer))
        self.connections.add(task)
        task.add_done_callback(self.connections.discard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways, until either side ends."""
        other_reader, other_writer = await asyncio.open_connection(*self.target)
        asked = asyncio.Event()
        pumps = {
            asyncio.create_task(self._up(reader, other_writer, asked)),
            asyncio.create_task(self._down(other_reader, writer, asked)),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in (writer, other_writer):
                end.transport.abort()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _up(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, asked: asyncio.Event
    ) -> None:
        passed = 0
        with suppress(ConnectionError):
            while piece := await source.read(1 << 16):
                passed += len(piece)
                if self.cut_after is not None and passed > self.cut_after:
                    self.cut_after = None
                    self.happened.set()
                    return
                if self.hold is not None and self.hold in piece:
                    self.happened.set()
                    await asyncio.Event().wait()
                if self.lose_answer_to is not None and self.lose_answer_to in piece:
                    asked.set()
                self.sent_bytes += len(piece)
                target.write(piece)
                await target.drain()

    async def _down(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, asked: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(1 << 16):
                if asked.is_set():
                    self.lose_answer_to = None
                    self.happened.set()
                    return
                target.write(piece)
                await target.drain()


@asynccontextmanager
async def cable(address: str) -> AsyncIterator[Cable]:
    """A cable to the server at `address`."""
    host, _, port = address.removeprefix("http://").partition(":")
    laid = Cable((host, int(port)))
    server = await asyncio.start_server(laid.accept, "127.0.0.1", 0)
    laid.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield laid
    finally:
        server.close()
        for task in list(laid.connections):
            task.cancel()
        await asyncio.gather(*laid.connections, return_exceptions=True)


async def _document(platform: Platform, folder: Path) -> tuple[Document, UUID]:
    file = folder / "招标文件.pdf"
    make_pdf(file, title="招标文件", paragraphs=["示范"], size_bytes=0)
    account = platform.accounts[Role.PROCURING_ENTITY]
    identity = Identity(account.person.id, account.organization.id, "", "", "")
    async with open_platform(platform.running.address) as line:
        line.resume(platform.tokens[Role.PROCURING_ENTITY], identity)
        upload_id = await upload_file(line, file)
    size = file.stat().st_size
    return Document(file.name, container_digest(file), size, "application/pdf"), upload_id


async def _holder(
    platform: Platform,
    connection: Connection,
    tender_id: UUID,
    number: int,
    opening: OpeningKey,
) -> KeyHolder:
    """A key holder with its announcement, certified by the platform."""
    keys, at = platform.running.context.keys, platform.running.context.now()
    secret = await platform.running.context.passwords.hash(PASSWORD)
    account = await enter(connection, 900 + number, Role.KEY_HOLDER, password_hash=secret, at=at)
    who, key = account.organization, generate_signing_key()
    actor = Actor(account.person.id, who.id, Role.KEY_HOLDER, who.name, who.uscc)
    session = Session(b"-", actor, "-", is_administrator=True)
    csr = make_request(key, common_name="-", organization="-", uscc=who.uscc)
    certificate = await request_certificate(connection, keys, csr, by=session, at=at)
    said = announcement_statement(tender_id, number, who.id, opening.public)
    signed = sign_statement(key, certificate.der, label=ANNOUNCEMENT_LABEL, statement=said)
    announcement = signed.to_value()
    assert isinstance(announcement, Mapping)
    return KeyHolder(number, who.id, who.name, opening.public, announcement)


def _announced_by_another(holder: KeyHolder) -> KeyHolder:
    """The same announcement under a certificate of an authority that nobody trusts."""
    key, authority_key = generate_signing_key(), generate_signing_key()
    now = datetime.now(UTC) - timedelta(hours=1)
    root = make_authority("示范", key=authority_key, at=now, years=1)
    csr = make_request(key, common_name=holder.name, organization=holder.name, uscc="")
    subject = CertificateSubject(holder.name, organization=holder.name)
    certificate = issue(root, authority_key, csr, at=now, days=30, subject=subject)
    said = dict(holder.announcement or {})["statement"]
    signed = sign_statement(key, certificate, label=ANNOUNCEMENT_LABEL, statement=said)
    announcement = signed.to_value()
    assert isinstance(announcement, Mapping)
    return replace(holder, announcement=announcement)


def _timetable(published_at: datetime, deadline: datetime) -> Any:
    plan = dates.plan(
        rulebook_of("construction"),
        holiday_calendar(),
        published_at=published_at,
        deadline=deadline,
    )
    return dates.to_json(plan)
