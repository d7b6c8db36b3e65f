"""The clearing report on a real database: made once, out of opened envelopes, before the room."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clients.bundling import EnvelopeContent, bundle_stream, pack
from crypto.container_digest import container_digest
from evaluation_rooms.actions.clearings import read_report
from evaluation_rooms.actions.evaluations import Chance, open_evaluation
from evaluation_rooms.actions.rooms import act
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.actions.clearings import make_clearing, needs_clearing
from tendering.actions.tenders import current_documents
from tendering.documents.clearing_report import ClearingHeading, render_clearing
from tendering.domain.clarifications import amended as documents_after
from tendering.domain.journal import Stream
from tendering.domain.opening import OpeningPhase
from tendering.domain.quantities.bill import Bill, Line, total
from tendering.domain.quantities.lot_bill import lot_bill
from tendering.domain.quantities.stored_bill import bill_content
from tendering.domain.quantities.terms import Terms
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.awards import ClearingMissing
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Document
from tendering.domain.uploads import Upload
from tendering.keys import PlatformKeys, load_keys
from tendering.storage import (
    clarifications,
    clearings,
    journal,
    lot_bills,
    openings,
    tender_documents,
    tenders,
    uploads,
)
from tendering.storage.blobs import Blobs
from tendering.storage.clearings import MadeClearing
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.evaluation_rooms.test_result_doors import served
from tests.support.evaluating import seat_committee
from tests.support.evaluation import check_ins
from tests.support.opened import (
    NOW,
    PUBLISHED,
    OpenedLot,
    Party,
    plaintext_digest,
    price_form,
    revealed_lot,
)

LINES = tuple(
    Line("", row, "items", f"01010100{row:04d}", f"项目{row}", "", "m2", Decimal(1000))
    for row in range(1, 13)
)
ASKED = Bill(LINES)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("cleared") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
async def lot(pool: Pool, keys: PlatformKeys, blobs: Blobs, tmp_path: Path) -> OpenedLot:
    """A lot with a bill. The first bidder's comes to its price, the second has none."""
    lot = await revealed_lot(pool, keys)
    content = bill_content(ASKED)
    digest, upload_id = container_digest([content]), uuid4()
    blobs.path(upload_id).write_bytes(content)
    document = Document("清单.json", digest, len(content), "application/json")
    async with transaction(pool) as connection:
        await uploads.insert(
            connection, Upload(upload_id, lot.host.actor.organization_id, len(content), 1 << 23, {})
        )
        await tender_documents.put_document(connection, lot.id, document, upload_id)
        await lot_bills.set_bill(
            connection, lot.id, "1", lot_bill(ASKED, "清单.json", digest, Terms())
        )
    for number in range(len(lot.bidders)):
        write_bundle(blobs, tmp_path, number, None if number == 1 else priced(number))
    return lot


def priced(number: int) -> bytes:
    price = Decimal(price_form(number)["price_fen"]) / 100 / 12_000  # type: ignore[arg-type]
    lines = tuple(replace(one, unit_price=price.quantize(Decimal("0.01"))) for one in LINES)
    return bill_content(Bill(lines, (), total(Bill(lines), 2)))


def write_bundle(blobs: Blobs, folder: Path, number: int, bill: bytes | None) -> None:
    own = folder / str(number)
    own.mkdir()
    files = []
    if bill is not None:
        files.append(own / "bill.json")
        files[0].write_bytes(bill)
    packed = pack(EnvelopeContent("price", price_form(number), tuple(files)))
    path = blobs.opened_path(plaintext_digest(number, "price").hex())
    path.write_bytes(bundle_stream(packed).read())


async def make(pool: Pool, blobs: Blobs, lot: OpenedLot, by: Party | None = None) -> MadeClearing:
    actor = (by or lot.host).actor
    return await make_clearing(pool, blobs, lot.id, "1", by=actor, now=lambda: NOW)


