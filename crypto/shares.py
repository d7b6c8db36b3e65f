"""Shamir's secret sharing over GF(2^8), bytewise.

A secret of 16 bytes becomes the values at x = 1..n of sixteen polynomials of degree t-1; any t
values give it back, t-1 say nothing about it. The coefficients are an argument: who calls decides
where they come from (docs/specs/sealed-bid-v1.md §5). Field polynomial x^8+x^4+x^3+x+1.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

SECRET_BYTES = 16
HOLDERS_MAX = 32


def _tables() -> tuple[bytes, bytes]:
    exponents = bytearray(510)
    logarithms = bytearray(256)
    power = 1
    for index in range(255):
        exponents[index] = exponents[index + 255] = power
        logarithms[power] = index
        doubled = power << 1
        power ^= doubled ^ (0x11B if doubled & 0x100 else 0)  # multiply by the generator 3
    return bytes(exponents), bytes(logarithms)


_EXPONENTS, _LOGARITHMS = _tables()


def split_derandomized(secret: bytes, coefficients: Sequence[bytes], holders: int) -> list[bytes]:
    """Shares of holders 1..`holders`; the threshold is len(coefficients) + 1.

    `secret` and each coefficient have 16 bytes. The same arguments always give the same shares.
    """
    assert 1 <= len(coefficients) < holders + 1 <= HOLDERS_MAX + 1
    return [share_at(secret, coefficients, number) for number in range(1, holders + 1)]


def share_at(secret: bytes, coefficients: Sequence[bytes], number: int) -> bytes:
    """The share, 16 bytes, of holder `number` (1 or more; 0 would be the secret itself)."""
    assert 1 <= number <= HOLDERS_MAX
    assert all(len(part) == SECRET_BYTES for part in (secret, *coefficients))
    value = bytes(SECRET_BYTES)
    for coefficient in [*reversed(coefficients), secret]:  # Horner, highest power first
        multiplied = value.translate(_multiples(number))
        value = bytes(a ^ b for a, b in zip(multiplied, coefficient, strict=True))
    return value


def recover(shares: Mapping[int, bytes]) -> bytes:
    """The secret that exactly these shares determine: pass t of them, not fewer, not more."""
    return interpolate(shares, at=0)


def interpolate(shares: Mapping[int, bytes], *, at: int) -> bytes:
    """The value at `at` of the polynomials of lowest degree through `shares` (Lagrange)."""
    assert shares
    assert all(1 <= number <= HOLDERS_MAX for number in shares)
    assert all(len(share) == SECRET_BYTES for share in shares.values())
    value = bytes(SECRET_BYTES)
    for number, share in shares.items():
        weight = 1
        for other in shares:
            if other != number:
                weight = _multiply(weight, _divide(at ^ other, number ^ other))
        value = bytes(a ^ _multiply(weight, b) for a, b in zip(value, share, strict=True))
    return value


@lru_cache(maxsize=HOLDERS_MAX)
def _multiples(number: int) -> bytes:
    """What `number` makes of each of the 256 bytes."""
    return bytes(_multiply(value, number) for value in range(256))


def _multiply(left: int, right: int) -> int:
    if left == 0 or right == 0:
        return 0
    return _EXPONENTS[_LOGARITHMS[left] + _LOGARITHMS[right]]


def _divide(left: int, right: int) -> int:
    if left == 0:
        return 0
    return _EXPONENTS[_LOGARITHMS[left] - _LOGARITHMS[right] + 255]
