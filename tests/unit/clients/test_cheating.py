"""Every kind of cheating that is demonstrated is told, and somebody must be blamed for it."""

from pathlib import Path

from clients.demo.cheating import BLAMED, CLEARS, LIES, LOSES_KEY, TOLD, Cheat, damage
from clients.demo.results import names_cheat

ENGLISH = "  lot 1 91510100MA0000771X: {}: price: because"


def test_each_kind_is_told_and_blamed() -> None:
    assert set(TOLD) == set(BLAMED) == set(Cheat)
    assert CLEARS | LIES <= LOSES_KEY


def test_only_who_must_be_blamed_counts_as_named() -> None:
    said = ["⚖ 标段 1 示范：责任方", ENGLISH.format("bidder (proved)"), "成立 / HOLDS"]

    assert names_cheat(said, Cheat.WRONG_RECORD)
    assert not names_cheat(said, Cheat.BAD_RECORDS)
    assert not names_cheat(said, Cheat.DAMAGED)
    assert not names_cheat(said, None)
    assert not names_cheat([*said, *said], Cheat.WRONG_RECORD)
    assert names_cheat(["成立 / HOLDS"], None)


def test_one_byte_of_the_kept_copy_is_changed(tmp_path: Path) -> None:
    kept, original = tmp_path / "kept", tmp_path / "original"
    (kept / "deep").mkdir(parents=True)
    original.write_bytes(bytes(range(100)))
    (kept / "deep" / "other").write_bytes(bytes(100))

    assert not damage(kept, original)
    (kept / "deep" / "copy").write_bytes(bytes(range(100)))
    assert damage(kept, original)
    changed = (kept / "deep" / "copy").read_bytes()
    assert sum(one != other for one, other in zip(changed, bytes(range(100)), strict=True)) == 1
