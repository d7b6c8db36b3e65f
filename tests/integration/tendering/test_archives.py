"""The archive as the platform hands it out, from real tables and files: it verifies offline."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from clients.verify import Report, Status, verify_archive
from crypto.tlog import cosign, with_signatures
from tendering.actions.archives import ArchiveParts, write_archive
from tendering.actions.log import sequence_batch
from tendering.actions.verification import verify_database
from tendering.api.context import Context
from tendering.api.edge import make_edge
from tendering.api.log import LogParts
from tendering.api.metrics import Metrics
from tendering.api.routes_archives import ARCHIVE_ROUTES
from tendering.api.routing import mount
from tendering.domain.archive import Edition, issued_path
from tendering.domain.bid import BidStatus
from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import OpenedEnvelope, Opening, OpeningPhase, UnlockedBy
from tendering.domain.parties import Organization
from tendering.domain.refusals.tenders import ArchiveNotReady
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
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
from tests.support.archive import archive_keys
from tests.support.archive_amending import TEXT, contents, second_version
from tests.support.archive_parties import MADE, PUBLISHED, chance
from tests.support.archive_play import DOCUMENT, TenderPlay
from tests.support.taking_in import insert_bid


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """A tender from notice to award."""
    return TenderPlay().played()


@pytest.fixture
async def parts(play: TenderPlay, pool: Pool, tmp_path: Path) -> ArchiveParts:
    """An installation that holds this tender."""
    blobs = Blobs(tmp_path / "blobs")
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
        trusted_outside=(platform.outside,),
    )
    return ArchiveParts(pool, blobs, keys, platform.published, "示范平台")


async def written(parts: ArchiveParts, play: TenderPlay, edition: Edition, folder: Path) -> Report:
    """Write an archive and check it."""
    file = folder / f"{edition}.zip"
    await write_archive(parts, play.tender.id, edition=edition, target=file, at=MADE)
    return verify_archive(file, trust=archive_keys(play.platform))


async def test_the_full_archive_of_the_platform_holds(
    parts: ArchiveParts, play: TenderPlay, tmp_path: Path
) -> None:
    report = await written(parts, play, Edition.FULL, tmp_path)

    assert report.holds, report.verdict
    assert [step.name_en for step in report.unchecked] == ["revoked certificates"]


async def test_the_public_archive_of_the_platform_holds(
    parts: ArchiveParts, play: TenderPlay, tmp_path: Path
) -> None:
    report = await written(parts, play, Edition.PUBLIC, tmp_path)

    assert report.holds, report.verdict
    statuses = {step.name_en: step.status for step in report.steps}
    assert statuses["receipts"] is Status.NOT_IN_THIS_EDITION
    assert statuses["transparency log"] is Status.HOLDS


async def test_a_tender_that_is_not_over_has_no_archive(
    parts: ArchiveParts, play: TenderPlay, tmp_path: Path
) -> None:
    async with transaction(parts.pool) as connection:
        tender = await tenders.lock(connection, play.tender.id)
        await tenders.save(connection, replace(tender, status=TenderStatus.EVALUATED))

    with pytest.raises(ArchiveNotReady):
        await written(parts, play, Edition.PUBLIC, tmp_path)


async def test_everybody_may_fetch_the_public_edition_and_no_other(
    parts: ArchiveParts, play: TenderPlay, tmp_path: Path
) -> None:
    async with _door(parts, play) as client:
        path = f"/api/v1/tenders/{play.tender.id}/archive"
        answer = await client.get(path)
        refused = await client.get(path, params={"edition": "full"})
        file = tmp_path / "fetched.zip"
        file.write_bytes(await answer.read())

    assert (answer.status, answer.content_type) == (200, "application/zip")
    assert verify_archive(file, trust=archive_keys(play.platform)).holds
    assert refused.status == 403


async def test_a_sound_installation_holds(parts: ArchiveParts) -> None:
    report = await verify_database(parts.pool, parts.blobs)

    assert report.wrong == ()
    assert report.tenders == 1
    assert report.files == 1 + 2 + 5 * 3 + 3 * 3


async def test_a_changed_byte_on_the_disk_is_found(parts: ArchiveParts) -> None:
    async with transaction(parts.pool) as connection:
        stored = (await bids.list_all(connection, UUID(int=0x7E)))[-1]
    envelope = stored.bid.envelopes[2]
    path = parts.blobs.path(envelope.upload_id)
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    report = await verify_database(parts.pool, parts.blobs)

    assert [one.why for one in report.wrong] == ["the bytes are not those of the digest"]
    assert "price" in report.wrong[0].where


async def test_a_lost_file_is_found(parts: ArchiveParts) -> None:
    async with transaction(parts.pool) as connection:
        stored = (await bids.list_all(connection, UUID(int=0x7E)))[0]
    parts.blobs.delete(stored.bid.envelopes[0].upload_id)

    report = await verify_database(parts.pool, parts.blobs)

    assert [one.why for one in report.wrong] == ["the file is missing"]


@asynccontextmanager
async def _door(
    parts: ArchiveParts, play: TenderPlay
) -> "AsyncIterator[TestClient[web.Request, web.Application]]":
    """The archive's door on loopback, for somebody who is not logged in."""
    context = Context(
        pool=parts.pool,
        now=lambda: MADE,
        touched=lambda _: None,
        public_address="https://bids.example",
        blobs=parts.blobs,
        intake=cast("Any", None),  # nor takes bids
        keys=parts.keys,
        law=cast("Any", None),  # no law is asked here
        passwords=cast("Any", None),  # nor does anybody log in
    )
    app = make_edge(context, Metrics(parts.pool))
    log_parts = LogParts(parts.published, play.platform.stamper)
    mount(app, ARCHIVE_ROUTES, context, parts={"log_parts": log_parts})
    async with TestClient(TestServer(app)) as client:
        yield client


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
    for document, content in contents():
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
