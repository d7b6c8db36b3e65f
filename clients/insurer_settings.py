"""How a simulated insurer is set up: its family, its keys, and what goes wrong on purpose."""

import base64
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.insurer_dialects import Dialect, GmDialect, XmlDialect
from clients.insurer_sdk import Answered
from clients.key_files import KeyFolder
from clients.serving import write_private
from crypto.gm_sm2 import Sm2Key, generate_sm2_key
from insurance_gateway.gm_envelope import GmKeys, read_gm_key
from insurance_gateway.wire import Notice

FamilyName = Literal["signed_http", "gm_json", "xml"]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The configuration file. `listen` is host:port; `latency_ms` is how long a decision takes.

    A `family` other than our own has its keys here: the `shared_secret` of XML in hex, or the
    platform's points of SM2, Base64. With `premium_by_platform` it waits to hear of a payment.
    """

    platform: str
    login: str
    password: str
    name: str
    key_folder: str
    listen: str = "127.0.0.1:0"
    latency_ms: int = 0
    family: FamilyName = "signed_http"
    shared_secret: str = ""
    platform_gm_key: str = ""
    premium_by_platform: bool = False


@dataclass(slots=True)
class Faults:
    """What goes wrong on purpose: counts run down, flags stay."""

    errors: int = 0
    wrong_signatures: int = 0
    duplicates: bool = False
    disorder: bool = False


class TellLine(Protocol):
    """What carries notices to the platform."""

    async def tell(
        self, guarantor_id: UUID, notice: Notice, *, key: Ed25519PrivateKey | None = None
    ) -> Answered:
        """Send a notice once."""

    async def platform_key(self) -> str:
        """The platform's Ed25519 key, Base64."""


def dialect_of(config: Config, keys: KeyFolder) -> tuple[Dialect, str]:
    """The dialect of the configuration, and the public key to register."""
    if config.family == "xml":
        return XmlDialect(bytes.fromhex(config.shared_secret)), ""
    own = open_gm_keys(keys)
    peer = read_gm_key(config.platform_gm_key)
    return GmDialect(own, peer), base64.b64encode(own.public).decode("ascii")


def open_gm_keys(folder: KeyFolder) -> GmKeys:
    """The SM2 keys of an insurer, made at the first use. Raises BadKey, ProviderMissing."""
    found = []
    for name in ("gm-signing.key.pem", "gm-opening.key.pem"):
        file = folder.folder / name
        if not file.exists():
            write_private(file, generate_sm2_key().to_pem(None))
        found.append(Sm2Key.from_pem(file.read_bytes()))
    return GmKeys(*found)
