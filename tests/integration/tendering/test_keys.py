"""The platform's keys: made once, all or none, readable by nobody else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crypto.certificates import facts, make_authority, verify_chain
from crypto.keys import generate_signing_key
from tendering.keys import KeysUnusable, _pem, load_keys

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NAME = "bids.example"


def test_keys_are_made_once_and_read_again(tmp_path: Path) -> None:
    made = load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)
    again = load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)

    assert again.authority.certificate == made.authority.certificate
    assert again.log.public == made.log.public
    assert again.vrf_public == made.vrf_public
    seeds = (made.log.seed, made.receipt.seed, made.vrf_seed, made.webhook_seed)
    assert len({*seeds, made.centre_seed, made.image_seed}) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_no_key_can_be_read_by_others(tmp_path: Path) -> None:
    load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)

    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}


def test_time_stamps_are_made_under_the_authority(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)

    told = verify_chain(
        keys.timestamping.certificate,
        [],
        trusted_roots=keys.trusted_roots(),
        at=NOON,
        usage="timestamping",
    )

    assert told.public_der == keys.timestamping.key.public_der


def test_outside_authorities_are_trusted_when_their_file_is_there(tmp_path: Path) -> None:
    outside = make_authority("示范外部CA", key=generate_signing_key(), at=NOON, years=1)
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "outside.pem").write_bytes(_pem(outside))

    keys = load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON, trust_folder=trust)

    assert keys.trusted_roots() == (keys.authority.certificate, outside)
    assert facts(keys.trusted_roots()[1]).common_name == "示范外部CA"


def test_keys_are_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable):
        load_keys(tmp_path / "keys", name=NAME, create=False, at=NOON)


@pytest.mark.parametrize("file", ["log.seed", "authority.key.pem", "timestamping.pem"])
def test_half_a_set_of_keys_is_refused_not_completed(tmp_path: Path, file: str) -> None:
    load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)
    (tmp_path / "keys" / file).unlink()

    with pytest.raises(KeysUnusable):
        load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)
    (tmp_path / "keys" / "log.seed").chmod(0o640)

    with pytest.raises(KeysUnusable, match="0600"):
        load_keys(tmp_path / "keys", name=NAME, create=False, at=NOON)


def test_a_certificate_of_another_key_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)
    folder = tmp_path / "keys"
    (folder / "timestamping.pem").write_bytes((folder / "authority.pem").read_bytes())

    with pytest.raises(KeysUnusable, match="not of the"):
        load_keys(folder, name=NAME, create=False, at=NOON)


def test_keys_do_not_show_in_texts(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "keys", name=NAME, create=True, at=NOON)

    assert keys.vrf_seed.hex() not in repr(keys)
    for seed in (keys.webhook_seed, keys.centre_seed, keys.image_seed):
        assert repr(seed) not in repr(keys)
    assert repr(keys.vrf_seed) not in repr(keys)
