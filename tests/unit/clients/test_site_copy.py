"""A copy in a file: what a crash has left of it is made good, and nothing else is."""

from pathlib import Path

import pytest

from clients.site_copy import SiteCopy, check_file
from crypto.errors import BadSignature
from crypto.link_channel import public_of, sign
from evaluation_rooms.site_transcript import Item, Place, TranscriptBroken, head_statement
from tests.support.evaluation import ROOM

SITE, HOST, GUEST = "示范二市", bytes(32), bytes(range(32))


def opened(file: Path) -> SiteCopy:
    return SiteCopy(file, ROOM, SITE, seed=GUEST, host_key=public_of(HOST))


def an_item(n: int) -> Item:
    return Item(n, n, "phase.changed", "2026-11-23T02:00:00.000000Z", {"to": "chair"})


def signed(place: Place, seed: bytes = HOST) -> tuple[int, str, bytes]:
    return place.n, place.head.hex(), sign(seed, head_statement(ROOM, SITE, place))


def test_a_copy_goes_on_where_both_had_signed(tmp_path: Path) -> None:
    file, copy = tmp_path / "copy", opened(tmp_path / "copy")
    place = Place().after(an_item(1))
    copy.add(an_item(1))
    own = copy.seal(*signed(place))
    assert copy.seal(*signed(place)) == own
    copy.add(an_item(2))
    copy.forget_unsigned()
    copy.add(an_item(2))
    copy.close()
    with file.open("ab") as stream:
        stream.write(b'{"item":{"n":2}}\n{"item"')

    again = opened(file)

    assert again.signed == place
    further = place.after(an_item(2))
    again.add(an_item(2))
    again.seal(*signed(further))
    again.close()
    keys = {"host_key": public_of(HOST), "guest_key": public_of(GUEST)}
    assert check_file(file, ROOM, SITE, **keys).signed == 2


def test_a_head_that_is_not_the_copys_is_not_kept(tmp_path: Path) -> None:
    copy = opened(tmp_path / "copy")
    copy.add(an_item(1))
    with pytest.raises(TranscriptBroken):
        copy.add(an_item(3))
    place = Place().after(an_item(1))

    with pytest.raises(TranscriptBroken):
        copy.seal(*signed(Place()))
    with pytest.raises(BadSignature):
        copy.seal(*signed(place, GUEST))
    copy.close()
    assert (tmp_path / "copy").read_bytes() == b""


def test_a_damaged_copy_is_not_opened(tmp_path: Path) -> None:
    file, copy = tmp_path / "copy", opened(tmp_path / "copy")
    copy.add(an_item(1))
    copy.seal(*signed(Place().after(an_item(1))))
    copy.close()
    whole = file.read_text()

    file.write_text(whole.replace("chair", "price"))
    with pytest.raises(TranscriptBroken):
        opened(file)
    keys = {"host_key": public_of(HOST), "guest_key": public_of(GUEST)}
    for damaged in (whole[:-1], whole + "[]\n", whole + "{"):
        file.write_text(damaged)
        with pytest.raises(TranscriptBroken):
            check_file(file, ROOM, SITE, **keys)
