"""Debian's `openssl` and ours read each other's SM2 keys, signatures and ciphertexts."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crypto import gm_sm2
from crypto.certificates import CertificateSubject
from crypto.gm_certificates import facts, issue, verify_chain
from crypto.gm_curve import reduced_scalar
from crypto.gm_sm2 import Sm2Key, generate_sm2_key

pytestmark = pytest.mark.needs("openssl")
ID = "distid:1234567812345678"
AT = datetime(2026, 11, 23, tzinfo=UTC)


def _openssl(*arguments: str | Path, stdin: bytes = b"") -> bytes:
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, input=stdin).stdout


@pytest.mark.parametrize(
    "make",
    [
        ("genpkey", "-algorithm", "SM2"),
        ("ecparam", "-name", "SM2", "-genkey", "-noout"),
        ("genpkey", "-algorithm", "SM2", "-aes256", "-pass", "pass:secret"),
    ],
    ids=["PKCS 8", "SEC 1", "encrypted"],
)
def test_keys_that_openssl_made_are_read(make: tuple[str, ...], tmp_path: Path) -> None:
    pem = _openssl(*make)
    (tmp_path / "key").write_bytes(pem)

    key = Sm2Key.from_pem(pem, b"secret")

    assert key.public_der == _openssl(
        *("pkey", "-in", tmp_path / "key", "-passin", "pass:secret"),
        *("-pubout", "-outform", "DER"),
    )


def test_signatures_verify_both_ways(tmp_path: Path) -> None:
    key = generate_sm2_key()
    (tmp_path / "key").write_bytes(key.to_pem(None))
    (tmp_path / "message").write_bytes(b"message")
    (tmp_path / "ours").write_bytes(key.sign(b"message"))
    common = (
        *("pkeyutl", "-inkey", tmp_path / "key", "-rawin", "-digest", "sm3"),
        *("-in", tmp_path / "message", "-pkeyopt", ID),
    )

    _openssl(*common, "-verify", "-sigfile", tmp_path / "ours")
    gm_sm2.verify(key.public_der, b"message", _openssl(*common, "-sign"))


def test_ciphertexts_open_both_ways(tmp_path: Path) -> None:
    key = generate_sm2_key()
    (tmp_path / "key").write_bytes(key.to_pem(None))
    (tmp_path / "secret").write_bytes(b"share and context")
    (tmp_path / "ours").write_bytes(
        gm_sm2.encrypt(key.public, b"share", ephemeral=reduced_scalar(b"\x05" * 48))
    )
    common = ("pkeyutl", "-inkey", tmp_path / "key")

    assert _openssl(*common, "-decrypt", "-in", tmp_path / "ours") == b"share"
    assert key.decrypt(_openssl(*common, "-encrypt", "-in", tmp_path / "secret")) == (
        b"share and context"
    )


def test_openssl_verifies_a_chain_of_ours(tmp_path: Path) -> None:
    root_key, key = generate_sm2_key(), generate_sm2_key()
    root = _certificate(root_key, (root_key, None), is_authority=True)
    leaf = _certificate(key, (root_key, root), is_authority=False)
    for name, der in (("root", root), ("leaf", leaf)):
        _openssl("x509", "-inform", "DER", "-out", tmp_path / name, stdin=der)

    told = _openssl(
        *("verify", "-vfyopt", ID, "-attime", str(int(AT.timestamp()) + 60)),
        *("-CAfile", tmp_path / "root", tmp_path / "leaf"),
    )

    assert told.strip().endswith(b"OK")


def test_a_certificate_of_openssl_verifies(tmp_path: Path) -> None:
    key = generate_sm2_key()
    (tmp_path / "key").write_bytes(key.to_pem(None))
    _openssl(
        *("req", "-x509", "-new", "-key", tmp_path / "key", "-sm3", "-sigopt", ID, "-days", "9"),
        *("-subj", "/CN=outside authority", "-outform", "DER", "-out", tmp_path / "root"),
    )
    root = (tmp_path / "root").read_bytes()
    at = facts(root).not_before
    leaf = _certificate(generate_sm2_key(), (key, root), is_authority=False, at=at)

    assert verify_chain(leaf, [], trusted_roots=[root], at=at).common_name == "示范"


def _certificate(
    key: Sm2Key, authority: tuple[Sm2Key, bytes | None], *, is_authority: bool, at: datetime = AT
) -> bytes:
    return issue(
        key.public_der,
        CertificateSubject("示范根" if is_authority else "示范"),
        authority=authority,
        at=at,
        days=9,
        is_authority=is_authority,
    )