async def test_the_report_is_made_once_and_bound_in_the_committees_journal(
    pool: Pool, blobs: Blobs, lot: OpenedLot
) -> None:
    first, second = await asyncio.gather(make(pool, blobs, lot), make(pool, blobs, lot))
    async with reading(pool) as connection:
        entries = await journal.after(connection, lot.id, Stream.COMMITTEE, 0, limit=10)
        kept = await clearings.find(connection, lot.id, "1")
    content = blobs.opened_path(first.digest.hex()).read_bytes()
    bidders = [one.actor.organization_id for one in lot.bidders]

    assert first == second == kept
    assert sha256(content).digest() == first.digest
    assert len(content) == first.size_bytes
    assert [one.body["digest"] for one in entries if one.kind == "clearing.made"] == [
        first.digest.hex()
    ]
    assert set(first.bill_fen) == {bidders[0], bidders[2]}
    assert first.bill_fen[bidders[0]]["total"] == first.bill_fen[bidders[0]]["stated"]
    assert json.loads(content)["unread"] == [{"bid": str(bidders[1]), "where": "bill.json"}]
    assert list(blobs.temporary("x").parent.glob("*.opening")) == []


async def test_bids_are_cleared_by_the_bill_that_the_last_amendment_brought(
    pool: Pool, blobs: Blobs, lot: OpenedLot
) -> None:
    amended = Bill((replace(LINES[0], quantity=Decimal(1)), *LINES[1:]))
    content = bill_content(amended)
    digest, upload_id = container_digest([content]), uuid4()
    blobs.path(upload_id).write_bytes(content)
    document = Document("清单.json", digest, len(content), "application/json")
    named = lot_bill(amended, "清单.json", digest, Terms())
    async with transaction(pool) as connection:
        before = await current_documents(connection, await tenders.get(connection, lot.id))
        await uploads.insert(
            connection, Upload(upload_id, lot.host.actor.organization_id, len(content), 1 << 23, {})
        )
        await tender_documents.put_document(
            connection, lot.id, document, upload_id, version=2, bill=named
        )
        await clarifications.insert(
            connection,
            lot.id,
            1,
            text="第一项工程量改为1。",
            affects_bids=True,
            signed={},
            documents=documents_after(before, [document], ()),
            at=NOW,
        )
        await lot_bills.set_bill(connection, lot.id, "1", named)

    made = await make(pool, blobs, lot)
    report = json.loads(blobs.opened_path(made.digest.hex()).read_bytes())

    assert report["tender"]["digest"] == named.digest.hex()
    # Who priced by the first bill has another quantity in its first line.
    assert any("工程量" in str(bid) for bid in report["bids"])


async def test_a_bundle_whose_bill_is_not_what_its_index_says_has_none(
    pool: Pool, blobs: Blobs, lot: OpenedLot
) -> None:
    path = blobs.opened_path(plaintext_digest(0, "price").hex())
    path.write_bytes(path.read_bytes().replace("项目1".encode(), "项目2".encode()))
    other = blobs.opened_path(plaintext_digest(2, "price").hex())
    other.write_bytes(other.read_bytes()[:-1])

    assert (await make(pool, blobs, lot)).bill_fen == {}


async def test_before_the_prices_are_shown_without_a_bill_or_by_others_there_is_none(
    pool: Pool, blobs: Blobs, lot: OpenedLot
) -> None:
    for stranger in (lot.bidders[0], lot.supervisor):
        with pytest.raises(Forbidden):
            await make(pool, blobs, lot, by=stranger)
    async with transaction(pool) as connection:
        await openings.set_phase(connection, lot.id, "1", OpeningPhase.UNLOCK, at=NOW)
    with pytest.raises(WrongPhase):
        await make(pool, blobs, lot)
    async with transaction(pool) as connection:
        assert needs_clearing(await tenders.get(connection, lot.id), "1")
        await lot_bills.set_bill(connection, lot.id, "1", None)
        assert not needs_clearing(await tenders.get(connection, lot.id), "1")
    with pytest.raises(NotFound):
        await make(pool, blobs, lot)


async def test_the_room_of_a_lot_with_a_bill_opens_only_after_its_report(
    pool: Pool, blobs: Blobs, lot: OpenedLot, keys: PlatformKeys
) -> None:
    await seat_committee(pool, keys, lot.id)
    async with transaction(pool) as connection:
        await connection.execute("UPDATE tendering.tenders SET status = 'opened'")

    async def opens() -> Room:
        chance = Chance(uuid4(), bytes(32))
        async with transaction(pool) as connection:
            done = await open_evaluation(connection, lot.id, "1", chance, by=lot.host.actor, at=NOW)
        return done.room

    with pytest.raises(ClearingMissing):
        await opens()
    made = await make(pool, blobs, lot)
    room = await opens()

    assert {bid.bidder_id: bid.bill_fen for bid in room.bids if bid.bill_fen} == made.bill_fen


