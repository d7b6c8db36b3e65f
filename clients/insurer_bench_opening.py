"""Which family the bench speaks, with whose keys: from the options of a command to a bench."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.insurer_bench import Bench, BenchLine
from clients.insurer_bench_lines import FamilyLine, OwnLine
from clients.insurer_dialects import DOOR_WORDS, Dialect, GmDialect, XmlDialect
from clients.insurer_settings import FamilyName, open_gm_keys
from clients.key_files import KeyFolder
from crypto.request_signatures import WireRefused, read_public_key
from insurance_gateway.gm_envelope import read_gm_key

SHARED_FILE: Final = "shared.hex"


class OptionsMissing(Exception):
    """The family needs keys that were not given."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A family, and its keys. `public_key`: the insurer's, Base64; `own_keys`: the platform's side.

    `trust`: the root of policies' certificates, DER, which files cannot be checked without.
    """

    family: FamilyName
    public_key: str = ""
    own_keys: Path | None = None
    secret_file: Path | None = None
    trust: Path | None = None


@asynccontextmanager
async def open_bench(url: str, spoken: Spoken) -> AsyncIterator[Bench]:
    """A bench in front of the insurer at `url`. Raises OptionsMissing, WireRefused."""
    roots = [] if spoken.trust is None else [await asyncio.to_thread(spoken.trust.read_bytes)]
    async with aiohttp.ClientSession() as http:
        line: BenchLine
        if spoken.family == "signed_http":
            key = Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(32))
            line = OwnLine(http, key, url, read_public_key(spoken.public_key), roots)
        else:
            if not roots:
                raise OptionsMissing("--trust: files of policies are checked against a root")
            word = DOOR_WORDS[spoken.family]
            dialect = await asyncio.to_thread(dialect_of_platform, spoken)
            line = FamilyLine(http, dialect, word, url, roots)
        yield Bench(line)


@asynccontextmanager
async def serving(bench: Bench, listen: str) -> AsyncIterator[None]:
    """The bench takes notices while the block runs."""
    host, _, port = listen.rpartition(":")
    runner = web.AppRunner(bench.app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, int(port)).start()
        bench.address = f"http://{listen}"
        yield
    finally:
        await runner.cleanup()


def dialect_of_platform(spoken: Spoken) -> Dialect:
    """The platform's side of a family. Raises OptionsMissing, WireRefused."""
    if spoken.family == "xml":
        if spoken.secret_file is None:
            raise OptionsMissing("--secret-file: the family shares a secret")
        return XmlDialect(read_secret(spoken.secret_file))
    if spoken.own_keys is None or not spoken.public_key:
        raise OptionsMissing("--own-keys and --public-key: both sides sign and open")
    return GmDialect(open_gm_keys(KeyFolder(spoken.own_keys)), read_gm_key(spoken.public_key))


def read_secret(file: Path) -> bytes:
    """A shared secret in hex. Raises WireRefused."""
    try:
        return bytes.fromhex(file.read_text("ascii").strip())
    except ValueError as error:
        raise WireRefused("the secret is not in hex") from error
