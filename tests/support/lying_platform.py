"""A platform as an adversary would run it for a key holder: real HTTP, and anything it likes.

What it begins with is the truth of a small tender at its opening; a test then changes one thing.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import web

from clients.key_files import KeyFolder, Signer
from clients.key_holding import KeyHolder
from clients.key_replacements import tender_now
from clients.platform import Identity, open_platform
from clients.serving import write_private
from crypto.canonical import canonical, parse
from crypto.keys import NoteKey
from crypto.tlog import checkpoint_body, cosign, sign_note, with_signatures
from tendering.domain.journal import Entry, Event, Stream, instant
from tendering.domain.key_policy import version_of
from tendering.domain.published_keys import to_base64
from tendering.domain.tender import Tender
from tests.support.archive import Journals
from tests.support.archive_parties import DEADLINE, ORIGIN, BidMade, chance
from tests.support.archive_play import TenderPlay

ROOT = chance("root of the log")
Json = dict[str, Any]


@dataclass
class LyingPlatform:
    """What it says. `said`: what the key holder has handed in, by the last part of the path."""

    play: TenderPlay
    now: datetime = DEADLINE + timedelta(minutes=3)
    entries: list[Entry] = field(default_factory=list)
    evidence: Json = field(default_factory=dict)
    remedies: list[Json] = field(default_factory=list)
    said: list[tuple[str, Json]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with the truth: submission was closed, and others have seen the deadline pass."""
        public = self.play.journals.entries[Stream.PUBLIC]
        last = next(one.seq for one in public if one.kind == "submission.closed")
        self.entries = public[:last]
        self.show(DEADLINE + timedelta(minutes=2))

    @property
    def tender(self) -> Tender:
        """The tender as the public record has it."""
        return tender_now(self.entries[0], self.entries)

    def show(
        self,
        seen_at: datetime,
        *,
        log: NoteKey | None = None,
        witnesses: list[NoteKey] | None = None,
        stamped_at: datetime | None = None,
    ) -> None:
        """Show a checkpoint that its witnesses saw at an instant, with a time stamp."""
        parties = self.play.platform
        note = sign_note(checkpoint_body(ORIGIN, 9, ROOT), log or parties.log)
        lines = [
            cosign(note, key, at=seen_at)
            for key in (parties.witnesses if witnesses is None else witnesses)
        ]
        token = parties.stamper.stamp(ROOT, at=stamped_at or seen_at, chance=ROOT[:16])
        self.evidence = {
            "checkpoint": with_signatures(note, lines),
            "time_stamps": {parties.stamper.name: to_base64(token)},
        }

    def edit(self, kind: str, change: Callable[[Json], None]) -> None:
        """Rewrite an entry of the public journal, chained anew as its operator can."""
        journals = Journals(self.play.tender.id)
        for entry in self.entries:
            body = parse(canonical(entry.body))
            assert isinstance(body, dict)
            if entry.kind == kind:
                change(body)
            journals.append(Stream.PUBLIC, Event(entry.kind, body), entry.at)
        self.entries = journals.entries[Stream.PUBLIC]

    def remedy(self, number: int = 2) -> Json:
        """What it asks about the bid of bidder `number`, from 0, truly."""
        bidder, made = self.play.bids()[number]
        return {
            "lot": "1",
            "bidder_id": str(bidder.id),
            "counter": made.bid.counter,
            "policy_version": version_of(self.play.tender, made.bid.manifest),
            "envelopes": [
                {
                    "kind": one.kind,
                    "context": one.context.hex(),
                    "header": to_base64(made.containers[one.kind][:4096]),
                }
                for one in made.bid.envelopes
            ],
        }

    def made(self, number: int) -> BidMade:
        """The bid of bidder `number`, from 0."""
        return self.play.bids()[number][1]

    def journal_json(self, after: int) -> Json:
        """A page of the public journal."""
        return {
            "entries": [
                {
                    "seq": one.seq,
                    "kind": one.kind,
                    "body": one.body,
                    "at": instant(one.at),
                    "head": one.head.hex(),
                }
                for one in self.entries[after:]
            ]
        }


@asynccontextmanager
async def at_desk(lying: LyingPlatform, folder: Path, number: int = 1) -> AsyncIterator[KeyHolder]:
    """Key holder `number` with its own keys, at work on this platform."""
    party, key = lying.play.holders[number - 1], lying.play.holder_keys[number - 1]
    keys = KeyFolder(folder)
    text = f"# public key: {key.recipient}\n{key.identity}\n"
    write_private(keys.opening_key_file(f"tender-{lying.play.tender.id}"), text.encode())
    identity = Identity(UUID(int=1), party.id, "key_holder", party.name, party.uscc)
    async with serving(lying) as address, open_platform(address, patience_seconds=0) as platform:
        platform.resume("-", identity)
        signer = Signer(party.key, party.certificate)
        yield KeyHolder(platform, signer, keys, lying.play.platform.published)


@asynccontextmanager
async def serving(lying: LyingPlatform) -> AsyncIterator[str]:
    """Its address, while it serves."""

    async def get_clock(_: web.Request) -> web.Response:
        return web.json_response({"now": instant(lying.now)})

    async def get_journal(request: web.Request) -> web.Response:
        return web.json_response(lying.journal_json(int(request.query["after"])))

    async def get_evidence(_: web.Request) -> web.Response:
        return web.json_response(lying.evidence)

    async def get_remedies(_: web.Request) -> web.Response:
        return web.json_response({"items": lying.remedies})

    async def take(request: web.Request) -> web.Response:
        lying.said.append((request.path.rpartition("/")[2], json.loads(await request.read())))
        return web.json_response({"unlocked": False})

    app = web.Application()
    app.router.add_get("/api/v1/clock", get_clock)
    app.router.add_get("/api/v1/tenders/{tender}/journal/public", get_journal)
    app.router.add_get("/api/v1/log/evidence", get_evidence)
    app.router.add_get("/api/v1/tenders/{tender}/opening/remedies", get_remedies)
    app.router.add_post("/api/v1/tenders/{tender}/opening/{what}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
