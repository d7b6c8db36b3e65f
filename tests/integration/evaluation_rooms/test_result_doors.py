"""The doors from the opening record to the award over HTTP, as the parties' programs use them."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pikepdf
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from clients.bundling import EnvelopeContent, bundle_stream, pack
from crypto.pdf_signatures import check_attributes
from evaluation_rooms.actions.editions import make_edition
from evaluation_rooms.actions.evaluations import Chance, issue_report, open_evaluation
from evaluation_rooms.api.routes_evaluations import EVALUATION_ROUTES
from evaluation_rooms.blindness import leaks_of
from evaluation_rooms.room import Room
from evaluation_rooms.storage import rooms
from tendering.actions.tenders import Law
from tendering.api.auth import token_digest
from tendering.api.context import Context
from tendering.api.problems import problem_middleware
from tendering.api.routes_awards import AWARD_ROUTES
from tendering.api.routes_contracts import CONTRACT_ROUTES
from tendering.api.routes_duties import DUTY_ROUTES
from tendering.api.routes_issued import ISSUED_ROUTES
from tendering.api.routes_openings import OPENING_ROUTES
from tendering.api.routing import mount
from tendering.domain.bundle import Bundle, BundleFile, bundle_chunks, member_name
from tendering.domain.parties import Authorization
from tendering.keys import PlatformKeys, load_keys
from tendering.rulebooks import holiday_calendar, rulebook_for
from tendering.storage import authorizations, sessions
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluating import SEED, at_signing, opened, seat_committee
from tests.support.opened import (
    NOW,
    PUBLISHED,
    OpenedLot,
    Party,
    plaintext_digest,
    revealed_lot,
)

HTML = b"<script>alert(1)</script>"


@dataclass
class Doors:
    """The doors as clients see them, a clock to set, and what lies behind."""

    client: "TestClient[web.Request, web.Application]"
    pool: Pool
    keys: PlatformKeys
    lot: OpenedLot
    blobs: Blobs
    clock: list[datetime]
    tokens: dict[UUID, str] = field(default_factory=dict)

    async def call(
        self, method: str, path: str, body: object = None, *, by: Party | None = None
    ) -> tuple[int, Any]:
        """One request; status, and JSON or bytes. A path in the tender begins without a slash."""
        place = path if path.startswith("/") else f"/tenders/{self.lot.id}/{path}"
        headers = {"Idempotency-Key": uuid4().hex}
        if by is not None:
            headers["Authorization"] = f"Bearer {await self._token(by)}"
        async with self.client.request(
            method, f"/api/v1{place}", headers=headers, json=body
        ) as answer:
            read = answer.json if answer.content_type.endswith("json") else answer.read
            return answer.status, await read()

    async def sign(self, kind: str, by: Party) -> None:
        """Sign as a party's program does: prepare, check, sign, send."""
        certificate = base64.b64encode(by.certificate).decode()
        status, prepared = await self.call(
            "POST",
            f"issued/{kind}/signature-preparations",
            {"certificate": certificate, "chain": []},
            by=by,
        )
        assert status == 201, prepared
        attributes = base64.b64decode(prepared["attributes"])
        place = f"issued/{kind}/signature-preparations/{prepared['id']}.pdf"
        _, pdf = await self.call("GET", place, by=by)
        check_attributes(pdf, attributes)
        signature = base64.b64encode(by.sign(attributes)).decode()
        status, answer = await self.call(
            "POST",
            f"issued/{kind}/signatures",
            {"preparation": prepared["id"], "signature": signature},
            by=by,
        )
        assert status == 204, answer

    async def _token(self, by: Party) -> str:
        actor = by.actor
        if actor.person_id not in self.tokens:
            token = f"{actor.person_id.hex}{'0' * 11}"
            authorization = Authorization(
                uuid4(),
                actor.person_id,
                actor.organization_id,
                actor.role,
                actor.person_id,
                PUBLISHED,
            )
            async with transaction(self.pool) as connection:
                await authorizations.insert(connection, authorization)
                await sessions.insert(
                    connection,
                    token_digest(token),
                    authorization_id=authorization.id,
                    csrf_token="c" * 43,
                    lifetime=timedelta(hours=1),
                )
            self.tokens[actor.person_id] = token
        return self.tokens[actor.person_id]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("doors") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def doors(pool: Pool, keys: PlatformKeys, tmp_path: Path) -> AsyncIterator[Doors]:
    """All doors on loopback, with a lot whose prices were read out."""
    lot = await revealed_lot(pool, keys)
    async with served(pool, keys, lot, Blobs(tmp_path / "blobs")) as found:
        yield found


