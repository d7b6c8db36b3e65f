"""A guest site's copy: what it is shown, chained and signed, and what breaks it."""

from collections.abc import Mapping
from typing import Any

import pytest

from clients.verifying.site_links import faults_of
from crypto.link_channel import new_seed, public_of, sign
from evaluation_rooms import commands as c
from evaluation_rooms.frames import text_frame, texts_of
from evaluation_rooms.link_messages import FromGuest, LineText, opened, parse
from evaluation_rooms.phases import Phase
from evaluation_rooms.site_transcript import (
    Item,
    Place,
    TranscriptBroken,
    check_copy,
    head_statement,
    read_item,
    shown,
)
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Invalid
from tests.support.evaluation import AT, ROOM, TENDER, Play
from tests.unit.crypto.test_link_channel import two_ends

SITE = "示范二市"
HOST, GUEST = new_seed(), new_seed()
KEYS = {"host_key": public_of(HOST), "guest_key": public_of(GUEST)}


def a_copy() -> tuple[list[dict[str, Any]], Place]:
    """The lines of a whole evaluation, signed at its end."""
    place, lines = Place(), list[dict[str, Any]]()
    for entry in Play().until(Phase.CLOSED).entries():
        item = shown(entry, ROOM, place)
        if item is not None:
            place = place.after(item)
            lines.append({"item": item.value})
    return [*lines, head(place)], place


def head(place: Place, host: bytes = HOST, guest: bytes = GUEST) -> dict[str, Any]:
    statement = head_statement(ROOM, SITE, place)
    return {
        "n": place.n,
        "head": place.head.hex(),
        "host": sign(host, statement).hex(),
        "guest": sign(guest, statement).hex(),
    }


def check(lines: list[Any], site: str = SITE) -> object:
    return check_copy(lines, ROOM, site, **KEYS)


def test_a_copy_holds_together_and_shows_nothing_that_a_site_must_not_see() -> None:
    lines, place = a_copy()

    checked = check_copy(lines, ROOM, SITE, **KEYS)

    assert (checked.place, checked.signed) == (place, place.n)
    assert check_copy(lines[:-1], ROOM, SITE, **KEYS).signed == 0
    kinds = {line["item"]["kind"] for line in lines[:-1]}
    assert "score.submitted" not in kinds
    assert "report.drafted" not in kinds
    assert not any("示范建设" in str(line) or "'points'" in str(line) for line in lines)


def test_items_left_out_moved_changed_or_signed_by_nobody_break_it() -> None:
    lines, place = a_copy()
    changed: Mapping[str, Any] = lines[1]["item"] | {"kind": "seat.recused"}
    earlier = lines[1]["item"] | {"seq": 1}
    for wrong in (
        lines[1:],
        [lines[0], *lines[2:]],
        [lines[1], lines[0], *lines[2:]],
        [lines[0], lines[0], *lines[1:]],
        [lines[0], {"item": changed}, *lines[2:]],
        [lines[0], {"item": earlier}, *lines[2:]],
        [*lines[:-1], head(place, host=new_seed())],
        [*lines[:-1], head(place, guest=new_seed())],
        [*lines[:-1], head(place) | {"guest": "x"}],
        [*lines[:-1], head(Place(place.n, 0, bytes(32)))],
        [{"item": {"n": 1}}],
        [{"item": lines[0]["item"] | {"n": True}}],
        [{"item": lines[0]["item"] | {"more": 1}}],
    ):
        with pytest.raises(TranscriptBroken):
            check(list(wrong))
    with pytest.raises(TranscriptBroken):
        check(lines, site="另一市")


def test_another_rooms_entries_are_no_items() -> None:
    entry = Play().until(Phase.CHAIR).entries()[0]

    assert shown(entry, TENDER, Place()) is None
    item = shown(entry, ROOM, Place())
    assert item is not None
    assert read_item(item.value) == item
    with pytest.raises(TranscriptBroken):
        Place().after(Item(2, 9, item.kind, item.at, item.body))


def test_votes_and_speech_stay_in_the_room() -> None:
    play = Play().until(Phase.CHAIR)
    play.do(c.VoteForChair(1, 2), c.Speak(1, "秘密"))

    assert [shown(entry, ROOM, Place()) for entry in play.entries()[-2:]] == [None, None]


def test_messages_of_a_link_are_read_strictly() -> None:
    host, guest = two_ends()
    sealed = guest.seal(b'{"type":"line","line":1,"text":"{}"}')
    assert opened(host, sealed, FromGuest) == LineText(1, "{}")
    for wrong in (
        b"",
        b"[" * 100_000,
        b'{"type":"line","line":0,"text":""}',
        b'{"type":"open","line":1,"seat":101}',
        b'{"type":"head","n":1,"head":"zz","signature":""}',
        b'{"type":"entry","item":{}}',
        b'{"type":"line","line":1,"text":"","more":1}',
    ):
        with pytest.raises(Invalid):
            parse(wrong, FromGuest)


def test_frames_can_be_read_back() -> None:
    texts = ["", "二", "x" * 126, "y" * 70_000]

    assert list(texts_of(b"".join(text_frame(text.encode()) for text in texts))) == texts


def test_whoever_replays_an_archive_finds_a_head_that_no_site_has_signed() -> None:
    entries = Play().until(Phase.CHAIR).entries()
    place = Place()
    for entry in entries:
        item = shown(entry, ROOM, place)
        place = place if item is None else place.after(item)
    signed = head(place)
    of_site = {"room_id": str(ROOM), "site": SITE}
    registered = {**of_site, "key": KEYS["guest_key"].hex()}
    told = {**of_site, "n": place.n, "head": signed["head"], "signature": signed["guest"]}

    def faults(body: dict[str, Any], key: dict[str, Any] = registered) -> int:
        after = [("link.registered", key), ("link.countersigned", body)]
        linked = [
            Entry(TENDER, Stream.COMMITTEE, len(entries) + n, kind, one, AT, bytes(32))
            for n, (kind, one) in enumerate(after, start=1)
        ]
        return len(list(faults_of([*entries, *linked])))

    assert faults(told) == 0
    for wrong in (
        {"head": "00" * 32},
        {"n": place.n - 1},
        {"n": "1"},
        {"site": "另一市"},
        {"signature": signed["host"]},
        {"signature": "x"},
    ):
        assert faults(told | wrong) == 1, wrong
    assert faults(told, registered | {"key": KEYS["host_key"].hex()}) == 1
