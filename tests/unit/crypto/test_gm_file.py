"""Sealed files under the national algorithms: round trips, and files that were tampered with."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from crypto import sealed_file
from crypto.age_file import open_plain
from crypto.age_payload import CHUNK_BYTES, SEALED_CHUNK_BYTES
from crypto.algorithms import NATIONAL
from crypto.container_digest import container_digest
from crypto.errors import BadHeader, BadMac, BadPayload
from crypto.gm_curve import reduced_scalar
from crypto.gm_sm4 import PortableSm4Gcm
from crypto.gm_suite import NationalSuite
from crypto.opening_keys import Sm2SoftwareKey
from crypto.sealed_file import (
    SealPolicy,
    open_file,
    open_stream,
    read_sealed_header,
    seal_file,
    unwrap_with_opening_key,
)

BIDDER, *HOLDERS = (Sm2SoftwareKey(reduced_scalar(bytes([n]) * 48)) for n in range(1, 5))
POLICY = SealPolicy(bytes(32), 2, tuple(holder.public for holder in HOLDERS), BIDDER.public)
FILE_KEY = bytes(range(16))
NONCE = b"\x07" * 16
VECTOR_FILE = Path(__file__).parents[2] / "vectors/gm-sealed-bid.json"
VECTOR: dict[str, Any] = json.loads(VECTOR_FILE.read_text())


def _content(size: int) -> bytes:
    return bytes(index % 251 for index in range(size))


def _sealed(folder: Path, content: bytes) -> Path:
    target = folder / "sealed"
    seal_file(io.BytesIO(content), target, POLICY, file_key=FILE_KEY, payload_nonce=NONCE)
    return target


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, (1 << 20) + 5, 3 << 20])
def test_what_was_sealed_opens(size: int, tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(_content(size))
    done: list[int] = []

    sealed = seal_file(tmp_path / "plain", tmp_path / "sealed", POLICY, progress=done.append)
    file_key = unwrap_with_opening_key((tmp_path / "sealed").read_bytes(), BIDDER)
    opened = open_file(tmp_path / "sealed", tmp_path / "out", file_key)

    assert file_key == sealed.file_key
    assert (tmp_path / "out").read_bytes() == _content(size)
    assert (opened.plaintext_root, opened.size) == (sealed.plaintext_root, size)
    assert sealed.container_digest == container_digest(tmp_path / "sealed")
    assert sealed.size == (tmp_path / "sealed").stat().st_size
    assert done[-1] == size


def test_the_sealed_bid_is_the_published_one(tmp_path: Path) -> None:
    bidder = Sm2SoftwareKey(bytes.fromhex(VECTOR["bidder_secret"]))
    holders = [Sm2SoftwareKey(bytes.fromhex(secret)) for secret in VECTOR["holder_secrets"]]
    policy = SealPolicy(
        bytes.fromhex(VECTOR["context"]),
        VECTOR["threshold"],
        tuple(holder.public for holder in holders),
        bidder.public,
    )
    published = VECTOR["sealed_bid"]
    plaintext = VECTOR["plaintext"].encode()

    sealed = seal_file(
        io.BytesIO(plaintext),
        tmp_path / "sealed",
        policy,
        file_key=bytes.fromhex(VECTOR["file_key"]),
        payload_nonce=bytes.fromhex(published["nonce"]),
    )
    written = (tmp_path / "sealed").read_bytes()
    start = read_sealed_header(written).header_length

    assert bidder.recipient == VECTOR["bidder_recipient"]
    assert written[:start].decode("ascii").split("\n") == VECTOR["header"]
    assert written[start:].hex() == published["nonce"] + published["chunks"]
    assert sealed.container_digest.hex() == published["container_digest"]
    file_key = unwrap_with_opening_key(written, bidder)
    assert b"".join(open_stream(io.BytesIO(written), file_key)) == plaintext


def test_a_payload_is_sm4_gcm_in_numbered_chunks(tmp_path: Path) -> None:
    data = _sealed(tmp_path, _content(CHUNK_BYTES + 9)).read_bytes()
    start = read_sealed_header(data).header.length + 16

    key = algorithms.SM4(NATIONAL.payload_key(FILE_KEY, NONCE))
    second = data[start + SEALED_CHUNK_BYTES :]
    nonce = (1).to_bytes(11, "big") + b"\x01"
    decryptor = Cipher(key, modes.GCM(nonce, second[-16:])).decryptor()

    assert data[start - 16 : start] == NONCE
    assert decryptor.update(second[:-16]) + decryptor.finalize() == _content(CHUNK_BYTES + 9)[-9:]


def test_every_implementation_of_sm4_writes_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fastest = _sealed(tmp_path, _content(200_000)).read_bytes()
    without_libgcrypt = replace(NATIONAL, aead=PortableSm4Gcm)
    monkeypatch.setattr(NationalSuite, "algorithms", without_libgcrypt)
    monkeypatch.setattr(sealed_file, "NATIONAL", without_libgcrypt)

    assert _sealed(tmp_path, _content(200_000)).read_bytes() == fastest
    assert b"".join(open_stream(io.BytesIO(fastest), FILE_KEY)) == _content(200_000)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[:-1], id="cut by a byte"),
        pytest.param(lambda data: data[:-SEALED_CHUNK_BYTES], id="cut by a chunk"),
        pytest.param(lambda data: data + b"\0", id="extended"),
        pytest.param(lambda data: data[:-1] + bytes([data[-1] ^ 1]), id="flipped"),
        pytest.param(
            lambda data: (
                data[: -2 * SEALED_CHUNK_BYTES]
                + data[-SEALED_CHUNK_BYTES:]
                + data[-2 * SEALED_CHUNK_BYTES : -SEALED_CHUNK_BYTES]
            ),
            id="reordered",
        ),
    ],
)
def test_a_damaged_payload_does_not_open(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = _sealed(tmp_path, _content(3 * CHUNK_BYTES))
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(BadPayload):
        open_file(path, tmp_path / "out", FILE_KEY)
    assert not (tmp_path / "out").exists()


def test_a_file_without_payload_or_with_another_first_line_does_not_open(tmp_path: Path) -> None:
    path = _sealed(tmp_path, b"content")
    data = path.read_bytes()
    start = read_sealed_header(data).header.length

    for wrong in (data[:start], data[: start + 15], b"age-encryption.org/v1\n" + data, b""):
        path.write_bytes(wrong)
        with pytest.raises(BadHeader):
            open_file(path, tmp_path / "out", FILE_KEY)


def test_nothing_opens_under_a_key_that_the_mac_does_not_fit(tmp_path: Path) -> None:
    path = _sealed(tmp_path, b"content")

    with pytest.raises(BadMac):
        open_file(path, tmp_path / "out", bytes(16))


def test_the_reader_of_age_files_refuses_it(tmp_path: Path) -> None:
    with pytest.raises(BadHeader):
        open_plain(_sealed(tmp_path, b"content"), tmp_path / "out", [BIDDER])
