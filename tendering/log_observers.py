"""Asking others about a checkpoint: witnesses for cosignatures, authorities for time stamps.

Each observer is asked about the newest checkpoint only, has a few seconds to answer, and is left
alone for a growing while after a failure. What it answers is verified before it is kept.
Protocols: C2SP tlog-witness, RFC 3161 §3.4.
"""

import base64
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final

import aiohttp

from crypto.errors import BadCheckpoint, BadTimestamp
from crypto.notes import verify_cosignatures, with_signatures
from crypto.timestamp import make_request, token_of, verify
from tendering.domain.published_keys import Authority, Witness
from tendering.storage.log import Checkpoint, Token

ANSWER_BYTES_MAX: Final = 64 << 10
PAUSE_FIRST_SECONDS: Final = 1.0
PAUSE_MAX_SECONDS: Final = 60.0
NONCE_BITS: Final = 63
SIZE_TEXT_MAX: Final = 20

Consistency = Callable[[int, int], Awaitable[list[bytes]]]

log = logging.getLogger(__name__)


class ObserverFailed(Exception):
    """An observer answered something that is not an answer to what it was asked."""


@dataclass(slots=True)
class Patience:
    """How long to leave an observer alone: doubled with each failure, forgotten with a success."""

    pause_seconds: float = 0.0
    not_before: float = 0.0

    def may_ask(self, now: float) -> bool:
        """Has the pause passed? `now` is monotonic seconds."""
        return now >= self.not_before

    def failed(self, now: float) -> None:
        """Begin a pause twice as long as the last."""
        doubled = max(PAUSE_FIRST_SECONDS, self.pause_seconds * 2)
        self.pause_seconds = min(doubled, PAUSE_MAX_SECONDS)
        self.not_before = now + self.pause_seconds

    def succeeded(self) -> None:
        """Forget the failures."""
        self.pause_seconds = self.not_before = 0.0


@dataclass(slots=True)
class WitnessLine:
    """The line to one witness; `size` is the last tree it is known to have seen."""

    witness: Witness
    url: str
    patience: Patience = field(default_factory=Patience)
    size: int = 0

    async def ask(
        self, session: aiohttp.ClientSession, checkpoint: Checkpoint, consistency: Consistency
    ) -> str | None:
        """Its cosignature line over a checkpoint; None when it has seen a later one.

        Raises ObserverFailed, aiohttp.ClientError, TimeoutError.
        """
        # Once with the size we remember, once with the size it told us.
        for _ in range(2):
            if self.size > checkpoint.size:
                return None
            proof = await consistency(self.size, checkpoint.size)
            body = _add_checkpoint(self.size, proof, checkpoint.text)
            async with session.post(f"{self.url}/add-checkpoint", data=body) as response:
                answer = await _read(response)
                if response.status == HTTPStatus.OK:
                    return self._cosigned(checkpoint, answer)
                if response.status != HTTPStatus.CONFLICT:
                    self._refused(checkpoint, response.status)
                self._correct(checkpoint, answer)
        raise ObserverFailed("the witness keeps naming another size")

    def _cosigned(self, checkpoint: Checkpoint, answer: bytes) -> str:
        text = with_signatures(checkpoint.text, answer.decode().splitlines(keepends=True))
        if self.witness.name not in verify_cosignatures(text, [self.witness.verifier]):
            raise ObserverFailed("the answer holds no cosignature by this witness")
        self.size = checkpoint.size
        return text.removeprefix(checkpoint.text)

    def _correct(self, checkpoint: Checkpoint, answer: bytes) -> None:
        """Learn from a 409 what the witness saw last."""
        text = answer.decode().removesuffix("\n")
        if len(text) > SIZE_TEXT_MAX or not text.isdecimal():
            raise ObserverFailed("a conflict without a size")
        seen = int(text)
        if seen == self.size == checkpoint.size:
            log.error("witness %s saw another tree of %d leaves", self.witness.name, seen)
            raise ObserverFailed("the witness saw another tree of this size")
        if seen > checkpoint.size:
            # Another of our processes was quicker; if it stays so, this database was set back.
            log.warning("witness %s has seen %d leaves already", self.witness.name, seen)
        self.size = seen

    def _refused(self, checkpoint: Checkpoint, status: int) -> None:
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            log.error(
                "witness %s: the tree of %d leaves does not continue the %d it saw",
                self.witness.name,
                checkpoint.size,
                self.size,
            )
        raise ObserverFailed(f"the witness answers {status}")


@dataclass(slots=True)
class AuthorityLine:
    """The line to one time-stamping authority."""

    authority: Authority
    url: str
    patience: Patience = field(default_factory=Patience)

    async def ask(
        self,
        session: aiohttp.ClientSession,
        checkpoint: Checkpoint,
        *,
        now: Callable[[], datetime],
    ) -> Token:
        """Its token over a checkpoint's root. Raises as `WitnessLine.ask` does."""
        nonce = secrets.randbits(NONCE_BITS)
        query = make_request(checkpoint.root, nonce)
        headers = {"Content-Type": "application/timestamp-query"}
        async with session.post(self.url, data=query, headers=headers) as response:
            answer = await _read(response)
            if response.status != HTTPStatus.OK:
                raise ObserverFailed(f"the authority answers {response.status}")
        try:
            verify(
                answer,
                digest=checkpoint.root,
                trusted_roots=[self.authority.root],
                at=now(),
                nonce=nonce,
            )
            return Token(self.authority.name, token_of(answer))
        except BadTimestamp as error:
            raise ObserverFailed(str(error)) from error


def _add_checkpoint(old: int, proof: list[bytes], text: str) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(hashed).decode() for hashed in proof), "", text]
    return "\n".join(lines).encode()


async def _read(response: aiohttp.ClientResponse) -> bytes:
    answer = bytearray()
    async for chunk in response.content.iter_any():
        answer += chunk
        if len(answer) > ANSWER_BYTES_MAX:
            raise ObserverFailed("the answer is too long")
    return bytes(answer)


# What an observer may do to us that is its failure and not ours.
FAILURES: Final[tuple[type[Exception], ...]] = (
    ObserverFailed,
    BadCheckpoint,
    UnicodeDecodeError,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
)
