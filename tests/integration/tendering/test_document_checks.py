"""Tender documents over HTTP: read and checked when put, answered by name, published or not."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from clients.cli import main
from clients.demo.pdf_maker import make_pdf
from clients.platform import Identity, open_platform
from clients.uploading import upload_file
from tendering.document_reading import read_document
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import tenders
from tendering.storage.connection import reading, transaction
from tests.integration.tendering.test_overrides import ask
from tests.support.platform import Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

SOUND = "投标有效期为90日历天。采用综合评估法。"
UNSOUND = "水泥必须采用某某品牌。投标有效期为60日历天。"
REASON = "该处引用图集原文，招标文件另有“或者相当于”的说明。"


async def a_draft(platform: Platform) -> UUID:
    """A draft without documents."""
    published = await published_tender(platform)
    draft = replace(
        published,
        id=uuid4(),
        number="KB-2026-0042",
        status=TenderStatus.DRAFT,
        published_at=None,
    )
    async with transaction(platform.running.context.pool) as connection:
        await tenders.insert(connection, draft, at=platform.running.context.now())
    return draft.id


async def put(platform: Platform, draft: UUID, file: Path, name: str) -> None:
    """Upload a file and put it into the draft, as the agency."""
    account = platform.accounts[Role.AGENCY]
    identity = Identity(account.person.id, account.organization.id, "", "", "")
    async with open_platform(platform.running.address) as line:
        line.resume(platform.tokens[Role.AGENCY], identity)
        upload = await upload_file(line, file)
        body = {"upload": str(upload), "media_type": "application/pdf"}
        await line.put(f"/tenders/{draft}/documents/{name}", body)


async def told(platform: Platform, draft: UUID, role: Role = Role.AGENCY) -> dict[str, object]:
    answer = await ask(platform, "GET", f"/tenders/{draft}/document-findings", role=role)
    found: dict[str, object] = json.loads(answer.body)
    return found


def a_pdf(folder: Path, text: str) -> Path:
    file = folder / "招标文件.pdf"
    make_pdf(file, title="示范招标文件", paragraphs=[text], size_bytes=10_000)
    return file


async def test_a_file_is_checked_when_it_is_put_and_mended_by_another(
    platform: Platform, tmp_path: Path
) -> None:
    draft = await a_draft(platform)

    await put(platform, draft, a_pdf(tmp_path, UNSOUND), "招标文件.pdf")
    before = await told(platform, draft)
    await put(platform, draft, a_pdf(tmp_path, SOUND), "招标文件.pdf")
    after = await told(platform, draft, Role.SUPERVISOR)

    assert before["open"] == 2
    assert before["unchecked"] == []
    assert after["open"] == 0


async def test_a_named_person_answers_a_finding_in_the_custody_of_the_journal(
    platform: Platform, tmp_path: Path
) -> None:
    draft = await a_draft(platform)
    await put(platform, draft, a_pdf(tmp_path, UNSOUND), "招标文件.pdf")
    found = await told(platform, draft)
    first = found["findings"][0]["id"]  # type: ignore[index]
    door = f"/tenders/{draft}/document-findings/{first}/decision"

    short = await ask(platform, "POST", door, {"accepted": False, "reason": "否"}, role=Role.AGENCY)
    wrong = await ask(platform, "POST", door, {"accepted": True}, role=Role.SUPERVISOR)
    body = {"accepted": False, "reason": REASON}
    said = await ask(platform, "POST", door, body, role=Role.AGENCY)

    assert (short.status, wrong.status, said.status) == (422, 403, 201)
    assert json.loads(said.body)["finding"]["decision"]["by"]["name"]
    assert (await told(platform, draft))["open"] == 1
    async with reading(platform.running.context.pool) as connection:
        kinds = await connection.fetch(
            "SELECT stream, kind FROM tendering.journal WHERE tender_id = $1", draft
        )
    assert [(row["stream"], row["kind"]) for row in kinds] == [
        ("custody", "document_finding.decided")
    ]


async def test_nobody_else_reads_what_was_found(platform: Platform, tmp_path: Path) -> None:
    draft = await a_draft(platform)
    await put(platform, draft, a_pdf(tmp_path, UNSOUND), "招标文件.pdf")

    door = f"/tenders/{draft}/document-findings"
    statuses = {
        role: (await ask(platform, "GET", door, role=role)).status
        for role in (Role.PUBLIC, Role.BIDDER, Role.KEY_HOLDER)
    }

    assert statuses == {Role.PUBLIC: 401, Role.BIDDER: 403, Role.KEY_HOLDER: 403}


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\xff" * 5000, b"PK\x03\x04", b""]
)
def test_a_broken_file_is_not_read_and_harms_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(content)

    assert read_document(file, file.name) is None


def test_a_truncated_pdf_is_read_or_not_and_harms_nothing(tmp_path: Path) -> None:
    whole = a_pdf(tmp_path, SOUND).read_bytes()
    file = tmp_path / "cut.pdf"
    file.write_bytes(whole[: len(whole) // 2])

    pages = read_document(file, file.name)

    assert pages is None or "".join(pages) in {"", "示范招标文件"} or SOUND[:5] in "".join(pages)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_is_read_in_the_encodings_that_are_used(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(SOUND.encode(encoding))

    assert read_document(file, file.name) == [SOUND]


def test_the_command_checks_a_folder_without_a_platform(tmp_path: Path) -> None:
    a_pdf(tmp_path, UNSOUND)
    (tmp_path / "补充.txt").write_text(SOUND)
    tender = tmp_path.parent / f"{tmp_path.name}.json"
    lot = {"lot": "1", "estimate_fen": 1, "ceiling_price_fen": 1, "bid_security_fen": 0}
    tender.write_text(
        json.dumps(
            {
                "regime": "construction",
                "lots": [lot],
                "deadline": "2026-12-18T01:30:00Z",
                "bid_validity_days": 60,
            }
        )
    )

    alone = CliRunner().invoke(main, ["check-documents", str(tmp_path)])
    given = ["check-documents", str(tmp_path), "--tender", str(tender), "--json"]
    with_draft = json.loads(CliRunner().invoke(main, given).stdout)
    tender.write_text("{}")
    bad = CliRunner().invoke(main, given)

    assert (alone.exit_code, bad.exit_code) == (1, 2)
    assert "DOC-BRAND 招标文件.pdf p.1" in alone.stdout
    assert "前后矛盾" in alone.stdout
    blocks = {(one["rule"], one["document"]) for one in with_draft if one["severity"] == "block"}
    assert blocks == {("DOC-BRAND", "招标文件.pdf"), ("TERM-VALIDITY-DAYS", "补充.txt")}
