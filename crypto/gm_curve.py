"""The SM2 curve: scalars and points as bytes, multiplied by libcrypto (GB/T 32918.5).

A scalar has 32 bytes, big endian; a point has 65, uncompressed (0x04 ‖ x ‖ y). One multiplication
at a time is what OpenSSL computes by its ladder, in time that does not depend on the scalar.
"""

import ctypes
from collections.abc import Callable
from functools import cache

from crypto.errors import BadKey, ProviderMissing
from crypto.gm_library import libcrypto

SCALAR_BYTES = 32
POINT_BYTES = 65
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123

_NID_SM2 = 1172
_UNCOMPRESSED = 4


def reduced_scalar(material: bytes) -> bytes:
    """A scalar in 1 .. n-2 out of at least 48 bytes: sixteen more than needed hide the bias."""
    assert len(material) >= SCALAR_BYTES + 16
    number = int.from_bytes(material, "big") % (ORDER - 2) + 1
    return number.to_bytes(SCALAR_BYTES, "big")


def is_scalar(scalar: bytes) -> bool:
    """May this be a private key or an ephemeral secret (1 .. n-2, GB/T 32918.1 §6.1)?"""
    return len(scalar) == SCALAR_BYTES and 1 <= int.from_bytes(scalar, "big") <= ORDER - 2


def check_point(point: bytes) -> None:
    """Raise BadKey unless `point` is uncompressed and lies on the curve."""
    _with_point(point, lambda _: b"")


def base_times(scalar: bytes) -> bytes:
    """The point `scalar`·G."""
    assert is_scalar(scalar)
    return _multiplied(scalar, None)


def point_times(scalar: bytes, point: bytes) -> bytes:
    """The point `scalar`·`point`. Raises BadKey when `point` is not on the curve."""
    assert is_scalar(scalar)
    return _with_point(point, lambda native: _multiplied(scalar, native))


@cache
def _group(number: int = _NID_SM2) -> int:
    group = libcrypto()("EC_GROUP_new_by_curve_name", number)
    if not group:
        raise ProviderMissing("the system's libcrypto was built without the SM2 curve")
    return group


def _with_point(point: bytes, work: Callable[[int], bytes]) -> bytes:
    if len(point) != POINT_BYTES or point[0] != _UNCOMPRESSED:
        raise BadKey("an SM2 public key is an uncompressed point of 65 bytes")
    library = libcrypto()
    native = library("EC_POINT_new", _group())
    try:
        if not library("EC_POINT_oct2point", _group(), native, point, len(point), None):
            library("ERR_clear_error")
            raise BadKey("a point that is not on the SM2 curve")
        return work(native)
    finally:
        library("EC_POINT_clear_free", native)


def _multiplied(scalar: bytes, point: int | None) -> bytes:
    library = libcrypto()
    result = library("EC_POINT_new", _group())
    number = library("BN_bin2bn", scalar, len(scalar), None)
    try:
        generator_scalar, point_scalar = (number, None) if point is None else (None, number)
        done = library(
            "EC_POINT_mul", _group(), result, generator_scalar, point, point_scalar, None
        )
        room = ctypes.create_string_buffer(POINT_BYTES)
        written = library(
            "EC_POINT_point2oct", _group(), result, _UNCOMPRESSED, room, POINT_BYTES, None
        )
        # Order n is prime, so that no scalar below it leads to the point at infinity.
        assert (done, written) == (1, POINT_BYTES), library.reason()
        return room.raw
    finally:
        library("BN_clear_free", number)
        library("EC_POINT_clear_free", result)
