"""Every parser, short: its seeds, what was once found, and some hundred spoilings of each."""

import random
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, Target

CORPUS = Path(__file__).parent / "corpus"
SPOILINGS = 300
INTERESTING = (b"\x00", b"\xff", b"\n\n", b"{", b"[", b"-", b"9" * 20, b"\x30\x80", b"=", b"\xf0")


def spoiled(seed: bytes, chance: random.Random) -> bytes:
    """One to four changes: a bit, a cut, a piece twice, a piece from elsewhere."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.randint(1, 40))
        match chance.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:to]
            case 2:
                data[at:at] = data[at:to] * chance.randint(1, 5)
            case 3:
                data[at:at] = chance.choice(INTERESTING)
            case 4:
                del data[at:]
            case _:
                data[at:to] = chance.randbytes(to - at)
    return bytes(data)


def inputs(name: str, target: Target) -> list[bytes]:
    """What is tried here, the same each time."""
    chance = random.Random(name)
    found = [file.read_bytes() for file in sorted((CORPUS / name).glob("*"))]
    known = [*target.seeds, *found, b""]
    return known + [spoiled(seed, chance) for seed in known for _ in range(SPOILINGS)]


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_parser_raises_nothing_but_its_named_errors(name: str) -> None:
    target = TARGETS[name]
    taken = 0
    for data in inputs(name, target):
        try:
            target.parse(data)
        except target.refusals:
            continue
        taken += 1

    # The seeds at least are not refused for a reason that has nothing to do with their bytes.
    assert taken >= 1 or name == "insurer-notice"


def test_what_was_found_is_kept_under_the_name_of_a_target() -> None:
    assert {folder.name for folder in CORPUS.iterdir() if folder.is_dir()} <= TARGETS.keys()
