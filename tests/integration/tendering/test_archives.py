"""The archive as the platform hands it out, from real tables and files: it verifies offline."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from clients.verify import Report, Status, verify_archive
from tendering.actions.archives import ArchiveParts, write_archive
from tendering.actions.verification import verify_database
from tendering.api.context import Context
from tendering.api.edge import make_edge
from tendering.api.log import LogParts
from tendering.api.metrics import Metrics
from tendering.api.routes_archives import ARCHIVE_ROUTES
from tendering.api.routing import mount
from tendering.domain.archive import Edition
from tendering.domain.refusals.tenders import ArchiveNotReady
from tendering.domain.tender import TenderStatus
from tendering.storage import (
    bids,
    tenders,
)
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Pool, transaction
from tests.support.archive import archive_keys
from tests.support.archive_installation import installed
from tests.support.archive_parties import MADE
from tests.support.archive_play import TenderPlay


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """A tender from notice to award."""
    return TenderPlay().played()


@pytest.fixture
async def parts(play: TenderPlay, pool: Pool, tmp_path: Path) -> ArchiveParts:
    """An installation that holds this tender."""
    return await installed(pool, Blobs(tmp_path / "blobs"), play)


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
