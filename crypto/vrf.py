"""ECVRF-EDWARDS25519-SHA512-TAI: a random number only its key can make and anybody can check.

RFC 9381 §5 with the group operations of libsodium. For one key and one input there is exactly one
output, so its holder cannot try several; that is why the draw takes one of its inputs from here.
"""

import hashlib

from nacl import bindings
from nacl.exceptions import RuntimeError as SodiumError

from crypto.errors import BadKey, BadProof

PROOF_BYTES = 80
OUTPUT_BYTES = 64

_POINT_BYTES = 32
_CHALLENGE_BYTES = 16
_SUITE = b"\x03"
_ORDER = 2**252 + 27742317777372353535851937790883648493
_NO_POINT = {b"", b"\x01" + bytes(31)}  # a failed try; the identity
_FIELD = 2**255 - 19


def vrf_public(seed: bytes) -> bytes:
    """Public key, 32 bytes, of a 32-byte Ed25519 seed."""
    return _base_multiply(_expand(seed)[0])


def vrf_prove(seed: bytes, alpha: bytes) -> bytes:
    """Proof, 80 bytes, for input `alpha` (RFC 9381 §5.1); the output is `vrf_output(proof)`."""
    secret, nonce_key = _expand(seed)
    public = _base_multiply(secret)
    point = _encode_to_curve(public, alpha)
    gamma = _multiply(secret, point)
    nonce = _number(hashlib.sha512(nonce_key + point).digest()) % _ORDER
    challenge = _challenge(public, point, gamma, _base_multiply(nonce), _multiply(nonce, point))
    answer = (nonce + challenge * secret) % _ORDER
    return gamma + challenge.to_bytes(_CHALLENGE_BYTES, "little") + answer.to_bytes(32, "little")


def vrf_verify(public: bytes, alpha: bytes, proof: bytes) -> bytes:
    """The output, 64 bytes, that `proof` proves for `public` and `alpha` (RFC 9381 §5.3).

    Raises BadKey for an unusable public key, BadProof.
    """
    if len(public) != _POINT_BYTES or not bindings.crypto_core_ed25519_is_valid_point(public):
        raise BadKey("not a VRF public key")
    gamma, challenge, answer = _decode(proof)
    point = _encode_to_curve(public, alpha)
    try:
        left = _subtract(_base_multiply(answer), _multiply(challenge, public))
        right = _subtract(_multiply(answer, point), _multiply(challenge, gamma))
    except SodiumError as error:
        raise BadProof("the VRF proof does not verify") from error
    if _challenge(public, point, gamma, left, right) != challenge:
        raise BadProof("the VRF proof does not verify")
    return vrf_output(proof)


def vrf_output(proof: bytes) -> bytes:
    """The output, 64 bytes, of a proof that is known to be good (RFC 9381 §5.2)."""
    gamma, _, _ = _decode(proof)
    return hashlib.sha512(_SUITE + b"\x03" + _times_eight(gamma) + b"\x00").digest()


def _decode(proof: bytes) -> tuple[bytes, int, int]:
    if len(proof) != PROOF_BYTES:
        raise BadProof("a VRF proof has 80 bytes")
    gamma = proof[:_POINT_BYTES]
    challenge = _number(proof[_POINT_BYTES : _POINT_BYTES + _CHALLENGE_BYTES])
    answer = _number(proof[_POINT_BYTES + _CHALLENGE_BYTES :])
    if answer >= _ORDER or not bindings.crypto_core_ed25519_is_valid_point(gamma):
        raise BadProof("a malformed VRF proof")
    return gamma, challenge, answer


def _expand(seed: bytes) -> tuple[int, bytes]:
    """Secret scalar and nonce key of an Ed25519 seed (RFC 8032 §5.1.5)."""
    assert len(seed) == _POINT_BYTES
    expanded = hashlib.sha512(seed).digest()
    scalar = bytearray(expanded[:32])
    scalar[0] &= 0xF8
    scalar[31] = scalar[31] & 0x7F | 0x40
    return _number(scalar), expanded[32:]


def _encode_to_curve(salt: bytes, alpha: bytes) -> bytes:
    """Try and increment (RFC 9381 §5.4.1.1): each try succeeds with chance one half."""
    tries = (_try_point(salt, alpha, counter) for counter in range(256))
    return next(point for point in tries if point not in _NO_POINT)


def _try_point(salt: bytes, alpha: bytes, counter: int) -> bytes:
    material = _SUITE + b"\x01" + salt + alpha + bytes([counter]) + b"\x00"
    candidate = hashlib.sha512(material).digest()[:_POINT_BYTES]
    is_canonical = _number(candidate) & (2**255 - 1) < _FIELD
    try:
        return _times_eight(candidate) if is_canonical else b""
    except SodiumError:  # not on the curve
        return b""


def _challenge(*points: bytes) -> int:
    material = _SUITE + b"\x02" + b"".join(points) + b"\x00"
    return _number(hashlib.sha512(material).digest()[:_CHALLENGE_BYTES])


def _times_eight(point: bytes) -> bytes:
    for _ in range(3):
        point = bindings.crypto_core_ed25519_add(point, point)
    return point


def _subtract(left: bytes, right: bytes) -> bytes:
    return bindings.crypto_core_ed25519_sub(left, right)


def _multiply(scalar: int, point: bytes) -> bytes:
    encoded = (scalar % _ORDER).to_bytes(32, "little")
    return bindings.crypto_scalarmult_ed25519_noclamp(encoded, point)


def _base_multiply(scalar: int) -> bytes:
    encoded = (scalar % _ORDER).to_bytes(32, "little")
    return bindings.crypto_scalarmult_ed25519_base_noclamp(encoded)


def _number(data: bytes | bytearray) -> int:
    return int.from_bytes(data, "little")
