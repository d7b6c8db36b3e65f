"""The configuration file: the example holds every key, and what is unknown refuses the start."""

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from tendering.settings import (
    AuthoritySettings,
    Settings,
    SettingsRefused,
    WitnessSettings,
    effective,
    load_settings,
    parse_settings,
)

EXAMPLE = Path(__file__).parents[3] / "docs" / "operating" / "config.example.toml"
TABLES: dict[str, Any] = {each.name: each.type for each in fields(Settings)}


def test_the_example_is_read() -> None:
    settings = load_settings(EXAMPLE)

    assert settings.public_address == "https://bids.example"
    assert [one.run_by for one in settings.log.witnesses] == ["示范市公证处", "示范市审计局"]
    assert settings.log.authorities[0].url == "https://tsa.example"
    assert not settings.demonstration


@pytest.mark.parametrize("table", TABLES)
def test_the_example_has_every_key_of_each_table(table: str) -> None:
    example = tomllib.loads(EXAMPLE.read_text("utf-8"))

    assert set(example[table]) == {each.name for each in fields(TABLES[table])}


@pytest.mark.parametrize(
    ("rows", "kind"), [("witnesses", WitnessSettings), ("authorities", AuthoritySettings)]
)
def test_the_example_has_every_key_of_a_row(rows: str, kind: Any) -> None:
    example = tomllib.loads(EXAMPLE.read_text("utf-8"))

    assert set(example["log"][rows][0]) == {each.name for each in fields(kind)}


def test_without_a_file_the_platform_has_a_name_that_passkeys_can_be_bound_to() -> None:
    settings = load_settings(None)

    assert settings == replace(Settings(), server=settings.server)
    assert settings.public_address == "http://localhost:8080"


@pytest.mark.parametrize(
    "values",
    [
        {"sever": {"port": 80}},
        {"server": {"prot": 80}},
        {"log": {"witnesses": [{"url": "https://w.example", "verifier": "w", "runby": "x"}]}},
        {"log": {"certifiers": [{"name": "示范", "root": "root.pem"}]}},
    ],
)
def test_a_key_that_is_unknown_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsRefused, match="no such"):
        parse_settings(values)


@pytest.mark.parametrize(
    "values",
    [
        {"server": {"port": "80"}},
        {"server": {"port": True}},
        {"server": 80},
        {"platform": {"name": 1}},
        {"log": {"witnesses": {"url": "https://w.example"}}},
        {"log": {"witnesses": ["https://w.example"]}},
        {"log": {"certifiers": [{"name": "示范"}]}},
    ],
)
def test_a_value_of_another_type_or_a_missing_one_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsRefused):
        parse_settings(values)


def test_a_quorum_larger_than_the_witnesses_is_refused() -> None:
    with pytest.raises(SettingsRefused, match="quorum"):
        parse_settings({"log": {"quorum": 1}})


def test_a_clock_of_another_mode_is_refused() -> None:
    with pytest.raises(SettingsRefused, match="mode"):
        parse_settings({"clock": {"mode": "fast"}})


@pytest.mark.parametrize(
    "values",
    [
        {"smtp_host": "mail.example"},
        {"from_address": "platform@mail.example"},
        {"smtp_security": "ssl"},
        {"smtp_user": "platform"},
        {"attempts_max": 0},
        {"request_seconds_max": 0},
    ],
)
def test_half_a_mail_server_and_senseless_limits_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsRefused, match="notifications"):
        parse_settings({"notifications": values})


def test_a_term_for_bad_ratings_is_positive() -> None:
    with pytest.raises(SettingsRefused, match="follow_up"):
        parse_settings({"ratings": {"follow_up_working_days": 0}})


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[server\n")

    with pytest.raises(SettingsRefused):
        load_settings(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused):
        load_settings(tmp_path / "config.toml")


def test_keys_lie_in_the_folder_unless_they_have_one_of_their_own() -> None:
    data = parse_settings({"platform": {"folder": "/data"}})
    apart = parse_settings({"platform": {"folder": "/data", "keys_folder": "/keys"}})

    assert data.keys_folder == Path("/data/keys")
    assert apart.keys_folder == Path("/keys")


def test_what_is_in_force_can_be_shown() -> None:
    shown = effective(load_settings(EXAMPLE))

    assert shown["platform"]["host_name"] == "bids.example"
    assert shown["log"]["witnesses"][0]["independent"] is True


def test_relays_of_sound_and_picture_are_addresses_of_their_kind() -> None:
    for media in (
        {"peers_max": 1},
        {"turn_seconds": 0},
        {"stun_addresses": ["https://stun.example"]},
        {"turn_addresses": ["stun:turn.example"], "turn_secret_file": "secret"},
        {"turn_addresses": ["turn:turn.example"]},
        {"turn_secret_file": "secret"},
        {"janus_address": "http://127.0.0.1:8088"},
        {"janus_secret_file": "secret"},
        {"recordings_folder": "/srv/recordings"},
    ):
        with pytest.raises(SettingsRefused, match="media"):
            parse_settings({"media": media})
