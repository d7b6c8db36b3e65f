"""Pages of frames: encoded once for each kind of reader, cut, and only so many kept."""

import json
from typing import Any

from evaluation_rooms.feed import PAGE_BYTES, Feed, Page, Pages
from evaluation_rooms.frames import text_frame
from evaluation_rooms.protocol import Session
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.journal import Entry, Stream
from tests.support.evaluation import AT, TENDER


def session_of(viewer: Viewer) -> Session:
    session = Session(TENDER)
    session.join(Standing(viewer), is_hall=True)
    return session


def feed_of(*texts: str, kind: str = "hall.announced") -> tuple[Feed, list[Entry]]:
    feed = Feed(TENDER, Stream.PUBLIC)
    entries = [
        Entry(TENDER, Stream.PUBLIC, seq, kind, {"text": text}, AT, bytes(32))
        for seq, text in enumerate(texts, start=1)
    ]
    for entry in entries:
        feed.take(entry)
    return feed, entries


def read(page: Page) -> list[dict[str, Any]]:
    """The texts in a page, which are shorter than 126 or than 65,536 bytes."""
    frames, found = page.frames, []
    while frames:
        long = frames[1] == 126
        start = 4 if long else 2
        length = int.from_bytes(frames[2:4], "big") if long else frames[1]
        found.append(json.loads(frames[start : start + length]))
        frames = frames[start + length :]
    return found


def test_readers_of_one_kind_share_the_bytes() -> None:
    feed, entries = feed_of("一", "二")
    pages = Pages(bytes_max=1 << 20)

    [page] = pages.of(session_of(Viewer.PUBLIC), entries, feed)
    [again] = pages.of(session_of(Viewer.PUBLIC), entries, feed)
    [other] = pages.of(session_of(Viewer.HOST), entries, feed)

    assert page is again
    assert page is not other
    assert [one["body"]["text"] for one in read(page)] == ["一", "二"]
    assert (page.first, page.last) == (1, 2)


def test_a_page_is_its_last_text_and_what_is_before() -> None:
    feed, entries = feed_of("一", "二" * 300)
    [page] = Pages(bytes_max=1).of(session_of(Viewer.PUBLIC), entries, feed)

    assert page.tail is not None
    assert bytes(page.before_tail) + text_frame(page.tail) == page.frames


def test_much_is_cut_into_pages_without_a_gap() -> None:
    feed, entries = feed_of(*(str(number) * 5000 for number in range(10, 40)))
    pages = Pages(bytes_max=1 << 20).of(session_of(Viewer.PUBLIC), entries, feed)

    assert len(pages) > 1
    assert all(len(page.frames) < PAGE_BYTES + 11_000 for page in pages)
    assert [page.first for page in pages] == [1, *(page.last + 1 for page in pages[:-1])]
    assert pages[-1].last == 30
    assert [one["seq"] for page in pages for one in read(page)] == list(range(1, 31))


def test_what_is_not_for_a_reader_is_passed_over() -> None:
    feed, entries = feed_of("一", kind="bid.counted")

    [page] = Pages(bytes_max=1).of(session_of(Viewer.PUBLIC), entries, feed)

    assert (page.first, page.last, page.frames, page.tail) == (1, 1, b"", None)
    assert bytes(page.before_tail) == b""


def test_only_the_latest_are_kept() -> None:
    feed, entries = feed_of("一", "二", "三")
    pages, reader = Pages(bytes_max=1500), session_of(Viewer.PUBLIC)
    [first] = pages.of(reader, entries[:1], feed)
    for entry in entries[1:]:
        pages.of(reader, [entry], feed)

    [again] = pages.of(reader, entries[:1], feed)

    assert first == again
    assert first is not again
