"""Announcements as signed documents: made from the journal, once, sealed by the host."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from crypto.canonical import JsonValue
from crypto.pdf_signatures import verify_pdf
from tendering.actions.announcements import Issuing, issue_announcement
from tendering.actions.issued_documents import Address, find, read_pdf
from tendering.domain.issuing import DocumentKind, proof_address
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.tender import public_facts
from tendering.keys import PlatformKeys, load_keys
from tendering.storage import journal, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.support.opened import NOW, PUBLISHED, OpenedLot, revealed_lot
from tests.support.signing import sign

K = DocumentKind


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("announced") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def lot(pool: Pool, keys: PlatformKeys) -> OpenedLot:
    """A tender whose prices were read out, its notice in the journal."""
    lot = await revealed_lot(pool, keys)
    async with reading(pool) as connection:
        tender = await tenders.get(connection, lot.id)
    await happened(pool, lot.id, Event("tender.published", public_facts(tender)))
    return lot


def by_host(lot: OpenedLot) -> Issuing:
    return Issuing(lot.host.actor, NOW, "https://bids.example")


async def happened(pool: Pool, tender_id: UUID, event: Event) -> None:
    async with transaction(pool) as connection:
        await tenders.lock(connection, tender_id)
        await journal.append(connection, tender_id, Stream.PUBLIC, event, at=NOW)


async def text_of(pool: Pool, address: Address) -> str:
    async with reading(pool) as connection:
        pdf = await read_pdf(connection, await find(connection, address, None))
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def a_clarification(number: int, text: str) -> Event:
    body: dict[str, JsonValue] = {
        "number": number,
        "text": text,
        "affects_bids": True,
        "deadline": instant(NOW),
        "timetable": {},
    }
    return Event("clarification.published", body)


async def test_the_notice_is_sealed_by_the_host_and_verifies(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = Address(lot.id, K.NOTICE)
    document = await issue_announcement(pool, address, by_host(lot))

    await sign(pool, keys, address, lot.host, at=NOW)

    async with reading(pool) as connection:
        signed = await find(connection, address, None)
        pdf = await read_pdf(connection, signed)
        [told] = await journal.list_of_kinds(
            connection, lot.id, Stream.PUBLIC, ["document.completed"]
        )
    [who] = verify_pdf(pdf, trusted_roots=keys.trusted_roots(), at=None)
    assert document.number.endswith("-ZBGG")
    assert who.uscc == lot.host.actor.uscc
    assert told.body["digest"] == hashlib.sha256(pdf).hexdigest()
    assert "招标公告" in await text_of(pool, address)


async def test_a_document_is_made_once_whoever_asks_and_however_often(
    pool: Pool, lot: OpenedLot
) -> None:
    address = Address(lot.id, K.NOTICE)

    made = await asyncio.gather(
        *(issue_announcement(pool, address, by_host(lot)) for _ in range(4))
    )

    async with reading(pool) as connection:
        told = await journal.list_of_kinds(connection, lot.id, Stream.PUBLIC, ["document.issued"])
    assert len({one.digest for one in made}) == 1
    assert [entry.body["kind"] for entry in told] == ["notice"]


async def test_each_clarification_has_a_document_of_its_own(pool: Pool, lot: OpenedLot) -> None:
    for number, text in ((1, "工期改为二百日。"), (2, "图纸更新。")):
        await happened(pool, lot.id, a_clarification(number, text))
        await issue_announcement(pool, Address(lot.id, K.CLARIFICATION, str(number)), by_host(lot))

    assert "工期改为二百日" in await text_of(pool, Address(lot.id, K.CLARIFICATION, "1"))
    assert "图纸更新" in await text_of(pool, Address(lot.id, K.CLARIFICATION, "2"))


async def test_a_failure_is_announced_with_its_reason(pool: Pool, lot: OpenedLot) -> None:
    await happened(pool, lot.id, Event("tender.failed", {"without_candidates": ["1"]}))

    await issue_announcement(pool, Address(lot.id, K.TERMINATION), by_host(lot))

    assert "没有合格的中标候选人" in await text_of(pool, Address(lot.id, K.TERMINATION))


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (K.RESULT, "1"),
        (K.CLARIFICATION, "1"),
        (K.CLARIFICATION, ""),
        (K.NOTICE, "1"),
        (K.TERMINATION, ""),
        (K.OPENING_RECORD, "1"),
        (K.EVALUATION_REPORT, "1"),
    ],
)
async def test_what_has_not_happened_has_no_document(
    pool: Pool, lot: OpenedLot, kind: DocumentKind, part: str
) -> None:
    with pytest.raises(NotFound):
        await issue_announcement(pool, Address(lot.id, kind, part), by_host(lot))


async def test_only_the_host_announces(pool: Pool, lot: OpenedLot) -> None:
    bidder = Issuing(lot.bidders[0].actor, NOW + timedelta(seconds=1))

    with pytest.raises(Forbidden):
        await issue_announcement(pool, Address(lot.id, K.NOTICE), bidder)


def test_the_proof_of_a_document_has_an_address() -> None:
    tender = UUID(int=1)
    platform = "https://bids.example"

    assert proof_address(platform, tender, K.NOTICE, "") == f"{platform}/proof/{tender}/notice"
    assert proof_address(platform, tender, K.RESULT, "2").endswith(f"/{tender}/result/2")
