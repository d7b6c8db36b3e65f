"""Bech32 (BIP 173) as age uses it: human-readable prefix, data, checksum, no length limit."""

from collections.abc import Iterable

from crypto.errors import BadKey

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_VALUES = {symbol: value for value, symbol in enumerate(_ALPHABET)}
_CHECKSUM_SYMBOLS = 6
_TEXT_MAX = 4096


def encode(prefix: str, data: bytes) -> str:
    """Lower-case Bech32 text of `data` under a lower-case prefix."""
    symbols = _regroup(data, 8, 5, pad=True)
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
    try:
        symbols = [_VALUES[symbol] for symbol in tail]
    except KeyError:
        raise BadKey("a character outside the Bech32 alphabet") from None
    if _polymod([*_expand(prefix), *symbols]) != 1:
        raise BadKey("the Bech32 checksum does not fit; a character was mistyped")
    return prefix, bytes(_regroup(symbols[:-_CHECKSUM_SYMBOLS], 5, 8, pad=False))


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


def _regroup(values: Iterable[int], width_in: int, width_out: int, *, pad: bool) -> list[int]:
    accumulator = bits = 0
    out: list[int] = []
    for value in values:
        accumulator = (accumulator << width_in | value) & 0xFFF
        bits += width_in
        while bits >= width_out:
            bits -= width_out
            out.append(accumulator >> bits & ((1 << width_out) - 1))
    rest = accumulator & ((1 << bits) - 1)
    if pad and bits:
        out.append(rest << (width_out - bits))
    if not pad and (bits >= width_in or rest):
        raise BadKey("Bech32 padding is not zero")
    return out
