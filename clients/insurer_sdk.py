"""The interface of a guarantor in Python: verify what the platform says, sign what it is told.

    line = Callbacks("https://bids.example", key, http, now)
    application = read_message(headers, body, Application, platform_key, at=await now())
    await line.tell(application.guarantor_id, Notice(uuid4(), application.order_id, "underwriting"))

docs/guarantors.md; `clients/insurer_simulator.py` is an insurer written with it.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.key_files import KeyFolder, Signer
from clients.platform import PREFIX
from clients.serving import write_private
from crypto.canonical import JsonValue
from crypto.request_signatures import Message, sign_request, verify_webhook
from insurance_gateway.guarantee import Cover
from insurance_gateway.wire import (
    POLICY_LABEL,
    TAG,
    Application,
    Notice,
    Policy,
    encode,
    policy_statement,
)

API_KEY: Final = "api.key.hex"
NONCE_BYTES: Final = 18
ANSWER_BYTES_MAX: Final = 64 << 10

Told = TypeVar("Told", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Answered:
    """The platform's answer to a notice: it has it when `status` is 200."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Callbacks:
    """A line to the platform. `now` is the time that signatures say."""

    address: str
    key: Ed25519PrivateKey = field(repr=False)
    http: aiohttp.ClientSession = field(repr=False)
    now: Callable[[], Awaitable[datetime]]

    async def tell(
        self, guarantor_id: UUID, notice: Notice, *, key: Ed25519PrivateKey | None = None
    ) -> Answered:
        """Send a notice once, signed anew. Raises aiohttp.ClientError, TimeoutError, OSError."""
        body = encode(notice)
        url = f"{self.address}{PREFIX}/insurance/callbacks/{guarantor_id}"
        headers = sign_request(
            Message("POST", url, {"Content-Type": "application/json"}),
            body,
            key or self.key,
            tag=TAG,
            at=await self.now(),
            nonce=secrets.token_urlsafe(NONCE_BYTES),
        )
        async with self.http.post(url, data=body, headers=headers) as response:
            answer = await response.content.read(ANSWER_BYTES_MAX)
            return Answered(response.status, answer.decode("utf-8", "replace"))

    async def platform_key(self) -> str:
        """The platform's key as it is published, Base64: compare it over another channel once."""
        async with self.http.get(f"{self.address}{PREFIX}/insurance/guarantors") as response:
            if response.status != HTTPStatus.OK:
                raise aiohttp.ClientError(f"the platform answers {response.status}")
            return str((await response.json())["platform_key"])


def read_message(
    headers: Mapping[str, str], body: bytes, kind: type[Told], platform_key: bytes, *, at: datetime
) -> tuple[str, Told]:
    """The id and the content of what the platform sent, by its Standard Webhooks signature.

    A message whose id was taken before is a repetition. Raises WireRefused, msgspec.DecodeError.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    name = verify_webhook(lower, body, platform_key, at=at)
    return name, msgspec.json.decode(body, type=kind)


def signed_policy(signer: Signer, application: Application, cover: Cover, number: str) -> Any:
    """A policy for an application, signed by the guarantor's organization."""
    policy = Policy(application.order_id, application.applicant.uscc, cover, number)
    statement: JsonValue = policy_statement(policy)
    return signer.sign(POLICY_LABEL, statement)


def open_api_key(folder: KeyFolder) -> Ed25519PrivateKey:
    """The key for requests, made at the first use."""
    file: Path = folder.folder / API_KEY
    if not file.exists():
        write_private(file, secrets.token_bytes(32).hex().encode() + b"\n")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii")))
