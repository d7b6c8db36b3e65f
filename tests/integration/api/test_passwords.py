"""Passwords: off the loop, bounded, and equally slow for right and wrong."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from tendering.passwords import AT_ONCE, WAITING_MAX, Passwords, PasswordsBusy


class Counting(PasswordHasher):
    """Counts what runs at once, and waits to be let go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.lock, self.go_on = threading.Lock(), threading.Event()
        self.running = self.most = self.verified = 0
        self.go_on.set()

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go_on.wait(5)
        try:
            return super().verify(hash, password)
        finally:
            with self.lock:
                self.running -= 1
                self.verified += 1


@pytest.fixture
def hasher() -> Counting:
    """A cheap hasher that counts."""
    return Counting()


@pytest.fixture
def passwords(hasher: Counting) -> Iterator[Passwords]:
    """Passwords hashed by it."""
    opened = Passwords(hasher)
    yield opened
    opened.close()


async def test_a_password_fits_its_own_hash_only(passwords: Passwords) -> None:
    stored = await passwords.hash("示范-password-1")

    assert stored.startswith("$argon2id$")
    assert await passwords.fits("示范-password-1", stored)
    assert not await passwords.fits("示范-Password-1", stored)
    assert not await passwords.fits("示范-password-1", "no hash at all")


async def test_composed_and_decomposed_characters_are_the_same(passwords: Passwords) -> None:
    stored = await passwords.hash("caf\u00e9-caf\u00e9")

    assert await passwords.fits("cafe\u0301-cafe\u0301", stored)


async def test_an_unknown_login_costs_the_same_work(passwords: Passwords, hasher: Counting) -> None:
    assert not await passwords.fits("whatever it is", None)

    assert hasher.verified == 1


async def test_two_run_at_once_and_the_queue_has_an_end(
    passwords: Passwords, hasher: Counting
) -> None:
    hasher.go_on.clear()
    waiting = [asyncio.ensure_future(passwords.fits("a", None)) for _ in range(WAITING_MAX)]
    await asyncio.wait(waiting, timeout=0.05)

    with pytest.raises(PasswordsBusy):
        await passwords.fits("a", None)

    hasher.go_on.set()
    async with asyncio.timeout(5):
        assert not any(await asyncio.gather(*waiting))
    assert hasher.most == AT_ONCE
    assert hasher.verified == WAITING_MAX
