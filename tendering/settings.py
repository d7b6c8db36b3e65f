"""The configuration file: one TOML, each table a frozen dataclass, unknown keys refuse the start.

Secrets are paths to files, so the configuration itself can be shown to an auditor. Without a file
everything lies under `var/`, with an embedded PostgreSQL.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from tendering.domain.open_data.publication import DEMONSTRATION_PREFIX, PREFIX

FOLLOW_UP_DAYS_MAX: Final = 60
PEERS_MIN: Final = 2
# A busy process may miss some signs of life without having been away.
TRIGGER_BEATS_MIN: Final = 10


class SettingsRefused(Exception):
    """The configuration has a key or a value that the platform does not know: do not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the platform listens, and the address browsers see.

    A process that is told to stop takes at most `drain_seconds` to finish what it has begun.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    public_address: str = ""
    processes: int = 1
    drain_seconds: int = 5
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
    """Who runs this, where its data and keys lie, which outside authorities it trusts.

    `ocid_prefix` begins the identifiers of open data: the Open Contracting Partnership gives it.
    """

    name: str = "开标示范平台"
    host_name: str = "kaibiao.localhost"
    folder: str = "var"
    keys_folder: str = ""
    trust_folder: str = ""
    upload_bytes_max: int = 8 << 30
    free_bytes_min: int = 256 << 20
    abandoned_hours: int = 48
    ocid_prefix: str = DEMONSTRATION_PREFIX


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
    """The transparency log: its pace, its witnesses and authorities.

    Its pace while any tender takes bids, and while none does.
    """

    interval_seconds: int = 1
    idle_interval_seconds: int = 60
    quorum: int = 0
    witnesses: tuple[WitnessSettings, ...] = ()
    authorities: tuple[AuthoritySettings, ...] = ()
    certifiers: tuple[AuthoritySettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSettings:
    """Where messages go besides the platform itself: by mail if `smtp_host` is set, to webhooks.

    `smtp_security`: `tls` from the first byte, `starttls`, or `none` for a relay on this machine.
    `webhooks_to_private_networks` also allows plain HTTP.
    """

    smtp_host: str = ""
    smtp_port: int = 465
    smtp_security: Literal["tls", "starttls", "none"] = "tls"
    smtp_user: str = ""
    smtp_password_file: str = ""
    from_address: str = ""
    webhooks_to_private_networks: bool = False
    request_seconds_max: int = 10
    attempts_max: int = 12
    retry_first_seconds: int = 10
    retry_seconds_max: int = 7200
    requests_max: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSettings:
    """How long the operator has to look into a bad rating (好差评)."""

    follow_up_working_days: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageSettings:
    """How often a process gives a sign of life, and which silence of all is an outage.

    What an outage leads to, the rulebook says.
    """

    heartbeat_seconds: int = 1
    trigger_seconds: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningSettings:
    """How many openings may fall on one instant before planning warns, and how far apart others.

    Nothing is refused for it.
    """

    at_one_instant_max: int = 50
    spread_minutes: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """Where backups lie, how many are kept, and how old the newest may be before it is told.

    The platform's keys are sealed to `recipients` (age); without one they are not in a backup.
    """

    folder: str = ""
    hours_max: int = 26
    keep: int = 7
    mirror_seconds: int = 10
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSettings:
    """Sound and picture of the rooms: how many take part, and who helps browsers to meet.

    `turn_secret_file` holds the secret shared with the TURN server, which accepts credentials that
    are made of it for `turn_seconds`. `janus_address`: of a Janus server that carries the streams,
    and records them in `recordings_folder`; empty: browsers send to one another.
    """

    peers_max: int = 16
    janus_address: str = ""
    janus_secret_file: str = ""
    recordings_folder: str = ""
    stun_addresses: tuple[str, ...] = ()
    turn_addresses: tuple[str, ...] = ()
    turn_secret_file: str = ""
    turn_seconds: int = 43200


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    server: ServerSettings = field(default_factory=ServerSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    platform: PlatformSettings = field(default_factory=PlatformSettings)
    clock: ClockSettings = field(default_factory=ClockSettings)
    log: LogSettings = field(default_factory=LogSettings)
    notifications: NotificationSettings = field(default_factory=NotificationSettings)
    ratings: RatingSettings = field(default_factory=RatingSettings)
    outages: OutageSettings = field(default_factory=OutageSettings)
    openings: OpeningSettings = field(default_factory=OpeningSettings)
    backups: BackupSettings = field(default_factory=BackupSettings)
    media: MediaSettings = field(default_factory=MediaSettings)

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
        notifications=_table(
            "notifications", NotificationSettings, tables.get("notifications", {})
        ),
        ratings=_table("ratings", RatingSettings, tables.get("ratings", {})),
        outages=_table("outages", OutageSettings, tables.get("outages", {})),
        openings=_table("openings", OpeningSettings, tables.get("openings", {})),
        backups=_table("backups", BackupSettings, tables.get("backups", {})),
        media=_table("media", MediaSettings, tables.get("media", {})),
    )
    if settings.clock.mode not in {"normal", "demonstration"}:
        raise SettingsRefused("clock.mode: normal or demonstration")
    _check_server(settings.server)
    if settings.platform.abandoned_hours < 1 or settings.platform.free_bytes_min < 0:
        raise SettingsRefused("platform: abandoned_hours is positive, free_bytes_min not negative")
    if not PREFIX.fullmatch(settings.platform.ocid_prefix):
        raise SettingsRefused("platform.ocid_prefix: ocds- and six small letters or digits")
    if settings.log.quorum > len(settings.log.witnesses):
        raise SettingsRefused("log.quorum: more than there are witnesses")
    _check_notifications(settings.notifications)
    if not 1 <= settings.ratings.follow_up_working_days <= FOLLOW_UP_DAYS_MAX:
        raise SettingsRefused(f"ratings.follow_up_working_days: 1 to {FOLLOW_UP_DAYS_MAX}")
    _check_outages(settings.outages)
    _check_openings(settings.openings)
    _check_media(settings.media)
    backups = settings.backups
    if min(backups.hours_max, backups.keep, backups.mirror_seconds) < 1:
        raise SettingsRefused("backups: hours_max, keep and mirror_seconds are positive")
    return settings


def effective(settings: Settings) -> dict[str, Any]:
    """The values in force, for `kaibiao check-config`."""
    return asdict(settings)


def _check_server(chosen: ServerSettings) -> None:
    if chosen.processes < 1 or chosen.drain_seconds < 0:
        raise SettingsRefused("server: processes is positive, drain_seconds not negative")


def _check_openings(chosen: OpeningSettings) -> None:
    if min(chosen.at_one_instant_max, chosen.spread_minutes) < 1:
        raise SettingsRefused("openings: at_one_instant_max and spread_minutes are positive")


def _check_media(chosen: MediaSettings) -> None:
    if chosen.peers_max < PEERS_MIN or chosen.turn_seconds < 1:
        raise SettingsRefused("media: peers_max is 2 at least, turn_seconds positive")
    for name, addresses, schemes in (
        ("stun_addresses", chosen.stun_addresses, ("stun:", "stuns:")),
        ("turn_addresses", chosen.turn_addresses, ("turn:", "turns:")),
    ):
        if not all(one.startswith(schemes) for one in addresses):
            raise SettingsRefused(f"media.{name}: an address begins with {schemes[0]}")
    if bool(chosen.turn_addresses) != bool(chosen.turn_secret_file):
        raise SettingsRefused("media: turn_addresses and turn_secret_file go together")
    if chosen.janus_address and not chosen.janus_address.startswith(("ws:", "wss:")):
        raise SettingsRefused("media.janus_address: an address begins with ws: or wss:")
    if not chosen.janus_address and (chosen.janus_secret_file or chosen.recordings_folder):
        raise SettingsRefused("media: it takes janus_address to record")


def _check_outages(chosen: OutageSettings) -> None:
    if chosen.heartbeat_seconds < 1:
        raise SettingsRefused("outages.heartbeat_seconds: at least 1")
    if chosen.trigger_seconds < chosen.heartbeat_seconds * TRIGGER_BEATS_MIN:
        raise SettingsRefused(f"outages.trigger_seconds: at least {TRIGGER_BEATS_MIN} heartbeats")


def _check_notifications(chosen: NotificationSettings) -> None:
    if bool(chosen.smtp_host) != bool(chosen.from_address):
        raise SettingsRefused("notifications: smtp_host and from_address go together")
    if chosen.smtp_security not in {"tls", "starttls", "none"}:
        raise SettingsRefused("notifications.smtp_security: tls, starttls or none")
    if bool(chosen.smtp_user) != bool(chosen.smtp_password_file):
        raise SettingsRefused("notifications: smtp_user and smtp_password_file go together")
    limits = (
        chosen.request_seconds_max,
        chosen.attempts_max,
        chosen.retry_first_seconds,
        chosen.retry_seconds_max,
        chosen.requests_max,
    )
    if min(limits) < 1:
        raise SettingsRefused("notifications: seconds, attempts and requests are positive")


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
