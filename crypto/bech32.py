"""Bech32 (BIP 173) as age uses it: human-readable prefix, data, checksum, no length limit."""

import re
from collections.abc import Iterable

from crypto.errors import BadKey

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_DIGITS = "0123456789abcdefghijklmnopqrstuv"  # as `int` reads numbers of base 32
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_VALUES = bytes(max(_ALPHABET.find(chr(code)), 0) for code in range(256))
_AS_DIGITS = str.maketrans(_ALPHABET, _DIGITS)
_OUTSIDE = re.compile(f"[^{_ALPHABET}]")
_SYMBOL_BITS = 5
_CHECKSUM_SYMBOLS = 6
_TEXT_MAX = 4096


def encode(prefix: str, data: bytes) -> str:
    """Lower-case Bech32 text of `data` under a lower-case prefix."""
    symbols = _symbols(data)
    checksum = _polymod([*_expand(prefix), *symbols, *[0] * _CHECKSUM_SYMBOLS]) ^ 1
    tail = [checksum >> 5 * (5 - position) & 31 for position in range(_CHECKSUM_SYMBOLS)]
    return prefix + "1" + "".join(_ALPHABET[symbol] for symbol in [*symbols, *tail])


def decode(text: str) -> tuple[str, bytes]:
    """Return (lower-case prefix, data). Raises BadKey for mixed case, checksum or padding."""
    if len(text) > _TEXT_MAX or not text.isascii():
        raise BadKey("not a Bech32 text")
    if text not in {text.lower(), text.upper()}:
        raise BadKey("mixed case in a Bech32 text")
    prefix, separator, tail = text.lower().rpartition("1")
    if not prefix or not separator or len(tail) < _CHECKSUM_SYMBOLS:
        raise BadKey("not a Bech32 text")
    if _OUTSIDE.search(tail):
        raise BadKey("a character outside the Bech32 alphabet")
    if _polymod([*_expand(prefix), *tail.encode("ascii").translate(_VALUES)]) != 1:
        raise BadKey("the Bech32 checksum does not fit; a character was mistyped")
    return prefix, _bytes(tail[:-_CHECKSUM_SYMBOLS])


def _bytes(symbols: str) -> bytes:
    """The bytes that so many groups of five bits are; what is left over is less than a group."""
    size, left_over = divmod(len(symbols) * _SYMBOL_BITS, 8)
    number = int("0" + symbols.translate(_AS_DIGITS), 32)
    if left_over >= _SYMBOL_BITS or number & ((1 << left_over) - 1):
        raise BadKey("Bech32 padding is not zero")
    return (number >> left_over).to_bytes(size, "big")


def _polymod(symbols: Iterable[int]) -> int:
    checksum = 1
    for symbol in symbols:
        checksum = (checksum & 0x1FFFFFF) << 5 ^ symbol ^ _FOLDED[checksum >> 25]
    return checksum


def _fold(top: int) -> int:
    folded = 0
    for bit, generator in enumerate(_GENERATOR):
        folded ^= generator if top >> bit & 1 else 0
    return folded


# What the five bits that leave the checksum do to it.
_FOLDED = [_fold(top) for top in range(32)]


def _expand(prefix: str) -> list[int]:
    codes = [ord(character) for character in prefix]
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _symbols(data: bytes) -> bytes:
    """Groups of five bits; the last one is filled up with zeros."""
    count = -(-len(data) * 8 // _SYMBOL_BITS)
    number = int.from_bytes(data, "big") << (count * _SYMBOL_BITS - len(data) * 8)
    return bytes(
        number >> _SYMBOL_BITS * (count - 1 - place) & ((1 << _SYMBOL_BITS) - 1)
        for place in range(count)
    )