@asynccontextmanager
async def served(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot, blobs: Blobs
) -> AsyncIterator[Doors]:
    """The doors of a lot that is there."""
    clock = [NOW]
    context = Context(
        pool=pool,
        now=lambda: clock[0],
        touched=lambda _: None,
        public_address="https://bids.example",
        blobs=blobs,
        intake=cast("Any", None),  # nor takes bids
        keys=keys,
        law=lambda tender, at: Law(rulebook_for(tender, at), holiday_calendar()),
        passwords=cast("Any", None),  # no route here logs in
    )
    app = web.Application(middlewares=[problem_middleware])
    routes = (*ISSUED_ROUTES, *AWARD_ROUTES, *EVALUATION_ROUTES, *CONTRACT_ROUTES, *DUTY_ROUTES)
    clearing = next(one for one in OPENING_ROUTES if one.path.endswith("/opening/clearing"))
    mount(app, (*routes, clearing), context)
    async with TestClient(TestServer(app)) as client:
        yield Doors(client, pool, keys, lot, blobs, clock)


async def test_an_opening_record_is_made_signed_and_read(doors: Doors) -> None:
    host = doors.lot.host
    status, record = await doors.call("POST", "opening/record", {"lot": "1"}, by=host)
    await doors.sign("opening_record", host)

    _, listed = await doors.call("GET", "issued")
    _, pdf = await doors.call("GET", "issued/opening_record.pdf?lot=1")

    [shown] = listed["items"]
    assert status == 201
    assert record["number"] == shown["number"] == "KB-2026-0001-KBJL-1"
    assert shown["digest"] == hashlib.sha256(pdf).hexdigest()
    assert [one["signed_at"] is not None for one in shown["signatories"][:2]] == [True, False]


async def test_the_next_signatory_is_told_when_it_is_not_its_turn(doors: Doors) -> None:
    await doors.call("POST", "opening/record", {"lot": "1"}, by=doors.lot.host)
    bidder = doors.lot.bidders[1]

    status, problem = await doors.call(
        "POST",
        "issued/opening_record/signature-preparations",
        {"certificate": base64.b64encode(bidder.certificate).decode()},
        by=bidder,
    )

    assert (status, problem["code"]) == (403, "not-a-signatory")
    assert problem["parameters"] == {"why": "not-your-turn", "turn": 1}


async def test_a_document_of_an_unknown_kind_is_not_found(doors: Doors) -> None:
    status, _ = await doors.call("GET", "issued/love_letter.pdf")

    assert status in {404, 422}


async def test_the_whole_way_from_the_draw_to_the_award(doors: Doors) -> None:
    lot, host = doors.lot, doors.lot.host
    await opened(doors.pool, lot)
    members = await seat_committee(doors.pool, doors.keys, lot.id)
    await at_signing(doors.pool, lot, members)
    made, _ = await doors.call("POST", "evaluation/report", {"lot": "1"}, by=host)
    for one in members:
        await doors.sign("evaluation_report", one)
    closed, _ = await doors.call("POST", "evaluation/close", {"lot": "1"}, by=host)
    shown, published = await doors.call("POST", "candidates", {"lot": "1"}, by=host)
    await doors.sign("candidates", host)
    early, problem = await doors.call("POST", "award", {"lot": "1"}, by=host)
    doors.clock[0] = datetime.fromisoformat(published["items"][0]["publicity_until"])
    awarded, _ = await doors.call("POST", "award", {"lot": "1"}, by=host)
    await doors.sign("award_notice", host)
    _, results = await doors.call("GET", "results")
    _, listed = await doors.call("GET", "issued")

    [result] = results["items"]
    assert [made, closed, shown, early, awarded] == [201, 204, 201, 409, 201]
    assert problem["code"] == "award-not-allowed"
    assert result["award"]["winner"] == result["candidates"][0]
    assert {one["kind"] for one in listed["items"]} == {
        "opening_record",
        "candidates",
        "award_notice",
    }


