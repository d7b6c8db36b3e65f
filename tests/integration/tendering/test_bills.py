"""A lot's bill of quantities: attached by whoever runs the tender, named in the notice's lot."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clients.bills import amend_bill, attach_bill, make_bill
from clients.certifying import certify_with_platform
from clients.clarifying import Clarification, clarify
from clients.key_files import KeyFolder
from clients.platform import Identity, PlatformRefused, open_platform
from tendering.domain.journal import Stream
from tendering.domain.quantities.lot_bill import lot_bill_json
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import journal, tenders
from tendering.storage.connection import reading, transaction
from tests.integration.tendering.test_document_checks import a_draft, put
from tests.integration.tendering.test_overrides import ask
from tests.support.platform import Platform, platform

__all__ = ["platform"]

SHEET = (
    "项目编码,项目名称,计量单位,工程量,综合单价,合价\n"
    "010101001001,平整场地,m²,10,{price},\n,其他项目,,,,\n,暂列金额,,,,{fixed}\n"
)


def sheet(folder: Path, *, price: str = "", fixed: str = "1000") -> Path:
    file = folder / "清单.csv"
    file.write_text(SHEET.format(price=price, fixed=fixed))
    return file


async def test_a_lot_gets_its_bill_by_one_call_and_loses_it_again(
    platform: Platform, tmp_path: Path
) -> None:
    draft, account = await a_draft(platform), platform.accounts[Role.AGENCY]
    async with open_platform(platform.running.address) as line:
        identity = Identity(account.person.id, account.organization.id, "", "", "")
        line.resume(platform.tokens[Role.AGENCY], identity)
        named = await attach_bill(line, draft, "1", sheet(tmp_path), {"high_percent": 20})
        async with reading(platform.running.context.pool) as connection:
            kept = (await tenders.get(connection, draft)).lot("1").bill
        with pytest.raises(PlatformRefused) as refused:
            await attach_bill(line, draft, "1", sheet(tmp_path, price="3"))
        emptied = await line.put(f"/tenders/{draft}/lots/1/bill", {"document": None})

    assert kept is not None
    assert (kept.document, kept.lines, kept.terms.high_percent) == ("清单.json", 2, 20)
    assert kept.digest.hex() == named["digest"]
    assert refused.value.code == "bill-invalid"
    assert emptied == {"bill": None}


async def test_what_is_no_bill_or_leaves_no_price_and_whoever_does_not_run_it_are_refused(
    platform: Platform, tmp_path: Path
) -> None:
    draft = await a_draft(platform)
    path = f"/tenders/{draft}/lots/1/bill"
    await put(platform, draft, sheet(tmp_path), "清单.csv")

    async def said(name: str, role: Role = Role.AGENCY, at: str = path) -> str:
        answer = await ask(platform, "PUT", at, {"document": name}, role=role)
        return str(json.loads(answer.body)["type"]).rsplit(":", 1)[-1]

    assert await said("清单.csv") == "bill-invalid"
    assert await said("没有.json") == "not-found"
    assert await said("清单.csv", Role.BIDDER) == "forbidden"
    assert await said("清单.csv", at=path.replace("/1/", "/2/")) == "not-found"
    make_bill(sheet(tmp_path, fixed="9" * 11), tmp_path / "清单.json")
    await put(platform, draft, tmp_path / "清单.json", "清单.json")
    assert await said("清单.json") == "bill-invalid"


async def test_an_amendment_replaces_the_bill_and_the_deadline_moves(
    platform: Platform, tmp_path: Path
) -> None:
    draft, account = await a_draft(platform), platform.accounts[Role.AGENCY]
    context = platform.running.context
    async with open_platform(platform.running.address) as line:
        own = account.organization
        identity = Identity(account.person.id, own.id, "agency", own.name, own.uscc)
        line.resume(platform.tokens[Role.AGENCY], identity)
        signer = await certify_with_platform(KeyFolder(tmp_path / "keys"), line)
        await attach_bill(line, draft, "1", sheet(tmp_path), {"high_percent": 20})
        deadline = context.now() + timedelta(days=5)
        async with transaction(context.pool) as connection:
            tender = await tenders.lock(connection, draft)
            await tenders.save(
                connection,
                replace(
                    tender,
                    status=TenderStatus.PUBLISHED,
                    published_at=context.now(),
                    deadline=deadline,
                    version=tender.version + 1,
                ),
            )
        with pytest.raises(PlatformRefused) as unread:
            await amend_bill(line, signer, draft, "1", sheet(tmp_path, price="3"), text="单价")
        much = sheet(tmp_path, fixed="9" * 11)
        with pytest.raises(PlatformRefused) as too_much:
            await amend_bill(line, signer, draft, "1", much, text="暂列金额")
        number = await amend_bill(
            line, signer, draft, "1", sheet(tmp_path, fixed="2000"), text="暂列金额改为2000元。"
        )
        said = Clarification("删去清单", affects_bids=True, removes=["清单.json"])
        with pytest.raises(PlatformRefused) as gone:
            await clarify(line, signer, draft, said)
    async with reading(context.pool) as connection:
        tender = await tenders.get(connection, draft)
        told = await journal.after(connection, draft, Stream.PUBLIC, 0)

    assert (unread.value.code, too_much.value.code, gone.value.code) == (
        "bill-invalid",
        "bill-invalid",
        "invalid",
    )
    bill = tender.lot("1").bill
    assert bill is not None
    assert (bill.parts_fen["provisional_sums"], bill.terms.high_percent) == (200_000, 20)
    assert tender.deadline > deadline
    [replaced] = [entry for entry in told if entry.kind == "bill.replaced"]
    assert (replaced.body["number"], replaced.body["version"]) == (number, 2)
    assert replaced.body["bill"] == lot_bill_json(bill)
