"""The configuration file: one TOML, each table a frozen dataclass, unknown keys refuse the start.

Secrets are paths to files, so the configuration itself can be shown to an auditor. Without a file
everything lies under `var/`, with an embedded PostgreSQL.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar


class SettingsRefused(Exception):
    """The configuration has a key or a value that the platform does not know: do not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the platform listens, and the address browsers see."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_address: str = ""
    processes: int = 1
    trusted_proxies: tuple[str, ...] = ()
    metrics_token_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """An empty `dsn_file` means the embedded PostgreSQL; otherwise files that hold one DSN each."""

    dsn_file: str = ""
    owner_dsn_file: str = ""
    pool_connections_max: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSettings:
    """Who runs this, where its data and keys lie, which outside authorities it trusts."""

    name: str = "开标示范平台"
    host_name: str = "kaibiao.localhost"
    folder: str = "var"
    keys_folder: str = ""
    trust_folder: str = ""
    upload_bytes_max: int = 8 << 30
    free_bytes_min: int = 256 << 20
    abandoned_hours: int = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings:
    """`demonstration`: the clock may jump; every page, document and archive says so."""

    mode: Literal["normal", "demonstration"] = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessSettings:
    """A witness: its cosigner key text, where it answers, and who runs it."""

    url: str
    verifier: str
    run_by: str
    independent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoritySettings:
    """An outside authority: its name and root certificate, a PEM file; `url` if it stamps time."""

    name: str
    root_file: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """The transparency log: its pace, its witnesses and authorities."""

    interval_seconds: int = 1
    quorum: int = 0
    witnesses: tuple[WitnessSettings, ...] = ()
    authorities: tuple[AuthoritySettings, ...] = ()
    certifiers: tuple[AuthoritySettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    server: ServerSettings = field(default_factory=ServerSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    platform: PlatformSettings = field(default_factory=PlatformSettings)
    clock: ClockSettings = field(default_factory=ClockSettings)
    log: LogSettings = field(default_factory=LogSettings)

    @property
    def folder(self) -> Path:
        """Where data lies."""
        return Path(self.platform.folder).absolute()

    @property
    def keys_folder(self) -> Path:
        """Where the platform's own keys lie."""
        return Path(self.platform.keys_folder or self.folder / "keys")

    @property
    def demonstration(self) -> bool:
        """May the clock jump?"""
        return self.clock.mode == "demonstration"

    @property
    def public_address(self) -> str:
        """Scheme, host and port as browsers see them."""
        return self.server.public_address or f"http://{self.server.host}:{self.server.port}"


Table = TypeVar("Table")


def load_settings(file: Path | None) -> Settings:
    """Read the configuration; without a file the defaults. Raises SettingsRefused."""
    if file is None:
        # By name: a passkey is bound to a host name and refuses a bare address.
        return Settings(server=ServerSettings(public_address="http://localhost:8080"))
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsRefused(f"{file}: {error}") from error
    return parse_settings(values)


def parse_settings(values: Mapping[str, Any]) -> Settings:
    """Build the settings from the tables of the file. Raises SettingsRefused."""
    log = dict(values.get("log", {}))
    for name, row in (
        ("witnesses", WitnessSettings),
        ("authorities", AuthoritySettings),
        ("certifiers", AuthoritySettings),
    ):
        rows = log.get(name, [])
        if not isinstance(rows, list):
            raise SettingsRefused(f"log.{name}: a list of tables is expected")
        log[name] = tuple(_table(f"log.{name}", row, each) for each in rows)
    tables = {**values, "log": log}
    unknown = set(tables) - {each.name for each in fields(Settings)}
    if unknown:
        raise SettingsRefused(f"no such table: {', '.join(sorted(unknown))}")
    settings = Settings(
        server=_table("server", ServerSettings, tables.get("server", {})),
        database=_table("database", DatabaseSettings, tables.get("database", {})),
        platform=_table("platform", PlatformSettings, tables.get("platform", {})),
        clock=_table("clock", ClockSettings, tables.get("clock", {})),
        log=_table("log", LogSettings, log),
    )
    if settings.clock.mode not in {"normal", "demonstration"}:
        raise SettingsRefused("clock.mode: normal or demonstration")
    if settings.platform.abandoned_hours < 1 or settings.platform.free_bytes_min < 0:
        raise SettingsRefused("platform: abandoned_hours is positive, free_bytes_min not negative")
    if settings.log.quorum > len(settings.log.witnesses):
        raise SettingsRefused("log.quorum: more than there are witnesses")
    return settings


def effective(settings: Settings) -> dict[str, Any]:
    """The values in force, for `kaibiao check-config`."""
    return asdict(settings)


def _table(name: str, kind: type[Table], values: object) -> Table:
    if not isinstance(values, Mapping):
        raise SettingsRefused(f"{name}: a table is expected")
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    for key, value in values.items():
        if key not in known:
            raise SettingsRefused(f"{name}.{key}: no such key")
        wanted = known[key].type
        if wanted in {str, int, bool} and type(value) is not wanted:
            raise SettingsRefused(f"{name}.{key}: {wanted.__name__} is expected")
    given = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    try:
        return kind(**given)
    except TypeError as error:
        raise SettingsRefused(f"{name}: {error}") from error
