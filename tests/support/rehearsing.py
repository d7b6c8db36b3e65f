"""Bidders of an intake who rehearse, each over a line of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from clients.bidding import fetch_published_keys
from clients.certifying import certify_with_platform
from clients.key_files import KeyFolder, Signer
from clients.platform import Identity, Platform, open_platform
from clients.sdk.hall_rehearsal import HallReport, rehearse_opening
from tendering.domain.published_keys import PublishedKeys
from tendering.domain.tender import Tender
from tendering.storage import key_holders
from tendering.storage.connection import transaction
from tests.support.intake import Intake
from tests.support.platform import Account, begin_session


async def announce_keys(intake: Intake) -> None:
    """The key holders of the intake's tender announce their keys: without them nobody can seal."""
    async with transaction(intake.platform.running.context.pool) as connection:
        for holder in intake.tender.key_holders:
            await key_holders.announce_key(
                connection,
                intake.tender.id,
                holder.number,
                public_key=holder.public_key or b"",
                announcement=dict(holder.announcement or {}),
            )


@dataclass(frozen=True, slots=True)
class Rehearser:
    """A bidder with a session, a certified key and the platform's published keys."""

    address: str
    tender: Tender
    token: str = field(repr=False)
    identity: Identity
    signer: Signer
    keys: PublishedKeys

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Platform]:
        """A line of its own."""
        async with open_platform(self.address) as line:
            line.resume(self.token, self.identity)
            yield line

    async def rehearse(self) -> HallReport:
        """One rehearsal."""
        async with self.line() as line:
            return await rehearse_opening(line, self.signer, self.keys, self.tender, "1")


async def a_rehearser(intake: Intake, bidder: Account, folder: Path) -> Rehearser:
    """One of the intake's bidders; `folder` keeps its key."""
    async with transaction(intake.platform.running.context.pool) as connection:
        token = await begin_session(connection, bidder.authorization_id)
    who = bidder.organization
    identity = Identity(bidder.person.id, who.id, "bidder", who.name, who.uscc)
    address = intake.platform.running.address
    async with open_platform(address) as line:
        line.resume(token, identity)
        signer = await certify_with_platform(KeyFolder(folder), line)
        keys = await fetch_published_keys(line, folder / "platform-keys.json")
    return Rehearser(address, intake.tender, token, identity, signer, keys)
