"""Clarifications and amendments as deeds: signed, received in secret, with their files."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tendering.actions.clarifications import (
    CLARIFICATION_LABEL,
    Said,
    confirm_clarification,
    publish_clarification,
    receipts_of,
    record_download,
)
from tendering.actions.document_checks import findings_of
from tendering.actions.tenders import current_documents
from tendering.domain.clarifications import DocumentVersion, amended, clarification_statement
from tendering.domain.document_checks import check_pages
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.documents import DeadlineMustMove, DocumentFindingsOpen
from tendering.domain.refusals.remedies import NotConcerned
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.tender import Document, Tender
from tendering.rulebooks import clauses_of_documents
from tendering.storage import journal, tender_documents
from tendering.storage.connection import Pool, reading, transaction
from tests.support.objecting import CLOSES, Objecting, objecting
from tests.support.opened import PUBLISHED

EARLY = PUBLISHED + timedelta(days=3)
LATE = CLOSES - timedelta(days=5)


@pytest.fixture
async def case(pool: Pool, tmp_path: Path) -> Objecting:
    """A published tender."""
    return await objecting(pool, tmp_path)


async def clarified(
    case: Objecting,
    said: Said,
    at: datetime,
    *,
    documents: DocumentVersion | None = None,
    signed: Said | None = None,
    number: int = 1,
) -> Tender:
    """Publish as the host; `signed` instead of what is asked for."""
    statement = clarification_statement(
        case.lot.id,
        number,
        (signed or said).text,
        affects_bids=said.affects_bids,
        deadline=(signed or said).deadline,
        documents=documents,
    )
    tender = await case.tender()
    async with transaction(case.pool) as connection:
        _, moved = await publish_clarification(
            connection,
            case.keys,
            case.lot.id,
            case.context.law(tender, at),
            said=said,
            statement=case.signed(case.lot.host, CLARIFICATION_LABEL, statement),
            by=case.lot.host.actor,
            at=at,
        )
    return moved


async def waiting(case: Objecting, *files: tuple[str, str]) -> list[Document]:
    """Files with their texts that wait for the next version."""
    documents = []
    async with transaction(case.pool) as connection:
        before = await current_documents(connection, await case.tender())
        for name, text in files:
            digest = (name + text).encode().ljust(32, b".")[:32]
            document = Document(name, digest, 1000, "application/pdf")
            check = check_pages([text], clauses_of_documents(), "construction")
            await tender_documents.put_document(
                connection, case.lot.id, document, uuid4(), check, version=before.version + 1
            )
            documents.append(document)
    return documents


async def version_after(
    case: Objecting, brought: Sequence[Document], removed: Sequence[str] = ()
) -> DocumentVersion:
    async with reading(case.pool) as connection:
        before = await current_documents(connection, await case.tender())
    return amended(before, brought, removed)


async def entries(case: Objecting, stream: Stream) -> list[Entry]:
    async with reading(case.pool) as connection:
        return await journal.after(connection, case.lot.id, stream, 0, limit=100)


async def test_e04_a_late_clarification_moves_the_deadline_when_that_is_confirmed(
    case: Objecting,
) -> None:
    said = Said("外墙保温材料燃烧性能等级为A级。", affects_bids=True)

    with pytest.raises(DeadlineMustMove) as refused:
        await clarified(case, said, LATE)
    proposed = datetime.fromisoformat(str(refused.value.parameters["proposed"]))
    before = await entries(case, Stream.PUBLIC)
    moved = await clarified(case, Said(said.text, True, proposed), LATE)

    assert not [one for one in before if one.kind == "clarification.published"]
    assert moved.deadline == proposed >= LATE + timedelta(days=15)
    (entry,) = (one for one in await entries(case, Stream.PUBLIC) if "affects_bids" in one.body)
    assert entry.body["deadline"] == refused.value.parameters["proposed"]
    assert (await case.tender()).deadline == proposed


async def test_the_signature_covers_the_deadline_that_is_confirmed(case: Objecting) -> None:
    later = CLOSES + timedelta(days=30)

    with pytest.raises(SignatureRefused):
        await clarified(
            case,
            Said("顺延", True, later),
            LATE,
            signed=Said("顺延", True, later + EARLY.resolution),
        )


async def test_a_clarification_after_the_deadline_reopens_nothing(case: Objecting) -> None:
    with pytest.raises(DeadlinePassed):
        await clarified(case, Said("顺延", True, CLOSES + timedelta(days=30)), CLOSES)


async def test_an_amendment_brings_what_waits_and_leaves_out_the_rest(case: Objecting) -> None:
    first, _ = await waiting(case, ("招标文件.pdf", "投标有效期90天。"), ("图纸.pdf", "示范"))
    version = await version_after(case, [first])

    await clarified(
        case, Said("修改", affects_bids=False, brings=["招标文件.pdf"]), EARLY, documents=version
    )

    async with reading(case.pool) as connection:
        tender = await case.tender()
        assert await current_documents(connection, tender) == version
        with pytest.raises(NotFound):
            await tender_documents.document_upload(connection, tender.id, "图纸.pdf", version=2)
    (entry,) = (one for one in await entries(case, Stream.PUBLIC) if "changes" in one.body)
    assert entry.body["changes"] == {"added": ["招标文件.pdf"], "replaced": [], "removed": []}
    second = await version_after(case, await waiting(case, ("招标文件.pdf", "有效期")))
    assert second.version == 3


async def test_an_amendment_is_checked_like_the_first_documents(case: Objecting) -> None:
    brought = await waiting(case, ("招标文件.pdf", "投标有效期60天。水泥必须采用某某品牌。"))
    said = Said("修改", affects_bids=False, brings=["招标文件.pdf"])

    with pytest.raises(DocumentFindingsOpen) as refused:
        await clarified(case, said, EARLY, documents=await version_after(case, brought))

    assert refused.value.parameters["count"] == 2
    async with reading(case.pool) as connection:
        found, _, _ = await findings_of(connection, await case.tender())
    assert {one.rule for one in found if one.severity == "block"} == {
        "DOC-BRAND",
        "TERM-VALIDITY-DAYS",
    }


async def test_what_was_never_put_cannot_be_brought(case: Objecting) -> None:
    with pytest.raises(Invalid):
        await clarified(case, Said("修改", affects_bids=False, brings=["没有.pdf"]), EARLY)


async def test_who_has_the_documents_confirms_in_secret_and_once(case: Objecting) -> None:
    bidder, other = case.lot.bidders[:2]
    await clarified(case, Said("以图纸为准", affects_bids=False), EARLY)

    async with transaction(case.pool) as connection:
        await record_download(connection, case.lot.id, by=bidder.actor, at=EARLY)
        for _ in range(2):
            await confirm_clarification(connection, case.lot.id, 1, by=bidder.actor, at=EARLY)
        for number in (0, 2):
            with pytest.raises(NotFound):
                await confirm_clarification(
                    connection, case.lot.id, number, by=bidder.actor, at=EARLY
                )
        with pytest.raises(NotConcerned):
            await confirm_clarification(connection, case.lot.id, 1, by=other.actor, at=EARLY)

    kinds = [one.kind for one in await entries(case, Stream.CUSTODY)]
    assert kinds.count("clarification.received") == 1
    assert "clarification.received" not in [one.kind for one in await entries(case, Stream.PUBLIC)]


async def test_before_the_deadline_only_who_runs_the_tender_reads_who_confirmed(
    case: Objecting,
) -> None:
    bidder = case.lot.bidders[0]
    await clarified(case, Said("以图纸为准", affects_bids=False), EARLY)
    async with transaction(case.pool) as connection:
        await record_download(connection, case.lot.id, by=bidder.actor, at=EARLY)
        await confirm_clarification(connection, case.lot.id, 1, by=bidder.actor, at=EARLY)

    tender, watcher = await case.tender(), case.lot.supervisor.actor
    async with reading(case.pool) as connection:
        told = await receipts_of(connection, tender, 1, by=case.lot.host.actor, at=EARLY)
        with pytest.raises(Forbidden):
            await receipts_of(connection, tender, 1, by=watcher, at=CLOSES - EARLY.resolution)
        after = await receipts_of(connection, tender, 1, by=watcher, at=CLOSES)
        with pytest.raises(Forbidden):
            await receipts_of(connection, tender, 1, by=bidder.actor, at=CLOSES)

    assert [one[0] for one in told] == [bidder.actor.organization_id]
    assert after == told
