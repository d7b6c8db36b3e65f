"""A played tender in the tables and files of an installation."""

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from crypto.tlog import cosign, with_signatures
from tendering.actions.archives import ArchiveParts
from tendering.actions.log import sequence_batch
from tendering.domain.archive import issued_path
from tendering.domain.bid import BidStatus
from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import OpenedEnvelope, Opening, OpeningPhase, UnlockedBy
from tendering.domain.parties import Organization
from tendering.domain.roles import Role
from tendering.keys import CertifiedKey, PlatformKeys
from tendering.storage import (
    bids,
    clarifications,
    issued_documents,
    journal,
    key_holders,
    log,
    openings,
    organizations,
    receipts,
    tender_documents,
    tenders,
)
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection, Pool, transaction
from tests.support.archive_amending import TEXT, contents, second_version
from tests.support.archive_parties import MADE, PUBLISHED, chance
from tests.support.archive_play import DOCUMENT, TenderPlay
from tests.support.archive_venues import VENUE
from tests.support.taking_in import insert_bid

VENUE_USCC = "12510100MB0000901X"


async def installed(pool: Pool, blobs: Blobs, play: TenderPlay) -> ArchiveParts:
    """Put the tender into the tables and files; what its archive is made with."""
    async with transaction(pool) as connection:
        await _insert_tender(connection, blobs, play)
        await _insert_bids(connection, blobs, play)
        await _insert_papers(connection, play)
    await _sequence(pool, play)
    platform = play.platform
    keys = PlatformKeys(
        authority=CertifiedKey(platform.authority_key, platform.authority),
        timestamping=CertifiedKey(platform.stamper.key, platform.stamper.certificate),
        receipt=platform.receipt,
        log=platform.log,
        vrf_seed=platform.vrf_seed,
        webhook_seed=bytes(32),
        centre_seed=bytes(32),
        image_seed=bytes(32),
        trusted_outside=(platform.outside,),
    )
    return ArchiveParts(pool, blobs, keys, platform.published, "示范平台")


async def _insert_tender(connection: Connection, blobs: Blobs, play: TenderPlay) -> None:
    parties = [
        (play.entity, Role.PROCURING_ENTITY),
        (play.supervisor, Role.SUPERVISOR),
        *((holder, Role.KEY_HOLDER) for holder in play.holders),
        *((bidder, Role.BIDDER) for bidder in play.bidders),
    ]
    for party, role in parties:
        organization = Organization(party.id, party.uscc, party.name, frozenset({role}))
        await organizations.insert(connection, organization, at=PUBLISHED)
    venue = Organization(
        VENUE.organization_id, VENUE_USCC, VENUE.name, frozenset({Role.VENUE_OPERATOR})
    )
    await organizations.insert(connection, venue, at=PUBLISHED)
    await tenders.insert(connection, play.tender, at=PUBLISHED)
    for holder in play.tender.key_holders:
        assert holder.public_key is not None
        await key_holders.announce_key(
            connection,
            play.tender.id,
            holder.number,
            public_key=holder.public_key,
            announcement=dict(holder.announcement or {}),
        )
    upload_id = uuid4()
    blobs.path(upload_id).write_bytes(DOCUMENT)
    await tender_documents.put_document(
        connection, play.tender.id, play.tender.documents[0], upload_id
    )
    await _insert_amendment(connection, blobs, play)
    for stream in Stream:
        for entry in play.journals.entries[stream]:
            event = Event(entry.kind, entry.body)
            again = await journal.append(connection, play.tender.id, stream, event, at=entry.at)
            assert again.head == entry.head


async def _insert_amendment(connection: Connection, blobs: Blobs, play: TenderPlay) -> None:
    for document, content in contents(play.tender):
        upload_id = uuid4()
        blobs.path(upload_id).write_bytes(content)
        await tender_documents.put_document(
            connection, play.tender.id, document, upload_id, version=2
        )
    await clarifications.insert(
        connection,
        play.tender.id,
        1,
        text=TEXT,
        affects_bids=False,
        signed={},
        documents=second_version(play.tender),
        at=PUBLISHED,
    )


