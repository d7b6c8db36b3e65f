"""A tender whose opening has begun, on a real database with real containers on the disk."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from crypto.seal_suites import CLASSIC
from crypto.sealed_file import header_digest, unwrap_share
from tendering.actions import opening_windows, remedies
from tendering.actions.openings import close_submission
from tendering.api import opening_remedies as asked
from tendering.api import openings as doors
from tendering.api.context import Context
from tendering.domain.bid import BidStatus
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.opening import (
    DISCLOSURE_LABEL,
    RECORD_UNUSABLE,
    REFUSAL_LABEL,
    OpeningPhase,
    Refusal,
)
from tendering.domain.opening_window import Decision
from tendering.domain.parties import Actor, Organization
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.keys import CertifiedKey, PlatformKeys
from tendering.storage import bids, journal, key_holders, openings, organizations, tenders
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection, Pool, reading, transaction
from tests.support.archive_parties import PUBLISHED, BidMade, Party
from tests.support.archive_play import TenderPlay
from tests.support.taking_in import insert_bid


class Opened:
    """A tender whose opening has begun, with three bids; the third one's key is in question."""

    def __init__(self, play: TenderPlay, pool: Pool, blobs: Blobs) -> None:
        self.play, self.pool = play, pool
        self.id = play.tender.id
        self.closing = play.tender.closing_at + timedelta(seconds=2)
        self.at = self.closing + timedelta(minutes=1)
        self.late = self.closing + timedelta(minutes=31)
        platform = play.platform
        self.context = Context(
            pool=pool,
            now=lambda: self.at,
            touched=lambda _: None,
            public_address="https://bids.example",
            blobs=blobs,
            intake=cast("Any", None),  # the intake is over
            keys=PlatformKeys(
                authority=CertifiedKey(platform.authority_key, platform.authority),
                timestamping=CertifiedKey(platform.stamper.key, platform.stamper.certificate),
                receipt=platform.receipt,
                log=platform.log,
                vrf_seed=platform.vrf_seed,
                webhook_seed=bytes(32),
                centre_seed=bytes(32),
                image_seed=bytes(32),
                trusted_outside=(platform.outside,),
            ),
            law=cast("Any", None),  # no law is asked here
            passwords=cast("Any", None),  # nor does anybody log in
        )

    @property
    def bids(self) -> list[tuple[Party, BidMade]]:
        return list(zip(self.play.bidders[:3], self.play.made[2:], strict=True))

    def actor(self, party: Party, role: Role) -> Actor:
        return Actor(uuid4(), party.id, role, party.name, party.uscc)

    async def unlock(self, number: int, at: datetime | None = None) -> doors.UnlockAnswer:
        bidder, made = self.bids[number]
        body = doors.PostUnlock("1", doors.FileKeys(**made.file_keys))
        actor = self.actor(bidder, Role.BIDDER)
        return await doors.post_unlock(self.context, actor, at or self.at, self.id, body)

    async def lose_key(self) -> None:
        bidder, _ = self.bids[2]
        async with transaction(self.pool) as connection:
            await doors.post_lost_key(
                self.actor(bidder, Role.BIDDER), connection, self.at, self.id, doors.LotBody("1")
            )

    def shares(self, number: int) -> dict[str, bytes]:
        _, made = self.bids[2]
        key = self.play.holder_keys[number - 1]
        return {
            one.kind: unwrap_share(made.containers[one.kind], number, key, one.context)
            for one in made.bid.envelopes
        }

    async def store(self, number: int) -> None:
        """A platform that is killed right after a key holder's shares were stored."""
        bidder, _ = self.bids[2]
        async with transaction(self.pool) as connection:
            await remedies.add_shares(
                connection,
                self.id,
                "1",
                bidder.id,
                number=number,
                shares=self.shares(number),
                at=self.at,
            )

    async def hand_in(self, number: int, shares: dict[str, bytes] | None = None) -> bool:
        bidder, _ = self.bids[2]
        given = shares or self.shares(number)
        body = doors.PostShares("1", bidder.id, doors.FileKeys(**given))
        holder = self.actor(self.play.holders[number - 1], Role.KEY_HOLDER)
        answer = await doors.post_shares(self.context, holder, self.at, self.id, body)
        return answer.unlocked

    async def refuse(self, number: int, *, claimed: int | None = None) -> None:
        bidder, made = self.bids[2]
        holder = self.play.holders[number - 1]
        digests = {kind: header_digest(data).hex() for kind, data in made.containers.items()}
        said = Refusal(
            self.id,
            "1",
            bidder.id,
            made.bid.counter,
            claimed or number,
            RECORD_UNUSABLE,
            digests,
        ).statement()
        body = asked.PostShareRefusal(
            "1", bidder.id, "record-unusable", cast("Any", holder.sign(REFUSAL_LABEL, said))
        )
        async with transaction(self.pool) as connection:
            await asked.post_share_refusal(
                self.context,
                self.actor(holder, Role.KEY_HOLDER),
                connection,
                self.at,
                self.id,
                body=body,
            )

    async def publish_keys(self, at: datetime) -> doors.FaultAnswer:
        bidder, made = self.bids[2]
        said: dict[str, Any] = {
            "tender_id": str(self.id),
            "lot": "1",
            "bidder_id": str(bidder.id),
            "counter": made.bid.counter,
            "file_key_digests": {
                kind: sha256(key).hexdigest() for kind, key in sorted(made.file_keys.items())
            },
        }
        body = doors.PostFileKeys(
            "1",
            doors.FileKeys(**made.file_keys),
            cast("Any", bidder.sign(DISCLOSURE_LABEL, said)),
        )
        actor = self.actor(bidder, Role.BIDDER)
        return await doors.post_file_keys(self.context, actor, at, self.id, body)

    @property
    def host(self) -> Actor:
        return self.actor(self.play.entity, Role.PROCURING_ENTITY)

    async def propose(self, decision: Decision, at: datetime) -> None:
        async with transaction(self.pool) as connection:
            await opening_windows.propose(
                connection, self.id, "1", decision=decision, reason="理由", by=self.host, at=at
            )

    async def consent(self, at: datetime, by: Actor | None = None) -> None:
        supervisor = by or self.actor(self.play.supervisor, Role.SUPERVISOR)
        async with transaction(self.pool) as connection:
            await opening_windows.consent(
                connection, self.id, "1", reason="同意", by=supervisor, at=at
            )

    async def reveal_all_the_same(self, at: datetime) -> None:
        """Only two bids are open: host and supervisor agree to go on."""
        await self.propose(Decision.GO_ON, at)
        await self.consent(at)
        await self.reveal(at)

    async def extend(self, until: datetime, at: datetime, by: Actor | None = None) -> None:
        async with transaction(self.pool) as connection:
            await opening_windows.extend_unlocking(
                connection, self.id, "1", until=until, reason="网络中断", by=by or self.host, at=at
            )

    async def reveal(self, at: datetime) -> None:
        host = self.host
        await doors.post_reveal(self.context, host, at, self.id, doors.LotBody("1"))

    async def entries(self, stream: Stream, kind: str) -> list[Entry]:
        async with reading(self.pool) as connection:
            return await journal.list_of_kinds(connection, self.id, stream, [kind])

    async def third_status(self) -> BidStatus:
        bidder, _ = self.bids[2]
        async with reading(self.pool) as connection:
            stored = await bids.standing(connection, self.id, lot="1", bidder_id=bidder.id)
        return stored.status

    async def revealed(self) -> dict[str, Any]:
        (entry,) = await self.entries(Stream.PUBLIC, "prices.revealed")
        return cast("dict[str, Any]", entry.body)


