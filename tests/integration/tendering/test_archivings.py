"""Archiving: the term is fixed and certified, the archive says it, and nothing goes before."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import asyncpg
import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from clients.verify import Report, Status, verify_archive
from crypto.canonical import JsonValue
from crypto.pdf_signatures import verify_signatures
from tendering.actions.announcements import Issuing
from tendering.actions.archives import ArchiveParts, archive_pieces, write_archive
from tendering.actions.archivings import FIRST_ID, archive_tender, list_archived
from tendering.actions.issued_documents import Address, find, read_pdf
from tendering.actions.tenders import Law
from tendering.domain.archive import Edition
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Stream, parse_instant
from tendering.domain.keeping import ARCHIVED, Retention
from tendering.domain.parties import Actor
from tendering.domain.refusals import Forbidden
from tendering.domain.refusals.tenders import ArchiveNotReady
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import journal, tenders
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Pool, reading, transaction
from tests.support.archive import archive_keys
from tests.support.archive_installation import installed
from tests.support.archive_parties import MADE
from tests.support.archive_play import TenderPlay
from tests.support.law import CALENDAR, CONSTRUCTION
from tests.support.opened import Party
from tests.support.signing import sign

LAW = Law(CONSTRUCTION, CALENDAR)


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """A tender from notice to award."""
    return TenderPlay().played()


@pytest.fixture
async def parts(play: TenderPlay, pool: Pool, tmp_path: Path) -> ArchiveParts:
    """An installation that holds this tender."""
    return await installed(pool, Blobs(tmp_path / "blobs"), play)


def host(play: TenderPlay) -> Actor:
    entity = play.entity
    return Actor(UUID(int=5), entity.id, Role.PROCURING_ENTITY, entity.name, entity.uscc)


def by_host(play: TenderPlay) -> Issuing:
    return Issuing(host(play), MADE, "https://bids.example")


async def archived(
    parts: ArchiveParts, play: TenderPlay, retention: Retention = Retention.THIRTY_YEARS
) -> Address:
    await archive_tender(parts, play.tender.id, LAW, retention, by_host(play))
    return Address(play.tender.id, DocumentKind.ARCHIVE_CERTIFICATE)


async def verified(
    parts: ArchiveParts, play: TenderPlay, folder: Path, edition: Edition = Edition.FULL
) -> Report:
    file = folder / f"{edition}.zip"
    await write_archive(parts, play.tender.id, edition=edition, target=file, at=MADE)
    return verify_archive(file, trust=archive_keys(play.platform))


async def entry(parts: ArchiveParts, play: TenderPlay) -> dict[str, JsonValue]:
    async with reading(parts.pool) as connection:
        [found] = await journal.list_of_kinds(connection, play.tender.id, Stream.PUBLIC, [ARCHIVED])
    return dict(found.body)


@pytest.mark.parametrize("edition", list(Edition))
async def test_an_archived_tender_says_how_long_it_is_kept_and_verifies(
    parts: ArchiveParts, play: TenderPlay, tmp_path: Path, edition: Edition
) -> None:
    address = await archived(parts, play)
    entity = Party(host(play), play.entity.key, play.entity.certificate)
    await sign(parts.pool, parts.keys, address, entity, at=MADE)

    report = await verified(parts, play, tmp_path, edition)

    kept = {step.name_en: step for step in report.steps}["how long it is kept, and the four tests"]
    assert report.holds, report.verdict
    assert kept.status is Status.HOLDS
    async with reading(parts.pool) as connection:
        pdf = await read_pdf(connection, await find(connection, address, None))
    [signature] = verify_signatures(pdf, trusted_roots=parts.keys.trusted_roots(), at=None)
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    assert signature.signer.uscc == play.entity.uscc
    assert all(word in text for word in ("档案证明", "30年", "真实性", "安全性", "通过"))


async def test_the_law_counts_where_the_class_is_shorter(
    parts: ArchiveParts, play: TenderPlay
) -> None:
    await archived(parts, play, Retention.TEN_YEARS)

    body = await entry(parts, play)
    ended, until = (parse_instant(str(body[name])) for name in ("ended_at", "keep_until"))

    assert (until - ended).days in {15 * 365 + leap for leap in range(3, 6)}


async def test_archiving_again_changes_nothing(parts: ArchiveParts, play: TenderPlay) -> None:
    first = await archive_tender(parts, play.tender.id, LAW, Retention.PERMANENT, by_host(play))
    again = await archive_tender(parts, play.tender.id, LAW, Retention.TEN_YEARS, by_host(play))

    assert again == first
    assert (await entry(parts, play))["keep_until"] is None


async def test_two_who_archive_at_once_make_one_certificate(
    parts: ArchiveParts, play: TenderPlay
) -> None:
    made = await asyncio.gather(*(archived(parts, play) for _ in range(3)))

    assert len(set(made)) == 1
    assert (await entry(parts, play))["retention"] == "thirty_years"


async def test_only_the_host_archives_and_only_what_is_over(
    parts: ArchiveParts, play: TenderPlay
) -> None:
    stranger = replace(host(play), organization_id=play.supervisor.id)
    with pytest.raises(Forbidden):
        await archive_tender(
            parts, play.tender.id, LAW, Retention.PERMANENT, Issuing(stranger, MADE)
        )
    async with transaction(parts.pool) as connection:
        tender = await tenders.lock(connection, play.tender.id)
        await tenders.save(connection, replace(tender, status=TenderStatus.EVALUATED))
    with pytest.raises(ArchiveNotReady):
        await archived(parts, play)


async def test_the_list_names_what_is_kept_and_until_when(
    parts: ArchiveParts, play: TenderPlay
) -> None:
    await archived(parts, play)

    async with reading(parts.pool) as connection:
        found, further = await list_archived(connection, FIRST_ID, limit=10)
        nothing, _ = await list_archived(connection, found[-1].tender_id, limit=10)

    assert [one.number for one in found] == [play.tender.number]
    assert found[0].keep_until is not None
    assert (further, nothing) == (None, [])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tendering.archivings SET keep_until = now()",
        "DELETE FROM tendering.archivings",
        "TRUNCATE tendering.archivings",
    ],
)
async def test_no_term_is_shortened_and_no_row_goes(
    parts: ArchiveParts, play: TenderPlay, change: str
) -> None:
    await archived(parts, play)

    with pytest.raises(asyncpg.PostgresError):
        async with transaction(parts.pool) as connection:
            await connection.execute(change)


async def test_a_certificate_signed_while_the_archive_is_read_does_not_disturb_it(
    parts: ArchiveParts, play: TenderPlay, tmp_path: Path
) -> None:
    address = await archived(parts, play)
    entity = Party(host(play), play.entity.key, play.entity.certificate)
    file = tmp_path / "archive.zip"
    pieces = archive_pieces(parts, play.tender.id, edition=Edition.FULL, at=MADE)
    with file.open("wb") as target:
        target.write(await anext(pieces))
        await sign(parts.pool, parts.keys, address, entity, at=MADE)
        async for piece in pieces:
            target.write(piece)

    report = verify_archive(file, trust=archive_keys(play.platform))

    assert report.holds, report.verdict
