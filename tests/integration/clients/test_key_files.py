"""A party's keys lie in files that only it can read."""

from datetime import timedelta
from pathlib import Path

import pytest

from clients.key_files import (
    KeyFolder,
    read_opening_key,
    read_opening_keys,
    write_opening_keys,
)
from crypto import age_passphrase
from crypto.certificates import CertificateSubject, issue, make_request
from crypto.errors import BadKey, WrongPassphrase
from crypto.keys import OpeningKey, SigningKey, generate_signing_key
from crypto.signing import verify_statement
from tests.unit.clients.a_sealing_tender import AT

Authority = tuple[SigningKey, bytes]


def a_certificate(key: SigningKey, authority: Authority) -> bytes:
    request = make_request(key, common_name="示范", organization="示范", uscc="")
    return issue(
        authority[1],
        authority[0],
        request,
        at=AT - timedelta(days=1),
        days=30,
        subject=CertificateSubject("示范", organization="示范"),
    )


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path / "keys")

    first = keys.signing_key().public_der, keys.opening_key("a").public

    assert first == (keys.signing_key().public_der, keys.opening_key("a").public)
    modes = [path.stat().st_mode & 0o777 for path in keys.folder.iterdir()]
    assert modes == [0o600, 0o600]
    assert keys.folder.stat().st_mode & 0o777 == 0o700


def test_a_certified_key_signs_statements(tmp_path: Path, authority: Authority) -> None:
    keys = KeyFolder(tmp_path)
    keys.keep_certificate(a_certificate(keys.signing_key(), authority), [authority[1]])

    signed = keys.signer().signed("kaibiao/test/v1", {"a": 1})

    verify_statement(signed, label="kaibiao/test/v1", trusted_roots=[authority[1]], at=AT)
    assert keys.is_certified
    assert keys.signer().chain == (authority[1],)


def test_a_certificate_of_another_key_is_refused(tmp_path: Path, authority: Authority) -> None:
    keys = KeyFolder(tmp_path)

    with pytest.raises(BadKey):
        keys.keep_certificate(a_certificate(generate_signing_key(), authority), [])


def test_a_lost_opening_key_is_gone(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    before = keys.opening_key("a").public

    keys.lose_opening_key("a")

    assert keys.opening_key("a").public != before


def test_a_file_with_two_identities_is_refused(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    keys.opening_key("a")
    file = keys.opening_key_file("a")
    file.write_text(file.read_text() * 2)

    with pytest.raises(BadKey):
        read_opening_key(file)


def test_opening_keys_under_a_passphrase_are_read_with_it_only(tmp_path: Path) -> None:
    key = OpeningKey(b"\x42" * 32)
    file = tmp_path / "opening-keys.txt"
    write_opening_keys(file, {"price": key})
    locked = age_passphrase.lock(file.read_bytes(), "示范口令", work_factor=2)
    file.write_bytes(locked)

    assert read_opening_keys(file, "示范口令") == {key.recipient: key}
    for passphrase in (None, "another"):
        with pytest.raises(WrongPassphrase):
            read_opening_keys(file, passphrase)


def test_a_signing_key_under_a_passphrase_is_no_pem_on_the_disk(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path, "示范口令")

    key = keys.signing_key()

    (file,) = tmp_path.iterdir()
    assert file.name == "signing.key.pem.age"
    assert b"PRIVATE" not in file.read_bytes()
    assert KeyFolder(tmp_path, "示范口令").signing_key().public_der == key.public_der