async def test_a_committee_reads_it_under_the_rooms_numbers_also_as_a_pdf(
    pool: Pool, blobs: Blobs, lot: OpenedLot
) -> None:
    made = await make(pool, blobs, lot)
    digest = made.digest.hex()
    named = {str(one.actor.organization_id): f"{n} 某单位" for n, one in enumerate(lot.bidders, 1)}
    report = read_report(blobs.opened_path(digest), digest, named)
    about = ClearingHeading("KB-1", "示范工程", "1", "施工", digest, NOW, demonstration=True)

    rendered = render_clearing(about, report)

    assert rendered.pdf.startswith(b"%PDF-")
    assert rendered.pdf == render_clearing(about, report).pdf
    assert not [one for one in map(UUID, named) if str(one) in json.dumps(report)]


async def test_every_door_of_a_clearing_refuses_whom_and_when_it_must(
    pool: Pool, blobs: Blobs, lot: OpenedLot, keys: PlatformKeys
) -> None:
    members = await seat_committee(pool, keys, lot.id)
    async with transaction(pool) as connection:
        await connection.execute("UPDATE tendering.tenders SET status = 'opened'")
    async with served(pool, keys, lot, blobs) as doors:

        async def made(by: Party | None, of: str = "1") -> tuple[int, str]:
            status, said = await doors.call("POST", "opening/clearing", {"lot": of}, by=by)
            return status, said.get("code", "")

        async def read(place: str, by: Party | None) -> tuple[int, str]:
            status, said = await doors.call("GET", place, by=by)
            return status, said.get("code", "") if isinstance(said, dict) else said[:5].decode()

        assert await made(None) == (401, "unauthenticated")
        assert await made(lot.bidders[0]) == (403, "forbidden")
        assert await made(lot.host, "9") == (404, "not-found")
        _, refused = await doors.call("POST", "evaluation", {"lot": "1"}, by=lot.host)
        assert refused["code"] == "clearing-missing"
        await phase(pool, lot, OpeningPhase.UNLOCK)
        assert await made(lot.host) == (409, "wrong-phase")
        await phase(pool, lot, OpeningPhase.REVEALED)
        assert await made(lot.host) == (201, "")
        assert await made(lot.host) == (201, "")

        _, room = await doors.call("POST", "evaluation", {"lot": "1"}, by=lot.host)
        for place in (f"/rooms/{room['room_id']}/clearing{end}" for end in ("", "/document")):
            assert await read(place, None) == (401, "unauthenticated")
            assert (await read(place, lot.bidders[0]))[0] in {403, 404}
            assert await read(place, members[0]) == (409, "not-checked-in")
            assert await read(place.replace(room["room_id"], str(uuid4())), lot.host) == (
                404,
                "not-found",
            )
            assert await read(place, lot.host) == (200, "%PDF-" if "document" in place else "")
        place = f"/rooms/{room['room_id']}/clearing"
        closes_at = await check_in(pool, lot, UUID(room["room_id"]))
        inside = await read(place, members[0])
        doors.clock[0] = closes_at
        for door in (place, f"{place}/document"):
            assert await read(door, members[0]) == (409, "room-window-closed")
        blind = await doors.call("GET", place, by=lot.supervisor)
        async with transaction(pool) as connection:
            await connection.execute("DELETE FROM tendering.clearings")
            await connection.execute("DELETE FROM tendering.shares")
            await connection.execute("DELETE FROM tendering.unlocks")
            await connection.execute("DELETE FROM tendering.openings")
        gone = await read(place, lot.host)
        unopened = await made(lot.host)

    assert inside == (200, "")
    assert blind[0] == 200
    assert gone == (404, "not-found")
    assert unopened == (409, "opening-not-started")


async def check_in(pool: Pool, lot: OpenedLot, room_id: UUID) -> datetime:
    """All members check in; until when the room is open."""
    async with transaction(pool) as connection:
        room = await rooms.load(connection, lot.id, room_id)
        for command in check_ins(room):
            await act(connection, room_id, command, Standing(Viewer.HOST), at=NOW)
        return room.closes_at


async def phase(pool: Pool, lot: OpenedLot, to: OpeningPhase) -> None:
    async with transaction(pool) as connection:
        await openings.set_phase(connection, lot.id, "1", to, at=NOW)