async def test_an_evaluation_is_opened_once(doors: Doors) -> None:
    await opened(doors.pool, doors.lot)
    await seat_committee(doors.pool, doors.keys, doors.lot.id)

    first, room = await doors.call("POST", "evaluation", {"lot": "1"}, by=doors.lot.host)
    second, problem = await doors.call("POST", "evaluation", {"lot": "1"}, by=doors.lot.host)

    assert first == 201
    assert UUID(room["room_id"]).version == 4
    assert (second, problem["code"]) == (409, "room-exists")


async def test_files_of_bids_are_read_in_the_room_and_never_shown_as_a_page(doors: Doors) -> None:
    lot, room_id = doors.lot, uuid4()
    await opened(doors.pool, lot)
    members = await seat_committee(doors.pool, doors.keys, lot.id)
    for number in range(3):
        for kind in ("qualification", "technical", "price"):
            path = doors.blobs.opened_path(plaintext_digest(number, kind).hex())
            path.write_bytes(a_bundle(kind))
    async with transaction(doors.pool) as connection:
        chance = Chance(room_id, SEED)
        await open_evaluation(connection, lot.id, "1", chance, by=lot.host.actor, at=NOW)

    _, listed = await doors.call("GET", f"/rooms/{room_id}/bids/2/files", by=lot.host)
    answer = await doors.client.get(
        f"/api/v1/rooms/{room_id}/bids/2/technical/files/1",
        headers={"Authorization": f"Bearer {doors.tokens[lot.host.actor.person_id]}"},
    )
    missing, _ = await doors.call("GET", f"/rooms/{room_id}/bids/2/technical/files/2", by=lot.host)
    foreign, _ = await doors.call("GET", f"/rooms/{room_id}/bids/2/files", by=lot.bidders[0])
    _, problem = await doors.call("GET", f"/rooms/{room_id}/bids/2/files", by=members[0])

    assert [one["kind"] for one in listed["items"]] == ["qualification", "technical", "price"]
    assert listed["items"][1]["name"] == "方案.html"
    assert await answer.read() == HTML
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (missing, foreign) == (404, 403)
    assert problem["code"] == "not-checked-in"


async def test_a_report_is_not_told_to_the_public(doors: Doors) -> None:
    lot = doors.lot
    await opened(doors.pool, lot)
    members = await seat_committee(doors.pool, doors.keys, lot.id)
    await at_signing(doors.pool, lot, members)
    await issue_report(doors.pool, lot.id, "1", by=lot.host.actor, at=NOW + timedelta(hours=1))

    _, listed = await doors.call("GET", "issued")
    hidden, _ = await doors.call("GET", "issued/evaluation_report.pdf", by=lot.bidders[0])
    shown, _ = await doors.call("GET", "issued/evaluation_report.pdf", by=members[2])

    async with reading(doors.pool) as connection:
        told = await connection.fetchval(
            "SELECT count(*) FROM tendering.journal WHERE stream = 'public' AND body LIKE $1",
            "%evaluation_report%",
        )
    assert [one["kind"] for one in listed["items"]] == ["opening_record"]
    assert (hidden, shown, told) == (404, 200, 0)


def a_bundle(kind: str) -> bytes:
    """A bundle with one file that says it is a page."""
    digest = hashlib.sha256(HTML).hexdigest()
    file = BundleFile(member_name(1, "方案.html"), "方案.html", "text/html", len(HTML), digest)
    return b"".join(bundle_chunks(Bundle(kind, {}, (file,)), [[HTML]]))


async def blind_room(doors: Doors, folder: Path) -> Room:
    """A blind room; in the texts of the first bidder stands its name, in properties of all PDFs."""
    lot, room_id = doors.lot, uuid4()
    await opened(doors.pool, lot)
    await seat_committee(doors.pool, doors.keys, lot.id)
    name = lot.bidders[0].actor.organization_name
    pdf = telling_pdf(folder / "甲公司方案.pdf", author=name)
    for number in range(3):
        text = folder / f"{number}.txt"
        text.write_text(f"施工方案，{name if number == 0 else '本单位'}负责。", "utf-8")
        page = folder / f"{number}.html"
        page.write_bytes(HTML)
        files = ((text, page), (text, pdf), (text,))[number]
        packed = pack(EnvelopeContent("technical", {}, files))
        path = doors.blobs.opened_path(plaintext_digest(number, "technical").hex())
        path.write_bytes(bundle_stream(packed).read())
    async with transaction(doors.pool) as connection:
        await connection.execute("UPDATE tendering.tenders SET committee = '{\"blind\":true}'")
        chance = Chance(room_id, SEED)
        done = await open_evaluation(connection, lot.id, "1", chance, by=lot.host.actor, at=NOW)
    return done.room


