"""Looking at the plaintext of a container without writing it: what `open_file` would write."""

import io
from pathlib import Path

import pytest

from crypto import opened_view as module
from crypto.age_payload import CHUNK_BYTES
from crypto.container_digest import container_digest
from crypto.errors import BadHeader, BadMac, BadPayload
from crypto.opened_view import opened_view
from crypto.payload_pipeline import PLAIN_BLOCK_BYTES
from crypto.sealed_file import seal_file
from tests.unit.crypto.a_sealed_header import FILE_KEY, HEADER, POLICY

SIZES = (0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, PLAIN_BLOCK_BYTES, 2 * PLAIN_BLOCK_BYTES + 3)


def sealed(folder: Path, plaintext: bytes) -> Path:
    """A container of it."""
    target = folder / "sealed"
    seal_file(io.BytesIO(plaintext), target, POLICY, file_key=FILE_KEY)
    return target


def plaintext_of(size: int) -> bytes:
    """Bytes of which no two chunks are the same."""
    return b"".join(number.to_bytes(4) for number in range(size // 4 + 1))[:size]


@pytest.mark.parametrize("alone", [0, module.ALONE_BYTES_MAX])
def test_every_piece_and_the_digest_are_those_of_the_plaintext(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: int
) -> None:
    monkeypatch.setattr(module, "ALONE_BYTES_MAX", alone)
    for size in SIZES:
        plaintext = plaintext_of(size)
        pieces = [(0, size), (0, 5), (CHUNK_BYTES - 2, 4), (size - 1, 9), (size, 1), (size + 9, 1)]

        with opened_view(sealed(tmp_path, plaintext), FILE_KEY) as (view, digest):
            found = [view.read_at(max(0, offset), count) for offset, count in pieces]

        assert view.size == size
        assert digest == container_digest([plaintext])
        assert found == [plaintext[max(0, at) : max(0, at) + count] for at, count in pieces]


def test_nothing_is_seen_of_what_is_not_whole(tmp_path: Path) -> None:
    container = sealed(tmp_path, plaintext_of(3 * CHUNK_BYTES))
    content = container.read_bytes()
    cases = {
        "a bit of the last chunk": (content[:-1] + bytes([content[-1] ^ 1]), FILE_KEY, BadPayload),
        "cut by a byte": (content[:-1], FILE_KEY, BadPayload),
        "cut by a chunk": (content[: -CHUNK_BYTES - 16], FILE_KEY, BadPayload),
        "a byte too many": (content + b"\0", FILE_KEY, BadPayload),
        "no chunk": (content[: len(HEADER) + 16], FILE_KEY, BadPayload),
        "no payload": (content[: len(HEADER) + 3], FILE_KEY, BadHeader),
        "another key": (content, bytes(16), BadMac),
    }
    for name, (changed, key, error) in cases.items():
        container.write_bytes(changed)

        with pytest.raises(error), opened_view(container, key):
            pytest.fail(name)