async def _insert_bids(connection: Connection, blobs: Blobs, play: TenderPlay) -> None:
    for made, entry in zip(play.made, _submitted(play), strict=True):
        envelopes = []
        for envelope in made.bid.envelopes:
            stored = replace(envelope, upload_id=uuid4())
            blobs.path(stored.upload_id).write_bytes(made.containers[envelope.kind])
            envelopes.append(stored)
        bid = replace(made.bid, envelopes=tuple(envelopes))
        await insert_bid(connection, bid, received_at=entry)
    await bids.set_status(
        connection,
        play.tender.id,
        lot="1",
        bidder_id=play.bidders[3].id,
        status=BidStatus.WITHDRAWN,
    )
    opened_at = play.tender.closing_at
    bidders = tuple(bidder.id for bidder in play.bidders[:3])
    opening = Opening(
        "1",
        OpeningPhase.REVEALED,
        opened_at,
        opened_at + timedelta(minutes=30),
        bidders,
        frozenset(bidders),
        frozenset(),
    )
    await openings.insert(connection, play.tender.id, opening)
    for entry_ in play.journals.entries[Stream.PUBLIC]:
        if entry_.kind == "bid.unlocked":
            await _insert_unlock(connection, blobs, play, json.loads(json.dumps(entry_.body)))
    for receipt, _ in play.evidence.receipts:
        await receipts.save(connection, receipt)


async def _insert_unlock(
    connection: Connection, blobs: Blobs, play: TenderPlay, body: dict[str, object]
) -> None:
    bidder_id = UUID(str(body["bidder_id"]))
    made = next(one for one in reversed(play.made) if one.bid.bidder_id == bidder_id)
    said = body["envelopes"]
    assert isinstance(said, list)
    envelopes = [
        OpenedEnvelope(
            one["kind"],
            bytes.fromhex(one["container_digest"]),
            bytes.fromhex(one["plaintext_digest"]),
            one["rederives"],
        )
        for one in said
    ]
    for envelope in envelopes:
        path = blobs.opened_path(envelope.plaintext_digest.hex())
        path.write_bytes(made.plaintexts[envelope.kind])
    await openings.save_unlock(
        connection,
        play.tender.id,
        "1",
        bidder_id,
        by=UnlockedBy.BIDDER,
        envelopes=envelopes,
        forms=made.forms,
        at=play.tender.closing_at,
    )


async def _insert_papers(connection: Connection, play: TenderPlay) -> None:
    for stream, kind, secret in (
        (Stream.PUBLIC, DocumentKind.AWARD_NOTICE, False),
        (Stream.COMMITTEE, DocumentKind.EVALUATION_REPORT, True),
    ):
        completed = next(
            one for one in play.journals.entries[stream] if one.kind == "document.completed"
        )
        document = IssuedDocument(
            tender_id=play.tender.id,
            lot="1",
            kind=kind,
            number=f"KB-2026-0001-{kind}",
            digest=bytes.fromhex(str(completed.body["digest"])),
            signatories=(Signatory(1, play.entity.id, play.entity.name, "招标人"),),
            secret=secret,
            issued_at=completed.at,
            completed_at=completed.at,
        )
        pdf = play.others[issued_path(kind, "1")]
        assert await issued_documents.insert(connection, document, pdf)


async def _sequence(pool: Pool, play: TenderPlay) -> None:
    """One batch, cosigned and stamped."""
    platform = play.platform
    async with transaction(pool) as connection:
        made = await sequence_batch(
            connection, at=MADE, interval_seconds=0, signer=platform.log, random=os.urandom
        )
    assert made is not None
    lines = [cosign(made.text, key, MADE) for key in platform.witnesses]
    token = platform.stamper.stamp(made.root, at=MADE, chance=chance("db")[:16])
    async with transaction(pool) as connection:
        await log.insert_evidence(
            connection,
            log.Evidence(
                made.size,
                with_signatures(made.text, lines),
                2,
                (log.Token(platform.stamper.name, token),),
                MADE,
            ),
        )


def _submitted(play: TenderPlay) -> list[datetime]:
    return [
        entry.at for entry in play.journals.entries[Stream.CUSTODY] if entry.kind == "bid.submitted"
    ]
