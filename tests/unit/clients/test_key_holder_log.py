"""A key holder's own record: signed lines that can be added to and not changed."""

from datetime import timedelta
from pathlib import Path

import pytest

from clients.key_files import Signer
from clients.key_holder_log import KeyHolderLog, LogBroken, read_log
from tests.support.archive_parties import PUBLISHED, Platform

PLATFORM = Platform()
PARTY = PLATFORM.party(0x70, "示范市公证处", outside=True)
SIGNER = Signer(PARTY.key, PARTY.certificate)


def written(folder: Path, *acts: str) -> Path:
    """A log of these acts, a minute apart."""
    log = KeyHolderLog(folder / "log.jsonl", SIGNER)
    for minutes, act in enumerate(acts):
        log.write(act, {"lot": "1"}, at=PUBLISHED + timedelta(minutes=minutes))
    return log.file


def read(file: Path) -> list[str]:
    """The acts of a log that holds."""
    acts = read_log(file, trusted_roots=[PLATFORM.outside])
    return [act["act"] for act in acts]


def test_every_act_is_there_in_order(tmp_path: Path) -> None:
    file = written(tmp_path, "announce key", "unwrap", "destroy key")

    assert read(file) == ["announce key", "unwrap", "destroy key"]
    assert file.stat().st_mode & 0o077 == 0


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("drop", [0, 1])
def test_a_line_left_out_is_found(tmp_path: Path, drop: int) -> None:
    file = written(tmp_path, "announce key", "unwrap", "destroy key")
    lines = file.read_bytes().splitlines(keepends=True)
    del lines[drop]
    file.write_bytes(b"".join(lines))

    with pytest.raises(LogBroken):
        read(file)


def test_lines_in_another_order_are_found(tmp_path: Path) -> None:
    file = written(tmp_path, "announce key", "unwrap")
    file.write_bytes(b"".join(reversed(file.read_bytes().splitlines(keepends=True))))

    with pytest.raises(LogBroken, match="line 1"):
        read(file)


def test_a_changed_line_is_found(tmp_path: Path) -> None:
    file = written(tmp_path, "unwrap")
    file.write_bytes(file.read_bytes().replace(b'"lot":"1"', b'"lot":"2"'))

    with pytest.raises(LogBroken, match="line 1"):
        read(file)


def test_nothing_is_added_to_a_log_that_is_cut_short(tmp_path: Path) -> None:
    file = written(tmp_path, "unwrap")
    file.write_bytes(file.read_bytes()[:-1])

    with pytest.raises(LogBroken, match="cut short"):
        written(tmp_path, "unwrap")


def test_a_strangers_line_is_found(tmp_path: Path) -> None:
    file = written(tmp_path, "unwrap")

    with pytest.raises(LogBroken):
        read_log(file, trusted_roots=[PLATFORM.authority])
