"""Open data over its doors: packages that validate, the feed, downloads, tables."""

import csv
import gzip
import io
import json
from pathlib import Path
from uuid import uuid4

import jsonschema_rs
import openpyxl
import pytest

from clients.ocds_export import fetch_package
from clients.ocds_import import ImportOptions, read_tenders
from clients.platform import PlatformRefused
from tendering.clockwork import fill_feed_once
from tendering.domain.journal import Event
from tendering.domain.tender import Tender, TenderStatus
from tests.support.on_board import on_board, tell
from tests.support.platform import Answer, Platform, platform
from tests.support.public_stream import whole

__all__ = ["platform"]

HOSTILE = '=HYPERLINK("https://evil.example")'


@pytest.fixture
async def told(platform: Platform) -> Tender:
    """A tender whose whole play is public, with a hostile title."""
    pool = platform.running.context.pool
    tender = await on_board(pool, told=False, title=HOSTILE)
    stream = whole()
    stream.entries[0].body["title"] = HOSTILE
    for entry in stream.entries:
        await tell(pool, tender.id, Event(entry.kind, entry.body), at=entry.at)
    await fill_feed_once(pool)
    return tender


async def get(platform: Platform, path: str, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await platform.request("GET", f"/api/v1{path}", headers=sent)


async def test_both_packages_are_there_and_stay_the_same(platform: Platform, told: Tender) -> None:
    releases = await get(platform, f"/tenders/{told.id}/ocds/releases")
    record = await get(platform, f"/tenders/{told.id}/ocds/record")
    again = await get(
        platform, f"/tenders/{told.id}/ocds/releases", If_None_Match=releases.headers["Etag"]
    )

    package = json.loads(releases.body)
    assert package["releases"][0]["ocid"] == f"ocds-kbdemo-{told.id}"
    assert json.loads(record.body)["records"][0]["compiledRelease"]["tender"]["title"] == HOSTILE
    assert releases.headers["Cache-Control"] == "public, max-age=60"
    assert (again.status, again.body) == (304, b"")


async def test_feed_and_bulk_lines_are_as_the_schema_at_the_door_says(
    platform: Platform, told: Tender
) -> None:
    schema = json.loads((await get(platform, "/schemas/open-data-v1")).body)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    page = json.loads((await get(platform, "/open-data/feed")).body)
    lines = [
        json.loads(line)
        for what in ("releases", "records")
        for line in gzip.decompress(
            (await get(platform, f"/open-data/{what}.jsonl.gz")).body
        ).splitlines()
    ]

    assert len(lines) > 10
    for document in (page, *lines):
        assert [str(one.message) for one in validator.iter_errors(document)] == []


async def test_public_dates_are_a_calendar_of_the_month_and_of_the_tender(
    platform: Platform, told: Tender
) -> None:
    month = told.deadline.strftime("%Y-%m")
    of_month = await get(platform, f"/open-data/calendar.ics?month={month}")
    rows = json.loads((await get(platform, f"/open-data/calendar.json?month={month}")).body)
    own = json.loads((await get(platform, f"/tenders/{told.id}/calendar.json")).body)
    before = json.loads((await get(platform, "/open-data/calendar.json?month=1999-12")).body)
    nobody = await get(platform, f"/tenders/{uuid4()}/calendar.ics")
    wrong = await get(platform, "/open-data/calendar.ics?month=2026-13")

    assert of_month.headers["Content-Type"].startswith("text/calendar")
    assert f"UID:{told.id}-deadline@ocds-kbdemo\r\n".encode() in of_month.body
    assert [one["kind"] for one in rows["events"]] == ["deadline"]
    assert {"deadline"} <= {one["kind"] for one in own["events"]}
    # Each entry that may move a date is a revision.
    assert own["events"][0]["sequence"] == rows["events"][0]["sequence"] > 0
    assert before == {"events": [], "more": False}
    assert (nobody.status, wrong.status) == (404, 422)


@pytest.mark.parametrize("path", ["ocds/releases", "ocds/record", "workbook.xlsx"])
async def test_of_a_draft_nobody_learns(platform: Platform, path: str) -> None:
    pool = platform.running.context.pool
    draft = await on_board(pool, told=False, status=TenderStatus.DRAFT, published_at=None)

    for tender_id in (draft.id, uuid4()):
        assert (await get(platform, f"/tenders/{tender_id}/{path}")).status == 404


async def test_the_feed_is_read_in_pages_that_join(platform: Platform, told: Tender) -> None:
    entries, position, more = [], 0, True
    while more:
        page = json.loads((await get(platform, f"/open-data/feed?after={position}&limit=4")).body)
        entries += page["entries"]
        position, more = page["next"], page["more"]

    packages = json.loads((await get(platform, f"/tenders/{told.id}/ocds/releases")).body)
    assert [each["position"] for each in entries] == list(range(1, len(entries) + 1))
    # An opening in which there is no consortium is told of in no release.
    told_of = [each["release"] for each in entries if each["kind"] != "bidders.compared"]
    assert [each for each in told_of if each] == [each["id"] for each in packages["releases"]]


async def test_all_of_it_comes_as_lines(platform: Platform, told: Tender) -> None:
    pool = platform.running.context.pool
    for number in range(2, 60):
        await on_board(pool, number)
    await fill_feed_once(pool)

    answer = await get(platform, "/open-data/records.jsonl.gz")
    since = answer.headers["Feed-Position"]
    lines = gzip.decompress(answer.body).splitlines()
    releases = gzip.decompress((await get(platform, "/open-data/releases.jsonl.gz")).body)
    nothing = await get(platform, f"/open-data/records.jsonl.gz?after={since}")
    same = await get(platform, "/open-data/records.jsonl.gz", If_None_Match=answer.headers["Etag"])

    assert len(lines) == 59
    assert all(json.loads(line)["tag"] == ["compiled"] for line in lines)
    assert len(releases.splitlines()) == 58 + 13
    assert gzip.decompress(nothing.body) == b""
    assert same.status == 304


async def test_a_head_of_the_download_has_no_body(platform: Platform, told: Tender) -> None:
    answer = await platform.request("HEAD", "/api/v1/open-data/records.jsonl.gz")

    assert (answer.status, answer.body) == (200, b"")


async def test_feed_readers_get_atom_and_json(platform: Platform, told: Tender) -> None:
    atom = (await get(platform, "/open-data/news.atom")).body.decode()
    news = json.loads((await get(platform, "/open-data/news.json")).body)

    assert "<title>合同签订：=HYPERLINK(&quot;" in atom.replace('"', "&quot;")
    assert [each["title"].partition("：")[0] for each in news["items"]][:2] == [
        "合同签订",
        "中标通知",
    ]
    assert news["items"][0]["id"].endswith(f"{told.id}#15")


async def test_workbook_and_tables_hold_no_formula(platform: Platform, told: Tender) -> None:
    tender = await get(platform, f"/tenders/{told.id}/workbook.xlsx")
    board = await get(platform, "/open-data/tenders.xlsx")
    table = await get(platform, "/open-data/tenders.csv?q=hyperlink")
    again = await get(platform, f"/tenders/{told.id}/workbook.xlsx")

    book = openpyxl.load_workbook(io.BytesIO(tender.body))
    assert book["概要"]["B4"].value == f"'{HOSTILE}"
    assert book["概要"]["B4"].data_type == "s"
    assert book["投标"].max_row == 4
    assert openpyxl.load_workbook(io.BytesIO(board.body))["公告"]["B2"].value == f"'{HOSTILE}"
    assert list(csv.reader(io.StringIO(table.body.decode("utf-8-sig"))))[1][1] == f"'{HOSTILE}"
    assert again.body == tender.body


HOSTILE_QUERIES = (
    ("q=" + "字" * 100, 200),
    ("q=" + "字" * 101, 422),
    ("q=%EF%BC%81%EF%BC%81", 200),
    ("q=%25%25%25___", 200),
    ("q=%F0%9F%98%80", 200),
    ("q=%EF%BC%A8%EF%BC%B9%EF%BC%B0%EF%BC%A5%EF%BC%B2", 200),
    ("q=%00", 422),
    ("q=%FF", 400),
    ("q=a&q=b", 422),
    ("q=" + "%20".join("abcdefghijklmnop"), 200),
    ("region=5", 422),
    ("region=51", 200),
    ("fen_min=-1", 422),
    ("fen_min=9007199254740993", 422),
    ("deadline_to=9999-12-31", 422),
    ("deadline_from=0001-01-01", 422),
    ("published_from=2026-02-30", 422),
    ("sort=price", 422),
    ("limit=201", 422),
    ("after=x", 422),
    ("after=" + "A" * 120, 422),
    ("sort=deadline&after=bmV3ZXN0IDIwMjYtMDEtMDFUMDA6MDA6MDArMDA6MDAgMA==", 422),
    ("sort=amount&after=YW1vdW50IC0xIDA=", 422),
    ("wildcard=1", 422),
)


async def test_hostile_queries_are_answered_sanely(platform: Platform) -> None:
    for query, status in HOSTILE_QUERIES:
        answer = await get(platform, f"/tenders?{query}")

        assert (query, answer.status) == (query, status)
        if status == 200:
            assert json.loads(answer.body).keys() == {"items", "next", "found", "more"}


async def test_the_board_pages_and_counts(platform: Platform) -> None:
    pool = platform.running.context.pool
    for number in range(5):
        await on_board(pool, number, told=False)
    shown = []
    for sort in ("newest", "deadline", "amount"):
        after: str | None = ""
        seen: list[str] = []
        while after is not None:
            answer = await get(platform, f"/tenders?sort={sort}&limit=2&after={after}")
            page = json.loads(answer.body)
            seen += [each["number"] for each in page["items"]]
            after = page["next"]
            assert (page["found"], page["more"]) == (5, False)
        shown.append(sorted(seen))

    assert shown == [[f"KB-{number:04d}" for number in range(5)]] * 3
    unchanged = await get(platform, "/tenders", If_None_Match="*")
    assert unchanged.status == 304


async def test_the_command_saves_what_the_import_reads(
    platform: Platform, told: Tender, tmp_path: Path
) -> None:
    for releases in (False, True):
        package = await fetch_package(platform.running.address, told.id, releases=releases)
        (tmp_path / "package.json").write_bytes(package)

        (read,) = read_tenders(ImportOptions(tmp_path / "package.json", tmp_path))

        assert read.title == HOSTILE
        assert read.value is not None
        assert read.value.fen == told.budget_fen
    with pytest.raises(PlatformRefused):
        await fetch_package(platform.running.address, uuid4(), releases=False)