async def taking_bids(
    pool: Pool, folder: Path, sabotage: str = "", *, suite: str = CLASSIC.name
) -> Opened:
    """Put the tender into tables and files; its deadline is to come."""
    play = TenderPlay(sabotage, suite=suite)
    play._publish()
    play._submit()
    blobs = Blobs(folder / "blobs")
    async with transaction(pool) as connection:
        await _insert(connection, blobs, play)
    return Opened(play, pool, blobs)


async def opened(pool: Pool, folder: Path, sabotage: str = "") -> Opened:
    """The same with its submission closed."""
    tender = await taking_bids(pool, folder, sabotage)
    async with transaction(pool) as connection:
        await close_submission(connection, tender.id, checkpoint=None, at=tender.closing)
    return tender


async def damage(tender: Opened) -> None:
    """Change one byte of the third bidder's price envelope on the disk."""
    path = await stored_path(tender)
    content = path.read_bytes()
    path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])


async def stored_path(tender: Opened) -> Path:
    """Where the third bidder's price envelope lies."""
    bidder, _ = tender.bids[2]
    async with reading(tender.pool) as connection:
        stored = await bids.standing(connection, tender.id, lot="1", bidder_id=bidder.id)
        opening = await openings.get(connection, tender.id, "1")
    assert opening.phase is OpeningPhase.UNLOCK
    return tender.context.blobs.path(stored.bid.envelopes[2].upload_id)


async def _insert(connection: Connection, blobs: Blobs, play: TenderPlay) -> None:
    parties = [(play.entity, Role.PROCURING_ENTITY), (play.supervisor, Role.SUPERVISOR)]
    parties += [(holder, Role.KEY_HOLDER) for holder in play.holders]
    parties += [(bidder, Role.BIDDER) for bidder in play.bidders]
    for party, role in parties:
        organization = Organization(party.id, party.uscc, party.name, frozenset({role}))
        await organizations.insert(connection, organization, at=PUBLISHED)
    assert play.tender.status is TenderStatus.PUBLISHED
    await tenders.insert(connection, play.tender, at=PUBLISHED)
    for holder in play.tender.key_holders:
        await key_holders.announce_key(
            connection,
            play.tender.id,
            holder.number,
            public_key=holder.public_key or b"",
            announcement=dict(holder.announcement or {}),
        )
    for place, made in enumerate(play.made[2:]):
        uploads = {
            one.kind: UUID(int=0xF00 + 8 * place + n) for n, one in enumerate(made.bid.envelopes)
        }
        for kind, upload_id in uploads.items():
            blobs.path(upload_id).write_bytes(made.containers[kind])
        envelopes = tuple(replace(one, upload_id=uploads[one.kind]) for one in made.bid.envelopes)
        at = play.tender.deadline - timedelta(hours=2 - place / 4)
        await insert_bid(connection, replace(made.bid, envelopes=envelopes), received_at=at)
    event = Event("tender.published", {})
    await journal.append(connection, play.tender.id, Stream.PUBLIC, event, at=PUBLISHED)