async def test_a_blind_room_shows_clean_editions_once_every_finding_is_decided(
    doors: Doors, tmp_path: Path
) -> None:
    opening = await blind_room(doors, tmp_path)
    lot, room_id = doors.lot, opening.id
    name = lot.bidders[0].actor.organization_name
    files = f"/rooms/{room_id}/bids"
    numbers = {bid.bidder_id: bid.number for bid in opening.bids}
    marked = numbers[lot.bidders[0].actor.organization_id]
    clean = numbers[lot.bidders[1].actor.organization_id]

    _, early = await doors.call("GET", f"{files}/1/files", by=lot.host)
    async with reading(doors.pool) as connection:
        due = await rooms.list_due_editions(connection, limit=9)
    for one in due:
        await make_edition(doors.pool, doors.blobs, one, at=NOW)
    # Another process had begun with the same bid.
    await make_edition(doors.pool, doors.blobs, due[0], at=NOW)
    async with reading(doors.pool) as connection:
        room = await rooms.load(connection, lot.id, room_id)
    found = leaks_of(room)
    _, waiting = await doors.call("GET", f"{files}/{clean}/files", by=lot.host)
    decide = f"/rooms/{room_id}/leaks"
    body = {"shown": False, "reason": "署有投标人名称"}
    foreign = [
        await doors.call("POST", f"{decide}/1", body, by=x) for x in (lot.host, lot.holders[0])
    ]
    for number, (_, leak) in found.items():
        said = body if leak.kind == "name" else {"shown": True, "reason": "无文字页，已人工核对"}
        assert (await doors.call("POST", f"{decide}/{number}", said, by=lot.supervisor))[0] == 200
    again, _ = await doors.call("POST", f"{decide}/1", body, by=lot.supervisor)
    unknown, _ = await doors.call("POST", f"{decide}/99", body, by=lot.supervisor)
    _, shown = await doors.call("GET", f"{files}/{clean}/files", by=lot.host)
    _, cut = await doors.call("GET", f"{files}/{marked}/files", by=lot.host)
    withheld_file, _ = await doors.call("GET", f"{files}/{marked}/technical/files/1", by=lot.host)
    _, content = await doors.call("GET", f"{files}/{clean}/technical/files/2", by=lot.host)
    price, _ = await doors.call("GET", f"{files}/1/price/files/1", by=lot.host)
    _, whole = await doors.call("GET", f"{files}/{marked}/technical/files/2", by=lot.supervisor)

    assert early["code"] == waiting["code"] == "documents-not-released"
    assert [status for status, _ in foreign] == [403, 403]
    assert [(bid, leak.about) for bid, leak in found.values() if leak.kind == "name"] == [
        (marked, "own")
    ]
    assert {one.why for edition in room.editions.values() for one in edition.left_out} == {
        "neither PDF nor DOCX, XLSX or text"
    }
    assert (again, unknown, withheld_file, price) == (409, 404, 404, 404)
    assert [one["name"] for one in shown["items"]] == ["files/0001.txt", "files/0002.pdf"]
    assert cut["items"] == []
    assert name.encode() not in content
    assert properties_of(content, tmp_path / "read.pdf") == {}
    assert whole == HTML


def telling_pdf(file: Path, *, author: str) -> Path:
    """A page without text, whose properties say who made it."""
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Author"] = author
        made.Root.Metadata = made.make_stream(author.encode())
        made.pages[0].obj["/PieceInfo"] = pikepdf.Dictionary(Made=pikepdf.String(author))
        made.save(file)
    return file


def properties_of(content: bytes, file: Path) -> dict[str, str]:
    """What a PDF says of itself besides its pages."""
    file.write_bytes(content)
    with pikepdf.open(file) as read:
        found = {key: str(value) for key, value in read.docinfo.items()}
        return found | {key: "" for key in ("/Metadata", "/Outlines") if key in read.Root}
