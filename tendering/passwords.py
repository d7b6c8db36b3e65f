"""Passwords: argon2id in threads, a few at once, always the same work for right and wrong logins.

One hash takes about 0.1 s of a core and 64 MiB, so without a limit a burst of log-ins would starve
everything else.
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from tendering.domain.refusals.accounts import PasswordGuessable

AT_ONCE: Final = 2
WAITING_MAX: Final = 64
# What zxcvbn calls safe against guessing over a line that slows it down.
GUESSES_MIN: Final = Decimal(10) ** 8
# The estimate takes long for more, and what stands behind makes nothing weaker.
ESTIMATED_MAX: Final = 72
PLATFORM_WORDS: Final = ("kaibiao", "开标", "招标", "投标", "toubiao", "zhaobiao")

Result = TypeVar("Result")


class PasswordsBusy(TimeoutError):
    """Too many log-ins wait for their turn: an outage of seconds."""


class Passwords:
    """Hashes and checks passwords off the loop. Close it when the server stops."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Use argon2id with RFC 9106's second recommendation, the library's default."""
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._waiting = 0
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str, *, words: Sequence[str] = ()) -> str:
        """The argon2id text to store. Raises PasswordsBusy, PasswordGuessable.

        `words` are known of its owner, such as login and name: they make a password no stronger.
        """
        return await self._in_thread(lambda: self._hash(_normal(password), words))

    async def fits(self, password: str, stored: str | None) -> bool:
        """Is this the password? None, no such login, costs the same. Raises PasswordsBusy."""
        fits = await self._in_thread(lambda: self._verify(stored or self._decoy, _normal(password)))
        return fits and stored is not None

    def close(self) -> None:
        """Stop the threads once they have finished."""
        self._threads.shutdown(cancel_futures=True)

    def _hash(self, password: str, words: Sequence[str]) -> str:
        known = [word for word in (*PLATFORM_WORDS, *words) if word]
        if zxcvbn(password[:ESTIMATED_MAX], user_inputs=known)["guesses"] < GUESSES_MIN:
            raise PasswordGuessable
        return self._hasher.hash(password)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= WAITING_MAX:
            raise PasswordsBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _normal(password: str) -> str:
    # The same characters may arrive composed or decomposed, depending on the keyboard.
    return unicodedata.normalize("NFC", password)
